"""Batches of augmented crops: what a top-down network is trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pose.engine.augment import Augmentation, Crop, augmented_crop
from pose.engine.dataset import Sample, SampleImages
from pose.engine.keypoints import KeypointSchema

__all__ = ["Batch", "Batches", "CropBatches", "CropHook"]

Batch = dict[str, Tensor]
CropHook = Callable[[Sample, NDArray[np.uint8], float, np.random.Generator], NDArray[np.uint8]]


class Batches(Protocol):
    """A source of training batches; `images` (N, 3, H, W) uint8 is in each."""

    def preload(self) -> None:
        """Read into memory what every epoch needs."""
        ...

    def epoch(self, rng: np.random.Generator, size: int, batch_size: int) -> Iterator[Batch]:
        """Draw `size` examples in batches; the same for the same state of `rng`."""
        ...


class CropBatches:
    """Crops of labelled instances, each varied at random.

    Parameters
    ----------
    samples : sequence of Sample
        Drawn by their weights.
    schema : KeypointSchema
        Their keypoints.
    size : (int, int)
        Width and height of the crops.
    augmentation : Augmentation
        How they are varied.
    attributes : sequence of str
        Answers that every batch holds, -1 where a sample has none.
    crop_hook : callable, optional
        Given a sample, its photo, the photo's scale and a random generator, returns the photo
        with, say, another background.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        schema: KeypointSchema,
        size: tuple[int, int],
        augmentation: Augmentation,
        attributes: Sequence[str] = (),
        crop_hook: CropHook | None = None,
    ) -> None:
        self.samples, self.schema, self.size = list(samples), schema, size
        self.augmentation, self.crop_hook = augmentation, crop_hook
        self.attributes = tuple(attributes)
        self.images = SampleImages()
        weights = np.array([sample.weight for sample in self.samples], dtype=np.float64)
        self._draw = weights / weights.sum()

    def preload(self) -> None:
        """Decode every photo once."""
        self.images.preload(sample.path for sample in self.samples)

    def epoch(self, rng: np.random.Generator, size: int, batch_size: int) -> Iterator[Batch]:
        """Draw batches of `images`, `points`, `visible`, `presence` and the attributes."""
        order = rng.choice(len(self.samples), size, p=self._draw)
        for start in range(0, size, batch_size):
            yield self._batch(order[start : start + batch_size], rng)

    def _batch(self, indices: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        crops = [self._crop(self.samples[index], rng) for index in indices]
        batch = {
            "images": torch.from_numpy(np.stack([c.image for c in crops])).permute(0, 3, 1, 2),
            "points": torch.from_numpy(np.stack([c.points for c in crops])).float(),
            "visible": torch.from_numpy(np.stack([c.visible for c in crops])).float(),
            "presence": torch.from_numpy(np.stack([c.presence for c in crops])).float(),
        }
        for name in self.attributes:
            answers = [self.samples[i].attributes.get(name, -1) for i in indices]
            batch[name] = torch.tensor(answers, dtype=torch.int64)
        return batch

    def _crop(self, sample: Sample, rng: np.random.Generator) -> Crop:
        image, scale = self.images.load(sample.path)
        if self.crop_hook:
            image = self.crop_hook(sample, image, scale, rng)
        return augmented_crop(image, scale, sample, self.size, self.schema, self.augmentation, rng)
