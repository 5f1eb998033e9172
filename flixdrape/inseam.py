"""The shade between two trouser legs, without which cloth of one colour looks like a skirt."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.wearer import Wearer, ramp

__all__ = ["shaded_inseam"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

# How dark the leg behind is beside the one in front, and the front one along its own edge.
_BEHIND, _EDGE = 0.75, 0.3
# How far the shade reaches, in shoulder widths.
_REACH = 0.035


def shaded_inseam(
    garment: Image, legs: Mapping[str, Floats], crotch: NDArray[np.float64], wearer: Wearer
) -> Image:
    """Darken trousers where one leg lies behind or beside the other, below the crotch.

    Parameters
    ----------
    garment : (H, W, 4) uint8 array
        Trousers in the person's frame, straight alpha.
    legs : mapping of str to (H, W) float32 array
        Each leg's own cover, 0..1, in the order in which they were drawn; others than two are
        left alone.
    crotch : (2,) float array
        Where the legs part, in pixels.
    wearer : Wearer
        The person.

    Returns
    -------
    (H, W, 4) uint8 array

    Examples
    --------
    >>> shaded_inseam(np.zeros((4, 4, 4), np.uint8), {}, np.zeros(2), None).max()
    np.uint8(0)
    """
    if len(legs) != 2:
        return garment
    back, front = legs.values()
    behind = back * (1 - front)
    body = wearer.body
    sigma = max(_REACH * body.width, 0.8)
    shade = _BEHIND * behind * cv2.GaussianBlur(front, (0, 0), sigma)
    shade += _EDGE * front * cv2.GaussianBlur(behind, (0, 0), sigma)
    start = float((crotch - body.neck) @ body.down)
    shade *= ramp(wearer.down(), start, start + 0.12 * body.torso)
    rgb = garment[..., :3] * (1 - shade[..., None])
    return np.dstack([np.round(rgb).astype(np.uint8), garment[..., 3]])
