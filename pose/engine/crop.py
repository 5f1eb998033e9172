"""Crops of a picture as the networks see them, and the way back to its pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "apply_homography", "box_to_input", "sample_crop"]

Box = tuple[float, float, float, float]


def box_to_input(box: Box, size: tuple[int, int], padding: float = 1.25) -> NDArray[np.float64]:
    """Return the matrix that brings a padded box, at its own aspect, into a network's input.

    Parameters
    ----------
    box : (x, y, width, height)
        Pixels; the box runs between the centres of its outer pixels.
    size : (int, int)
        Width and height of the input in pixels.
    padding : float
        How many times larger than the box the crop is; it is centred and grown further on
        one axis to fit the input's aspect.

    Returns
    -------
    (3, 3) float array
        Homography (here a scale and a shift) from picture to input pixels.

    Examples
    --------
    >>> matrix = box_to_input((10.0, 20.0, 50.0, 100.0), (96, 128), padding=1.28)
    >>> [round(float(v), 6) for v in apply_homography(matrix, np.array([[35.0, 70.0]]))[0]]
    [47.5, 63.5]
    """
    x, y, width, height = box
    scale = min(size[0] / max(width * padding, 1.0), size[1] / max(height * padding, 1.0))
    centre = np.array([x + width / 2, y + height / 2])
    shift = (np.array(size, dtype=np.float64) - 1) / 2 - scale * centre
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1.0]])


def apply_homography(
    matrix: NDArray[np.floating], points: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Map (N, 2) points through a (3, 3) homography."""
    lifted = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:], dtype=np.float64)


def sample_crop(
    image: NDArray[np.uint8],
    matrix: NDArray[np.float64],
    size: tuple[int, int],
    fill: tuple[int, int, int] = (127, 127, 127),
) -> NDArray[np.uint8]:
    """Sample a picture through a homography, without aliasing when it shrinks.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        The picture.
    matrix : (3, 3) float array
        From picture to crop pixels.
    size : (int, int)
        Width and height of the crop.
    fill : (int, int, int)
        Colour beyond the picture; the default is the networks' zero.

    Returns
    -------
    (size[1], size[0], 3) uint8 array
    """
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    # Bilinear sampling reads 2x2 pixels: a picture shrunk further is first averaged down.
    if scale < 0.5:
        height, width = image.shape[:2]
        factor = max(scale * 1.5, 8 / min(height, width))
        if factor < 1:
            small = (max(round(width * factor), 1), max(round(height * factor), 1))
            shrunk = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
            image = np.asarray(shrunk, dtype=np.uint8)
            sx, sy = small[0] / width, small[1] / height
            shrink = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1.0]])
            matrix = matrix @ np.linalg.inv(shrink)
    crop = cv2.warpPerspective(
        image,
        matrix,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=fill,
    )
    return np.asarray(crop, dtype=np.uint8)
