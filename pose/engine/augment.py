"""Random crops of a sample: geometry, colour, occlusion, background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import apply_homography, box_to_input, sample_crop
from pose.engine.dataset import Sample
from pose.engine.keypoints import KeypointSchema
from pose.engine.photo_edge import random_photo_edge

__all__ = [
    "Augmentation",
    "Crop",
    "augmented_crop",
    "plain_crop",
    "random_fill",
    "random_view",
    "vary_colours",
]

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Augmentation:
    """How strongly a sample is varied; every probability is 0..1.

    Attributes
    ----------
    rotation : float
        Standard deviation of the angle in degrees, cut at two of them.
    turn : float
        Probability of a quarter or half turn first (garments lie any way up).
    scale : (float, float)
        Range of the padding around the box.
    shift : float
        Largest displacement of the box's centre, relative to the crop.
    whole : float
        Probability of cropping the whole picture instead, as the first look of locating does.
    perspective : float
        Largest displacement of a corner of the crop, relative to its size.
    half_body : float
        Probability of keeping one of the schema's halves alone.
    ended : float
        Probability of a photo that ends across the instance.
    flip, colour, grey, blur, occlusion : float
        Probabilities.
    """

    rotation: float = 25.0
    turn: float = 0.0
    scale: tuple[float, float] = (0.95, 1.7)
    shift: float = 0.08
    whole: float = 0.15
    perspective: float = 0.04
    half_body: float = 0.15
    ended: float = 0.0
    flip: float = 0.5
    colour: float = 0.7
    grey: float = 0.05
    blur: float = 0.1
    occlusion: float = 0.3


@dataclass(frozen=True)
class Crop:
    """A network's input and its answer.

    Attributes
    ----------
    image : (H, W, 3) uint8 array
        The crop.
    points : (K, 2) float array
        Input pixels.
    visible : (K,) float array
        1 where the keypoint is labelled and inside the crop.
    presence : (K,) float array
        1 there, 0 not there (absent or outside the crop), -1 unknown.
    """

    image: Image
    points: NDArray[np.float64]
    visible: NDArray[np.float64]
    presence: NDArray[np.float64]


def plain_crop(
    image: Image, scale: float, sample: Sample, size: tuple[int, int], padding: float = 1.25
) -> tuple[Crop, NDArray[np.float64]]:
    """Crop a sample by its own box, unvaried; also return the matrix from photo pixels."""
    matrix = box_to_input(sample.box(), size, padding)
    shrink = np.diag([1 / scale, 1 / scale, 1.0])
    crop = sample_crop(image, matrix @ shrink, size)
    return _labelled(crop, sample, matrix, size), matrix


def augmented_crop(
    image: Image,
    scale: float,
    sample: Sample,
    size: tuple[int, int],
    schema: KeypointSchema,
    how: Augmentation,
    rng: np.random.Generator,
) -> Crop:
    """Crop a sample by a random view of it.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        The photo, shrunk by `scale`.
    scale : float
        From the photo's own pixels, in which the sample is labelled, to `image`'s.
    sample : Sample
        The labels.
    size : (int, int)
        Width and height of the crop.
    schema : KeypointSchema
        Flip pairs and halves.
    how : Augmentation
        How much.
    rng : numpy Generator
        Source of chance.
    """
    if how.ended and rng.random() < how.ended:
        image, sample = random_photo_edge(image, scale, sample, rng)
    matrix = random_view(image, scale, sample, size, schema, how, rng)
    shrink = np.diag([1 / scale, 1 / scale, 1.0])
    pixels = sample_crop(image, matrix @ shrink, size, random_fill(rng))
    crop = _labelled(pixels, sample, matrix, size)
    if rng.random() < how.flip:
        crop = _mirrored(crop, schema)
    return Crop(_recoloured(crop.image, crop, how, rng), crop.points, crop.visible, crop.presence)


def _labelled(
    pixels: Image, sample: Sample, matrix: NDArray[np.float64], size: tuple[int, int]
) -> Crop:
    points = apply_homography(matrix, sample.points)
    inside = ((points > -0.5) & (points < np.array(size) - 0.5)).all(axis=1)
    presence = np.where(sample.labelled, inside, np.where(sample.absent, 0, -1)).astype(np.float64)
    return Crop(pixels, points, (sample.labelled & inside).astype(np.float64), presence)


def _mirrored(crop: Crop, schema: KeypointSchema) -> Crop:
    order = list(schema.flip_order)
    points = crop.points[order].copy()
    points[:, 0] = crop.image.shape[1] - 1 - points[:, 0]
    return Crop(
        np.ascontiguousarray(crop.image[:, ::-1]), points, crop.visible[order], crop.presence[order]
    )


def random_view(
    image: Image,
    scale: float,
    sample: Sample,
    size: tuple[int, int],
    schema: KeypointSchema,
    how: Augmentation,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw a homography from a photo's pixels to those of a random view of a sample.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        The photo, shrunk by `scale`.
    scale : float
        From the photo's own pixels to `image`'s.
    sample : Sample
        What the view shows.
    size : (int, int)
        Width and height of the view.
    schema : KeypointSchema
        For views of a half.
    how : Augmentation
        How far it may differ.
    rng : numpy Generator
        Source of chance.

    Returns
    -------
    (3, 3) float array
    """
    if rng.random() < how.whole:
        height, width = image.shape[0] / scale, image.shape[1] / scale
        box = (0.0, 0.0, width - 1, height - 1)
        padding = rng.uniform(0.85, 1.15)
    else:
        box = _random_half(sample, schema, rng) if rng.random() < how.half_body else sample.box()
        # A box of a few points can be a sliver; a crop of it would show nothing else.
        least = 0.25 * max(sample.box()[2:])
        box = _grown(box, least)
        padding = float(np.exp(rng.uniform(*np.log(how.scale))))
    view = box_to_input(box, size, padding)
    width, height = size
    angle = float(np.clip(rng.normal(), -2, 2)) * how.rotation
    if rng.random() < how.turn:
        angle += 90.0 * rng.integers(1, 4)
    centre = ((width - 1) / 2, (height - 1) / 2)
    turned = np.vstack([cv2.getRotationMatrix2D(centre, angle, 1.0), [0, 0, 1]])
    turned[:2, 2] += rng.uniform(-how.shift, how.shift, 2) * size
    return np.asarray(_random_perspective(size, how.perspective, rng) @ turned @ view)


def _random_half(
    sample: Sample, schema: KeypointSchema, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    if not schema.halves:
        return sample.box()
    half = schema.halves[rng.integers(len(schema.halves))]
    indices = [i for i in map(schema.index, half) if sample.labelled[i]]
    if len(indices) < 3:
        return sample.box()
    low, high = sample.points[indices].min(axis=0), sample.points[indices].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def _grown(
    box: tuple[float, float, float, float], least: float
) -> tuple[float, float, float, float]:
    x, y, width, height = box
    extra_x, extra_y = max(least - width, 0.0), max(least - height, 0.0)
    return x - extra_x / 2, y - extra_y / 2, width + extra_x, height + extra_y


def _random_perspective(
    size: tuple[int, int], amount: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    if amount <= 0:
        return np.eye(3)
    corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    moved = corners + (rng.uniform(-amount, amount, (4, 2)) * size).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, moved), dtype=np.float64)


def random_fill(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw the colour of what lies beyond a photo: half the time the networks' zero."""
    if rng.random() < 0.5:
        return (127, 127, 127)
    red, green, blue = (int(v) for v in rng.integers(0, 256, 3))
    return red, green, blue


def _recoloured(image: Image, crop: Crop, how: Augmentation, rng: np.random.Generator) -> Image:
    if rng.random() < how.occlusion:
        image = _occluded(image, crop, rng)
    return vary_colours(image, how, rng)


def vary_colours(image: Image, how: Augmentation, rng: np.random.Generator) -> Image:
    """Vary a picture's light, colours and sharpness; its geometry stays."""
    if rng.random() < how.colour:
        image = _tinted(image, rng)
    if rng.random() < how.grey:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = np.repeat(np.asarray(grey, np.uint8)[..., None], 3, axis=2)
    if rng.random() < how.blur:
        image = _degraded(image, rng)
    return np.asarray(image, dtype=np.uint8)


def _tinted(image: Image, rng: np.random.Generator) -> Image:
    """Vary exposure, contrast, white balance and gamma through one table a channel."""
    ramp = np.arange(256, dtype=np.float64) / 255
    gamma = np.exp(rng.normal(0, 0.25))
    contrast, brightness = np.exp(rng.normal(0, 0.2)), rng.normal(0, 0.08)
    tables = []
    for gain in np.exp(rng.normal(0, 0.08, 3)):
        tables.append(((ramp**gamma - 0.5) * contrast + 0.5 + brightness) * gain * 255)
    table = np.clip(np.stack(tables, axis=1), 0, 255).astype(np.uint8)[None]
    image = np.asarray(cv2.LUT(image, table), dtype=np.uint8)
    if rng.random() < 0.3:
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(np.int32) + rng.integers(0, 180)) % 180
        return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), dtype=np.uint8)
    return image


def _degraded(image: Image, rng: np.random.Generator) -> Image:
    """Blur, or shrink and enlarge, as small web pictures have it; some noise."""
    height, width = image.shape[:2]
    factor = rng.uniform(0.3, 0.8)
    small = cv2.resize(
        image,
        (max(int(width * factor), 4), max(int(height * factor), 4)),
        interpolation=cv2.INTER_AREA,
    )
    blurred = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    noise = rng.normal(0, rng.uniform(0, 10), image.shape)
    return np.clip(blurred + noise, 0, 255).astype(np.uint8)


def _occluded(image: Image, crop: Crop, rng: np.random.Generator) -> Image:
    """Cover one or two patches with a flat colour, noise, or another part of the crop.

    Labels stay: a hidden joint is still to be inferred, as the data's readers did.
    """
    image = image.copy()
    height, width = image.shape[:2]
    seen = np.flatnonzero(crop.visible)
    for _ in range(rng.integers(1, 3)):
        w, h = (rng.uniform(0.08, 0.28, 2) * (width, height)).astype(int) + 1
        if len(seen) and rng.random() < 0.5:
            cx, cy = crop.points[rng.choice(seen)]
        else:
            cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        x = int(np.clip(cx - w / 2, 0, width - w))
        y = int(np.clip(cy - h / 2, 0, height - h))
        kind = rng.random()
        patch: NDArray[np.generic]
        if kind < 0.4:
            patch = np.broadcast_to(rng.integers(0, 256, 3), (h, w, 3))
        elif kind < 0.6:
            patch = rng.integers(0, 256, (h, w, 3))
        else:
            sx, sy = rng.integers(0, width - w + 1), rng.integers(0, height - h + 1)
            patch = image[sy : sy + h, sx : sx + w].copy()
        image[y : y + h, x : x + w] = patch
    return image
