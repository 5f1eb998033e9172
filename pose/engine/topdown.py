"""From a picture to all instances in it, top-down: boxes first, then keypoints in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import Box
from pose.engine.detector import Detector
from pose.engine.predictor import Prediction, Predictor, overlap
from pose.engine.similarity import distinct

__all__ = ["TopDown"]

Image = NDArray[np.uint8]


class TopDown:
    """Owns the way from a whole picture to one crop for each instance.

    Parameters
    ----------
    predictor : Predictor
        Finds the keypoints in a box.
    detector : Detector, optional
        Finds the boxes. Without one, or where it finds nothing, the picture is taken to hold
        one instance, which is closed in on by looking again and again.
    least_score : float
        Instances whose score is lower are not reported.
    score : callable, optional
        Of a prediction; by default the mean confidence of the surer half of its keypoints: of
        who is cut off by the picture's border half may well be out of sight.
    steady : float
        An instance whose keypoints' box overlaps the detected one less is looked at again, in
        its own box: detections are rough, and keypoints want the crop that was trained on.
    most : int
        Instances looked at, those of the surest boxes.
    """

    def __init__(
        self,
        predictor: Predictor,
        detector: Detector | None = None,
        *,
        least_score: float = 0.3,
        score: Callable[[Prediction], float] | None = None,
        steady: float = 0.8,
        most: int = 20,
    ) -> None:
        self.predictor, self.detector = predictor, detector
        self.least_score, self.steady, self.most = least_score, steady, most
        self.score = score or _surer_half

    def __call__(self, image: Image) -> list[Prediction]:
        """Find the instances of an (H, W, 3) uint8 RGB picture, largest first."""
        found = [p for p in self.candidates(image) if self.is_instance(p)]
        return sorted(found, key=lambda p: -_area(p))

    def candidates(self, image: Image) -> list[Prediction]:
        """Find the instances, however unsure; at least one."""
        boxes = [d.box for d in self.detector(image)[: self.most]] if self.detector else []
        found = self._in_rough_boxes(image, boxes)
        if not any(self.is_instance(p) for p in found):
            return [self.predictor.locate(image)]
        return [found[i] for i in distinct([p.keypoints for p in found])]

    def in_boxes(self, image: Image, boxes: Sequence[Box]) -> list[Prediction]:
        """Find one instance in each tight box (x, y, width, height), whatever its score."""
        return self.predictor.predict([image] * len(boxes), boxes)

    def is_instance(self, found: Prediction) -> bool:
        """Tell whether a prediction is sure enough to be reported."""
        return self.score(found) >= self.least_score

    def _in_rough_boxes(self, image: Image, boxes: Sequence[Box]) -> list[Prediction]:
        if not boxes:
            return []
        found = self.in_boxes(image, boxes)
        closer = [p.keypoints.bbox(0.2) for p in found]
        again = [
            i
            for i, (box, own) in enumerate(zip(boxes, closer, strict=True))
            if self.is_instance(found[i]) and overlap(box, own) < self.steady
        ]
        better = self.in_boxes(image, [closer[i] for i in again])
        for i, prediction in zip(again, better, strict=True):
            found[i] = prediction
        return found


def _surer_half(found: Prediction) -> float:
    scores = np.sort(found.keypoints.scores)[::-1]
    return float(scores[: max(len(scores) // 2, 1)].mean())


def _area(found: Prediction) -> float:
    _, _, width, height = found.keypoints.bbox(0.2)
    return width * height
