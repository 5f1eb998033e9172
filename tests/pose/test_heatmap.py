"""Encoding and decoding share one convention."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose.engine.heatmap import STRIDE, decode, encode, least_distance, to_cells, to_pixels

SIZE = (24, 32)  # cells
coordinate = st.floats(0.01, 0.99)


@given(coordinate, coordinate, st.floats(0.8, 2.5))
def test_decode_of_encode_is_the_point(x, y, sigma):
    limit = torch.tensor([[SIZE[0] * STRIDE - 1.0, SIZE[1] * STRIDE - 1.0]])
    point = torch.tensor([[x, y]]) * limit
    heatmap = encode(point.double(), SIZE, sigma)
    decoded, _ = decode(heatmap.clamp(min=1e-300).log())
    assert torch.abs(decoded - point).max() < 0.05


@given(coordinate, coordinate)
def test_heatmaps_sum_to_one(x, y):
    point = torch.tensor([[x * 95, y * 127]])
    assert encode(point, SIZE).sum().item() == pytest.approx(1, abs=1e-4)


def test_batches_keep_their_shape():
    points = torch.rand(3, 5, 2) * 80 + 5
    heatmaps = encode(points, SIZE)
    assert heatmaps.shape == (3, 5, 32, 24)
    decoded, mass = decode(heatmaps.log())
    assert torch.allclose(decoded, points, atol=0.05)
    assert mass.shape == (3, 5)


def test_cells_are_centred_over_their_pixels():
    assert to_pixels(torch.tensor(0.0)) == 1.5
    assert to_cells(torch.tensor(5.5)) == 1.0


def test_mirroring_a_heatmap_mirrors_the_point():
    point = torch.tensor([[21.3, 40.7]])
    decoded, _ = decode(encode(point, SIZE).flip(-1).log())
    assert torch.allclose(decoded, torch.tensor([[95 - 21.3, 40.7]]), atol=0.05)


def test_mass_tells_a_sure_map_from_a_split_one():
    one, other = encode(torch.tensor([[20.0, 20.0], [70.0, 100.0]]), SIZE)
    _, sure = decode(one[None].clamp(min=1e-12).log())
    _, split = decode((0.5 * one + 0.5 * other)[None].clamp(min=1e-12).log())
    _, flat = decode(torch.zeros(1, 32, 24))
    assert sure > 0.8
    assert split == pytest.approx(0.5 * sure.item(), abs=0.02)
    assert flat < 0.05


def test_flat_maps_decode_to_finite_points():
    points, _ = decode(torch.zeros(2, 32, 24))
    assert torch.isfinite(points).all()


def test_tiny_maps_are_refused():
    with pytest.raises(ValueError, match="too small"):
        decode(torch.zeros(1, 2, 8))


@given(st.floats(16, 46), st.floats(16, 30))
def test_the_median_of_one_peak_is_the_peak(x, y):
    point = torch.tensor([[[x, y]]])
    found = least_distance(encode(point, (16, 12)).log(), point)
    # Cut at the border, a Gaussian's median lies a little inside its peak.
    assert (found - point).abs().max() < 0.3


def test_the_median_of_a_drawn_out_peak_lies_in_its_middle():
    """Along an edge the largest cell may be at its end; half of the chances lie on either side."""
    heatmap = torch.full((1, 1, 12, 24), -20.0)
    heatmap[0, 0, 6, 4:17] = 0.0
    heatmap[0, 0, 6, 4] = 0.05
    peak, _ = decode(heatmap)
    found = least_distance(heatmap, peak)
    assert abs(float(found[0, 0, 0]) - (10 * 4 + 1.5)) < 2.0
    assert abs(float(found[0, 0, 1]) - (6 * 4 + 1.5)) < 0.5
    assert float(peak[0, 0, 0]) < 30


def test_the_median_stays_with_the_likelier_of_two_peaks():
    one = encode(torch.tensor([[[20.0, 20.0]]]), (32, 12))
    other = encode(torch.tensor([[[100.0, 20.0]]]), (32, 12))
    heatmap = (0.7 * one + 0.3 * other).clamp(min=1e-12).log()
    found = least_distance(heatmap, torch.tensor([[[20.0, 20.0]]]))
    assert abs(float(found[0, 0, 0]) - 20) < 6
