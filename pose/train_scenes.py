"""Train a network on scenes of people: ``python -m pose.train_scenes --data FOLDER``.

``--method bottomup`` learns joints and limbs of all people at once, ``--method detector`` their
boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pose.engine.bottomup import BottomUpNetwork
from pose.engine.box_metrics import found_boxes
from pose.engine.dataset import read_coco
from pose.engine.detector import Detector
from pose.engine.grouping import group_greedy
from pose.engine.scene_command import SceneNetwork, SceneTask, run_scene_training, scene_parser
from pose.engine.scene_drawing import SceneStyle
from pose.engine.scene_predictor import ScenePredictor
from pose.engine.scenes import Scene
from pose.keypoints import COCO_17
from pose.metrics import scene_average_precision
from pose.scenes import people_scenes, read_empty, scene_truths, validation_scenes
from pose.train import TERMS

__all__ = ["main"]

TASK = SceneTask(
    program="python -m pose.train_scenes", subject="people", schema=COCO_17, terms=TERMS
)
# Of the held-out scenes that are looked at after every epoch.
_SCENES = 60


def measure(network: SceneNetwork, scenes: Sequence[Scene]) -> Mapping[str, float]:
    """Return the figures of a network on held-out scenes, without flip test."""
    images = [np.ascontiguousarray(scene.image) for scene in scenes]
    if isinstance(network, BottomUpNetwork):
        predictor = ScenePredictor(network, COCO_17, group_greedy, flip_test=False)
        return scene_average_precision([predictor(i) for i in images], scene_truths(scenes))
    detector = Detector(network, side=images[0].shape[0])
    boxes = [np.array([d.box for d in detector(i)]).reshape(-1, 4) for i in images]
    truths = [
        s.boxes[t.labelled.any(axis=1)] for s, t in zip(scenes, scene_truths(scenes), strict=True)
    ]
    return found_boxes(boxes, truths)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says; see ``--help``."""
    parser = scene_parser(TASK)
    parser.add_argument("--empty", type=Path, help="COCO file of photos without people")
    parser.add_argument("--empty-val", type=Path, help="the same of held-out photos")
    args = parser.parse_args(arguments)
    samples = read_coco(args.data / "keypoints_train.json", COCO_17)
    scenes = people_scenes(samples, args.data, read_empty(args.empty), SceneStyle(side=args.side))
    held_out = validation_scenes(args.data, read_empty(args.empty_val), count=_SCENES)
    run_scene_training(TASK, args, scenes, lambda network: measure(network, held_out), arguments)


if __name__ == "__main__":
    main()
