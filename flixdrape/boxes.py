"""The part of a picture that something takes up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["box_of"]


def box_of(mask: NDArray[np.bool_], rows: int = 0, columns: int = 0) -> tuple[slice, slice]:
    """Return the rows and columns that a mask takes up; empty ones of an empty mask.

    Parameters
    ----------
    mask : (H, W) bool array
        What is looked for.
    rows, columns : int
        How many more to take on either side, as far as there are any above and to the left;
        slices may end beyond the picture.

    Examples
    --------
    >>> mask = np.zeros((5, 6), bool)
    >>> mask[2, 3:5] = True
    >>> box_of(mask), box_of(mask, 3, 1)
    ((slice(2, 3, None), slice(3, 5, None)), (slice(0, 6, None), slice(2, 6, None)))
    """
    down, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(down) == 0:
        return slice(0, 0), slice(0, 0)
    return (
        slice(max(int(down[0]) - rows, 0), int(down[-1]) + 1 + rows),
        slice(max(int(across[0]) - columns, 0), int(across[-1]) + 1 + columns),
    )
