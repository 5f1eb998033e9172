"""The tone of a person's skin, and skin painted in it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.light import body_shading
from flixdrape.limb import LimbField
from flixdrape.wearer import Wearer

__all__ = ["meeting", "over_seam", "painted_skin", "skin_tone"]

Floats = NDArray[np.float32]
Window = tuple[slice, slice]

# Fewer pixels than this share of a squared shoulder width say nothing of a tone.
_LEAST = 0.004
# Skin of one person differs little in hue (CIELAB's a and b); a red sleeve taken for an arm does.
_MOST_HUE = 20.0
# Bare arms and legs are less red than hands and cheeks.
_CALM = 0.85
# The reddest (CIELAB's a) that legs are for how yellow (b) they are, offset and slope: by eye, from
# the faces, hands and legs of 74 people in the street.
_FLUSH = (9.0, 0.45)
# Which part of a skin's pixels, in per cent, is darker than the skin in the light: a face has
# eyes, a mouth, and the chin's shadow on the neck.
_LIT = {"face": 80}
# Lightness within which pixels say the hue; lighter skin is overexposed and has lost its own.
_NEAR = 8.0
_LIGHTEST = 84.0
# Hands are small and often in the shade: the face says more of how light skin is, until as much
# of a limb is seen as this share of a squared shoulder width.
_FACE_LIGHT = 0.6
_ENOUGH = 0.15
# How much darker or lighter seen skin may be than painted, and how fast the difference fades.
_MEETING = (0.7, 1.4)
_STEEP = 3.0
_MEETING_SIDE = 320
# The most that the body's light and shade change painted skin.
_SHADE = (0.78, 1.12)


def skin_tone(wearer: Wearer, parts: Sequence[str], near: LimbField | None = None) -> Floats | None:
    """Return the colour of the first of some parts that shows enough of itself.

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
    whole = (slice(None), slice(None))
    windows = [whole] if near is None else [near.window, whole]
    face = _tone_of(wearer, "face", whole, least, glaring=True)
    for name in parts:
        glaring = face is None or name == "face"
        for window in windows:
            tone = _tone_of(wearer, name, window, least, glaring=glaring)
            if tone is None:
                continue
            if name == "legwear":
                return _to_rgb(tone)
            if face is None or np.linalg.norm(tone[1:] - face[1:]) < _MOST_HUE:
                seen = float(wearer.part(name)[window].sum()) / (_ENOUGH * wearer.body.width**2)
                return _to_rgb(_calmed(tone, face, min(seen, 1.0)))
    return None


def _tone_of(
    wearer: Wearer, part: str, window: Window, least: float, *, glaring: bool
) -> Floats | None:
    """Return a part's colour in CIELAB: its hue, and its lightness out of the shade.

    Overexposed all over it says none, unless `glaring`: then the least bright of it has to do.
    """
    if wearer.rgb[window].size == 0:
        return None
    # Edges mix with what is beside them.
    sure = cv2.erode(wearer.part(part)[window], np.ones((3, 3), np.uint8)) > 0.9
    if sure.sum() < least:
        return None
    pixels = wearer.rgb[window][sure][None].astype(np.float32) / np.float32(255)
    lab = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), np.float32)[0]
    lightness = min(float(np.percentile(lab[:, 0], _LIT.get(part, 65))), _LIGHTEST)
    # Shaded skin is more saturated than lit skin, and lips redder than either.
    off = np.abs(lab[:, 0] - lightness)
    if off.min() > _NEAR and not glaring:
        return None
    lit = off <= max(_NEAR, float(off.min()))
    return np.asarray([lightness, *np.median(lab[lit, 1:], axis=0)], np.float32)


def _calmed(tone: Floats, face: Floats | None, seen: float) -> Floats:
    """Hands are redder, and darker, than the arms they say the tone of; a face helps.

    `seen` 1 is a limb that shows so much of itself that it needs no help.
    """
    calm = _CALM + seen * (1 - _CALM)
    if face is None:
        return np.asarray([tone[0], *(calm * tone[1:])], np.float32)
    hue = tone[1:] + 0.5 * (1 - seen) * (face[1:] - tone[1:])
    # In the cold hands and face are both flushed, legs are not.
    hue[0] -= (1 - seen) * max(float(hue[0] - (_FLUSH[0] + _FLUSH[1] * hue[1])), 0.0)
    lightness = tone[0] + _FACE_LIGHT * (1 - seen) * (face[0] - tone[0])
    return np.asarray([lightness, *(calm * hue)], np.float32)


def _to_rgb(lab: Floats) -> Floats:
    rgb = cv2.cvtColor(lab[None, None], cv2.COLOR_LAB2RGB)[0, 0]
    return np.asarray(np.clip(255 * rgb, 0, 255), np.float32)


def painted_skin(
    wearer: Wearer, tone: Floats, window: Window = (slice(None), slice(None))
) -> Floats:
    """Return skin of one tone, in the body's light and grained as a photo is.

    Returns
    -------
    (h, w, 3) float32 array
        0..255.
    """
    shade = np.clip(wearer.remembered("shading", lambda: _everywhere(wearer))[window], *_SHADE)
    rows, columns = shade.shape
    noise = np.random.default_rng(2).standard_normal((rows, columns, 1)).astype(np.float32)
    return np.asarray(tone * shade[..., None] + 1.2 * noise, np.float32)


def meeting(layer: Floats, rgb: NDArray[np.uint8], seen: Floats, reach: float) -> Floats:
    """Bring painted skin to the colour of seen skin where the two meet.

    Parameters
    ----------
    layer : (H, W, 3) float32 array
        Painted skin, 0..255.
    rgb : (H, W, 3) uint8 array
        The photo.
    seen : (H, W) float32 array
        Where its skin is seen, 0..1.
    reach : float
        How far from there the painted colour changes, in pixels.

    Returns
    -------
    (H, W, 3) float32 array
    """
    # What is smooth is found in a small picture.
    height, width = seen.shape
    scale = min(1.0, _MEETING_SIDE / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    own, there, skin = (
        cv2.resize(x, size, interpolation=cv2.INTER_AREA) for x in (layer, rgb, seen)
    )
    # Its edge mixes with what is beside it.
    sure = (cv2.erode(skin, np.ones((3, 3), np.uint8)) > 0.9).astype(np.float32)
    if not sure.any():
        return layer
    ratio = np.clip(there / np.maximum(own, 1), *_MEETING).astype(np.float32)
    near = cv2.GaussianBlur(sure, (0, 0), max(reach * scale, 0.5))
    mean = cv2.GaussianBlur(ratio * sure[..., None], (0, 0), max(reach * scale, 0.5))
    mean = mean / np.maximum(near, 1e-4)[..., None]
    gain = 1 + np.clip(_STEEP * near, 0, 1)[..., None] * (mean - 1)
    large = cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(layer * large, np.float32)


def over_seam(amount: Floats, seen: Floats, width: float) -> Floats:
    """Let painted skin reach a little over seen skin: at its edge the old cloth's colour is left.

    Parameters
    ----------
    amount : (H, W) float32 array
        Where skin is painted, 0..1.
    seen : (H, W) float32 array
        Where skin is seen, 0..1.
    width : float
        Of the person's shoulders, in pixels.
    """
    reach = max(round(width / 45), 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown = cv2.GaussianBlur(cv2.dilate(amount, kernel), (0, 0), 0.4 * reach)
    return np.asarray(np.maximum(amount, grown * np.clip(seen + amount, 0, 1)), np.float32)


def _everywhere(wearer: Wearer) -> Floats:
    return body_shading(wearer, np.ones(wearer.shape, np.float32))
