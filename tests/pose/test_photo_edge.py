"""Photos that end across an instance."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose.engine.augment import Augmentation, augmented_crop
from pose.engine.dataset import Sample
from pose.engine.photo_edge import ended_photo, random_photo_edge
from pose.evaluate import torso_of
from pose.keypoints import COCO_17

HEIGHT, WIDTH = 200, 100


@pytest.fixture
def figure():
    """Return a standing figure's joints on a photo that tells rows and columns apart."""
    rows = {"nose": 20, "eye": 17, "ear": 18, "shoulder": 40, "elbow": 70, "wrist": 95}
    rows |= {"hip": 100, "knee": 140, "ankle": 180}
    points = []
    for name in COCO_17.names:
        side = 40.0 if name.startswith("left") else 60.0 if name.startswith("right") else 50.0
        points.append([side, float(rows[name.split("_")[-1]])])
    everything = np.ones(17, dtype=bool)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[..., 0] = np.arange(HEIGHT)[:, None]
    image[..., 1] = np.arange(WIDTH)
    return image, Sample(Path("figure.png"), np.array(points), everything, ~everything)


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.5, 1.0]))
def test_labels_stay_on_their_pixels(seed, scale):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, [WIDTH - 1, HEIGHT - 1], (17, 2)).round()
    known = np.ones(17, dtype=bool)
    sample = Sample(Path("a.png"), points / scale, known, ~known)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[..., 0], image[..., 1] = np.arange(HEIGHT)[:, None], np.arange(WIDTH)
    part, cut = random_photo_edge(image, scale, sample, rng)
    assert cut.labelled.sum() >= 5
    assert np.array_equal(cut.labelled, ~cut.absent)
    for (x, y), (column, row) in zip(
        (cut.points[cut.labelled] * scale).round().astype(int),
        points[cut.labelled].astype(int),
        strict=True,
    ):
        assert part[y, x].tolist() == [row, column, 0]


def test_what_is_cut_off_is_known_to_be_absent(figure):
    image, sample = figure
    part, cut = ended_photo(image, 1.0, sample, (0, 30, WIDTH, 120))
    assert part.shape == (90, WIDTH, 3)
    gone = {name for name, there in zip(COCO_17.names, cut.labelled, strict=True) if not there}
    assert gone == {
        n for n in COCO_17.names if n.split("_")[-1] in {"nose", "eye", "ear", "knee", "ankle"}
    }
    assert cut.absent.sum() == len(gone)


def test_region_is_cut_to_the_part(figure):
    image, sample = figure
    wide = replace(sample, region=(-10.0, 0.0, 150.0, 190.0))
    _, cut = ended_photo(image, 1.0, wide, (20, 50, 80, 150))
    assert cut.region == (0.0, 0.0, 59.0, 99.0)


def test_negatives_and_slivers_stay_whole(figure):
    image, sample = figure
    rng = np.random.default_rng(3)
    negative = sample.without_object(COCO_17)
    assert random_photo_edge(image, 1.0, negative, rng)[0] is image
    few = replace(sample, labelled=np.arange(17) < 5)
    assert random_photo_edge(image, 1.0, few, rng)[1] is few


def test_training_crops_show_ended_photos(figure):
    image, sample = figure
    how = Augmentation(rotation=0, whole=0, half_body=0, colour=0, grey=0, occlusion=0, ended=1.0)
    crops = [
        augmented_crop(image, 1.0, sample, (48, 64), COCO_17, how, np.random.default_rng(seed))
        for seed in range(20)
    ]
    missing = [17 - int(crop.presence.sum()) for crop in crops]
    assert np.mean([m > 0 for m in missing]) > 0.8
    assert all(crop.visible.sum() >= 3 for crop in crops)


def test_torso_keeps_shoulders_and_hips(figure):
    image, sample = figure
    part, cut = torso_of(image, sample)
    there = {n for n, known in zip(COCO_17.names, cut.labelled, strict=True) if known}
    assert there == {
        f"{side}_{joint}"
        for side in ("left", "right")
        for joint in ("shoulder", "elbow", "wrist", "hip")
    }
    assert part.shape == (88, WIDTH, 3)
