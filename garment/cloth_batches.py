"""Batches of varied crops of garments, cloth or not for every cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from garment.backgrounds import BackgroundSwap
from garment.cloth_data import LabelledCloth
from garment.landmarks import FASHIONAI_24
from pose.engine.augment import Augmentation, random_fill, random_view, vary_colours
from pose.engine.crop import sample_crop
from pose.engine.label_batches import LabelBatches, sample_labels

__all__ = ["ClothBatches", "before_its_colour"]

Image = NDArray[np.uint8]

# Share of crops that show the garment before a wall of its own colour, the hardest case.
_OWN_COLOUR = 0.1


def before_its_colour(pixels: Image, cloth: Image, rng: np.random.Generator) -> Image:
    """Set a garment before a wall of nearly its own colour, with a shadow around it.

    Parameters
    ----------
    pixels : (H, W, 3) uint8 array
        A crop.
    cloth : (H / 2, W / 2) uint8 array
        1 where the garment is.
    rng : numpy Generator
        Source of chance.
    """
    height, width = pixels.shape[:2]
    worn = np.asarray(cv2.resize((cloth == 1).astype(np.float32), (width, height)), np.float32)
    if worn.max() < 0.5:
        return pixels
    colour = pixels[worn > 0.5].mean(axis=0) + rng.normal(0, 10) + rng.normal(0, 4, 3)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1 + rng.normal(0, 0.06) * x + rng.normal(0, 0.06) * y
    shadow = cv2.GaussianBlur(worn, (0, 0), rng.uniform(2, 8))
    light = light * (1 - rng.uniform(0.05, 0.35) * shadow)
    wall = light[..., None] * colour + rng.normal(0, rng.uniform(0, 8), pixels.shape)
    matte = cv2.GaussianBlur(worn, (0, 0), 0.8)[..., None]
    mixed = matte * pixels + (1 - matte) * wall
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8)


class ClothBatches(LabelBatches[LabelledCloth]):
    """Crops of garments and their masks, varied alike.

    Parameters
    ----------
    garments : sequence of LabelledCloth
        Each is seen once before any is seen again.
    size : (int, int)
        Width and height of the crops.
    augmentation : Augmentation
        How they are varied; nothing is hidden behind patches, whatever it says.
    masks : Path, optional
        The masks' folder: with it a third of the photos get another background.
    """

    def __init__(
        self,
        garments: Sequence[LabelledCloth],
        size: tuple[int, int],
        augmentation: Augmentation,
        masks: Path | None = None,
    ) -> None:
        super().__init__(list(garments))
        self.size, self.augmentation = size, augmentation
        self.swap = BackgroundSwap(masks, 0.35) if masks else None

    def crop(
        self, instance: LabelledCloth, rng: np.random.Generator
    ) -> tuple[Image, NDArray[np.uint8]]:
        """Draw a view of a garment: an (H, W, 3) crop, its (H / 2, W / 2) labels."""
        how, sample = self.augmentation, instance.sample
        image, scale = self.images.load(sample.path)
        if self.swap:
            image = self.swap(sample, image, scale, rng)
        matrix = random_view(image, scale, sample, self.size, FASHIONAI_24, how, rng)
        shrink = np.diag([1 / scale, 1 / scale, 1.0])
        pixels = sample_crop(image, matrix @ shrink, self.size, random_fill(rng))
        cloth = sample_labels(instance.cloth, matrix, self.size)
        if rng.random() < _OWN_COLOUR:
            pixels = before_its_colour(pixels, cloth, rng)
        if rng.random() < how.flip:
            pixels, cloth = pixels[:, ::-1], cloth[:, ::-1]
        pixels = vary_colours(np.ascontiguousarray(pixels), how, rng)
        return pixels, np.ascontiguousarray(cloth)
