"""Sleeves of old clothes, where they hang beside and before what is worn below."""

import numpy as np
import pytest
from figures import coverage, draw_figure, dressed_as, wearer

from flixdrape.erase import old_clothes
from flixdrape.worn_sleeve import worn_sleeves
from pose import PARTS


def forearm(dressed, side, share=0.6):
    _, elbow, wrist = dressed.body.arms[side]
    x, y = np.round((1 - share) * elbow + share * wrist).astype(int)
    return y, x


@pytest.mark.parametrize("below", ["dress", "trousers"])
def test_long_sleeves_are_found_on_the_forearms_alone(below):
    dressed = wearer(below=below, sleeves="long")
    sleeves = worn_sleeves(dressed)
    for side in ("left", "right"):
        assert sleeves[forearm(dressed, side)] > 0.9
    assert sleeves[300, 200] == 0, "nor the middle"
    assert sleeves[75, 200] == 0, "nor the face"


@pytest.mark.parametrize("sleeves", ["none", "short"])
def test_bare_forearms_have_none(sleeves):
    dressed = wearer(below="dress", sleeves=sleeves)
    for side in ("left", "right"):
        assert worn_sleeves(dressed)[forearm(dressed, side, 0.4)] < 0.05


def test_a_dress_goes_below_the_waist_without_its_sleeves():
    dressed = wearer(below="dress", sleeves="long")
    old = old_clothes(dressed, coverage("trousers", waist=60.0))
    assert old[300, 200] == 1
    for side in ("left", "right"):
        assert old[forearm(dressed, side)] < 0.1


def test_where_no_hand_is_seen_cloth_may_be_the_dress():
    photo, labels = draw_figure(below="dress", sleeves="long")
    labels[labels == PARTS.index("arms")] = PARTS.index("dress")
    assert worn_sleeves(dressed_as(photo, labels)).max() == 0
