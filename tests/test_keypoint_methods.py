"""The table of keypoint methods, with a stand-in for MediaPipe in an environment of its own."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from flixdrape.samples import PERSON, sample
from garment import FASHIONAI_24, GarmentEstimator
from pose import COCO_17, PoseEstimator
from pose.engine.dataset import read_rgb

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
# Stands for the package: finds somebody in portraits only, landmark i at (i, 2 i) hundredths.
STAND_IN = """
from types import SimpleNamespace as Some
__version__ = "0.0"
class Pose:
    def __init__(self, static_image_mode, model_complexity):
        assert static_image_mode and model_complexity == 1
    def process(self, rgb):
        points = [Some(x=i / 100, y=i / 50, visibility=0.5) for i in range(33)]
        found = rgb.shape[0] > rgb.shape[1]
        return Some(pose_landmarks=Some(landmark=points) if found else None)
solutions = Some(pose=Some(Pose=Pose))
"""


@pytest.fixture
def environment(tmp_path, monkeypatch):
    (tmp_path / "mediapipe.py").write_text(STAND_IN)
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in paths if p))


@pytest.fixture
def benchmark():
    spec = importlib.util.spec_from_file_location(
        "keypoint_methods", BENCHMARKS / "keypoint_methods.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_data(folder, schema, annotations, images):
    folder.mkdir(parents=True)
    for picture in images:
        cv2.imwrite(str(folder / picture["file_name"]), picture.pop("rgb")[..., ::-1])
    categories = [{"id": 1, "name": "one", "keypoints": list(schema.names)}]
    data = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "keypoints_val.json").write_text(json.dumps(data))


def rows_of(keypoints):
    return np.column_stack([keypoints.xy, 2.0 * (keypoints.scores > 0)]).ravel().tolist()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Labelled by the project's own networks, which then must be right."""
    folder = tmp_path_factory.mktemp("labelled") / "data"
    portrait = read_rgb(sample(PERSON))
    landscape = np.concatenate([portrait[:, ::-1], np.full_like(portrait, 200)], axis=1)
    images, annotations = [], []
    for index, (source, rgb) in enumerate(
        [("lspet", portrait), ("lspet", landscape), ("ccp", portrait), ("ccp", landscape)]
    ):
        images.append({"id": index, "file_name": f"{index}.png", "source": source, "rgb": rgb})
        found = PoseEstimator.load()(rgb)[0]
        annotations.append({"id": index, "image_id": index, "keypoints": rows_of(found)})
    write_data(folder / "people", COCO_17, annotations, images)
    rgb = read_rgb(sample("mannequin_top"))
    found = GarmentEstimator.load()(rgb)
    picture = {"id": 0, "file_name": "0.png", "scene": "mannequin", "rgb": rgb}
    label = {"id": 0, "image_id": 0, "category_id": 1, "view": "front"}
    label["keypoints"] = rows_of(found.keypoints)
    write_data(folder / "garments", FASHIONAI_24, [label], [picture])
    return folder


def test_every_method_has_its_rows(environment, benchmark, data, tmp_path, capsys):
    pytest.importorskip("pycocotools")
    file = tmp_path / "figures.json"
    options = ["--timing-pictures", "2", "--json", str(file)]
    benchmark.main(["--data", str(data), "--mediapipe-python", sys.executable, *options])
    shown = capsys.readouterr().out
    assert "no measure" in shown
    head, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in shown.splitlines()
        if line.startswith("|")
    )
    rows = {tuple(row[:3]): dict(zip(head, row, strict=True)) for row in rows}
    own = rows["people", "topdown-heatmap", "found"]
    assert float(own["lspet PCK@0.2"]) > 0.9
    assert rows["people", "topdown-heatmap, fast", "given"]["NE"] == ""
    theirs = rows["people", "MediaPipe Pose 0.0", "found"]
    assert theirs["x MediaPipe"] == "1.00"
    # Its own labels are no measure of it.
    assert theirs["ccp PCK@0.2"].startswith("(")
    assert ("people", "MediaPipe Pose 0.0", "given") not in rows
    garment = rows["garments", "topdown-heatmap", "given"]
    assert garment["category"] == "1.000"
    assert garment["NE"] == garment["NE, mannequin"]
    figures = json.loads(file.read_text())
    assert len(figures["people"]) + len(figures["garments"]) == len(rows)
    assert all(row["ms"] > 0 for row in figures["people"] + figures["garments"])
    assert figures["machine"]["threads"] == 1


def test_without_mediapipe_there_is_no_ratio(benchmark, data, monkeypatch, capsys):
    pytest.importorskip("pycocotools")
    for package in (benchmark.pose, benchmark.garment):
        first = package.shipped_methods()[:1]
        monkeypatch.setattr(package, "shipped_methods", lambda first=first: first)
    benchmark.main(["--data", str(data), "--timing-pictures", "1"])
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert all(line.endswith("|  |") for line in table[2:])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mediapipe-python", "no-such-python"], "no-such-python"),
        (["--timing-pictures", "0"], "1 or more"),
        (["--data", "no-such-folder"], "no-such-folder"),
    ],
)
def test_what_cannot_be_used_is_named(benchmark, data, capsys, options, message):
    with pytest.raises(SystemExit) as exit_:
        benchmark.main(["--data", str(data), *options])
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_python_without_mediapipe_is_told(benchmark, data, tmp_path, monkeypatch, capsys):
    (tmp_path / "mediapipe.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(SystemExit):
        benchmark.main(["--data", str(data), "--mediapipe-python", sys.executable])
    assert "does it have mediapipe" in capsys.readouterr().err


def test_mediapipes_landmarks_become_coco_keypoints(environment, tmp_path):
    for name, size in (("tall", (200, 100)), ("wide", (100, 200))):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.zeros((*size, 3), np.uint8))
    paths = [str(tmp_path / f"{name}.png") for name in ("tall", "wide", "none")]
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "mediapipe_pose.py")],
        input="\n".join(paths) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    hello, tall, wide, none = map(json.loads, done.stdout.splitlines())
    assert hello == {"mediapipe": "0.0"}
    keypoints = dict(zip(COCO_17.names, tall["keypoints"], strict=True))
    # BlazePose's landmarks 11, the left shoulder, and 28, the right ankle.
    assert keypoints["left_shoulder"] == pytest.approx([11 - 0.5, 44 - 0.5, 0.5])
    assert keypoints["right_ankle"] == pytest.approx([28 - 0.5, 112 - 0.5, 0.5])
    assert wide["keypoints"] is None
    assert "cannot be read" in none["error"]
