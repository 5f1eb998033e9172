"""Drawn outlines whose kind of clothes was put right by eye.

The masks of Clothing Co-Parsing are drawn well and named less well: a skirt is called a dress, a
closed coat too, a fur jacket a top. `part_corrections.json` says for some photos what a part, or
one patch of it, really is; also of photos that nobody outlined and `pose.pseudo_parsing` labels.
Training reads it; figures are of the labels as they were drawn, unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.notes import read_notes
from pose.engine.segmentation import UNKNOWN
from pose.parts import PARTS

__all__ = ["NOBODY_KNOWS", "Corrections", "correct", "read_corrections"]

#: Of a photo: ``"x,y"``, a pixel of a patch, or a part's name -> the right part.
Corrections = Mapping[str, str]
#: The right part of a patch that mixes garments: such pixels teach nothing.
NOBODY_KNOWS = "?"
_FILE = Path(__file__).parent / "part_corrections.json"


def read_corrections(file: Path = _FILE) -> Mapping[str, Corrections]:
    """Return what is to be put right: a photo's stem -> its corrections.

    Raises
    ------
    ValueError
        If there is a part in it that does not exist.
    """
    known = {*PARTS, NOBODY_KNOWS}
    return read_notes(file, lambda corrections: set(corrections.values()) - known)


def correct(parts: NDArray[np.uint8], corrections: Corrections) -> NDArray[np.uint8]:
    """Return the parts of a photo, put right.

    All patches are looked up in what was drawn, whatever else changes. A pixel of which nothing is
    known belongs to no patch.

    Parameters
    ----------
    parts : (H, W) uint8 array
        Indices into `PARTS`.
    corrections : mapping
        ``"x,y"``: the patch that this pixel belongs to; a part's name: all of it.

    Raises
    ------
    ValueError
        If a key is neither a part nor a pixel of the photo.

    Examples
    --------
    >>> drawn = np.array([[5, 5, 0, 5]], np.uint8)
    >>> correct(drawn, {"0,0": "outer"}).tolist()
    [[6, 6, 0, 5]]
    >>> correct(drawn, {"top": "dress"}).tolist()
    [[7, 7, 0, 7]]
    """
    result = parts.copy()
    for key, name in corrections.items():
        right = UNKNOWN if name == NOBODY_KNOWS else PARTS.index(name)
        result[_meant(parts, key)] = right
    return result


def _meant(parts: NDArray[np.uint8], key: str) -> NDArray[np.bool_]:
    if key in PARTS:
        return np.asarray(parts == PARTS.index(key))
    x, _, y = key.partition(",")
    height, width = parts.shape
    if not (x.isdigit() and y.isdigit() and int(x) < width and int(y) < height):
        raise ValueError(f"{key!r} is neither a part nor a pixel of a {width}x{height} photo")
    if parts[int(y), int(x)] == UNKNOWN:
        return np.zeros(parts.shape, bool)
    same = (parts == parts[int(y), int(x)]).astype(np.uint8)
    _, patches = cv2.connectedComponents(same, connectivity=8)
    return np.asarray(patches == patches[int(y), int(x)])
