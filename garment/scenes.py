"""Scenes of garments: composed from cut-out ones, and the photos as such.

``python -m garment.scenes --data FOLDER --mattes FOLDER --out FOLDER`` writes some with their
corners, to look at; the mattes are those that ``garment.backgrounds`` prepared.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from garment.data import read_garments
from garment.landmarks import FASHIONAI_24
from pose.engine.augment import Augmentation
from pose.engine.dataset import Sample, read_grey, read_rgb
from pose.engine.scene_drawing import DrawnScenes, SceneStyle, cut_instance, draw_scene_labels
from pose.engine.scenes import Cutout, Layout, Scene

__all__ = ["garment_cutouts", "garment_scenes", "garment_style", "validation_scenes"]

# Garments lie side by side, on a bed or in a catalogue, at any slant; seldom on each other.
_FEW = Layout(height=(0.4, 1.0), spread=0.2, rotation=15.0, outside=0.1, overlap=0.1)
_MANY = Layout(height=(0.28, 0.6), spread=0.2, rotation=15.0, outside=0.1, overlap=0.1)


def garment_style(side: int) -> SceneStyle:
    """Return what scenes of garments are like, `side` pixels wide and high."""
    photos = Augmentation(
        rotation=18.0, scale=(1.0, 2.0), whole=0.3, half_body=0.0, perspective=0.05, shift=0.12
    )
    return SceneStyle(side=side, composed=0.5, most=4, few=_FEW, many=_MANY, photos=photos)


def garment_cutouts(samples: Sequence[Sample], mattes: Path) -> list[Cutout]:
    """Cut garments out of the photos that have a matte in `mattes`."""
    cutouts = []
    for sample in samples:
        path = mattes / f"{sample.path.stem}.png"
        if not path.is_file():
            continue
        matte = read_grey(path)
        photo = read_rgb(sample.path)
        whole = cv2.resize(matte, (photo.shape[1], photo.shape[0]))
        cutouts.append(cut_instance(photo, np.asarray(whole, np.uint8), sample))
    return cutouts


def garment_scenes(samples: Sequence[Sample], mattes: Path, side: int = 256) -> DrawnScenes:
    """Return a drawer of scenes.

    Parameters
    ----------
    samples : sequence of Sample
        Labelled garments.
    mattes : Path
        Folder that ``garment.backgrounds`` wrote.
    side : int
        Width and height of the scenes, a multiple of 32.
    """
    cutouts = garment_cutouts(samples, mattes)
    return DrawnScenes(FASHIONAI_24, samples, cutouts, [], garment_style(side))


def validation_scenes(
    data: Path, mattes: Path, count: int = 60, side: int = 384, seed: int = 7
) -> list[Scene]:
    """Compose scenes of 2 to 4 held-out garments; the same for the same seed.

    Parameters
    ----------
    data : Path
        Folder of ``keypoints_val.json``.
    mattes : Path
        Of the held-out photos.
    count : int
        How many scenes.
    side : int
        Their width and height.
    seed : int
        Of the composition.
    """
    scenes = garment_scenes(read_garments(data / "keypoints_val.json"), mattes, side)
    rng = np.random.default_rng(seed)
    result: list[Scene] = []
    while len(result) < count:
        scene = scenes.compose(int(rng.integers(2, 5)), _MANY, rng)
        if len(scene.points) >= 2:
            result.append(scene)
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Write some scenes as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m garment.scenes", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--mattes", type=Path, required=True, help="of garment.backgrounds")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    draw = garment_scenes(read_garments(args.data / "keypoints_train.json"), args.mattes)
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    for number in range(args.count):
        picture = draw_scene_labels(draw(rng), FASHIONAI_24)
        cv2.imwrite(str(args.out / f"{number}.png"), picture[..., ::-1])


if __name__ == "__main__":
    main()
