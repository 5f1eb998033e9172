"""Train a network on scenes of garments: ``python -m garment.train_scenes --data FOLDER``.

``--method bottomup`` learns corners and edges of all garments at once, ``--method detector``
their boxes. ``--mattes`` and ``--mattes-val`` are folders that ``garment.backgrounds`` wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from garment.data import read_garments
from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF
from garment.metrics import normalisers
from garment.scenes import garment_scenes, validation_scenes
from garment.train import TERMS, balanced
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.box_metrics import found_boxes, match_boxes
from pose.engine.detector import Detector
from pose.engine.grouping import group_greedy
from pose.engine.keypoints import Keypoints
from pose.engine.scene_command import SceneNetwork, SceneTask, run_scene_training, scene_parser
from pose.engine.scene_predictor import ScenePredictor
from pose.engine.scenes import Scene

__all__ = ["main", "scene_figures"]

TASK = SceneTask(
    program="python -m garment.train_scenes",
    subject="garments",
    schema=FASHIONAI_24,
    terms=TERMS,
    prefix="garment-",
)


def scene_figures(
    found: Sequence[Sequence[Keypoints]], scenes: Sequence[Scene]
) -> dict[str, float]:
    """Tell how many garments were found in composed scenes, and how right their corners are.

    Parameters
    ----------
    found : sequence of N sequences of Keypoints
        The garments of each scene, best first.
    scenes : sequence of N Scene
        What there is.

    Returns
    -------
    dict
        `recall`, `precision`, `overlap` of boxes; `corners`, the share of seen corners of the
        found garments that were reported; `ne` of those.
    """
    boxes = [np.array([k.bbox() for k in some]).reshape(-1, 4) for some in found]
    figures = found_boxes(boxes, [scene.boxes for scene in scenes])
    errors, there = [], []
    for some, own, scene in zip(found, boxes, scenes, strict=True):
        for i, j in match_boxes(own, scene.boxes):
            seen, reported = scene.seen[j], some[i].scores > 0
            category = [_category(scene, j)]
            length = normalisers(scene.points[j][None], scene.known[j][None], category)
            distance = np.linalg.norm(some[i].xy - scene.points[j], axis=1)
            errors.append(distance[seen & reported] / length)
            there.append(reported[seen].mean() if seen.any() else 1.0)
    figures["corners"] = float(np.mean(there)) if there else 0.0
    figures["ne"] = float(np.mean(np.concatenate(errors))) if errors else float("nan")
    return figures


def _category(scene: Scene, instance: int) -> str:
    """Return a category that has all of an instance's corners; NE asks only top or bottom."""
    known = {name for name, k in zip(FASHIONAI_24.names, scene.known[instance], strict=True) if k}
    fitting = [name for name in CATEGORIES if known <= set(LANDMARKS_OF[name])]
    return fitting[0] if fitting else CATEGORIES[0]


def measure(network: SceneNetwork, scenes: Sequence[Scene]) -> Mapping[str, float]:
    """Return the figures of a network on held-out scenes, without flip test."""
    images = [np.ascontiguousarray(scene.image) for scene in scenes]
    if isinstance(network, BottomUpNetwork):
        predictor = ScenePredictor(network, FASHIONAI_24, group_greedy, flip_test=False)
        return scene_figures([predictor(image) for image in images], scenes)
    detector = Detector(network, side=images[0].shape[0])
    boxes = [np.array([d.box for d in detector(i)]).reshape(-1, 4) for i in images]
    return found_boxes(boxes, [scene.boxes for scene in scenes])


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says; see ``--help``."""
    parser = scene_parser(TASK)
    parser.add_argument("--mattes", type=Path, required=True, help="of the training photos")
    parser.add_argument("--mattes-val", type=Path, required=True, help="of the held-out photos")
    parser.add_argument("--pseudo", type=Path, help="file that garment.pseudo wrote")
    args = parser.parse_args(arguments)
    samples = read_garments(args.data / "keypoints_train.json")
    if args.pseudo:
        # Scenes need corners: photos that teach their category alone are of no use.
        pseudo = read_garments(args.pseudo)
        samples += [s.weighing(0.5) for s in pseudo if s.labelled.any()]
    draw = garment_scenes(balanced(samples, 0.5), args.mattes, args.side)
    held_out = validation_scenes(args.data, args.mattes_val)
    run_scene_training(TASK, args, draw, lambda network: measure(network, held_out), arguments)


if __name__ == "__main__":
    main()
