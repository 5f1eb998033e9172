"""From a picture and a box to keypoints in the picture's pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pose.engine.backbone import ConvNorm
from pose.engine.crop import Box, apply_homography, box_to_input, sample_crop
from pose.engine.heatmap import least_distance
from pose.engine.keypoints import Keypoints, KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkOutput
from pose.engine.regression import RegressionNetwork, RegressionOutput

__all__ = ["Prediction", "Predictor", "overlap"]

Image = NDArray[np.uint8]
Output = NetworkOutput | RegressionOutput


@dataclass(frozen=True)
class Prediction:
    """One instance, as a network sees it.

    Attributes
    ----------
    keypoints : Keypoints
        In the picture's pixels; a score is the chance that the keypoint is there, times the
        share of its heatmap that agrees on the place.
    presence : (K,) float array
        The chance alone, 0..1.
    certainty : (K,) float array
        The share alone, 0..1.
    attributes : dict of str to (answers,) float array
        Probabilities of each answer.
    box : (x, y, width, height)
        The unpadded box that was cropped.
    """

    keypoints: Keypoints
    presence: NDArray[np.float64]
    certainty: NDArray[np.float64]
    attributes: dict[str, NDArray[np.float64]]
    box: Box


class Predictor:
    """Owns pre- and post-processing around a keypoint network.

    Parameters
    ----------
    network : KeypointNetwork or RegressionNetwork
        Any; it is put in evaluation mode.
    schema : KeypointSchema
        Its keypoints.
    flip_test : bool
        Average with the mirrored crop: about a point of accuracy for twice the time.
    paddings : sequence of float
        How many times larger than the box the crop is; of several the answers are averaged,
        each keypoint weighed by how sure the look was of its place.
    median : bool
        Read a heatmap at the point of least expected distance, not at its peak: better where
        places are vague, as corners of cloth are.
    size : (int, int), optional
        Width and height of the crops, in pixels; by default those that the network was trained
        on. Smaller ones are faster (a regression network knows its own size only).
    glance : (int, int), optional
        Locate in two looks: one at the whole picture, at this size, one at the box found there.
    """

    def __init__(
        self,
        network: KeypointNetwork | RegressionNetwork,
        schema: KeypointSchema,
        *,
        flip_test: bool = True,
        paddings: Sequence[float] = (1.25,),
        median: bool = False,
        size: tuple[int, int] | None = None,
        glance: tuple[int, int] | None = None,
    ) -> None:
        if network.config.keypoints != len(schema):
            raise ValueError(
                f"a network of {network.config.keypoints} keypoints, not {schema.name}"
            )
        self.network = network.eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.schema, self.flip_test, self.paddings = schema, flip_test, tuple(paddings)
        self.median, self.glance = median, glance
        self.size = size or network.config.input_size
        self._order = list(schema.flip_order)

    def fuse(self) -> Predictor:
        """Fold every batch norm into its convolution for good; the network can train no more."""
        for module in self.network.modules():
            if isinstance(module, ConvNorm):
                module.fuse()
        return self

    def predict(
        self, images: Sequence[Image], boxes: Sequence[Box], batch_size: int = 16
    ) -> list[Prediction]:
        """Find the keypoints of one instance in each box.

        Parameters
        ----------
        images : sequence of (H, W, 3) uint8 arrays
            One for each box (the same array may be repeated).
        boxes : sequence of (x, y, width, height)
            Tight boxes in pixels; they are padded here.
        batch_size : int
            Crops in one pass of the network.
        """
        looks = [
            self._look(images, boxes, padding, self.flip_test, batch_size)
            for padding in self.paddings
        ]
        return [_averaged(list(same)) for same in zip(*looks, strict=True)]

    def _look(
        self,
        images: Sequence[Image],
        boxes: Sequence[Box],
        padding: float,
        flip_test: bool,
        batch_size: int = 16,
        size: tuple[int, int] | None = None,
    ) -> list[Prediction]:
        """Crop every box at one padding and read the network's answers."""
        size = size or self.size
        predictions: list[Prediction] = []
        for start in range(0, len(boxes), batch_size):
            part = list(boxes[start : start + batch_size])
            matrices = [box_to_input(box, size, padding) for box in part]
            crops = [
                sample_crop(image, matrix, size)
                for image, matrix in zip(images[start : start + batch_size], matrices, strict=True)
            ]
            tensor = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)
            predictions.extend(self._read(self._run(tensor, flip_test), matrices, part))
        return predictions

    def locate(
        self, image: Image, *, passes: int = 4, tolerance: float = 0.03, threshold: float = 0.2
    ) -> Prediction:
        """Find the one instance of a picture without a given box.

        The whole picture is looked at first; the keypoints found give a box, which is looked
        at more closely, until it moves no more (with `glance`, once).

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            The picture.
        passes : int
            Looks at most, before the answer.
        tolerance : float
            The box stands still when its overlap with the last one misses 1 by no more.
        threshold : float
            Keypoints scored below do not stretch the box.
        """
        padding = self.paddings[-1]
        box = _whole(image, padding)
        if self.glance:
            return self._at_a_glance(image, box, threshold)
        for _ in range(passes):
            # Where to look closer needs one distance; the answer itself gets all there are.
            found = self._look([image], [box], padding, self.flip_test)[0].keypoints
            if not _seen(found, threshold):
                break
            closer = _closer(image, found, threshold)
            still = overlap(closer, box) > 1 - tolerance
            box = closer
            if still:
                break
        return self.predict([image], [box])[0]

    def _at_a_glance(self, image: Image, whole: Box, threshold: float) -> Prediction:
        """Look at the whole picture and at the box found there; that answer stands.

        Unless its own box shows that the one looked at was a poor one, as small instances' are:
        then, and only then, a third look is worth its time.
        """
        look = self._look([image], [whole], self.paddings[-1], self.flip_test, size=self.glance)
        found = look[0]
        if not _seen(found.keypoints, threshold):
            return found
        found = self.predict([image], [_closer(image, found.keypoints, threshold)])[0]
        own = _closer(image, found.keypoints, threshold)
        if _seen(found.keypoints, threshold) and overlap(own, found.box) < 0.5:
            return self.predict([image], [own])[0]
        return found

    @torch.inference_mode()
    def _run(self, crops: Tensor, flip_test: bool) -> Output:
        output: Output = self.network(crops)
        if not flip_test:
            return output
        mirrored: Any = self.network(crops.flip(3))
        return output.averaged(mirrored, self._order)

    def _read(
        self, output: Output, matrices: Sequence[NDArray[np.float64]], boxes: Sequence[Box]
    ) -> list[Prediction]:
        points, mass = output.decode()
        if self.median and isinstance(output, NetworkOutput):
            points = least_distance(output.heatmaps.float(), points)
        presence = torch.sigmoid(output.presence.float())
        answers = {k: torch.softmax(v.float(), dim=1) for k, v in output.attributes.items()}
        predictions = []
        for i, matrix in enumerate(matrices):
            xy = apply_homography(np.linalg.inv(matrix), points[i].double().numpy())
            there, sure = presence[i].double().numpy(), mass[i].double().numpy()
            predictions.append(
                Prediction(
                    Keypoints(self.schema, xy, there * np.sqrt(sure)),
                    there,
                    sure,
                    {k: v[i].double().numpy() for k, v in answers.items()},
                    boxes[i],
                )
            )
        return predictions


def _averaged(looks: list[Prediction]) -> Prediction:
    """Average several looks at one instance."""
    if len(looks) == 1:
        return looks[0]
    points = np.stack([look.keypoints.xy for look in looks])
    presence = np.mean([look.presence for look in looks], axis=0)
    certainty = np.stack([look.certainty for look in looks])
    weights = (certainty + 1e-6)[..., None]
    xy = (points * weights).sum(axis=0) / weights.sum(axis=0)
    sure = certainty.mean(axis=0)
    attributes = {
        name: np.mean([look.attributes[name] for look in looks], axis=0)
        for name in looks[0].attributes
    }
    keypoints = Keypoints(looks[0].keypoints.schema, xy, presence * np.sqrt(sure))
    return Prediction(keypoints, presence, sure, attributes, looks[0].box)


def overlap(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def _whole(image: Image, padding: float) -> Box:
    """Return the box which, padded, shows the picture and not its surroundings."""
    width, height = image.shape[1] - 1.0, image.shape[0] - 1.0
    inset = (1 - 1 / padding) / 2
    return width * inset, height * inset, width / padding, height / padding


def _seen(found: Keypoints, threshold: float) -> bool:
    """Tell whether there are keypoints enough for a box."""
    return bool((found.scores > threshold).sum() >= 3)


def _closer(image: Image, found: Keypoints, threshold: float) -> Box:
    """Return the box of the keypoints found, no sliver."""
    return _at_least(found.bbox(threshold), 0.04 * max(image.shape[:2]))


def _at_least(box: Box, side: float) -> Box:
    x, y, width, height = box
    extra_x, extra_y = max(side - width, 0.0), max(side - height, 0.0)
    return x - extra_x / 2, y - extra_y / 2, width + extra_x, height + extra_y
