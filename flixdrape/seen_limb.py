"""How a limb looks where it is seen: what a painted part of it has to go on from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from flixdrape.limb import LimbField

__all__ = ["THICKER", "SeenLimb"]

Floats = NDArray[np.float32]

# A place along the limb is seen where so much of a stretch of it is bare.
_SEEN = 0.6
# What is hidden farther down than this is what is worn on the foot; of a leg in cropped trousers
# nothing may be seen but the ankle, down to there.
_LAST, _ANKLE = 0.88, 0.97
# A limb is seen over as many of so many stretches of it, at least.
_LEAST, _BINS = 3, 60
# Where the limb begins to be seen, the cloth's shadow lies on it: measured a little further on,
# over a stretch, in shares of the limb's length.
_SKIP, _STRETCH = 0.05, 0.1
# Over this share of the limb what was measured gives way to what is usual.
_FADE = 0.35
# How much thinner or thicker than usual a bare limb may be found, and how far off its bones.
THICKER, _ASIDE = (0.7, 1.4), 0.6
# How much brighter or darker than painted its skin may be found, by channel.
_BRIGHTER = (0.6, 1.5)


@dataclass(frozen=True)
class SeenLimb:
    """Where and how a limb is first seen below a hem.

    Attributes
    ----------
    start : float
        Where along the limb, in pixels.
    length : float
        Of the limb, in pixels.
    scale : float
        Its thickness there, relative to the usual.
    aside : float
        How far its middle lies from the bones, in pixels.
    colour : (3,) float32 array
        Its mean colour there, 0..255.
    """

    start: float
    length: float
    scale: float
    aside: float
    colour: Floats

    @classmethod
    def of(
        cls,
        field: LimbField,
        half: Floats,
        own: Floats,
        rgb: Floats,
        thickness: tuple[float, float],
        *,
        ankle: bool = False,
    ) -> SeenLimb | None:
        """Measure a limb that is seen from somewhere on, down to its end.

        Parameters
        ----------
        field : LimbField
            Coordinates about the limb.
        half : (h, w) float array
            Half the usual thickness at each pixel of the field's window, in pixels.
        own : (h, w) float array
            Which pixels of the window are this limb, seen, 0..1.
        rgb : (h, w, 3) array
            The window's colours, 0..255.
        thickness : (float, float)
            Range of `scale`.
        ankle : bool
            Whether a limb of which no more is seen than its ankle counts as seen.

        Returns
        -------
        SeenLimb or None
            None where the limb is hidden down to its end, or seen from its beginning on.
        """
        start = _first_seen(field, half, own, ankle)
        if start is None:
            return None
        low = start + min(_SKIP * field.length, 0.3 * (field.length - start))
        there = (own > 0.5) & (field.along > low)
        there &= field.along < min(low + _STRETCH * field.length, field.length)
        if there.sum() < 20:
            return None
        beside, usual = field.beside[there], half[there]
        # Outliers are bits of the other leg, and of shoes.
        left, right = np.percentile(beside / usual, [3, 97])
        scale = float(np.clip((right - left) / 2 / 0.94, *thickness))
        middle = float(np.clip((left + right) / 2, -_ASIDE, _ASIDE) * usual.mean())
        inner = there & (np.abs(field.beside - middle) < 0.6 * scale * half)
        colour = rgb[inner if inner.sum() >= 20 else there].mean(axis=0)
        return cls(start, field.length, scale, middle, np.asarray(colour, np.float32))

    def fade(self, along: Floats) -> Floats:
        """Return how much of what was measured holds at each place, 0..1."""
        share = (self.start - along) / (_FADE * self.length)
        return np.asarray(np.clip(1 - share, 0, 1), np.float32)

    def joint(self, along: Floats) -> Floats:
        """Return where a painted limb is laid over the seen one, 0..1.

        There lie the old hem's last threads and its shadow.
        """
        share = (along - self.start) / self.length
        rising, falling = np.clip((share + 0.05) / 0.03, 0, 1), np.clip((0.08 - share) / 0.06, 0, 1)
        return np.asarray(np.minimum(rising, falling), np.float32)

    def field(self, field: LimbField) -> LimbField:
        """Return the limb's coordinates about its middle as it is seen, not about its bones.

        Beside is measured in usual thicknesses, so that a profile of these fits the seen limb.
        """
        fade = self.fade(field.along)
        moved = field.shifted(fade * self.aside)
        beside = moved.beside / (1 + fade * (self.scale - 1))
        return replace(moved, beside=np.asarray(beside, np.float32))

    def toned(self, layer: Floats, field: LimbField, inside: Floats) -> Floats:
        """Bring a painted limb's colour to what is seen where the two meet.

        Parameters
        ----------
        layer : (h, w, 3) float array
            The painted limb in the field's window, 0..255.
        field : LimbField
            Coordinates about the limb.
        inside : (h, w) float array
            Where it is, 0..1.
        """
        near = (np.abs(field.along - self.start) < 0.03 * self.length) & (inside > 0.9)
        if near.sum() < 10:
            return layer
        ratio = np.clip(self.colour / np.maximum(layer[near].mean(axis=0), 1), *_BRIGHTER)
        fade = self.fade(field.along)[..., None]
        return np.asarray(layer * (1 + fade * (ratio - 1)), np.float32)


def _first_seen(field: LimbField, half: Floats, own: Floats, ankle: bool) -> float | None:
    """Say from where on the limb is seen, to its end nearly."""
    within = (np.abs(field.beside) < 0.8 * half) & (field.along >= 0)
    share = field.along / max(field.length, 1.0)
    number = np.clip((share * _BINS).astype(int), 0, _BINS - 1)
    area = np.bincount(number[within], minlength=_BINS)
    bare = np.bincount(number[within], own[within], minlength=_BINS)
    seen = bare / np.maximum(area, 1) > _SEEN
    for last in (_LAST, _ANKLE) if ankle else (_LAST,):
        hidden = np.flatnonzero(~seen[: int(last * _BINS)])
        if len(hidden) == 0:
            return None
        first = int(hidden[-1]) + 1
        if first <= int(last * _BINS) - _LEAST:
            return float(first / _BINS * field.length)
    return None
