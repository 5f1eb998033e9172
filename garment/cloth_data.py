"""Garments whose pixels are labelled: cloth, or what lies around it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from garment.data import category_of, points_of
from garment.outline import TOPS, complete_points, fill, garment_width, neck_opening
from pose.engine.dataset import Sample, read_grey
from pose.engine.segmentation import UNKNOWN

__all__ = ["LabelledCloth", "read_cloth", "settled"]

Mask = NDArray[np.uint8]

#: A mask is left out whose teacher is less sure than this, or that overlaps the corners' outline
#: less: it shows the bed, or a print.
_LEAST_SURE, _LEAST_OVERLAP = 0.9, 0.6
# Higher above the neckline than this, in garment widths, is a hood, a hanger or a neck: none of
# them is laid on a body.
_COLLAR = 0.15


@dataclass(frozen=True)
class LabelledCloth:
    """A garment whose pixels are labelled.

    Attributes
    ----------
    sample : Sample
        The photo and the garment's corners.
    cloth : (H, W) uint8 array
        1 cloth, 0 not, `UNKNOWN` where nobody knows; as large as the photo.
    """

    sample: Sample
    cloth: Mask


def read_cloth(samples: Sequence[Sample], folder: Path) -> list[LabelledCloth]:
    """Read the masks that ``tools/prompted_masks.py`` wrote, of those samples that have one.

    Parameters
    ----------
    samples : sequence of Sample
        Garments, their corners known.
    folder : Path
        Holds ``{stem}.png``, white where cloth is, and ``{stem}.json`` with `quality` and
        `overlap`.

    Raises
    ------
    OSError
        If a mask cannot be read.
    """
    labelled = []
    for sample in samples:
        file = folder / f"{sample.path.stem}.png"
        if not file.is_file():
            continue
        said = json.loads(file.with_suffix(".json").read_text())
        if said["quality"] < _LEAST_SURE or said["overlap"] < _LEAST_OVERLAP:
            continue
        labelled.append(LabelledCloth(sample, settled(read_grey(file) > 127, sample)))
    return labelled


def settled(mask: NDArray[np.bool_], sample: Sample) -> Mask:
    """Turn a mask of the whole garment into what is to be learnt.

    A hood goes with the neck: on a body it would cover the face. What shows in the neck opening
    is left open; its colours, compared with the cloth's, decide that case by case.
    """
    points = points_of(sample)
    category = category_of(sample)
    cloth = mask.astype(np.uint8)
    if category not in TOPS:
        return cloth
    points = complete_points(points, category)
    triangle = neck_opening(points)
    if triangle is not None:
        cloth[fill([triangle], cloth.shape)] = UNKNOWN
        cloth[_above(points, _COLLAR * garment_width(points, category), cloth.shape)] = 0
    return cloth


def _above(
    points: dict[str, tuple[float, float]], distance: float, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Mark what lies on the far side of the line from neckline to neckline, farther than that."""
    left, right = np.array(points["neckline_left"]), np.array(points["neckline_right"])
    along = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
    up = np.array([along[1], -along[0]])
    inside = np.mean(list(points.values()), axis=0)
    if np.dot(up, inside - (left + right) / 2) > 0:
        up = -up
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.asarray((x - left[0]) * up[0] + (y - left[1]) * up[1] > distance)
