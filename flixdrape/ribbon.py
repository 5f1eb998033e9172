"""Strips of cloth between two edges: a sleeve, a trouser leg, the front of a torso.

A strip is two edges of as many points, paired across the cloth. On the garment's photo the edges
follow the cutout; on the body they follow the limb. Each edge is measured by its own length, so
that a sleeve that stuck out sideways turns down at the shoulder without a fold: its outer edge
is long, its inner one short, in both pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

__all__ = ["Ribbon", "by_length", "offset_edges", "smoothed"]

Point = NDArray[np.float64]
Line = NDArray[np.float64]


# How near to a bend's centre the edge inside it may come, as a share of the radius.
_INSIDE = 0.75


@dataclass(frozen=True)
class Ribbon:
    """Two edges of a strip, point by point opposite each other.

    Attributes
    ----------
    outer, inner : (N, 2) float arrays
        Pixels.
    """

    outer: Line
    inner: Line

    def resampled(self, fractions: NDArray[np.float64]) -> Ribbon:
        """Return the edges at fractions (0..1) of each edge's own length."""
        return Ribbon(by_length(self.outer, fractions), by_length(self.inner, fractions))

    def across(self, share: float) -> Line:
        """Return the line at `share` of the way from the inner edge to the outer one."""
        return share * self.outer + (1 - share) * self.inner

    @property
    def outline(self) -> Line:
        """The polygon around the strip."""
        return np.concatenate([self.outer, self.inner[::-1]])

    @property
    def widths(self) -> NDArray[np.float64]:
        """(N,) distances between the edges."""
        return np.asarray(np.linalg.norm(self.outer - self.inner, axis=1))


def by_length(line: Line, fractions: NDArray[np.float64]) -> Line:
    """Return the points at fractions (0..1) of a polyline's length.

    Examples
    --------
    >>> by_length(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]]), np.array([0.25, 0.75])).tolist()
    [[1.0, 0.0], [2.0, 1.0]]
    """
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(np.maximum(steps, 1e-9))])
    # Of its own length, so that 1 is the last point itself and not one beside it.
    walked /= walked[-1]
    return np.stack([np.interp(fractions, walked, line[:, axis]) for axis in (0, 1)], axis=1)


def smoothed(line: Line, reach: float) -> Line:
    """Round a polyline's corners over about `reach` pixels; its ends stay.

    Returned densely sampled, about a point every two pixels.
    """
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    count = int(np.clip(length / 2, 16, 600))
    dense = by_length(line, np.linspace(0, 1, count))
    sigma = reach / max(length / count, 1e-6)
    # Reflected through its ends, a line keeps them.
    pad = min(int(4 * sigma) + 1, count - 1)
    before = 2 * dense[0] - dense[pad:0:-1]
    after = 2 * dense[-1] - dense[-2 : -pad - 2 : -1]
    whole = np.concatenate([before, dense, after])
    soft = gaussian_filter1d(whole, max(sigma, 1e-3), axis=0, mode="nearest")
    result = np.asarray(soft[pad : pad + count])
    result[[0, -1]] = line[[0, -1]]
    return result


def offset_edges(axis: Line, half: NDArray[np.float64], sign: float) -> Ribbon:
    """Return the edges of a strip of half-width `half` about an axis.

    Parameters
    ----------
    axis : (N, 2) float array
        Smooth.
    half : (N,) float array
        Half of the width at each of its points.
    sign : float
        1 where the outer edge lies to the right of who walks down the axis on the image (towards
        smaller x when walking down), -1 where to the left.
    """
    ahead = np.gradient(axis, axis=0)
    step = np.maximum(np.linalg.norm(ahead, axis=1), 1e-9)
    ahead /= step[:, None]
    normal = sign * np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    # Inside a bend cloth lies in folds: the edge there stays clear of the bend's centre, where
    # it would stand still.
    bend = (np.gradient(ahead, axis=0) * normal).sum(axis=1) / step
    outer = axis + _within(half, bend)[:, None] * normal
    inner = axis - _within(half, -bend)[:, None] * normal
    return Ribbon(_advancing(outer, ahead), _advancing(inner, ahead))


def _within(half: NDArray[np.float64], bend: NDArray[np.float64]) -> NDArray[np.float64]:
    """Limit an edge's distance to most of the bend's radius on that side; softly along it."""
    most = _INSIDE / np.maximum(bend, 1e-9)
    return np.asarray(gaussian_filter1d(np.minimum(half, most), 1.0, mode="nearest"))


def _advancing(edge: Line, ahead: Line) -> Line:
    """Hold an edge still where, inside a sharp bend, it would run backwards."""
    result = edge.copy()
    for index in range(1, len(edge)):
        if float((edge[index] - result[index - 1]) @ ahead[index]) <= 0:
            result[index] = result[index - 1]
    return result
