"""How right garment corners are: FashionAI's normalised error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from garment.landmarks import FASHIONAI_24

__all__ = ["normalised_errors", "normalisers"]

_TOPS = ("blouse", "outwear", "dress")


def normalisers(
    truth: NDArray[np.float64], labelled: NDArray[np.bool_], categories: list[str]
) -> NDArray[np.float64]:
    """Length that each garment's errors are divided by.

    The distance between the armpits (blouse, outwear, dress) or the ends of the waistband
    (skirt, trousers); where one of these is not labelled, 0.4 of the diagonal of the box
    around the labelled landmarks.

    Parameters
    ----------
    truth : (N, 24, 2) float array
        Pixels.
    labelled : (N, 24) bool array
        Landmarks that count.
    categories : list of N str
        Category of each garment.

    Returns
    -------
    (N,) float array
        Pixels.
    """
    lengths = []
    for points, known, category in zip(truth, labelled, categories, strict=True):
        stem = "armpit" if category in _TOPS else "waistband"
        i, j = FASHIONAI_24.index(f"{stem}_left"), FASHIONAI_24.index(f"{stem}_right")
        if known[i] and known[j]:
            lengths.append(np.linalg.norm(points[i] - points[j]))
        else:
            seen = points[known]
            lengths.append(0.4 * np.linalg.norm(seen.max(axis=0) - seen.min(axis=0)))
    return np.asarray(lengths, dtype=np.float64)


def normalised_errors(
    predicted: NDArray[np.float64],
    truth: NDArray[np.float64],
    labelled: NDArray[np.bool_],
    categories: list[str],
) -> NDArray[np.float64]:
    """Distance of every landmark from the truth, over the garment's own length.

    Parameters
    ----------
    predicted, truth : (N, 24, 2) float array
        Pixels.
    labelled : (N, 24) bool array
        Landmarks that count.
    categories : list of N str
        True categories.

    Returns
    -------
    (N, 24) float array
        NaN where not labelled; NE is `numpy.nanmean` of it.

    References
    ----------
    X. Zou et al., "FashionAI: A Hierarchical Dataset for Fashion Understanding", CVPR
    Workshops 2019.
    """
    distance = np.linalg.norm(predicted - truth, axis=2)
    errors = distance / normalisers(truth, labelled, categories)[:, None]
    return np.where(labelled, errors, np.nan)
