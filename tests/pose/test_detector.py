"""Boxes of all instances, on scenes whose perfect answer is known."""

import numpy as np
import pytest
import torch
from figure import FIGURE
from test_scene_predictor import SIDE, scene_of
from torch import nn

from pose.engine.detector import (
    Detection,
    Detector,
    DetectorOutput,
    detection_loss,
    detection_targets,
    suppress,
)


class Oracle(nn.Module):
    def __init__(self, scene):
        super().__init__()
        self.answer = detection_targets(scene)

    def forward(self, picture):
        logits = torch.logit(self.answer["centres"].clamp(1e-5, 1 - 1e-5))
        return DetectorOutput(
            logits[None], self.answer["sizes"][None], self.answer["offsets"][None]
        )


def boxes_of(found):
    return np.array([detection.box for detection in found])


def test_perfect_answers_give_the_boxes_back():
    scene = scene_of([FIGURE * 0.8 + (70, 130), FIGURE * 0.5 + (190, 150)])
    found = boxes_of(Detector(Oracle(scene), side=SIDE)(scene.image))
    assert len(found) == 2
    assert found[np.argsort(found[:, 0])] == pytest.approx(scene.boxes, abs=1.0)


def test_boxes_are_in_the_pictures_own_pixels():
    scene = scene_of([FIGURE * 0.8 + (120, 130)])
    large = np.zeros((2 * SIDE, 2 * SIDE, 3), np.uint8)
    found = boxes_of(Detector(Oracle(scene), side=SIDE)(large))
    expected = scene.boxes * 2 + (0.5, 0.5, 0, 0)
    assert found == pytest.approx(expected, abs=1.5)


def test_person_reaching_over_the_border_keeps_the_whole_box():
    scene = scene_of([FIGURE + (30, 128)])
    found = boxes_of(Detector(Oracle(scene), side=SIDE)(scene.image))
    assert found == pytest.approx(scene.boxes, abs=1.0)
    assert found[0, 0] < 0


def test_nobody_there_and_nobody_in_sight():
    nobody = scene_of(np.zeros((0, 17, 2)), np.zeros((0, 17), bool), np.zeros((0, 17), bool))
    assert Detector(Oracle(nobody), side=SIDE)(nobody.image) == []
    behind = scene_of([FIGURE * 0.8 + (120, 130)], hidden=np.ones((1, 17), bool))
    targets = detection_targets(behind)
    assert float(targets["centres"].max()) == 0
    assert float(targets["centre_weights"].min()) == 0


def test_loss_is_zero_for_a_perfect_answer_alone():
    scene = scene_of([FIGURE * 0.8 + (120, 130)])
    oracle = Oracle(scene)
    batch = {name: value[None] for name, value in oracle.answer.items()}
    perfect = oracle(None)
    assert float(detection_loss(perfect, batch)["total"]) == pytest.approx(0, abs=0.01)
    wrong = DetectorOutput(perfect.centres.flip(3), perfect.sizes + 1, perfect.offsets)
    losses = detection_loss(wrong, batch)
    assert losses["boxes"] == pytest.approx(2, abs=0.01)
    assert losses["centres"] > 1


def test_two_overlapping_people_are_both_kept_and_a_double_is_not():
    people = [(0.0, 0.0, 60.0, 160.0), (35.0, 5.0, 60.0, 160.0), (2.0, 1.0, 60.0, 158.0)]
    found = [Detection(box, score) for box, score in zip(people, (0.9, 0.8, 0.7), strict=True)]
    assert [d.score for d in suppress(found, 0.6)] == [0.9, 0.8]
