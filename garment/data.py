"""Labelled garments as samples of the keypoint engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from garment.landmarks import CATEGORIES, FASHIONAI_24, VIEWS
from pose.engine.dataset import Sample, read_coco

__all__ = ["category_of", "points_of", "read_garments"]


def read_garments(file: Path) -> list[Sample]:
    """Read a COCO keypoint file with the 24 landmarks, a category and a view of each garment."""
    return read_coco(file, FASHIONAI_24, describe=_describe, absent=_absent)


def category_of(sample: Sample) -> str:
    """Return the name of a sample's category."""
    return CATEGORIES[sample.attributes["category"]]


def points_of(sample: Sample) -> dict[str, tuple[float, float]]:
    """Return a sample's labelled landmarks by name, in pixels."""
    return {
        name: (float(x), float(y))
        for name, (x, y), known in zip(
            FASHIONAI_24.names, sample.points, sample.labelled, strict=True
        )
        if known
    }


def _describe(annotation: dict[str, Any], image: dict[str, Any]) -> dict[str, int]:
    return {
        "category": int(annotation["category_id"]) - 1,
        "view": VIEWS.index(annotation["view"]) if "view" in annotation else -1,
    }


def _absent(annotation: dict[str, Any]) -> NDArray[np.bool_]:
    if "region" in annotation:
        return np.zeros(len(FASHIONAI_24), dtype=bool)
    # Every landmark of these files was looked for: one without a label is not in the photo.
    rows = np.asarray(annotation["keypoints"], dtype=np.float64).reshape(-1, 3)
    return np.asarray(rows[:, 2] == 0)
