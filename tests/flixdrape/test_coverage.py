"""How far garments reach over a body."""

import numpy as np
import pytest
from bodies import DRESS, GARMENTS, garment, person
from hypothesis import given, settings
from hypothesis import strategies as st

from flixdrape.body import SIDES, Body
from flixdrape.coverage import PART_OF, TOPS, Coverage
from flixdrape.fit import fit_garment
from flixdrape.options import DrapeOptions
from garment import CATEGORIES
from pose import PARTS

BODY = Body.from_keypoints(person())


def cover_of(category, body=BODY, options=None, **changes):
    return Coverage.of(fit_garment(garment(category, **changes), body, options), category, body)


def cuffs(*sides):
    return [f"cuff_{side}_{end}" for side in sides for end in ("in", "out")]


def test_short_and_long_sleeves():
    short, long = cover_of("blouse"), cover_of("outwear")
    for side in SIDES:
        assert 0.1 < short.sleeves[side] < 0.6
        assert 0.85 < long.sleeves[side] <= 1


@pytest.mark.parametrize("category", ["blouse", "dress", "skirt", "trousers"])
def test_without_sleeves_arms_are_not_covered(category):
    cover = cover_of(category, missing=cuffs("left", "right"))
    assert cover.sleeves == {"left": 0, "right": 0}


def test_shorter_by_option():
    whole, short = cover_of("outwear"), cover_of("outwear", options=DrapeOptions(sleeve=0.5))
    for side in SIDES:
        assert 0.3 < short.sleeves[side] < whole.sleeves[side] - 0.2
    long = cover_of("trousers")
    cropped = cover_of("trousers", options=DrapeOptions(length=0.7))
    for side in SIDES:
        assert long.legs[side] > 0.9
        assert 0.4 < cropped.legs[side] < long.legs[side] - 0.2


@pytest.mark.parametrize("category", ["blouse", "outwear", "dress", "skirt"])
def test_only_trousers_cover_legs_one_by_one(category):
    assert cover_of(category).legs == {"left": 0, "right": 0}


def test_hems_lie_in_the_order_of_the_garments_lengths():
    hems = {category: cover_of(category).hem for category in GARMENTS}
    assert 0.7 * BODY.torso < hems["blouse"] < hems["dress"]
    assert hems["dress"] < hems["trousers"]
    assert hems["trousers"] == pytest.approx(480 - 130, abs=25), "the ankles"


def test_hem_is_the_lower_side_of_a_slanted_one():
    slanted = {**DRESS, "hemline_left": (70, 380)}
    assert cover_of("dress", changes=slanted).hem > cover_of("dress").hem - 60
    level = {**DRESS, "hemline_left": (70, 380), "hemline_right": (330, 380)}
    assert cover_of("dress", changes=level).hem < cover_of("dress", changes=slanted).hem - 10


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_waist_is_the_garments_waistband(category):
    fit = fit_garment(garment(category), BODY)
    cover = Coverage.of(fit, category, BODY)
    heights = [fit.target[f"waistband_{side}"][1] - 130 for side in SIDES]
    assert cover.waist == pytest.approx(np.mean(heights), abs=0.1)
    lower = cover_of(category, options=DrapeOptions(shift_y=0.2))
    assert lower.waist == pytest.approx(cover.waist + 0.2 * BODY.width, abs=0.1)


@pytest.mark.parametrize("category", TOPS)
def test_waist_of_tops_is_the_bodys(category):
    cover = cover_of(category)
    assert 0.7 * BODY.torso < cover.waist < 0.9 * BODY.torso
    assert cover.waist == cover_of(category, options=DrapeOptions(shift_y=0.2)).waist


@pytest.mark.parametrize("category", GARMENTS)
@settings(max_examples=15, deadline=None)
@given(scale=st.floats(0.3, 4), x=st.floats(-200, 200))
def test_larger_photos_of_the_same_person(category, scale, x):
    base = cover_of(category)
    body = Body.from_keypoints(person(scale=scale, shift=(x, 7.0)))
    other = cover_of(category, body)
    for side in SIDES:
        assert other.sleeves[side] == pytest.approx(base.sleeves[side], abs=0.01)
        assert other.legs[side] == pytest.approx(base.legs[side], abs=0.01)
    assert other.hem == pytest.approx(scale * base.hem, rel=0.01, abs=0.2)
    assert other.waist == pytest.approx(scale * base.waist, rel=0.01, abs=0.2)


def test_bent_arm_is_covered_along_its_bones():
    akimbo = person({"left_elbow": (300, 190), "left_wrist": (250, 230)})
    body = Body.from_keypoints(akimbo)
    cover = cover_of("outwear", body)
    assert 0.8 < cover.sleeves["right"] <= 1


def test_every_category_is_a_part_of_a_persons_picture():
    assert set(PART_OF) == set(CATEGORIES)
    assert set(PART_OF.values()) < set(PARTS)
    assert set(TOPS) < set(CATEGORIES)
