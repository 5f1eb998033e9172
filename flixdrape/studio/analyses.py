"""Analyses kept by the content of their photos: the networks see every photo once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from flixdrape.analysis import (
    GarmentAnalysis,
    PersonAnalysis,
    analyse_garment,
    analyse_person,
    find_garment,
)
from flixdrape.errors import UnusableInputError
from flixdrape.images import Picture, open_picture
from flixdrape.people import find_people
from flixdrape.studio.kept import Kept
from garment import Garment
from pose import Keypoints

__all__ = ["ANALYSES", "MAX_PIXELS", "Analyses", "check_pixels"]

Lap = Callable[[str], None]
#: Larger photos are refused here before they are decoded. The library takes more; but a drape
#: needs some 250 bytes for every pixel, and a server serves several visitors at once.
MAX_PIXELS = 26_000_000
#: How people are found unless told otherwise.
METHOD = "topdown-heatmap"


class Analyses:
    """Analyses of garments and people by their photos' content.

    Parameters
    ----------
    size : int
        How many of each are kept.
    limit : int
        Bytes that those of garments, and those of people, may take; the last stays in any case.
    """

    def __init__(self, size: int = 32, limit: int = 400_000_000) -> None:
        self._garments = Kept[GarmentAnalysis](size, limit)
        self._people = Kept[PersonAnalysis](size, limit)
        # Without cutout and parsing: a few hundred numbers each.
        self._corners = Kept[tuple[Picture, Garment]](size, limit // 4)
        self._joints = Kept[tuple[Picture, list[Keypoints]]](size, limit // 4)

    def garment(
        self, path: str, category: str | None = None, lap: Lap | None = None
    ) -> GarmentAnalysis:
        """Return the analysis of a garment's photo.

        Parameters
        ----------
        path : str
            The photo.
        category : str, optional
            What it is, where the visitor knows better: each has other corners to find.
        lap : callable, optional
            Told the name of every stage that ends.

        Raises
        ------
        UnusableInputError
            If the photo cannot be read, or is too large.
        NothingFoundError
            If there is no garment.
        """
        return self._garments.get(
            (*_key(path), category),
            lambda: analyse_garment(_opened(path), category=category, lap=lap),
        )

    def person(self, path: str, person: int = 0, lap: Lap | None = None) -> PersonAnalysis:
        """Return the analysis of a person's photo.

        Parameters
        ----------
        path : str
            The photo.
        person : int
            Position among the people, the largest first.
        lap : callable, optional
            Told the name of every stage that ends.

        Raises
        ------
        UnusableInputError
            If the photo cannot be read, is too large, or shows no such person.
        NothingFoundError
            If there is nobody, or the shoulders are not seen.
        """
        return self._people.get(
            (*_key(path), person), lambda: analyse_person(_opened(path), person=person, lap=lap)
        )

    def corners(self, path: str) -> tuple[Picture, Garment]:
        """Return a garment's photo and its corners; nothing is cut out.

        Parameters
        ----------
        path : str
            The photo.

        Raises
        ------
        UnusableInputError
            If the photo cannot be read, or is too large.
        NothingFoundError
            If there is no garment.
        """
        key = _key(path)
        whole = self._garments.peek((*key, None))
        if whole is not None:
            return whole.photo, whole.garment

        def find() -> tuple[Picture, Garment]:
            photo = _opened(path)
            return photo, find_garment(photo)

        return self._corners.get(key, find)

    def joints(self, path: str, method: str = METHOD) -> tuple[Picture, list[Keypoints]]:
        """Return a photo and its people, the largest first; their clothes are not looked at.

        Parameters
        ----------
        path : str
            The photo.
        method : str
            One of `pose.METHODS`.

        Raises
        ------
        UnusableInputError
            If the photo cannot be read, or is too large.
        NothingFoundError
            If there is nobody.
        """
        key = _key(path)
        whole = self._people.peek((*key, 0)) if method == METHOD else None
        if whole is not None:
            return whole.photo, list(whole.people)

        def find() -> tuple[Picture, list[Keypoints]]:
            photo = _opened(path)
            return photo, find_people(photo, method)

        return self._joints.get((*key, method), find)

    def weight(self) -> int:
        """Return how many bytes are kept."""
        return sum(
            kept.weight() for kept in (self._garments, self._people, self._corners, self._joints)
        )


#: Those of this process.
ANALYSES = Analyses()


def _key(path: str) -> tuple[Hashable, ...]:
    # Messages name the photo: the same under another name is another.
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest(), Path(path).name
    except OSError:
        raise UnusableInputError("the photo is no longer kept here; upload it again") from None


def _opened(path: str) -> Picture:
    # Messages name the file as its owner knows it, not where the server put it.
    name = Path(path).name
    check_pixels(path, name)
    return open_picture(path, name=name)


def check_pixels(path: str, name: str) -> None:
    """Refuse a photo that is too large for a server to work on; `name` is what messages call it.

    Raises
    ------
    UnusableInputError
        If it has more than `MAX_PIXELS`.
    """
    try:
        with Image.open(path) as picture:
            width, height = picture.size
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        # What is wrong with it is told when it is opened in earnest.
        return
    if width * height > MAX_PIXELS:
        raise UnusableInputError(
            f"{name}: {width}x{height} pixels is over this server's limit of "
            f"{MAX_PIXELS // 1_000_000} megapixels; shrink it first"
        )
