"""Trousers and stockings part at one place."""

from dataclasses import replace

import numpy as np
import pytest
from figures import PARTS, draw_figure, dressed_as, wearer
from hypothesis import given
from hypothesis import strategies as st

from flixdrape.legwear import parting, with_settled_legs


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=1, max_size=20))
def test_no_other_place_leaves_less_on_the_wrong_side(amounts):
    above, below = np.array(amounts).T
    wrong = [below[:n].sum() + above[n:].sum() for n in range(len(above) + 1)]
    assert wrong[parting(above, below)] == pytest.approx(min(wrong), abs=1e-9)


def spotted(part, other, share, rows):
    """Somebody in one thing below the waist, some of whose pixels were taken for another."""
    photo, labels = draw_figure(below="trousers")
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.random((65, 50)) < share, np.ones((8, 8), bool))
    cloth = labels == PARTS.index("bottom")
    labels[cloth] = PARTS.index(part)
    low, high = rows
    within = cloth & blocks & (np.arange(520)[:, None] >= low) & (np.arange(520)[:, None] < high)
    labels[within] = PARTS.index(other)
    return dressed_as(photo, labels), within


@pytest.mark.parametrize(("part", "other"), [("bottom", "legwear"), ("legwear", "bottom")])
def test_what_is_mostly_one_thing_is_that(part, other):
    dressed, wrong = spotted(part, other, 0.3, (330, 450))
    assert wrong.sum() > 200
    settled = with_settled_legs(dressed)
    assert settled.part(part)[wrong].mean() > 0.9
    assert settled.part(other)[wrong].mean() < 0.1


def test_a_skirt_over_stockings_stays_both():
    dressed = wearer(below="skirt", legwear=True)
    settled = with_settled_legs(dressed)
    for part in ("bottom", "legwear"):
        before, after = dressed.part(part), settled.part(part)
        assert np.abs(after - before).mean() < 0.003
        assert after.sum() == pytest.approx(before.sum(), rel=0.05)


def test_chances_still_add_up_and_other_parts_are_untouched():
    dressed, _ = spotted("bottom", "legwear", 0.3, (330, 450))
    before = dressed.parsing.probabilities.copy()
    after = with_settled_legs(dressed).parsing.probabilities
    assert after.sum(axis=0) == pytest.approx(1, abs=1e-5)
    rest = [i for i, name in enumerate(PARTS) if name not in ("bottom", "legwear")]
    assert np.array_equal(after[rest], before[rest])
    assert np.array_equal(dressed.parsing.probabilities, before)


def test_nothing_to_settle_is_the_same_wearer():
    dressed = wearer(below="trousers")
    assert with_settled_legs(dressed) is dressed
    bare = replace(dressed)
    assert with_settled_legs(bare) is bare
