"""The light and shade of a painted leg."""

import numpy as np
import pytest
from bodies import person
from figures import wearer

from flixdrape.flesh import leg_flesh
from flixdrape.knee import knee_shading


def shading_at(dressed, side="left"):
    """A leg's shading along its middle: a function of the share of the way to the ankle."""
    field = leg_flesh(dressed, side)
    shading = knee_shading(field, dressed)
    middle = np.abs(field.beside) < 2
    share = field.along / field.length
    return lambda at: float(shading[middle & (np.abs(share - at) < 0.01)].mean())


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_kneecap_is_lighter_than_what_is_above_and_below_it(side):
    at = shading_at(wearer(), side)
    assert at(0.5) > 1.03 > 1 > at(0.445)
    assert at(0.5) > 1.03 > 0.95 > at(0.55)
    assert at(0.05) == pytest.approx(1, abs=0.01)
    assert at(0.95) == pytest.approx(1, abs=0.01)


def test_from_behind_or_from_the_side_no_kneecap_is_seen():
    front = wearer()
    swapped = {
        f"{one}_{joint}": tuple(front.joints[f"{other}_{joint}"])
        for one, other in (("left", "right"), ("right", "left"))
        for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    }
    behind = wearer(person(swapped))
    assert not behind.body.front
    assert (knee_shading(leg_flesh(behind, "left"), behind) == 1).all()
    middle = (front.joints["left_shoulder"] + front.joints["right_shoulder"]) / 2
    turned = {
        f"{side}_shoulder": tuple(middle + 0.15 * (front.joints[f"{side}_shoulder"] - middle))
        for side in ("left", "right")
    }
    aside = wearer(person(turned))
    assert (knee_shading(leg_flesh(aside, "left"), aside) == 1).all()
