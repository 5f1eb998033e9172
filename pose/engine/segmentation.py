"""A label for every pixel: backbone, pyramid, a fine head; and what it is trained for."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from pose.engine.backbone import PIXEL_MEAN, PIXEL_STD, ConvNorm, EfficientNetLite0
from pose.engine.network import NetworkConfig
from pose.engine.pyramid import PyramidDecoder, Refinement

__all__ = [
    "UNKNOWN",
    "SegmentationNetwork",
    "label_weights",
    "pixels_to_cells",
    "segmentation_loss",
]

#: Label of a pixel of which nobody knows what it is.
UNKNOWN = 255
# Channels at stride 2: enough to tell borders, few enough to cost a tenth of the network.
_FINE_WIDTH = 32


class SegmentationNetwork(nn.Module):
    """EfficientNet-Lite0, a pyramid to stride 4, and a head at stride 2.

    What a pixel is, the pyramid knows; where exactly it ends, the backbone's feature at stride 2
    still shows. The head adds the two.

    Parameters
    ----------
    config : NetworkConfig
        `classes`, and `width` and `repeats` of the pyramid.

    References
    ----------
    T.-Y. Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017.

    Examples
    --------
    >>> config = NetworkConfig(keypoints=0, input_size=(48, 64), classes=3)
    >>> tuple(SegmentationNetwork(config).eval()(torch.zeros(1, 3, 64, 48)).shape)
    (1, 3, 32, 24)
    """

    kind = "segmentation"
    #: Input pixels a cell of the answer.
    stride = 2

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNetLite0()
        self.pyramid = PyramidDecoder(self.backbone.channels, config.width, config.repeats)
        self.coarse = ConvNorm(config.width, _FINE_WIDTH, activate=False)
        self.fine = ConvNorm(self.backbone.fine_channels, _FINE_WIDTH, activate=False)
        self.refine = Refinement(_FINE_WIDTH)
        self.head = nn.Conv2d(_FINE_WIDTH, config.classes, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Read a batch of pictures.

        Parameters
        ----------
        pictures : (N, 3, H, W) float or uint8 Tensor
            RGB, 0..255; H and W of 32 at least, multiples of 4.

        Returns
        -------
        (N, classes, H / 2, W / 2) Tensor
            Logits; their softmax over the classes is the chance of each label. Cell ``j`` lies
            over input pixels ``2 j`` and ``2 j + 1``.
        """
        x = (pictures.float() - PIXEL_MEAN) / PIXEL_STD
        finest, *features = self.backbone.levels(x.contiguous(memory_format=torch.channels_last))
        coarse = self.coarse(self.pyramid(features))
        above = F.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
        answer: Tensor = self.head(self.refine(F.relu6(self.fine(finest) + above)))
        return answer


def pixels_to_cells() -> NDArray[np.float64]:
    """Return the matrix from the pixels of a crop to the cells of the network's answer.

    Examples
    --------
    >>> (pixels_to_cells() @ [0.5, 2.5, 1.0]).tolist()
    [0.0, 1.0, 1.0]
    """
    stride = SegmentationNetwork.stride
    shift = (1 / stride - 1) / 2
    return np.array([[1 / stride, 0, shift], [0, 1 / stride, shift], [0, 0, 1.0]])


def label_weights(counts: Tensor, power: float = 0.2) -> Tensor:
    """Weigh labels up that are rare, mildly.

    Parameters
    ----------
    counts : (C,) Tensor
        Pixels of each label.
    power : float
        0: all alike; 1: every label counts the same however few its pixels.

    Returns
    -------
    (C,) float Tensor
        Such that the mean over all pixels is 1; a label that never occurs weighs as one that
        does in a millionth of all pixels.

    Examples
    --------
    >>> [round(v, 3) for v in label_weights(torch.tensor([16.0, 1.0]), 0.5).tolist()]
    [0.85, 3.4]
    """
    share = (counts.double() / counts.sum()).clamp(min=1e-6)
    weights = share**-power
    return (weights / (weights * share).sum()).float()


def segmentation_loss(logits: Tensor, labels: Tensor, weights: Tensor) -> dict[str, Tensor]:
    """Score a batch: weighted cross-entropy and soft Dice; 0 is perfect.

    Parameters
    ----------
    logits : (N, C, h, w) Tensor
        What the network said.
    labels : (N, h, w) integer Tensor
        What is right; `UNKNOWN` where nobody knows, which does not count.
    weights : (C,) Tensor
        Of each label in the cross-entropy.

    Returns
    -------
    dict of str to scalar Tensor
        `entropy`, `dice` (of the labels that occur in the batch), and their sum `total`.

    References
    ----------
    F. Milletari, N. Navab, S.-A. Ahmadi, "V-Net", 3DV 2016: the Dice loss.

    Examples
    --------
    >>> sure = torch.tensor([[[[20.0, -20.0]], [[-20.0, 20.0]]]])
    >>> right = torch.tensor([[[0, 1]]])
    >>> round(float(segmentation_loss(sure, right, torch.ones(2))["total"]), 4)
    0.0
    """
    log_probability = torch.log_softmax(logits.float(), dim=1)
    wanted = labels.long()
    known = wanted != UNKNOWN
    summed = F.nll_loss(log_probability, wanted, weights, ignore_index=UNKNOWN, reduction="sum")
    # Divided by the pixels, not by their weights: a batch of rare labels shall count for more.
    entropy = summed / known.sum().clamp(min=1)
    probability = log_probability.exp() * known[:, None]
    truth = F.one_hot(wanted * known, logits.shape[1]).permute(0, 3, 1, 2).to(probability)
    truth = truth * known[:, None]
    both = (probability * truth).sum(dim=(0, 2, 3))
    there = truth.sum(dim=(0, 2, 3))
    share = (2 * both + 1) / (probability.sum(dim=(0, 2, 3)) + there + 1)
    occurs = (there > 0).to(share)
    dice = ((1 - share) * occurs).sum() / occurs.sum().clamp(min=1)
    return {"entropy": entropy, "dice": dice, "total": entropy + dice}
