"""Filling holes from what is around them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flixdrape.fill import fill_holes


def hole_in(shape, box):
    hole = np.zeros(shape, np.float32)
    hole[box] = 1
    return hole


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(*[st.integers(0, 255)] * 3),
    st.tuples(st.integers(20, 90), st.integers(20, 90)),
    st.tuples(st.integers(2, 60), st.integers(2, 60)),
)
def test_constant_surroundings_fill_constant(colour, size, corner):
    image = np.full((*size, 3), colour, np.uint8)
    box = (
        slice(corner[0] % (size[0] - 4) + 1, size[0] - 2),
        slice(corner[1] % (size[1] - 4) + 1, size[1] - 2),
    )
    hole = hole_in(size, box)
    image[box] = (255, 0, 255)
    filled = fill_holes(image, 1 - hole, hole)
    assert np.abs(filled - np.array(colour, np.float32)).max() < 0.6


def test_what_is_no_hole_is_unchanged():
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (80, 90, 3)).astype(np.uint8)
    hole = hole_in((80, 90), (slice(20, 50), slice(30, 60)))
    filled = fill_holes(image, 1 - hole, hole)
    assert np.array_equal(filled[hole == 0], image[hole == 0].astype(np.float32))
    assert not np.array_equal(filled[hole == 1], image[hole == 1].astype(np.float32))


def test_with_nothing_known_nothing_changes():
    image = np.random.default_rng(2).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    hole = np.ones((40, 40), np.float32)
    assert np.array_equal(fill_holes(image, np.zeros((40, 40), np.float32), hole), image)
    assert np.array_equal(fill_holes(image, 1 - 0 * hole, 0 * hole), image)


def test_unknown_pixels_do_not_shine_through():
    image = np.full((80, 80, 3), 120, np.uint8)
    hole = hole_in((80, 80), (slice(30, 50), slice(30, 50)))
    known = 1 - hole_in((80, 80), (slice(25, 55), slice(25, 55)))
    image[25:55, 25:55] = (255, 0, 0)
    filled = fill_holes(image, known, hole)
    assert np.abs(filled[30:50, 30:50] - 120).max() < 1
    assert (filled[26, 26] == (255, 0, 0)).all(), "not asked for"


def test_between_two_colours_it_goes_from_one_to_the_other():
    image = np.full((60, 100, 3), 50, np.uint8)
    image[:, 50:] = 200
    hole = hole_in((60, 100), (slice(0, 60), slice(30, 70)))
    image[:, 30:70] = 0
    row = fill_holes(image, 1 - hole, hole)[30, :, 0]
    assert row[32] < 90
    assert row[67] > 160
    assert 45 <= row.min() <= row.max() <= 205
    assert (np.diff(row[30:70]) > -3).all()


@pytest.mark.parametrize("amount", [0.25, 0.5, 0.75])
def test_half_a_hole_is_half_filled(amount):
    image = np.full((60, 60, 3), 100, np.uint8)
    image[20:40, 20:40] = 200
    hole = hole_in((60, 60), (slice(20, 40), slice(20, 40)))
    filled = fill_holes(image, 1 - hole, amount * hole)
    assert np.abs(filled[22:38, 22:38] - (200 - 100 * amount)).max() < 1


def test_grain_is_that_of_the_surroundings_and_repeats():
    rng = np.random.default_rng(3)
    hole = hole_in((120, 120), (slice(40, 80), slice(40, 80)))
    image = np.clip(128 + rng.normal(0, 4, (120, 120, 3)), 0, 255).astype(np.uint8)
    first, again = fill_holes(image, 1 - hole, hole), fill_holes(image, 1 - hole, hole)
    assert np.array_equal(first, again)
    assert 1 < first[45:75, 45:75].mean(axis=2).std() < 6
    assert not np.array_equal(first, fill_holes(image, 1 - hole, hole, seed=1))


def test_large_pictures_are_filled_small_and_enlarged():
    image = np.full((700, 900, 3), 90, np.uint8)
    hole = hole_in((700, 900), (slice(100, 600), slice(100, 800)))
    image[100:600, 100:800] = 0
    filled = fill_holes(image, 1 - hole, hole)
    assert filled.shape == image.shape
    assert np.abs(filled - 90).max() < 2


def test_near_the_rim_the_surroundings_go_on():
    """Stripes along the rim's normal are continued, not averaged to grey."""
    image = np.zeros((120, 160, 3), np.uint8)
    image[(np.arange(120) // 6) % 2 == 0] = 220
    hole = hole_in((120, 160), (slice(0, 120), slice(100, 160)))
    clean = image.copy()
    image[:, 100:] = 90
    smooth = fill_holes(image, 1 - hole, hole)[:, 104:116]
    mirrored = fill_holes(image, 1 - hole, hole, reach=40)[:, 104:116]
    truth = clean[:, 104:116].astype(np.float32)
    assert np.abs(mirrored - truth).mean() < 0.5 * np.abs(smooth - truth).mean()


@pytest.mark.parametrize("size", [(80, 90), (700, 900)])
def test_mirrored_constants_stay_constant(size):
    image = np.full((*size, 3), 130, np.uint8)
    box = (slice(size[0] // 4, size[0] // 2), slice(size[1] // 4, size[1] // 2))
    hole = hole_in(size, box)
    image[box] = (255, 0, 255)
    filled = fill_holes(image, 1 - hole, hole, reach=20)
    assert np.abs(filled - 130).max() < 2
