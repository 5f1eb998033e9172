"""What can be wrong with control points."""

from __future__ import annotations

__all__ = [
    "CollinearPointsError",
    "DuplicatePointsError",
    "NonFinitePointsError",
    "PointShapeError",
    "TooFewPointsError",
    "WarpError",
]


class WarpError(ValueError):
    """Control points that no spline can be fitted to."""


class PointShapeError(WarpError):
    """Arrays that are not (N, 2), or not of one length."""


class TooFewPointsError(WarpError):
    """Fewer than three points."""


class NonFinitePointsError(WarpError):
    """NaN or infinity among the coordinates."""


class DuplicatePointsError(WarpError):
    """Two points in one place."""


class CollinearPointsError(WarpError):
    """Points that all lie on a line."""
