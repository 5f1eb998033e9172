"""Splines: exactness, conventions, the grid, sampling, degenerate input."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.transform import ThinPlateSplineTransform

from warp import (
    CollinearPointsError,
    DuplicatePointsError,
    NonFinitePointsError,
    PointShapeError,
    ThinPlateSpline,
    TooFewPointsError,
    WarpError,
    jacobian_determinant,
    sample_image,
)


def spread_points(rng, count, width, height):
    """Points on a jittered lattice: apart from each other, as corners are."""
    columns = int(np.ceil(np.sqrt(count)))
    cells = rng.permutation(columns * columns)[:count]
    x = (cells % columns + rng.uniform(0.25, 0.75, count)) / columns * width
    y = (cells // columns + rng.uniform(0.25, 0.75, count)) / columns * height
    return np.stack([x, y], axis=1)


def garment_like(seed, count=24, width=400, height=520):
    rng = np.random.default_rng(seed)
    source = spread_points(rng, count, width, height)
    target = 0.8 * source + 60 + rng.normal(0, 0.02 * width, source.shape)
    return source, target


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(4, 40),
    size=st.floats(20, 3000),
    shift=st.floats(-500, 500),
)
def test_exact_at_control_points_both_ways(seed, count, size, shift):
    rng = np.random.default_rng(seed)
    source = spread_points(rng, count, size, size)
    target = source * rng.uniform(0.3, 2) + shift + rng.normal(0, 0.03 * size, source.shape)
    try:
        spline = ThinPlateSpline.fit(source, target)
    except CollinearPointsError:
        return
    assert np.abs(spline.warp_points(source) - target).max() < 0.01
    assert np.abs(spline.unwarp_points(target) - source).max() < 0.01
    assert spline.anchor_error() < 0.01


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_points_moved_by_an_affine_map_give_that_map(seed):
    rng = np.random.default_rng(seed)
    source = spread_points(rng, 9, 300, 300)
    matrix = np.array([[1.2, 0.3], [-0.2, 0.8]]) + rng.normal(0, 0.1, (2, 2))
    spline = ThinPlateSpline.fit(source, source @ matrix.T + [5, -7])
    elsewhere = rng.uniform(-200, 600, (50, 2))
    assert np.allclose(spline.warp_points(elsewhere), elsewhere @ matrix.T + [5, -7], atol=1e-5)


def test_agrees_with_scikit_image():
    source, target = garment_like(2)
    theirs = ThinPlateSplineTransform()
    assert theirs.estimate(source, target)
    points = np.random.default_rng(0).uniform(0, 400, (200, 2))
    ours = ThinPlateSpline.fit(source, target).warp_points(points)
    assert np.abs(ours - theirs(points)).max() < 0.05


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("step", [4, 8])
def test_grid_agrees_with_dense_evaluation(seed, step):
    spline = ThinPlateSpline.fit(*garment_like(seed))
    dense = spline.backward_map((457, 501), step=1)
    assert np.abs(spline.backward_map((457, 501), step=step) - dense).max() < 0.05


def test_region_is_a_window_of_the_whole_map():
    spline = ThinPlateSpline.fit(*garment_like(3))
    whole = spline.backward_map((300, 260), step=1)
    window = spline.backward_map((300, 260), step=1, region=(37, 41, 180, 203))
    assert np.array_equal(window, whole[41:203, 37:180])


def test_forward_and_backward_are_near_inverses():
    source, target = garment_like(4)
    spline = ThinPlateSpline.fit(source, target)
    inside = target.mean(axis=0) + 0.3 * (target - target.mean(axis=0))
    assert np.abs(spline.warp_points(spline.unwarp_points(inside)) - inside).max() < 4


CORNERS = np.array([[0.0, 0], [39, 0], [0, 29], [39, 29]])


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 256, (30, 40, 3)).astype(np.uint8)


def test_identity_returns_the_picture(picture):
    spline = ThinPlateSpline.fit(CORNERS, CORNERS)
    for interpolation in ("linear", "cubic", "lanczos"):
        out = spline.warp_image(picture, (40, 30), interpolation=interpolation)
        assert np.abs(out.astype(int) - picture).max() <= 1


def test_whole_pixel_shift_moves_pixels_exactly(picture):
    spline = ThinPlateSpline.fit(CORNERS, CORNERS + [3, 2])
    out = spline.warp_image(picture, (40, 30), fill=9)
    assert np.abs(out[4:, 5:].astype(int) - picture[2:-2, 2:-3]).max() <= 1
    assert (out[:1] == 9).all()


def test_mirror_about_the_picture_centre(picture):
    mirrored = CORNERS * [-1, 1] + [39, 0]
    out = ThinPlateSpline.fit(CORNERS, mirrored).warp_image(picture, (40, 30))
    assert np.abs(out.astype(int) - picture[:, ::-1]).max() <= 1


def test_transparent_colours_do_not_bleed():
    image = np.zeros((40, 40, 4), np.uint8)
    image[...] = (0, 255, 0, 0)
    image[10:30, 10:30] = (255, 0, 0, 255)
    square = np.array([[0.0, 0], [39, 0], [0, 39], [39, 39]])
    spline = ThinPlateSpline.fit(square, square * 1.37 + 2.3)
    out = spline.warp_image(image, (64, 64))
    seen = out[..., 3] > 8
    assert (out[seen][:, 1] <= 2).all()
    assert (out[seen][:, 0] >= 250).all()


def test_shrinking_is_antialiased():
    y, x = np.mgrid[0:256, 0:256]
    stripes = ((x // 2 % 2) * 255).astype(np.uint8)
    board = (((x + y) % 2) * 255).astype(np.uint8)
    square = np.array([[0.0, 0], [255, 0], [0, 255], [255, 255]])
    spline = ThinPlateSpline.fit(square, square / 4)
    out = spline.warp_image(board, (64, 64))[4:-4, 4:-4].astype(int)
    assert np.abs(out - 127).max() <= 6
    aliased = spline.warp_image(stripes, (64, 64), antialias=False)[4:-4, 4:-4]
    smooth = spline.warp_image(stripes, (64, 64))[4:-4, 4:-4]
    assert (
        np.abs(aliased.astype(int) - 127).max() > 60 > 10 > np.abs(smooth.astype(int) - 127).max()
    )


def test_outside_is_transparent():
    image = np.full((20, 20, 4), 255, np.uint8)
    square = np.array([[0.0, 0], [19, 0], [0, 19], [19, 19]])
    out = ThinPlateSpline.fit(square, square + 30).warp_image(image, (60, 60))
    assert out[:25, :25, 3].max() == 0
    assert out[35:45, 35:45, 3].min() == 255


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ([[0, 0], [1, 1]], TooFewPointsError),
        ([[0, 0], [1, 1], [2, 2], [5, 5]], CollinearPointsError),
        ([[3, 0], [3, 1], [3, 7]], CollinearPointsError),
        ([[0, 0], [0, 0], [1, 0], [0, 1]], DuplicatePointsError),
        ([[1, 1], [1, 1], [1, 1]], DuplicatePointsError),
        ([[0, 0], [np.nan, 1], [1, 0]], NonFinitePointsError),
        ([[0, 0], [np.inf, 1], [1, 0]], NonFinitePointsError),
        ([[0, 0, 0], [1, 1, 1], [1, 0, 0]], PointShapeError),
        ([], PointShapeError),
    ],
)
def test_degenerate_points_are_named(source, error):
    fine = [[0, 0], [10, 0], [0, 10], [10, 10]][: max(len(source), 3)]
    with pytest.raises(error):
        ThinPlateSpline.fit(source, fine)
    if len(source) == len(fine):
        with pytest.raises(WarpError):
            ThinPlateSpline.fit(fine, source)


def test_other_bad_arguments():
    with pytest.raises(PointShapeError):
        ThinPlateSpline.fit(CORNERS, CORNERS[:3])
    with pytest.raises(ValueError, match="regularisation"):
        ThinPlateSpline.fit(CORNERS, CORNERS, regularisation=-1)
    with pytest.raises(ValueError, match="step"):
        ThinPlateSpline.fit(CORNERS, CORNERS).backward_map((9, 9), step=0)


def test_regularisation_gives_way_to_the_affine_map():
    source, target = garment_like(5)
    errors = [
        ThinPlateSpline.fit(source, target, regularisation=r).anchor_error()
        for r in (0, 1e-3, 1e-1, 1e6)
    ]
    assert errors[0] < 1e-6
    assert errors == sorted(errors)
    lifted = np.column_stack([source, np.ones(len(source))])
    affine = lifted @ np.linalg.lstsq(lifted, target, rcond=None)[0]
    stiff = ThinPlateSpline.fit(source, target, regularisation=1e6)
    assert np.allclose(stiff.warp_points(source), affine, atol=0.05)


def test_jacobian_of_a_known_scale():
    spline = ThinPlateSpline.fit(CORNERS, 2 * CORNERS)
    determinant = spline.jacobian_determinant((60, 50))
    assert determinant.shape == (50, 60)
    assert np.allclose(determinant, 0.25, atol=1e-3)


def test_swapped_points_fold():
    source = np.array([[0.0, 0], [100, 0], [0, 100], [100, 100], [40, 50], [60, 50]])
    target = source.copy()
    target[[4, 5]] = target[[5, 4]]
    spline = ThinPlateSpline.fit(source, target)
    mask = np.ones((101, 101), dtype=bool)
    assert spline.folded_fraction(mask) > 0.01
    assert ThinPlateSpline.fit(source, source).folded_fraction(mask) == 0
    assert spline.folded_fraction(np.zeros((101, 101), dtype=bool)) == 0


def test_mirrored_map_has_negative_determinant():
    x, y = np.meshgrid(np.arange(20.0), np.arange(10.0))
    assert (jacobian_determinant(np.stack([19 - x, y], axis=2).astype(np.float32)) < 0).all()


def test_sampling_matches_opencv():
    image = np.random.default_rng(0).integers(0, 256, (30, 30, 3)).astype(np.uint8)
    x, y = np.meshgrid(np.arange(5, 25, 0.5), np.arange(5, 25, 0.5))
    grid = np.stack([x, y], axis=2).astype(np.float32)
    ours = sample_image(image, grid, interpolation="linear")
    theirs = cv2.remap(image, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR)
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_each_point_may_be_regularised_by_itself():
    rng = np.random.default_rng(4)
    source = rng.uniform(0, 100, (12, 2))
    target = source + rng.normal(0, 5, (12, 2))
    stiffness = np.where(np.arange(12) < 5, 0.0, 1.0)
    errors = ThinPlateSpline.fit(source, target, regularisation=stiffness).anchor_errors()
    assert errors[:5].max() < 1e-6
    assert errors[5:].max() > 0.5


@pytest.mark.parametrize("stiffness", [np.ones(3), -np.ones(4), np.full(4, np.nan)])
def test_regularisation_must_fit_the_points(stiffness):
    corners = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0], [9.0, 9.0]])
    with pytest.raises(ValueError, match="regularisation"):
        ThinPlateSpline.fit(corners, corners, regularisation=stiffness)
