"""Part affinity fields of known skeletons."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose.engine.affinity import encode_affinity, limb_evidence

SIZE = (24, 20)
place = st.tuples(st.floats(8, 87), st.floats(8, 71))


def field_of(*limbs):
    points = torch.tensor(limbs, dtype=torch.float32)
    return encode_affinity(points, torch.ones(len(limbs), 2, dtype=torch.bool), [(0, 1)], SIZE)


@given(place, place)
def test_evidence_of_the_true_limb_is_one_and_of_its_reverse_minus_one(a, b):
    if np.hypot(a[0] - b[0], a[1] - b[1]) < 12:
        return
    field = field_of((a, b))
    starts, ends = np.array([a]), np.array([b])
    assert limb_evidence(field, starts, ends)[0, 0] > 0.9
    assert limb_evidence(field, ends, starts)[0, 0] < -0.9


@given(place, place)
def test_field_vectors_are_units_or_nothing(a, b):
    length = field_of((a, b)).norm(dim=0)
    assert bool(((length < 1e-6) | ((length - 1).abs() < 1e-4)).all())


def test_field_points_from_first_to_second_end_along_the_limb_alone():
    field = field_of(((9.5, 41.5), (81.5, 41.5)))
    drawn = field[0] > 0
    rows, columns = torch.nonzero(drawn, as_tuple=True)
    assert set(rows.tolist()) == {9, 10, 11}
    assert (columns.min(), columns.max()) == (2, 20)
    assert bool((field[0][drawn] == 1).all())
    assert float(field[1].abs().max()) == 0


def test_crossing_limbs_share_their_cells_by_the_mean():
    field = field_of(((9.5, 41.5), (81.5, 41.5)), ((41.5, 9.5), (41.5, 73.5)))
    assert field[:, 10, 10].tolist() == pytest.approx([0.5, 0.5])
    assert field[:, 10, 18].tolist() == pytest.approx([1, 0])


def test_crossed_limbs_are_told_apart():
    one, other = ((9.5, 9.5), (81.5, 65.5)), ((9.5, 65.5), (81.5, 9.5))
    field = field_of(one, other)
    starts, ends = (np.array([limb[i] for limb in (one, other)]) for i in (0, 1))
    evidence = limb_evidence(field, starts, ends)
    assert np.diag(evidence).min() > 0.8
    assert max(evidence[0, 1], evidence[1, 0]) < 0.4


def test_limb_with_a_hidden_end_is_not_drawn():
    points = torch.tensor([[[10.0, 10.0], [60.0, 60.0]]])
    visible = torch.tensor([[True, False]])
    assert float(encode_affinity(points, visible, [(0, 1)], SIZE).abs().max()) == 0


def test_no_instances_and_coincident_ends():
    empty = encode_affinity(torch.zeros(0, 2, 2), torch.zeros(0, 2, dtype=bool), [(0, 1)], SIZE)
    assert empty.shape == (2, 20, 24)
    same = field_of(((30.0, 30.0), (30.0, 30.0)))
    assert bool(torch.isfinite(same).all())
    at = np.array([[30.0, 30.0]])
    assert limb_evidence(same, at, at)[0, 0] == 0
    assert limb_evidence(same, at, np.zeros((0, 2))).shape == (1, 0)
