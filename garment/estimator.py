"""Garments: locate, crop, find the corners, tell category and view."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF, VIEWS
from pose.engine.checkpoint import load_checkpoint
from pose.engine.keypoints import Keypoints
from pose.engine.network import KeypointNetwork
from pose.engine.predictor import Prediction, Predictor

__all__ = ["Garment", "GarmentEstimator"]

# Two distances: a close crop places corners best, a wider one knows the whole garment better.
_PADDINGS = (1.1, 1.25)
_WEIGHTS = Path(__file__).parent / "weights" / "garment-heatmap.safetensors"


@dataclass(frozen=True)
class Garment:
    """What was found in a garment's photo.

    Attributes
    ----------
    keypoints : Keypoints
        The 24 landmarks; the score is 0 where this garment lacks one.
    category : str
        One of `CATEGORIES`.
    category_scores : dict of str to float
        Chance of each category.
    view : str
        ``front`` or ``back``.
    score : float
        Mean confidence of the landmarks that the garment has.
    """

    keypoints: Keypoints
    category: str
    category_scores: dict[str, float]
    view: str
    score: float

    @property
    def landmarks(self) -> dict[str, tuple[float, float] | None]:
        """The category's landmarks by name, in pixels; None where this garment lacks one."""
        there = self.keypoints.named()
        return {name: there.get(name) for name in LANDMARKS_OF[self.category]}

    @property
    def points(self) -> dict[str, tuple[float, float]]:
        """The landmarks that are there."""
        return {name: point for name, point in self.landmarks.items() if point is not None}


class GarmentEstimator:
    """Finds the corners of the one garment in a picture.

    Parameters
    ----------
    predictor : Predictor
        A network on FashionAI-24 with the attributes `category` and `view`.
    least_score : float
        A picture whose landmarks are less sure on average holds no garment.
    least_presence : float
        A landmark less likely to be there is reported as lacking.

    Examples
    --------
    >>> estimator = GarmentEstimator.load()
    >>> estimator(np.full((120, 90, 3), 128, np.uint8)) is None
    True
    """

    def __init__(
        self, predictor: Predictor, least_score: float = 0.35, least_presence: float = 0.4
    ) -> None:
        self.predictor = predictor
        self.least_score, self.least_presence = least_score, least_presence

    @classmethod
    def load(cls, *, flip_test: bool = True, weights: Path | None = None) -> GarmentEstimator:
        """Load the shipped weights, or others with their model card beside them.

        Raises
        ------
        CheckpointError
            If the weights are missing or damaged.
        """
        network = load_checkpoint(weights or _WEIGHTS, FASHIONAI_24, KeypointNetwork)
        predictor = Predictor(network, FASHIONAI_24, flip_test=flip_test, paddings=_PADDINGS)
        return cls(predictor.fuse())

    def __call__(self, image: NDArray[np.uint8], *, category: str | None = None) -> Garment | None:
        """Find the garment of a picture.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            RGB.
        category : str, optional
            What the garment is, if the caller knows better than the network.

        Returns
        -------
        Garment or None
            None where no garment is found.

        Raises
        ------
        ValueError
            If `image` is not such an array, or there is no such category.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
        if category is not None and category not in CATEGORIES:
            raise ValueError(f"no category {category!r}; there are {', '.join(CATEGORIES)}")
        garment = self.read(self.predictor.locate(image), category)
        return garment if garment.score >= self.least_score else None

    def read(self, prediction: Prediction, category: str | None = None) -> Garment:
        """Turn the network's answer into a garment, whatever its score."""
        scores = prediction.attributes["category"]
        category = category or CATEGORIES[int(scores.argmax())]
        allowed = np.array([name in LANDMARKS_OF[category] for name in FASHIONAI_24.names])
        there = allowed & (prediction.presence >= self.least_presence)
        found = prediction.keypoints
        kept = Keypoints(FASHIONAI_24, found.xy, np.where(there, found.scores, 0.0))
        # Over all landmarks that the category must have: one sure corner in an
        # empty room is no garment.
        expected = allowed & ~np.array(["cuff" in name for name in FASHIONAI_24.names])
        return Garment(
            kept,
            category,
            {name: float(score) for name, score in zip(CATEGORIES, scores, strict=True)},
            VIEWS[int(prediction.attributes["view"].argmax())],
            float(kept.scores[expected].mean()),
        )
