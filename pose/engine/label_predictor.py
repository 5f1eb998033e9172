"""Reading a crop with a segmentation network: made ready once, mirrored looks averaged."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pose.engine.backbone import ConvNorm
from pose.engine.segmentation import SegmentationNetwork

__all__ = ["LabelPredictor"]


class LabelPredictor:
    """Says of every cell of a crop how likely each label is.

    Parameters
    ----------
    network : SegmentationNetwork
        It is put in evaluation mode and its batch norms are folded for good.
    labels : int
        How many it must know.
    flip_test : bool
        Average with the mirrored crop: a little more accurate, nearly twice the time.

    Raises
    ------
    ValueError
        If the network has another number of labels.
    """

    def __init__(
        self, network: SegmentationNetwork, labels: int, *, flip_test: bool = True
    ) -> None:
        if network.config.classes != labels:
            raise ValueError(f"a network of {network.config.classes} labels, not {labels}")
        self.network = network.eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.flip_test = flip_test
        for module in self.network.modules():
            if isinstance(module, ConvNorm):
                module.fuse()

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height of the crops."""
        return self.network.config.input_size

    @torch.inference_mode()
    def __call__(self, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (labels, h, w) chances, a cell for `SegmentationNetwork.stride` squared pixels."""
        pictures = torch.from_numpy(crop).permute(2, 0, 1)[None]
        answer: Tensor = torch.softmax(self.network(pictures).float(), dim=1)
        if self.flip_test:
            mirrored = torch.softmax(self.network(pictures.flip(3)).float(), dim=1)
            answer = (answer + mirrored.flip(3)) / 2
        return np.ascontiguousarray(answer[0].numpy())
