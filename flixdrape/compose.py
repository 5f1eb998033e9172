"""A warped garment and a person become one picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.alpha import from_bytes, to_bytes
from flixdrape.coverage import Coverage
from flixdrape.erase import erase
from flixdrape.light import contact_shadow, lit
from flixdrape.occlusion import front_matte
from flixdrape.options import DrapeOptions
from flixdrape.wearer import Wearer

__all__ = ["Composition", "compose"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Composition:
    """The picture and what it was made of.

    Attributes
    ----------
    image : (H, W, 3) uint8 array
        The person in the garment.
    garment : (H, W, 4) uint8 array
        The garment in the person's frame; its alpha is what is seen of it in the end.
    erased : (H, W, 3) uint8 array
        The person without the clothes that would still show.
    occluders : (H, W, 4) uint8 array
        What of the person stays in front.
    became : dict of str to (H, W) float32 array
        What the pixels show whose old clothes were taken off, by `pose.PARTS`, 0..1.
    old : (H, W) float32 array
        The old clothes that the garment replaces, as they were found, 0..1.
    """

    image: Image
    garment: Image
    erased: Image
    occluders: Image
    became: dict[str, Floats]
    old: Floats


def compose(
    wearer: Wearer, garment: Image, cover: Coverage, options: DrapeOptions | None = None
) -> Composition:
    """Lay a garment over a person and bring back what is in front of it.

    Parameters
    ----------
    wearer : Wearer
        The person.
    garment : (H, W, 4) uint8 array
        In the person's frame, straight alpha.
    cover : Coverage
        What the garment covers of the body.
    options : DrapeOptions, optional
        Light, edges, what stays in front.
    """
    options = options or DrapeOptions()
    cloth = lit(_softened(garment, options.edge), wearer, options.light)
    alpha = from_bytes(cloth[..., 3])
    front = front_matte(wearer, cover, options)
    erased = erase(wearer, cover, alpha * (1 - front), front)
    # A painted arm is in front as a bare one is.
    before = np.maximum(front, erased.bare)
    seen = alpha * (1 - before)
    # No shadow hangs in the air where old clothes have given way to the scene.
    air = erased.became.get("background", np.zeros_like(alpha))
    shadow = contact_shadow(seen, wearer) * (1 - front) * (1 - air)
    base = erased.image * (1 - shadow[..., None])
    mixed = base + seen[..., None] * (cloth[..., :3].astype(np.float32) - base)
    image = _rounded(mixed)
    behind = _rounded(erased.image)
    return Composition(
        image,
        np.dstack([cloth[..., :3], to_bytes(seen)]),
        behind,
        np.dstack([behind, to_bytes(before)]),
        erased.became,
        erased.old,
    )


def _rounded(image: Floats) -> Image:
    return np.clip(np.round(image), 0, 255).astype(np.uint8)


def _softened(garment: Image, edge: float) -> Image:
    """Blur the alpha inwards by some pixels; colours stay."""
    if edge <= 0:
        return garment
    alpha = from_bytes(garment[..., 3])
    soft = np.clip(2 * cv2.GaussianBlur(alpha, (0, 0), edge) - 1, 0, 1)
    return np.dstack([garment[..., :3], to_bytes(np.minimum(soft, alpha))])
