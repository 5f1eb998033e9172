"""PCK and AP on people whose errors are known."""

import numpy as np
import pytest

from pose import COCO_17, Keypoints
from pose.metrics import average_precision, correct_keypoints, torso_lengths


@pytest.fixture
def truth():
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 200, (3, 17, 2))
    for name, place in {
        "left_shoulder": (60, 40),
        "right_shoulder": (30, 40),
        "left_hip": (60, 80),
        "right_hip": (30, 80),
    }.items():
        points[:, COCO_17.index(name)] = place
    return points


def test_torso_length_is_the_mean_diagonal(truth):
    assert torso_lengths(truth) == pytest.approx([50.0] * 3)


def test_pck_counts_within_the_share(truth):
    labelled = np.ones((3, 17), dtype=bool)
    predicted = truth.copy()
    predicted[0, 0] += [9.9, 0]
    predicted[1, 0] += [10.1, 0]
    correct, counted = correct_keypoints(predicted, truth, labelled, 0.2)
    assert counted[0] == 3
    assert correct[0] == 2
    assert (correct[1:] == 3).all()


def test_unlabelled_joints_and_torsos_do_not_count(truth):
    labelled = np.ones((3, 17), dtype=bool)
    labelled[0, 0] = False
    labelled[1, COCO_17.index("left_hip")] = False
    _, counted = correct_keypoints(truth, truth, labelled, 0.2)
    assert counted[0] == 1
    assert counted[COCO_17.index("left_hip")] == 2


def test_perfect_people_have_ap_one_and_lost_ones_zero(truth):
    pytest.importorskip("pycocotools")
    labelled = np.ones((3, 17), dtype=bool)
    areas = np.full(3, 4000.0)

    def people(points):
        return [Keypoints(COCO_17, p, np.full(17, 0.9)) for p in points]

    assert average_precision(people(truth), truth, labelled, areas)["AP"] == pytest.approx(1)
    lost = average_precision(people(truth + 300), truth, labelled, areas)
    assert lost["AP50"] == pytest.approx(0)
