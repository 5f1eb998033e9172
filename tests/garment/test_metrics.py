"""FashionAI's normalised error on garments whose errors are known."""

import numpy as np
import pytest

from garment import CATEGORIES, FASHIONAI_24, LANDMARKS_OF
from garment.metrics import normalised_errors, normalisers


def garment(category):
    labelled = np.array([[name in LANDMARKS_OF[category] for name in FASHIONAI_24.names]])
    points = np.random.default_rng(0).uniform(0, 300, (1, 24, 2))
    return points, labelled


@pytest.mark.parametrize("category", CATEGORIES)
def test_errors_are_relative_to_armpits_or_waistband(category):
    points, labelled = garment(category)
    stem = "waistband" if category in ("skirt", "trousers") else "armpit"
    i, j = (FASHIONAI_24.index(f"{stem}_{side}") for side in ("left", "right"))
    length = np.linalg.norm(points[0, i] - points[0, j])
    moved = points + [3.0, 4.0]
    errors = normalised_errors(moved, points, labelled, [category])
    assert np.nanmean(errors) == pytest.approx(5 / length)
    assert np.isnan(errors[~labelled]).all()


def test_missing_armpit_falls_back_to_the_box():
    points, labelled = garment("blouse")
    labelled[0, FASHIONAI_24.index("armpit_left")] = False
    seen = points[labelled]
    diagonal = np.linalg.norm(np.ptp(seen, axis=0))
    assert normalisers(points, labelled, ["blouse"])[0] == pytest.approx(0.4 * diagonal)
