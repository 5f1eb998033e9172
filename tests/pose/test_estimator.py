"""Every method behind one interface, on oracles and on the shipped weights."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from figure import FIGURE
from test_scene_predictor import SIDE, Oracle, scene_of

import pose
from pose import COCO_17, METHODS, PoseEstimator, shipped_methods
from pose.bottomup import BottomUpPeople
from pose.engine.grouping import group_greedy
from pose.engine.scene_predictor import ScenePredictor


def people_of(scene, **options):
    finder = ScenePredictor(Oracle(scene), COCO_17, group_greedy, side=SIDE, flip_test=False)
    return PoseEstimator(BottomUpPeople(finder, **options), "bottomup")


def test_bottom_up_returns_the_largest_person_first():
    scene = scene_of([FIGURE * 0.4 + (50, 130), FIGURE * 0.8 + (170, 130)])
    scene.image[:, 0] = 255
    found = people_of(scene)(scene.image)
    assert [round(person.bbox()[3]) for person in found] == pytest.approx([184, 92], abs=3)


def test_person_in_a_box_is_found_among_others():
    scene = scene_of([FIGURE * 0.4 + (50, 130), FIGURE * 0.8 + (170, 130)])
    scene.image[:, 0] = 255
    estimator = people_of(scene)
    # The oracle answers for the whole picture: a box whose crop is just that.
    side = SIDE / 1.4
    box = ((SIDE - 1 - side) / 2, (SIDE - 1 - side) / 2, side, side)
    found = estimator.in_boxes(scene.image, [box])[0]
    assert np.abs(found.xy - scene.points[1]).max() < 3


def test_unsure_people_are_candidates_only():
    scene = scene_of([FIGURE * 0.8 + (120, 130)], hidden=np.arange(17)[None] > 6)
    scene.image[:, 0] = 255
    estimator = people_of(scene, least_score=0.6)
    assert estimator(scene.image) == []
    assert len(estimator.candidates(scene.image)) == 1


def test_nobody_there_leaves_a_candidate_without_confidence():
    nobody = scene_of(np.zeros((0, 17, 2)), np.zeros((0, 17), bool), np.zeros((0, 17), bool))
    estimator = people_of(nobody)
    assert estimator(nobody.image) == []
    assert estimator.candidates(nobody.image)[0].score == 0


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("method", list(METHODS))
def test_shipped_methods_agree_on_the_sample(method, fast):
    from flixdrape.samples import PERSON, sample

    if method not in shipped_methods():
        pytest.skip(f"no weights of {method} are shipped yet")
    image = cv2.cvtColor(cv2.imread(str(sample(PERSON))), cv2.COLOR_BGR2RGB)
    found = PoseEstimator.load(method, fast=fast)(image)
    assert len(found) == 1
    assert found[0].schema is COCO_17
    reference = PoseEstimator.load()(image)[0]
    body = [COCO_17.index(f"{s}_{j}") for s in ("left", "right") for j in ("shoulder", "hip")]
    torso = np.linalg.norm(reference["left_shoulder"] - reference["right_hip"])
    distance = np.linalg.norm(found[0].xy[body] - reference.xy[body], axis=1)
    assert distance.max() < 0.2 * torso


def test_the_cascade_agrees_with_the_plain_pyramid():
    from flixdrape.samples import PERSON, sample

    weights = Path(pose.__file__).parent / "weights" / "topdown-cascade.safetensors"
    image = cv2.cvtColor(cv2.imread(str(sample(PERSON))), cv2.COLOR_BGR2RGB)
    plain = PoseEstimator.load()(image)[0]
    cascade = PoseEstimator.load("topdown-heatmap", weights=weights)
    found = cascade(image)[0]
    torso = np.linalg.norm(plain["left_shoulder"] - plain["right_hip"])
    distances = np.linalg.norm(found.xy - plain.xy, axis=1)
    assert distances.max() < 0.2 * torso
    assert distances.max() > 0, "it is another network"


def test_unknown_method_and_wrong_arrays_are_refused():
    with pytest.raises(ValueError, match="topdown-heatmap"):
        PoseEstimator.load("crystal-ball")
    with pytest.raises(ValueError, match="uint8"):
        PoseEstimator.load()(np.zeros((10, 10, 3)))


def test_fast_finds_nobody_where_nobody_is():
    assert PoseEstimator.load(fast=True)(np.full((120, 90, 3), 128, np.uint8)) == []
