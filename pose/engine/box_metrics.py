"""How right found boxes are, against the true ones of each picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pose.engine.predictor import overlap

__all__ = ["found_boxes", "match_boxes"]

Floats = NDArray[np.float64]


def match_boxes(found: Floats, wanted: Floats, least_overlap: float = 0.5) -> list[tuple[int, int]]:
    """Pair found boxes with true ones, each once, in the order found.

    Parameters
    ----------
    found, wanted : (P, 4) float arrays
        x, y, width, height; the found ones best first.
    least_overlap : float
        Intersection over union from which a box counts as found.

    Returns
    -------
    list of (int, int)
        Positions in `found` and in `wanted`.
    """
    free = list(range(len(wanted)))
    pairs = []
    for i, box in enumerate(found):
        shared = [overlap(tuple(box), tuple(wanted[j])) for j in free]
        if shared and max(shared) >= least_overlap:
            pairs.append((i, free.pop(int(np.argmax(shared)))))
    return pairs


def found_boxes(
    predicted: Sequence[Floats], truth: Sequence[Floats], least_overlap: float = 0.5
) -> dict[str, float]:
    """Tell how many boxes were found, and how many found ones are right.

    Parameters
    ----------
    predicted, truth : sequence of N (P, 4) float arrays
        x, y, width, height of each picture's boxes, the found ones best first.
    least_overlap : float
        Intersection over union from which a box counts as found; each counts once.

    Returns
    -------
    dict
        `recall`, `precision`, and the mean `overlap` of those found.

    Examples
    --------
    >>> truth = [np.array([[0.0, 0.0, 10.0, 20.0], [30.0, 0.0, 10.0, 20.0]])]
    >>> found_boxes([np.array([[0.0, 0.0, 10.0, 20.0]])], truth)
    {'recall': 0.5, 'precision': 1.0, 'overlap': 1.0}
    """
    overlaps = [
        overlap(tuple(found[i]), tuple(wanted[j]))
        for found, wanted in zip(predicted, truth, strict=True)
        for i, j in match_boxes(found, wanted, least_overlap)
    ]
    count, total = sum(len(boxes) for boxes in predicted), sum(len(boxes) for boxes in truth)
    return {
        "recall": len(overlaps) / max(total, 1),
        "precision": len(overlaps) / max(count, 1),
        "overlap": float(np.mean(overlaps)) if overlaps else 0.0,
    }
