"""Garments, bottom-up: all corners of a picture first, then which garment they belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from garment.landmarks import FASHIONAI_24
from pose.engine.crop import Box, apply_homography, box_to_input, sample_crop
from pose.engine.keypoints import Keypoints
from pose.engine.predictor import Prediction, Predictor, overlap
from pose.engine.scene_predictor import ScenePredictor

__all__ = ["BottomUpGarments"]

Image = NDArray[np.uint8]
# Crops of given boxes: the garment fills as much of them as of the training scenes.
_PADDING = 1.4


class BottomUpGarments:
    """Finds garments by their corners.

    Parameters
    ----------
    finder : ScenePredictor
        On FashionAI-24: the corners, and which of them belong together.
    judge : Predictor
        Answers `category` and `view` of what was found: single corners do not tell a dress from
        a long top.
    least_score : float
        Garments whose score is lower are not reported.
    score : callable
        Of a prediction.
    """

    def __init__(
        self,
        finder: ScenePredictor,
        judge: Predictor,
        *,
        least_score: float,
        score: Callable[[Prediction], float],
    ) -> None:
        self.finder, self.judge = finder, judge
        self.least_score, self.score = least_score, score

    def __call__(self, image: Image) -> list[Prediction]:
        """Find the garments of an (H, W, 3) uint8 RGB picture, largest first."""
        found = [p for p in self.candidates(image) if self.score(p) >= self.least_score]
        return sorted(found, key=lambda p: -p.box[2] * p.box[3])

    def candidates(self, image: Image) -> list[Prediction]:
        """Find garments however unsure, at least one (of no confidence where nothing is seen)."""
        return self._judged(image, self._corners(image))

    def in_boxes(self, image: Image, boxes: Sequence[Box]) -> list[Prediction]:
        """Find the garment that fills each tight box (x, y, width, height) best."""
        return self._judged(image, [self._in_box(image, box) for box in boxes])

    def _corners(self, image: Image) -> list[Keypoints]:
        found = self.finder(image)
        if found:
            return found
        count = len(FASHIONAI_24)
        size = np.array([image.shape[1], image.shape[0]], dtype=np.float64)
        return [Keypoints(FASHIONAI_24, np.tile((size - 1) / 2, (count, 1)), np.zeros(count))]

    def _in_box(self, image: Image, box: Box) -> Keypoints:
        size = (self.finder.side, self.finder.side)
        matrix = box_to_input(box, size, _PADDING)
        found = self._corners(sample_crop(image, matrix, size))
        back = np.linalg.inv(matrix)
        placed = [Keypoints(FASHIONAI_24, apply_homography(back, g.xy), g.scores) for g in found]
        return max(placed, key=lambda g: overlap(g.bbox(), box) + 0.01 * float(g.scores.sum()))

    def _judged(self, image: Image, found: Sequence[Keypoints]) -> list[Prediction]:
        boxes = [_not_empty(garment.bbox()) for garment in found]
        answers = self.judge.predict([image] * len(boxes), boxes)
        return [
            replace(
                answer,
                keypoints=garment,
                presence=(garment.scores > 0).astype(np.float64),
                certainty=garment.scores,
            )
            for answer, garment in zip(answers, found, strict=True)
        ]


def _not_empty(box: Box) -> Box:
    x, y, width, height = box
    return x, y, max(width, 8.0), max(height, 8.0)
