"""Sleeves that the corners promise and the cloth does not keep."""

import numpy as np
import pytest
from figures import SHAPE, coverage, garment_layer, wearer

from flixdrape.alpha import from_bytes
from flixdrape.flesh import arm_flesh
from flixdrape.seen_sleeve import cloth_end, lost_sleeves, with_seen_sleeves


def alpha_of(cover):
    return from_bytes(garment_layer(cover)[..., 3])


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_cloth_ends_where_the_sleeve_does(share):
    dressed = wearer()
    field = arm_flesh(dressed, "right")
    end = cloth_end(dressed, field, alpha_of(coverage("blouse", sleeves=share)))
    assert end == pytest.approx(share * field.length, abs=0.12 * field.length)
    assert cloth_end(dressed, field, np.zeros(SHAPE, np.float32)) == 0


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_sleeves_that_are_there_stay(share):
    dressed, cover = wearer(), coverage("outwear", sleeves=share)
    assert with_seen_sleeves(cover, alpha_of(cover), dressed) == cover


def test_a_lost_sleeve_is_none():
    dressed, cover = wearer(), coverage("outwear", sleeves=0.9)
    lost = alpha_of(coverage("outwear", sleeves=0.15))
    assert set(with_seen_sleeves(cover, lost, dressed).sleeves.values()) == {0.0}
    half = alpha_of(cover)
    half[:, 250:] = lost[:, 250:]
    found = with_seen_sleeves(cover, half, dressed).sleeves
    assert sorted(found.values()) == [0.0, 0.9]
    (warning,) = lost_sleeves(cover, with_seen_sleeves(cover, half, dressed))
    assert "sleeve" in warning
    assert lost_sleeves(cover, cover) == []


def test_other_garments_are_as_their_corners_say():
    """A blouse's lost sleeve leaves a bare arm anyway."""
    cover = coverage("blouse", sleeves=0.9)
    assert with_seen_sleeves(cover, np.zeros(SHAPE, np.float32), wearer()) == cover
