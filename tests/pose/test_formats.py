"""Keypoints as COCO results and OpenPose JSON."""

import contextlib
import io
import json

import numpy as np
import pytest
from figure import FIGURE

from pose import COCO_17, Keypoints
from pose.formats import coco_results, openpose_people


@pytest.fixture
def person():
    scores = np.linspace(0.3, 1.0, 17)
    scores[COCO_17.index("left_ear")] = 0
    return Keypoints(COCO_17, FIGURE + (200, 200), scores)


def test_pycocotools_reads_and_scores_the_results(person, tmp_path):
    coco_module = pytest.importorskip("pycocotools.coco")
    from pycocotools.cocoeval import COCOeval

    truth = {
        "images": [{"id": 3}],
        "annotations": [
            {
                "id": 1,
                "image_id": 3,
                "category_id": 1,
                "iscrowd": 0,
                "area": 9000.0,
                "bbox": [162, 85, 76, 230],
                "num_keypoints": 16,
                "keypoints": np.column_stack([person.xy, 2.0 * (person.scores > 0)])
                .ravel()
                .tolist(),
            }
        ],
        "categories": [{"id": 1, "name": "person"}],
    }
    for name, content in (("truth", truth), ("results", coco_results([person], 3))):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = coco_module.COCO(str(tmp_path / "truth.json"))
        results = coco.loadRes(str(tmp_path / "results.json"))
        evaluation = COCOeval(coco, results, "keypoints")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1.0)


def test_joints_not_found_are_zeros(person):
    start = 3 * COCO_17.index("left_ear")
    assert coco_results([person], 1)[0]["keypoints"][start : start + 3] == [0, 0, 0]
    assert coco_results([], 1) == []


def test_openpose_order_and_neck(person):
    written = openpose_people([person], (400, 500))
    assert json.loads(json.dumps(written)) == written
    assert (written["canvas_width"], written["canvas_height"]) == (400, 500)
    points = np.reshape(written["people"][0]["pose_keypoints_2d"], (18, 3))
    assert points[0, :2].tolist() == person["nose"].tolist()
    assert points[1, :2].tolist() == [200, 120]
    assert points[2, :2].tolist() == person["right_shoulder"].tolist()
    assert points[13, :2].tolist() == person["left_ankle"].tolist()
    assert points[17].tolist() == [0, 0, 0]
