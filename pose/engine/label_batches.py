"""Batches of varied crops, a label for every cell: what segmentation networks learn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from pose.engine.batches import Batch
from pose.engine.dataset import Sample, SampleImages
from pose.engine.segmentation import SegmentationNetwork, pixels_to_cells

__all__ = ["LabelBatches", "Labelled", "sample_labels"]

Labels = NDArray[np.uint8]


class Labelled(Protocol):
    """An instance whose pixels are labelled."""

    @property
    def sample(self) -> Sample:
        """Its photo, and where in it the instance is."""


Instance = TypeVar("Instance", bound=Labelled)


def sample_labels(labels: Labels, matrix: NDArray[np.float64], size: tuple[int, int]) -> Labels:
    """Sample a photo's labels as the cells of the network's answer to a crop lie over it.

    Parameters
    ----------
    labels : (H, W) uint8 array
        Of a photo.
    matrix : (3, 3) float array
        From photo to crop pixels.
    size : (int, int)
        Width and height of the crop.

    Returns
    -------
    (size[1] / 2, size[0] / 2) uint8 array
        Label 0 beyond the photo.

    Examples
    --------
    >>> sample_labels(np.full((8, 8), 3, np.uint8), np.eye(3), (12, 4)).tolist()
    [[3, 3, 3, 3, 0, 0], [3, 3, 3, 3, 0, 0]]
    """
    stride = SegmentationNetwork.stride
    sampled = cv2.warpPerspective(
        labels,
        pixels_to_cells() @ matrix,
        (size[0] // stride, size[1] // stride),
        flags=cv2.INTER_NEAREST,
    )
    return np.asarray(sampled, dtype=np.uint8)


class LabelBatches(Generic[Instance]):
    """Crops of instances and their labels, varied alike; a subclass says how in `crop`.

    Parameters
    ----------
    instances : sequence
        Each is seen once before any is seen again.
    """

    def __init__(self, instances: list[Instance]) -> None:
        self.instances = instances
        self.images = SampleImages()

    def preload(self) -> None:
        """Decode every photo once."""
        self.images.preload(instance.sample.path for instance in self.instances)

    def crop(
        self, instance: Instance, rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], Labels]:
        """Draw a view of an instance: an (H, W, 3) crop and its (H / 2, W / 2) labels."""
        raise NotImplementedError

    def epoch(self, rng: np.random.Generator, size: int, batch_size: int) -> Iterator[Batch]:
        """Draw batches of `images` (N, 3, H, W) and `labels` (N, H / 2, W / 2), both uint8."""
        count = len(self.instances)
        order = np.concatenate([rng.permutation(count) for _ in range(-(-size // count))])[:size]
        for start in range(0, size, batch_size):
            crops = [self.crop(self.instances[i], rng) for i in order[start : start + batch_size]]
            images = torch.from_numpy(np.stack([image for image, _ in crops]))
            labels = torch.from_numpy(np.stack([mask for _, mask in crops]))
            yield {"images": images.permute(0, 3, 1, 2), "labels": labels}
