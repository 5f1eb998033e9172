"""What one visitor has chosen and corrected; every change makes a new value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from flixdrape.analysis import GarmentAnalysis, PersonAnalysis
from flixdrape.corrections import Corrections
from flixdrape.errors import UnusableInputError
from flixdrape.studio.analyses import ANALYSES, Lap
from garment import LANDMARKS_OF, Garment
from pose import COCO_17, Keypoints

__all__ = ["SIDES", "Session"]

Point = tuple[float, float]
#: The two photos.
SIDES = ("garment", "person")
# Joints less sure are neither drawn nor met by a click.
SURE = 0.2


# Compared and hashed by identity: the page asks for a hash to see that it is another one.
@dataclass(frozen=True, eq=False)
class Session:
    """Two photos and what was put right about them.

    Attributes
    ----------
    garment, person : str or None
        Paths of the photos.
    corrections : Corrections
        Those that hold.
    past : tuple of Corrections
        Those that held before, the last at the end.
    selected : dict of str to str
        The point about to be moved in each photo.
    """

    garment: str | None = None
    person: str | None = None
    corrections: Corrections = field(default_factory=Corrections)
    past: tuple[Corrections, ...] = ()
    selected: dict[str, str] = field(default_factory=dict)

    def with_photo(self, side: str, path: str | None) -> Session:
        """Return the session with another photo; corrections of the old one are gone."""
        if getattr(self, side) == path:
            return self
        old = self.corrections
        if side == "garment":
            kept = replace(old, corners={}, category=None, view=None)
            return Session(path, self.person, kept)
        return Session(self.garment, path, replace(old, joints={}, person=0, worn=(), patches=()))

    def with_photos(self, garment: str | None, person: str | None) -> Session:
        """Return the session with these photos."""
        return self.with_photo("garment", garment).with_photo("person", person)

    def corrected(self, corrections: Corrections) -> Session:
        """Return the session with other corrections; these can be undone."""
        if corrections == self.corrections:
            return self
        past = (*self.past, self.corrections)[-50:]
        return replace(self, corrections=corrections, past=past, selected={})

    def undone(self) -> Session:
        """Let go of a chosen point; if none is, go back to before the last correction."""
        if self.selected or not self.past:
            return replace(self, selected={})
        return replace(self, corrections=self.past[-1], past=self.past[:-1], selected={})

    def select(self, side: str, name: str | None) -> Session:
        """Return the session with a point chosen, or none."""
        others = {key: value for key, value in self.selected.items() if key != side}
        return replace(self, selected={**others, side: name} if name else others)

    def click(self, side: str, point: Point) -> Session:
        """Choose the point nearest to a click; if one is chosen already, put it there."""
        chosen = self.selected.get(side)
        if chosen:
            return self.corrected(self.corrections.moved(side, chosen, point))
        return self.select(side, nearest(self.keypoints(side), point))

    def put(self, side: str, name: str | None, x: float | None, y: float | None) -> Session:
        """Put a point at typed coordinates.

        Raises
        ------
        UnusableInputError
            If no point is chosen, or they lie outside the photo.
        """
        if name is None or x is None or y is None:
            raise UnusableInputError("Choose a point first, then type where it belongs.")
        height, width = self._shape(side)
        if not (0 <= x < width and 0 <= y < height):
            raise UnusableInputError(
                f"x {x:g}, y {y:g} lies outside the {side}'s photo of {width} x {height} pixels."
            )
        return self.corrected(self.corrections.moved(side, name, (float(x), float(y))))

    def say(self, part: str | None, x: float | None, y: float | None) -> Session:
        """Say what the patch around a pixel of the person's photo is.

        Raises
        ------
        UnusableInputError
            If no part is chosen, or the place is not one of the photo that was looked at.
        """
        if part is None or x is None or y is None:
            raise UnusableInputError("Choose what it is first, then click it on the photo.")
        old = self.corrections
        told = self.corrected(replace(old, patches=(*old.patches, (float(x), float(y), part))))
        # A place that cannot be meant is refused now, not at the next drape.
        told.person_analysis()
        return told

    def place(self, side: str, name: str) -> Point:
        """Return where a point lies now, found or guessed, within its photo."""
        height, width = self._shape(side)
        points = self.keypoints(side)
        x, y = np.clip(points.xy[points.schema.index(name)], 0, (width - 1, height - 1))
        return float(x), float(y)

    def _shape(self, side: str) -> tuple[int, int]:
        one = self.garment_analysis() if side == "garment" else self.person_analysis()
        return one.photo.height, one.photo.width

    def keypoints(self, side: str) -> Keypoints:
        """Return the points of one photo, corrections in place."""
        if side == "garment":
            return self.garment_analysis().garment.keypoints
        return self.person_analysis().wearer.joints

    def names(self, side: str) -> tuple[str, ...]:
        """Return the names of the points that one photo may have."""
        if side == "person":
            return COCO_17.names
        return tuple(LANDMARKS_OF[self.garment_analysis().garment.category])

    def garment_found(self) -> Garment:
        """Return the garment as found, before corners and view were put right."""
        return ANALYSES.garment(str(self.garment), self.corrections.category).garment

    def people_found(self) -> tuple[Keypoints, ...]:
        """Return the people of the person's photo as found, the largest first."""
        return ANALYSES.person(str(self.person), self.corrections.person).people

    def garment_analysis(self, lap: Lap | None = None) -> GarmentAnalysis:
        """Return the garment's analysis, corrections in place.

        Raises
        ------
        UnusableInputError
            If there is no photo yet.
        """
        if not self.garment:
            raise UnusableInputError("Add a garment photo first, or pick one of the samples.")
        changes = self.corrections
        found = ANALYSES.garment(self.garment, changes.category, lap)
        return found.corrected(changes.corners, view=changes.view)

    def person_analysis(self, lap: Lap | None = None) -> PersonAnalysis:
        """Return the person's analysis, corrections in place.

        Raises
        ------
        UnusableInputError
            If there is no photo yet.
        """
        if not self.person:
            raise UnusableInputError("Add a photo of a person first, or pick the sample.")
        found = ANALYSES.person(self.person, self.corrections.person, lap)
        changes = self.corrections
        return found.corrected(changes.joints, worn=changes.worn, patches=changes.patches)


def nearest(keypoints: Keypoints, point: Point) -> str | None:
    """Return the name of the visible point nearest to a place; None if none is visible.

    Parameters
    ----------
    keypoints : Keypoints
        To look among.
    point : (x, y)
        The place.
    """
    distances = np.linalg.norm(keypoints.xy - np.asarray(point), axis=1)
    distances[keypoints.scores <= SURE] = np.inf
    best = int(distances.argmin())
    return keypoints.schema.names[best] if np.isfinite(distances[best]) else None
