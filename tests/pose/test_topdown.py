"""Top-down on pictures of several marks: boxes in, each instance once, largest first."""

from types import SimpleNamespace

import numpy as np
import pytest
from marks import MARKS, MarkFinder, picture

from pose.engine.detector import Detection
from pose.engine.keypoints import Keypoints
from pose.engine.predictor import Predictor
from pose.engine.similarity import distinct, keypoint_similarity
from pose.engine.topdown import TopDown

SMALL = np.array([[60.0, 60.0], [90.0, 64.0], [75.0, 100.0]])
LARGE = np.array([[260.0, 60.0], [330.0, 70.0], [300.0, 220.0]])


def scene():
    image = picture(SMALL)
    right = picture(LARGE, radius=9)
    image[:, 200:] = right[:, 200:]
    return image


def box_of(points, grow=0.0):
    low, high = points.min(axis=0) - grow, points.max(axis=0) + grow
    return (*low, *(high - low))


class Boxes:
    def __init__(self, *boxes):
        self.boxes = boxes

    def __call__(self, image):
        return [Detection(tuple(map(float, box)), 0.9) for box in self.boxes]


def finder(*boxes):
    return TopDown(Predictor(MarkFinder(), MARKS), Boxes(*boxes))


def test_all_are_found_largest_first():
    found = finder(box_of(SMALL), box_of(LARGE))(scene())
    assert len(found) == 2
    for prediction, truth in zip(found, (LARGE, SMALL), strict=True):
        assert np.abs(prediction.keypoints.xy - truth).max() < 2


def test_doubles_are_reported_once():
    found = finder(box_of(SMALL), box_of(SMALL, grow=4.0), box_of(LARGE))(scene())
    assert len(found) == 2


def test_rough_box_is_looked_at_again_in_the_instances_own():
    rough = (200.0, 20.0, 199.0, 240.0)
    found = finder(rough)(scene())[0]
    assert found.box != rough
    assert np.abs(found.keypoints.xy - LARGE).max() < 2


def test_boxes_around_nothing_are_no_instances():
    empty = np.full((300, 400, 3), 128, np.uint8)
    assert finder((100.0, 100.0, 50.0, 80.0))(empty) == []
    assert len(finder((100.0, 100.0, 50.0, 80.0)).candidates(empty)) == 1


@pytest.mark.parametrize("detector", [None, Boxes()])
def test_without_boxes_the_one_instance_is_closed_in_on(detector):
    found = TopDown(Predictor(MarkFinder(), MARKS), detector)(picture(LARGE, radius=9))
    assert len(found) == 1
    assert np.abs(found[0].keypoints.xy - LARGE).max() < 2


def keypoints(points, scores=(1.0, 1.0, 1.0)):
    return Keypoints(MARKS, np.asarray(points, float), np.array(scores))


def test_similarity_falls_with_distance_and_ignores_what_neither_sees():
    near, far = keypoints(LARGE + 2), keypoints(LARGE + 30)
    true = keypoints(LARGE)
    assert 1 > keypoint_similarity(true, near) > 0.9
    assert keypoint_similarity(true, far) < keypoint_similarity(true, near)
    stray = LARGE.copy()
    stray[2] += 500
    assert keypoint_similarity(true, keypoints(stray, (1, 1, 0))) == 1
    assert keypoint_similarity(true, keypoints(LARGE, (0, 0, 0))) == 0


def test_the_more_confident_of_two_alike_stays():
    found = [keypoints(LARGE, (0.5,) * 3), keypoints(LARGE + 1, (0.9,) * 3), keypoints(SMALL)]
    assert distinct(found) == [2, 1]


@pytest.mark.parametrize(
    ("scores", "reported"),
    [((0.9, 0.0, 0.0), True), ((0.2, 0.2, 0.2), False), ((0.0, 0.0, 0.0), False)],
)
def test_who_is_half_out_of_sight_is_reported(scores, reported):
    found = SimpleNamespace(keypoints=Keypoints(MARKS, SMALL, np.array(scores)))
    assert finder().is_instance(found) is reported
