"""Thin-plate splines between two pictures, in pixels, evaluated by kornia on a coarse grid.

Convention: points are (x, y) pixels, x right, y down, (0, 0) the centre of the top-left pixel,
in the source's frame and in the target's. Images are sampled backward: for each target pixel
the spline says where in the source to look.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import torch
from kornia.geometry.transform import warp_points_tps
from numpy.typing import NDArray

from warp.errors import (
    CollinearPointsError,
    DuplicatePointsError,
    NonFinitePointsError,
    PointShapeError,
    TooFewPointsError,
)

__all__ = ["Interpolation", "Region", "ThinPlateSpline", "jacobian_determinant", "sample_image"]

Floats = NDArray[np.float64]
Interpolation = Literal["linear", "cubic", "lanczos"]
#: Left, top, right, bottom in whole pixels, right and bottom excluded.
Region = tuple[int, int, int, int]

_FLAGS = {
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}


class ThinPlateSpline:
    """The smoothest map that takes source points to target points.

    Build it with `fit`.

    References
    ----------
    F. L. Bookstein, "Principal Warps: Thin-Plate Splines and the Decomposition of
    Deformations", TPAMI 1989; regularisation after G. Wahba, "Spline Models for Observational
    Data", SIAM 1990.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [100.0, 100.0]])
    >>> spline = ThinPlateSpline.fit(corners, 2 * corners + 5)
    >>> spline.warp_points([[50.0, 25.0]]).round(6).tolist()
    [[105.0, 55.0]]
    """

    def __init__(self, source: Floats, target: Floats, regularisation: Floats) -> None:
        self.source, self.target, self.regularisation = source, target, regularisation
        self._forward = _OneWay(source, target, regularisation)
        self._backward = _OneWay(target, source, regularisation)

    @classmethod
    def fit(
        cls, source: object, target: object, *, regularisation: float | Floats = 0.0
    ) -> ThinPlateSpline:
        """Fit the spline, both ways.

        The two ways are two splines: each is exact at the control points, between them one is
        close to, but not exactly, the other's inverse.

        Parameters
        ----------
        source, target : (N, 2) array_like
            Pixels, N >= 3; row i of one belongs to row i of the other.
        regularisation : float or (N,) float array
            0 passes exactly through the points. Larger values trade exactness for smoothness,
            towards the best affine map; with points scaled to a box of side 2, the value is
            added to the diagonal of the kernel matrix, whose entries are about 1. An array says
            so of each point: those with 0 are kept exactly.

        Raises
        ------
        PointShapeError, TooFewPointsError, NonFinitePointsError, DuplicatePointsError,
        CollinearPointsError
            All are `WarpError` and `ValueError`.
        """
        first, second = _checked(source, "source"), _checked(target, "target")
        if len(first) != len(second):
            raise PointShapeError(f"{len(first)} source points, {len(second)} target points")
        stiffness = np.asarray(regularisation, dtype=np.float64)
        if not np.isfinite(stiffness).all() or (stiffness < 0).any():
            raise ValueError(f"regularisation must be 0 or more, got {regularisation}")
        if stiffness.shape not in ((), (len(first),)):
            raise ValueError(f"{len(first)} points, regularisation of shape {stiffness.shape}")
        return cls(first, second, np.broadcast_to(stiffness, len(first)))

    def warp_points(self, points: object) -> Floats:
        """Take (M, 2) points of the source to the target."""
        return self._forward(np.asarray(points, dtype=np.float64))

    def unwarp_points(self, points: object) -> Floats:
        """Take (M, 2) points of the target to the source."""
        return self._backward(np.asarray(points, dtype=np.float64))

    def anchor_errors(self) -> Floats:
        """Return how far each control point lies from where it should be: (N,), target pixels.

        Measured on the backward way, which pictures are sampled by, and brought to target
        pixels by the ratio of the two point sets' sizes. 0 without regularisation, but for
        rounding.
        """
        miss = np.linalg.norm(self.unwarp_points(self.target) - self.source, axis=1)
        return np.asarray(miss * _spread(self.target) / _spread(self.source))

    def anchor_error(self) -> float:
        """Return the largest of `anchor_errors`."""
        return float(self.anchor_errors().max())

    def backward_map(
        self, size: tuple[int, int], *, step: int = 8, region: Region | None = None
    ) -> NDArray[np.float32]:
        """Say for each target pixel where in the source to look.

        Evaluated on a grid of `step` pixels and interpolated by cubic polynomials, and at every
        pixel close to a control point: elsewhere a spline is far smoother than that.

        Parameters
        ----------
        size : (int, int)
            Width and height of the target.
        step : int
            Grid spacing in pixels; 1 evaluates every pixel.
        region : (left, top, right, bottom), optional
            Only this part of the target.

        Returns
        -------
        (H, W, 2) float32 array
            Source (x, y) of the pixels of the target, or of the region.
        """
        if step < 1:
            raise ValueError(f"step must be 1 or more, got {step}")
        left, top, right, bottom = region or (0, 0, *size)
        width, height = right - left, bottom - top
        if step == 1:
            return self._evaluate(np.arange(left, right), np.arange(top, bottom))
        # One node before and two after: cubic interpolation reads four.
        columns = np.arange(-1, (width - 1) // step + 3) * step
        rows = np.arange(-1, (height - 1) // step + 3) * step
        nodes = self._evaluate(columns + left, rows + top)
        across = _cubic_weights(width, step, len(columns))
        down = _cubic_weights(height, step, len(rows))
        dense = np.einsum("hr,rcd->hcd", down, nodes, optimize=True)
        dense = np.ascontiguousarray(np.einsum("wc,hcd->hwd", across, dense, optimize=True))
        self._sharpen(dense, (left, top), 2 * step)
        return dense

    def _sharpen(self, dense: NDArray[np.float32], corner: tuple[int, int], reach: int) -> None:
        """Evaluate exactly around the control points, where the kernel is not smooth."""
        height, width = dense.shape[:2]
        near = np.zeros((height, width), dtype=bool)
        for x, y in np.round(self.target - corner).astype(int):
            near[max(y - reach, 0) : max(y + reach, 0), max(x - reach, 0) : max(x + reach, 0)] = (
                True
            )
        rows, columns = np.nonzero(near)
        points = np.stack([columns, rows], axis=1).astype(np.float64) + corner
        dense[rows, columns] = self._backward(points)

    def _evaluate(self, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        x, y = np.meshgrid(columns.astype(np.float64), rows.astype(np.float64))
        points = self._backward(np.stack([x.ravel(), y.ravel()], axis=1))
        return points.reshape(len(rows), len(columns), 2).astype(np.float32)

    def warp_image(
        self,
        image: NDArray[np.uint8],
        size: tuple[int, int],
        *,
        step: int = 8,
        interpolation: Interpolation = "cubic",
        antialias: bool = True,
        fill: int = 0,
    ) -> NDArray[np.uint8]:
        """Bring a picture of the source into the target's frame.

        Parameters
        ----------
        image : (H, W), (H, W, 3) or (H, W, 4) uint8 array
            Four channels are RGB with straight alpha; colours are weighed by alpha while
            sampling, so nothing bleeds in from where it is transparent.
        size : (int, int)
            Width and height of the target.
        step : int
            Grid spacing of `backward_map`.
        interpolation : {"linear", "cubic", "lanczos"}
            How the source is sampled.
        antialias : bool
            Average the source down first where the target shows it smaller.
        fill : int
            Value beyond the source, for pictures without alpha; with alpha it is transparent.

        Returns
        -------
        uint8 array
            Of size ``(size[1], size[0])``, with the channels of `image`.
        """
        backward = self.backward_map(size, step=step)
        return sample_image(
            image, backward, interpolation=interpolation, antialias=antialias, fill=fill
        )

    def jacobian_determinant(self, size: tuple[int, int], *, step: int = 8) -> NDArray[np.float32]:
        """Local area of source per target pixel; negative where the picture folds over.

        See `jacobian_determinant` of this module.
        """
        return jacobian_determinant(self.backward_map(size, step=step))

    def folded_fraction(self, mask: NDArray[np.bool_], *, step: int = 8) -> float:
        """Share of a target mask's pixels where the map folds (determinant <= 0); 0 of none."""
        if not mask.any():
            return 0.0
        determinant = self.jacobian_determinant((mask.shape[1], mask.shape[0]), step=step)
        return float((determinant[mask] <= 0).mean())


class _OneWay:
    """A thin-plate spline from one point set to another, in kornia's parametrisation."""

    def __init__(self, source: Floats, target: Floats, regularisation: Floats) -> None:
        self.origin, self.size = source.mean(axis=0), _spread(source)
        centres = (source - self.origin) / self.size
        self.out_origin, self.out_size = target.mean(axis=0), _spread(target)
        values = (target - self.out_origin) / self.out_size
        kernel, affine = _solve(centres, values, regularisation)
        self._centres = torch.from_numpy(centres)[None]
        self._kernel, self._affine = torch.from_numpy(kernel)[None], torch.from_numpy(affine)[None]

    def __call__(self, points: Floats) -> Floats:
        if points.ndim != 2 or points.shape[1] != 2:
            raise PointShapeError(f"points must be (M, 2), got {points.shape}")
        if len(points) == 0:
            return points.copy()
        scaled = torch.from_numpy((points - self.origin) / self.size)[None]
        # In slices: kornia holds every point's distance to every centre at once.
        parts = [
            warp_points_tps(part, self._centres, self._kernel, self._affine)
            for part in scaled.split(16384, dim=1)
        ]
        return np.asarray(torch.cat(parts, dim=1)[0].numpy() * self.out_size + self.out_origin)


def _solve(centres: Floats, values: Floats, regularisation: Floats) -> tuple[Floats, Floats]:
    """Solve for the weights that `kornia.geometry.transform.warp_points_tps` takes.

    kornia's own `get_tps_transform` centres the kernels on the target points and knows no
    regularisation; the minimum of bending energy has them on the source points.
    """
    count = len(centres)
    squared = ((centres[:, None] - centres[None]) ** 2).sum(axis=2)
    kernel = 0.5 * squared * np.log(np.where(squared > 0, squared, 1.0))
    affine = np.concatenate([np.ones((count, 1)), centres], axis=1)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = kernel + np.diag(regularisation)
    system[:count, count:], system[count:, :count] = affine, affine.T
    right = np.concatenate([values, np.zeros((3, 2))])
    weights = np.linalg.solve(system, right)
    return weights[:count], weights[count:]


def _spread(points: Floats) -> float:
    return float(np.ptp(points, axis=0).max()) / 2


def _checked(points: object, what: str) -> Floats:
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise PointShapeError(f"{what} points must be (N, 2), got {array.shape}")
    if len(array) < 3:
        raise TooFewPointsError(f"a spline needs 3 {what} points or more, got {len(array)}")
    if not np.isfinite(array).all():
        raise NonFinitePointsError(f"{what} points hold NaN or infinity")
    centred = array - array.mean(axis=0)
    size = max(_spread(array), 1e-12)
    distances = np.linalg.norm(array[:, None] - array[None], axis=2) + size * np.eye(len(array))
    if distances.min() < 1e-6 * size or not np.ptp(array, axis=0).any():
        raise DuplicatePointsError(f"two {what} points lie in one place")
    if np.linalg.svd(centred / size, compute_uv=False)[1] < 1e-5:
        raise CollinearPointsError(f"the {what} points all lie on a line")
    return array


def _cubic_weights(length: int, step: int, nodes: int) -> NDArray[np.float32]:
    """Matrix (length, nodes) of cubic Lagrange weights; node 1 lies at pixel 0."""
    pixels = np.arange(length)
    cell, t = pixels // step, (pixels % step) / step
    weights = np.zeros((length, nodes), np.float32)
    terms = (
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    )
    for offset, term in enumerate(terms):
        weights[pixels, cell + offset] = term
    return weights


def jacobian_determinant(backward_map: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the determinant of a backward map's Jacobian at each target pixel.

    Parameters
    ----------
    backward_map : (H, W, 2) float32 array
        Source (x, y) of each target pixel.

    Returns
    -------
    (H, W) float32 array
        Source area that one target pixel shows: 1 keeps size, 4 shrinks to half the length,
        0.25 enlarges to double; 0 or less: the picture folds over (or is mirrored) there.
    """
    dy, dx = (np.asarray(g) for g in np.gradient(backward_map, axis=(0, 1)))
    return np.asarray(dx[..., 0] * dy[..., 1] - dx[..., 1] * dy[..., 0], dtype=np.float32)


def sample_image(
    image: NDArray[np.uint8],
    backward_map: NDArray[np.float32],
    *,
    interpolation: Interpolation = "cubic",
    antialias: bool = True,
    fill: int = 0,
) -> NDArray[np.uint8]:
    """Sample a picture where a backward map says; see `ThinPlateSpline.warp_image`."""
    has_alpha = image.ndim == 3 and image.shape[2] == 4
    work = _premultiplied(image) if has_alpha else image.astype(np.float32)
    if antialias:
        work, backward_map = _shrunk(work, backward_map)
    sampled = cv2.remap(
        work,
        np.ascontiguousarray(backward_map[..., 0]),
        np.ascontiguousarray(backward_map[..., 1]),
        _FLAGS[interpolation],
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(0.0,) * 4 if has_alpha else (float(fill),) * 4,
    )
    if has_alpha:
        return _straight(np.asarray(sampled, np.float32))
    return np.clip(np.round(sampled), 0, 255).astype(np.uint8)


def _premultiplied(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    work = image.astype(np.float32)
    work[..., :3] *= work[..., 3:] / 255
    return work


def _straight(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    alpha = np.clip(image[..., 3:], 0, 255)
    # Overshoot of cubic kernels must not brighten edges: colour is at most alpha.
    colour = np.clip(image[..., :3], 0, alpha)
    straight = colour * (255 / np.maximum(alpha, 1e-3))
    return np.round(np.concatenate([np.where(alpha > 0.5, straight, 0), alpha], axis=2)).astype(
        np.uint8
    )


def _shrunk(
    image: NDArray[np.float32], backward_map: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Average the source down so that target pixels are no more than a source pixel apart."""
    height, width = image.shape[:2]
    coarse = backward_map[::4, ::4]
    if min(coarse.shape[:2]) < 2:
        return image, backward_map
    x, y = coarse[..., 0], coarse[..., 1]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    area = np.abs(jacobian_determinant(coarse))[inside] / 16
    if area.size == 0:
        return image, backward_map
    # The lower quartile: where the picture is shrunk least it must stay sharp.
    factor = float(np.sqrt(np.percentile(area, 25)))
    if factor < 1.15:
        return image, backward_map
    size = (max(round(width / factor), 1), max(round(height / factor), 1))
    scale = np.array([size[0] / width, size[1] / height], np.float32)
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
    return small, ((backward_map + 0.5) * scale - 0.5).astype(np.float32)
