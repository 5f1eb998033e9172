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
# Skin of one person differs little in hue (CIELAB's a and b); a red sleeve taken for an arm does.
_MOST_HUE = 20.0


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
    face = _median(wearer, "face", (slice(None), slice(None)), least)
    windows = [(slice(None), slice(None))]
    if near is not None:
        windows.insert(0, near.window)
    for name in parts:
        for window in windows:
            tone = _median(wearer, name, window, least)
            if tone is not None and (name == "legwear" or _alike(tone, face)):
                return tone
    return None


def _median(wearer: Wearer, part: str, window: tuple[slice, slice], least: float) -> Floats | None:
    # Edges mix with what is beside them.
    sure = cv2.erode(wearer.part(part)[window], np.ones((3, 3), np.uint8)) > 0.9
    if sure.sum() < least:
        return None
    return _bright_half(wearer.rgb[window][sure])


def _alike(tone: Floats, face: Floats | None) -> bool:
    if face is None:
        return True
    pair = np.stack([tone, face])[None] / np.float32(255)
    first, second = cv2.cvtColor(pair.astype(np.float32), cv2.COLOR_RGB2LAB)[0]
    return bool(np.linalg.norm(first[1:] - second[1:]) < _MOST_HUE)


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
