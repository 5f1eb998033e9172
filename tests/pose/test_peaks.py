"""Peaks of heatmaps that hold several instances."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose.engine.heatmap import encode
from pose.engine.peaks import find_peaks


def maps_of(*points, size=(24, 20)):
    drawn = encode(torch.tensor(points, dtype=torch.float32), size)
    return (drawn / drawn.amax(dim=(1, 2), keepdim=True)).amax(dim=0, keepdim=True)


@given(st.floats(8, 40), st.floats(8, 70), st.floats(60, 86), st.floats(8, 70))
def test_two_points_come_back_to_a_tenth_of_a_pixel(x, y, u, v):
    found = find_peaks(maps_of((x, y), (u, v)))
    assert len(found) == 2
    order = np.argsort(found.xy[:, 0])
    assert found.xy[order] == pytest.approx(np.array([[x, y], [u, v]]), abs=0.15)


def test_a_point_between_two_cells_is_one_candidate():
    found = find_peaks(maps_of((31.5, 30.0)))
    assert found.xy.tolist() == [pytest.approx([31.5, 30.0], abs=0.05)]


def test_low_peaks_and_more_than_the_limit_are_left_out():
    maps = maps_of((10, 10), (50, 10), (10, 60), (60, 60))
    assert len(find_peaks(maps, limit=3)) == 3
    assert len(find_peaks(maps * 0.05)) == 0


def test_kinds_and_scores():
    maps = torch.cat([maps_of((20, 20)) * 0.5, maps_of((60, 40)), torch.zeros(1, 20, 24)])
    found = find_peaks(maps)
    assert found.kinds.tolist() == [0, 1]
    assert found.scores.tolist() == pytest.approx([0.5, 1.0])
    assert found.of_kind(2).size == 0


def test_too_small_maps_are_refused():
    with pytest.raises(ValueError, match="too small"):
        find_peaks(torch.zeros(1, 2, 8))
