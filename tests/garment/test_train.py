"""What the garments' training draws."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from garment.landmarks import CATEGORIES, FASHIONAI_24
from garment.pseudo import BY_EYE
from garment.train import _pseudo, balanced, emptied
from pose.engine.dataset import Sample


def of_category(number, weight=1.0):
    count = len(FASHIONAI_24)
    return Sample(
        Path("none"),
        np.zeros((count, 2)),
        np.ones(count, bool),
        np.zeros(count, bool),
        {"category": number},
        weight,
    )


@pytest.mark.parametrize(("power", "expected"), [(0.0, 9.0), (0.5, 3.0), (1.0, 1.0)])
def test_rare_categories_are_drawn_more_often(power, expected):
    samples = balanced([of_category(0)] * 9 + [of_category(1)], power)
    drawn = [sum(s.weight for s in samples if s.attributes["category"] == c) for c in (0, 1)]
    assert drawn[0] / drawn[1] == pytest.approx(expected)
    assert len(CATEGORIES) == 5


def test_own_weights_are_kept():
    samples = balanced([of_category(0, 3.0), of_category(0, 1.0)], 0.5)
    assert samples[0].weight == pytest.approx(3 * samples[1].weight)


def test_a_box_beside_the_photo_covers_nothing():
    photo = np.full((40, 30, 3), 7, np.uint8)
    sample = Sample(
        Path("none.png"),
        np.zeros((24, 2)),
        np.zeros(24, bool),
        np.ones(24, bool),
        region=(-60.0, 5.0, 20.0, 20.0),
    )
    assert (emptied(photo, 1.0, sample, np.random.default_rng(0)) == 7).all()
    within = replace(sample, region=(8.0, 8.0, 10.0, 10.0))
    photo[10:16, 10:16] = 200
    assert (emptied(photo, 1.0, within, np.random.default_rng(0)) == 7).all()


def test_only_what_was_put_right_by_eye_says_what_a_garment_lacks():
    sample = replace(of_category(0), absent=np.ones(24, bool))
    looked = _pseudo(replace(sample, tags={"scene": "pseudo"}), 0.4, 0.8)
    read = _pseudo(replace(sample, tags={"scene": BY_EYE}), 0.4, 0.8)
    assert (looked.weight, read.weight) == (pytest.approx(0.4), pytest.approx(0.8))
    assert not looked.absent.any()
    assert read.absent.all()
