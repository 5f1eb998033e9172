"""Ribbons: lines measured by their length, edges that keep apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flixdrape.ribbon import Ribbon, by_length, offset_edges, smoothed

lines = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=2, max_size=8, unique=True
).map(lambda points: np.array(points, dtype=float))


@given(lines)
def test_by_length_keeps_the_ends_and_walks_evenly(line):
    points = by_length(line, np.linspace(0, 1, 400))
    assert np.array_equal(points[[0, -1]], line[[0, -1]])
    total = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert steps.max() <= total / 399 + 1e-6


@given(lines, st.floats(0.5, 20))
def test_smoothed_lines_keep_their_ends_and_stay_near(line, reach):
    soft = smoothed(line, reach)
    assert np.array_equal(soft[[0, -1]], line[[0, -1]])
    low, high = line.min(axis=0), line.max(axis=0)
    extent = float((high - low).max())
    assert (soft > low - extent).all()
    assert (soft < high + extent).all()


def test_smoothing_rounds_a_corner():
    corner = np.array([[0.0, 0.0], [0.0, 100.0], [100.0, 100.0]])
    soft = smoothed(corner, 10)
    assert 2 < np.linalg.norm(soft - [0, 100], axis=1).min() < 15


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_edges_lie_on_either_side_of_a_straight_axis(sign):
    axis = np.stack([np.full(20, 50.0), np.linspace(0, 100, 20)], axis=1)
    edges = offset_edges(axis, np.full(20, 8.0), sign)
    assert edges.outer[:, 0] == pytest.approx(50 - sign * 8)
    assert edges.inner[:, 0] == pytest.approx(50 + sign * 8)


def test_the_inside_of_a_sharp_bend_does_not_run_backwards():
    axis = smoothed(np.array([[0.0, 0.0], [0.0, 60.0], [50.0, 10.0]]), 4)
    edges = offset_edges(axis, np.full(len(axis), 20.0), 1.0)
    ahead = np.gradient(axis, axis=0)
    for edge in (edges.outer, edges.inner):
        assert (((edge[1:] - edge[:-1]) * ahead[1:]).sum(axis=1) > -1e-9).all()


def test_across_meets_both_edges():
    ribbon = Ribbon(np.array([[0.0, 0.0], [0.0, 9.0]]), np.array([[4.0, 0.0], [6.0, 9.0]]))
    assert np.array_equal(ribbon.across(1), ribbon.outer)
    assert np.array_equal(ribbon.across(0), ribbon.inner)
    assert ribbon.widths == pytest.approx([4, 6])
    assert ribbon.across(0.5)[1] == pytest.approx([3, 9])
