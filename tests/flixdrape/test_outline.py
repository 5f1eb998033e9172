"""The torso as the picture shows it."""

import numpy as np
import pytest
from figures import SHAPE, draw_figure, dressed_as, leaning, parsing_of, wearer

from flixdrape.outline import TorsoOutline
from pose import PARTS

BODY = wearer().body


def painted(draw):
    """A wearer whose parts are what `draw` puts onto an empty map of labels."""
    dressed = wearer()
    labels = np.zeros(SHAPE, np.uint8)
    draw(labels)
    return type(dressed)(dressed.rgb, dressed.joints, dressed.body, parsing_of(labels))


def row(level):
    return round(130 + level * BODY.torso)


@pytest.mark.parametrize(("left", "right"), [(38, 38), (30, 46), (52, 35)])
def test_drawn_torso_is_measured(left, right):
    def draw(labels):
        labels[120:310, 200 - left : 201 + right] = PARTS.index("top")

    outline = TorsoOutline.of(painted(draw))
    for level in (0.2, 0.5, 0.8, 1.1):
        assert outline.half("left", level, 40, (0.1, 3.0)) == pytest.approx(left, abs=2)
        assert outline.half("right", level, 40, (0.1, 3.0)) == pytest.approx(right, abs=2)


def test_width_follows_the_waist():
    def draw(labels):
        for y in range(120, 310):
            half = round(44 - 14 * np.exp(-(((y - row(0.7)) / 25) ** 2)))
            labels[y, 200 - half : 201 + half] = PARTS.index("top")

    outline = TorsoOutline.of(painted(draw))
    assert outline.half("left", 0.2, 40, (0.1, 3.0)) == pytest.approx(44, abs=3)
    assert outline.half("left", 0.7, 40, (0.1, 3.0)) == pytest.approx(30, abs=3)
    assert outline.half("right", 1.1, 40, (0.1, 3.0)) == pytest.approx(44, abs=3)


def test_figure_is_measured_to_a_few_pixels():
    outline = TorsoOutline.of(wearer(sleeves="none"))
    # The drawn top narrows from 52 at the shoulders to 43 at its hem.
    for level in (0.5, 0.7, 0.9):
        expected = 52 - 9 * level * BODY.torso / (0.82 * BODY.torso + 25)
        for side in ("left", "right"):
            assert outline.half(side, level, 45, (0.5, 1.5)) == pytest.approx(expected, abs=3)


def test_what_is_measured_is_held_within_limits():
    outline = TorsoOutline.of(wearer(sleeves="none"))
    assert outline.half("left", 0.6, 100.0, (0.8, 1.2)) == 80.0
    assert outline.half("left", 0.6, 20.0, (0.8, 1.2)) == 24.0


def test_levels_beyond_the_torso_are_the_joints_to_tell():
    outline = TorsoOutline.of(wearer())
    assert outline.half("left", 0.05, 33.0, (0.8, 1.2)) == 33.0
    assert outline.half("right", 1.4, 33.0, (0.8, 1.2)) == 33.0


def test_nothing_seen_is_the_joints_to_tell():
    outline = TorsoOutline.of(painted(lambda labels: None))
    assert np.isnan(outline.halves["left"]).all()
    assert outline.half("left", 0.6, 33.0, (0.8, 1.2)) == 33.0
    assert outline.waistband is None


def test_small_gaps_are_bridged():
    def draw(labels):
        labels[120:310, 160:241] = PARTS.index("top")
        labels[120:310, 220:222] = PARTS.index("accessories")

    outline = TorsoOutline.of(painted(draw))
    assert outline.half("right", 0.6, 40, (0.1, 3.0)) == pytest.approx(40, abs=2)


def test_cloth_without_an_end_is_no_body():
    def draw(labels):
        labels[120:310, 60:340] = PARTS.index("outer")

    outline = TorsoOutline.of(painted(draw))
    assert outline.half("left", 0.6, 40.0, (0.1, 3.0)) == 40.0


@pytest.mark.parametrize("below", ["trousers", "skirt"])
def test_waistband_of_a_tucked_top_is_found(below):
    found = TorsoOutline.of(wearer(tucked=True, below=below)).waistband
    assert found == pytest.approx(0.82, abs=0.04)


def test_high_waistband_is_held_to_where_waists_are():
    def draw(labels):
        labels[120:170, 160:241] = PARTS.index("top")
        labels[170:310, 160:241] = PARTS.index("bottom")

    assert TorsoOutline.of(painted(draw)).waistband == 0.45


@pytest.mark.parametrize("look", [{"below": "dress"}, {"below": "none", "tucked": True}])
def test_no_waistband_where_none_is_worn(look):
    assert TorsoOutline.of(wearer(**look)).waistband is None


def test_no_waistband_where_a_top_hangs_over():
    # 25 pixels below the waist: at the hips.
    assert TorsoOutline.of(wearer(tucked=False)).waistband is None


def test_belt_is_not_taken_for_the_top():
    found = TorsoOutline.of(wearer(tucked=True, belt=True)).waistband
    assert found == pytest.approx(0.85, abs=0.06)


@pytest.mark.parametrize("degrees", [12, -20])
def test_leaning_torso_is_measured_along_its_own_axis(degrees):
    lean = TorsoOutline.of(leaning(degrees, sleeves="none", tucked=True))
    upright = TorsoOutline.of(wearer(sleeves="none", tucked=True))
    assert lean.waistband == pytest.approx(upright.waistband, abs=0.03)
    for side in ("left", "right"):
        for level in (0.3, 0.5, 0.7):
            expected = upright.half(side, level, 45, (0.1, 3.0))
            assert lean.half(side, level, 45, (0.1, 3.0)) == pytest.approx(expected, abs=2)


def test_hidden_levels_are_bridged():
    """A bag before the belly: the outline above and below it goes on."""
    photo, labels = draw_figure(sleeves="none")
    labels[185:215, 140:260] = PARTS.index("accessories")
    outline = TorsoOutline.of(dressed_as(photo, labels))
    free = TorsoOutline.of(wearer(sleeves="none"))
    for side in ("left", "right"):
        expected = free.half(side, 0.5, 45, (0.1, 3.0))
        assert outline.half(side, 0.5, 45, (0.1, 3.0)) == pytest.approx(expected, abs=2)


def test_hand_before_the_waist_does_not_hide_the_waistband():
    photo, labels = draw_figure(tucked=True)
    labels[230:290, 185:205] = PARTS.index("arms")
    assert TorsoOutline.of(dressed_as(photo, labels)).waistband == pytest.approx(0.82, abs=0.05)


def test_hanging_sleeves_are_not_the_body():
    """Below the armpits there is wall between trunk and sleeve."""
    outline = TorsoOutline.of(wearer(sleeves="long"))
    for side in ("left", "right"):
        assert outline.half(side, 0.8, 45, (0.1, 3.0)) == pytest.approx(45, abs=3)


@pytest.mark.parametrize(("half", "girth"), [(36, 0.9), (40, 1.0), (20, 0.7), (60, 1.1)])
def test_girth_is_the_hips_within_limits(half, girth):
    def draw(labels):
        labels[120:250, 160:241] = PARTS.index("top")
        labels[250:330, 200 - half : 201 + half] = PARTS.index("bottom")

    assert TorsoOutline.of(painted(draw)).girth(40.0) == pytest.approx(girth, abs=0.04)


def test_girth_of_hips_that_are_not_seen_is_the_joints():
    assert TorsoOutline.of(painted(lambda labels: None)).girth(40.0) == 1


def test_photo_that_ends_at_the_chest():
    photo, labels = draw_figure(sleeves="none")
    cut = dressed_as(photo[:180], labels[:180], box=(0, 0, SHAPE[1], 180))
    outline, whole = TorsoOutline.of(cut), TorsoOutline.of(wearer(sleeves="none"))
    expected = whole.half("left", 0.25, 45, (0.1, 3.0))
    assert outline.half("left", 0.25, 45, (0.1, 3.0)) == pytest.approx(expected, abs=2)
    assert outline.waistband is None


@pytest.mark.parametrize("thick", [0, 8, 14])
def test_shoulders_are_measured_where_they_are_seen(thick):
    def draw(labels):
        labels[120 - thick : 310, 140:261] = PARTS.index("outer")

    outline = TorsoOutline.of(painted(draw))
    for side in ("left", "right"):
        seen = outline.shoulder_up(side, 0.0, (100.0, 100.0))
        assert seen == pytest.approx(10 + thick, abs=2)
        assert outline.shoulder_up(side, 0.0, (3.0, 5.0)) == 5.0


def test_hair_over_a_shoulder_says_nothing_of_it():
    def draw(labels):
        labels[120:310, 140:261] = PARTS.index("top")
        labels[60:120, 140:261] = PARTS.index("hair")

    assert TorsoOutline.of(painted(draw)).shoulder_up("left", 12.0, (3.0, 5.0)) == 12.0
