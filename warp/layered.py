"""Part-wise warps that share their seams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from warp.spline import Interpolation, Region, ThinPlateSpline, jacobian_determinant, sample_image

__all__ = ["MUCH", "LayeredWarp", "Part", "warp_layers"]

#: Cloth drawn out more, relative to the whole, looks drawn out.
MUCH = 1.4

# Tried in turn until a part does not fold: first guides alone give way, then anchors too, until
# the map is nearly the best affine one.
_GUIDES = (0.0, 1e-3, 4e-3, 1.5e-2, 5e-2, 0.2, 1.0, 10.0)
_ANCHORS = (4e-3, 1.5e-2, 5e-2, 0.2, 1.0, 10.0, 1e3, 1e6)


@dataclass(frozen=True)
class Part:
    """A piece of a picture that moves on its own.

    Attributes
    ----------
    name : str
        For reports.
    mask : (H, W) float32 array
        Its share of each source pixel, 0..1.
    source, target : (N, 2) float arrays
        Control points in pixels; those on a seam are the neighbour's too.
    order : int
        Parts of higher order are drawn over those of lower.
    anchors : (N,) bool array, optional
        Which points must keep their places; the others are guides, that shape what lies between
        and give way where the part would fold. All, if not given.
    mirrored : bool
        Whether the part is meant to be turned over: a right sleeve shown as a left one.
    """

    name: str
    mask: NDArray[np.float32]
    source: NDArray[np.float64]
    target: NDArray[np.float64]
    order: int = 0
    anchors: NDArray[np.bool_] | None = None
    mirrored: bool = False


@dataclass(frozen=True)
class LayeredWarp:
    """A picture warped part by part.

    Attributes
    ----------
    rgba : (H, W, 4) uint8 array
        All parts in the target's frame, straight alpha.
    alphas : dict of str to (H, W) float32 array
        Each part's own cover, 0..1, before others are drawn over it.
    folded_fraction : float
        Share of covered pixels that fold, over all parts; 0 is right.
    anchor_error : float
        Largest distance of an anchor from its target, in target pixels.
    stretch : float
        Largest enlargement along one direction relative to the whole's mean (99th percentile).
    guide_error : float
        As `anchor_error`, of guides.
    stretched : float
        Share of the cloth that is drawn out beyond `MUCH` times.
    """

    rgba: NDArray[np.uint8]
    alphas: dict[str, NDArray[np.float32]]
    folded_fraction: float
    anchor_error: float
    stretch: float
    guide_error: float = 0.0
    stretched: float = 0.0


def warp_layers(
    rgba: NDArray[np.uint8],
    parts: Sequence[Part],
    size: tuple[int, int],
    *,
    step: int = 8,
    interpolation: Interpolation = "cubic",
) -> LayeredWarp:
    """Warp each part by its own spline and draw them in order.

    A part that would fold over itself is fitted again with more regularisation, step by step,
    until it does not. Its guides give way first, anchors only if that is not enough;
    `guide_error` and `anchor_error` say how far.

    Parameters
    ----------
    rgba : (H, W, 4) uint8 array
        The source, straight alpha.
    parts : sequence of Part
        What moves; masks have the source's height and width.
    size : (int, int)
        Width and height of the target.
    step : int
        Grid spacing of the splines.
    interpolation : {"linear", "cubic", "lanczos"}
        How the source is sampled.

    Raises
    ------
    WarpError
        If a part's control points are degenerate.
    """
    colour = np.zeros((size[1], size[0], 3), np.float32)
    cover = np.zeros((size[1], size[0]), np.float32)
    alphas: dict[str, NDArray[np.float32]] = {}
    folded = pixels = 0
    anchors, guides, stretches = [0.0], [0.0], [np.ones(1)]
    for part in sorted(parts, key=lambda p: p.order):
        layer = rgba.copy()
        layer[..., 3] = np.round(rgba[..., 3] * part.mask).astype(np.uint8)
        alphas[part.name] = np.zeros((size[1], size[0]), np.float32)
        if not layer[..., 3].any():
            continue
        warped = _warp_part(layer, part, size, step, interpolation)
        if warped is None:
            continue
        left, top, right, bottom = warped.region
        alpha = warped.rgba[..., 3].astype(np.float32) / 255
        window = (slice(top, bottom), slice(left, right))
        colour[window] *= 1 - alpha[..., None]
        colour[window] += warped.rgba[..., :3] * alpha[..., None]
        cover[window] += alpha * (1 - cover[window])
        alphas[part.name][window] = alpha
        seen = alpha > 0.02
        folded += int((warped.determinant[seen] <= 0).sum())
        pixels += int(seen.sum())
        anchors.append(warped.anchor_error)
        guides.append(warped.guide_error)
        stretches.append(warped.stretch)
    straight = colour / np.maximum(cover[..., None], 1e-4)
    out = np.concatenate([straight, 255 * cover[..., None]], axis=2)
    return LayeredWarp(
        np.clip(np.round(out), 0, 255).astype(np.uint8),
        alphas,
        folded / max(pixels, 1),
        max(anchors),
        max(float(np.percentile(each, 99)) for each in stretches),
        max(guides),
        float((np.concatenate(stretches) > MUCH).mean()),
    )


@dataclass(frozen=True)
class _Warped:
    rgba: NDArray[np.uint8]
    region: Region
    determinant: NDArray[np.float32]
    anchor_error: float
    guide_error: float
    stretch: NDArray[np.float64]


def _warp_part(
    layer: NDArray[np.uint8],
    part: Part,
    size: tuple[int, int],
    step: int,
    interpolation: Interpolation,
) -> _Warped | None:
    opaque = np.ascontiguousarray(layer[..., 3] > 5)
    crop = _bounds(opaque)
    if crop is None:
        return None
    # Sampled smoothly, cloth shows a pixel beyond its edge.
    opaque = cv2.dilate(opaque.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    for spline in _ever_stiffer(part):
        found = _target_region(spline, opaque, size)
        if found is None:
            return None
        region = found
        backward = spline.backward_map(size, step=step, region=region)
        determinant = jacobian_determinant(backward) * (-1 if part.mirrored else 1)
        inside = _looked_up(opaque, backward)
        if not (determinant[inside] <= 0).any():
            break
    left, top, right, bottom = crop
    moved = backward - np.array([left, top], np.float32)
    sampled = sample_image(layer[top:bottom, left:right], moved, interpolation=interpolation)
    anchor_error, guide_error = _misses(spline, part)
    stretch = _stretch(backward, inside)
    return _Warped(sampled, region, determinant, anchor_error, guide_error, stretch)


def _misses(spline: ThinPlateSpline, part: Part) -> tuple[float, float]:
    """Return how far anchors and guides lie from their places at most."""
    # The last resort has targets of its own: it is measured against the part's.
    missed = np.linalg.norm(spline.warp_points(part.source) - part.target, axis=1)
    errors = np.maximum(spline.anchor_errors(), missed)
    anchors = _anchors(part)
    return float(errors[anchors].max(initial=0)), float(errors[~anchors].max(initial=0))


def _anchors(part: Part) -> NDArray[np.bool_]:
    return np.ones(len(part.source), dtype=bool) if part.anchors is None else part.anchors


def _ever_stiffer(part: Part) -> Iterator[ThinPlateSpline]:
    """Give splines that keep to a part's points less and less; the last one cannot fold."""
    guides = ~_anchors(part)
    for value in _GUIDES if guides.any() else _GUIDES[:1]:
        stiffness = np.where(guides, value, 0.0)
        yield ThinPlateSpline.fit(part.source, part.target, regularisation=stiffness)
    for value in _ANCHORS:
        stiffness = np.full(len(guides), value)
        yield ThinPlateSpline.fit(part.source, part.target, regularisation=stiffness)
    yield ThinPlateSpline.fit(part.source, _turned(part))


def _turned(part: Part) -> NDArray[np.float64]:
    """Move a part's points by the rotation, scale and shift that bring them nearest to its targets.

    Where the points' order says that a part is turned over, the best affine map mirrors it;
    this one does not.

    References
    ----------
    S. Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", TPAMI 1991.
    """
    middle, aim = part.source.mean(axis=0), part.target.mean(axis=0)
    offsets, aims = part.source - middle, part.target - aim
    if part.mirrored:
        offsets = offsets * np.array([-1.0, 1.0])
    # In complex numbers a turn and a scale are one factor.
    numbers, goals = offsets[:, 0] + 1j * offsets[:, 1], aims[:, 0] + 1j * aims[:, 1]
    power = float((np.abs(numbers) ** 2).sum())
    factor = (np.conj(numbers) * goals).sum() / max(power, 1e-12)
    # A part that is turned over whole leaves no turn at all: it keeps its size at least.
    size = np.sqrt(float((np.abs(goals) ** 2).sum()) / max(power, 1e-12))
    if abs(factor) < 0.3 * size:
        factor = 0.3 * size * (factor / abs(factor) if abs(factor) > 1e-9 else 1.0)
    moved = factor * numbers
    return np.stack([moved.real, moved.imag], axis=1) + aim


def _bounds(mask: NDArray[np.bool_], margin: int = 4) -> Region | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return None
    height, width = mask.shape
    return (
        max(int(columns[0]) - margin, 0),
        max(int(rows[0]) - margin, 0),
        min(int(columns[-1]) + 1 + margin, width),
        min(int(rows[-1]) + 1 + margin, height),
    )


def _target_region(
    spline: ThinPlateSpline, opaque: NDArray[np.bool_], size: tuple[int, int], step: int = 16
) -> Region | None:
    """Box of the target from which the spline looks into the mask; None if from nowhere.

    Asked of the backward way itself, on a coarse grid: the forward one is not its inverse. What is
    too narrow for the grid is found where the control points are.
    """
    columns, rows = np.arange(0, size[0] + step, step), np.arange(0, size[1] + step, step)
    x, y = np.meshgrid(columns.astype(np.float64), rows.astype(np.float64))
    source = spline.unwarp_points(np.stack([x.ravel(), y.ravel()], axis=1))
    looked = source.reshape(len(rows), len(columns), 2).astype(np.float32)
    hits = _looked_up(opaque, looked)
    nodes = _bounds(hits, margin=1)
    if nodes is None:
        return None
    low = np.floor(spline.target.min(axis=0) - 4).astype(int)
    high = np.ceil(spline.target.max(axis=0) + 5).astype(int)
    left, top = (max(min(nodes[i] * step, int(low[i])), 0) for i in (0, 1))
    right, bottom = (min(max(nodes[i + 2] * step, int(high[i])), size[i]) for i in (0, 1))
    return (left, top, right, bottom) if right - left > 2 and bottom - top > 2 else None


def _looked_up(mask: NDArray[np.bool_], backward_map: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where a backward map looks into a mask."""
    height, width = mask.shape
    x, y = np.round(backward_map[..., 0]), np.round(backward_map[..., 1])
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    found = np.zeros(inside.shape, dtype=bool)
    found[inside] = mask[y[inside].astype(int), x[inside].astype(int)]
    return found


def _stretch(backward_map: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Local enlargement over the mean one, of a sample of places: 1 is even, 2 drawn out to double.

    Along the direction in which it is largest.
    """
    if inside.sum() < 16:
        return np.ones(1)
    dy, dx = (np.asarray(g) for g in np.gradient(backward_map[::2, ::2] / 2, axis=(0, 1)))
    mask = inside[::2, ::2]
    jacobian = np.stack([dx[mask], dy[mask]], axis=2)
    if len(jacobian) == 0:
        return np.ones(1)
    smallest = np.linalg.svd(jacobian, compute_uv=False)[:, 1]
    area = np.abs(np.linalg.det(jacobian))
    mean = float(np.sqrt(np.median(area)))
    return np.asarray(mean / np.maximum(smallest, 1e-6), np.float64)
