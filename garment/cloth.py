"""Which pixels of a photo are the garment's cloth, as a network sees them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from pose.engine.backbone import ConvNorm
from pose.engine.checkpoint import load_checkpoint
from pose.engine.crop import Box, box_to_input, sample_crop
from pose.engine.labels import LabelSchema
from pose.engine.segmentation import SegmentationNetwork

__all__ = ["CLOTH_SCHEMA", "PADDING", "ClothSegmenter"]

#: What a pixel is: cloth of the garment, or anything else.
CLOTH_SCHEMA = LabelSchema("garment-cloth-2", ("background", "cloth"))
#: How many times larger than the corners' box the crop is: sleeves and trains reach beyond.
PADDING = 1.35

_WEIGHTS = Path(__file__).parent / "weights" / "garment-cloth.safetensors"


class ClothSegmenter:
    """Tells a garment's cloth from what lies around it.

    Parameters
    ----------
    network : SegmentationNetwork
        Of `CLOTH_SCHEMA`; it is put in evaluation mode and its batch norms are folded for good.
    flip_test : bool
        Average with the mirrored crop: a little more accurate, nearly twice the time.

    Raises
    ------
    ValueError
        If the network has other labels.

    Examples
    --------
    Untrained, it knows nothing; far from the box nothing is cloth.

    >>> from pose.engine.network import NetworkConfig
    >>> network = SegmentationNetwork(NetworkConfig(0, (48, 64), classes=2))
    >>> chance = ClothSegmenter(network)(np.zeros((200, 90, 3), np.uint8), (30, 20, 30, 40))
    >>> chance.shape, float(chance[190].max())
    ((200, 90), 0.0)
    """

    def __init__(self, network: SegmentationNetwork, *, flip_test: bool = True) -> None:
        if network.config.classes != len(CLOTH_SCHEMA):
            raise ValueError(f"a network of {network.config.classes} labels, not 2")
        self.network = network.eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.flip_test = flip_test
        for module in self.network.modules():
            if isinstance(module, ConvNorm):
                module.fuse()

    @classmethod
    def load(cls, weights: Path | None = None, *, flip_test: bool = True) -> ClothSegmenter:
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
        network = load_checkpoint(weights or _WEIGHTS, CLOTH_SCHEMA, SegmentationNetwork)
        return cls(network, flip_test=flip_test)

    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        """Say of every pixel how likely it is the garment's cloth.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            RGB.
        box : (x, y, width, height)
            The tight box of the garment's corners, in pixels.

        Returns
        -------
        (H, W) float32 array
            0..1; 0 beyond the crop around the box.

        Raises
        ------
        ValueError
            If `image` is not such an array.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
        size = self.network.config.input_size
        matrix = box_to_input(box, size, PADDING)
        cells = self._chances(sample_crop(image, matrix, size))
        stride = SegmentationNetwork.stride
        shift = (1 / stride - 1) / 2
        to_cells = np.array([[1 / stride, 0, shift], [0, 1 / stride, shift], [0, 0, 1.0]])
        whole = (to_cells @ matrix)[:2]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        chances = cv2.warpAffine(cells, whole, (image.shape[1], image.shape[0]), flags=flags)
        return np.asarray(chances, dtype=np.float32).clip(0, 1)

    @torch.inference_mode()
    def _chances(self, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
        pictures = torch.from_numpy(crop).permute(2, 0, 1)[None]
        if self.flip_test:
            pictures = torch.cat([pictures, pictures.flip(3)])
        answer = torch.softmax(self.network(pictures).float(), dim=1)[:, 1]
        if self.flip_test:
            answer = (answer[:1] + answer[1:].flip(2)) / 2
        return np.ascontiguousarray(answer[0].numpy())
