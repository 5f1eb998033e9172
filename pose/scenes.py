"""Scenes of people: composed from masked photos, and the photos as such.

``python -m pose.scenes --data FOLDER --out FOLDER`` writes some with their joints, to look at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from pose.engine.dataset import Sample, read_coco, read_grey, read_rgb
from pose.engine.scene_drawing import DrawnScenes, SceneStyle, cut_instance, draw_scene_labels
from pose.engine.scenes import Cutout, Layout, Scene
from pose.keypoints import COCO_17
from pose.metrics import Truth

__all__ = ["people_cutouts", "people_scenes", "read_empty", "scene_truths", "validation_scenes"]

# Groups as photos of them are taken: whole people, side by side and overlapping.
_GROUP = Layout(height=(0.45, 0.9), outside=0.1)


def people_cutouts(samples: Sequence[Sample], folder: Path) -> list[Cutout]:
    """Cut people out of the photos that have a clothing mask, not an empty one, in `folder`."""
    cutouts = []
    for sample in samples:
        path = folder / sample.tags.get("mask", "None")
        if not path.is_file():
            continue
        mask = read_grey(path)
        if not mask.any():
            continue
        # Drawn outlines run a pixel wide of the person: softened inwards.
        drawn = (mask > 0).astype(np.uint8) * 255
        matte = cv2.GaussianBlur(cv2.erode(drawn, np.ones((3, 3))), (0, 0), 1.0)
        cutouts.append(cut_instance(read_rgb(sample.path), np.asarray(matte, np.uint8), sample))
    return cutouts


def people_scenes(
    samples: Sequence[Sample], folder: Path, empty: Sequence[Path], style: SceneStyle | None = None
) -> DrawnScenes:
    """Return a drawer of scenes.

    Parameters
    ----------
    samples : sequence of Sample
        Labelled people.
    folder : Path
        Of the masks that the samples' tags name.
    empty : sequence of Path
        Photos without people, for backgrounds.
    style : SceneStyle, optional
        What the scenes are like.
    """
    return DrawnScenes(COCO_17, samples, people_cutouts(samples, folder), empty, style)


def read_empty(file: Path | None) -> list[Path]:
    """Return the photos of a COCO file that show no person and no mannequin."""
    if file is None:
        return []
    data = json.loads(file.read_text())
    return [
        file.parent / image["file_name"]
        for image in data["images"]
        if image.get("scene") != "mannequin"
    ]


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
    scenes = people_scenes(samples, data, empty, SceneStyle(side=side))
    rng = np.random.default_rng(seed)
    result: list[Scene] = []
    while len(result) < count:
        scene = scenes.compose(int(rng.integers(2, 6)), _GROUP, rng)
        if len(scene.points) >= 2:
            result.append(scene)
    return result


def scene_truths(scenes: Sequence[Scene]) -> list[Truth]:
    """Return what is to be found in composed scenes.

    Joints behind other people or beyond the border do not count; nor do people of whom fewer
    than five joints are in sight.
    """
    truths = []
    for scene in scenes:
        enough = scene.seen.sum(axis=1, keepdims=True) >= 5
        areas = scene.boxes[:, 2] * scene.boxes[:, 3]
        truths.append(Truth(scene.points, scene.seen & enough, areas))
    return truths


def main(arguments: Sequence[str] | None = None) -> None:
    """Write some scenes as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m pose.scenes", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    samples = read_coco(args.data / "keypoints_train.json", COCO_17)
    draw = people_scenes(samples, args.data, [])
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    for number in range(args.count):
        picture = draw_scene_labels(draw(rng), COCO_17)
        cv2.imwrite(str(args.out / f"{number}.png"), picture[..., ::-1])


if __name__ == "__main__":
    main()
