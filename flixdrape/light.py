"""The light of the person's photo on the garment, and the shadow that the garment casts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.alpha import from_bytes
from flixdrape.boxes import box_of
from flixdrape.wearer import Wearer

__all__ = ["body_shading", "contact_shadow", "lit", "well_exposed"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Shading is smooth: it is measured at this size.
_WORKING_SIDE = 256
# The most that cloth is darkened or lightened at full strength.
_RANGE = (0.6, 1.35)
# Added to a grey level before its logarithm is taken: in black cloth a level of noise is no shade.
_DARK = 20
# What is brightest in a well exposed photo is about as bright as this at least.
_WHITE = 215.0
# Share of the difference in exposure between the two photos that is taken over.
_EXPOSURE = 0.5


def lit(garment: Image, wearer: Wearer, strength: float) -> Image:
    """Carry the low light and shade of body and scene onto the cloth.

    All three channels of a pixel are scaled alike, so its hue and saturation stay.

    Parameters
    ----------
    garment : (H, W, 4) uint8 array
        In the person's frame, straight alpha.
    wearer : Wearer
        The person in their own clothes.
    strength : float
        0 leaves the cloth as it was photographed, 1 takes all of the shading over.

    Returns
    -------
    (H, W, 4) uint8 array
    """
    alpha = from_bytes(garment[..., 3])
    if strength <= 0 or not (alpha > 0.5).any():
        return garment
    result, box = garment.copy(), box_of(alpha > 0)
    gain = body_shading(wearer, alpha)[box] * np.float32(_exposure(wearer))
    gain = np.clip(gain, *_RANGE) ** np.float32(strength)
    rgb = garment[box][..., :3].astype(np.float32)
    # Bright cloth is not burnt out: the gain gives way near white.
    peak = rgb.max(axis=2)
    most = 250 / np.maximum(peak, 1)
    gain = np.where(gain > 1, np.minimum(gain, np.maximum(most, 1)), gain)
    result[box][..., :3] = np.clip(np.round(rgb * gain[..., None]), 0, 255).astype(np.uint8)
    return result


def well_exposed(garment: Image, photo: Image, strength: float) -> Image:
    """Lighten cloth whose photo is too dark: in which nothing is near white.

    On a dark floor a camera may expose a white shirt as grey; in a street it would look dirty.

    Parameters
    ----------
    garment : (H, W, 4) uint8 array
        In any frame, straight alpha.
    photo : (h, w, 3) uint8 array
        The whole photo that it was cut from.
    strength : float
        As of `lit`: 0 leaves the cloth as it was photographed; from 0.4 on all is made up for.

    Returns
    -------
    (H, W, 4) uint8 array

    Examples
    --------
    >>> dim = np.full((8, 8, 3), 120, np.uint8)
    >>> shirt = np.full((1, 1, 4), (100, 100, 100, 255), np.uint8)
    >>> well_exposed(shirt, dim, 0.4).tolist(), well_exposed(shirt, dim, 0.0).tolist()
    ([[[130, 130, 130, 255]]], [[[100, 100, 100, 255]]])
    """
    grey = cv2.cvtColor(np.ascontiguousarray(photo[::2, ::2]), cv2.COLOR_RGB2GRAY)
    brightest = max(float(np.percentile(grey, 99)), 1.0)
    gain = float(np.clip((_WHITE / brightest) ** 0.7, 1.0, 1.3)) ** min(2.5 * strength, 1.0)
    if gain <= 1:
        return garment
    lighter = np.clip(np.round(gain * np.arange(256)), 0, 255).astype(np.uint8)
    return np.dstack([cv2.LUT(garment[..., :3], lighter), garment[..., 3]])


def body_shading(wearer: Wearer, alpha: Floats) -> Floats:
    """How light each place of the person is relative to others of the same cloth, smoothly.

    Parameters
    ----------
    wearer : Wearer
        The person in their own clothes.
    alpha : (H, W) float32 array
        Where it is wanted, 0..1: what lies there counts most.

    Returns
    -------
    (H, W) float32 array
        1 where a place is as light as its cloth's middle.
    """
    height, width = wearer.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(wearer.rgb, size, interpolation=cv2.INTER_AREA)
    light = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) + _DARK
    logs = np.zeros(light.shape, np.float32)
    weights = np.zeros(light.shape, np.float32)
    covered = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    # Each old garment by itself: a dark skirt under a white shirt is no shadow.
    for name in ("top", "outer", "dress", "bottom", "arms", "legs"):
        part = cv2.resize(wearer.part(name), size, interpolation=cv2.INTER_AREA)
        sure = part > 0.8
        if sure.sum() < 20:
            continue
        logs[sure] = np.log(light[sure]) - np.median(np.log(light[sure]))
        weights[sure] = 1
    weights *= np.clip(covered + 0.05, 0, 1)
    logs = np.clip(logs, -0.7, 0.7)
    sigma = max(0.12 * wearer.body.width * scale, 1.5)
    blurred = cv2.GaussianBlur(logs * weights, (0, 0), sigma)
    amount = cv2.GaussianBlur(weights, (0, 0), sigma)
    # Where little is known the shading fades out.
    smooth = blurred / (amount + 0.05)
    return np.exp(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR))


def _exposure(wearer: Wearer) -> float:
    """Gain that brings the cloth towards the exposure of the person's photo.

    Photos of garments are mostly bright and flat, street scenes are not; what both are exposed
    for is their upper middle. A face in good light says more than black clothes around it.
    """
    scene = cv2.cvtColor(wearer.rgb[::4, ::4], cv2.COLOR_RGB2GRAY)
    person = wearer.part("background")[::4, ::4] < 0.5
    sample = scene[person] if person.sum() > 50 else scene.ravel()
    level = float(np.percentile(sample, 85))
    face = wearer.part("face")[::4, ::4] > 0.8
    if face.sum() > 12:
        level = max(level, float(np.percentile(scene[face], 75)))
    return float(np.clip((level / 175.0) ** _EXPOSURE, 0.7, 1.15))


def contact_shadow(garment: Floats, wearer: Wearer) -> Floats:
    """Return how much light the garment takes from the person beside its edge.

    Cloth that ends on a body darkens the skin or cloth just beyond it, below more than above.

    Parameters
    ----------
    garment : (H, W) float32 array
        Visible alpha, 0..1.
    wearer : Wearer
        The shadow falls on the person only.

    Returns
    -------
    (H, W) float32 array
        0 none, 1 black.
    """
    width = wearer.body.width
    sigma = max(0.03 * width, 0.8)
    drop = 0.03 * width * wearer.body.down
    move = np.array([[1, 0, drop[0]], [0, 1, drop[1]]], np.float64)
    size = (garment.shape[1], garment.shape[0])
    fallen = cv2.warpAffine(cv2.GaussianBlur(garment, (0, 0), sigma), move, size)
    person = 1 - wearer.part("background")
    return np.asarray(0.35 * np.clip(fallen, 0, 1) * (1 - garment) * person, np.float32)
