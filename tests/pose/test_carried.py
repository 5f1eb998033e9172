"""Bags given to other people: cut as they are, hung from a hand, behind arms and face."""

import cv2
import numpy as np
import pytest
from figure import FIGURE

from pose.carried import carried_by, carry
from pose.engine.dataset import Sample, SampleImages
from pose.keypoints import COCO_17
from pose.parsing_data import LabelledPerson
from pose.parts import PARTS

ARMS, TOP, CARRIED = (PARTS.index(name) for name in ("arms", "top", "accessories"))
LEFT, RIGHT = COCO_17.index("left_wrist"), COCO_17.index("right_wrist")
RED = (255, 0, 0)


def person(folder, *boxes, labelled=None):
    """A grey photo of the figure that carries red bags: boxes of (x, y, width, height)."""
    points = FIGURE + (100, 140)
    parts = np.zeros((280, 200), np.uint8)
    parts[60:200, 70:130] = TOP
    image = np.full((280, 200, 3), 128, np.uint8)
    for x, y, width, height in boxes:
        parts[y : y + height, x : x + width] = CARRIED
        image[y : y + height, x : x + width] = RED
    path = folder / "bags.png"
    cv2.imwrite(str(path), image[..., ::-1])
    known = np.ones(17, bool) if labelled is None else labelled
    return LabelledPerson(Sample(path, points, known, np.zeros(17, bool)), parts)


@pytest.fixture
def torso():
    shoulders, hips = FIGURE[[5, 6]].mean(axis=0), FIGURE[[11, 12]].mean(axis=0)
    return float(np.linalg.norm(shoulders - hips))


def bag_at(wrist, size):
    """A box that hangs from a wrist of the figure."""
    x, y = np.round(FIGURE[wrist] + (100, 140)).astype(int)
    return int(x - size // 2), int(y + 2), int(size), int(size)


def test_a_bag_is_found_with_the_hand_that_carries_it(tmp_path, torso):
    box = bag_at(RIGHT, 0.4 * torso)
    (bag,) = carried_by([person(tmp_path, box)])
    assert not bag.left
    assert bag.corner == box[:2]
    assert bag.mask.shape == (box[3], box[2])
    assert bag.mask.all()
    assert bag.torso == pytest.approx(torso)


def test_small_and_far_pieces_and_unknown_hands_give_none(tmp_path, torso):
    small = bag_at(LEFT, 0.1 * torso)
    hat = (90, 0, 20, 12)
    assert carried_by([person(tmp_path, small, hat)]) == []
    unknown = np.ones(17, bool)
    unknown[LEFT] = False
    assert carried_by([person(tmp_path, bag_at(RIGHT, 20), labelled=unknown)]) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_bag_hangs_from_a_hand_and_keeps_its_colour(tmp_path, torso, seed):
    size = round(0.4 * torso)
    giver = person(tmp_path, bag_at(RIGHT, size))
    (bag,) = carried_by([giver])
    points = 2 * (FIGURE + (100, 140))
    pixels, parts = np.zeros((560, 400, 3), np.uint8), np.zeros((280, 200), np.uint8)
    rng = np.random.default_rng(seed)
    drawn, labelled = carry(pixels, parts, points, bag, SampleImages(), rng)
    rows, columns = np.nonzero(labelled == CARRIED)
    middle = 2 * np.array([columns.mean(), rows.mean()])
    hands = points[[LEFT, RIGHT]]
    assert np.linalg.norm(hands - middle, axis=1).min() < 1.2 * torso
    inner = cv2.erode((labelled == CARRIED).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    shown = drawn[np.repeat(np.repeat(inner, 2, 0), 2, 1)]
    assert np.abs(shown.astype(int) - RED).max() <= 40
    assert drawn[np.repeat(np.repeat(labelled == 0, 2, 0), 2, 1)].mean() < 3
    assert not pixels.any(), "the crop given is left alone"


def test_arms_stay_before_the_bag(tmp_path, torso):
    (bag,) = carried_by([person(tmp_path, bag_at(RIGHT, round(0.5 * torso)))])
    pixels = np.zeros((280, 200, 3), np.uint8)
    parts = np.full((140, 100), ARMS, np.uint8)
    points = FIGURE + (100, 140)
    drawn, labelled = carry(pixels, parts, points, bag, SampleImages(), np.random.default_rng(0))
    assert (labelled == ARMS).all()
    assert not drawn.any()
