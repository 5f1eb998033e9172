"""Analyses kept by the content of their photos: the networks see every photo once."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

from flixdrape.analysis import GarmentAnalysis, PersonAnalysis, analyse_garment, analyse_person
from flixdrape.errors import UnusableInputError
from flixdrape.images import Picture, open_picture

__all__ = ["ANALYSES", "Analyses", "Kept"]

Value = TypeVar("Value")
Lap = Callable[[str], None]


class Kept(Generic[Value]):
    """The values used last, at most so many; several threads may ask at once.

    Parameters
    ----------
    size : int
        How many are kept.

    Examples
    --------
    >>> kept = Kept[int](2)
    >>> [kept.get("a", lambda: 1), kept.get("a", lambda: 2)]
    [1, 1]
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept under a key; make it first if there is nothing."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        # Made without the lock: two may make the same, which costs time and harms nothing.
        value = make()
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self.size:
                self._values.popitem(last=False)
        return value

    def __len__(self) -> int:
        return len(self._values)


class Analyses:
    """Analyses of garments and people by their photos' content.

    Parameters
    ----------
    size : int
        How many of each are kept; one of a 12-megapixel photo takes up to 200 MB.
    """

    def __init__(self, size: int = 8) -> None:
        self._garments = Kept[GarmentAnalysis](size)
        self._people = Kept[PersonAnalysis](size)

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
        """
        key = (_digest(path), Path(path).name, category)
        return self._garments.get(
            key, lambda: analyse_garment(_opened(path), category=category, lap=lap)
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
        """
        key = (_digest(path), Path(path).name, person)
        return self._people.get(key, lambda: analyse_person(_opened(path), person=person, lap=lap))


#: Those of this process.
ANALYSES = Analyses()


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        raise UnusableInputError("the photo is no longer kept here; upload it again") from None


def _opened(path: str) -> Picture:
    # Messages name the file as its owner knows it, not where the server put it.
    return open_picture(path, name=Path(path).name)
