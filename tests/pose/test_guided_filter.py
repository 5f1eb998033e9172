"""The guided filter keeps what it should and snaps to edges."""

import cv2
import numpy as np
import pytest

from pose.engine.guided_filter import guided_filter


def step_picture(colours):
    """An edge at column 20; in colour, one that grey does not show."""
    guide = np.zeros((40, 48, 3), np.float32)
    guide[:, :20], guide[:, 20:] = colours
    return guide


RED_GREEN = ((0.6, 0.2, 0.2), (0.2, 0.6, 0.2))


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("colour", [True, False])
def test_constants_stay(colour, step):
    guide = np.random.default_rng(0).random((33, 47, 3), np.float32)
    values = np.full((2, 33, 47), (0.25), np.float32)
    filtered = guided_filter(guide if colour else guide[..., 0], values, 4, 1e-3, step=step)
    assert filtered.shape == values.shape
    assert np.allclose(filtered, 0.25, atol=1e-4)


@pytest.mark.parametrize("step", [1, 2])
def test_blurred_mask_snaps_to_the_edge(step):
    guide = step_picture(RED_GREEN)
    truth = np.zeros((40, 48), np.float32)
    truth[:, 20:] = 1
    # Blurred, and a pixel off.
    blurred = np.roll(cv2.blur(truth, (9, 9)), 1, axis=1)
    filtered = guided_filter(guide, blurred, 8, 1e-4, step=step)
    assert ((filtered > 0.5) == (truth > 0.5))[:, 8:40].all()
    assert not ((blurred > 0.5) == (truth > 0.5))[:, 8:40].all()
    assert filtered[20, 21] - filtered[20, 18] > 1.5 * (blurred[20, 21] - blurred[20, 18])


def test_colour_tells_an_edge_that_grey_does_not():
    guide = step_picture(RED_GREEN)
    truth = np.zeros((40, 48), np.float32)
    truth[:, 20:] = 1
    blurred = cv2.blur(truth, (9, 9))
    grey = np.full((40, 48), 0.4, np.float32)
    by_colour, by_grey = (guided_filter(g, blurred, 6, 1e-4) for g in (guide, grey))
    assert np.ptp(by_colour[20, 18:22]) > 3 * np.ptp(by_grey[20, 18:22])


def test_planes_that_add_up_to_one_still_do():
    rng = np.random.default_rng(1)
    guide = rng.random((30, 40, 3), np.float32)
    planes = rng.random((4, 30, 40), np.float32)
    planes /= planes.sum(axis=0)
    assert np.allclose(guided_filter(guide, planes, 3, 1e-3).sum(axis=0), 1, atol=1e-4)


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match="pixels"):
        guided_filter(np.zeros((4, 4), np.float32), np.zeros((4, 5), np.float32), 1, 1e-3)
