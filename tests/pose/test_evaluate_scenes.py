"""Measuring on scenes of several people."""

import json

import numpy as np
import pytest
from figure import FIGURE
from test_scene_predictor import SIDE, Oracle, scene_of
from test_train_command import tiny_data  # noqa: F401 - a fixture
from test_train_scenes import masked_data  # noqa: F401 - a fixture

from pose import COCO_17, PoseEstimator
from pose.bottomup import BottomUpPeople
from pose.engine.grouping import group_greedy
from pose.engine.partition import group_milp
from pose.engine.scene_predictor import ScenePredictor
from pose.evaluate_scenes import crowded, evaluate_scenes, main

pytest.importorskip("pycocotools")
APART = [FIGURE * 0.4 + (50, 130), FIGURE * 0.8 + (170, 130)]
TOGETHER = [FIGURE * 0.7 + (110, 130), FIGURE * 0.8 + (140, 130)]


class Nobody:
    """Finds no one, ever."""

    def __call__(self, image):
        return []


@pytest.mark.parametrize("grouping", [group_greedy, group_milp])
@pytest.mark.parametrize(("people", "overlapping"), [(APART, 0), (TOGETHER, 2)])
def test_a_perfect_network_scores_one(grouping, people, overlapping):
    scene = scene_of(people)
    scene.image[:, 0] = 255
    assert crowded(scene) is bool(overlapping)
    finder = ScenePredictor(Oracle(scene), COCO_17, grouping, side=SIDE, flip_test=False)
    estimator = PoseEstimator(BottomUpPeople(finder), "bottomup")
    every, close = evaluate_scenes(estimator, [scene], "bottomup")
    assert every.people == 2
    assert every.ap["AP"] == pytest.approx(1.0)
    assert every.milliseconds > 0
    assert close.people == overlapping


def test_who_finds_nobody_scores_nothing():
    every, _ = evaluate_scenes(PoseEstimator(Nobody()), [scene_of(APART)], "nobody")
    assert set(every.ap.values()) == {0.0}


def test_command_writes_a_table(masked_data, tmp_path, capsys):  # noqa: F811
    out = tmp_path / "figures.json"
    arguments = ["--data", str(masked_data), "--method", "topdown-heatmap"]
    main([*arguments, "--count", "2", "--json", str(out)])
    assert "| topdown-heatmap | all |" in capsys.readouterr().out
    rows = json.loads(out.read_text())
    assert [row["scenes"] for row in rows] == ["all", "overlapping"]
    assert np.isfinite(rows[0]["milliseconds"])
