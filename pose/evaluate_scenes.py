"""Measure on scenes of several people: ``python -m pose.evaluate_scenes --data FOLDER``.

Scenes of 2 to 5 people are composed from held-out photos, the same for the same seed; people
overlap. Every method reads the same scenes: also top-down, which needs a detector for them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pose.engine.predictor import overlap
from pose.engine.scenes import Scene
from pose.estimator import METHODS, PoseEstimator, shipped_methods
from pose.metrics import scene_average_precision
from pose.scenes import read_empty, scene_truths, validation_scenes

__all__ = ["SceneReport", "crowded", "evaluate_scenes", "main"]

# Boxes that overlap more (intersection over union) count as people before one another.
_OVERLAP = 0.1


@dataclass(frozen=True)
class SceneReport:
    """Figures of one method.

    Attributes
    ----------
    method : str
        Its name.
    scenes : str
        ``all``, or ``overlapping``.
    people : int
        How many there are.
    ap : dict
        AP, AP50, AP75, AR over object keypoint similarity.
    milliseconds : float
        Median of a picture.
    """

    method: str
    scenes: str
    people: int
    ap: dict[str, float]
    milliseconds: float


def crowded(scene: Scene) -> bool:
    """Whether two people of a scene overlap."""
    boxes = [(float(x), float(y), float(w), float(h)) for x, y, w, h in scene.boxes]
    return any(overlap(a, b) > _OVERLAP for i, a in enumerate(boxes) for b in boxes[:i])


def evaluate_scenes(
    estimator: PoseEstimator, scenes: Sequence[Scene], method: str
) -> list[SceneReport]:
    """Measure one method on all scenes and on those where people overlap.

    Parameters
    ----------
    estimator : PoseEstimator
        What is measured.
    scenes : sequence of Scene
        With all their people.
    method : str
        What the report calls it.
    """
    found, times = [], []
    for scene in scenes:
        image = np.ascontiguousarray(scene.image)
        start = time.perf_counter()
        found.append(estimator(image))
        times.append(1000 * (time.perf_counter() - start))
    truths = scene_truths(scenes)
    reports = []
    groups = {"all": range(len(scenes)), "overlapping": _where_crowded(scenes)}
    for name, numbers in groups.items():
        ap = scene_average_precision([found[i] for i in numbers], [truths[i] for i in numbers])
        people = sum(int(truths[i].labelled.any(axis=1).sum()) for i in numbers)
        reports.append(SceneReport(method, name, people, ap, statistics.median(times)))
    return reports


def _where_crowded(scenes: Sequence[Scene]) -> Sequence[int]:
    return [i for i, scene in enumerate(scenes) if crowded(scene)]


def format_table(reports: Sequence[SceneReport]) -> str:
    """Return the reports as a Markdown table."""
    lines = ["| method | scenes | people | OKS-AP | AP50 | AP75 | AR | ms |", "|" + "---|" * 8]
    for r in reports:
        cells = " | ".join(f"{r.ap[name]:.3f}" for name in ("AP", "AP50", "AP75", "AR"))
        lines.append(f"| {r.method} | {r.scenes} | {r.people} | {cells} | {r.milliseconds:.0f} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m pose.evaluate_scenes", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_val.json")
    parser.add_argument("--empty", type=Path, help="COCO file of held-out photos without people")
    parser.add_argument("--method", nargs="+", choices=list(METHODS), help="default: all shipped")
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    parser.add_argument("--count", type=int, default=120, help="how many scenes")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    args = parser.parse_args(arguments)
    scenes = validation_scenes(args.data, read_empty(args.empty), args.count, seed=args.seed)
    reports = []
    for method in args.method or shipped_methods():
        estimator = PoseEstimator.load(method, weights=args.weights)
        reports += evaluate_scenes(estimator, scenes, method)
    print(format_table(reports))
    if args.json:
        args.json.write_text(json.dumps([asdict(r) for r in reports], indent=2) + "\n")


if __name__ == "__main__":
    main()
