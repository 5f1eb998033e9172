"""How wide the person is at each height of the torso, and how high the trousers sit: as seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.wearer import Wearer

__all__ = ["SHOULDER_AT", "TorsoOutline"]

# Levels at which the torso is measured, in torso lengths below the shoulders.
_LEVELS = np.linspace(0.15, 1.15, 41)
# How far a line across the torso is followed, in shoulder widths.
_REACH = 1.0
# Where the hips are widest.
_HIPS = 1.08
# Where the shoulders' upper edge is looked for: beside the neck, in shoulder widths from the axis.
_SHOULDERS = np.linspace(0.3, 0.52, 12)
#: The middle of these places.
SHOULDER_AT = float(_SHOULDERS.mean())
# Rows of levels that a belt may be wide.
_WIDEST_BELT = 5
# Where waistbands can be, in torso lengths.
_WAIST = (0.45, 0.9)


@dataclass(frozen=True)
class TorsoOutline:
    """The torso's outline as the parts of the picture show it.

    Attributes
    ----------
    halves : dict of str to (N,) float array
        By the image's side, pixels from the torso's axis to where trunk and clothes end, at each
        of the measured levels; NaN where nothing is seen.
    torso : float
        Length from shoulders to hips in pixels, to which levels are relative.
    waistband : float or None
        How far below the shoulders worn trousers or a skirt begin, in torso lengths; None where
        a top hangs over them or none are worn.
    shoulders : dict of str to float
        By the image's side, pixels from the line of the shoulder joints up to where the shoulder
        ends beside the neck; NaN where hair or a bag hides it.
    """

    halves: dict[str, NDArray[np.float64]]
    torso: float
    waistband: float | None
    shoulders: dict[str, float]

    @classmethod
    def of(cls, wearer: Wearer) -> TorsoOutline:
        """Measure a person; once, however often it is asked for."""
        return wearer.remembered("torso outline", lambda: cls._measured(wearer))

    @classmethod
    def _measured(cls, wearer: Wearer) -> TorsoOutline:
        body = wearer.body
        axis = body.neck + _LEVELS[:, None] * body.torso * body.down
        steps = np.arange(0, _REACH * body.width)
        across = np.array([body.down[1], -body.down[0]])
        trunk = wearer.part("top", "outer", "dress", "bottom", "legs", "legwear") > 0.5
        halves = {}
        for side, sign in SIDES.items():
            places = axis[:, None] + sign * steps[None, :, None] * across
            inside = _looked_up(trunk, places)
            halves[side] = np.array([_run(row) for row in inside])
        shoulders = {side: _shoulder_top(wearer, side) for side in SIDES}
        return cls(halves, body.torso, _waistband(wearer, axis), shoulders)

    def girth(self, own: float) -> float:
        """Return how wide the hips are, relative to `own` pixels on either side, 0.7 to 1.1."""
        halves = [self.half(side, _HIPS, own, (0.7, 1.1)) for side in SIDES]
        return float(np.mean(halves)) / own

    def shoulder_up(self, side: str, own: float, give: tuple[float, float]) -> float:
        """Return how far above its joints' line a shoulder ends beside the neck, in pixels.

        Parameters
        ----------
        side : str
            The image's side.
        own : float
            What the joints tell, in pixels.
        give : (float, float)
            How far below and above that it may be, in pixels.
        """
        seen = self.shoulders[side]
        return own if np.isnan(seen) else float(np.clip(seen, own - give[0], own + give[1]))

    def half(self, side: str, level: float, own: float, give: tuple[float, float]) -> float:
        """Return half of the body's width at a level, in pixels.

        Clothes may be wide and arms may hide the side, so what is seen counts within limits.

        Parameters
        ----------
        side : str
            The image's side.
        level : float
            Torso lengths below the shoulders.
        own : float
            What the joints tell, in pixels.
        give : (float, float)
            The least and the most of that.
        """
        seen = self.halves[side]
        known = np.isfinite(seen)
        if not known.any() or not _LEVELS[0] <= level <= _LEVELS[-1]:
            return own
        measured = float(np.interp(level, _LEVELS[known], seen[known]))
        return float(np.clip(measured, give[0] * own, give[1] * own))


def _looked_up(mask: NDArray[np.bool_], places: NDArray[np.float64]) -> NDArray[np.bool_]:
    height, width = mask.shape
    x, y = np.round(places[..., 0]).astype(int), np.round(places[..., 1]).astype(int)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    found = np.zeros(x.shape, dtype=bool)
    found[inside] = mask[y[inside], x[inside]]
    return found


def _run(row: NDArray[np.bool_]) -> float:
    """Return how far a line from the axis outward stays inside, small gaps aside; NaN if never."""
    near = row[: max(len(row) // 4, 1)]
    if near.mean() < 0.5:
        return float("nan")
    outside = np.convolve(~row, np.ones(3), mode="valid") >= 3
    ends = np.flatnonzero(outside)
    # To the line's end it is a coat or an arm in a sleeve, not the body.
    return float(ends[0]) if len(ends) else float("nan")


def _shoulder_top(wearer: Wearer, side: str) -> float:
    body = wearer.body
    across = SIDES[side] * np.array([body.down[1], -body.down[0]])
    start = body.neck + _SHOULDERS[:, None] * body.width * across + 0.1 * body.width * body.down
    steps = np.arange(0, 0.5 * body.width)
    places = start[:, None] - steps[None, :, None] * body.down
    trunk = _looked_up(wearer.part("top", "outer", "dress", "arms") > 0.5, places)
    hides = _looked_up(wearer.part("hair", "face", "accessories") > 0.5, places)
    tops = []
    for row, hidden in zip(trunk, hides, strict=True):
        if not row[:3].all() or row.all():
            continue
        end = int(np.argmin(row))
        if not hidden[end : end + 4].any():
            tops.append(end - 0.1 * body.width)
    return float(np.median(tops)) if len(tops) >= len(_SHOULDERS) // 3 else float("nan")


def _waistband(wearer: Wearer, axis: NDArray[np.float64]) -> float | None:
    body = wearer.body
    steps = np.linspace(-0.25, 0.25, 15) * body.width
    across = np.array([body.down[1], -body.down[0]])
    places = axis[:, None] + steps[None, :, None] * across
    bottom = _looked_up(wearer.part("bottom") > 0.5, places).sum(axis=1)
    # A bag or a hand before the waist hides it; what is beside that tells.
    hidden = _looked_up(wearer.part("accessories", "arms") > 0.5, places).sum(axis=1)
    starts = np.flatnonzero(bottom > np.maximum(0.6 * (len(steps) - hidden), 3))
    if len(starts) == 0 or _LEVELS[starts[0]] > _WAIST[1]:
        return None
    first = int(starts[0])
    # A belt belongs to what it holds.
    belt = _looked_up(wearer.part("accessories") > 0.5, places).mean(axis=1) > 0.6
    while first > 0 and belt[first - 1] and starts[0] - first < _WIDEST_BELT:
        first -= 1
    return float(max(_LEVELS[first], _WAIST[0]))
