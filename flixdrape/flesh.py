"""How thick arms and legs are, and where they lie about their bones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.corners import OTHER
from flixdrape.limb import LimbField, LimbShape
from flixdrape.wearer import Wearer, leg_field, ramp

__all__ = ["ARM", "LEG", "arm_flesh", "inside_flesh", "leg_flesh"]

# Half the thickness of bare limbs along the limb, and how far outside its bones its middle lies,
# in shoulder widths as seen from the front: medians over the drawn masks of 818 legs and 1,444
# arms, at each place of those (8 to 359) that are bare there with background on both sides; the
# limbs' beginnings, hands and feet by eye.
ARM = LimbShape(
    at=(0.0, 0.12, 0.25, 0.3, 0.5, 0.65, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3),
    half=(0.105, 0.12, 0.115, 0.108, 0.1, 0.103, 0.099, 0.086, 0.073, 0.071, 0.09, 0.1),
    outside=(0.0, 0.01, 0.012, 0.012, 0.012, 0.017, 0.015, 0.018, 0.016, 0.009, 0.0, 0.0),
)
LEG = LimbShape(
    at=(
        *(0.0, 0.25, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75),
        *(0.8, 0.85, 0.9, 0.95, 1.0, 1.06, 1.11, 1.15),
    ),
    half=(
        *(0.26, 0.222, 0.202, 0.174, 0.158, 0.149, 0.153, 0.15, 0.14),
        *(0.126, 0.109, 0.094, 0.084, 0.088, 0.105, 0.12, 0.12),
    ),
    outside=(
        *(0.0, 0.0, -0.002, -0.004, -0.009, 0.019, 0.026, 0.029, 0.029),
        *(0.028, 0.028, 0.026, 0.017, 0.008, 0.025, 0.05, 0.06),
    ),
)

# How far from an ankle, in shoulder widths, its shoe may be seen without belonging right there.
_TO_SHOE = (0.08, 0.8)


def inside_flesh(field: LimbField, width: float, shape: LimbShape) -> NDArray[np.float32]:
    """Return where a limb is, in its window, 0..1.

    Parameters
    ----------
    field : LimbField
        About the limb's flesh.
    width : float
        Of the shoulders as seen from the front, in pixels.
    shape : LimbShape
        How thick the limb is.
    """
    return ramp(shape.half_of(field, width) - np.abs(field.beside), -1.2, 1.2)


def arm_flesh(wearer: Wearer, side: str) -> LimbField:
    """Return coordinates about the flesh of an arm of the image's side, hand included."""
    return wearer.remembered(
        f"{side} arm's flesh", lambda: _about(wearer, wearer.arm(side), ARM, side)
    )


def leg_flesh(wearer: Wearer, side: str, *, shod: bool = True) -> LimbField:
    """Return coordinates about the flesh of a leg of the image's side, foot included.

    Parameters
    ----------
    wearer : Wearer
        The person.
    side : str
        The image's side.
    shod : bool
        Whether a leg whose ankle is hidden leads to its shoe; the window is then its own, not
        that of ``wearer.leg(side)``.
    """
    if shod:
        return wearer.remembered(
            f"{side} shod leg's flesh", lambda: _about(wearer, _shod(wearer, side), LEG, side)
        )
    return wearer.remembered(
        f"{side} leg's flesh", lambda: _about(wearer, wearer.leg(side), LEG, side)
    )


def _about(wearer: Wearer, bones: LimbField, shape: LimbShape, side: str) -> LimbField:
    # Walking down a limb, its right is the image's left.
    return shape.about(bones, wearer.body.frontal, -SIDES[side])


def _shod(wearer: Wearer, side: str) -> LimbField:
    """Return a leg's coordinates, its ankle moved to where a shoe is seen below a long hem.

    Under cloth an ankle is guessed, and the shoe shows where the leg ends; where it is seen it is
    where it was found.
    """
    hip, knee, ankle = wearer.body.legs[side]
    other = wearer.body.legs[OTHER[side]][2]
    rows, columns = np.nonzero(wearer.part("footwear") > 0.5)
    shoes = np.stack([columns, rows], axis=1).astype(np.float64)
    own = shoes[np.linalg.norm(shoes - ankle, axis=1) < np.linalg.norm(shoes - other, axis=1)]
    below = own[(own - ankle) @ wearer.body.down > 0]
    if len(below) == 0:
        return wearer.leg(side)
    away = np.linalg.norm(below - ankle, axis=1)
    first, gap = below[away.argmin()], float(away.min())
    if not _TO_SHOE[0] * wearer.body.width < gap < _TO_SHOE[1] * wearer.body.width:
        return wearer.leg(side)
    between = np.linspace(ankle, first, 5)[:-1].round().astype(int)
    column, row = between.T.clip(0, np.array(wearer.shape)[::-1, None] - 1)
    if float(wearer.part("legs", "legwear")[row, column].mean()) > 0.3:
        return wearer.leg(side)
    return leg_field(np.stack([hip, knee, first]), wearer.shape, wearer.body.width)
