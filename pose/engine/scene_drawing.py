"""Scenes to train on: composed from cut-out instances, and untouched photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.augment import Augmentation, random_fill, random_view, vary_colours
from pose.engine.crop import apply_homography, sample_crop
from pose.engine.dataset import Sample, SampleImages
from pose.engine.keypoints import KeypointSchema
from pose.engine.photo_edge import random_photo_edge
from pose.engine.scenes import Cutout, Layout, Scene, compose_scene

__all__ = ["DrawnScenes", "SceneStyle", "cut_instance", "draw_scene_labels"]

Image = NDArray[np.uint8]

# Cutouts are kept no larger than scenes show them.
_CUTOUT_HEIGHT = 400
# Walls and photos without instances, mixed.
_WALL_SHARE = 0.3
_FEW, _MANY = Layout(height=(0.4, 1.25)), Layout(height=(0.35, 0.95))
_PHOTOS = Augmentation(
    rotation=12.0,
    scale=(1.0, 2.2),
    whole=0.3,
    half_body=0.1,
    ended=0.3,
    perspective=0.03,
    shift=0.12,
)


@dataclass(frozen=True)
class SceneStyle:
    """What drawn scenes are like.

    Attributes
    ----------
    side : int
        Width and height of the scenes, a multiple of 32.
    composed : float
        Share of composed scenes; the others are photos of one labelled instance.
    most : int
        Instances in a composed scene at most.
    few, many : Layout
        How one or two instances are strewn, and how more are: groups are shown smaller.
    photos : Augmentation
        How photos are varied, also those that become backgrounds.
    """

    side: int = 256
    composed: float = 0.6
    most: int = 5
    few: Layout = _FEW
    many: Layout = _MANY
    photos: Augmentation = _PHOTOS


def cut_instance(image: Image, matte: Image, sample: Sample) -> Cutout:
    """Cut a labelled instance out of its photo, no larger than scenes need it.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        The photo.
    matte : (H, W) uint8 array
        255 on the instance; not empty.
    sample : Sample
        Its labels, in the photo's pixels.
    """
    rows, columns = np.flatnonzero(matte.any(axis=1)), np.flatnonzero(matte.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    rgba = np.dstack([image, matte])[top:bottom, left:right]
    scale = min(1.0, _CUTOUT_HEIGHT / rgba.shape[0])
    size = (max(round(rgba.shape[1] * scale), 1), max(round(rgba.shape[0] * scale), 1))
    shrunk = np.array(size) / (rgba.shape[1], rgba.shape[0])
    points = (sample.points - (left, top) + 0.5) * shrunk - 0.5
    small = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA)
    return Cutout(np.asarray(small, np.uint8), points, sample.labelled, sample.absent)


class DrawnScenes:
    """Draws scenes: composed ones, and photos of one labelled instance.

    Parameters
    ----------
    schema : KeypointSchema
        Of the keypoints.
    samples : sequence of Sample
        Labelled instances, one a photo, for scenes of one.
    cutouts : sequence of Cutout
        Of which scenes of several are composed.
    empty : sequence of Path
        Photos without instances, for backgrounds; plain walls where there are none.
    style : SceneStyle, optional
        What the scenes are like.
    """

    def __init__(
        self,
        schema: KeypointSchema,
        samples: Sequence[Sample],
        cutouts: Sequence[Cutout],
        empty: Sequence[Path],
        style: SceneStyle | None = None,
    ) -> None:
        self.schema, self.samples, self.cutouts = schema, list(samples), list(cutouts)
        self.empty, self.style = list(empty), style or SceneStyle()
        self.images = SampleImages(max_side=448)
        weights = np.array([sample.weight for sample in self.samples])
        self._chances = weights / weights.sum() if len(weights) else weights

    def __call__(self, rng: np.random.Generator) -> Scene:
        """Draw one scene."""
        composes = bool(self.cutouts) and rng.random() < self.style.composed
        scene = self._composed(rng) if composes else self._photo(rng)
        return replace(scene, image=vary_colours(scene.image, self.style.photos, rng))

    def compose(self, count: int, layout: Layout, rng: np.random.Generator) -> Scene:
        """Draw a scene of up to `count` cut-out instances; those without a place are left out."""
        chosen = [self.cutouts[i] for i in rng.integers(0, len(self.cutouts), count)]
        return compose_scene(chosen, self._background(rng), self.schema, rng, layout)

    def _composed(self, rng: np.random.Generator) -> Scene:
        count = int(rng.integers(0, self.style.most + 1))
        return self.compose(count, self.style.few if count < 3 else self.style.many, rng)

    def _background(self, rng: np.random.Generator) -> Image:
        size = (self.style.side, self.style.side)
        if not self.empty or rng.random() < _WALL_SHARE:
            return _wall(size, rng)
        image, scale = self.images.load(self.empty[int(rng.integers(len(self.empty)))])
        height, width = image.shape[0] / scale, image.shape[1] / scale
        everything = _whole(len(self.schema), (width, height))
        how = replace(self.style.photos, whole=0.0, half_body=0.0, scale=(0.4, 0.9))
        view = random_view(image, scale, everything, size, self.schema, how, rng)
        shrink = np.diag([1 / scale, 1 / scale, 1.0])
        return sample_crop(image, view @ shrink, size, random_fill(rng))

    def _photo(self, rng: np.random.Generator) -> Scene:
        sample = self.samples[int(rng.choice(len(self.samples), p=self._chances))]
        image, scale = self.images.load(sample.path)
        side = self.style.side
        if rng.random() < self.style.photos.ended:
            image, sample = random_photo_edge(image, scale, sample, rng)
        view = random_view(image, scale, sample, (side, side), self.schema, self.style.photos, rng)
        shrink = np.diag([1 / scale, 1 / scale, 1.0])
        pixels = sample_crop(image, view @ shrink, (side, side), random_fill(rng))
        points = apply_homography(view, sample.points)
        known, lacking = sample.labelled.copy(), sample.absent.copy()
        if rng.random() < 0.5:
            order = list(self.schema.flip_order)
            pixels = np.ascontiguousarray(pixels[:, ::-1])
            points = points[order] * (-1, 1) + (side - 1, 0)
            known, lacking = known[order], lacking[order]
        outside = np.asarray(((points < 0) | (points > side - 1)).any(axis=1))
        low, high = points[known].min(axis=0), points[known].max(axis=0)
        margin = 0.2 * float((high - low).max())
        x, y, right, bottom = (float(v) for v in (*(low - margin), *(high + margin)))
        return Scene(
            pixels,
            points[None],
            known[None],
            outside[None],
            np.concatenate([low, high - low])[None],
            # Beyond the one labelled instance others may stand unlabelled.
            (x, y, right - x, bottom - y),
            lacking[None],
        )


def _whole(count: int, size: tuple[float, float]) -> Sample:
    """Return a sample that stands for a whole picture."""
    none = np.zeros(count, dtype=bool)
    region = (0.0, 0.0, size[0] - 1, size[1] - 1)
    return Sample(Path(), np.zeros((count, 2)), none, none, region=region)


def _wall(size: tuple[int, int], rng: np.random.Generator) -> Image:
    """Return a plain studio wall, unevenly lit, sometimes with a floor."""
    width, height = size
    colour = rng.uniform(150, 255, 3) if rng.random() < 0.3 else np.full(3, rng.uniform(90, 255))
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 1 + rng.normal(0, 0.12) * (x - 0.5) + rng.normal(0, 0.12) * (y - 0.5)
    wall = colour * light[..., None] + rng.normal(0, rng.uniform(0, 4), (height, width, 3))
    if rng.random() < 0.4:
        wall[int(rng.uniform(0.7, 0.95) * height) :] *= rng.uniform(0.7, 0.97)
    return np.clip(wall, 0, 255).astype(np.uint8)


def draw_scene_labels(scene: Scene, schema: KeypointSchema) -> Image:
    """Return the scene with its limbs drawn: green where in sight, red where hidden."""
    picture = scene.image.copy()
    for points, seen, known in zip(scene.points, scene.seen, scene.known, strict=True):
        for i, j in schema.edge_indices:
            if known[i] and known[j]:
                colour = (60, 220, 60) if seen[i] and seen[j] else (220, 60, 60)
                a, b = (tuple(int(v) for v in points[k].round()) for k in (i, j))
                cv2.line(picture, a, b, colour, 1)
    return picture
