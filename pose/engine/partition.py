"""Joint partition and labelling of candidates as an integer linear program.

A binary variable for each candidate says whether it is a keypoint, one for each link whether its
two candidates belong to one instance. The cheapest assignment is sought, where a candidate of
chance p costs log((1 - p) / p) and so does a link. An instance must not hold a keypoint twice, and
whoever joins two candidates over others pays for the link between them too. There are too many
such rules to write down at once; the ones that a solution breaks are added until none is broken,
so the final solution is the optimum of the whole program.

References
----------
L. Pishchulin et al., "DeepCut: Joint Subset Partition and Labeling for Multi Person Pose
Estimation", CVPR 2016.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pose.engine.grouping import Links
from pose.engine.peaks import Candidates

__all__ = ["PartitionError", "group_milp"]

# A rule: links (and their coefficients) whose weighted sum stays at or below a bound.
_Rule = tuple[list[int], list[float], float]
_Graph = dict[int, list[tuple[int, int]]]


class PartitionError(RuntimeError):
    """The program was not solved to the end within its limits."""


def group_milp(
    candidates: Candidates,
    links: Links,
    *,
    middle: float = 0.25,
    slope: float = 10.0,
    rarity: float = 0.25,
    time_limit: float = 10.0,
    rounds: int = 100,
) -> list[list[int]]:
    """Find the cheapest joint partition and labelling.

    Parameters
    ----------
    candidates : Candidates
        Peaks of the heatmaps, already pruned to the likely ones.
    links : Links
        Between them.
    middle, slope : float
        A link's chance is the logistic function of `slope` times its evidence less `middle`.
    rarity : float
        Score at which a candidate is as likely a keypoint as not.
    time_limit : float
        Seconds that each solution may take.
    rounds : int
        Solutions at most, each with more of the rules.

    Returns
    -------
    list of list of int
        Instances as positions among the candidates; rejected candidates are in none.

    Raises
    ------
    PartitionError
        If a limit was reached first.
    """
    if len(candidates) == 0:
        return []
    program = _Program(candidates, links, middle, slope, rarity)
    for _ in range(rounds):
        chosen, joined = program.solve(time_limit)
        broken = list(_broken_rules(candidates, links, joined))
        if not broken:
            return _components(chosen, links, joined)
        program.rules.extend(broken)
    raise PartitionError(f"no partition kept all rules after {rounds} rounds")


class _Program:
    """The costs, the rules so far, and the solver."""

    def __init__(
        self, candidates: Candidates, links: Links, middle: float, slope: float, rarity: float
    ) -> None:
        chance = candidates.scores.clip(0.01, 0.99)
        prior = np.log(rarity / (1 - rarity))
        of_candidates = prior - np.log(chance / (1 - chance))
        of_links = -slope * (links.evidence - middle)
        # No single limb outweighs all others.
        self.costs = np.concatenate([of_candidates, of_links.clip(-5.0, 5.0)])
        self.candidates, self.links = candidates, links
        self.rules: list[_Rule] = list(_one_partner(candidates, links))

    def solve(self, time_limit: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which candidates are keypoints and which links join."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        count, links = len(self.candidates), len(self.links)
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        bounds: list[float] = []
        for link, pair in enumerate(self.links.pairs):
            for end in pair:
                rows += [len(bounds)] * 2
                columns += [count + link, int(end)]
                values += [1.0, -1.0]
                bounds.append(0.0)
        for members, weights, bound in self.rules:
            rows += [len(bounds)] * len(members)
            columns += [count + link for link in members]
            values += weights
            bounds.append(bound)
        constraints = []
        if bounds:
            matrix = coo_array((values, (rows, columns)), shape=(len(bounds), count + links))
            constraints.append(LinearConstraint(matrix.tocsr(), -np.inf, bounds))
        solution = milp(
            self.costs,
            constraints=constraints,
            bounds=Bounds(0, 1),
            integrality=np.ones(count + links),
            options={"time_limit": time_limit},
        )
        if solution.status != 0:
            raise PartitionError(f"integer program not solved: {solution.message}")
        answer = solution.x > 0.5
        return answer[:count], answer[count:]


def _one_partner(candidates: Candidates, links: Links) -> Iterator[_Rule]:
    """Join a candidate to at most one of the others at the far end of each limb."""
    groups: dict[tuple[int, int], list[int]] = {}
    for link, (a, b) in enumerate(links.pairs):
        edge = int(links.edges[link])
        groups.setdefault((edge, int(a)), []).append(link)
        groups.setdefault((edge, int(b)), []).append(link)
    for members in groups.values():
        if len(members) > 1:
            yield members, [1.0] * len(members), 1.0


def _graph(links: Links, joined: NDArray[np.bool_]) -> _Graph:
    graph: _Graph = {}
    for link in np.flatnonzero(joined):
        a, b = (int(i) for i in links.pairs[link])
        graph.setdefault(a, []).append((b, int(link)))
        graph.setdefault(b, []).append((a, int(link)))
    return graph


def _broken_rules(
    candidates: Candidates, links: Links, joined: NDArray[np.bool_]
) -> Iterator[_Rule]:
    """Find what a solution gets wrong, each along a shortest path of joined links."""
    graph = _graph(links, joined)
    link_of = {(int(a), int(b)): n for n, (a, b) in enumerate(links.pairs)}
    for start in graph:
        paths = _shortest_paths(graph, start)
        for end, path in paths.items():
            if end == start:
                continue
            if candidates.kinds[start] == candidates.kinds[end] and start < end:
                yield path, [1.0] * len(path), len(path) - 1.0
            link = link_of.get((start, end))
            if link is not None and not joined[link]:
                yield [*path, link], [1.0] * len(path) + [-1.0], len(path) - 1.0


def _shortest_paths(graph: _Graph, start: int) -> dict[int, list[int]]:
    """Links from `start` to everything that it is joined to."""
    paths: dict[int, list[int]] = {start: []}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there, link in graph[here]:
            if there not in paths:
                paths[there] = [*paths[here], link]
                queue.append(there)
    return paths


def _components(
    chosen: NDArray[np.bool_], links: Links, joined: NDArray[np.bool_]
) -> list[list[int]]:
    graph = _graph(links, joined)
    seen: set[int] = set()
    result = []
    for start in np.flatnonzero(chosen).tolist():
        if start in seen:
            continue
        members = sorted(_shortest_paths(graph, start)) if start in graph else [start]
        seen.update(members)
        result.append(members)
    return result
