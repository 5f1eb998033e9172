import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garment.landmarks import CATEGORIES, LANDMARKS_OF
from garment.outline import (
    above_neck,
    above_waistband,
    beyond_openings,
    complete_points,
    fill,
    garment_width,
    hem_line,
    mirrored_name,
    neck_opening,
    outline,
)

UPPER = {
    "neckline_left": (90, 40),
    "neckline_right": (130, 40),
    "center_front": (110, 60),
    "shoulder_left": (60, 50),
    "shoulder_right": (160, 50),
    "armpit_left": (70, 95),
    "armpit_right": (150, 95),
    "waistline_left": (75, 130),
    "waistline_right": (145, 130),
    "cuff_left_in": (50, 150),
    "cuff_left_out": (30, 145),
    "cuff_right_in": (170, 150),
    "cuff_right_out": (190, 145),
    "top_hem_left": (68, 180),
    "top_hem_right": (152, 180),
    "hemline_left": (60, 220),
    "hemline_right": (160, 220),
}
LOWER = {
    "waistband_left": (80, 40),
    "waistband_right": (140, 40),
    "hemline_left": (60, 150),
    "hemline_right": (160, 150),
    "crotch": (110, 100),
    "bottom_left_in": (100, 220),
    "bottom_left_out": (75, 220),
    "bottom_right_in": (120, 220),
    "bottom_right_out": (145, 220),
}
GARMENTS = {
    category: {name: (UPPER | LOWER)[name] for name in LANDMARKS_OF[category]}
    for category in CATEGORIES
}
SHAPE = (260, 220)


@pytest.mark.parametrize("category", CATEGORIES)
def test_outline_reaches_every_corner(category):
    near = np.pad(fill(outline(GARMENTS[category], category), SHAPE), 2)
    for name, (x, y) in GARMENTS[category].items():
        assert near[y : y + 5, x : x + 5].any(), name


def test_outline_of_a_top_leaves_out_the_neck_and_the_gap_under_the_arm():
    mask = fill(outline(GARMENTS["blouse"], "blouse"), SHAPE)
    assert mask[100, 110]  # chest
    assert mask[120, 50]  # sleeve
    assert not mask[45, 110]  # neck opening
    assert not mask[148, 60]  # between cuff and trunk


def test_outline_of_trousers_parts_the_legs():
    mask = fill(outline(GARMENTS["trousers"], "trousers"), SHAPE)
    assert mask[180, 90]
    assert mask[180, 130]
    assert not mask[180, 110]


def test_outline_without_cuffs_has_no_sleeves():
    sleeveless = {n: p for n, p in GARMENTS["blouse"].items() if "cuff" not in n}
    assert len(outline(sleeveless, "blouse")) == 1


@given(
    angle=st.floats(-0.6, 0.6),
    missing=st.sampled_from([n for n in GARMENTS["dress"] if n != "center_front"]),
)
def test_a_missing_corner_comes_back_by_symmetry(angle, missing):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = {n: tuple(turn @ p) for n, p in GARMENTS["dress"].items()}
    seen = {n: p for n, p in points.items() if n != missing}
    assert complete_points(seen, "dress")[missing] == pytest.approx(points[missing], abs=1e-6)


@pytest.mark.parametrize("category", CATEGORIES)
def test_unseen_hem_is_put_below(category):
    seen = {n: p for n, p in GARMENTS[category].items() if "hem" not in n and "bottom" not in n}
    full = complete_points(seen, category)
    lowest = max(y for name, (_, y) in seen.items() if "cuff" not in name)
    added = {n: p for n, p in full.items() if n not in seen}
    assert len(added) == (4 if category == "trousers" else 2)
    assert all(y > lowest for _, y in added.values())


def test_sleeves_are_never_invented():
    sleeveless = {n: p for n, p in GARMENTS["dress"].items() if "cuff" not in n}
    assert not [n for n in complete_points(sleeveless, "dress") if "cuff" in n]


@pytest.mark.parametrize("category", CATEGORIES)
def test_beyond_openings_stays_off_the_garment(category):
    points = GARMENTS[category]
    inside = fill(outline(points, category), SHAPE)
    beyond = fill(beyond_openings(points, category, 0.1), SHAPE)
    assert beyond.any()
    assert np.count_nonzero(beyond & inside) < 0.02 * np.count_nonzero(inside)


def test_beyond_openings_lies_where_hands_and_legs_come_out():
    beyond = fill(beyond_openings(GARMENTS["blouse"], "blouse", 0.1), SHAPE)
    assert beyond[220, 110]  # under the hem
    assert beyond[175, 32]  # under the left cuff
    assert not beyond[60, 110]


def test_above_neck_is_above_the_chord_even_upside_down():
    upright = fill([above_neck(GARMENTS["blouse"], 0.1)], SHAPE)
    rows = np.flatnonzero(upright.any(axis=1))
    assert rows.max() < 40
    turned = {n: (220 - x, 260 - y) for n, (x, y) in GARMENTS["blouse"].items()}
    rows = np.flatnonzero(fill([above_neck(turned, 0.1)], SHAPE).any(axis=1))
    assert rows.min() > 220


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_above_waistband_is_above_its_line_even_upside_down(category):
    corners = GARMENTS[category]
    line = corners["waistband_left"][1]
    rows = np.flatnonzero(fill([above_waistband(corners, 0.05)], SHAPE).any(axis=1))
    assert rows.max() < line
    turned = {n: (220 - x, 260 - y) for n, (x, y) in corners.items()}
    rows = np.flatnonzero(fill([above_waistband(turned, 0.05)], SHAPE).any(axis=1))
    assert rows.min() > 260 - line
    assert above_waistband({"waistband_left": (1, 1)}, 0.1) is None


def test_neck_needs_its_corners():
    assert neck_opening({"neckline_left": (1, 1), "neckline_right": (5, 1)}) is None
    assert above_neck({"neckline_left": (1, 1)}, 0.1) is None


def test_hem_line_is_empty_for_trousers():
    assert not hem_line(GARMENTS["trousers"], "trousers", SHAPE).any()


@given(scale=st.floats(0.1, 10), dx=st.floats(-500, 500), dy=st.floats(-500, 500))
def test_width_scales_and_does_not_move(scale, dx, dy):
    moved = {n: (scale * x + dx, scale * y + dy) for n, (x, y) in GARMENTS["skirt"].items()}
    expected = scale * garment_width(GARMENTS["skirt"], "skirt")
    assert garment_width(moved, "skirt") == pytest.approx(expected, rel=1e-6)


def test_width_without_armpits_comes_from_the_box():
    points = {"shoulder_left": (0, 0), "top_hem_right": (30, 40)}
    assert garment_width(points, "blouse") == pytest.approx(20)
    assert garment_width({}, "blouse") == 0


@pytest.mark.parametrize("category", CATEGORIES)
def test_mirroring_a_name_twice_gives_it_back(category):
    for name in LANDMARKS_OF[category]:
        assert mirrored_name(mirrored_name(name)) == name
        assert mirrored_name(name) in LANDMARKS_OF[category]
