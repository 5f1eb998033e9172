"""Candidates to instances, by both ways, on scenes whose answer is known."""

import itertools

import numpy as np
import pytest
import torch
from figure import FIGURE
from hypothesis import given, settings
from hypothesis import strategies as st

from pose import COCO_17
from pose.engine.affinity import encode_affinity
from pose.engine.grouping import Links, group_greedy, link_candidates, to_keypoints
from pose.engine.heatmap import encode
from pose.engine.keypoints import KeypointSchema
from pose.engine.partition import group_milp
from pose.engine.peaks import Candidates, find_peaks

SIZE = (96, 72)  # cells: 384 x 288 pixels
BOTH = pytest.mark.parametrize("group", [group_greedy, group_milp])


def scene(people, visible=None):
    """Perfect heatmaps and fields of people (P, 17, 2)."""
    points = torch.as_tensor(np.asarray(people), dtype=torch.float32)
    seen = torch.ones(points.shape[:2], dtype=torch.bool)
    if visible is not None:
        seen = torch.as_tensor(np.asarray(visible))
    maps = encode(points, SIZE) * seen[..., None, None]
    maps = (maps / maps.amax(dim=(2, 3), keepdim=True).clamp(min=1e-9)).amax(dim=0) * 0.95
    return maps, encode_affinity(points, seen, COCO_17.edge_indices, SIZE)


def grouped(group, people, visible=None):
    maps, fields = scene(people, visible)
    candidates = find_peaks(maps)
    instances = group(candidates, link_candidates(fields, candidates, COCO_17))
    return [k for k in to_keypoints(instances, candidates, COCO_17) if (k.scores > 0).sum() >= 3]


def assert_same_people(found, people, visible=None, tolerance=1.0):
    assert len(found) == len(people)
    order = np.argsort([np.mean(p[:, 0]) for p in people])
    for keypoints, number in zip(
        sorted(found, key=lambda k: k.xy[:, 0].mean()), order, strict=True
    ):
        seen = keypoints.scores > 0
        expected = np.ones(17, bool) if visible is None else np.asarray(visible)[number]
        assert seen.tolist() == expected.tolist()
        away = np.linalg.norm(keypoints.xy - people[number], axis=1)[seen]
        assert away.max() < tolerance


@BOTH
def test_people_side_by_side(group):
    people = [FIGURE + (60, 140), FIGURE * 0.8 + (180, 150), FIGURE * 0.9 + (300, 150)]
    assert_same_people(grouped(group, people), people)


@BOTH
def test_people_overlapping(group):
    people = [FIGURE + (150, 140), FIGURE * 0.95 + (185, 150)]
    assert_same_people(grouped(group, people), people)


@BOTH
def test_crossed_forearms_of_two_people(group):
    """Two people reach across one another; each keeps the wrist of its own arm."""
    left, right = FIGURE + (120, 140), FIGURE + (230, 140)
    left[[7, 9]] = (160, 95), (205, 125)
    right[[8, 10]] = (190, 95), (145, 125)
    assert_same_people(grouped(group, [left, right]), [left, right])


@BOTH
def test_partial_people_come_back_partial(group):
    people = [FIGURE + (90, 140), FIGURE + (270, 140)]
    visible = np.ones((2, 17), bool)
    visible[0, 11:] = False
    visible[1, :5] = False
    assert_same_people(grouped(group, people, visible), people, visible)


@BOTH
def test_empty_picture_has_nobody(group):
    nobody = np.zeros((1, 17), bool)
    assert grouped(group, np.zeros((1, 17, 2)), nobody) == []


@BOTH
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_instance_has_a_keypoint_twice_whatever_the_links(group, seed):
    rng = np.random.default_rng(seed)
    schema = KeypointSchema("chain", ("a", "b", "c"), (("a", "b"), ("b", "c"), ("a", "c")))
    candidates = Candidates(
        np.sort(rng.integers(0, 3, 8)), rng.uniform(0, 90, (8, 2)), rng.uniform(0.1, 1, 8)
    )
    links = link_candidates(
        torch.from_numpy(rng.normal(0, 1, (6, 24, 24))).float(), candidates, schema
    )
    instances = group(candidates, links)
    members = [i for instance in instances for i in instance]
    assert len(members) == len(set(members))
    for instance in instances:
        kinds = candidates.kinds[instance].tolist()
        assert len(kinds) == len(set(kinds))


def partition_cost(candidates, links, instances, middle=0.25, slope=10.0, rarity=0.25):
    """Cost of a partition, from the definition, without the program."""
    of = {i: n for n, instance in enumerate(instances) for i in instance}
    chance = candidates.scores.clip(0.01, 0.99)
    unary = np.log(rarity / (1 - rarity)) - np.log(chance / (1 - chance))
    cost = sum(unary[i] for i in of)
    for (a, b), evidence in zip(links.pairs, links.evidence, strict=True):
        if a in of and b in of and of[a] == of[b]:
            cost += float(np.clip(-slope * (evidence - middle), -5, 5))
    return cost


def all_partitions(items, candidates):
    """Every way to reject items or put them into instances that hold no kind twice."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for partition in all_partitions(rest, candidates):
        yield partition
        yield [*partition, [first]]
        for n, instance in enumerate(partition):
            if candidates.kinds[first] not in candidates.kinds[instance]:
                yield [*partition[:n], [*instance, first], *partition[n + 1 :]]


def connected(instance, links):
    """An instance is joined through links; the program makes no unlinked ones."""
    seen, pairs = {instance[0]}, {tuple(p) for p in links.pairs.tolist()}
    for _ in instance:
        seen |= {
            b
            for a, b in itertools.permutations(instance, 2)
            if a in seen and ((a, b) in pairs or (b, a) in pairs)
        }
    return seen == set(instance)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_milp_is_optimal(seed):
    """No other partition is cheaper: all of them are tried."""
    rng = np.random.default_rng(seed)
    kinds = np.array([0, 0, 1, 1, 2, 2])
    candidates = Candidates(kinds, rng.uniform(0, 90, (6, 2)), rng.uniform(0.05, 1, 6))
    edges = [(0, 1), (1, 2), (0, 2)]
    pairs, numbers = [], []
    for number, (a, b) in enumerate(edges):
        for i, j in itertools.product(np.flatnonzero(kinds == a), np.flatnonzero(kinds == b)):
            pairs.append((i, j))
            numbers.append(number)
    links = Links(np.array(pairs), np.array(numbers), rng.uniform(-0.2, 0.8, len(pairs)))
    found = partition_cost(candidates, links, group_milp(candidates, links))
    best = min(
        partition_cost(candidates, links, p)
        for p in all_partitions(list(range(6)), candidates)
        if all(connected(instance, links) for instance in p)
    )
    assert found == pytest.approx(best, abs=1e-6)


def test_milp_corrects_a_greedy_mistake():
    """The best single link is wrong; the rest of both people tells."""
    kinds = np.array([0, 0, 1, 1, 2, 2])
    candidates = Candidates(kinds, np.zeros((6, 2)), np.full(6, 0.9))
    pairs = np.array(
        [
            (0, 2),
            (0, 3),
            (1, 2),
            (1, 3),
            (2, 4),
            (2, 5),
            (3, 4),
            (3, 5),
            (0, 4),
            (0, 5),
            (1, 4),
            (1, 5),
        ]
    )
    edges = np.repeat([0, 1, 2], 4)
    evidence = np.array([0.6, 0.65, 0.3, 0.3, 0.9, 0.0, 0.0, 0.9, 0.9, 0.0, 0.0, 0.9])
    links = Links(pairs, edges, evidence)
    right = [[0, 2, 4], [1, 3, 5]]
    assert sorted(group_milp(candidates, links)) == right
    assert partition_cost(candidates, links, right) <= partition_cost(
        candidates, links, group_greedy(candidates, links)
    )


def test_false_candidates_are_rejected_by_the_program():
    maps, fields = scene([FIGURE + (100, 140)])
    maps[9, 30, 80] = 0.2
    candidates = find_peaks(maps)
    instances = group_milp(candidates, link_candidates(fields, candidates, COCO_17))
    assert len(instances) == 1
    assert len(candidates) == 18
    assert len(instances[0]) == 17
