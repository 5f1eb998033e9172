"""A sleeve's way along an arm; on a sharply bent arm it is two strips that meet at the elbow.

One sheet drawn round a sharp bend would fold over itself at the inside. Real cloth breaks there:
the forearm's part lies over the upper arm's, and each stays as straight as its bone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES, Body, along, arc_of, perpendicular
from flixdrape.fit import clear_of_torso, sleeve_half
from flixdrape.ribbon import Ribbon, by_length, offset_edges, smoothed

__all__ = ["SleeveStrip", "sleeve_strips"]

Point = NDArray[np.float64]
Line = NDArray[np.float64]

# Points along an edge on the body, before it is sampled for control points.
_DENSE = 44
# From this angle between its bones on an arm is sharply bent, in degrees.
_SHARP = 60.0
# A sleeve shorter than this share of its width is a cap.
_CAP = 0.5
# Sine of the angle between a sleeve's way and what lies across it, below which the latter is lost.
_LEAST_SLANT = 0.3
# A sleeve that ends no farther below the elbow than this share of the forearm is one strip.
_LEAST_FOREARM = 0.3


@dataclass(frozen=True)
class SleeveStrip:
    """A part of a sleeve that stays in one piece.

    Attributes
    ----------
    name : str
        ``sleeve``, of a bent one ``sleeve`` down to the elbow and ``forearm``.
    source, target : Ribbon
        In the garment's photo and on the arm, control point by control point.
    elbow : float, optional
        Where two strips meet, as a share of the sleeve's length.
    past : float
        How far each goes past it, as such a share.
    """

    name: str
    source: Ribbon
    target: Ribbon
    elbow: float | None = None
    past: float = 0.0

    def share(self, sleeve: Ribbon, shape: tuple[int, int]) -> NDArray[np.float32]:
        """Return the strip's share of its sleeve's pixels: (H, W), 0..1.

        At the elbow each of two strips ends round, and reaches under the other.

        Parameters
        ----------
        sleeve : Ribbon
            The whole sleeve in its photo.
        shape : (int, int)
            Height and width of the photo.
        """
        if self.elbow is None:
            return np.ones(shape, np.float32)
        near = sleeve.resampled(np.array([self.elbow - 0.02, self.elbow, self.elbow + 0.02]))
        before, middle, after = near.across(0.5)
        ahead = (after - before) / max(float(np.linalg.norm(after - before)), 1e-9)
        seam = (near.outer[1] - near.inner[1]) / max(float(near.widths[1]), 1e-9)
        # An outer edge is longer than the inner one: what lies across the arm is slanted here.
        slant = float(ahead[0] * seam[1] - ahead[1] * seam[0])
        if abs(slant) < _LEAST_SLANT:
            seam, slant = np.array([-ahead[1], ahead[0]]), 1.0
        y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        x, y = x - np.float32(middle[0]), y - np.float32(middle[1])
        sign = 1.0 if self.name == "forearm" else -1.0
        past = (x * np.float32(seam[1]) - y * np.float32(seam[0])) * np.float32(sign / slant)
        across = (y * np.float32(ahead[0]) - x * np.float32(ahead[1])) / np.float32(slant)
        # What is a circle on the arm, whose cloth is gathered, is an ellipse in the photo.
        high, wide = max(self.past * _length(sleeve), 1.0), max(float(near.widths[1]) / 2, 1.0)
        within = high * (1 - np.hypot(past / np.float32(high), across / np.float32(wide)))
        return np.asarray(np.clip(0.5 + np.maximum(past, within) / 2, 0, 1), np.float32)


def sleeve_strips(
    source: Ribbon, corners: Sequence[Point], body: Body, side: str, flat: float, ease: float
) -> list[SleeveStrip]:
    """Lay a sleeve along an arm.

    Parameters
    ----------
    source : Ribbon
        The sleeve's edges in its photo, from shoulder and armpit to the cuff.
    corners : sequence of (2,) float arrays
        Where the sleeve's outer and inner start, outer and inner end go.
    body : Body
        The arm.
    side : str
        The image's side.
    flat : float
        Half of the sleeve's width laid flat, in pixels of the person.
    ease : float
        See `Fit`.

    Returns
    -------
    list of SleeveStrip
        From the shoulder down; one, or two of a sharply bent sleeve.
    """
    arm = body.arms[side]
    reach = arc_of(arm, (corners[2] + corners[3]) / 2)
    upper, fore = (float(np.linalg.norm(bone)) for bone in np.diff(arm, axis=0))
    sharp, short = _bend(arm) >= _SHARP, reach < upper + _LEAST_FOREARM * fore
    if short or not sharp:
        # A folded forearm lies beside the upper arm: a short sleeve knows of that alone.
        bones = arm[:2] if sharp else arm
        target = _on_arm(corners, bones, body, side, flat, ease)
        count = 4 if reach < 0.9 * body.width else 8
        if _length(source) < _CAP * float(source.widths.mean()):
            # Of a cap sleeve's edges little is to be seen between their ends.
            count = 2
        fractions = np.linspace(0, 1, count)
        return [SleeveStrip("sleeve", source.resampled(fractions), target.resampled(fractions))]
    return _bent(source, corners, body, side, flat, ease)


def _length(ribbon: Ribbon) -> float:
    return float(np.linalg.norm(np.diff(ribbon.across(0.5), axis=0), axis=1).sum())


def _bend(arm: Line) -> float:
    """Return the angle by which an arm turns at the elbow, in degrees."""
    upper, fore = np.diff(arm, axis=0)
    size = max(float(np.linalg.norm(upper) * np.linalg.norm(fore)), 1e-9)
    return float(np.degrees(np.arccos(np.clip(float(upper @ fore) / size, -1, 1))))


def _bent(
    source: Ribbon, corners: Sequence[Point], body: Body, side: str, flat: float, ease: float
) -> list[SleeveStrip]:
    shoulder, armpit, outer, inner = corners
    arm, cuff = body.arms[side], (outer + inner) / 2
    half = sleeve_half(body, 0.5, flat, ease)
    upper = float(np.linalg.norm(arm[1] - arm[0]))
    whole = upper + float(np.linalg.norm(cuff - arm[1]))
    # Both go on past the elbow by half their width: there the outside of the bend is round.
    above, below = _reaching(arm[0], arm[1], half), _reaching(cuff, arm[1], half)[::-1]
    aside = half * perpendicular((above[1] - above[0]) / (upper + half), side)
    ends = [shoulder, armpit, above[1] + aside, above[1] - aside]
    first = _on_arm(ends, above, body, side, flat, ease)
    halves = [half, half, float(np.linalg.norm(outer - inner)) / 2]
    second = _straight(below, halves, [0, half, whole - upper + half], side)
    second = Ribbon(
        np.concatenate([second.outer[:-1], outer[None]]),
        np.concatenate([second.inner[:-1], inner[None]]),
    )
    elbow, past = upper / whole, half / whole
    stations = np.linspace(0, 1, 6)
    strips = []
    for name, low, high, target in (
        ("sleeve", 0.0, elbow + past, first),
        ("forearm", elbow - past, 1.0, second),
    ):
        own = source.resampled(low + stations * (high - low))
        strips.append(SleeveStrip(name, own, target.resampled(stations), elbow, past))
    return strips


def _reaching(start: Point, end: Point, past: float) -> Line:
    """Return a straight line that goes on past its end."""
    ahead = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    return np.stack([start, end + past * ahead])


def _straight(line: Line, halves: Sequence[float], at: Sequence[float], side: str) -> Ribbon:
    """Return the edges of a strip about a straight line, so wide at such places along it."""
    axis = by_length(line, np.linspace(0, 1, _DENSE))
    walked = np.linspace(0, float(np.linalg.norm(line[-1] - line[0])), _DENSE)
    return offset_edges(axis, np.interp(walked, at, halves), -SIDES[side])


def _on_arm(
    corners: Sequence[Point],
    arm: Line,
    body: Body,
    side: str,
    flat: float,
    ease: float,
) -> Ribbon:
    """Lay a sleeve's edges along a gently bent arm."""
    shoulder, armpit, outer, inner = corners
    whole = float(np.linalg.norm(np.diff(arm, axis=0), axis=1).sum())
    end = max(arc_of(arm, (outer + inner) / 2), 0.05 * whole)
    walked = np.linspace(0, end, 24)
    axis = smoothed(np.stack([along(arm, float(u))[0] for u in walked]), 0.22 * body.width)
    axis = by_length(axis, np.linspace(0, 1, 24))
    cuff = float(np.linalg.norm(outer - inner)) / 2
    upper = sleeve_half(body, 0.3, flat, ease)
    # Close at the shoulder's cap, as wide as it likes below.
    cap = min(upper, sleeve_half(body, 0.0, 0.0))
    half = np.interp(walked / end, [0.0, 0.45, 1.0], [cap, upper, cuff])
    axis = axis + _clear(axis, half, armpit, body, side)
    edges = offset_edges(axis, half, -SIDES[side])
    start = min(arc_of(arm, armpit) + 0.1 * body.width, 0.9 * end)
    out = edges.outer[(walked > 0.2 * body.width) & (walked < 0.97 * end)]
    into = edges.inner[(walked > start) & (walked < 0.97 * end)]
    ribbon = Ribbon(
        smoothed(np.concatenate([shoulder[None], out, outer[None]]), 0.08 * body.width),
        smoothed(np.concatenate([armpit[None], into, inner[None]]), 0.08 * body.width),
    )
    return ribbon.resampled(np.linspace(0, 1, _DENSE))


def _clear(axis: Line, half: NDArray[np.float64], armpit: Point, body: Body, side: str) -> Line:
    """Shifts that keep a hanging sleeve beside the torso, changing softly along it."""
    ahead = np.gradient(axis, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    shifts = np.stack(
        [
            clear_of_torso(
                point - h * perpendicular(direction, side), direction, armpit, body, side
            )
            for point, direction, h in zip(axis, ahead, half, strict=True)
        ]
    )
    kernel = np.ones(7) / 7
    padded = np.pad(shifts, ((3, 3), (0, 0)), mode="edge")
    return np.stack([np.convolve(padded[:, i], kernel, mode="valid") for i in (0, 1)], axis=1)
