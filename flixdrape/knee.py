"""The light and shade of a leg that is seen from the front: its knee and its shin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flixdrape.flesh import LEG
from flixdrape.limb import LimbField
from flixdrape.wearer import Wearer, ramp

__all__ = ["knee_shading"]

Floats = NDArray[np.float32]


class _Spot(NamedTuple):
    """A soft spot: how much lighter it is, where, and how far it reaches.

    Across in halves of the leg's thickness, down in shares of the leg's length from the knee.
    """

    lighter: float
    across: float
    down: float
    wide: float
    high: float


# By eye, from bare legs in the street: the kneecap, the shade above and below it and in the hollows
# at its sides, the shin's ridge.
_SPOTS = (
    _Spot(0.05, 0.0, 0.0, 0.45, 0.03),
    _Spot(-0.04, 0.0, -0.055, 0.6, 0.02),
    _Spot(-0.09, 0.0, 0.05, 0.5, 0.018),
    _Spot(-0.06, -0.62, 0.005, 0.2, 0.035),
    _Spot(-0.06, 0.62, 0.005, 0.2, 0.035),
    _Spot(0.03, 0.0, 0.225, 0.25, 0.13),
)
# Where the knee is on the way from hip to ankle.
_KNEE = 0.5
# Of shoulders as wide as these shares of what they are from the front, the knees are seen from the
# side, or from the front.
_SIDE, _FRONT = 0.5, 0.8


def knee_shading(field: LimbField, wearer: Wearer) -> Floats:
    """Return how much lighter or darker each pixel of a leg is for its knee and shin.

    Parameters
    ----------
    field : LimbField
        About the leg's flesh.
    wearer : Wearer
        Whose leg it is; from behind or from the side no kneecap is seen.

    Returns
    -------
    (h, w) float32 array
        A factor, in the field's window.
    """
    body = wearer.body
    seen = float(ramp(np.array(body.turned), _SIDE, _FRONT)) * body.front
    shading = np.ones(field.along.shape, np.float32)
    if seen == 0 or field.along.size == 0:
        return shading
    across = field.beside / np.maximum(LEG.half_of(field, body.frontal), 1e-6)
    down = field.along / max(field.length, 1.0) - _KNEE
    for spot in _SPOTS:
        x, y = (across - spot.across) / spot.wide, (down - spot.down) / spot.high
        shading += seen * spot.lighter * np.exp(-(x**2) - y**2)
    return shading
