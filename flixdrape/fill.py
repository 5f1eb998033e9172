"""Filling holes in a picture from what is known around them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.boxes import box_of

__all__ = ["fill_holes", "push_pull"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Holes are smooth: they are filled at this size, the grain is added at the picture's own.
_WORKING_SIDE = 512


def fill_holes(
    image: Image, known: Floats, hole: Floats, *, reach: float = 0.0, seed: int = 0
) -> Floats:
    """Fill a hole from the known pixels around it.

    Near its rim the surroundings are continued as in a mirror, so that their texture goes on;
    farther in they are pushed up a pyramid and pulled down, smooth but for some grain.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        RGB.
    known : (H, W) float32 array
        How far each pixel may be used, 0..1.
    hole : (H, W) float32 array
        Where the result is wanted, 0..1; elsewhere it is the image.
    reach : float
        How far into the hole, in pixels, the surroundings are mirrored.
    seed : int
        Of the grain.

    Returns
    -------
    (H, W, 3) float32 array
        0..255. Unchanged where nothing at all is known.

    References
    ----------
    S. J. Gortler et al., "The Lumigraph", SIGGRAPH 1996: push-pull.
    """
    result = image.astype(np.float32)
    window = _window(hole)
    if window is None or not (known[window] > 0.5).any():
        return result
    part, weights = result[window], known[window]
    height, width = weights.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    weighted = part * weights[..., None]
    resized = cv2.resize(weights, size, interpolation=cv2.INTER_AREA)
    small_weights = np.asarray(resized, np.float32)
    small = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA)
    filled = push_pull(np.asarray(small, np.float32), small_weights)
    large = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    large = large + _grain(part, weights, seed)
    if reach > 0:
        reflections = _reflections(small_weights, reach * scale)
        mirrored, share = _mirrored(weighted, weights, reflections, scale)
        large += share[..., None] * (mirrored - large)
    amount = hole[window][..., None]
    result[window] = part + amount * (large - part)
    return result


def _window(hole: Floats) -> tuple[slice, slice] | None:
    """Return the hole's box, with enough around it to be filled from."""
    rows, columns = box_of(hole > 0.01)
    if rows.stop == 0:
        return None
    margin = 16 + int(0.15 * max(rows.stop - rows.start, columns.stop - columns.start))
    return box_of(hole > 0.01, margin, margin)


def _mirrored(
    weighted: Floats, weights: Floats, small: tuple[Floats, Floats], scale: float
) -> tuple[Floats, Floats]:
    """Read the known pixels where `_reflections` says; also say where that can be used.

    Where to look is smooth and was worked out small, at `scale`; the pixels are read at the
    picture's own size.
    """
    look, share = small
    if scale < 1:
        look = (look + 0.5) / np.float32(scale) - 0.5
        whole = (weights.shape[1], weights.shape[0])
        look = np.asarray(cv2.resize(look, whole, interpolation=cv2.INTER_LINEAR), np.float32)
        share = np.asarray(cv2.resize(share, whole, interpolation=cv2.INTER_LINEAR), np.float32)
    # What is not known must not bleed in from beside the rim.
    both = np.dstack([weighted, weights]).astype(np.float32)
    found = cv2.remap(
        both,
        np.ascontiguousarray(look[..., 0]),
        np.ascontiguousarray(look[..., 1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    colour = found[..., :3] / np.maximum(found[..., 3:], 1e-3)
    trust = share * np.clip(4 * found[..., 3] - 1, 0, 1)
    return np.asarray(colour, np.float32), np.asarray(trust, np.float32)


def _reflections(weights: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return for each pixel of a hole its mirror place beyond the rim, and how far to trust it."""
    known = weights > 0.5
    away, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Each label's pixel, as the transform numbers them.
    places = np.zeros((int(labels.max()) + 1, 2), np.float32)
    rows, columns = np.nonzero(known)
    places[labels[rows, columns]] = np.stack([columns, rows], axis=1)
    # A ragged rim would tear what is mirrored.
    soft = max(0.12 * reach, 1.0)
    rim = cv2.GaussianBlur(places[labels], (0, 0), soft)
    y, x = np.mgrid[: weights.shape[0], : weights.shape[1]].astype(np.float32)
    look = np.asarray(2 * rim - np.stack([x, y], axis=2), np.float32)
    sure = cv2.remap(
        weights,
        np.ascontiguousarray(look[..., 0]),
        np.ascontiguousarray(look[..., 1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
    )
    near = np.clip(2 - 2 * np.asarray(away, np.float32) / np.float32(max(reach, 1e-3)), 0, 1)
    usable = np.clip(2 * np.asarray(sure, np.float32) - 1, 0, 1)
    share = cv2.GaussianBlur(usable, (0, 0), soft) * usable * near * ~known
    return look, np.asarray(share, np.float32)


def push_pull(weighted: Floats, weights: Floats) -> Floats:
    """Fill a picture from those of its pixels that are known, smoothly.

    Parameters
    ----------
    weighted : (H, W, C) float32 array
        The picture, premultiplied by its weights.
    weights : (H, W) float32 array
        How far each pixel is known, 0..1.

    Returns
    -------
    (H, W, C) float32 array
        As it was where it is known; elsewhere what the nearest known pixels say.

    References
    ----------
    S. J. Gortler et al., "The Lumigraph", SIGGRAPH 1996.

    Examples
    --------
    >>> known = np.zeros((8, 8), np.float32)
    >>> known[0, 0] = 1
    >>> filled = push_pull(7 * known[..., None].repeat(3, axis=2), known)
    >>> bool(np.allclose(filled, 7, atol=1e-3))
    True
    """
    colours, amounts = [weighted], [weights]
    while min(weights.shape) > 2:
        weighted = np.asarray(cv2.pyrDown(weighted), np.float32)
        weights = np.asarray(cv2.pyrDown(weights), np.float32)
        colours.append(weighted)
        amounts.append(weights)
    coarse = np.asarray(colours[-1] / np.maximum(amounts[-1], 1e-6)[..., None], np.float32)
    for colour, amount in zip(reversed(colours[:-1]), reversed(amounts[:-1]), strict=True):
        size = (colour.shape[1], colour.shape[0])
        coarse = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
        # Half a pixel's worth of knowledge already outweighs what is guessed from afar.
        trust = np.clip(2 * amount, 0, 1)[..., None]
        own = colour / np.maximum(amount, 1e-6)[..., None]
        coarse = np.asarray(coarse + trust * (own - coarse), np.float32)
    return np.asarray(coarse, np.float32)


def _grain(part: Floats, weights: Floats, seed: int) -> Floats:
    """Noise as strong as the known pixels'."""
    grey = part.mean(axis=2)
    # What is not known, loud cloth for one, must not make its surroundings look rough.
    smooth = cv2.GaussianBlur(grey * weights, (0, 0), 1.0)
    smooth = smooth / np.maximum(cv2.GaussianBlur(weights, (0, 0), 1.0), 1e-6)
    rough = np.abs(grey - smooth)
    sure = weights > 0.9
    level = 1.25 * float(np.median(rough[sure])) if sure.any() else 0.0
    noise = np.random.default_rng(seed).standard_normal((*part.shape[:2], 1)).astype(np.float32)
    return min(level, 6.0) * noise
