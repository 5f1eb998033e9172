"""How well pixels are labelled: confusion, intersection over union."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["confusion", "intersection_over_union"]


def confusion(
    predicted: NDArray[np.uint8], truth: NDArray[np.uint8], count: int
) -> NDArray[np.int64]:
    """Count how often each label (row) was taken for each (column).

    Parameters
    ----------
    predicted, truth : (H, W) uint8 arrays
        Labels below `count`.
    count : int
        How many labels there are.

    Examples
    --------
    >>> confusion(np.array([[0, 1]], np.uint8), np.array([[1, 1]], np.uint8), 2).tolist()
    [[0, 0], [1, 1]]
    """
    pairs = truth.astype(np.int64).ravel() * count + predicted.ravel()
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


def intersection_over_union(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each label's intersection over union, 0..1; NaN where it never occurs.

    Parameters
    ----------
    matrix : (C, C) int array
        Of `confusion`, added up over all pictures.

    Examples
    --------
    >>> intersection_over_union(np.array([[2, 1], [1, 4]])).round(3).tolist()
    [0.5, 0.667]
    """
    hit = np.diag(matrix).astype(np.float64)
    union = matrix.sum(axis=0) + matrix.sum(axis=1) - hit
    return np.divide(hit, union, out=np.full(len(hit), np.nan), where=union > 0)
