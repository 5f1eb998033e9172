"""Sleeves of what the person wears: they hang before skirts and trousers, and go with no dress."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.flesh import ARM, arm_flesh, inside_flesh
from flixdrape.limb import LimbField
from flixdrape.wearer import Wearer, ramp

__all__ = ["worn_sleeves"]

Floats = NDArray[np.float32]

# How much wider than the arm a sleeve is, and how much of the arm's breadth it covers.
_LOOSE, _COVERS = 1.7, 0.4
# How far down a cuff may go: over the hand's heel.
_CUFF = 1.15
# The least of a hand that has to be seen, in squared shoulder widths.
_HAND = 0.01


def worn_sleeves(wearer: Wearer) -> Floats:
    """Find where old clothes are sleeves below the elbow: (H, W), 0..1.

    A place along the arm is in a sleeve where much of the arm's breadth is cloth, not skin. An arm
    without a hand to be seen may be behind the back, and what lies there the dress.
    """
    return wearer.remembered("worn sleeves", lambda: _worn_sleeves(wearer))


def _worn_sleeves(wearer: Wearer) -> Floats:
    sleeves = np.zeros(wearer.shape, np.float32)
    cloth = wearer.part("top", "outer", "dress")
    for side in SIDES:
        if not wearer.body.certain[f"{side}_arm"]:
            continue
        field = arm_flesh(wearer, side)
        if not _hand_is_seen(wearer, field):
            continue
        half = ARM.half_of(field, wearer.body.frontal)
        own = cloth[field.window]
        inside = inside_flesh(field, wearer.body.frontal, ARM)
        covered = field.share_along(inside, own) > _COVERS
        forearm = (field.along > 0.5 * field.length) & (field.along < _CUFF * field.length)
        about = ramp(_LOOSE * half - np.abs(field.beside), -1.2, 1.2)
        field.paste(np.asarray(own * about * (covered & forearm), np.float32), sleeves)
    return sleeves


def _hand_is_seen(wearer: Wearer, field: LimbField) -> bool:
    skin = wearer.part("arms")[field.window] > 0.5
    hand = (field.along > 0.9 * field.length) & (np.abs(field.beside) < 0.24 * wearer.body.width)
    return float((skin & hand).sum()) > _HAND * wearer.body.width**2
