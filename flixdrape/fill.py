"""Filling holes in a picture from what is known around them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["fill_holes"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Holes are smooth: they are filled at this size, the grain is added at the picture's own.
_WORKING_SIDE = 512


def fill_holes(image: Image, known: Floats, hole: Floats, *, seed: int = 0) -> Floats:
    """Fill a hole from the known pixels around it, by pushing them up a pyramid and pulling down.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        RGB.
    known : (H, W) float32 array
        How far each pixel may be used, 0..1.
    hole : (H, W) float32 array
        Where the result is wanted, 0..1; elsewhere it is the image.
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
    small_weights = cv2.resize(weights, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(part * weights[..., None], size, interpolation=cv2.INTER_AREA)
    filled = _push_pull(np.asarray(small, np.float32), np.asarray(small_weights, np.float32))
    large = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    large = large + _grain(part, weights, seed)
    amount = hole[window][..., None]
    result[window] = part + amount * (large - part)
    return result


def _window(hole: Floats) -> tuple[slice, slice] | None:
    """Return the hole's box, with enough around it to be filled from."""
    rows, columns = np.flatnonzero(hole.max(axis=1) > 0.01), np.flatnonzero(hole.max(axis=0) > 0.01)
    if len(rows) == 0:
        return None
    margin = 16 + int(0.15 * max(rows[-1] - rows[0], columns[-1] - columns[0]))
    return (
        slice(max(int(rows[0]) - margin, 0), int(rows[-1]) + margin + 1),
        slice(max(int(columns[0]) - margin, 0), int(columns[-1]) + margin + 1),
    )


def _push_pull(weighted: Floats, weights: Floats) -> Floats:
    """Fill a picture that is premultiplied by its weights."""
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
