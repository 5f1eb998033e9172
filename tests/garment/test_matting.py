import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garment.matting import LocalColours, fuse_foreground, local_colours, refine_matte

RED, BLUE = np.float32([0.8, 0.1, 0.1]), np.float32([0.1, 0.2, 0.9])


def known(front=RED, back=BLUE, contrast=1.0):
    return LocalColours(front[None], back[None], np.float32([contrast]))


@given(alpha=st.floats(0.05, 0.95))
def test_mixture_is_taken_apart(alpha):
    pixel = (alpha * RED + (1 - alpha) * BLUE)[None].astype(np.float32)
    matte = refine_matte(pixel, np.float32([0]), known())
    assert matte[0] == pytest.approx(alpha, abs=1e-4)
    np.testing.assert_allclose(fuse_foreground(pixel, matte, known())[0], RED, atol=1e-3)


def test_alike_colours_leave_the_prior():
    prior = np.float32([0.3])
    assert refine_matte(RED[None], prior, known(contrast=0.0))[0] == pytest.approx(0.3)


def test_pixel_of_the_foreground_keeps_its_colour():
    nearly = (RED + np.float32(0.05))[None]
    np.testing.assert_allclose(fuse_foreground(nearly, np.float32([0.4]), known()), nearly)


def test_opaque_pixel_is_left_as_it_is():
    strange = np.float32([[0.3, 0.9, 0.4]])
    own = fuse_foreground(strange, np.float32([1]), known())
    np.testing.assert_allclose(own, strange, atol=1e-6)


def test_colours_are_local():
    picture = np.zeros((60, 60, 3), np.float32)
    picture[:30, :30], picture[30:, :30] = RED, BLUE
    front = np.zeros((60, 60), bool)
    front[:, :25] = True
    colours = local_colours(picture, front, ~front, 4)
    np.testing.assert_allclose(colours.foreground[5, 28], RED, atol=1e-3)
    np.testing.assert_allclose(colours.foreground[55, 28], BLUE, atol=1e-3)


def test_contrast_falls_with_the_colours_scatter():
    rng = np.random.default_rng(0)
    left = np.zeros((40, 40), bool)
    left[:, :20] = True
    clean = np.where(left[..., None], 0.4, 0.6).repeat(3, axis=2).astype(np.float32)
    rough = np.clip(clean + rng.normal(0, 0.2, clean.shape), 0, 1).astype(np.float32)
    smooth_contrast = local_colours(clean, left, ~left, 4).contrast
    rough_contrast = local_colours(rough, left, ~left, 4).contrast
    assert smooth_contrast[:, 18:22].min() > 0.9
    assert rough_contrast[:, 18:22].max() < 0.5


def test_empty_background_is_survived():
    picture = np.full((10, 10, 3), 0.5, np.float32)
    everything = np.ones((10, 10), bool)
    colours = local_colours(picture, everything, ~everything, 2)
    assert all(np.isfinite(c).all() for c in colours)
    np.testing.assert_allclose(colours.foreground, 0.5, atol=1e-5)
