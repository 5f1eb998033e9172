"""Alpha between bytes and shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["from_bytes", "to_bytes"]


def from_bytes(alpha: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn 0..255 into 0..1.

    Examples
    --------
    >>> from_bytes(np.array([0, 255], np.uint8)).tolist()
    [0.0, 1.0]
    """
    return np.asarray(alpha, np.float32) / np.float32(255)


def to_bytes(alpha: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Turn 0..1 into 0..255, rounded.

    Examples
    --------
    >>> to_bytes(np.array([0.0, 0.5, 1.0])).tolist()
    [0, 128, 255]
    """
    return np.round(255 * np.asarray(alpha)).astype(np.uint8)
