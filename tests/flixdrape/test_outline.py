"""The torso as the picture shows it."""

import numpy as np
import pytest
from figures import SHAPE, parsing_of, wearer

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

    assert TorsoOutline.of(painted(draw)).waistband == 0.5


@pytest.mark.parametrize("look", [{"below": "dress"}, {"below": "none", "tucked": True}])
def test_no_waistband_where_none_is_worn(look):
    assert TorsoOutline.of(wearer(**look)).waistband is None


def test_no_waistband_where_a_top_hangs_over():
    # 25 pixels below the waist: at the hips.
    assert TorsoOutline.of(wearer(tucked=False)).waistband is None


def test_belt_is_not_taken_for_the_top():
    found = TorsoOutline.of(wearer(tucked=True, belt=True)).waistband
    assert found == pytest.approx(0.85, abs=0.06)
