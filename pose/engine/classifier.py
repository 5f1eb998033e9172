"""Questions about a whole instance: a network of its own, where a keypoint network errs.

What tells a jacket from a pullover, a zip, is a few pixels wide; a network that has to place
corners under every turn, light and background learns to look past it. This one looks for such
things alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from pose.engine.backbone import PIXEL_MEAN, PIXEL_STD, ConvNorm, EfficientNetLite0
from pose.engine.crop import Box, box_to_input, sample_crop
from pose.engine.network import NetworkConfig

__all__ = ["Classifier", "ClassifierNetwork", "ClassifierOutput", "classification_loss"]

_CONTEXT = 512
_DROPOUT = 0.3


class ClassifierOutput(NamedTuple):
    """What the network says of a batch.

    Attributes
    ----------
    attributes : dict of str to (N, answers) Tensor
        Logits of each question.
    """

    attributes: dict[str, Tensor]


class ClassifierNetwork(nn.Module):
    """EfficientNet-Lite0, pooled at strides 16 and 32, and a linear answer to each question.

    At stride 16 the maximum is pooled beside the mean: of a small thing that is seen in one
    place little is left in a mean.

    Parameters
    ----------
    config : NetworkConfig
        `attributes`, and `width`, the channels read at stride 16.

    Examples
    --------
    >>> config = NetworkConfig(keypoints=0, input_size=(64, 96), attributes=(("view", 2),))
    >>> output = ClassifierNetwork(config).eval()(torch.zeros(1, 3, 96, 64))
    >>> tuple(output.attributes["view"].shape)
    (1, 2)
    """

    kind = "classifier"

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNetLite0()
        self.detail = ConvNorm(self.backbone.channels[2], config.width)
        self.context = ConvNorm(self.backbone.channels[3], _CONTEXT)
        self.dropout = nn.Dropout(_DROPOUT)
        self.heads = nn.ModuleDict(
            {
                name: nn.Linear(2 * config.width + _CONTEXT, answers)
                for name, answers in config.attributes
            }
        )

    def forward(self, pictures: Tensor) -> ClassifierOutput:
        """Read a batch of pictures.

        Parameters
        ----------
        pictures : (N, 3, H, W) float or uint8 Tensor
            RGB, 0..255; H and W of 32 at least.

        Returns
        -------
        ClassifierOutput
        """
        x = (pictures.float() - PIXEL_MEAN) / PIXEL_STD
        features = self.backbone(x.contiguous(memory_format=torch.channels_last))
        detail, context = self.detail(features[2]), self.context(features[3])
        pooled = [detail.mean(dim=(2, 3)), detail.amax(dim=(2, 3)), context.mean(dim=(2, 3))]
        seen = self.dropout(torch.cat(pooled, dim=1))
        return ClassifierOutput({name: head(seen) for name, head in self.heads.items()})


def classification_loss(
    output: ClassifierOutput, batch: Mapping[str, Tensor], smoothing: float = 0.1
) -> dict[str, Tensor]:
    """Score a batch's answers by cross-entropy.

    Parameters
    ----------
    output : ClassifierOutput
        What the network said.
    batch : mapping
        An (N,) int64 tensor for each question, -1 where the answer is unknown.
    smoothing : float
        Share of certainty taken from the right answer: some labels are wrong.

    Returns
    -------
    dict of str to scalar Tensor
        A loss for each question, and their sum `total`.

    References
    ----------
    C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016:
    label smoothing.

    Examples
    --------
    >>> output = ClassifierOutput({"view": torch.tensor([[20.0, -20.0], [0.0, 0.0]])})
    >>> classification_loss(output, {"view": torch.tensor([0, -1])}, 0.0)["total"].item()
    0.0
    """
    losses = {}
    for name, logits in output.attributes.items():
        answers = batch[name]
        total = F.cross_entropy(
            logits, answers, ignore_index=-1, reduction="sum", label_smoothing=smoothing
        )
        losses[name] = total / (answers >= 0).sum().clamp(min=1)
    return {**losses, "total": torch.stack(list(losses.values())).sum()}


class Classifier:
    """Owns pre- and post-processing around a classifier network.

    Parameters
    ----------
    network : ClassifierNetwork
        Put in evaluation mode.
    flip_test : bool
        Average with the mirrored crops.
    paddings : sequence of float
        How many times larger than the box the crops are; their answers are averaged.

    Examples
    --------
    >>> config = NetworkConfig(keypoints=0, input_size=(32, 32), attributes=(("view", 2),))
    >>> classify = Classifier(ClassifierNetwork(config))
    >>> picture = np.zeros((40, 60, 3), np.uint8)
    >>> [answers] = classify([picture], [(10.0, 5.0, 30.0, 30.0)])
    >>> round(float(answers["view"].sum()), 6)
    1.0
    """

    def __init__(
        self,
        network: ClassifierNetwork,
        *,
        flip_test: bool = True,
        paddings: Sequence[float] = (1.1, 1.25),
    ) -> None:
        self.network = network.eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.flip_test, self.paddings = flip_test, tuple(paddings)

    def fuse(self) -> Classifier:
        """Fold every batch norm into its convolution for good; the network can train no more."""
        for module in self.network.modules():
            if isinstance(module, ConvNorm):
                module.fuse()
        return self

    def __call__(
        self, images: Sequence[NDArray[np.uint8]], boxes: Sequence[Box], batch_size: int = 16
    ) -> list[dict[str, NDArray[np.float64]]]:
        """Answer the questions about one instance in each box.

        Parameters
        ----------
        images : sequence of (H, W, 3) uint8 arrays
            RGB, one for each box (the same array may be repeated).
        boxes : sequence of (x, y, width, height)
            Tight boxes in pixels; they are padded here.
        batch_size : int
            Boxes in one pass of the network.

        Returns
        -------
        list of dict of str to (answers,) float array
            The chance of each answer to each question, 0..1.
        """
        answers = []
        for start in range(0, len(boxes), batch_size):
            part = slice(start, start + batch_size)
            answers += self._answer(images[part], boxes[part])
        return answers

    @torch.inference_mode()
    def _answer(
        self, images: Sequence[NDArray[np.uint8]], boxes: Sequence[Box]
    ) -> list[dict[str, NDArray[np.float64]]]:
        chances: dict[str, list[Tensor]] = {}
        for padding in self.paddings:
            crops = _crops(images, boxes, self.network.config.input_size, padding)
            for look in (crops, crops.flip(3)) if self.flip_test else (crops,):
                for name, logits in self.network(look).attributes.items():
                    chances.setdefault(name, []).append(torch.softmax(logits.float(), dim=1))
        means = {name: torch.stack(v).mean(dim=0).double().numpy() for name, v in chances.items()}
        return [{name: v[i] for name, v in means.items()} for i in range(len(boxes))]


def _crops(
    images: Sequence[NDArray[np.uint8]],
    boxes: Sequence[Box],
    size: tuple[int, int],
    padding: float,
) -> Tensor:
    crops = [
        sample_crop(image, box_to_input(box, size, padding), size)
        for image, box in zip(images, boxes, strict=True)
    ]
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)
