"""Augmented crops: labels move with the pixels."""

import numpy as np
import pytest

from pose.engine.augment import Augmentation, augmented_crop, plain_crop
from pose.engine.dataset import Sample, SampleImages

GEOMETRY_ONLY = Augmentation(colour=0, grey=0, blur=0, occlusion=0, flip=0.5, perspective=0.03)


@pytest.mark.parametrize("seed", range(12))
def test_marked_pixel_is_found_at_its_label(seed, triangle_samples, square_schema):
    sample = triangle_samples[seed]
    image, scale = SampleImages().load(sample.path)
    rng = np.random.default_rng(seed)
    crop = augmented_crop(image, scale, sample, (96, 128), square_schema, GEOMETRY_ONLY, rng)
    blue = (crop.image[..., 2].astype(int) - crop.image[..., 0]) > 100
    if not blue.any() or not crop.visible[:2].all():
        pytest.skip("the mark is outside this view")
    y, x = np.nonzero(blue)
    # The mark sits on the image's top left corner: mirrored it is the right one.
    nearest = min(np.hypot(*(crop.points[i] - [x.mean(), y.mean()])) for i in (0, 1))
    assert nearest < 5
    mirrored = np.hypot(*(crop.points[1] - [x.mean(), y.mean()])) < 5
    normal = np.cross(crop.points[1] - crop.points[0], crop.points[2] - crop.points[0])
    assert mirrored != (np.hypot(*(crop.points[0] - [x.mean(), y.mean()])) < 5)
    assert normal > 0, "left and right were not exchanged when mirrored"


def test_presence_tells_absent_unknown_and_outside(triangle_samples, square_schema):
    base = triangle_samples[0]
    image, scale = SampleImages().load(base.path)
    labelled = np.array([True, False, False])
    absent = np.array([False, True, False])
    sample = Sample(base.path, base.points, labelled, absent, region=base.box())
    crop, _ = plain_crop(image, scale, sample, (96, 128))
    assert crop.presence.tolist() == [1, 0, -1]
    assert crop.visible.tolist() == [1, 0, 0]


def test_same_seed_same_crop(triangle_samples, square_schema):
    sample = triangle_samples[0]
    image, scale = SampleImages().load(sample.path)
    crops = [
        augmented_crop(
            image, scale, sample, (64, 96), square_schema, Augmentation(), np.random.default_rng(5)
        )
        for _ in range(2)
    ]
    assert np.array_equal(crops[0].image, crops[1].image)
    assert np.array_equal(crops[0].points, crops[1].points)


def test_negative_sample_has_nothing_present(triangle_samples, square_schema):
    negative = triangle_samples[0].without_object(square_schema)
    image, scale = SampleImages().load(negative.path)
    crop = augmented_crop(
        image, scale, negative, (64, 96), square_schema, Augmentation(), np.random.default_rng(0)
    )
    assert not crop.visible.any()
    assert (crop.presence == 0).all()
