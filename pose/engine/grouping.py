"""Candidates to instances, two ways behind one interface.

`group_greedy` matches the candidates of every limb one to one, best first, and joins the matches
(OpenPose). `group_milp` decides at once which candidates are keypoints and which of them belong
together, the best of all partitions, by an integer linear program (DeepCut).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from pose.engine.affinity import limb_evidence
from pose.engine.keypoints import Keypoints, KeypointSchema
from pose.engine.peaks import Candidates

__all__ = ["Grouping", "Links", "group_greedy", "link_candidates", "to_keypoints"]


@dataclass(frozen=True)
class Links:
    """Pairs of candidates that a limb could join.

    Attributes
    ----------
    pairs : (L, 2) int array
        Positions among the candidates.
    edges : (L,) int array
        Which of the schema's edges.
    evidence : (L,) float array
        Of the affinity field between them, about -1..1.
    """

    pairs: NDArray[np.int64]
    edges: NDArray[np.int64]
    evidence: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pairs)


class Grouping(Protocol):
    """Turns candidates and links into instances: lists of candidates, no kind twice in one."""

    def __call__(self, candidates: Candidates, links: Links) -> list[list[int]]:
        """Return the instances."""
        ...


def link_candidates(fields: Tensor, candidates: Candidates, schema: KeypointSchema) -> Links:
    """Read the evidence of every limb between every two candidates that it could join.

    Parameters
    ----------
    fields : (2 * E, H, W) float Tensor
        Part affinity fields of the schema's edges.
    candidates : Candidates
        In input pixels.
    schema : KeypointSchema
        Whose edges.
    """
    pairs, edges, evidence = [], [], []
    for number, (i, j) in enumerate(schema.edge_indices):
        starts, ends = candidates.of_kind(i), candidates.of_kind(j)
        found = limb_evidence(
            fields[2 * number : 2 * number + 2], candidates.xy[starts], candidates.xy[ends]
        )
        grid = np.stack(np.meshgrid(starts, ends, indexing="ij"), axis=-1).reshape(-1, 2)
        pairs.append(grid)
        edges.append(np.full(len(grid), number))
        evidence.append(found.ravel())
    if not pairs:
        return Links(np.zeros((0, 2), np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Links(np.concatenate(pairs), np.concatenate(edges), np.concatenate(evidence))


def group_greedy(
    candidates: Candidates, links: Links, *, least_evidence: float = 0.15
) -> list[list[int]]:
    """Match the candidates of each limb one to one, best first, and join what is matched.

    The matches of all limbs are joined in the order of their evidence; a match that would give an
    instance a keypoint twice is left out.

    Parameters
    ----------
    candidates : Candidates
        Peaks of the heatmaps.
    links : Links
        Between them.
    least_evidence : float
        Weaker links match nothing.

    Returns
    -------
    list of list of int
        Instances as positions among the candidates; unmatched candidates stand alone.

    References
    ----------
    Z. Cao et al., "Realtime Multi-Person 2D Pose Estimation using Part Affinity Fields",
    CVPR 2017, section 2.4.
    """
    matches = _bipartite_matches(links, least_evidence)
    groups = {i: [i] for i in range(len(candidates))}
    group_of = list(range(len(candidates)))
    for link in matches:
        a, b = (group_of[i] for i in links.pairs[link])
        if a == b:
            continue
        kinds_a, kinds_b = (set(candidates.kinds[groups[g]].tolist()) for g in (a, b))
        if kinds_a & kinds_b:
            continue
        groups[a] += groups.pop(b)
        for member in groups[a]:
            group_of[member] = a
    return [sorted(group) for group in groups.values()]


def _bipartite_matches(links: Links, least_evidence: float) -> list[int]:
    """Accept links by falling evidence while neither end is taken in its limb."""
    taken: set[tuple[int, int]] = set()
    accepted = []
    for link in np.argsort(-links.evidence, kind="stable"):
        if links.evidence[link] < least_evidence:
            break
        edge = int(links.edges[link])
        # A limb's two ends are different kinds, so an end's position names its side too.
        ends = [(edge, int(i)) for i in links.pairs[link]]
        if taken.isdisjoint(ends):
            taken.update(ends)
            accepted.append(int(link))
    return accepted


def to_keypoints(
    instances: Sequence[Sequence[int]], candidates: Candidates, schema: KeypointSchema
) -> list[Keypoints]:
    """Turn instances into keypoints; those without a candidate score 0 and lie at the mean."""
    result = []
    for members in instances:
        chosen = list(members)
        xy = np.tile(candidates.xy[chosen].mean(axis=0), (len(schema), 1))
        scores = np.zeros(len(schema))
        kinds = candidates.kinds[chosen]
        xy[kinds], scores[kinds] = candidates.xy[chosen], candidates.scores[chosen]
        result.append(Keypoints(schema, xy, scores))
    return result
