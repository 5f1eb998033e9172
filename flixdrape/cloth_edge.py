"""Where clothes end that parsing lets end too early."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.wearer import Wearer

__all__ = ["to_its_edge"]

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

# Colours near an edge are smooth averages: they are found in a small picture.
_WORKING_SIDE = 448
# How far beyond its outline cloth is looked for, in shoulder widths.
_REACH = 0.2
# Cloth is nearer to the cloth's colour than this share of its distance from the scene's, in
# CIELAB, and no farther from it than this; where the two colours are alike none is told apart.
_NEARER, _ALIKE, _APART = 0.5, 16.0, 14.0


def to_its_edge(wearer: Wearer, cloth: Floats) -> Floats:
    """Grow cloth over what lies beside it, looks like it, and was taken for something else.

    A full skirt's outline, fur, and hems on the ground are easily drawn too tight, and a strip
    along their edge is easily taken for another garment; it would stay in the picture when they
    come off.

    Parameters
    ----------
    wearer : Wearer
        The person.
    cloth : (H, W) float32 array
        Where the cloth is, 0..1.

    Returns
    -------
    (H, W) float32 array
        At least `cloth`.
    """
    height, width = wearer.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    reach = max(round(_REACH * wearer.body.width * scale), 2)
    clothes = wearer.part("top", "outer", "dress", "bottom")
    small, outside, others = (
        cv2.resize(plane, size, interpolation=cv2.INTER_AREA) > 0.5
        for plane in (cloth, wearer.part("background"), clothes)
    )
    if not small.any():
        return cloth
    rgb = cv2.resize(wearer.rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    lab = np.asarray(cv2.cvtColor(rgb / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)
    away = cv2.distanceTransform((~small).astype(np.uint8), cv2.DIST_L2, 5)
    own = _around(lab, small, reach)
    scene = _around(lab, outside & (away > reach), 2 * reach)
    from_own, from_scene = (np.linalg.norm(lab - mean, axis=2) for mean in (own, scene))
    alike = (from_own < _NEARER * from_scene) & (from_own < _ALIKE)
    alike &= np.linalg.norm(own - scene, axis=2) > _APART
    doubtful = outside | _strips(others & ~small, reach)
    rim = (alike & doubtful & (away <= reach)).astype(np.uint8)
    grown = _joined(small, cv2.morphologyEx(rim, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0)
    large = cv2.resize(grown.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(cloth, large), np.float32)


def _strips(mask: Flags, reach: int) -> Flags:
    """Return the parts of a mask that are narrower than `reach`."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    return mask & (cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel) == 0)


def _around(lab: Floats, mask: Flags, reach: int) -> Floats:
    """Return the mean colour of a mask's pixels near each place, farther ones where none is."""
    weight = mask.astype(np.float32)
    total, amount = np.zeros_like(lab), np.zeros_like(weight)
    for side, trust in ((2 * reach + 1, 1.0), (8 * reach + 1, 1e-3)):
        total += trust * cv2.blur(lab * weight[..., None], (side, side))
        amount += trust * cv2.blur(weight, (side, side))
    return np.asarray(total / np.maximum(amount, 1e-7)[..., None], np.float32)


def _joined(cloth: Flags, rim: Flags) -> Flags:
    """Add those pieces of a rim that touch the cloth."""
    _, labels = cv2.connectedComponents((rim & ~cloth).astype(np.uint8), connectivity=8)
    beside = cv2.dilate(cloth.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    touching = np.unique(labels[beside & (labels > 0)])
    return np.asarray(cloth | np.isin(labels, touching[touching > 0]))
