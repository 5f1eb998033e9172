"""Batches of varied crops with a part for every cell: what the parsing network is trained on."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.carried import Carried, carry
from pose.engine.augment import Augmentation, random_fill, random_view, vary_colours
from pose.engine.crop import apply_homography, sample_crop
from pose.engine.label_batches import LabelBatches, sample_labels
from pose.engine.segmentation import UNKNOWN
from pose.keypoints import COCO_17
from pose.parsing_data import LabelledPerson, Mask
from pose.parts import PARTS

__all__ = ["ParsingBatches", "before_wall", "dyed"]

# What people wear and carry; how often a crop's are dyed, each of them, and given stripes.
_CLOTHES = ("top", "outer", "dress", "bottom", "legwear", "footwear", "accessories")
_DYED, _EACH, _STRIPED = 0.6, 0.6, 0.12
# Shares of crops that show a person before a studio's wall, and that wall alone.
_STUDIO, _EMPTY = 0.2, 0.05
# Share of crops whose person is given another's bag.
_CARRIED = 0.35


def before_wall(
    pixels: NDArray[np.uint8], parts: Mask, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Set a person before a studio's plain wall, lit unevenly.

    Parameters
    ----------
    pixels : (H, W, 3) uint8 array
        A crop.
    parts : (H / 2, W / 2) uint8 array
        Its parts; where all are background the wall is empty.
    rng : numpy Generator
        Source of chance.
    """
    height, width = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1 + rng.normal(0, 0.06) * x + rng.normal(0, 0.1) * y
    tint = rng.uniform(20, 255) * np.exp(rng.normal(0, 0.04, 3))
    wall = light[..., None] * tint + rng.normal(0, rng.uniform(0, 6), pixels.shape)
    person = (parts != 0).astype(np.float32)
    matte = cv2.GaussianBlur(cv2.resize(person, (width, height)), (0, 0), 0.8)[..., None]
    mixed = matte * pixels + (1 - matte) * wall
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8)


def dyed(pixels: NDArray[np.uint8], parts: Mask, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Give clothes other colours, each its own; some get stripes.

    A few hundred photos show few of the colours that clothes have: what a coat is shall be told
    by its shape.

    Parameters
    ----------
    pixels : (H, W, 3) uint8 array
        A crop.
    parts : (H / 2, W / 2) uint8 array
        Its parts.
    rng : numpy Generator
        Source of chance.
    """
    height, width = pixels.shape[:2]
    lab = cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    result = np.asarray(lab, np.float32)
    for name in _CLOTHES:
        worn = parts == PARTS.index(name)
        if rng.random() > _EACH or not worn.any():
            continue
        large = cv2.resize(worn.astype(np.float32), (width, height))
        matte = cv2.GaussianBlur(large, (0, 0), 1.0)[..., None]
        other = result * [np.exp(rng.normal(0, 0.25)), 1, 1] + rng.normal(0, [15, 18, 18])
        if rng.random() < _STRIPED:
            other[..., 0] += _stripes(height, width, rng)
        result = np.asarray(result + matte * (other - result), np.float32)
    result[..., 0] = np.clip(result[..., 0], 0, 100)
    rgb = cv2.cvtColor(result, cv2.COLOR_LAB2RGB)
    return np.clip(np.round(255 * rgb), 0, 255).astype(np.uint8)


def _stripes(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float64]:
    turn, period = rng.uniform(0, np.pi), rng.uniform(4, 24)
    y, x = np.mgrid[:height, :width]
    phase = 2 * np.pi * (np.cos(turn) * x + np.sin(turn) * y) / period
    return np.asarray(rng.uniform(8, 30) * np.sign(np.sin(phase)))


class ParsingBatches(LabelBatches[LabelledPerson]):
    """Crops of people and their masks, varied alike.

    Parameters
    ----------
    people : sequence of LabelledPerson
        Each is seen once before any is seen again.
    size : (int, int)
        Width and height of the crops.
    augmentation : Augmentation
        How they are varied; nothing is hidden behind patches, whatever it says.
    bags : sequence of Carried
        What some of them are given to carry.
    """

    def __init__(
        self,
        people: Sequence[LabelledPerson],
        size: tuple[int, int],
        augmentation: Augmentation,
        bags: Sequence[Carried] = (),
    ) -> None:
        super().__init__(list(people))
        self.size, self.augmentation = size, augmentation
        self.bags = list(bags)

    def counts(self) -> NDArray[np.int64]:
        """Return how many pixels each part has, of all people."""
        counts = [
            np.bincount(p.parts[p.parts != UNKNOWN], minlength=len(PARTS)) for p in self.instances
        ]
        return np.asarray(np.sum(counts, axis=0), dtype=np.int64)

    def crop(
        self, instance: LabelledPerson, rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], Mask]:
        """Draw a view of a person, or of a wall: an (H, W, 3) crop, its (H / 2, W / 2) parts."""
        how, sample = self.augmentation, instance.sample
        image, scale = self.images.load(sample.path)
        matrix = random_view(image, scale, sample, self.size, COCO_17, how, rng)
        shrink = np.diag([1 / scale, 1 / scale, 1.0])
        pixels = sample_crop(image, matrix @ shrink, self.size, random_fill(rng))
        parts = sample_labels(instance.parts, matrix, self.size)
        if self.bags and rng.random() < _CARRIED:
            bag = self.bags[rng.integers(len(self.bags))]
            points = apply_homography(matrix, sample.points)
            pixels, parts = carry(pixels, parts, points, bag, self.images, rng)
        if rng.random() < _DYED:
            pixels = dyed(pixels, parts, rng)
        chance = rng.random()
        if chance < _EMPTY:
            parts = np.zeros_like(parts)
        if chance < _EMPTY + _STUDIO:
            pixels = before_wall(pixels, parts, rng)
        if rng.random() < how.flip:
            pixels, parts = pixels[:, ::-1], parts[:, ::-1]
        pixels = vary_colours(np.ascontiguousarray(pixels), how, rng)
        return pixels, np.ascontiguousarray(parts)
