"""What the cloth network learns from: masks read and settled, crops varied, a run that resumes."""

import json

import cv2
import numpy as np
import pytest
from drawn import cloth, corners, drawn_matte, photo, plain

from garment import cloth_batches
from garment.cloth import CLOTH_SCHEMA
from garment.cloth_batches import ClothBatches, before_its_colour
from garment.cloth_data import LabelledCloth, read_cloth, settled
from garment.data import read_garments
from garment.estimator import Garment
from garment.evaluate_cutouts import evaluate_cutouts, format_table
from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF
from garment.train_cloth import main
from pose.engine.augment import Augmentation
from pose.engine.checkpoint import load_checkpoint, read_card, save_checkpoint
from pose.engine.keypoints import Keypoints
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.segmentation import UNKNOWN, SegmentationNetwork

SIZE = (96, 128)
STILL = Augmentation(colour=0.0, grey=0.0, blur=0.0, flip=0.0)
MIRRORED = Augmentation(colour=0.0, grey=0.0, blur=0.0, flip=1.0)


def write_garments(folder, split, wanted):
    """Write photos, a keypoint file and masks of drawn garments; return the masks' folder."""
    masks = folder / "masks"
    masks.mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for number, (category, said) in enumerate(wanted, start=1):
        truth, name = drawn_matte(category), f"{split}_{number}"
        pixels = photo(truth, cloth(), plain())
        cv2.imwrite(str(folder / f"{name}.png"), pixels[..., ::-1])
        points = corners(category)
        rows = [(*points[n], 2) if n in points else (0, 0, 0) for n in FASHIONAI_24.names]
        scene = "mannequin" if number == 1 else "laid or hung"
        images.append({"id": number, "file_name": f"{name}.png", "scene": scene})
        annotations.append(
            {
                "id": number,
                "image_id": number,
                "category_id": CATEGORIES.index(category) + 1,
                "view": "front",
                "keypoints": [float(v) for row in rows for v in row],
            }
        )
        if said:
            cv2.imwrite(str(masks / f"{name}.png"), 255 * (truth > 0.5).astype(np.uint8))
            (masks / f"{name}.json").write_text(json.dumps(said))
    categories = [
        {"id": i + 1, "name": n, "keypoints": list(FASHIONAI_24.names), "present": LANDMARKS_OF[n]}
        for i, n in enumerate(CATEGORIES)
    ]
    data = {"images": images, "annotations": annotations, "categories": categories}
    data["categories"] = [{**c, "present": sorted(c["present"])} for c in categories]
    (folder / f"keypoints_{split}.json").write_text(json.dumps(data))
    return masks


SURE = {"quality": 0.98, "overlap": 0.9}


def test_unsure_masks_and_those_of_something_else_are_left_out(tmp_path):
    wanted = [
        ("skirt", SURE),
        ("skirt", SURE | {"quality": 0.7}),
        ("skirt", SURE | {"overlap": 0.3}),
        ("skirt", None),
    ]
    masks = write_garments(tmp_path, "train", wanted)
    read = read_cloth(read_garments(tmp_path / "keypoints_train.json"), masks)
    assert [garment.sample.path.stem for garment in read] == ["train_1"]
    assert (read[0].cloth == (drawn_matte("skirt") > 0.5)).all()


@pytest.mark.parametrize("turned", [False, True], ids=["upright", "upside down"])
def test_a_hood_is_no_cloth_and_the_neck_opening_stays_open(tmp_path, turned):
    write_garments(tmp_path, "train", [("blouse", None)])
    sample = read_garments(tmp_path / "keypoints_train.json")[0]
    mask = drawn_matte("blouse") > 0.5
    mask[5:50, 90:150] = True
    if turned:
        mask = mask[::-1, ::-1]
        flipped = np.array([239, 299]) - sample.points
        order = list(FASHIONAI_24.flip_order)
        sample = type(sample)(
            sample.path,
            flipped[order],
            sample.labelled[order],
            sample.absent[order],
            sample.attributes,
        )
    learnt = settled(mask, sample)
    if turned:
        learnt = learnt[::-1, ::-1]
    assert (learnt[5:30, 90:150] == 0).all()
    assert learnt[55, 120] == UNKNOWN
    assert (learnt[120:200, 90:150] == 1).all()
    assert (learnt[260:] == 0).all()


@pytest.fixture
def garment(tmp_path):
    masks = write_garments(tmp_path, "train", [("skirt", SURE)])
    return read_cloth(read_garments(tmp_path / "keypoints_train.json"), masks)[0]


@pytest.mark.parametrize("how", [STILL, MIRRORED], ids=["as it is", "mirrored"])
def test_picture_and_labels_are_moved_alike(garment, how, monkeypatch):
    monkeypatch.setattr(cloth_batches, "_OWN_COLOUR", 0.0)
    monkeypatch.setattr(cloth_batches, "random_fill", lambda rng: (127, 127, 127))
    batches = ClothBatches([garment], SIZE, how)
    rng = np.random.default_rng(2)
    for _ in range(6):
        crop, labels = batches.crop(garment, rng)
        assert crop.shape == (128, 96, 3)
        assert labels.shape == (64, 48)
        cells = cv2.resize(crop, (48, 64), interpolation=cv2.INTER_AREA).astype(int)
        bluish = cells[..., 2] > cells[..., 0] + 40
        assert (bluish == (labels == 1)).mean() > 0.96


def test_another_background_leaves_the_garment(garment, tmp_path, monkeypatch):
    monkeypatch.setattr(cloth_batches, "_OWN_COLOUR", 0.0)
    batches = ClothBatches([garment], SIZE, STILL, tmp_path / "masks")
    batches.swap.share = 1.0
    rng = np.random.default_rng(1)
    walls = []
    for _ in range(4):
        crop, labels = batches.crop(garment, rng)
        cells = cv2.resize(crop, (48, 64), interpolation=cv2.INTER_AREA).astype(float)
        inner = cv2.erode((labels == 1).astype(np.uint8), np.ones((3, 3))) > 0
        assert np.abs(cells[inner].mean(axis=0) - [40, 90, 170]).max() < 12
        walls.append(cells[labels == 0].mean(axis=0))
    assert np.ptp(walls, axis=0).max() > 15


def test_a_wall_of_its_own_colour_takes_the_backgrounds_place_alone():
    rng = np.random.default_rng(0)
    pixels = np.full((80, 60, 3), 220, np.uint8)
    labels = np.zeros((40, 30), np.uint8)
    labels[10:30, 8:22] = 1
    pixels[20:60, 16:44] = (150, 60, 70)
    changed = before_its_colour(pixels, labels, rng).astype(int)
    assert np.abs(changed[26:54, 22:38] - pixels[26:54, 22:38]).max() <= 1
    assert np.abs(changed[:8].mean(axis=(0, 1)) - [150, 60, 70]).max() < 60
    assert (before_its_colour(pixels, np.zeros_like(labels), rng) == pixels).all()


def test_batches_repeat_for_the_same_chance(garment):
    batches = ClothBatches([garment] * 3, SIZE, Augmentation())
    drawn = [list(batches.epoch(np.random.default_rng(0), 5, 2)) for _ in range(2)]
    assert [len(b["images"]) for b in drawn[0]] == [2, 2, 1]
    for a, b in zip(*drawn, strict=True):
        assert (a["images"] == b["images"]).all()
        assert (a["labels"] == b["labels"]).all()


def test_trains_exports_and_resumes(tmp_path):
    masks = write_garments(tmp_path, "train", [("skirt", SURE), ("blouse", SURE)])
    write_garments(tmp_path, "val", [("skirt", SURE), ("dress", SURE)])
    start = tmp_path / "corners.safetensors"
    save_checkpoint(KeypointNetwork(NetworkConfig(24, (32, 64))), FASHIONAI_24, start, {})
    out = tmp_path / "run"
    arguments = ["--data", str(tmp_path), "--masks", str(masks), "--out", str(out)]
    arguments += ["--size", "32", "64", "--batch", "2", "--epoch-size", "4"]
    main([*arguments, "--init", str(start), "--epochs", "1"])
    weights = out / "garment-cloth.safetensors"
    card = read_card(weights)
    assert card["epochs"] == 1
    assert card["labels"] == ["background", "cloth"]
    figures = card["validation_against_teacher"]
    assert 0 <= figures["iou_worst_tenth"] <= figures["iou"] <= 1
    assert "iou_mannequin" in figures
    main([*arguments, "--init", str(start), "--epochs", "2", "--resume"])
    assert read_card(weights)["epochs"] == 2
    loaded = load_checkpoint(weights, CLOTH_SCHEMA, SegmentationNetwork)
    assert loaded.config.input_size == (32, 64)
    arguments[5] = str(tmp_path / "again")
    main([*arguments, "--init", str(weights), "--epochs", "1"])


def test_labelled_cloth_is_what_batches_need(garment):
    assert isinstance(garment, LabelledCloth)
    assert garment.cloth.shape == (300, 240)


def test_cutouts_are_measured_both_ways(tmp_path):
    masks = write_garments(tmp_path, "val", [("skirt", SURE), ("skirt", SURE)])
    garments = read_cloth(read_garments(tmp_path / "keypoints_val.json"), masks)
    found = Garment(
        Keypoints(FASHIONAI_24, garments[0].sample.points, garments[0].sample.labelled * 0.9),
        "skirt",
        {"skirt": 1.0},
        "front",
        0.9,
    )

    class Sees:
        def __call__(self, image, box):
            assert box == found.box
            return (garments[0].cloth == 1).astype(np.float32)

    report = evaluate_cutouts(lambda image, category: found, Sees(), garments)
    assert set(report) == {"colours", "network"}
    assert report["network"]["all"]["garments"] == 2
    assert report["network"]["mannequin"]["IoU"] > 0.97
    assert report["network"]["all"]["below 0.9"] == 0
    assert "| network | laid or hung | 1 |" in format_table(report)
    nothing = evaluate_cutouts(lambda image, category: None, Sees(), garments)
    assert nothing["colours"]["all"]["IoU"] == 0
