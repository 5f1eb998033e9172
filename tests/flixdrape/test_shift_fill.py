"""Filling holes with moved pieces of the scene."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flixdrape.fill import fill_holes
from flixdrape.shift_fill import fill_with_pieces


def hole_in(shape, box):
    hole = np.zeros(shape, np.float32)
    hole[box] = 1
    return hole


def bricks(height, width, seed=3):
    """A wall: rows of bricks, each row set off by half a brick, grained."""
    y, x = np.mgrid[:height, :width]
    row = y // 10
    mortar = (y % 10 < 2) | ((x + 8 * (row % 2)) % 16 < 2)
    noise = np.random.default_rng(seed).normal(0, 4, (height, width, 1))
    return np.clip(np.where(mortar, 190, 110)[..., None] + noise + [20, 0, -10], 0, 255).astype(
        np.uint8
    )


def filled(image, known, hole):
    smooth = fill_holes(image, known, hole, reach=20)
    return fill_with_pieces(image, known, hole, smooth), smooth


@pytest.mark.parametrize(("scale", "share"), [(1, 0.5), (3, 0.65)])
def test_textures_go_on(scale, share):
    wall = np.kron(bricks(160, 220), np.ones((scale, scale, 1), np.uint8))
    box = (slice(40 * scale, 130 * scale), slice(90 * scale, 130 * scale))
    hole, image = hole_in(wall.shape[:2], box), wall.copy()
    image[box] = (255, 0, 255)
    pieces, smooth = filled(image, 1 - hole, hole)
    error = np.abs(pieces[box] - wall[box]).mean()
    assert error < share * np.abs(smooth[box] - wall[box]).mean()
    # As rough as the wall, not smeared.
    assert 0.8 < pieces[box].std() / wall[box].std() < 1.2


def test_only_the_hole_is_filled():
    image = bricks(90, 140)
    hole = hole_in((90, 140), (slice(20, 60), slice(50, 80)))
    pieces, smooth = filled(image, 1 - hole, hole)
    assert np.array_equal(pieces[hole == 0], smooth[hole == 0])
    assert np.array_equal(pieces[hole == 0], image[hole == 0])


@settings(max_examples=20, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(st.integers(30, 120), st.integers(30, 120)))
def test_constant_surroundings_fill_constant(colour, size):
    image = np.full((*size, 3), colour, np.uint8)
    box = (slice(size[0] // 4, size[0] - 4), slice(size[1] // 3, size[1] // 2))
    hole = hole_in(size, box)
    image[box] = (255, 0, 255)
    pieces, _ = filled(image, 1 - hole, hole)
    assert np.abs(pieces - np.array(colour, np.float32)).max() < 2


def test_what_is_not_known_is_never_moved_in():
    """A person beside the hole is no scene: none of its red comes into it."""
    image = bricks(120, 200)
    image[:, 110:150] = (255, 0, 0)
    hole = hole_in((120, 200), (slice(20, 100), slice(80, 110)))
    known = 1 - hole
    known[:, 105:155] = 0
    pieces, _ = filled(image, known, hole)
    inside = pieces[25:95, 82:108]
    assert (inside[..., 0] - inside[..., 1]).max() < 80


def test_with_nothing_known_the_smooth_filling_stays():
    image = bricks(60, 60)
    hole = np.ones((60, 60), np.float32)
    smooth = np.full((60, 60, 3), 77, np.float32)
    assert np.array_equal(fill_with_pieces(image, 0 * hole, hole, smooth), smooth)
    assert np.array_equal(fill_with_pieces(image, hole, 0 * hole, smooth), smooth)


def test_pieces_take_on_the_light_at_their_new_place():
    """A wall that darkens to the right: a piece from the left is darkened too."""
    light = np.linspace(1.0, 0.5, 240, dtype=np.float32)[None, :, None]
    wall = np.asarray(bricks(140, 240) * light, np.uint8)
    box = (slice(30, 110), slice(150, 185))
    hole, image = hole_in(wall.shape[:2], box), wall.copy()
    image[box] = (0, 255, 0)
    pieces, _ = filled(image, 1 - hole, hole)
    assert abs(pieces[box].mean() - wall[box].mean()) < 6


def test_a_half_wanted_hole_is_half_filled():
    image = bricks(100, 160)
    box = (slice(30, 70), slice(60, 90))
    hole = hole_in((100, 160), box)
    smooth = np.full((100, 160, 3), 40, np.float32)
    whole = fill_with_pieces(image, 1 - hole, hole, smooth)
    half = fill_with_pieces(image, 1 - hole, 0.5 * hole, smooth)
    np.testing.assert_allclose(half[box], (whole[box] + smooth[box]) / 2, atol=0.01)


def test_the_same_twice():
    image = bricks(80, 120)
    hole = hole_in((80, 120), (slice(20, 60), slice(40, 70)))
    one, other = (filled(image, 1 - hole, hole)[0] for _ in range(2))
    assert np.array_equal(one, other)


def street(height, width, seed):
    """Level bands, soft blotches and grain, nowhere brighter than 200."""
    rng = np.random.default_rng(seed)
    levels = np.interp(np.arange(height), np.linspace(0, height, 9), rng.uniform(60, 200, 9))
    blotches = rng.normal(0, 1, (height, width)).astype(np.float32)
    blotches = 400 * cv2.GaussianBlur(blotches, (0, 0), 12)
    grain = rng.normal(0, 6, (height, width, 3))
    return np.clip((levels[:, None] + blotches)[..., None] + grain, 0, 200).astype(np.uint8)


@pytest.mark.parametrize("seed", range(3))
def test_pieces_leave_no_gaps_between_them(seed):
    """A thin line of the smooth filling between two pieces would trace the old clothes' outline."""
    scene = street(480, 400, seed)
    y, x = np.mgrid[: scene.shape[0], : scene.shape[1]]
    hole = (((x - 200) / 80.0) ** 2 + ((y - 250) / 190.0) ** 2 < 1).astype(np.float32)
    smooth = scene.astype(np.float32)
    # Of the colours to be expected, but told apart from any piece by its blue.
    smooth[hole > 0] = (*scene.mean(axis=(0, 1))[:2], 255)
    pieces = fill_with_pieces(scene, 1 - hole, hole, smooth)
    assert (pieces[hole > 0][:, 2] > 225).mean() < 1e-3
