"""People, bottom-up: all joints of a picture first, then who they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import Box, apply_homography, box_to_input, sample_crop
from pose.engine.predictor import overlap
from pose.engine.scene_predictor import ScenePredictor
from pose.keypoints import COCO_17, Keypoints

__all__ = ["BottomUpPeople"]

Image = NDArray[np.uint8]
# Crops of given boxes: the person fills as much of them as of the training scenes.
_PADDING = 1.4


class BottomUpPeople:
    """Finds people by their joints.

    Parameters
    ----------
    finder : ScenePredictor
        On COCO-17.
    least_score : float
        People whose joints, found and not found, are less confident on average are not
        reported.
    """

    def __init__(self, finder: ScenePredictor, least_score: float = 0.2) -> None:
        self.finder, self.least_score = finder, least_score

    def __call__(self, image: Image) -> list[Keypoints]:
        """Find the people of an (H, W, 3) uint8 RGB picture, largest first."""
        found = [p for p in self.finder(image) if p.scores.mean() >= self.least_score]
        return sorted(found, key=lambda p: -_area(p))

    def candidates(self, image: Image) -> list[Keypoints]:
        """Find people however unsure, at least one (of no confidence where nothing is seen)."""
        found = self.finder(image)
        if found:
            return found
        centre = np.array([(image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2])
        return [Keypoints(COCO_17, np.tile(centre, (len(COCO_17), 1)), np.zeros(len(COCO_17)))]

    def in_boxes(self, image: Image, boxes: Sequence[Box]) -> list[Keypoints]:
        """Find the person that fills each tight box (x, y, width, height) best."""
        return [self._in_box(image, box) for box in boxes]

    def _in_box(self, image: Image, box: Box) -> Keypoints:
        size = (self.finder.side, self.finder.side)
        matrix = box_to_input(box, size, _PADDING)
        people = self.candidates(sample_crop(image, matrix, size))
        back = np.linalg.inv(matrix)
        placed = [Keypoints(COCO_17, apply_homography(back, p.xy), p.scores) for p in people]
        return max(placed, key=lambda p: overlap(p.bbox(), box) + 0.01 * float(p.scores.sum()))


def _area(found: Keypoints) -> float:
    _, _, width, height = found.bbox()
    return width * height
