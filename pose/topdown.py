"""People, top-down: boxes first, then the joints in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import Box
from pose.engine.topdown import TopDown
from pose.keypoints import Keypoints

__all__ = ["TopDownPeople"]


class TopDownPeople:
    """Finds people by their boxes.

    Parameters
    ----------
    finder : TopDown
        On COCO-17.
    """

    def __init__(self, finder: TopDown) -> None:
        self.finder = finder

    def __call__(self, image: NDArray[np.uint8]) -> list[Keypoints]:
        """Find the people of an (H, W, 3) uint8 RGB picture, largest first."""
        return [found.keypoints for found in self.finder(image)]

    def candidates(self, image: NDArray[np.uint8]) -> list[Keypoints]:
        """Find people however unsure, at least one."""
        return [found.keypoints for found in self.finder.candidates(image)]

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Keypoints]:
        """Find one person in each tight box (x, y, width, height), whatever its score."""
        return [found.keypoints for found in self.finder.in_boxes(image, boxes)]
