"""Part affinity fields: for every limb a field of unit vectors from its first end to its second.

A limb's evidence between two candidates is the mean of the field along the segment between them,
projected on its direction: 1 where the field says "this way" all along, 0 where it says nothing,
negative where it runs the other way.

References
----------
Z. Cao et al., "Realtime Multi-Person 2D Pose Estimation using Part Affinity Fields", CVPR 2017.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from pose.engine.heatmap import to_cells

__all__ = ["encode_affinity", "limb_evidence"]


def encode_affinity(
    points: Tensor,
    visible: Tensor,
    edges: Sequence[tuple[int, int]],
    size: tuple[int, int],
    width: float = 1.0,
) -> Tensor:
    """Draw the fields of a scene.

    Parameters
    ----------
    points : (P, K, 2) float Tensor
        Keypoints of P instances in input pixels.
    visible : (P, K) bool Tensor
        A limb is drawn where both of its ends are.
    edges : sequence of (int, int)
        The limbs.
    size : (int, int)
        Width and height of the fields in cells.
    width : float
        Half the width of a limb in cells.

    Returns
    -------
    (2 * E, height, width) float Tensor
        x and y of every limb's field; where limbs of several instances cross, their mean.

    Examples
    --------
    >>> points = torch.tensor([[[5.5, 9.5], [25.5, 9.5]]])
    >>> fields = encode_affinity(points, torch.ones(1, 2, dtype=torch.bool), [(0, 1)], (8, 5))
    >>> fields[0, 2, 1:7].tolist(), float(fields[1].abs().max())
    ([1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 0.0)
    """
    columns, rows = size
    if len(points) == 0:
        return torch.zeros(2 * len(edges), rows, columns)
    cells = to_cells(points.float())
    start, end = (torch.tensor([edge[i] for edge in edges]) for i in (0, 1))
    a, b = cells[:, start], cells[:, end]
    there = visible[:, start] & visible[:, end]
    length = (b - a).norm(dim=-1)
    unit = (b - a) / length.clamp(min=1e-6)[..., None]
    xs = torch.arange(columns, dtype=torch.float32)
    ys = torch.arange(rows, dtype=torch.float32)[:, None]
    dx, dy = xs - a[..., 0, None, None], ys - a[..., 1, None, None]
    ux, uy = unit[..., 0, None, None], unit[..., 1, None, None]
    along, across = dx * ux + dy * uy, (dx * uy - dy * ux).abs()
    # Half a cell past each end: a limb shorter than a cell still leaves a mark.
    inside = (along >= -0.5) & (along <= length[..., None, None] + 0.5) & (across <= width)
    inside &= (there & (length > 1e-3))[..., None, None]
    count = inside.sum(dim=0).clamp(min=1)
    field_x = (ux * inside).sum(dim=0) / count
    field_y = (uy * inside).sum(dim=0) / count
    return torch.stack([field_x, field_y], dim=1).flatten(0, 1)


def limb_evidence(
    field: Tensor, starts: NDArray[np.float64], ends: NDArray[np.float64], samples: int = 12
) -> NDArray[np.float64]:
    """Integrate one limb's field between every start and every end.

    Parameters
    ----------
    field : (2, H, W) float Tensor
        x and y of the limb's field.
    starts, ends : (N, 2), (M, 2) float arrays
        Candidates in input pixels.
    samples : int
        Points on each segment at which the field is read, bilinearly.

    Returns
    -------
    (N, M) float array
        Mean projection on the segment's direction, about -1..1; 0 for coincident ends.
    """
    if len(starts) == 0 or len(ends) == 0:
        return np.zeros((len(starts), len(ends)))
    a = to_cells(torch.as_tensor(starts, dtype=torch.float32))[:, None]
    b = to_cells(torch.as_tensor(ends, dtype=torch.float32))[None]
    length = (b - a).norm(dim=-1)
    unit = (b - a) / length.clamp(min=1e-6)[..., None]
    steps = torch.linspace(0, 1, samples)[:, None]
    places = a[:, :, None] + (b - a)[:, :, None] * steps
    height, width = field.shape[1:]
    # align_corners=False: cell j is centred at (2 j + 1) / width - 1.
    grid = (2 * places + 1) / torch.tensor([width, height], dtype=torch.float32) - 1
    read = F.grid_sample(
        field[None].float(),
        grid.reshape(1, len(starts) * len(ends), samples, 2),
        padding_mode="zeros",
        align_corners=False,
    )[0].reshape(2, len(starts), len(ends), samples)
    projected = read[0] * unit[..., 0, None] + read[1] * unit[..., 1, None]
    return projected.mean(dim=-1).double().numpy()
