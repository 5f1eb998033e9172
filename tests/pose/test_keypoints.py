"""Schemas and results."""

import numpy as np
import pytest

from pose import COCO_17, Keypoints, KeypointSchema


def test_flipping_twice_is_nothing():
    order = np.array(COCO_17.flip_order)
    assert (order[order] == np.arange(17)).all()
    assert COCO_17.names[order[COCO_17.index("left_wrist")]] == "right_wrist"
    assert COCO_17.names[order[0]] == "nose"


def test_coco_has_its_names_edges_and_sigmas():
    assert len(COCO_17) == len(COCO_17.sigmas) == 17
    assert len(COCO_17.edge_indices) == 19
    assert COCO_17.sigmas[COCO_17.index("left_hip")] == 0.107


@pytest.mark.parametrize(
    "arguments",
    [
        {"names": ("a", "a")},
        {"names": ("a",), "edges": (("a", "b"),)},
        {"names": ("a", "b"), "flip_pairs": (("a", "c"),)},
        {"names": ("a", "b"), "sigmas": (0.1,)},
    ],
)
def test_contradictory_schemas_are_refused(arguments):
    with pytest.raises(ValueError, match="schema s"):
        KeypointSchema("s", **arguments)


def person(scores):
    xy = np.arange(34, dtype=float).reshape(17, 2)
    return Keypoints(COCO_17, xy, np.asarray(scores, dtype=float))


def test_box_and_score_count_the_keypoints_that_are_there():
    scores = np.zeros(17)
    scores[[2, 5]] = 0.4, 0.8
    found = person(scores)
    assert found.bbox() == (4.0, 5.0, 6.0, 6.0)
    assert found.bbox(0.5) == (10.0, 11.0, 0.0, 0.0)
    assert found.score == pytest.approx(0.6)
    assert set(found.named()) == {"right_eye", "left_shoulder"}


def test_nothing_there_still_has_a_box():
    assert person(np.zeros(17)).bbox() == (0.0, 1.0, 32.0, 32.0)
    assert person(np.zeros(17)).score == 0


def test_moving_by_hand_leaves_the_original():
    found = person(np.full(17, 0.5))
    moved = found.moved({"nose": (7.0, 8.0)})
    assert moved["nose"].tolist() == [7.0, 8.0]
    assert moved.score_of("nose") == 1.0
    assert found["nose"].tolist() == [0.0, 1.0]


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="17 keypoints"):
        Keypoints(COCO_17, np.zeros((16, 2)), np.zeros(17))
