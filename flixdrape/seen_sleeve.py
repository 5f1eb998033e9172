"""How far down the arms a new garment's cloth really goes, whatever its corners say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.coverage import Coverage
from flixdrape.flesh import ARM, arm_flesh, inside_flesh
from flixdrape.limb import LimbField
from flixdrape.wearer import Wearer

__all__ = ["cloth_end", "lost_sleeves", "with_seen_sleeves"]

Floats = NDArray[np.float32]

# Of an arm's breadth, what a sleeve covers.
_COVERED = 0.6
# Below the shoulder's cap, a sleeve of which less of its length shows was lost with the cutout.
_CAP, _LOST = 0.15, 0.4


def cloth_end(wearer: Wearer, field: LimbField, garment: Floats) -> float:
    """Return where along an arm the garment's cloth ends, in pixels; 0 where there is none.

    Parameters
    ----------
    wearer : Wearer
        The person.
    field : LimbField
        About the arm's flesh.
    garment : (H, W) float32 array
        The garment's alpha, 0..1.
    """
    covered, inside = _covered(wearer, field, garment)
    reached = field.along[covered & inside]
    return max(float(reached.max()), 0.0) if reached.size else 0.0


def _covered(
    wearer: Wearer, field: LimbField, garment: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where along an arm a garment covers its breadth, and where the arm is."""
    inside = inside_flesh(field, wearer.body.frontal, ARM)
    return field.share_along(inside, garment[field.window]) > _COVERED, inside > 0.5


def with_seen_sleeves(cover: Coverage, garment: Floats, wearer: Wearer) -> Coverage:
    """Return what a garment covers without sleeves that its cutout lost.

    A jacket without sleeves is a waistcoat: what is worn below it keeps its own.

    Parameters
    ----------
    cover : Coverage
        As the corners say.
    garment : (H, W) float32 array
        The garment's alpha, 0..1.
    wearer : Wearer
        The person.
    """
    if cover.category != "outwear":
        return cover
    sleeves = dict(cover.sleeves)
    for side in SIDES:
        field = arm_flesh(wearer, side)
        covered, inside = _covered(wearer, field, garment)
        share = field.along / max(field.length, 1.0)
        sleeve = inside & (share > _CAP) & (share < sleeves[side])
        if sleeve.any() and float(covered[sleeve].mean()) < _LOST:
            sleeves[side] = 0.0
    return replace(cover, sleeves=sleeves)


def lost_sleeves(said: Coverage, seen: Coverage) -> list[str]:
    """Return a warning for every sleeve that the corners promised and the cutout lost."""
    return [
        f"hardly any cloth of the {side} sleeve was found: check its cuff, "
        "or photograph the garment on another colour"
        for side in SIDES
        if said.sleeves[side] and not seen.sleeves[side]
    ]
