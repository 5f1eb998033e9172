"""What finds garments in a picture, whatever its method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import Box
from pose.engine.predictor import Prediction

__all__ = ["GarmentFinder"]


class GarmentFinder(Protocol):
    """What every method can do."""

    def __call__(self, image: NDArray[np.uint8]) -> list[Prediction]:
        """Find the garments of a picture, largest first."""

    def candidates(self, image: NDArray[np.uint8]) -> list[Prediction]:
        """Find garments however unsure, at least one."""

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Prediction]:
        """Find one garment in each tight box."""
