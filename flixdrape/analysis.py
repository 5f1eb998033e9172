"""What the networks see in a garment's and in a person's photo; done once, used for many drapes."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image as PilImage

from flixdrape.body import Body
from flixdrape.errors import NothingFoundError, UnusableInputError
from flixdrape.images import Picture, open_picture
from flixdrape.legwear import with_settled_legs
from flixdrape.patches import Patch, read_patches, with_patches
from flixdrape.people import Choice, choose_person, find_people
from flixdrape.seen_wrists import with_seen_wrists
from flixdrape.strays import without_strays
from flixdrape.wearer import Wearer
from garment import CATEGORIES, FASHIONAI_24, VIEWS, Garment, GarmentEstimator
from garment.cloth import ClothSegmenter
from garment.cutout import Cutout, cut_out, separates
from pose import CLOTHES, COCO_17, HumanParser, Keypoints

__all__ = [
    "GarmentAnalysis",
    "PersonAnalysis",
    "Places",
    "Source",
    "analyse_garment",
    "analyse_person",
    "cut_garment",
    "find_garment",
    "opened",
]

#: A path, a PIL image, or an (H, W, 3) or (H, W, 4) uint8 RGB array.
Source = str | os.PathLike[str] | PilImage | NDArray[np.uint8] | Picture
#: Keypoints put right by hand: names and pixels.
Places = Mapping[str, tuple[float, float]]
Lap = Callable[[str], None]


@dataclass(frozen=True)
class GarmentAnalysis:
    """A garment's photo, its corners, and the garment cut out of it.

    Attributes
    ----------
    photo : Picture
        As opened.
    garment : Garment
        Corners, category, view.
    cutout : Cutout
        RGBA and matte.
    """

    photo: Picture
    garment: Garment
    cutout: Cutout

    def corrected(
        self,
        corners: Places | None = None,
        *,
        category: str | None = None,
        view: str | None = None,
    ) -> GarmentAnalysis:
        """Return the analysis with what a person put right; the corners are not looked for again.

        Parameters
        ----------
        corners : mapping of str to (x, y), optional
            Places in the garment's photo.
        category, view : str, optional
            In place of the network's.

        Raises
        ------
        UnusableInputError
            If there is no such corner, category or view.
        """
        _check([category] if category else [], "category", CATEGORIES)
        _check([view] if view else [], "view", VIEWS)
        _check(corners or (), "corner", FASHIONAI_24.names)
        found = self.garment
        if corners:
            found = replace(found, keypoints=found.keypoints.moved(dict(corners)))
        if category:
            found = replace(found, category=category)
        if view:
            found = replace(found, view=view)
        same = found.category == self.garment.category and not corners
        cutout = self.cutout if same else cut_garment(self.photo, found)
        return GarmentAnalysis(self.photo, found, cutout)


@dataclass(frozen=True)
class PersonAnalysis:
    """A person's photo, the people in it, and the one to be dressed.

    Attributes
    ----------
    photo : Picture
        As opened.
    people : tuple of Keypoints
        All that were found, largest first.
    wearer : Wearer
        The one chosen: joints, body, parts of the picture.
    told : bool
        Whether somebody said which kinds of clothes the photo shows.
    """

    photo: Picture
    people: tuple[Keypoints, ...]
    wearer: Wearer
    told: bool = False

    def corrected(
        self,
        joints: Places | None = None,
        *,
        worn: Collection[str] = (),
        patches: Sequence[Patch] = (),
    ) -> PersonAnalysis:
        """Return the analysis with what a person put right; no network runs again.

        Where nothing was put right it is this analysis itself, with all it has worked out.

        Parameters
        ----------
        joints : mapping of str to (x, y), optional
            Places in the person's photo.
        worn : collection of str
            Which kinds of clothes the photo shows, of `pose.CLOTHES`; empty: as found.
        patches : sequence of (x, y, part)
            Of the patches around some places in the photo, which of `pose.PARTS` they are.

        Raises
        ------
        UnusableInputError
            If there is no such joint, kind or part, or a patch lies outside what was looked at.
        """
        _check(joints or (), "joint", COCO_17.names)
        _check(worn, "worn", tuple(CLOTHES))
        if not joints and not worn and not patches:
            return self
        # Where none moved they are the same: who is dressed is told by them.
        moved = self.wearer.joints.moved(dict(joints)) if joints else self.wearer.joints
        body, parsing = Body.from_keypoints(moved), self.wearer.parsing
        if worn:
            told = Wearer(self.photo.rgb, moved, body, parsing.told(worn))
            wearer = with_settled_legs(told)
        else:
            wearer = Wearer(self.photo.rgb, moved, body, parsing)
        return replace(self, wearer=with_patches(wearer, read_patches(patches)), told=bool(worn))


def analyse_garment(
    source: Source, *, category: str | None = None, lap: Lap | None = None
) -> GarmentAnalysis:
    """Find a garment in its photo and cut it out.

    Parameters
    ----------
    source : path, PIL image or uint8 array
        The photo; its alpha, if it has one, is the cutout.
    category : str, optional
        What the garment is, where the caller knows better.
    lap : callable, optional
        Told the name of every stage that ends.

    Raises
    ------
    UnusableInputError
        If the picture cannot be read, or there is no such category.
    NothingFoundError
        If there is no garment.
    """
    _check([category] if category else [], "category", CATEGORIES)
    photo = opened(source, "garment")
    found = find_garment(photo, category)
    if lap:
        lap("garment")
    cutout = cut_garment(photo, found)
    if lap:
        lap("cutout")
    return GarmentAnalysis(photo, found, cutout)


def analyse_person(source: Source, *, person: Choice = 0, lap: Lap | None = None) -> PersonAnalysis:
    """Find the people of a photo, and what every pixel of the chosen one belongs to.

    Parameters
    ----------
    source : path, PIL image or uint8 array
        The photo.
    person : int or (x, y)
        Position among the people, the largest first, or a point on the one meant.
    lap : callable, optional
        Told the name of every stage that ends.

    Raises
    ------
    UnusableInputError
        If the picture cannot be read, or shows no such person.
    NothingFoundError
        If there is nobody, or the shoulders are not seen.
    """
    photo = opened(source, "person")
    people = find_people(photo)
    joints = choose_person(people, person, photo.name)
    body = Body.from_keypoints(joints)
    if lap:
        lap("pose")
    parsing = _parser()(photo.rgb, joints)
    if lap:
        lap("parsing")
    seen = without_strays(Wearer(photo.rgb, joints, body, parsing))
    wearer = with_seen_wrists(with_settled_legs(seen))
    put_right = (wearer.joints if one is joints else one for one in people)
    return PersonAnalysis(photo, tuple(put_right), wearer)


def find_garment(picture: Picture, category: str | None = None) -> Garment:
    """Find the garment of a picture.

    Raises
    ------
    NothingFoundError
        If there is none.
    """
    found = _garment_estimator()(_on_grey(picture), category=category)
    if found is None:
        raise NothingFoundError(
            f"{picture.name}: no garment found; use a photo of one garment, "
            "laid flat, hung or on a mannequin"
        )
    return found


def opened(source: Source, what: str) -> Picture:
    """Open a picture that a path or array stands for; `what` names an array in messages."""
    if isinstance(source, Picture):
        return source
    is_path = isinstance(source, str | os.PathLike)
    return open_picture(source, name=None if is_path else what)


def _check(names: Iterable[str], what: str, known: Sequence[str]) -> None:
    """Refuse a name before work is done for it, and in words."""
    for name in names:
        if name not in known:
            raise UnusableInputError(f"{what} {name!r}: one of {', '.join(known)}")


def _on_grey(picture: Picture) -> NDArray[np.uint8]:
    """Show a cutout on studio grey: behind its transparency may lie anything."""
    if picture.alpha is None:
        return picture.rgb
    alpha = picture.alpha[..., None].astype(np.float32) / 255
    return np.round(picture.rgb * alpha + 210 * (1 - alpha)).astype(np.uint8)


def cut_garment(picture: Picture, found: Garment) -> Cutout:
    """Cut a garment that was found out of its picture.

    Raises
    ------
    NothingFoundError
        If its corners span no area in the picture.
    """
    points, alpha = found.points, picture.alpha
    chances = None
    if points and (alpha is None or not separates(alpha)):
        chances = _cloth_segmenter()(picture.rgb, found.box)
    try:
        return cut_out(picture.rgb, points, found.category, alpha=alpha, chances=chances)
    except ValueError as error:
        raise NothingFoundError(f"{picture.name}: {error}; show the whole garment") from error


@cache
def _garment_estimator() -> GarmentEstimator:
    return GarmentEstimator.load()


@cache
def _cloth_segmenter() -> ClothSegmenter:
    return ClothSegmenter.load()


@cache
def _parser() -> HumanParser:
    return HumanParser.load()
