"""Scenes of people for the bottom-up network: composed from masked photos, and the photos as such.

``python -m pose.scenes --data FOLDER --out FOLDER`` writes some with their joints, to look at.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.augment import Augmentation, random_fill, random_view, vary_colours
from pose.engine.crop import apply_homography, sample_crop
from pose.engine.dataset import Sample, SampleImages, read_coco, read_rgb
from pose.engine.scenes import Cutout, Layout, Scene, compose_scene
from pose.keypoints import COCO_17

__all__ = ["PeopleScenes", "people_cutouts", "validation_scenes"]

Image = NDArray[np.uint8]

#: How photos are varied before they become a scene or a background.
VARIED = Augmentation(
    rotation=12.0, scale=(1.0, 2.2), whole=0.3, half_body=0.1, perspective=0.03, shift=0.12
)
# Cutouts are kept no larger than scenes show them.
_CUTOUT_HEIGHT = 400
# Walls and photos without people, mixed.
_WALL_SHARE = 0.3


def people_cutouts(samples: Sequence[Sample], folder: Path) -> list[Cutout]:
    """Cut people out of the photos that have a clothing mask in `folder`."""
    cutouts = []
    for sample in samples:
        path = folder / sample.tags.get("mask", "None")
        if not path.is_file():
            continue
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if mask is None:
            raise OSError(f"{path} cannot be read as a picture")
        cutouts.append(_cutout(read_rgb(sample.path), mask > 0, sample))
    return cutouts


def _cutout(image: Image, mask: NDArray[np.bool_], sample: Sample) -> Cutout:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    # Drawn outlines run a pixel wide of the person: softened inwards.
    alpha = cv2.GaussianBlur(cv2.erode(mask.astype(np.uint8) * 255, np.ones((3, 3))), (0, 0), 1.0)
    rgba = np.dstack([image, alpha])[top:bottom, left:right]
    scale = min(1.0, _CUTOUT_HEIGHT / rgba.shape[0])
    size = (max(round(rgba.shape[1] * scale), 1), max(round(rgba.shape[0] * scale), 1))
    points = (sample.points - (left, top) + 0.5) * (
        size[0] / rgba.shape[1],
        size[1] / rgba.shape[0],
    ) - 0.5
    small = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA)
    return Cutout(np.asarray(small, np.uint8), points, sample.labelled)


class PeopleScenes:
    """Draws scenes: composed ones, and photos of one labelled person.

    Parameters
    ----------
    samples : sequence of Sample
        Labelled people.
    folder : Path
        Of the masks that the samples' tags name.
    empty : sequence of Path
        Photos without people, for backgrounds.
    side : int
        Width and height of the scenes, a multiple of 32.
    composed : float
        Share of composed scenes.
    most : int
        People in a composed scene at most.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        folder: Path,
        empty: Sequence[Path],
        *,
        side: int = 256,
        composed: float = 0.6,
        most: int = 5,
    ) -> None:
        self.samples, self.empty = list(samples), list(empty)
        self.cutouts = people_cutouts(samples, folder)
        self.side, self.composed, self.most = side, composed, most
        self.images = SampleImages(max_side=448)

    def __call__(self, rng: np.random.Generator) -> Scene:
        """Draw one scene."""
        scene = self._composed(rng) if rng.random() < self.composed else self._photo(rng)
        return replace(scene, image=vary_colours(scene.image, VARIED, rng))

    def _composed(self, rng: np.random.Generator) -> Scene:
        count = int(rng.integers(0, self.most + 1))
        chosen = [self.cutouts[i] for i in rng.integers(0, len(self.cutouts), count)]
        # More people are shown smaller, as photos of groups show them.
        layout = Layout(height=(0.4, 1.25) if count < 3 else (0.35, 0.95))
        return compose_scene(chosen, self._background(rng), COCO_17, rng, layout)

    def _background(self, rng: np.random.Generator) -> Image:
        size = (self.side, self.side)
        if not self.empty or rng.random() < _WALL_SHARE:
            return _wall(size, rng)
        image, scale = self.images.load(self.empty[int(rng.integers(len(self.empty)))])
        height, width = image.shape[0] / scale, image.shape[1] / scale
        everything = _whole((width, height))
        how = replace(VARIED, whole=0.0, half_body=0.0, scale=(0.4, 0.9))
        view = random_view(image, scale, everything, size, COCO_17, how, rng)
        shrink = np.diag([1 / scale, 1 / scale, 1.0])
        return sample_crop(image, view @ shrink, size, random_fill(rng))

    def _photo(self, rng: np.random.Generator) -> Scene:
        sample = self.samples[int(rng.integers(len(self.samples)))]
        image, scale = self.images.load(sample.path)
        size = (self.side, self.side)
        view = random_view(image, scale, sample, size, COCO_17, VARIED, rng)
        shrink = np.diag([1 / scale, 1 / scale, 1.0])
        pixels = sample_crop(image, view @ shrink, size, random_fill(rng))
        points = apply_homography(view, sample.points)
        known = sample.labelled.copy()
        if rng.random() < 0.5:
            order = list(COCO_17.flip_order)
            pixels = np.ascontiguousarray(pixels[:, ::-1])
            points, known = points[order] * (-1, 1) + (self.side - 1, 0), known[order]
        outside = np.asarray(((points < 0) | (points > self.side - 1)).any(axis=1))
        low, high = points[known].min(axis=0), points[known].max(axis=0)
        margin = 0.2 * float((high - low).max())
        x, y, right, bottom = (float(v) for v in (*(low - margin), *(high + margin)))
        return Scene(
            pixels,
            points[None],
            known[None],
            outside[None],
            np.concatenate([low, high - low])[None],
            (x, y, right - x, bottom - y),
        )


def _whole(size: tuple[float, float]) -> Sample:
    """Return a sample that stands for a whole picture."""
    count = len(COCO_17)
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


def validation_scenes(
    data: Path, empty: Sequence[Path], count: int = 120, side: int = 384, seed: int = 7
) -> list[Scene]:
    """Compose scenes of 2 to 5 people from held-out photos; the same for the same seed.

    Parameters
    ----------
    data : Path
        Folder of ``keypoints_val.json`` and its masks.
    empty : sequence of Path
        Held-out photos without people, for backgrounds.
    count : int
        How many scenes.
    side : int
        Their width and height.
    seed : int
        Of the composition.
    """
    samples = read_coco(data / "keypoints_val.json", COCO_17)
    scenes = PeopleScenes(samples, data, empty, side=side, composed=1.0)
    rng = np.random.default_rng(seed)
    layout = Layout(height=(0.45, 0.9), outside=0.1)
    result: list[Scene] = []
    while len(result) < count:
        people = int(rng.integers(2, 6))
        chosen = [scenes.cutouts[i] for i in rng.integers(0, len(scenes.cutouts), people)]
        scene = compose_scene(chosen, scenes._background(rng), COCO_17, rng, layout)
        if len(scene.points) >= 2:
            result.append(scene)
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Write some scenes as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m pose.scenes", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    samples = read_coco(args.data / "keypoints_train.json", COCO_17)
    draw = PeopleScenes(samples, args.data, [])
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    for number in range(args.count):
        scene = draw(rng)
        picture = np.ascontiguousarray(scene.image[..., ::-1])
        for points, seen, known in zip(scene.points, scene.seen, scene.known, strict=True):
            for i, j in COCO_17.edge_indices:
                if known[i] and known[j]:
                    colour = (60, 220, 60) if seen[i] and seen[j] else (60, 60, 220)
                    a, b = (tuple(int(v) for v in points[k].round()) for k in (i, j))
                    cv2.line(picture, a, b, colour, 1)
        cv2.imwrite(str(args.out / f"{number}.png"), picture)


if __name__ == "__main__":
    main()
