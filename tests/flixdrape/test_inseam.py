"""The shade between two trouser legs."""

import numpy as np
import pytest
from figures import SHAPE, wearer

from flixdrape.inseam import shaded_inseam

WEARER = wearer()
CROTCH = WEARER.body.pelvis
GREY = np.dstack([np.full((*SHAPE, 3), 120, np.uint8), np.full(SHAPE, 255, np.uint8)])


def legs(gap=0, front="right"):
    """Two legs side by side, `gap` columns apart."""
    left, right = np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32)
    left[200:480, 150 : 200 - gap // 2] = 1
    right[200:480, 200 + gap // 2 : 250] = 1
    both = {"leg_left": left, "leg_right": right}
    return both if front == "right" else dict(reversed(both.items()))


@pytest.mark.parametrize("front", ["left", "right"])
def test_the_leg_behind_is_darker_beside_the_one_in_front(front):
    shaded = shaded_inseam(GREY, legs(front=front), CROTCH, WEARER)[..., 0].astype(float)
    behind, before = (198, 201) if front == "right" else (201, 198)
    row = 420
    assert shaded[row, behind] < shaded[row, before] - 5
    assert shaded[row, behind] < 100
    # Farther in, and at the outer sides, the cloth is as it was.
    assert (shaded[row, [155, 170, 230, 245]] == 120).all()


def test_above_the_crotch_and_between_legs_apart_there_is_none():
    shaded = shaded_inseam(GREY, legs(), CROTCH, WEARER)
    assert (shaded[: int(CROTCH[1])] == GREY[: int(CROTCH[1])]).all()
    apart = shaded_inseam(GREY, legs(gap=40), CROTCH, WEARER)
    assert (apart == GREY).all()


def test_alpha_and_hue_stay():
    cloth = GREY.copy()
    cloth[..., :3] = (200, 100, 50)
    shaded = shaded_inseam(cloth, legs(), CROTCH, WEARER)
    assert (shaded[..., 3] == 255).all()
    pixel = shaded[420, 198].astype(float)
    assert pixel[0] / pixel[1] == pytest.approx(2.0, abs=0.05)
    assert pixel[1] / pixel[2] == pytest.approx(2.0, abs=0.06)


def test_what_has_no_two_legs_is_left_alone():
    assert shaded_inseam(GREY, {"skirt": np.ones(SHAPE, np.float32)}, CROTCH, WEARER) is GREY
