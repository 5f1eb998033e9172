"""Human parsing: which part of a person, or of its clothes, every pixel belongs to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.checkpoint import load_checkpoint
from pose.engine.crop import apply_homography, box_to_input, sample_crop
from pose.engine.guided_filter import guided_filter
from pose.engine.label_predictor import LabelPredictor
from pose.engine.segmentation import SegmentationNetwork, pixels_to_cells
from pose.keypoints import Keypoints
from pose.parsing_crop import PADDING, person_box
from pose.parts import CLOTHES, PART_SCHEMA, PARTS

__all__ = ["PARTS", "HumanParser", "Parsing"]

_WEIGHTS = Path(__file__).parent / "weights" / "parsing.safetensors"
# Longer side of the crop, in pixels, at which borders are refined; beyond it they are enlarged.
_WORKING_SIDE = 768
# Of the guided filter: a few cells of the network's answer, and the noise of a photo.
_RADIUS_CELLS = 2.0
_EPSILON = 1e-3
# Parts that are nowhere likelier than this are not refined: most photos show half of them.
_NEGLIGIBLE = 0.02
# Clothes that are not there turn into those that are, as they lie around: how far around, of the
# longer side; and the least chance that each of them has.
_AROUND, _LEAST = 0.03, 1e-4

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Parsing:
    """What every pixel of a picture belongs to, of one person.

    Parameters
    ----------
    probabilities : (12, h, w) float32 array
        Of each of `PARTS`, 0..1, in the crop; they add up to 1 at every pixel. Of a crop more
        than 768 pixels long they are stored smaller, and enlarged where asked for.
    box : (int, int, int, int)
        The crop: x, y, width and height in the picture's pixels. Outside all is background.
    shape : (int, int)
        Height and width of the picture.

    Examples
    --------
    >>> probabilities = np.zeros((12, 2, 2), np.float32)
    >>> probabilities[PARTS.index("hair")] = 1.0
    >>> parsing = Parsing(probabilities, (1, 0, 2, 2), (3, 4))
    >>> parsing.of("hair", "face").tolist()
    [[0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    >>> parsing.labels()[0].tolist()
    [0, 1, 1, 0]
    """

    probabilities: NDArray[np.float32]
    box: tuple[int, int, int, int]
    shape: tuple[int, int]

    @classmethod
    def of_labels(cls, labels: Image, softness: float = 0.8) -> Parsing:
        """Return what is known where every pixel's part is.

        Parameters
        ----------
        labels : (H, W) uint8 array
            Indices into `PARTS`; where they are others, `UNKNOWN`, any part is as likely.
        softness : float
            Of the borders, in pixels.

        Examples
        --------
        >>> labels = np.full((5, 5), PARTS.index("dress"), np.uint8)
        >>> Parsing.of_labels(labels).clothes()
        ('dress',)
        """
        masks = (np.asarray(labels == index, np.float32) for index in range(len(PARTS)))
        soft = [cv2.GaussianBlur(mask, (0, 0), softness) for mask in masks]
        planes = np.stack(soft).astype(np.float32)
        planes += np.float32(1 / len(PARTS)) * (1 - planes.sum(axis=0))
        height, width = labels.shape
        return cls(planes, (0, 0, width, height), (height, width))

    def of(self, *names: str) -> NDArray[np.float32]:
        """Return the chance that a pixel belongs to one of some parts.

        Parameters
        ----------
        *names : str
            Some of `PARTS`.

        Returns
        -------
        (H, W) float32 array
            0..1, in the picture's frame.

        Raises
        ------
        KeyError
            If there is no such part.
        """
        indices = sorted({PART_SCHEMA.index(name) for name in names})
        whole = np.full(self.shape, float(0 in indices), np.float32)
        if indices:
            x, y, width, height = self.box
            inside = self._enlarged(self.probabilities[indices].sum(axis=0))
            whole[y : y + height, x : x + width] = inside
        return whole

    def labels(self) -> Image:
        """Return the likeliest part of every pixel: (H, W) uint8, indices into `PARTS`."""
        x, y, width, height = self.box
        best = self._enlarged(self.probabilities[0])
        inside = np.zeros((height, width), np.uint8)
        # One plane after the other: a large photo's twelve at once would not fit a small machine.
        for index in range(1, len(PARTS)):
            plane = self._enlarged(self.probabilities[index])
            better = plane > best
            inside[better] = index
            np.maximum(best, plane, out=best)
        whole = np.zeros(self.shape, np.uint8)
        whole[y : y + height, x : x + width] = inside
        return whole

    def silhouette(self) -> NDArray[np.float32]:
        """Return the chance that a pixel belongs to the person: (H, W) float32, 0..1."""
        return np.asarray(1 - self.of("background"), dtype=np.float32)

    def clothes(self, least: float = 0.01) -> tuple[str, ...]:
        """Return the kinds of clothes seen: those of `CLOTHES` that cover a share of the person.

        Parameters
        ----------
        least : float
            0..1 of the person's pixels: less is a mistake at a border.

        Examples
        --------
        >>> planes = np.zeros((len(PARTS), 2, 2), np.float32)
        >>> planes[PARTS.index("dress")] = 1.0
        >>> Parsing(planes, (0, 0, 2, 2), (2, 2)).clothes()
        ('dress',)
        """
        likeliest = np.bincount(self.probabilities.argmax(axis=0).ravel(), minlength=len(PARTS))
        person = max(int(likeliest[1:].sum()), 1)
        return tuple(n for n in CLOTHES if likeliest[PARTS.index(n)] >= max(least * person, 1))

    def told(self, there: Collection[str], perhaps: Collection[str] = ()) -> Parsing:
        """Return the parsing as it is once somebody says which kinds of clothes there are.

        A coat is easily taken for a dress; where it lies is seen well. Kinds that are there gain
        by the root of how rare they are. What was held for another kind becomes one of them, by
        what lies around; legwear that is not there is whatever else its pixels look like, a bare
        leg or a boot.

        Parameters
        ----------
        there : collection of str
            Of `pose.parts.CLOTHES`: what the person wears, as far as it is seen.
        perhaps : collection of str
            What may be there.

        Raises
        ------
        ValueError
            If there is no such kind.

        Examples
        --------
        >>> planes = np.zeros((len(PARTS), 1, 2), np.float32)
        >>> planes[PARTS.index("dress")] = 0.5
        >>> planes[PARTS.index("outer")], planes[PARTS.index("arms")] = [[0.4, 0]], [[0.1, 0.5]]
        >>> parsing = Parsing(planes, (0, 0, 2, 1), (1, 2))
        >>> [f"{chance:.2f}" for chance in parsing.told(["outer"]).of("outer")[0]]
        ['0.91', '0.50']
        """
        unknown = {*there, *perhaps} - set(CLOTHES)
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: none of {', '.join(CLOTHES)}")
        planes = self.probabilities.copy()
        gone = [name for name in CLOTHES if name not in there and name not in perhaps]
        lost = planes[[PARTS.index(name) for name in gone if name != "legwear"]].sum(axis=0)
        planes[[PARTS.index(name) for name in gone]] = 0
        # Said twice it is no rarer.
        for name in set(there):
            planes[PARTS.index(name)] *= CLOTHES[name] ** -0.5
        left = [PARTS.index(name) for name in CLOTHES if name not in gone]
        if left:
            side = round(_AROUND * max(lost.shape)) | 1
            around = np.stack([cv2.blur(planes[index], (side, side)) for index in left]) + _LEAST
            planes[left] += lost * (around / around.sum(axis=0))
        planes /= np.maximum(planes.sum(axis=0), 1e-6)
        return replace(self, probabilities=planes)

    def _enlarged(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        size = (self.box[2], self.box[3])
        if (plane.shape[1], plane.shape[0]) == size:
            return plane.clip(0, 1)
        large = cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(large, dtype=np.float32).clip(0, 1)


class HumanParser:
    """Labels the pixels of people.

    Parameters
    ----------
    network : SegmentationNetwork
        Of `PARTS`; it is put in evaluation mode and its batch norms are folded for good.
    flip_test : bool
        Average with the mirrored crop: a little more accurate, nearly twice the time.
    refine : bool
        Bring the borders to the photo's own edges.

    Raises
    ------
    ValueError
        If the network has other labels.

    Examples
    --------
    Untrained, it knows nothing; outside its crop all is background.

    >>> from pose.engine.network import NetworkConfig
    >>> from pose.keypoints import COCO_17
    >>> network = SegmentationNetwork(NetworkConfig(0, (48, 64), classes=len(PARTS)))
    >>> y, x = np.mgrid[40:80:17j, 20:40:17j].reshape(2, -1)[:, ::17]
    >>> person = Keypoints(COCO_17, np.column_stack([x, y]), np.ones(17))
    >>> parsing = HumanParser(network)(np.zeros((120, 160, 3), np.uint8), person)
    >>> parsing.labels().shape, float(parsing.of("background")[60, 159])
    ((120, 160), 1.0)
    """

    def __init__(
        self, network: SegmentationNetwork, *, flip_test: bool = True, refine: bool = True
    ) -> None:
        self.predict = LabelPredictor(network, len(PARTS), flip_test=flip_test)
        self.network, self.flip_test = self.predict.network, flip_test
        self.refine = refine

    @classmethod
    def load(cls, weights: Path | None = None, *, flip_test: bool = True) -> HumanParser:
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
        network = load_checkpoint(weights or _WEIGHTS, PART_SCHEMA, SegmentationNetwork)
        return cls(network, flip_test=flip_test)

    def __call__(self, image: Image, person: Keypoints) -> Parsing:
        """Label the pixels of one person.

        Parameters
        ----------
        image : (H, W, 3) uint8 array
            RGB.
        person : Keypoints
            COCO-17, where the person is.

        Returns
        -------
        Parsing

        Raises
        ------
        ValueError
            If `image` is not such an array.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
        size = self.predict.input_size
        matrix = box_to_input(person_box(person, image.shape), size, PADDING)
        cells = self.predict(sample_crop(image, matrix, size))
        box = _covered(matrix, size, image.shape)
        x, y, width, height = box
        scale = min(1.0, _WORKING_SIDE / max(width, height))
        small = (max(round(width * scale), 1), max(round(height * scale), 1))
        planes = _enlarged(cells, matrix, box, small)
        if self.refine:
            part = image[y : y + height, x : x + width]
            # A cell in working pixels: what the network cannot tell, the photo's edges shall.
            cell = SegmentationNetwork.stride * small[0] / width / matrix[0, 0]
            planes = _refined(planes, part, small, cell)
        return Parsing(planes, box, (image.shape[0], image.shape[1]))


def _covered(
    matrix: NDArray[np.float64], size: tuple[int, int], shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Return the part of the picture that a crop shows, in whole pixels."""
    corners = np.array([[-0.5, -0.5], [size[0] - 0.5, size[1] - 0.5]])
    low, high = apply_homography(np.linalg.inv(matrix), corners)
    limits = np.array([shape[1], shape[0]])
    first = np.ceil(low).astype(int).clip(0, limits - 1)
    last = np.floor(high).astype(int).clip(first, limits - 1)
    width, height = last - first + 1
    return int(first[0]), int(first[1]), int(width), int(height)


def _enlarged(
    cells: NDArray[np.float32],
    matrix: NDArray[np.float64],
    box: tuple[int, int, int, int],
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """Sample the network's cells at the pixels of the crop, shrunk to `size`."""
    x, y, width, height = box
    sx, sy = width / size[0], height / size[1]
    to_picture = np.array([[sx, 0, x + (sx - 1) / 2], [0, sy, y + (sy - 1) / 2], [0, 0, 1.0]])
    whole = (pixels_to_cells() @ matrix @ to_picture)[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    planes = np.empty((len(cells), size[1], size[0]), np.float32)
    for plane, cell in zip(planes, cells, strict=True):
        cv2.warpAffine(cell, whole, size, dst=plane, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return planes


def _refined(
    planes: NDArray[np.float32], part: Image, size: tuple[int, int], cell: float
) -> NDArray[np.float32]:
    """Bring the borders between parts to the photo's edges; the chances still add up to 1."""
    shrunk = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    guide = np.multiply(shrunk, 1 / 255, dtype=np.float32)
    there = np.flatnonzero(planes.max(axis=(1, 2)) > _NEGLIGIBLE)
    radius = max(round(_RADIUS_CELLS * cell), 2)
    planes[there] = guided_filter(guide, planes[there], radius, _EPSILON, step=2)
    np.clip(planes, 0, 1, out=planes)
    planes /= planes.sum(axis=0)
    return planes
