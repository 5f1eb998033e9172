"""Garments, top-down: boxes first, then the corners in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import Box
from pose.engine.predictor import Prediction
from pose.engine.topdown import TopDown

__all__ = ["TopDownGarments"]

Image = NDArray[np.uint8]


class TopDownGarments:
    """Finds garments by their boxes.

    The one garment of a photo is closed in on by looking again and again, which places its corners
    better than a detected box does; a detector says where several are.

    Parameters
    ----------
    one : TopDown
        On FashionAI-24, without a detector.
    several : TopDown
        The same with a detector.
    """

    def __init__(self, one: TopDown, several: TopDown) -> None:
        self.one, self.several = one, several

    def __call__(self, image: Image) -> list[Prediction]:
        """Find the garments of an (H, W, 3) uint8 RGB picture, largest first."""
        found = self.several(image)
        return found if len(found) > 1 else self.one(image)

    def candidates(self, image: Image) -> list[Prediction]:
        """Find the garment of a picture, or where it is too unsure several; at least one."""
        found = self.one.candidates(image)
        if any(self.one.is_instance(p) for p in found):
            return found
        return [*found, *self.several.candidates(image)]

    def in_boxes(self, image: Image, boxes: Sequence[Box]) -> list[Prediction]:
        """Find one garment in each tight box (x, y, width, height), whatever its score."""
        return self.one.in_boxes(image, boxes)
