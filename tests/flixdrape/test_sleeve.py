"""Sleeves along straight and sharply bent arms."""

import numpy as np
import pytest
from bodies import garment, person
from test_parts import SHAPE, cloth, matte

from flixdrape.body import SIDES, Body
from flixdrape.fit import fit_garment
from flixdrape.parts import plan_parts
from flixdrape.ribbon import Ribbon
from flixdrape.sleeve import SleeveStrip, sleeve_strips
from warp import warp_layers

SIZE = (SHAPE[1], SHAPE[0])
# The image's right arm: hand at the belly, at the shoulder, at the hip, straight up.
FOLDED = {
    "belly": {"left_elbow": (270, 210), "left_wrist": (205, 225)},
    "shoulder": {"left_elbow": (285, 215), "left_wrist": (262, 140)},
    "hip": {"left_elbow": (305, 190), "left_wrist": (245, 245)},
    "up": {"left_elbow": (300, 110), "left_wrist": (310, 40)},
}


def sleeve(length=200.0, half=22.0):
    """A long sleeve laid flat, straight down from the shoulder."""
    y = np.linspace(0, length, 50)
    return Ribbon(
        np.stack([np.full(50, 100 - half), y], 1), np.stack([np.full(50, 100 + half), y], 1)
    )


def corners_on(body, side, half=10.0):
    arm = body.arms[side]
    away = SIDES[side] * body.across
    return [
        arm[0] + 8 * away,
        arm[0] + np.array([0, 40]) - 12 * away,
        arm[2] + half * away,
        arm[2] - half * away,
    ]


def planned(pose, category="outwear"):
    body = Body.from_keypoints(person(pose))
    fit = fit_garment(garment(category), body)
    return body, fit, plan_parts(fit, category, body, matte(category))


def test_a_hanging_sleeve_stays_in_one_piece():
    body = Body.from_keypoints(person())
    [strip] = sleeve_strips(sleeve(), corners_on(body, "right"), body, "right", 12.0, 1.0)
    assert strip.name == "sleeve"
    assert (strip.share(sleeve(), SHAPE) == 1).all()
    assert [part.name for part in planned({})[2]] == ["torso", "sleeve_left", "sleeve_right"]


def test_a_short_sleeve_on_a_bent_arm_ends_above_the_elbow_in_one_piece():
    body = Body.from_keypoints(person(FOLDED["belly"]))
    corners = corners_on(body, "right")
    shoulder, elbow, _ = body.arms["right"]
    corners[2:] = [
        shoulder + 0.5 * (elbow - shoulder) + (12, 0),
        shoulder + 0.5 * (elbow - shoulder),
    ]
    assert len(sleeve_strips(sleeve(80), corners, body, "right", 12.0, 1.0)) == 1


@pytest.mark.parametrize("name", FOLDED)
def test_a_bent_sleeve_keeps_its_corners_and_does_not_fold(name):
    body, fit, parts = planned(FOLDED[name])
    assert {part.name for part in parts} >= {"sleeve_right", "forearm_right", "sleeve_left"}
    warped = warp_layers(cloth("outwear"), parts, SIZE)
    assert warped.folded_fraction == 0
    assert warped.anchor_error < 0.5
    shoulder, elbow, wrist = body.arms["right"]
    for place in (
        shoulder + 0.6 * (elbow - shoulder),
        elbow,
        elbow + 0.5 * (wrist - elbow),
    ):
        x, y = np.round(place).astype(int)
        assert warped.rgba[y, x, 3] > 200, "the arm is bare"
    assert set(fit.target) >= {"cuff_right_in", "cuff_right_out"}


def test_the_forearm_lies_over_the_upper_arm():
    _, _, parts = planned(FOLDED["shoulder"])
    order = {part.name: part.order for part in parts}
    assert order["torso"] < order["sleeve_right"] < order["forearm_right"]


def test_two_strips_share_the_sleeve_and_overlap_at_the_elbow():
    whole = sleeve()
    upper, fore = (SleeveStrip(n, whole, whole, 0.5, 0.1) for n in ("sleeve", "forearm"))
    one, other = upper.share(whole, (220, 200)), fore.share(whole, (220, 200))
    assert np.maximum(one, other).min() == pytest.approx(1, abs=0.51)
    middle = slice(78, 123)
    assert one[:79, middle].min() > 0.99
    assert other[:79, middle].max() < 0.01
    assert other[121:200, middle].min() > 0.99
    assert one[121:, middle].max() < 0.01
    assert min(one[100 + 15, 100], other[100 - 15, 100]) > 0.99


def test_at_the_elbow_a_strip_ends_across_the_arm_however_slanted_it_lies_in_the_photo():
    """An outer edge is longer than the inner one: what meets on the arm lies aslant there."""
    y = np.linspace(0, 200, 50)
    slanted = Ribbon(
        np.stack([np.full(50, 78), y - 12], 1), np.stack([np.full(50, 122), y + 12], 1)
    )
    strip = SleeveStrip("forearm", slanted, slanted, elbow=0.5, past=0.05)
    share = strip.share(slanted, (220, 200))
    first = [int(np.argmax(share[:, x] > 0.5)) for x in (84, 116)]
    assert first[1] - first[0] == pytest.approx(32 * 24 / 44, abs=3)
    level = SleeveStrip("forearm", sleeve(), sleeve(), elbow=0.5, past=0.05)
    share = level.share(sleeve(), (220, 200))
    assert np.argmax(share[:, 84] > 0.5) == pytest.approx(np.argmax(share[:, 116] > 0.5), abs=1)


def test_the_elbow_is_no_wider_than_the_sleeve():
    """Round, and not two squares that stick out."""
    body, _, parts = planned(FOLDED["belly"])
    warped = warp_layers(cloth("outwear"), parts, SIZE)
    _, elbow, wrist = body.arms["right"]
    out = (elbow - wrist) / np.linalg.norm(elbow - wrist)
    x, y = np.round(elbow + 0.3 * body.width * out).astype(int)
    assert warped.alphas["forearm_right"][y, x] < 0.1
