"""Candidates of a scene: every peak of every keypoint's heatmap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from pose.engine.heatmap import STRIDE, newton_step, patches, to_pixels

__all__ = ["Candidates", "find_peaks"]


@dataclass(frozen=True)
class Candidates:
    """Places where some keypoint of some instance may be.

    Attributes
    ----------
    kinds : (N,) int array
        Which keypoint of the schema.
    xy : (N, 2) float array
        Pixels.
    scores : (N,) float array
        Chance that it is one, 0..1.
    """

    kinds: NDArray[np.int64]
    xy: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.kinds)

    def of_kind(self, kind: int) -> NDArray[np.int64]:
        """Return the positions of the candidates of one keypoint."""
        return np.flatnonzero(self.kinds == kind)


def find_peaks(
    probabilities: Tensor, threshold: float = 0.1, limit: int = 20, radius: int = 2
) -> Candidates:
    """Find the local maxima of heatmaps that hold several instances each.

    Parameters
    ----------
    probabilities : (K, H, W) float Tensor
        0..1; a keypoint is a Gaussian of height about 1.
    threshold : float
        Lower peaks are left out.
    limit : int
        At most so many of a keypoint, the highest.
    radius : int
        A peak is the largest value within so many cells.

    Returns
    -------
    Candidates
        In input pixels, to a fraction of a cell, ordered by keypoint and falling score.

    Examples
    --------
    >>> from pose.engine.heatmap import encode
    >>> maps = encode(torch.tensor([[9.5, 9.5], [53.5, 17.5]]), (16, 8)).sum(dim=0, keepdim=True)
    >>> find_peaks(maps / maps.max()).xy.round(1).tolist()
    [[9.5, 9.5], [53.5, 17.5]]
    """
    _, height, width = probabilities.shape
    if height < 3 or width < 3:
        raise ValueError(f"heatmaps of {width}x{height} cells are too small to search")
    pooled = F.max_pool2d(probabilities[None], 2 * radius + 1, stride=1, padding=radius)[0]
    peak = (probabilities >= pooled) & (probabilities > threshold)
    kinds, rows, columns = torch.nonzero(peak, as_tuple=True)
    scores = probabilities[kinds, rows, columns]
    cx, cy = columns.clamp(1, width - 2), rows.clamp(1, height - 2)
    logs = probabilities.clamp(min=1e-6).log()[kinds]
    step = newton_step(patches(logs, cx, cy)) if len(kinds) else torch.zeros(0, 2)
    largest = torch.stack([columns, rows], dim=1).to(step.dtype)
    cells = torch.stack([cx, cy], dim=1) + step
    cells = torch.minimum(torch.maximum(cells, largest - 1), largest + 1)
    order = np.lexsort((-scores.numpy(), kinds.numpy()))
    found = Candidates(
        kinds.numpy()[order],
        to_pixels(cells).double().numpy()[order],
        scores.double().numpy()[order],
    )
    return _first_of_each_place(found, limit)


def _first_of_each_place(found: Candidates, limit: int) -> Candidates:
    """Drop the second of two equal neighbouring cells, and what exceeds the limit."""
    same_kind = found.kinds[:, None] == found.kinds[None]
    apart = np.linalg.norm(found.xy[:, None] - found.xy[None], axis=2)
    earlier = np.tri(len(found), k=-1, dtype=bool)
    kept = ~(same_kind & (apart < STRIDE) & earlier).any(axis=1)
    rank = (same_kind & earlier & kept[None]).sum(axis=1)
    kept &= rank < limit
    return Candidates(found.kinds[kept], found.xy[kept], found.scores[kept])
