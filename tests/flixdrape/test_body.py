"""The body's frame."""

import numpy as np
import pytest
from bodies import person
from hypothesis import given
from hypothesis import strategies as st

from flixdrape.body import SIDES, Body, along, arc_of, perpendicular
from flixdrape.errors import NothingFoundError


def test_left_of_the_image_is_the_persons_right_in_front():
    body = Body.from_keypoints(person())
    assert body.front
    assert body.shoulders["left"].tolist() == [155, 130]
    assert body.arms["left"][2].tolist() == [132, 275]
    assert body.across == pytest.approx([1, 0])
    assert body.down == pytest.approx([0, 1])
    assert body.width == 90
    assert body.torso == 135


def test_from_behind_sides_are_the_images_still():
    mirrored = person()
    order = list(mirrored.schema.flip_order)
    body = Body.from_keypoints(type(mirrored)(mirrored.schema, mirrored.xy[order], mirrored.scores))
    assert not body.front
    assert body.shoulders["left"].tolist() == [155, 130]


def test_missing_wrist_continues_the_arm():
    body = Body.from_keypoints(person(missing=("left_wrist",)))
    elbow, wrist = body.arms["right"][1:]
    upper = elbow - body.arms["right"][0]
    assert np.cross(wrist - elbow, upper) == pytest.approx(0, abs=1e-6)
    assert not body.certain["right_arm"]
    assert body.certain["left_arm"]


def test_missing_hips_and_legs_hang_below():
    missing = [n for n in person().schema.names if n.endswith(("hip", "knee", "ankle"))]
    body = Body.from_keypoints(person(missing=missing))
    assert body.pelvis[1] > 200
    assert body.legs["left"][2][1] > body.legs["left"][1][1] > body.pelvis[1]


def test_no_shoulders_no_body():
    with pytest.raises(NothingFoundError, match="shoulders"):
        Body.from_keypoints(person(missing=("left_shoulder",)))


def test_turned_person_keeps_a_plausible_width():
    body = Body.from_keypoints(person({"left_shoulder": (205, 130), "right_shoulder": (195, 130)}))
    assert body.turned < 0.3
    assert body.width >= 0.4 * body.torso


@given(st.floats(0.2, 5), st.floats(-300, 300), st.floats(-300, 300))
def test_frame_scales_and_shifts_with_the_picture(scale, x, y):
    body = Body.from_keypoints(person())
    other = Body.from_keypoints(person(scale=scale, shift=(x, y)))
    assert other.width == pytest.approx(scale * body.width)
    assert np.allclose(other.pelvis, scale * body.pelvis + [x, y])
    assert other.centimetre == pytest.approx(scale * body.centimetre)


@given(st.floats(-3, 12))
def test_arc_length_undoes_walking(distance):
    line = np.array([[0.0, 0.0], [0.0, 4.0], [3.0, 8.0]])
    point, direction = along(line, distance)
    assert arc_of(line, point) == pytest.approx(distance, abs=1e-9)
    assert np.linalg.norm(direction) == pytest.approx(1)


def test_outer_side_of_arms():
    for side, sign in SIDES.items():
        assert perpendicular(np.array([0.0, 1.0]), side).tolist() == [sign, 0]
        assert perpendicular(np.array([sign, 0.0]), side)[1] == -1
