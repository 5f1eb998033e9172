"""What of a body a garment covers: how far sleeves, hem and legs reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES, Body, arc_of
from flixdrape.fit import Fit

__all__ = ["PART_OF", "TOPS", "Coverage"]

#: Categories that hang from the shoulders.
TOPS = ("blouse", "outwear", "dress")
#: What the parts of a person's picture call each category.
PART_OF = {
    "blouse": "top",
    "outwear": "outer",
    "dress": "dress",
    "skirt": "bottom",
    "trousers": "bottom",
}


@dataclass(frozen=True)
class Coverage:
    """How far a fitted garment reaches over a body.

    Attributes
    ----------
    category : str
        One of `garment.CATEGORIES`.
    sleeves : dict of str to float
        By the image's side, how far down the arm cloth reaches, as a share of the arm; 0 where
        there is no sleeve.
    legs : dict of str to float
        The same of trouser legs, from the hip joint.
    hem : float
        How far below the shoulders the garment ends, along the torso, in pixels.
    waist : float
        How far below the shoulders the waistband lies (of the body, for tops), in pixels.
    """

    category: str
    sleeves: dict[str, float]
    legs: dict[str, float]
    hem: float
    waist: float

    @classmethod
    def of(cls, fit: Fit, category: str, body: Body) -> Coverage:
        """Read it off a fitted garment's corners."""
        target = fit.target
        sleeves = {side: _reach(target, f"cuff_{side}", body.arms[side]) for side in SIDES}
        legs = {side: _reach(target, f"bottom_{side}", body.legs[side]) for side in SIDES}
        ends = [p for n, p in target.items() if "hem" in n or n.startswith("bottom")]
        hem = max((float((p - body.neck) @ body.down) for p in ends), default=0.0)
        waist = 0.82 * body.torso
        if "waistband_left" in target:
            middle = (target["waistband_left"] + target["waistband_right"]) / 2
            waist = float((middle - body.neck) @ body.down)
        return cls(category, sleeves, legs, hem, waist)


def _reach(target: dict[str, NDArray[np.float64]], end: str, limb: NDArray[np.float64]) -> float:
    if f"{end}_out" not in target or f"{end}_in" not in target:
        return 0.0
    middle = (target[f"{end}_out"] + target[f"{end}_in"]) / 2
    whole = float(np.linalg.norm(np.diff(limb, axis=0), axis=1).sum())
    return float(np.clip(arc_of(limb, middle) / max(whole, 1.0), 0.02, 1))
