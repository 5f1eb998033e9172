"""Drapes of the shipped samples look as they did when somebody last looked at them."""

import golden
import numpy as np
import pytest
from PIL import Image

from flixdrape import drape
from flixdrape.samples import GARMENTS, PERSON, sample


@pytest.fixture(scope="module", params=GARMENTS)
def views(request):
    return request.param, golden.small_views(drape(sample(request.param), sample(PERSON)))


@pytest.mark.parametrize("view", ["image", "alpha"])
def test_drape_is_the_one_that_was_looked_at(views, view):
    name, found = views
    reference = np.asarray(Image.open(golden.path_of(name, view)))
    difference = np.abs(found[view].astype(float) - reference)
    # Other processors round otherwise, which moves an edge by a fraction of a pixel; a corner
    # elsewhere by a hundredth of the picture, or another colour, exceeds both.
    assert difference.mean() < 1.5
    assert (difference > 60).mean() < 0.01


def test_a_moved_garment_would_be_noticed(views):
    """The check itself: two small pixels of shift fail it."""
    name, found = views
    reference = np.asarray(Image.open(golden.path_of(name, "alpha"))).astype(float)
    moved = np.roll(found["alpha"].astype(float), 3, axis=0)
    difference = np.abs(moved - reference)
    assert difference.mean() >= 1.5 or (difference > 60).mean() >= 0.01
