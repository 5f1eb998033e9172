"""From a picture and a box to keypoints in the picture's pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pose.engine.backbone import ConvNorm
from pose.engine.crop import Box, apply_homography, box_to_input, sample_crop
from pose.engine.heatmap import decode
from pose.engine.keypoints import Keypoints, KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkOutput

__all__ = ["Prediction", "Predictor", "overlap"]

Image = NDArray[np.uint8]


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
    network : KeypointNetwork
        Any; it is put in evaluation mode.
    schema : KeypointSchema
        Its keypoints.
    flip_test : bool
        Average with the mirrored crop: about a point of accuracy for twice the time.
    padding : float
        How many times larger than the box the crop is.
    """

    def __init__(
        self,
        network: KeypointNetwork,
        schema: KeypointSchema,
        *,
        flip_test: bool = True,
        padding: float = 1.25,
    ) -> None:
        if network.config.keypoints != len(schema):
            raise ValueError(
                f"a network of {network.config.keypoints} keypoints, not {schema.name}"
            )
        self.network = network.eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.schema, self.flip_test, self.padding = schema, flip_test, padding
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
        size = self.network.config.input_size
        predictions: list[Prediction] = []
        for start in range(0, len(boxes), batch_size):
            part = list(boxes[start : start + batch_size])
            matrices = [box_to_input(box, size, self.padding) for box in part]
            crops = [
                sample_crop(image, matrix, size)
                for image, matrix in zip(images[start : start + batch_size], matrices, strict=True)
            ]
            output = self._run(torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2))
            predictions.extend(self._read(output, matrices, part))
        return predictions

    def locate(
        self, image: Image, *, passes: int = 3, tolerance: float = 0.03, threshold: float = 0.2
    ) -> Prediction:
        """Find the one instance of a picture without a given box.

        The whole picture is looked at first; the keypoints found give a box, which is looked
        at more closely, until it moves no more.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            The picture.
        passes : int
            Closer looks at most.
        tolerance : float
            The box stands still when its overlap with the last one misses 1 by no more.
        threshold : float
            Keypoints scored below do not stretch the box.
        """
        height, width = image.shape[:2]
        whole: Box = (0.0, 0.0, width - 1.0, height - 1.0)
        # Padded boxes again: the first look should show the picture, not its surroundings.
        box = _scaled(whole, 1 / self.padding)
        prediction = self.predict([image], [box])[0]
        for _ in range(passes):
            found = prediction.keypoints
            if (found.scores > threshold).sum() < 3:
                break
            closer = _at_least(found.bbox(threshold), 0.04 * max(width, height))
            if overlap(closer, box) > 1 - tolerance:
                break
            box = closer
            prediction = self.predict([image], [box])[0]
        return prediction

    @torch.inference_mode()
    def _run(self, crops: Tensor) -> NetworkOutput:
        output: NetworkOutput = self.network(crops)
        if not self.flip_test:
            return output
        mirrored: NetworkOutput = self.network(crops.flip(3))
        # Averaged as probabilities: where the two disagree, the map gets two peaks, not a
        # third one between them.
        maps = torch.softmax(output.heatmaps.flatten(2), dim=2)
        other = torch.softmax(mirrored.heatmaps.flip(3)[:, self._order].flatten(2), dim=2)
        mean = ((maps + other) / 2).clamp(min=1e-12).log().view_as(output.heatmaps)
        return NetworkOutput(
            mean,
            (output.presence + mirrored.presence[:, self._order]) / 2,
            {k: (v + mirrored.attributes[k]) / 2 for k, v in output.attributes.items()},
        )

    def _read(
        self, output: NetworkOutput, matrices: Sequence[NDArray[np.float64]], boxes: Sequence[Box]
    ) -> list[Prediction]:
        points, mass = decode(output.heatmaps.float())
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


def overlap(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def _scaled(box: Box, factor: float) -> Box:
    x, y, width, height = box
    return (
        x + width * (1 - factor) / 2,
        y + height * (1 - factor) / 2,
        width * factor,
        height * factor,
    )


def _at_least(box: Box, side: float) -> Box:
    x, y, width, height = box
    extra_x, extra_y = max(side - width, 0.0), max(side - height, 0.0)
    return x - extra_x / 2, y - extra_y / 2, width + extra_x, height + extra_y
