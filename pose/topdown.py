"""People, top-down: locate the person, crop, find the joints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose.engine.checkpoint import load_checkpoint
from pose.engine.crop import Box
from pose.engine.network import KeypointNetwork
from pose.engine.predictor import Predictor
from pose.keypoints import COCO_17, Keypoints

__all__ = ["METHODS", "PoseEstimator"]

#: The methods there are, and the weights each needs.
METHODS = {"topdown-heatmap": "topdown-heatmap.safetensors"}
_WEIGHTS = Path(__file__).parent / "weights"


class PoseEstimator:
    """Finds people's joints in a picture.

    Parameters
    ----------
    predictor : Predictor
        A network on COCO-17 with its pre- and post-processing.
    method : str
        What the results are said to come from.
    least_score : float
        People whose mean joint confidence is lower are not reported.

    Examples
    --------
    >>> estimator = PoseEstimator.load()
    >>> estimator(np.full((120, 90, 3), 128, np.uint8))
    []
    """

    def __init__(
        self, predictor: Predictor, method: str = "topdown-heatmap", least_score: float = 0.35
    ) -> None:
        self.predictor, self.method, self.least_score = predictor, method, least_score

    @classmethod
    def load(
        cls,
        method: str = "topdown-heatmap",
        *,
        flip_test: bool = True,
        weights: Path | None = None,
    ) -> PoseEstimator:
        """Load the shipped weights of a method, or others of the same kind.

        Parameters
        ----------
        method : str
            One of `METHODS`.
        flip_test : bool
            Average with the mirrored picture: more accurate, twice the time.
        weights : Path, optional
            A safetensors file with its model card beside it.

        Raises
        ------
        ValueError
            If there is no such method.
        CheckpointError
            If the weights are missing or damaged.
        """
        if method not in METHODS:
            raise ValueError(f"no pose method {method!r}; there are {', '.join(METHODS)}")
        network = load_checkpoint(weights or _WEIGHTS / METHODS[method], COCO_17, KeypointNetwork)
        return cls(Predictor(network, COCO_17, flip_test=flip_test).fuse(), method)

    def __call__(self, image: NDArray[np.uint8]) -> list[Keypoints]:
        """Find the people of a picture.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            RGB.

        Returns
        -------
        list of Keypoints
            Largest person first; empty where there is none. This version looks for one.

        Raises
        ------
        ValueError
            If `image` is not such an array.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
        found = self.predictor.locate(image).keypoints
        return [found] if self._is_person(found) else []

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Keypoints]:
        """Find one person in each tight box (x, y, width, height), whatever its score."""
        predictions = self.predictor.predict([image] * len(boxes), boxes)
        return [prediction.keypoints for prediction in predictions]

    def _is_person(self, found: Keypoints) -> bool:
        return float(found.scores.mean()) >= self.least_score
