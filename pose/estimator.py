"""The one door to people's joints: every method behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pose.bottomup import BottomUpPeople
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import load_checkpoint
from pose.engine.crop import Box
from pose.engine.detector import Detector, DetectorNetwork
from pose.engine.grouping import Grouping, group_greedy
from pose.engine.network import KeypointNetwork
from pose.engine.partition import group_milp
from pose.engine.predictor import Predictor
from pose.engine.regression import RegressionNetwork
from pose.engine.scene_predictor import ScenePredictor
from pose.engine.topdown import TopDown
from pose.keypoints import COCO_17, Keypoints
from pose.topdown import TopDownPeople

__all__ = ["METHODS", "PeopleFinder", "PoseEstimator", "shipped_methods"]

_WEIGHTS = Path(__file__).parent / "weights"
_DETECTOR = _WEIGHTS / "detector.safetensors"
# Close crops place joints best, wide ones know the pose better; the last one locates.
_PADDINGS = (1.1, 1.4, 1.25)
# Sizes at which the fast way looks at a box and, where only the box is to be found, at the
# picture; larger ones are a little more accurate and no longer as fast as MediaPipe.
_FAST_LOOK = (156, 208)
_FAST_GLANCE = (120, 160)


class PeopleFinder(Protocol):
    """What every method can do."""

    def __call__(self, image: NDArray[np.uint8]) -> list[Keypoints]:
        """Find the people of a picture, largest first."""

    def candidates(self, image: NDArray[np.uint8]) -> list[Keypoints]:
        """Find people however unsure, at least one."""

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Keypoints]:
        """Find one person in each tight box."""


# From weights, whether to use flip test, and whether to be fast.
Build = Callable[[Path, bool, bool], PeopleFinder]


class PoseEstimator:
    """Finds people's joints in a picture.

    Parameters
    ----------
    finder : PeopleFinder
        How.
    method : str
        What the results are said to come from.

    Examples
    --------
    >>> estimator = PoseEstimator.load()
    >>> estimator(np.full((120, 90, 3), 128, np.uint8))
    []
    """

    def __init__(self, finder: PeopleFinder, method: str = "topdown-heatmap") -> None:
        self.finder, self.method = finder, method

    @classmethod
    def load(
        cls,
        method: str = "topdown-heatmap",
        *,
        flip_test: bool = True,
        fast: bool = False,
        weights: Path | None = None,
    ) -> PoseEstimator:
        """Load the shipped weights of a method, or others of the same kind.

        Parameters
        ----------
        method : str
            One of `METHODS`.
        flip_test : bool
            Average with the mirrored picture: more accurate, twice the time.
        fast : bool
            No flip test and as few looks as can be, top-down two a picture, for one person: a
            fraction of the time for a little less accuracy (figures are in ``docs/engine.md``).
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
        file, build = METHODS[method]
        return cls(build(weights or _WEIGHTS / file, flip_test and not fast, fast), method)

    def __call__(self, image: NDArray[np.uint8]) -> list[Keypoints]:
        """Find the people of a picture.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            RGB.

        Returns
        -------
        list of Keypoints
            Largest person first; empty where there is none.

        Raises
        ------
        ValueError
            If `image` is not such an array.
        """
        return self.finder(_checked(image))

    def candidates(self, image: NDArray[np.uint8]) -> list[Keypoints]:
        """Find people, also those too unsure to be reported; at least one."""
        return self.finder.candidates(_checked(image))

    def in_boxes(self, image: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Keypoints]:
        """Find one person in each tight box (x, y, width, height), whatever its score."""
        return self.finder.in_boxes(_checked(image), boxes)


def _checked(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
    return image


def _detector() -> Detector | None:
    if not _DETECTOR.exists():
        return None
    return Detector(load_checkpoint(_DETECTOR, COCO_17, DetectorNetwork)).fuse()


def _by_heatmap(weights: Path, flip_test: bool, fast: bool) -> PeopleFinder:
    network = load_checkpoint(weights, COCO_17, KeypointNetwork)
    # Who does without flip test wants it quick, and gets one look.
    paddings = _PADDINGS if flip_test else _PADDINGS[-1:]
    own = network.config.input_size
    predictor = Predictor(
        network,
        COCO_17,
        flip_test=flip_test,
        paddings=paddings,
        size=min(own, _FAST_LOOK) if fast else own,
        glance=min(own, _FAST_GLANCE) if fast else None,
    )
    # A detector is a look of its own: who wants it quick has one person in the picture.
    return TopDownPeople(TopDown(predictor.fuse(), None if fast else _detector()))


def _by_regression(weights: Path, flip_test: bool, fast: bool) -> PeopleFinder:
    network = load_checkpoint(weights, COCO_17, RegressionNetwork)
    # It answers in coordinates of the one size that it was trained on.
    glance = network.config.input_size if fast else None
    predictor = Predictor(network, COCO_17, flip_test=flip_test, glance=glance).fuse()
    return TopDownPeople(TopDown(predictor, None if fast else _detector()))


def _bottom_up(grouping: Grouping) -> Build:
    def build(weights: Path, flip_test: bool, fast: bool) -> PeopleFinder:
        # One look at the scene is all it takes: without flip test it is as fast as it gets.
        network = load_checkpoint(weights, COCO_17, BottomUpNetwork)
        return BottomUpPeople(
            ScenePredictor(network, COCO_17, grouping, flip_test=flip_test).fuse()
        )

    return build


#: The methods there are: the weights each needs, and how it is put together.
METHODS: dict[str, tuple[str, Build]] = {
    "topdown-heatmap": ("topdown-heatmap.safetensors", _by_heatmap),
    "topdown-regression": ("topdown-regression.safetensors", _by_regression),
    "bottomup": ("bottomup.safetensors", _bottom_up(group_greedy)),
    "bottomup-milp": ("bottomup.safetensors", _bottom_up(group_milp)),
}


def shipped_methods() -> tuple[str, ...]:
    """Return the methods whose weights are in this release; others need `load(weights=...)`.

    Examples
    --------
    >>> "topdown-heatmap" in shipped_methods()
    True
    """
    return tuple(name for name, (file, _) in METHODS.items() if (_WEIGHTS / file).exists())
