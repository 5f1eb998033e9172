"""Geometry: thin-plate splines that carry a picture from one set of points to another."""

from warp.errors import (
    CollinearPointsError,
    DuplicatePointsError,
    NonFinitePointsError,
    PointShapeError,
    TooFewPointsError,
    WarpError,
)
from warp.layered import MUCH, LayeredWarp, Part, warp_layers
from warp.spline import ThinPlateSpline, jacobian_determinant, sample_image

__all__ = [
    "MUCH",
    "CollinearPointsError",
    "DuplicatePointsError",
    "LayeredWarp",
    "NonFinitePointsError",
    "Part",
    "PointShapeError",
    "ThinPlateSpline",
    "TooFewPointsError",
    "WarpError",
    "jacobian_determinant",
    "sample_image",
    "warp_layers",
]
