"""How alike two sets of keypoints are, and which of several tell of the same instance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose.engine.keypoints import Keypoints

__all__ = ["distinct", "keypoint_similarity"]

# Of schemas that state no fall-off of their own.
_SIGMA = 0.06


def keypoint_similarity(one: Keypoints, other: Keypoints) -> float:
    """Return the object keypoint similarity of two instances, 0..1.

    Each keypoint counts by how sure the less sure of the two is of it; the scale is the smaller
    box's, so that a part of an instance is not like the whole.

    Parameters
    ----------
    one, other : Keypoints
        Of one schema.

    References
    ----------
    M. Ronchi and P. Perona, "Benchmarking and Error Diagnosis in Multi-Instance Pose
    Estimation", ICCV 2017.

    Examples
    --------
    >>> from pose.engine.keypoints import KeypointSchema
    >>> schema = KeypointSchema("line", ("start", "end"))
    >>> line = Keypoints(schema, np.array([[0.0, 0.0], [40.0, 30.0]]), np.ones(2))
    >>> far = Keypoints(schema, line.xy + 100, np.ones(2))
    >>> keypoint_similarity(line, line), round(keypoint_similarity(line, far), 6)
    (1.0, 0.0)
    """
    schema = one.schema
    sigmas = np.array(schema.sigmas or (_SIGMA,) * len(schema))
    weights = np.minimum(one.scores, other.scores)
    if weights.sum() == 0:
        return 0.0
    area = min(max(w * h, 1.0) for _, _, w, h in (one.bbox(), other.bbox()))
    squared = ((one.xy - other.xy) ** 2).sum(axis=1)
    similar = np.exp(-squared / (2 * area * (2 * sigmas) ** 2))
    return float((similar * weights).sum() / weights.sum())


def distinct(found: Sequence[Keypoints], limit: float = 0.75) -> list[int]:
    """Return the positions of the instances to keep, most confident first.

    Parameters
    ----------
    found : sequence of Keypoints
        Perhaps several of one instance.
    limit : float
        Of two instances more alike the less confident goes.
    """
    kept: list[int] = []
    for i in sorted(range(len(found)), key=lambda i: -float(found[i].scores.sum())):
        if all(keypoint_similarity(found[i], found[j]) <= limit for j in kept):
            kept.append(i)
    return kept
