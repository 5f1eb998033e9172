"""Bare arms and legs in place of old clothes."""

import numpy as np
import pytest
from figures import MAGENTA, PARTS, SHAPE, SKIN, coverage, draw_figure, dressed_as, wearer

from flixdrape.bare_limbs import inside_leg, painted_arms, painted_legs

EVERYWHERE = np.ones(SHAPE, np.float32)


def elbow_and_beside(dressed, side="left", out=16):
    """A place on the elbow's bone, and one just beside the arm, towards the body."""
    x, y = np.round(dressed.body.arms[side][1]).astype(int)
    return (y, x), (y, x + (out if side == "left" else -out))


def test_covered_arms_are_painted_and_bare_ones_left_alone():
    covered, bare = wearer(sleeves="long"), wearer(sleeves="none")
    _, amount, _ = painted_arms(covered, coverage("blouse"), EVERYWHERE)
    elbow, _ = elbow_and_beside(covered)
    assert amount[elbow] > 0.9
    _, amount, front = painted_arms(bare, coverage("blouse"), EVERYWHERE)
    for place in elbow_and_beside(bare, out=10):
        assert amount[place] < 0.05
    assert front[elbow] < 0.05


def test_a_half_sleeve_shows_skin_as_far_as_it_went():
    dressed = wearer(sleeves="short")
    layer, amount, _ = painted_arms(dressed, coverage("blouse"), EVERYWHERE)
    shoulder, elbow, wrist = dressed.body.arms["left"]
    upper = tuple(np.round(shoulder + 0.4 * (elbow - shoulder)).astype(int)[::-1])
    lower = tuple(np.round(elbow + 0.6 * (wrist - elbow)).astype(int)[::-1])
    assert amount[upper] > 0.9
    assert amount[lower] < 0.1
    assert np.linalg.norm(layer[upper] - SKIN) < 45


@pytest.mark.parametrize("category", ["skirt", "dress"])
def test_trousers_give_way_to_legs_below_a_hem(category):
    dressed = wearer(below="trousers")
    _, amount = painted_legs(dressed, coverage(category), EVERYWHERE)
    hip, knee, ankle = dressed.body.legs["right"]
    shin = tuple(np.round(knee + 0.5 * (ankle - knee)).astype(int)[::-1])
    assert amount[shin] > 0.9
    assert hip.shape == (2,)


def test_socks_below_trousers_are_no_stockings():
    photo, labels = draw_figure(below="trousers", tucked=True)
    body = wearer().body
    ankles = body.legs["left"][2][1] - 22
    socks = (labels == PARTS.index("bottom")) & (np.arange(SHAPE[0])[:, None] > ankles)
    labels[socks], photo[socks] = PARTS.index("legwear"), MAGENTA
    dressed = dressed_as(photo, labels)
    layer, amount = painted_legs(dressed, coverage("skirt"), EVERYWHERE)
    _, knee, ankle = body.legs["left"]
    x, y = np.round(knee + 0.4 * (ankle - knee)).astype(int)
    assert amount[y, x] > 0.9
    assert np.linalg.norm(layer[y, x] - SKIN) < 60


def test_a_top_bares_no_legs():
    _, amount = painted_legs(wearer(), coverage("blouse"), EVERYWHERE)
    assert not amount.any()


def test_nothing_is_painted_where_no_skin_tells_its_tone():
    photo, labels = draw_figure(sleeves="long")
    for part in ("face", "arms", "legs"):
        labels[labels == PARTS.index(part)] = PARTS.index("top")
    photo[labels > 0] = MAGENTA
    _, amount, bare = painted_arms(dressed_as(photo, labels), coverage("blouse"), EVERYWHERE)
    assert not amount.any()
    assert not bare.any()


def test_a_leg_is_thicker_at_the_thigh_than_at_the_ankle():
    dressed = wearer()
    field = dressed.leg("left")
    inside = inside_leg(field, dressed.body.width) > 0.5
    share = field.along / field.length
    thigh, ankle = (inside[np.abs(share - at) < 0.01].sum() for at in (0.2, 0.95))
    assert thigh > 1.8 * ankle > 0
