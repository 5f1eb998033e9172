"""The tone of a person's skin, and skin painted in it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.limb import LimbField
from flixdrape.wearer import Wearer

__all__ = ["painted_skin", "skin_tone"]

Floats = NDArray[np.float32]

# Fewer pixels than this share of a squared shoulder width say nothing of a tone.
_LEAST = 0.004


def skin_tone(wearer: Wearer, parts: Sequence[str], near: LimbField | None = None) -> Floats | None:
    """Return the median colour of the first of some parts that shows enough of itself.

    Parameters
    ----------
    wearer : Wearer
        The person.
    parts : sequence of str
        Names of `pose.PARTS`, best first.
    near : LimbField, optional
        Asked about first: this limb's own skin.

    Returns
    -------
    (3,) float32 array or None
        RGB, 0..255; None where no part is seen.
    """
    least = max(_LEAST * wearer.body.width**2, 12)
    windows = [(slice(None), slice(None))]
    if near is not None:
        windows.insert(0, near.window)
    for name in parts:
        # Edges mix with what is beside them.
        sure = cv2.erode(wearer.part(name), np.ones((3, 3), np.uint8)) > 0.9
        for window in windows:
            if sure[window].sum() >= least:
                pixels = wearer.rgb[window][sure[window]]
                return np.asarray(_bright_half(pixels), np.float32)
    return None


def _bright_half(pixels: NDArray[np.uint8]) -> Floats:
    """Return the median of the lighter half: hair, shadow and sunglasses are the darker one."""
    light = pixels.mean(axis=1)
    return np.median(pixels[light >= np.median(light)], axis=0).astype(np.float32)


def painted_skin(
    wearer: Wearer, tone: Floats, window: tuple[slice, slice] = (slice(None), slice(None))
) -> Floats:
    """Return skin of one tone, grained as a photo is.

    Returns
    -------
    (h, w, 3) float32 array
        0..255.
    """
    rows, columns = wearer.rgb[window].shape[:2]
    noise = np.random.default_rng(2).standard_normal((rows, columns, 1)).astype(np.float32)
    return np.asarray(tone + 1.2 * noise, np.float32)
