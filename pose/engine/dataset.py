"""COCO keypoint files as samples in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.keypoints import KeypointSchema

__all__ = ["Sample", "SampleImages", "read_coco", "read_grey", "read_rgb"]


@dataclass(frozen=True)
class Sample:
    """One labelled instance.

    Attributes
    ----------
    path : Path
        Its photo.
    points : (K, 2) float array
        Pixels of the photo.
    labelled : (K,) bool array
        Where `points` is known.
    absent : (K,) bool array
        Where the instance is known to lack the keypoint (as against merely not labelled).
    attributes : mapping of str to int
        Answers to the network's questions; -1 where unknown.
    weight : float
        How often it is drawn, relative to others.
    tags : mapping of str to str
        What else the file says (source, scene), for reports.
    region : (x, y, width, height), optional
        Where to look in place of the labelled keypoints' box.
    """

    path: Path
    points: NDArray[np.float64]
    labelled: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    attributes: Mapping[str, int] = field(default_factory=dict)
    weight: float = 1.0
    tags: Mapping[str, str] = field(default_factory=dict)
    region: tuple[float, float, float, float] | None = None

    def box(self) -> tuple[float, float, float, float]:
        """Return the tight box (x, y, width, height) of the labelled keypoints.

        A negative sample, which has none, gives its `region`.

        Raises
        ------
        ValueError
            If there is neither.
        """
        if self.region is not None:
            return self.region
        known = self.points[self.labelled]
        if len(known) == 0:
            raise ValueError(f"{self.path}: no labelled keypoints and no region")
        low, high = known.min(axis=0), known.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    def without_object(self, schema: KeypointSchema, **tags: str) -> Sample:
        """Return a negative: the same place, where nothing of `schema` is to be found."""
        count = len(schema)
        return Sample(
            path=self.path,
            points=np.zeros((count, 2)),
            labelled=np.zeros(count, dtype=bool),
            absent=np.ones(count, dtype=bool),
            tags={**self.tags, **tags},
            region=self.box(),
        )

    def weighing(self, weight: float) -> Sample:
        """Return a copy drawn `weight` times as often."""
        return replace(self, weight=weight)


def read_coco(
    file: Path,
    schema: KeypointSchema,
    describe: Callable[[dict[str, Any], dict[str, Any]], Mapping[str, int]] | None = None,
    absent: Callable[[dict[str, Any]], NDArray[np.bool_]] | None = None,
) -> list[Sample]:
    """Read a COCO keypoint file whose photos lie beside it.

    Parameters
    ----------
    file : Path
        JSON with `images`, `annotations`, `categories`; `file_name` is relative to the file.
    schema : KeypointSchema
        Expected keypoints.
    describe : callable, optional
        Gives the attributes of an annotation and its image entry.
    absent : callable, optional
        Gives, of an annotation, the keypoints that the instance cannot have.

    Returns
    -------
    list of Sample
        Instances with three labelled keypoints or more, or with a `region` to look at (an
        addition to COCO's format), in the file's order.

    Raises
    ------
    ValueError
        If the file's keypoints are not the schema's.
    """
    data = json.loads(file.read_text())
    for category in data["categories"]:
        if tuple(category["keypoints"]) != schema.names:
            raise ValueError(f"{file}: keypoints of {category['name']} are not {schema.name}'s")
    images = {image["id"]: image for image in data["images"]}
    samples = []
    for annotation in data["annotations"]:
        image = images[annotation["image_id"]]
        rows = np.asarray(annotation["keypoints"], dtype=np.float64).reshape(-1, 3)
        labelled = rows[:, 2] > 0
        region = annotation.get("region")
        if labelled.sum() < 3 and region is None:
            continue
        lacking = absent(annotation) if absent else np.zeros(len(schema), dtype=bool)
        tags = {k: str(image[k]) for k in ("source", "scene", "mask") if k in image}
        samples.append(
            Sample(
                path=file.parent / image["file_name"],
                points=rows[:, :2],
                labelled=labelled,
                absent=lacking & ~labelled,
                attributes=describe(annotation, image) if describe else {},
                tags=tags,
                region=tuple(region) if region else None,
            )
        )
    return samples


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read a photo of the training data as (H, W, 3) uint8 RGB.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError(f"{path} cannot be read as a picture")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def read_grey(path: Path) -> NDArray[np.uint8]:
    """Read a mask or matte as (H, W) uint8.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise OSError(f"{path} cannot be read as a picture")
    return np.asarray(image, dtype=np.uint8)


class SampleImages:
    """Decoded photos in memory, shrunk to what the crops need.

    Decoding costs more than a training crop, so every photo is decoded once.

    Parameters
    ----------
    max_side : int
        Longer side of what is kept, in pixels.
    """

    def __init__(self, max_side: int = 512) -> None:
        self.max_side = max_side
        self._cache: dict[Path, tuple[NDArray[np.uint8], float]] = {}

    def load(self, path: Path) -> tuple[NDArray[np.uint8], float]:
        """Return the RGB photo, shrunk, and the scale from its own pixels to the kept ones."""
        if path not in self._cache:
            self._cache[path] = self._read(path)
        return self._cache[path]

    def preload(self, paths: Iterable[Path]) -> None:
        """Decode all of `paths` now."""
        for path in paths:
            self.load(path)

    def _read(self, path: Path) -> tuple[NDArray[np.uint8], float]:
        image = read_rgb(path)
        scale = min(1.0, self.max_side / max(image.shape[:2]))
        if scale == 1:
            return image, scale
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8), scale
