"""Photos that end across an instance: without its head, say, or below its knees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pose.engine.dataset import Sample

__all__ = ["ended_photo", "random_photo_edge"]

Image = NDArray[np.uint8]
_LEAST_LEFT = 5


def ended_photo(
    image: Image, scale: float, sample: Sample, edges: tuple[int, int, int, int]
) -> tuple[Image, Sample]:
    """Cut a photo to a part of it; what is outside is no longer there to be found.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        The photo, shrunk by `scale`.
    scale : float
        From the photo's own pixels, in which the sample is labelled, to `image`'s.
    sample : Sample
        An instance in it.
    edges : (int, int, int, int)
        Left, top, right and bottom of the part in `image`'s pixels, the last two exclusive.

    Returns
    -------
    (h, w, 3) uint8 array and Sample
        The part, and the instance in its pixels: keypoints outside are labelled no more, but known
        to be absent, and a region is cut to the part.

    Examples
    --------
    >>> from pathlib import Path
    >>> sample = Sample(Path("a.png"), np.array([[5.0, 5], [5, 15]]), *np.array([[True] * 2] * 2))
    >>> part, cut = ended_photo(np.zeros((20, 10, 3), np.uint8), 1.0, sample, (0, 10, 10, 20))
    >>> part.shape, cut.labelled.tolist(), cut.points[1].tolist()
    ((10, 10, 3), [False, True], [5.0, 5.0])
    """
    left, top, right, bottom = edges
    part = np.ascontiguousarray(image[top:bottom, left:right])
    corner = np.array([left, top]) / scale
    points = sample.points - corner
    extent = np.array([right - left, bottom - top]) / scale
    outside = ((points < -0.5) | (points > extent - 0.5)).any(axis=1)
    region = None
    if sample.region is not None:
        x, y, w, h = sample.region
        low = np.clip([x, y] - corner, 0, extent - 1)
        high = np.clip([x + w, y + h] - corner, low, extent - 1)
        width, height = high - low
        region = (float(low[0]), float(low[1]), float(width), float(height))
    return part, replace(
        sample,
        points=points,
        labelled=sample.labelled & ~outside,
        absent=sample.absent | (sample.labelled & outside),
        region=region,
    )


def random_photo_edge(
    image: Image, scale: float, sample: Sample, rng: np.random.Generator
) -> tuple[Image, Sample]:
    """End a photo at one or two random edges across the instance, as people crop their photos.

    An edge runs near a keypoint chosen at random; five keypoints at least stay. Where no such edge
    is found, and where the instance has a region of its own, the photo stays whole.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        The photo, shrunk by `scale`.
    scale : float
        From the photo's own pixels to `image`'s.
    sample : Sample
        The instance, labelled in the photo's own pixels.
    rng : numpy Generator
        Source of chance.

    Returns
    -------
    (h, w, 3) uint8 array and Sample
        As `ended_photo` returns them.
    """
    if sample.region is not None or sample.labelled.sum() <= _LEAST_LEFT:
        return image, sample
    height, width = image.shape[:2]
    for _ in range(4):
        edges = [0, 0, width, height]
        # Mostly above and below: photos of people and clothes end at heads, hips and hems.
        sides = rng.choice(4, rng.integers(1, 3), replace=False, p=[0.1, 0.4, 0.1, 0.4])
        for side in sides:
            edges[side] = _across(scale, sample, int(side), rng)
        left, top, right, bottom = np.clip(edges, 0, [width, height, width, height])
        if right - left < 16 or bottom - top < 16:
            continue
        part, cut = ended_photo(image, scale, sample, (left, top, right, bottom))
        if cut.labelled.sum() >= _LEAST_LEFT:
            return part, cut
    return image, sample


def _across(scale: float, sample: Sample, side: int, rng: np.random.Generator) -> int:
    """Draw where a photo's edge runs: near a keypoint, give or take a twentieth of the box."""
    axis = side % 2
    known = sample.points[sample.labelled, axis]
    slack = 0.05 * (known.max() - known.min())
    # Of a photo's near edges the keypoints of the near half are drawn, so that most stay.
    ranked = np.sort(known) if side < 2 else np.sort(known)[::-1]
    place = ranked[rng.integers((len(ranked) + 1) // 2)]
    return round(float(scale * (place + rng.normal(0, slack))))
