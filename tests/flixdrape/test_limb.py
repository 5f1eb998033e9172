"""Coordinates about limbs, against distances to finely sampled bones."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flixdrape.limb import LimbField

SHAPE = (120, 100)
STRAIGHT = np.array([[50.0, 20.0], [50.0, 60.0], [50.0, 100.0]])
BENT = np.array([[20.0, 30.0], [60.0, 30.0], [60.0, 90.0]])


def at(field, x, y):
    """Return along and beside at a pixel of the picture."""
    row, column = y - field.window[0].start, x - field.window[1].start
    return field.along[row, column], field.beside[row, column]


def test_straight_limb_is_measured_by_its_axis():
    field = LimbField.of(STRAIGHT, SHAPE, reach=15)
    assert field.length == pytest.approx(80)
    for x, y in [(50, 20), (50, 61), (44, 40), (57, 99)]:
        along, beside = at(field, x, y)
        assert along == pytest.approx(y - 20, abs=1e-3)
        assert abs(beside) == pytest.approx(abs(x - 50), abs=1e-3)


def test_sides_have_opposite_signs_all_along():
    for joints in (STRAIGHT, BENT):
        field = LimbField.of(joints, SHAPE, reach=15)
        signs = set()
        for first, second in pairwise(joints):
            ahead = (second - first) / np.linalg.norm(second - first)
            middle = (first + second) / 2
            left, right = (middle + sign * 6 * np.array([ahead[1], -ahead[0]]) for sign in (1, -1))
            one, other = (at(field, *np.round(p).astype(int))[1] for p in (left, right))
            assert one * other < 0
            signs.add(float(np.sign(one)))
        assert len(signs) == 1, "the same side has the same sign after the elbow"


def test_along_goes_on_round_the_elbow():
    field = LimbField.of(BENT, SHAPE, reach=15)
    assert field.length == pytest.approx(100)
    assert at(field, 40, 30)[0] == pytest.approx(20, abs=1e-3)
    assert at(field, 60, 30)[0] == pytest.approx(40, abs=1e-3)
    assert at(field, 60, 70)[0] == pytest.approx(80, abs=1e-3)
    along, beside = at(field, 66, 24)
    assert along == pytest.approx(40, abs=1e-3), "outside the bend all is at the elbow"
    assert abs(beside) == pytest.approx(np.hypot(6, 6), abs=1e-3)


def test_before_and_past_the_ends():
    field = LimbField.of(STRAIGHT, SHAPE, reach=15)
    assert at(field, 50, 10)[0] == pytest.approx(-10, abs=1e-3)
    assert at(field, 50, 110)[0] == pytest.approx(90, abs=1e-3)
    assert abs(at(field, 50, 110)[1]) == pytest.approx(10, abs=1e-3), "a limb's end is round"


def test_hand_lies_past_the_length():
    """A continued bone counts as limb beside, and not in the length."""
    field = LimbField.of(STRAIGHT, SHAPE, reach=8, past=12)
    assert field.length == pytest.approx(80)
    along, beside = at(field, 50, 111)
    assert along == pytest.approx(91, abs=1e-3)
    assert beside == pytest.approx(0, abs=1e-3)
    assert abs(at(field, 50, 116)[1]) == pytest.approx(4, abs=1e-3)


def test_joints_are_left_as_they_were():
    joints = STRAIGHT.copy()
    LimbField.of(joints, SHAPE, reach=8, past=12)
    assert np.array_equal(joints, STRAIGHT)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(5, 95), st.integers(5, 95)), min_size=2, max_size=4, unique=True)
)
def test_distance_is_that_to_the_nearest_bone(joints):
    joints = np.array(joints, float)
    field = LimbField.of(joints, (100, 100), reach=10)
    shares = np.linspace(0, 1, 1001)[:, None]
    sizes = np.linalg.norm(np.diff(joints, axis=0), axis=1)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    bones = pairwise(joints)
    line = np.concatenate([first + shares * (second - first) for first, second in bones])
    walked = (starts[:, None] + shares[:, 0] * sizes[:, None]).ravel()
    assert field.length == pytest.approx(sizes.sum(), rel=1e-5)
    top, left = field.window[0].start, field.window[1].start
    rows, columns = field.along.shape
    for row in range(0, rows, max(rows // 5, 1)):
        for column in range(0, columns, max(columns // 5, 1)):
            distances = np.hypot(*(line - (left + column, top + row)).T)
            assert abs(field.beside[row, column]) == pytest.approx(distances.min(), abs=0.1)
            # Bones that cross leave two places as near: any of them will do.
            places = walked[distances < distances.min() + 0.1]
            along = np.clip(field.along[row, column], 0, field.length)
            assert np.abs(places - along).min() < 1.0


@pytest.mark.parametrize("shift", [(-45, 0), (45, 0), (0, -60), (0, 60)])
def test_window_ends_at_the_pictures_edge(shift):
    field = LimbField.of(STRAIGHT + shift, SHAPE, reach=15)
    rows, columns = field.window
    assert 0 <= rows.start <= rows.stop <= SHAPE[0]
    assert 0 <= columns.start <= columns.stop <= SHAPE[1]
    assert field.along.shape == field.beside.shape == np.zeros(SHAPE)[field.window].shape
    assert field.length == pytest.approx(80)
    whole = LimbField.of(STRAIGHT + shift + 200, (520, 500), reach=15)
    y, x = rows.start + 200, columns.start + 200
    assert at(field, columns.start, rows.start) == pytest.approx(at(whole, x, y), abs=1e-3)


def test_window_reaches_as_far_as_asked():
    field = LimbField.of(STRAIGHT, SHAPE, reach=15)
    assert field.window == (slice(5, 116), slice(35, 66))


def test_limb_outside_the_picture_is_empty_and_harmless():
    field = LimbField.of(STRAIGHT + (0, 200), SHAPE, reach=15)
    assert field.along.size == 0
    onto = np.zeros(SHAPE, np.float32)
    field.paste(field.along, onto)
    assert onto.max() == 0


def test_joints_in_one_place_have_no_length():
    """A foreshortened bone: nothing is divided by its length."""
    field = LimbField.of(np.array([[50.0, 20.0], [50.0, 60.0], [50.0, 60.0]]), SHAPE, 10, past=9)
    assert field.length == pytest.approx(40, abs=1e-3)
    assert np.isfinite(field.along).all()
    assert np.isfinite(field.beside).all()


def test_paste_raises_and_never_lowers():
    field = LimbField.of(STRAIGHT, SHAPE, reach=5)
    onto = np.full(SHAPE, 0.5, np.float32)
    values = np.where(field.beside > 0, 1, 0).astype(np.float32)
    field.paste(values, onto)
    assert np.array_equal(onto[field.window], np.maximum(values, 0.5))
    outside = np.ones(SHAPE, bool)
    outside[field.window] = False
    assert (onto[outside] == 0.5).all()


def test_moved_aside_a_limb_still_ends_in_a_half_disc():
    """Beyond the last joint nothing jumps where the bones' own line goes on."""
    bones = LimbField.of(np.array([[40.0, 10.0], [40.0, 60.0]]), (90, 80), 30.0)
    moved = bones.shifted(np.full_like(bones.beside, 6.0))
    rows, columns = bones.window
    y, x = np.mgrid[rows, columns].astype(np.float64)
    below = y > 60
    round_end = np.hypot(x - (40 - 6), y - 60)
    assert np.allclose(np.abs(moved.beside)[below], round_end[below], atol=1e-3)
    assert np.allclose(moved.beside[~below & (y >= 10)], bones.beside[~below & (y >= 10)] - 6)
