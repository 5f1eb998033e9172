"""Which pixels of a photo are the garment's cloth, as a network sees them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.checkpoint import load_checkpoint
from pose.engine.crop import Box, apply_homography, box_to_input, sample_crop
from pose.engine.label_predictor import LabelPredictor
from pose.engine.labels import LabelSchema
from pose.engine.segmentation import SegmentationNetwork, pixels_to_cells

__all__ = ["CLOTH_SCHEMA", "PADDING", "ClothSegmenter"]

#: What a pixel is: cloth of the garment, or anything else.
CLOTH_SCHEMA = LabelSchema("garment-cloth-2", ("background", "cloth"))
#: How many times larger than the corners' box the crop is: sleeves and trains reach beyond.
PADDING = 1.35

# With as many cells of cloth at its border a crop is too small; how often to look at most.
_LEAVING, _LOOKS = 3, 3
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
        self.predict = LabelPredictor(network, len(CLOTH_SCHEMA), flip_test=flip_test)
        self.network, self.flip_test = self.predict.network, flip_test

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
            0..1; 0 far beyond the box.

        Raises
        ------
        ValueError
            If `image` is not such an array.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
        cells, to_cells = self._look(image, box)
        for _ in range(_LOOKS - 1):
            wider = _beyond(cells, to_cells, box, image.shape)
            if wider is None:
                break
            # A train or a sleeve leaves the crop: once more, from farther away.
            box = wider
            cells, to_cells = self._look(image, box)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (image.shape[1], image.shape[0])
        chances = cv2.warpAffine(cells, to_cells[:2], size, flags=flags)
        return np.asarray(chances, dtype=np.float32).clip(0, 1)

    def _look(
        self, image: NDArray[np.uint8], box: Box
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Return the chances of a crop's cells, and the matrix that leads to them."""
        size = self.predict.input_size
        matrix = box_to_input(box, size, PADDING)
        cells = self.predict(sample_crop(image, matrix, size))[CLOTH_SCHEMA.index("cloth")]
        return cells, pixels_to_cells() @ matrix


def _beyond(
    cells: NDArray[np.float32],
    to_cells: NDArray[np.float64],
    box: Box,
    shape: tuple[int, ...],
) -> Box | None:
    """Return a box that holds all the cloth seen; None unless that leaves the crop."""
    seen = cells > 0.5
    rim = np.ones_like(seen)
    rim[1:-1, 1:-1] = False
    if np.count_nonzero(seen & rim) < _LEAVING:
        return None
    rows, columns = np.nonzero(seen)
    ends = np.array([[columns.min(), rows.min()], [columns.max(), rows.max()]], np.float64)
    ends = apply_homography(np.linalg.inv(to_cells), ends)
    x, y, width, height = box
    corners = np.vstack([ends, [[x, y], [x + width, y + height]]])
    corners = corners.clip(0, [shape[1] - 1.0, shape[0] - 1.0])
    low, size = corners.min(axis=0), np.ptp(corners, axis=0)
    if (size - (width, height)).max() < 1:
        return None
    return float(low[0]), float(low[1]), float(size[0]), float(size[1])
