"""Where trousers or a skirt end and stockings begin, settled once for both legs.

Pixel by pixel, black leggings are taken for trousers here and for stockings there. What is worn
below the waist lies above what is worn on the legs, so one place along the legs parts the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.wearer import Wearer, in_planes
from pose import PARTS

__all__ = ["parting", "with_settled_legs"]

Floats = NDArray[np.float32]

_BINS = 48
# How far beside its bones a leg's cloth is looked at, in shoulder widths.
_BESIDE = 0.34


def parting(above: NDArray[np.floating], below: NDArray[np.floating]) -> int:
    """Return where one label ends and another begins, so that least is on the wrong side.

    Parameters
    ----------
    above, below : (N,) float arrays
        How much of each label there is at N places in a row.

    Returns
    -------
    int
        0 to N: of the places before it all are `above`'s, from it on `below`'s.

    Examples
    --------
    >>> parting(np.array([3.0, 2.0, 0.5, 0.0]), np.array([0.0, 1.0, 2.0, 3.0]))
    2
    """
    wrong_before = np.concatenate([[0.0], np.cumsum(below)])
    wrong_after = np.concatenate([np.cumsum(above[::-1])[::-1], [0.0]])
    return int(np.argmin(wrong_before + wrong_after))


def with_settled_legs(wearer: Wearer) -> Wearer:
    """Return the wearer with the legs' cloth parted once into bottoms and legwear.

    Parameters
    ----------
    wearer : Wearer
        The person as the network parsed it.
    """
    parsing = wearer.parsing
    bottom, legwear = parsing.of("bottom"), parsing.of("legwear")
    if legwear.max() < 0.5 or bottom.max() < 0.5:
        return wearer
    amounts = np.zeros((2, _BINS))
    legs = []
    for side in SIDES:
        field = wearer.leg(side)
        near = (np.abs(field.beside) < _BESIDE * wearer.body.width) & (field.along > 0)
        share = field.along / max(field.length, 1.0)
        number = np.clip((share * _BINS).astype(int), 0, _BINS - 1)
        for row, part in zip(amounts, (bottom, legwear), strict=True):
            row += np.bincount(number[near], part[field.window][near], _BINS)
        legs.append((field, near, number))
    # Both legs are dressed alike.
    place = parting(amounts[0], amounts[1])
    to_bottom, to_legwear = np.zeros(wearer.shape, np.float32), np.zeros(wearer.shape, np.float32)
    for field, near, number in legs:
        field.paste((near & (number < place)).astype(np.float32), to_bottom)
        field.paste((near & (number >= place)).astype(np.float32), to_legwear)
    # What one leg's place calls trousers and the other's stockings is left as it was found.
    once = np.asarray((to_bottom == 0) | (to_legwear == 0), np.float32)
    planes = parsing.probabilities.copy()
    for source, target, where in (
        ("legwear", "bottom", to_bottom),
        ("bottom", "legwear", to_legwear),
    ):
        amount = planes[PARTS.index(source)] * in_planes(parsing, where * once)
        planes[PARTS.index(source)] -= amount
        planes[PARTS.index(target)] += amount
    return wearer.parsed(planes)
