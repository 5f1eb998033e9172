"""The outline of a cutout, and the piece of it between two corners."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Contour"]

Line = NDArray[np.float64]

# Specks beside the garment are not its outline.
_LEAST_AREA = 0.01
# Corners are found to a few pixels; farther from the outline an edge is hidden, not there.
_NEAR = 3.0


@dataclass(frozen=True)
class Contour:
    """Closed outlines of a cutout's regions.

    Attributes
    ----------
    loops : tuple of (N, 2) float arrays
        Pixels, a point at every step.
    """

    loops: tuple[Line, ...]

    @classmethod
    def of(cls, matte: NDArray[np.float32]) -> Contour:
        """Trace the regions of a (H, W) matte where it is above one half."""
        mask = (matte > 0.5).astype(np.uint8)
        found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        least = _LEAST_AREA * float(mask.sum())
        return cls(
            tuple(
                np.asarray(loop, np.float64).reshape(-1, 2)
                for loop in found
                if cv2.contourArea(loop) > least and len(loop) > 8
            )
        )

    def between(
        self, start: Line, end: Line, *, slack: float = 1.4, near: float = 0.12, bulge: float = 1.0
    ) -> Line | None:
        """Return the outline from `start` to `end`, or None where there is none to follow.

        Parameters
        ----------
        start, end : (2,) float arrays
            Corners near the outline.
        slack : float
            How much longer than the straight way it may be: beyond that it is another way
            round, or a sleeve beside the edge.
        near : float
            How far from the outline a corner may lie, as a share of the straight way.
        bulge : float
            How far from the straight way the outline may lead, as a share of it.

        Returns
        -------
        (N, 2) float array or None
            From `start` itself to `end` itself.
        """
        straight = float(np.linalg.norm(end - start))
        reach = _NEAR + near * straight
        best: Line | None = None
        best_length = slack * straight
        for loop in self.loops:
            first, last = _nearest(loop, start, reach), _nearest(loop, end, reach)
            if first is None or last is None or first == last:
                continue
            for way in _ways(loop, first, last):
                length = _length(way)
                if length < best_length and _bulge(way, start, end) < _NEAR + bulge * straight:
                    best, best_length = way, length
        if best is None:
            return None
        # Where the corner lies beside the outline it is the corner that counts.
        inner = best[(len(best) > 12) * 3 : len(best) - (len(best) > 12) * 3]
        return np.concatenate([start[None], inner, end[None]])


def _nearest(loop: Line, point: Line, near: float) -> int | None:
    distances = np.linalg.norm(loop - point, axis=1)
    index = int(distances.argmin())
    return index if distances[index] <= near else None


def _ways(loop: Line, first: int, last: int) -> tuple[Line, Line]:
    """Both ways round from one point of a closed line to another."""
    turned = np.roll(loop, -first, axis=0)
    stop = (last - first) % len(loop)
    onward = turned[: stop + 1]
    backward = np.concatenate([turned[:1], turned[stop:][::-1]])
    return onward, backward


def _bulge(line: Line, start: Line, end: Line) -> float:
    """Largest distance of a line from the straight way between two points."""
    ahead = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    away = line - start
    return float(np.abs(away[:, 0] * ahead[1] - away[:, 1] * ahead[0]).max())


def _length(line: Line) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
