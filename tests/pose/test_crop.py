"""Crops: the matrix there and back, and what is sampled."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose.engine.crop import apply_homography, box_to_input, sample_crop


@given(
    st.floats(-50, 500),
    st.floats(-50, 500),
    st.floats(1, 800),
    st.floats(1, 800),
    st.floats(1, 1.6),
)
def test_box_lands_inside_the_input_at_its_aspect(x, y, width, height, padding):
    matrix = box_to_input((x, y, width, height), (96, 128), padding)
    corners = np.array([[x, y], [x + width, y + height]])
    mapped = apply_homography(matrix, corners)
    assert (mapped >= -0.51).all()
    assert (mapped <= np.array([95, 127]) + 0.51).all()
    scale = (mapped[1] - mapped[0]) / (corners[1] - corners[0])
    assert np.isclose(scale[0], scale[1], rtol=1e-6)
    centre = apply_homography(matrix, corners.mean(axis=0)[None])[0]
    assert np.allclose(centre, [47.5, 63.5])
    back = apply_homography(np.linalg.inv(matrix), mapped)
    assert np.allclose(back, corners, atol=1e-6)


def test_crop_samples_pixel_centres():
    image = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(np.uint8)
    matrix = np.array([[1.0, 0, -4], [0, 1.0, -7], [0, 0, 1]])
    assert np.array_equal(sample_crop(image, matrix, (20, 25)), image[7:32, 4:24])


def test_shrinking_averages_and_keeps_places():
    y, x = np.mgrid[0:400, 0:400]
    board = (((x + y) % 2) * 255).astype(np.uint8)
    image = np.repeat(board[..., None], 3, axis=2)
    image[200:, 200:] = 0
    crop = sample_crop(image, np.diag([0.1, 0.1, 1.0]), (40, 40))
    assert np.abs(crop[3:16, 3:16].astype(int) - 127).max() < 12
    edge = crop[8, :, 0].astype(float), crop[30, :, 0].astype(float)
    assert edge[1][23:37].max() < 12
    assert abs(np.interp(-64, -edge[1][17:23], np.arange(17, 23)) - 19.5) < 0.6


def test_outside_is_filled():
    crop = sample_crop(np.zeros((5, 5, 3), np.uint8), np.eye(3), (9, 9), (1, 2, 3))
    assert crop[8, 8].tolist() == [1, 2, 3]
