"""Wrists put right by the forearm that is seen."""

import cv2
import numpy as np
import pytest
from bodies import person
from figures import SHAPE, SKIN, draw_figure, dressed_as, wearer

from flixdrape.seen_wrists import with_seen_wrists
from pose import PARTS

ARMS, BACKGROUND, TOP = (PARTS.index(name) for name in ("arms", "background", "top"))


def folded(*, laid="across", bracelet=False):
    """Somebody whose forearm on the image's right is laid elsewhere than the joints say."""
    joints = person()
    photo, labels = draw_figure(joints, sleeves="short")
    elbow, wrist = joints["left_elbow"], joints["left_wrist"]
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    gone = (labels == ARMS) & (x > 220) & (y > elbow[1] + 12)
    labels[gone], photo[gone] = BACKGROUND, (180, 190, 200)
    ends = {"across": (190, 185), "up": (212, 150), "hanging": tuple(wrist)}
    end = np.array(ends[laid])
    hand = end + 0.25 * (end - elbow)
    places = [tuple(np.round(p).astype(int).tolist()) for p in (elbow, hand)]
    mask = np.zeros(SHAPE, np.uint8)
    cv2.line(mask, *places, 1, 16)
    if bracelet:
        mask *= (np.hypot(x - wrist[0], y - wrist[1]) > 34).astype(np.uint8)
    labels[mask > 0], photo[mask > 0] = ARMS, SKIN
    return dressed_as(photo, labels, joints), end


@pytest.mark.parametrize("laid", ["across", "up"])
def test_a_forearm_seen_elsewhere_takes_the_wrist_along(laid):
    before, end = folded(laid=laid)
    after = with_seen_wrists(before)
    assert np.linalg.norm(before.joints["left_wrist"] - end) > 60
    assert np.linalg.norm(after.joints["left_wrist"] - end) < 18
    assert np.linalg.norm(after.body.arms["right"][2] - end) < 18
    np.testing.assert_array_equal(after.joints["right_wrist"], before.joints["right_wrist"])
    assert after.parsing is before.parsing


@pytest.mark.parametrize("sleeves", ["none", "short", "long"])
def test_arms_that_are_where_the_joints_say_are_left_alone(sleeves):
    dressed = wearer(sleeves=sleeves)
    assert with_seen_wrists(dressed) is dressed


def test_a_forearm_cut_by_a_bracelet_is_the_same_forearm():
    before, _ = folded(laid="hanging", bracelet=True)
    assert with_seen_wrists(before) is before


def test_without_any_skin_nothing_moves():
    photo, labels = draw_figure(sleeves="long")
    labels[labels == ARMS] = TOP
    dressed = dressed_as(photo, labels)
    assert with_seen_wrists(dressed) is dressed


def test_the_other_arms_skin_is_not_taken():
    """Long sleeves, and the other hand laid on this elbow."""
    joints = person()
    photo, labels = draw_figure(joints, sleeves="long")
    labels[labels == ARMS] = BACKGROUND
    elbow = np.round(joints["left_elbow"]).astype(int)
    joints = joints.moved(
        {"right_elbow": (150.0, 215.0), "right_wrist": (float(elbow[0]) - 22.0, float(elbow[1]))}
    )
    mask = np.zeros(SHAPE, np.uint8)
    cv2.line(mask, (160, 215), tuple(elbow.tolist()), 1, 14)
    labels[mask > 0], photo[mask > 0] = ARMS, SKIN
    dressed = dressed_as(photo, labels, joints)
    after = with_seen_wrists(dressed)
    np.testing.assert_array_equal(after.joints["left_wrist"], dressed.joints["left_wrist"])
