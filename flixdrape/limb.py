"""Where every pixel lies along a limb and beside it, and how thick limbs are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["LimbField", "LimbShape"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LimbField:
    """Coordinates about a limb's bones, in a window of the picture.

    Attributes
    ----------
    window : (slice, slice)
        Rows and columns of the picture.
    along : (h, w) float32 array
        Pixels walked from the first joint to the nearest place of the bones; below 0 before the
        first joint, beyond `length` past the last.
    beside : (h, w) float32 array
        Signed distance from the bones in pixels.
    length : float
        Of all bones, in pixels.
    over : (h, w) float32 array
        How far beyond the bones' ends a pixel lies, in pixels; 0 beside them. There `beside` is
        measured round the end, so that a limb ends in a half disc.
    """

    window: tuple[slice, slice]
    along: Floats
    beside: Floats
    length: float
    over: Floats

    @classmethod
    def of(
        cls, joints: NDArray[np.float64], shape: tuple[int, int], reach: float, past: float = 0.0
    ) -> LimbField:
        """Measure a limb's surroundings.

        Parameters
        ----------
        joints : (N, 2) float array
            N >= 2, pixels.
        shape : (int, int)
            Height and width of the picture.
        reach : float
            How far beside the bones the window goes, in pixels.
        past : float
            How far beyond the last joint the last bone is continued.
        """
        line = np.asarray(joints, np.float64).copy()
        length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
        last = line[-1] - line[-2]
        line[-1] += past * last / max(float(np.linalg.norm(last)), 1e-6)
        low = np.floor(line.min(axis=0) - reach).astype(int)
        high = np.ceil(line.max(axis=0) + reach).astype(int) + 1
        left, top = np.clip(low, 0, (shape[1], shape[0]))
        right, bottom = np.clip(high, 0, (shape[1], shape[0]))
        x, y = np.meshgrid(
            np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32)
        )
        along = np.zeros(x.shape, np.float32)
        beside = np.full(x.shape, np.inf, np.float32)
        beyond = np.zeros(x.shape, np.float32)
        walked = 0.0
        count = len(line) - 1
        for index in range(count):
            step = line[index + 1] - line[index]
            size = max(float(np.linalg.norm(step)), 1e-6)
            ahead = (step / size).astype(np.float32)
            dx, dy = x - np.float32(line[index, 0]), y - np.float32(line[index, 1])
            forward = dx * ahead[0] + dy * ahead[1]
            across = dx * -ahead[1] + dy * ahead[0]
            over = np.maximum(np.maximum(-forward, forward - size), 0)
            distance = np.hypot(across, over)
            nearer = distance < np.abs(beside)
            inside = np.clip(
                forward, None if index == 0 else 0, None if index == count - 1 else size
            )
            along[nearer] = walked + inside[nearer]
            beside[nearer] = np.copysign(distance, across)[nearer]
            beyond[nearer] = over[nearer]
            walked += size
        # At a bend between two bones a limb goes on.
        ends = (along <= 0) | (along >= length)
        window = (slice(top, bottom), slice(left, right))
        return cls(window, along, beside, length, beyond * ends)

    def shifted(self, aside: NDArray[np.floating]) -> LimbField:
        """Return coordinates about a line that runs beside the bones.

        Parameters
        ----------
        aside : (h, w) float array
            By how much, in the sense of `beside`, in pixels.
        """
        across = np.copysign(np.sqrt(np.maximum(self.beside**2 - self.over**2, 0)), self.beside)
        moved = across - aside
        beside = np.copysign(np.hypot(moved, self.over), moved)
        return replace(self, beside=np.asarray(beside, np.float32))

    def share_along(self, inside: Floats, what: Floats) -> Floats:
        """Return at each pixel how much of the limb's breadth there is something.

        Parameters
        ----------
        inside : (h, w) float32 array
            Where the limb is, 0..1.
        what : (h, w) float32 array
            Where the thing is, 0..1.

        Returns
        -------
        (h, w) float32 array
            0..1, smooth along the limb.
        """
        if self.along.size == 0:
            return np.zeros_like(self.along)
        bins = max(int(self.length / 4), 8)
        edges = np.linspace(self.along.min(), self.along.max() + 1e-3, bins + 1)
        number = np.clip(np.digitize(self.along.ravel(), edges) - 1, 0, bins - 1)
        area = np.bincount(number, inside.ravel(), bins)
        there = np.bincount(number, (inside * what).ravel(), bins)
        share = cv2.GaussianBlur((there / np.maximum(area, 1e-3))[None], (0, 0), 1.5)[0]
        middles = (edges[:-1] + edges[1:]) / 2
        return np.asarray(np.interp(self.along, middles, share), np.float32)

    def paste(self, values: Floats, onto: Floats) -> None:
        """Raise a picture-sized map, in the window, to `values` where these are larger."""
        view = onto[self.window]
        np.maximum(view, values, out=view)


@dataclass(frozen=True)
class LimbShape:
    """How thick a bare limb is along its length, and where its middle lies.

    Attributes
    ----------
    at : tuple of float
        Places, ascending: 0 is the first joint, 1 the last.
    half : tuple of float
        Half of the thickness there, in shoulder widths as seen from the front.
    outside : tuple of float
        How far the middle lies from the bones, away from the body's axis, in the same unit: a
        calf stands out, a knee does not.
    """

    at: tuple[float, ...]
    half: tuple[float, ...]
    outside: tuple[float, ...]

    def half_of(self, field: LimbField, width: float) -> Floats:
        """Return half the thickness at every pixel of a field, in pixels."""
        share = field.along / max(field.length, 1.0)
        return np.asarray(width * np.interp(share, self.at, self.half), np.float32)

    def about(self, field: LimbField, width: float, outward: float) -> LimbField:
        """Return a limb's coordinates about the middle of its flesh, not about its bones.

        Parameters
        ----------
        field : LimbField
            About the bones.
        width : float
            Of the shoulders as seen from the front, in pixels.
        outward : float
            Sign of `field.beside` on the side away from the body's axis.

        Examples
        --------
        >>> bones = LimbField.of(np.array([[30.0, 10.0], [30.0, 90.0]]), (100, 60), 20.0)
        >>> calf = LimbShape((0.0, 1.0), (0.1, 0.1), (0.0, 0.2)).about(bones, 50.0, 1.0)
        >>> float(np.abs(bones.beside).min()), round(float(calf.beside[79, 20]), 1)
        (0.0, -8.6)
        """
        share = field.along / max(field.length, 1.0)
        shift = outward * width * np.interp(share, self.at, self.outside)
        return field.shifted(shift)
