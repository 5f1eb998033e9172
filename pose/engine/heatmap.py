"""Keypoints to heatmaps and back, with one sub-pixel convention.

A heatmap has one cell for `STRIDE` x `STRIDE` input pixels. Cell ``j`` is centred over input
pixel ``STRIDE * j + (STRIDE - 1) / 2``: the grids share their corners, not their first centres.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = [
    "STRIDE",
    "decode",
    "encode",
    "least_distance",
    "newton_step",
    "patches",
    "to_cells",
    "to_pixels",
]

STRIDE = 4
_OFFSET = (STRIDE - 1) / 2


def to_cells(points: Tensor) -> Tensor:
    """Turn input pixels into heatmap cells (any shape)."""
    return (points - _OFFSET) / STRIDE


def to_pixels(cells: Tensor) -> Tensor:
    """Turn heatmap cells into input pixels (any shape)."""
    return cells * STRIDE + _OFFSET


def encode(points: Tensor, size: tuple[int, int], sigma: float = 1.5) -> Tensor:
    """Draw keypoints as Gaussians that sum to one, centred to a fraction of a cell.

    Parameters
    ----------
    points : (..., 2) float Tensor
        Input pixels.
    size : (int, int)
        Width and height of the heatmap in cells.
    sigma : float
        Standard deviation in cells.

    Returns
    -------
    (..., height, width) float Tensor
        Each map sums to 1, also where the keypoint lies near the border.

    References
    ----------
    F. Zhang et al., "Distribution-Aware Coordinate Representation for Human Pose Estimation"
    (DARK), CVPR 2020, section 3.2: encoding without quantisation.

    Examples
    --------
    >>> heatmap = encode(torch.tensor([[13.5, 5.5]]), (8, 6))
    >>> heatmap.shape, round(float(heatmap.sum()), 4), int(heatmap.argmax())
    (torch.Size([1, 6, 8]), 1.0, 11)
    """
    width, height = size
    cells = to_cells(points)
    xs = torch.arange(width, dtype=points.dtype, device=points.device)
    ys = torch.arange(height, dtype=points.dtype, device=points.device)
    # Softmax of the exponent: the division by the sum cannot meet an underflow to zero.
    across = torch.softmax(-((xs - cells[..., 0:1]) ** 2) / (2 * sigma**2), dim=-1)
    down = torch.softmax(-((ys - cells[..., 1:2]) ** 2) / (2 * sigma**2), dim=-1)
    return down[..., :, None] * across[..., None, :]


def decode(log_heatmaps: Tensor) -> tuple[Tensor, Tensor]:
    """Find each map's maximum to a fraction of a cell.

    Around the largest cell the logarithm of a Gaussian is a paraboloid; its top is one Newton
    step away. A peak on the border is approached from the cell beside it, where the
    differences exist.

    Parameters
    ----------
    log_heatmaps : (..., H, W) float Tensor
        Logarithms of heatmaps, up to a constant: logits of a spatial softmax do. H, W >= 3.

    Returns
    -------
    points : (..., 2) float Tensor
        Input pixels.
    mass : (...,) float Tensor
        Share of the map's probability within two cells of its largest cell, 0..1: near 1 for
        a sure answer, small for a flat or split map.

    References
    ----------
    F. Zhang et al., "Distribution-Aware Coordinate Representation for Human Pose Estimation"
    (DARK), CVPR 2020, section 3.1.

    Examples
    --------
    >>> points, mass = decode(encode(torch.tensor([[13.0, 9.25]]), (16, 12)).log())
    >>> [round(v, 3) for v in points[0].tolist()]
    [13.0, 9.25]
    """
    height, width = log_heatmaps.shape[-2:]
    if height < 3 or width < 3:
        raise ValueError(f"a heatmap of {width}x{height} cells is too small to decode")
    lead = log_heatmaps.shape[:-2]
    maps = log_heatmaps.reshape(-1, height, width)
    peak = maps.flatten(1).argmax(dim=1)
    py, px = peak // width, peak % width
    cy, cx = py.clamp(1, height - 2), px.clamp(1, width - 2)
    step = newton_step(patches(maps, cx, cy))
    centre = torch.stack([cx, cy], dim=1).to(maps.dtype)
    cells = centre + step
    # The top lies within a cell of the largest value; a farther step means no paraboloid.
    largest = torch.stack([px, py], dim=1).to(maps.dtype)
    cells = torch.minimum(torch.maximum(cells, largest - 1), largest + 1)
    return to_pixels(cells).reshape(*lead, 2), _mass_near(maps, px, py).reshape(lead)


def least_distance(
    log_heatmaps: Tensor, start: Tensor, *, sharpness: float = 1.5, iterations: int = 12
) -> Tensor:
    """Find the point whose expected distance from the keypoint is least: the geometric median.

    Where a map has one peak this is the peak. Where it is drawn out along an edge, or split,
    the maximum is one guess of many, and the median errs less on average.

    Parameters
    ----------
    log_heatmaps : (N, K, H, W) float Tensor
        Logarithms of heatmaps, up to a constant.
    start : (N, K, 2) float Tensor
        Input pixels, near the answer: what `decode` gave.
    sharpness : float
        Exponent of the probabilities: trained with a Gaussian as wide as its target, a map is
        wider than what is not known of the place.
    iterations : int
        Of Weiszfeld's algorithm.

    Returns
    -------
    (N, K, 2) float Tensor
        Input pixels.

    References
    ----------
    E. Weiszfeld, "Sur le point pour lequel la somme des distances de n points donnés est
    minimum", Tohoku Mathematical Journal 43, 1937.

    Examples
    --------
    >>> peak = torch.tensor([[[33.0, 29.25]]])
    >>> heatmap = encode(peak, (16, 16)).log()
    >>> bool((least_distance(heatmap, peak) - peak).abs().max() < 0.05)
    True
    """
    height, width = log_heatmaps.shape[-2:]
    probability = torch.softmax(sharpness * log_heatmaps.flatten(2), dim=2)
    rows = to_pixels(torch.arange(height, dtype=start.dtype)).repeat_interleave(width)
    columns = to_pixels(torch.arange(width, dtype=start.dtype)).repeat(height)
    # Nearer than most of a cell, distances say nothing: a cell is no point.
    blur = (0.7 * STRIDE) ** 2
    point = start
    for _ in range(iterations):
        squared = (columns - point[..., :1]) ** 2 + (rows - point[..., 1:]) ** 2
        weights = probability / torch.sqrt(squared + blur)
        total = weights.sum(dim=2)
        x, y = (weights * columns).sum(dim=2) / total, (weights * rows).sum(dim=2) / total
        point = torch.stack([x, y], dim=2)
    return point


def patches(maps: Tensor, cx: Tensor, cy: Tensor) -> Tensor:
    """Take the 3x3 cells of each of M maps around its (cx, cy): (M, 3, 3)."""
    offsets = torch.arange(-1, 2, device=maps.device)
    rows = (cy[:, None] + offsets)[:, :, None]
    columns = (cx[:, None] + offsets)[:, None, :]
    return maps[torch.arange(len(maps), device=maps.device)[:, None, None], rows, columns]


def newton_step(patch: Tensor) -> Tensor:
    """Step from the middle of (M, 3, 3) samples to their paraboloid's top: (M, 2), 0 without."""
    dx = (patch[:, 1, 2] - patch[:, 1, 0]) / 2
    dy = (patch[:, 2, 1] - patch[:, 0, 1]) / 2
    dxx = patch[:, 1, 2] - 2 * patch[:, 1, 1] + patch[:, 1, 0]
    dyy = patch[:, 2, 1] - 2 * patch[:, 1, 1] + patch[:, 0, 1]
    dxy = (patch[:, 2, 2] - patch[:, 2, 0] - patch[:, 0, 2] + patch[:, 0, 0]) / 4
    determinant = dxx * dyy - dxy * dxy
    is_top = (determinant > 1e-6) & (dxx < 0)
    safe = torch.where(is_top, determinant, torch.ones_like(determinant))
    step = torch.stack([dxy * dy - dyy * dx, dxy * dx - dxx * dy], dim=1) / safe[:, None]
    return torch.where(is_top[:, None], step, torch.zeros_like(step))


def _mass_near(maps: Tensor, px: Tensor, py: Tensor, radius: int = 2) -> Tensor:
    height, width = maps.shape[1:]
    probability = torch.softmax(maps.flatten(1), dim=1).view_as(maps)
    near_x = (torch.arange(width, device=maps.device) - px[:, None]).abs() <= radius
    near_y = (torch.arange(height, device=maps.device) - py[:, None]).abs() <= radius
    return torch.einsum("nhw,nh,nw->n", probability, near_y.to(maps), near_x.to(maps))
