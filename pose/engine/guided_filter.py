"""Bring soft masks to a picture's own edges.

References
----------
K. He, J. Sun, X. Tang, "Guided Image Filtering", ECCV 2010; K. He, J. Sun, "Fast Guided Filter",
2015: the coefficients are smooth, so they may be found on a smaller picture.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["guided_filter"]

Plane = NDArray[np.float32]


def guided_filter(
    guide: NDArray[np.float32],
    values: NDArray[np.float32],
    radius: int,
    epsilon: float,
    *,
    step: int = 1,
) -> NDArray[np.float32]:
    """Smooth planes of values but for where the guide has edges.

    In every window the answer is a linear function of the guide, so it steps where the guide
    does. The filter is linear in `values`: planes that add up to 1 still do.

    Parameters
    ----------
    guide : (H, W) or (H, W, 3) float32 array
        Grey or colour, 0..1. Colour tells edges that grey does not, for three times the time.
    values : (H, W) or (C, H, W) float32 array
        What is filtered; it may leave its range a little beside edges.
    radius : int
        Of the window, in pixels.
    epsilon : float
        Variance of the guide below which there is no edge; 1e-4 to 1e-2.
    step : int
        How many times smaller the picture is on which the coefficients are found.

    Returns
    -------
    float32 array
        As `values`.

    Raises
    ------
    ValueError
        If `values` are not as large as `guide`.

    Examples
    --------
    A blurred step snaps to the guide's.

    >>> guide = np.zeros((9, 16), np.float32)
    >>> guide[:, 8:] = 1.0
    >>> blurred = cv2.blur(guide, (5, 5))
    >>> [round(float(v), 1) for v in guided_filter(guide, blurred, 3, 1e-4)[4, 5:11]]
    [0.1, 0.1, 0.2, 0.8, 0.9, 0.9]
    """
    planes = values[None] if values.ndim == 2 else values
    if planes.shape[1:] != guide.shape[:2]:
        raise ValueError(f"values of {planes.shape[1:]} pixels, a guide of {guide.shape[:2]}")
    colours = [guide] if guide.ndim == 2 else _split(guide)
    height, width = guide.shape[:2]
    small = (max(round(width / step), 1), max(round(height / step), 1))
    window = 2 * max(round(radius / step), 1) + 1
    shrunk = [_resized(colour, small, cv2.INTER_AREA) for colour in colours]
    means = [_mean(colour, window) for colour in shrunk]
    inverse = _inverse_covariance(shrunk, means, window, epsilon)
    result = np.empty(planes.shape, np.float32)
    for plane, filtered in zip(planes, result, strict=True):
        plane_small = _resized(plane, small, cv2.INTER_AREA)
        slopes, offset = _coefficients(shrunk, means, inverse, plane_small, window)
        filtered[:] = _resized(_mean(offset, window), (width, height), cv2.INTER_LINEAR)
        for slope, colour in zip(slopes, colours, strict=True):
            filtered += colour * _resized(_mean(slope, window), (width, height), cv2.INTER_LINEAR)
    return result[0] if values.ndim == 2 else result


def _split(guide: NDArray[np.float32]) -> list[Plane]:
    """Return the colours as planes that lie in one piece, which reading them is faster for."""
    return [np.ascontiguousarray(guide[..., i]) for i in range(guide.shape[2])]


def _resized(plane: Plane, size: tuple[int, int], how: int) -> Plane:
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    return np.asarray(cv2.resize(plane, size, interpolation=how), dtype=np.float32)


def _mean(plane: Plane, window: int) -> Plane:
    return np.asarray(cv2.blur(plane, (window, window)), dtype=np.float32)


def _inverse_covariance(
    colours: list[Plane], means: list[Plane], window: int, epsilon: float
) -> list[list[Plane]]:
    """Return the inverse of the colours' regularised covariance in every window."""

    def covariance(i: int, j: int) -> Plane:
        shared = _mean(colours[i] * colours[j], window) - means[i] * means[j]
        return shared + np.float32(epsilon) if i == j else shared

    if len(colours) == 1:
        return [[np.reciprocal(covariance(0, 0))]]
    rr, gg, bb = (covariance(i, i) for i in range(3))
    rg, rb, gb = covariance(0, 1), covariance(0, 2), covariance(1, 2)
    # The adjugate over the determinant: a hundred times faster than a solver a pixel.
    a00, a01, a02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    a11, a12, a22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    scale = np.reciprocal(rr * a00 + rg * a01 + rb * a02)
    rows = [[a00, a01, a02], [a01, a11, a12], [a02, a12, a22]]
    return [[entry * scale for entry in row] for row in rows]


def _coefficients(
    colours: list[Plane],
    means: list[Plane],
    inverse: list[list[Plane]],
    plane: Plane,
    window: int,
) -> tuple[list[Plane], Plane]:
    """Return the linear function of the colours that fits a plane best in every window."""
    mean = _mean(plane, window)
    shared = [
        _mean(colour * plane, window) - of_colour * mean
        for colour, of_colour in zip(colours, means, strict=True)
    ]
    slopes = []
    offset = mean.copy()
    for row, of_colour in zip(inverse, means, strict=True):
        slope = row[0] * shared[0]
        for entry, covariance in zip(row[1:], shared[1:], strict=True):
            slope += entry * covariance
        offset -= slope * of_colour
        slopes.append(slope)
    return slopes, offset
