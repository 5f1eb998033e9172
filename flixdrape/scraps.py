"""Pieces of old clothes that hang in the air when what joined them to the person is gone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.wearer import Wearer

__all__ = ["scraps"]

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

# What a piece has to be made of to go, and how much of it.
_CLOTH, _MOST = ("top", "outer", "dress", "bottom"), 0.6
# A buckle or a tassel goes too, and a cuff that was taken for skin; a bag and a hand, larger than
# these in squared shoulder widths, stay.
_TRINKET, _CUFF = 0.05, 0.02


def scraps(wearer: Wearer, gone: Floats, garment: Floats) -> Flags:
    """Find what was joined to the person by old clothes alone.

    Hands, hair, bags, legs in stockings or not, and feet stay wherever they are.

    Parameters
    ----------
    wearer : Wearer
        The person.
    gone : (H, W) float32 array
        Where old clothes give way to the scene, 0..1.
    garment : (H, W) float32 array
        The new garment's alpha, 0..1.

    Returns
    -------
    (H, W) bool array
    """
    person = wearer.part("background") < 0.5
    left = (person & (gone < 0.5)) | (garment > 0.5)
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats(left.astype(np.uint8))
    if count < 3:
        return np.zeros(wearer.shape, bool)
    areas = boxes[:, cv2.CC_STAT_AREA]
    body = 1 + int(areas[1:].argmax())
    # Pieces that no cloth ever joined are no remains.
    together = cv2.connectedComponents((person | (garment > 0.5)).astype(np.uint8))[1]
    whole = np.zeros(count, np.int64)
    whole[pieces.ravel()] = together.ravel()

    def share(what: Floats) -> NDArray[np.float64]:
        return np.bincount(pieces.ravel(), what.ravel(), count) / np.maximum(areas, 1)

    cloth = share(wearer.part(*_CLOTH) * (1 - garment))
    size = areas / wearer.body.width**2
    trinkets = share(wearer.part("accessories")) * (size < _TRINKET)
    cuffs = share(wearer.part("arms")) * (size < _CUFF)
    goes = (cloth + trinkets + cuffs > _MOST) & (whole == whole[body])
    goes[[0, body]] = False
    return np.asarray(goes[pieces], dtype=bool)
