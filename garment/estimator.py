"""Garments: locate, crop, find the corners, tell category and view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from garment.bottomup import BottomUpGarments
from garment.landmarks import (
    CATEGORIES,
    FASHIONAI_24,
    LANDMARKS_OF,
    VIEWS,
    essential_landmarks,
)
from garment.topdown import TopDownGarments
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import load_checkpoint
from pose.engine.crop import Box
from pose.engine.detector import Detector, DetectorNetwork
from pose.engine.grouping import Grouping, group_greedy
from pose.engine.keypoints import Keypoints
from pose.engine.network import KeypointNetwork
from pose.engine.partition import group_milp
from pose.engine.predictor import Prediction, Predictor
from pose.engine.regression import RegressionNetwork
from pose.engine.scene_predictor import ScenePredictor
from pose.engine.topdown import TopDown

__all__ = ["METHODS", "Garment", "GarmentEstimator", "GarmentFinder", "shipped_methods"]

# Two distances: a close crop places corners best, a wider one knows the whole garment better.
_PADDINGS = (1.1, 1.25)
_WEIGHTS = Path(__file__).parent / "weights"
_HEATMAP = "garment-heatmap.safetensors"
_DETECTOR = _WEIGHTS / "garment-detector.safetensors"
# A picture whose landmarks are less sure on average holds no garment.
_LEAST_SCORE = 0.35
# The same where somebody says what garment it is: that there is one is certain then.
_LEAST_STATED = 0.15
# A landmark less likely to be there is reported as lacking.
_LEAST_PRESENCE = 0.4
# A category less likely than this is one that the network did not think of.
_LIKELY = 0.3
# Fewer corners span no cloth.
_LEAST_CORNERS = 3


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

    @property
    def box(self) -> Box:
        """The tight box of the landmarks that are there: x, y, width and height in pixels."""
        points = np.array(list(self.points.values())).reshape(-1, 2)
        if len(points) == 0:
            return 0.0, 0.0, 0.0, 0.0
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


class GarmentFinder(Protocol):
    """What every method can do."""

    def __call__(self, image: NDArray[np.uint8]) -> list[Prediction]:
        """Find the garments of a picture, largest first."""

    def candidates(self, image: NDArray[np.uint8]) -> list[Prediction]:
        """Find garments however unsure, at least one."""

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Prediction]:
        """Find one garment in each tight box."""


class GarmentEstimator:
    """Finds garments and their corners in a picture.

    Parameters
    ----------
    finder : GarmentFinder
        On FashionAI-24, answering the questions `category` and `view`.
    method : str
        What the results are said to come from.

    Examples
    --------
    >>> estimator = GarmentEstimator.load()
    >>> estimator(np.full((120, 90, 3), 128, np.uint8)) is None
    True
    """

    def __init__(self, finder: GarmentFinder, method: str = "topdown-heatmap") -> None:
        self.finder, self.method = finder, method

    @classmethod
    def load(
        cls,
        method: str = "topdown-heatmap",
        *,
        flip_test: bool = True,
        weights: Path | None = None,
    ) -> GarmentEstimator:
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
            raise ValueError(f"no garment method {method!r}; there are {', '.join(METHODS)}")
        file, build = METHODS[method]
        return cls(build(weights or _WEIGHTS / file, flip_test), method)

    def __call__(self, image: NDArray[np.uint8], *, category: str | None = None) -> Garment | None:
        """Find the garment of a picture, the largest if there are several.

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
        if category is not None and category not in CATEGORIES:
            raise ValueError(f"no category {category!r}; there are {', '.join(CATEGORIES)}")
        seen = self.finder.candidates(_checked(image))
        if category is not None and not any(_agrees(p, category) for p in seen):
            seen = [*seen, self._looked_for(image, category)]
        found = [read_garment(p, category) for p in seen]
        # A stated category is the better judge of which corners must be sure.
        least = _LEAST_SCORE if category is None else _LEAST_STATED
        sure = [garment for garment in found if garment.score >= least]
        return max(sure, key=_area) if sure else None

    def _looked_for(self, image: NDArray[np.uint8], category: str) -> Prediction:
        """Look for a garment of a category that the network did not think of.

        What it took for a blouse it closed in on down to where a blouse ends; a dress goes on.
        """
        height, width = image.shape[:2]
        whole = (0.06 * width, 0.06 * height, 0.88 * width, 0.88 * height)
        box = _essential_box(self.finder.in_boxes(image, [whole])[0], category)
        return self.finder.in_boxes(image, [box])[0]

    def find_all(self, image: NDArray[np.uint8]) -> list[Garment]:
        """Find all garments of a picture, largest first; empty where there is none."""
        return [read_garment(found) for found in self.finder(_checked(image))]

    def candidates(self, image: NDArray[np.uint8]) -> list[Prediction]:
        """Find garments, also those too unsure to be reported; at least one."""
        return self.finder.candidates(_checked(image))

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Prediction]:
        """Find one garment in each tight box (x, y, width, height), whatever its score."""
        return self.finder.in_boxes(_checked(image), boxes)


def read_garment(prediction: Prediction, category: str | None = None) -> Garment:
    """Turn a network's answer into a garment, whatever its score.

    Parameters
    ----------
    prediction : Prediction
        With the attributes `category` and `view`.
    category : str, optional
        What the garment is, if the caller knows better than the network.
    """
    scores = prediction.attributes["category"]
    category = category or CATEGORIES[int(scores.argmax())]
    allowed = np.array([name in LANDMARKS_OF[category] for name in FASHIONAI_24.names])
    found = prediction.keypoints
    there = allowed & present(prediction)
    essential = np.isin(FASHIONAI_24.names, essential_landmarks(category))
    if not _agrees(prediction, category) or (there & essential).sum() < _LEAST_CORNERS:
        # Of another category than the network thought, say: where it looked is the best there is.
        there = there | essential
    kept = Keypoints(FASHIONAI_24, found.xy, np.where(there, found.scores, 0.0))
    # Over all landmarks that the category must have: one sure corner in an empty room is no
    # garment.
    expected = allowed & ~np.array(["cuff" in name for name in FASHIONAI_24.names])
    return Garment(
        kept,
        category,
        {name: float(score) for name, score in zip(CATEGORIES, scores, strict=True)},
        VIEWS[int(prediction.attributes["view"].argmax())],
        float(kept.scores[expected].mean()),
    )


def _agrees(prediction: Prediction, category: str) -> bool:
    """Tell whether the network thinks a category at all likely."""
    return bool(prediction.attributes["category"][CATEGORIES.index(category)] >= _LIKELY)


def _essential_box(prediction: Prediction, category: str) -> Box:
    """Return the box of the corners that a category must have, wherever they were found."""
    names = essential_landmarks(category)
    points = np.array([prediction.keypoints[name] for name in names])
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = np.maximum(high - low, 1.0)
    return float(low[0]), float(low[1]), float(width), float(height)


def present(prediction: Prediction) -> NDArray[np.bool_]:
    """(24,): the landmarks that the garment is said to have, its category aside."""
    return np.asarray(prediction.presence >= _LEAST_PRESENCE)


def _checked(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
    return image


def _area(garment: Garment) -> float:
    _, _, width, height = garment.keypoints.bbox()
    return width * height


def _score(prediction: Prediction) -> float:
    return read_garment(prediction).score


def _top_down(predictor: Predictor) -> GarmentFinder:
    detector = Detector(load_checkpoint(_DETECTOR, FASHIONAI_24, DetectorNetwork)).fuse()
    one, several = (
        TopDown(predictor.fuse(), boxes, least_score=_LEAST_SCORE, score=_score, steady=0.9)
        for boxes in (None, detector)
    )
    return TopDownGarments(one, several)


def _heatmap_predictor(weights: Path, flip_test: bool) -> Predictor:
    network = load_checkpoint(weights, FASHIONAI_24, KeypointNetwork)
    return Predictor(network, FASHIONAI_24, flip_test=flip_test, paddings=_PADDINGS, median=True)


def _by_heatmap(weights: Path, flip_test: bool) -> GarmentFinder:
    return _top_down(_heatmap_predictor(weights, flip_test))


def _by_regression(weights: Path, flip_test: bool) -> GarmentFinder:
    network = load_checkpoint(weights, FASHIONAI_24, RegressionNetwork)
    return _top_down(Predictor(network, FASHIONAI_24, flip_test=flip_test, paddings=_PADDINGS))


def _bottom_up(grouping: Grouping) -> Callable[[Path, bool], GarmentFinder]:
    def build(weights: Path, flip_test: bool) -> GarmentFinder:
        network = load_checkpoint(weights, FASHIONAI_24, BottomUpNetwork)
        finder = ScenePredictor(network, FASHIONAI_24, grouping, flip_test=flip_test).fuse()
        judge = _heatmap_predictor(_WEIGHTS / _HEATMAP, False).fuse()
        return BottomUpGarments(finder, judge, least_score=_LEAST_SCORE, score=_score)

    return build


#: The methods there are: the weights each needs, and how it is put together.
METHODS: dict[str, tuple[str, Callable[[Path, bool], GarmentFinder]]] = {
    "topdown-heatmap": (_HEATMAP, _by_heatmap),
    "topdown-regression": ("garment-regression.safetensors", _by_regression),
    "bottomup": ("garment-bottomup.safetensors", _bottom_up(group_greedy)),
    "bottomup-milp": ("garment-bottomup.safetensors", _bottom_up(group_milp)),
}


def shipped_methods() -> tuple[str, ...]:
    """Return the methods whose weights are in this release; others need `load(weights=...)`.

    Examples
    --------
    >>> "topdown-heatmap" in shipped_methods()
    True
    """
    return tuple(name for name, (file, _) in METHODS.items() if (_WEIGHTS / file).exists())
