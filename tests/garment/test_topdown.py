"""One garment is closed in on; several are detected."""

import numpy as np
import pytest

from garment import FASHIONAI_24
from garment.topdown import TopDownGarments
from pose.engine.keypoints import Keypoints
from pose.engine.predictor import Prediction

PICTURE = np.zeros((90, 120, 3), np.uint8)


def garment(x, score):
    xy = np.full((24, 2), 20.0) + (x, 0)
    xy[::2] += 20
    answers = {"category": np.full(5, 0.2), "view": np.full(2, 0.5)}
    scores = np.full(24, score)
    return Prediction(Keypoints(FASHIONAI_24, xy, scores), scores, scores, answers, (x, 0, 40, 40))


class Answers:
    """A finder that finds what it is told."""

    def __init__(self, *found):
        self.found = list(found)

    def is_instance(self, found):
        return found.presence.mean() > 0.35

    def __call__(self, image):
        return [p for p in self.found if self.is_instance(p)]

    def candidates(self, image):
        return self.found

    def in_boxes(self, image, boxes):
        return self.found[: len(boxes)]


def places(found):
    return [p.box[0] for p in found]


def test_several_are_those_detected():
    finder = TopDownGarments(Answers(garment(1, 0.9)), Answers(garment(5, 0.8), garment(60, 0.7)))
    assert places(finder(PICTURE)) == [5, 60]


@pytest.mark.parametrize("detected", [[], [garment(5, 0.8)], [garment(5, 0.8), garment(60, 0.1)]])
def test_one_is_closed_in_on(detected):
    finder = TopDownGarments(Answers(garment(1, 0.9)), Answers(*detected))
    assert places(finder(PICTURE)) == [1]
    assert places(finder.candidates(PICTURE)) == [1]


def test_where_one_is_too_unsure_detections_are_candidates_too():
    finder = TopDownGarments(Answers(garment(1, 0.1)), Answers(garment(60, 0.7)))
    assert places(finder.candidates(PICTURE)) == [1, 60]
    assert places(finder(PICTURE)) == []


def test_boxes_are_read_as_given():
    finder = TopDownGarments(Answers(garment(1, 0.9)), Answers())
    assert places(finder.in_boxes(PICTURE, [(0, 0, 9, 9)])) == [1]
