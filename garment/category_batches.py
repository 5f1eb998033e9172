"""Batches of varied crops of garments with what each is: what the category network learns from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from garment.category_data import SeenGarment
from garment.landmarks import CATEGORIES
from pose.engine.augment import Augmentation, random_fill, vary_colours
from pose.engine.batches import Batch
from pose.engine.crop import box_to_input, sample_crop
from pose.engine.dataset import SampleImages

__all__ = ["CategoryBatches"]

Matrix = NDArray[np.float64]

# Mannequins are few, and what the product is for.
_MANNEQUINS = 3.0
# How far a box is off, as a share of its size.
_ASTRAY = 0.05
_PADDINGS = (1.0, 1.5)
# Turns: mostly of a few degrees, a fifth of them wide.
_ANGLE, _WIDE, _WIDE_SHARE = 10.0, 45.0, 0.2
_STRETCH, _PERSPECTIVE = (0.9, 1.1), 2e-4
# Share of crops in which a patch is hidden, and its sides in pixels.
_HIDDEN, _PATCH = 0.25, (20, 90)


class CategoryBatches:
    """Crops of garments, each varied at random; rare categories are drawn more often.

    Parameters
    ----------
    garments : sequence of SeenGarment
        Drawn by the root of how rare their category is; mannequins three times as often.
    size : (int, int)
        Width and height of the crops.
    augmentation : Augmentation
        How colours vary, and how often a crop is mirrored.
    """

    def __init__(
        self, garments: Sequence[SeenGarment], size: tuple[int, int], augmentation: Augmentation
    ) -> None:
        self.garments, self.size, self.augmentation = list(garments), size, augmentation
        self.images = SampleImages()
        counts = np.bincount([g.category for g in self.garments], minlength=len(CATEGORIES))
        often = [
            (_MANNEQUINS if g.mannequin else 1.0) * counts[g.category] ** -0.5
            for g in self.garments
        ]
        self._draw = np.array(often) / np.sum(often)

    def preload(self) -> None:
        """Decode every photo once."""
        self.images.preload(garment.path for garment in self.garments)

    def epoch(self, rng: np.random.Generator, size: int, batch_size: int) -> Iterator[Batch]:
        """Draw batches of `images`, `category`, `closure` (-1: unknown) and `weight`."""
        order = rng.choice(len(self.garments), size, p=self._draw)
        for start in range(0, size, batch_size):
            drawn = [self.garments[i] for i in order[start : start + batch_size]]
            crops = np.stack([self.crop(garment, rng) for garment in drawn])
            yield {
                "images": torch.from_numpy(crops).permute(0, 3, 1, 2),
                "category": torch.tensor([g.category for g in drawn]),
                "closure": torch.tensor([g.closure for g in drawn]),
                "weight": torch.tensor([g.weight for g in drawn]),
            }

    def crop(self, garment: SeenGarment, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw a view of a garment: an (H, W, 3) crop."""
        image, scale = self.images.load(garment.path)
        matrix = self._view(garment, rng) @ np.diag([1 / scale, 1 / scale, 1.0])
        pixels = sample_crop(image, matrix, self.size, random_fill(rng))
        if rng.random() < self.augmentation.flip:
            pixels = pixels[:, ::-1]
        pixels = vary_colours(np.ascontiguousarray(pixels), self.augmentation, rng)
        if rng.random() < _HIDDEN:
            width, height = rng.integers(*_PATCH, 2)
            x, y = (int(rng.integers(0, max(n, 1))) for n in np.subtract(self.size, _PATCH[1]))
            pixels[y : y + height, x : x + width] = rng.integers(0, 255, 3)
        return pixels

    def _view(self, garment: SeenGarment, rng: np.random.Generator) -> Matrix:
        """Return a matrix from the photo to a crop of its garment, a little off and askew."""
        x, y, width, height = garment.box
        width, height = max(width, 8.0), max(height, 8.0)
        astray = rng.normal(0, _ASTRAY, 4)
        box = (
            x + astray[0] * width,
            y + astray[1] * height,
            width * math.exp(astray[2]),
            height * math.exp(astray[3]),
        )
        matrix = box_to_input(box, self.size, float(rng.uniform(*_PADDINGS)))
        wide = rng.random() < _WIDE_SHARE
        turn = math.radians(rng.uniform(-_WIDE, _WIDE) if wide else rng.normal(0, _ANGLE))
        cos, sin = math.cos(turn), math.sin(turn)
        rotation = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
        stretch = np.diag([*rng.uniform(*_STRETCH, 2), 1.0])
        perspective = np.eye(3)
        perspective[2, :2] = rng.normal(0, _PERSPECTIVE, 2)
        there, back = np.eye(3), np.eye(3)
        there[:2, 2], back[:2, 2] = np.divide(self.size, 2), np.divide(self.size, -2)
        return np.asarray(there @ perspective @ rotation @ stretch @ back @ matrix)
