"""Cloth as a network sees it: geometry by an oracle, cutouts by chances, shipped weights."""

import cv2
import numpy as np
import pytest
import torch
from drawn import cloth, corners, drawn_matte, overlap, photo, plain

from garment.cloth import _WEIGHTS, CLOTH_SCHEMA, ClothSegmenter
from garment.cutout import cut_out
from garment.landmarks import CATEGORIES
from pose.engine.network import NetworkConfig
from pose.engine.segmentation import SegmentationNetwork

BOX = (60.0, 50.0, 120.0, 200.0)


class Oracle(torch.nn.Module):
    """Takes for cloth what is bright; may doubt what lies on the left."""

    def __init__(self, partial=False):
        super().__init__()
        self.config = NetworkConfig(0, (96, 128), classes=2)
        self.partial = partial

    def forward(self, pictures):
        grey = torch.nn.functional.avg_pool2d(pictures.float().mean(dim=1, keepdim=True), 2)
        bright = (grey - 170) / 8
        if self.partial:
            bright[..., : bright.shape[3] // 2] = -20
        return torch.cat([-bright, bright], dim=1)


def pale_square(scale=1):
    image = np.full((300 * scale, 240 * scale, 3), 90, np.uint8)
    image[60 * scale : 240 * scale, 70 * scale : 170 * scale] = 240
    return image, tuple(v * scale for v in BOX)


@pytest.mark.parametrize("scale", [1, 4])
@pytest.mark.parametrize("flip", [False, True])
def test_chances_lie_where_the_cloth_is(scale, flip):
    image, box = pale_square(scale)
    chances = ClothSegmenter(Oracle(), flip_test=flip)(image, box)
    assert chances.shape == image.shape[:2]
    assert chances.dtype == np.float32
    truth = image[..., 0] > 170
    assert overlap(chances, truth) > 0.97
    rows, columns = np.nonzero(chances > 0.5)
    expected = np.array([59.5, 239.5, 69.5, 169.5]) * scale
    found = (rows.min() - 0.5, rows.max() + 0.5, columns.min() - 0.5, columns.max() + 0.5)
    assert np.abs(np.array(found) - expected).max() <= 2.5 * scale, "no shift by a cell"


def test_flip_test_averages_both_looks():
    image, box = pale_square()
    chances = ClothSegmenter(Oracle(partial=True))(image, box)
    assert np.abs(chances[100:200, 80:112] - 0.5).max() < 0.05
    assert np.abs(chances[100:200, 128:160] - 0.5).max() < 0.05


def test_a_garment_larger_than_its_corners_is_looked_at_again():
    image = np.full((400, 600, 3), 90, np.uint8)
    image[40:300, 60:270] = 240
    chances = ClothSegmenter(Oracle())(image, BOX)
    assert overlap(chances, image[..., 0] > 170) > 0.95


def test_far_beyond_the_crop_nothing_is_cloth():
    image = np.full((300, 900, 3), 240, np.uint8)
    chances = ClothSegmenter(Oracle())(image, BOX)
    assert chances[150, 120] > 0.9
    assert chances[:, 700:].max() == 0


def test_a_garment_that_ends_with_the_photo_is_looked_at_once():
    image = np.full((300, 240, 3), 90, np.uint8)
    image[60:] = 240
    oracle = Oracle()
    counts = []
    oracle.register_forward_hook(lambda *_: counts.append(1))
    chances = ClothSegmenter(oracle, flip_test=False)(image, (0.0, 60.0, 239.0, 239.0))
    assert len(counts) == 1
    assert chances[296, 120] > 0.9


@pytest.mark.parametrize("image", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3))])
def test_other_arrays_are_refused(image):
    with pytest.raises(ValueError, match="uint8"):
        ClothSegmenter(Oracle())(image, BOX)


def test_a_network_of_other_labels_is_refused():
    network = SegmentationNetwork(NetworkConfig(0, (32, 64), classes=3))
    with pytest.raises(ValueError, match="3 labels"):
        ClothSegmenter(network)


@pytest.mark.parametrize("category", CATEGORIES)
def test_chances_find_cloth_of_its_backgrounds_colour(category):
    truth = drawn_matte(category)
    same = cloth() + 3
    picture = photo(truth, cloth(), same)
    chances = cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 1.5)
    seen = cut_out(picture, corners(category), category, chances=chances)
    assert seen.method == "network"
    assert seen.warnings == ()
    assert overlap(seen.matte, truth) > 0.9


def test_a_hard_edge_is_found_within_blurred_chances():
    truth = drawn_matte("skirt")
    picture = photo(truth, cloth(), plain())
    chances = cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 4)
    seen = cut_out(picture, corners("skirt"), "skirt", chances=chances)
    assert overlap(seen.matte, truth) > 0.98
    assert np.abs(seen.matte - truth).mean() < 0.006


@pytest.mark.parametrize("wrong", ["nothing", "everything", "elsewhere"])
def test_colours_decide_where_the_network_sees_no_garment_between_the_corners(wrong):
    truth = drawn_matte("blouse")
    chances = np.full(truth.shape, 1.0 if wrong == "everything" else 0.0, np.float32)
    if wrong == "elsewhere":
        chances[-40:] = 1
    seen = cut_out(photo(truth, cloth(), plain()), corners("blouse"), "blouse", chances=chances)
    assert seen.method == "grabcut"
    assert overlap(seen.matte, truth) > 0.95


def test_the_neck_is_no_garment_whatever_the_network_says():
    truth = drawn_matte("blouse")
    picture = photo(truth, cloth(), plain())
    chances = truth.astype(np.float32)
    chances[:50, 100:140] = 1
    picture[:50, 100:140] = (205, 175, 150)
    seen = cut_out(picture, corners("blouse"), "blouse", chances=chances)
    assert seen.method == "network"
    assert seen.matte[:35].max() == 0


def test_chances_of_another_size_are_refused():
    picture = photo(drawn_matte("skirt"), cloth(), plain())
    with pytest.raises(ValueError, match="chances"):
        cut_out(picture, corners("skirt"), "skirt", chances=np.zeros((3, 3), np.float32))


@pytest.mark.skipif(not _WEIGHTS.exists(), reason="no weights are shipped yet")
@pytest.mark.parametrize("name", ["mannequin_top", "mannequin_dress", "mannequin_trousers"])
def test_shipped_weights_see_the_samples(name):
    from flixdrape.analysis import cut_garment, find_garment
    from flixdrape.images import open_picture
    from flixdrape.samples import sample

    picture = open_picture(sample(name))
    cutout = cut_garment(picture, find_garment(picture))
    assert cutout.method == "network"
    assert cutout.warnings == ()
    assert 0.05 < cutout.matte.mean() < 0.7


@pytest.mark.skipif(not _WEIGHTS.exists(), reason="no weights are shipped yet")
def test_shipped_weights_say_nothing_of_a_bare_wall():
    segmenter = ClothSegmenter.load()
    assert segmenter.network.config.classes == len(CLOTH_SCHEMA)
    wall = np.full((300, 240, 3), 214, np.uint8)
    assert segmenter(wall, BOX).mean() < 0.2
