"""The front edge of a garment's neck opening, traced between its three corners.

What lies above that edge is not the garment's front: a mannequin's neck, a hanger, the inside of
the back collar.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from garment.outline import Mask, Points, Polygon, fill

# In garment widths: how far the edge may lie from the drawn curve, and how far the curve runs on
# upwards beyond the neckline corners, so that a standing collar keeps its sides.
_REACH = 0.13
_ARM = 0.15
# Share of the U shape in the drawn curve; the rest is the V through the three corners.
_ROUND = 0.35
_BEND = 0.15  # cost of one step sideways


def above_neckline(
    image: NDArray[np.uint8], evidence: NDArray[np.float32], points: Points, width: float
) -> Mask:
    """Trace the front neckline and mark everything above it.

    The edge is the cheapest path along a curve through the corners that separates colours of the
    cloth from colours of the opening and follows strong edges.

    Parameters
    ----------
    image
        (H, W, 3) uint8 RGB.
    evidence
        (H, W) float32, the log of how much likelier a pixel's colour is in the cloth than in the
        opening.
    points
        Landmarks; `neckline_left`, `center_front` and `neckline_right` must be there.
    width
        The garment's width in pixels.

    Returns
    -------
    (H, W) bool array

    References
    ----------
    A. A. Amini, T. E. Weymouth, R. C. Jain, "Using dynamic programming for solving variational
    problems in vision", TPAMI 1990.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.full((60, 60, 3), 200, np.uint8)
    >>> corners = {"neckline_left": (20, 20), "center_front": (30, 35), "neckline_right": (40, 20)}
    >>> above = above_neckline(picture, np.zeros((60, 60), np.float32), corners, 40)
    >>> bool(above[22, 30]), bool(above[45, 30])
    (True, False)
    """
    curve, up = _curve(points, width)
    inward = _inward(curve, points)
    steps = max(3, int(np.ceil(_REACH * width)))
    offsets = np.arange(-steps, steps + 1) / steps
    grid = curve[:, None] + _REACH * width * offsets[None, :, None] * inward[:, None]
    cost = _boundary_cost(image, evidence, grid) + 0.5 * offsets[None] ** 2
    edge = grid[np.arange(len(curve)), cheapest_path(cost, _BEND)]
    top = np.stack([edge[-1] + width * up, edge[0] + width * up])
    return fill([np.vstack([edge, top])], image.shape[:2])


def cheapest_path(cost: NDArray[np.floating], bend: float) -> NDArray[np.intp]:
    """Choose one column for each row so that the sum of costs is least.

    Parameters
    ----------
    cost
        (N, M) array.
    bend
        Cost of moving to a neighbouring column between two rows; larger moves are not allowed.

    Returns
    -------
    (N,) int array

    Examples
    --------
    >>> import numpy as np
    >>> cheapest_path(np.array([[0, 9, 9], [9, 0, 9], [9, 9, 0.0]]), 0.1).tolist()
    [0, 1, 2]
    """
    rows, columns = cost.shape
    total = cost[0].astype(float)
    step = np.zeros((rows, columns), np.intp)
    wall = np.array([np.inf])
    for row in range(1, rows):
        from_left = np.concatenate([wall, total[:-1]]) + bend
        from_right = np.concatenate([total[1:], wall]) + bend
        options = np.stack([from_left, total, from_right])
        step[row] = options.argmin(axis=0) - 1
        total = options.min(axis=0) + cost[row]
    path = np.empty(rows, np.intp)
    path[-1] = total.argmin()
    for row in range(rows - 1, 0, -1):
        path[row - 1] = path[row] + step[row, path[row]]
    return path


def _curve(points: Points, width: float) -> tuple[Polygon, NDArray[np.float64]]:
    """Draw a rounded V from corner to corner, its arms running on upwards."""
    left, front, right = (
        np.array(points[name], float)
        for name in ("neckline_left", "center_front", "neckline_right")
    )
    across = right - left
    up = np.array([across[1], -across[0]]) / max(float(np.hypot(*across)), 1e-6)
    if np.dot(front - (left + right) / 2, up) > 0:
        up = -up
    t = np.linspace(0, 1, 40)[:, None]

    def half(corner: NDArray[np.float64]) -> Polygon:
        below = corner + up * np.dot(front - corner, up)
        control = (1 - _ROUND) * (corner + front) / 2 + _ROUND * below
        return (1 - t) ** 2 * corner + 2 * t * (1 - t) * control + t**2 * front

    arm = np.linspace(_ARM, 0, 8, endpoint=False)[:, None] * width * up
    joined = np.vstack([left + arm, half(left), half(right)[-2::-1], (right + arm)[::-1]])
    return _resampled(joined, 1.5), up


def _resampled(line: Polygon, spacing: float) -> Polygon:
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    wanted = np.linspace(0, at[-1], max(16, int(at[-1] / spacing)))
    return np.column_stack([np.interp(wanted, at, line[:, axis]) for axis in (0, 1)])


def _inward(curve: Polygon, points: Points) -> Polygon:
    """Find the unit normals that point into the opening, smoothed along the curve."""
    tangent = np.asarray(cv2.blur(np.gradient(curve, axis=0), (1, 9)), float)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    normal /= np.maximum(np.hypot(*normal.T), 1e-6)[:, None]
    middle = np.add(points["neckline_left"], points["neckline_right"]) / 2
    return normal if np.sum(normal * (middle - curve)) >= 0 else -normal


def _boundary_cost(
    image: NDArray[np.uint8], evidence: NDArray[np.float32], grid: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Price an edge at each grid place: cloth inside the opening, opening outside, no contrast."""
    x, y = grid[..., 0].astype(np.float32), grid[..., 1].astype(np.float32)

    def sample(picture: NDArray[np.float32]) -> NDArray[np.float32]:
        taken = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(taken, np.float32)

    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    colours = sample(np.asarray(cv2.GaussianBlur(lab, (0, 0), 0.8), np.float32))
    contrast = np.zeros(grid.shape[:2], np.float32)
    contrast[:, 1:-1] = np.abs(colours[:, 2:] - colours[:, :-2]).sum(-1)
    cloth = sample(np.clip(evidence, -3, 3).astype(np.float32))
    cloth_inside = np.cumsum(cloth[:, ::-1], axis=1)[:, ::-1]
    opening_outside = -np.cumsum(cloth, axis=1)
    regions = (cloth_inside + opening_outside) / cloth.shape[1]
    return regions - 1.2 * np.minimum(contrast, 60) / 60
