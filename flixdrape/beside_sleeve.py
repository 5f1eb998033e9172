"""Bare arm that peeps out beside a new sleeve: no sleeve is narrower than the arm within it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.coverage import TOPS, Coverage
from flixdrape.occlusion import bare_arm
from flixdrape.wearer import Wearer

__all__ = ["beside_sleeves"]

Floats = NDArray[np.float32]

# How wide a strip of skin may be that goes, in shoulder widths: more of an arm is a sleeve lost.
_STRIP = 0.1
# How far beside its bones an arm is looked for, in shoulder widths.
_ARM = 0.3


def beside_sleeves(wearer: Wearer, cover: Coverage, garment: Floats) -> Floats:
    """Find strips of bare arm along sleeves that cover the rest of the arm.

    Parameters
    ----------
    wearer : Wearer
        The person.
    cover : Coverage
        What the garment covers; without sleeves nothing is found.
    garment : (H, W) float32 array
        The garment's alpha, 0..1.

    Returns
    -------
    (H, W) float32 array
        0..1.
    """
    strips = np.zeros(wearer.shape, np.float32)
    if cover.category not in TOPS:
        return strips
    skin = wearer.part("arms")
    radius = max(round(_STRIP * wearer.body.width / 2), 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    for side in SIDES:
        if not cover.sleeves[side]:
            continue
        field = wearer.arm(side)
        here = (np.abs(field.beside) < _ARM * wearer.body.width).astype(np.float32)
        inside = here * (1 - bare_arm(wearer, cover, side))
        alpha = garment[field.window]
        shown = (skin[field.window] * (1 - alpha) * inside > 0.3).astype(np.uint8)
        wide = cv2.dilate(cv2.morphologyEx(shown, cv2.MORPH_OPEN, disc), disc)
        count, patches = cv2.connectedComponents(shown * (1 - wide))
        cloth = cv2.dilate((alpha > 0.5).astype(np.uint8), np.ones((5, 5), np.uint8))
        goes = np.zeros(count, np.float32)
        goes[patches[cloth > 0]] = 1
        goes[0] = 0
        strip = goes[patches]
        # Its soft rim, thinner than any arm, goes with it.
        field.paste(cv2.dilate(strip, np.ones((3, 3), np.uint8)) * inside, strips)
    return strips
