"""Contours: the way along a cutout between two corners."""

import cv2
import numpy as np
import pytest

from flixdrape.contour import Contour


@pytest.fixture
def disc():
    mask = np.zeros((120, 120), np.float32)
    cv2.circle(mask, (60, 60), 40, 1.0, -1)
    return Contour.of(mask)


def test_the_shorter_way_round_is_taken(disc):
    way = disc.between(np.array([60.0, 20.0]), np.array([100.0, 60.0]))
    assert np.linalg.norm(way - [60, 60], axis=1) == pytest.approx(40, abs=1.5)
    assert way[:, 0].min() >= 59
    assert way[:, 1].max() <= 61


def test_the_corners_themselves_are_the_ends(disc):
    start, end = np.array([61.0, 17.0]), np.array([103.0, 61.0])
    way = disc.between(start, end)
    assert np.array_equal(way[0], start)
    assert np.array_equal(way[-1], end)


def test_a_corner_far_from_the_outline_has_none(disc):
    assert disc.between(np.array([60.0, 60.0]), np.array([100.0, 60.0])) is None


def test_a_long_way_round_is_not_followed(disc):
    ends = np.array([60.0, 20.0]), np.array([60.0, 100.0])
    assert disc.between(*ends) is None
    assert disc.between(*ends, slack=2.0) is not None
    assert disc.between(*ends, slack=2.0, bulge=0.3) is None


def test_specks_are_no_outline():
    mask = np.zeros((120, 120), np.float32)
    mask[20:100, 20:100] = 1
    mask[4:8, 4:8] = 1
    assert len(Contour.of(mask).loops) == 1


def test_nothing_has_no_outline():
    assert Contour.of(np.zeros((20, 20), np.float32)).between(np.zeros(2), np.ones(2)) is None
