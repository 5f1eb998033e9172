"""What a person put right about two photos."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

__all__ = ["Corrections"]

Point = tuple[float, float]


@dataclass(frozen=True)
class Corrections:
    """What a person put right about a garment's and a person's photo.

    Attributes
    ----------
    corners, joints : dict of str to (x, y)
        In pixels of the garment's and of the person's photo.
    category, view : str or None
        In place of what was found.
    person : int
        Who of several, the largest first.
    worn : tuple of str
        Which kinds of clothes the person's photo shows, of `pose.CLOTHES`; empty: as found.
    patches : tuple of (x, y, part)
        Places in the person's photo, and which of `pose.PARTS` the patch around each is.

    Examples
    --------
    >>> Corrections().moved("person", "nose", (10.0, 20.0)).joints
    {'nose': (10.0, 20.0)}
    """

    corners: dict[str, Point] = field(default_factory=dict)
    joints: dict[str, Point] = field(default_factory=dict)
    category: str | None = None
    view: str | None = None
    person: int = 0
    worn: tuple[str, ...] = ()
    patches: tuple[tuple[float, float, str], ...] = ()

    def moved(self, side: str, name: str, point: Point) -> Corrections:
        """Return these with a point of one photo put elsewhere."""
        if side == "garment":
            return replace(self, corners={**self.corners, name: point})
        return replace(self, joints={**self.joints, name: point})

    def without(self, side: str) -> Corrections:
        """Return these without the points of one photo."""
        return replace(self, corners={}) if side == "garment" else replace(self, joints={})
