"""What a garment is, told by a network of its own from a closer look than its corners need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from garment.finder import GarmentFinder
from garment.landmarks import CATEGORIES
from pose.engine.backbone import ConvNorm
from pose.engine.checkpoint import load_checkpoint
from pose.engine.classifier import ClassifierNetwork
from pose.engine.crop import Box, box_to_input, sample_crop
from pose.engine.labels import LabelSchema
from pose.engine.predictor import Prediction

__all__ = ["CATEGORY_SCHEMA", "PADDING", "CategorisedFinder", "CategoryClassifier"]

#: The answers to the question `category`.
CATEGORY_SCHEMA = LabelSchema("garment-category-5", CATEGORIES)
#: How many times larger than the corners' box the crop is.
PADDING = 1.2

_WEIGHTS = Path(__file__).parent / "weights" / "garment-category.safetensors"


class CategoryClassifier:
    """Tells what a garment is.

    Parameters
    ----------
    network : ClassifierNetwork
        With the question `category`; it is put in evaluation mode and its batch norms are folded
        for good.
    flip_test : bool
        Average with the mirrored crop.

    Raises
    ------
    ValueError
        If the network is not asked for as many categories as there are.

    Examples
    --------
    >>> classifier = CategoryClassifier.load()
    >>> chances = classifier(np.full((80, 60, 3), 128, np.uint8), (10, 10, 40, 60))
    >>> chances.shape, round(float(chances.sum()), 3)
    ((5,), 1.0)
    """

    def __init__(self, network: ClassifierNetwork, *, flip_test: bool = True) -> None:
        if dict(network.config.attributes).get("category") != len(CATEGORIES):
            raise ValueError(f"a network that does not tell {len(CATEGORIES)} categories")
        self.network, self.flip_test = network.eval(), flip_test
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for module in self.network.modules():
            if isinstance(module, ConvNorm):
                module.fuse()

    @classmethod
    def load(cls, weights: Path | None = None, *, flip_test: bool = True) -> CategoryClassifier:
        """Load the shipped weights, or others of the same kind.

        Parameters
        ----------
        weights : Path, optional
            A safetensors file with its model card beside it.
        flip_test : bool
            Average with the mirrored crop.

        Raises
        ------
        CheckpointError
            If the weights are missing, damaged, or for something else.
        """
        network = load_checkpoint(weights or _WEIGHTS, CATEGORY_SCHEMA, ClassifierNetwork)
        return cls(network, flip_test=flip_test)

    @torch.inference_mode()
    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float64]:
        """Say how likely each category is.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            RGB.
        box : (x, y, width, height)
            The tight box of the garment's corners, in pixels.

        Returns
        -------
        (5,) float array
            In the order of `CATEGORIES`; they add up to 1.
        """
        size = self.network.config.input_size
        crop = sample_crop(image, box_to_input(box, size, PADDING), size)
        pictures = torch.from_numpy(crop).permute(2, 0, 1)[None]
        chances = torch.softmax(self.network(pictures)["category"].double(), dim=1)
        if self.flip_test:
            mirrored = torch.softmax(self.network(pictures.flip(3))["category"].double(), dim=1)
            chances = (chances + mirrored) / 2
        return np.asarray(chances[0].numpy())


class CategorisedFinder:
    """A finder whose answers to `category` are averaged with a classifier's.

    Parameters
    ----------
    finder : GarmentFinder
        Finds the corners.
    classifier : CategoryClassifier
        Looks at each box found.
    """

    def __init__(self, finder: GarmentFinder, classifier: CategoryClassifier) -> None:
        self.finder, self.classifier = finder, classifier

    def __call__(self, image: NDArray[np.uint8]) -> list[Prediction]:
        """Find the garments of an (H, W, 3) uint8 RGB picture, largest first."""
        return self._judged(image, self.finder(image))

    def candidates(self, image: NDArray[np.uint8]) -> list[Prediction]:
        """Find garments however unsure, at least one."""
        return self._judged(image, self.finder.candidates(image))

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Prediction]:
        """Find one garment in each tight box (x, y, width, height), whatever its score."""
        found = self.finder.in_boxes(image, boxes)
        return [self._one(image, p, b) for p, b in zip(found, boxes, strict=True)]

    def _judged(self, image: NDArray[np.uint8], found: list[Prediction]) -> list[Prediction]:
        return [self._one(image, prediction, prediction.box) for prediction in found]

    def _one(self, image: NDArray[np.uint8], prediction: Prediction, box: Box) -> Prediction:
        chances = (prediction.attributes["category"] + self.classifier(image, box)) / 2
        return replace(prediction, attributes={**prediction.attributes, "category": chances})
