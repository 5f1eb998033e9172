"""Garments: corners, category, view and cutout."""

from garment.estimator import Garment, GarmentEstimator, shipped_methods
from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF, VIEWS

__all__ = [
    "CATEGORIES",
    "FASHIONAI_24",
    "LANDMARKS_OF",
    "VIEWS",
    "Garment",
    "GarmentEstimator",
    "shipped_methods",
]
