"""Measure the parsing of people: ``python -m pose.evaluate_parsing --data FOLDER``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose.engine.dataset import Sample, read_rgb
from pose.engine.predictor import overlap
from pose.engine.segmentation import UNKNOWN
from pose.estimator import PoseEstimator
from pose.keypoints import COCO_17, Keypoints
from pose.parsing import HumanParser
from pose.parsing_data import LabelledPerson, read_people
from pose.parsing_metrics import confusion, intersection_over_union
from pose.parts import PARTS

__all__ = ["ParsingReport", "evaluate_parsing", "found_joints", "given_joints", "main"]

Joints = Callable[[NDArray[np.uint8], Sample], Keypoints]


@dataclass(frozen=True)
class ParsingReport:
    """Figures of the parsing, over all pixels of all photos.

    Attributes
    ----------
    joints : str
        ``found`` or ``given``.
    people : int
        How many.
    iou : dict
        Part -> intersection over union, 0..1; NaN of a part that never occurs.
    miou : float
        Mean of those.
    silhouette : float
        Intersection over union of the person as a whole.
    accuracy : float
        Share of pixels rightly labelled.
    """

    joints: str
    people: int
    iou: dict[str, float]
    miou: float
    silhouette: float
    accuracy: float


def given_joints(image: NDArray[np.uint8], sample: Sample) -> Keypoints:
    """Return a sample's labelled joints."""
    return Keypoints(COCO_17, sample.points, sample.labelled.astype(np.float64))


def found_joints(estimator: PoseEstimator) -> Joints:
    """Return a function that finds the joints of a sample's person."""

    def find(image: NDArray[np.uint8], sample: Sample) -> Keypoints:
        # Where several people are in the photo, the labelled one is meant.
        people = estimator.candidates(image)
        return max(people, key=lambda person: overlap(person.bbox(0.2), sample.box()))

    return find


def evaluate_parsing(
    parser: HumanParser, people: Sequence[LabelledPerson], joints: Joints, name: str
) -> ParsingReport:
    """Measure at the photos' own size.

    Parameters
    ----------
    parser : HumanParser
        What is measured.
    people : sequence of LabelledPerson
        With masks.
    joints : callable
        Gives a person's joints of a photo and its sample: `given_joints` or `found_joints`.
    name : str
        What the report calls them.
    """
    total = np.zeros((len(PARTS), len(PARTS)), np.int64)
    for person in people:
        image = read_rgb(person.sample.path)
        labels = parser(image, joints(image, person.sample)).labels()
        known = person.parts != UNKNOWN
        total += confusion(labels[known], person.parts[known], len(PARTS))
    ious = intersection_over_union(total)
    missed = total[1:, 0].sum() + total[0, 1:].sum()
    return ParsingReport(
        name,
        len(people),
        dict(zip(PARTS, ious.tolist(), strict=True)),
        float(np.nanmean(ious)),
        float(1 - missed / max(total.sum() - total[0, 0], 1)),
        float(np.trace(total) / total.sum()),
    )


def format_table(reports: Sequence[ParsingReport]) -> str:
    """Return the reports as a Markdown table, a column for each."""
    lines = ["| IoU of | " + " | ".join(f"joints {r.joints}" for r in reports) + " |"]
    lines.append("|" + "---|" * (1 + len(reports)))
    for part in PARTS:
        lines.append(_row(part, [r.iou[part] for r in reports]))
    lines.append(_row("mean", [r.miou for r in reports]))
    lines.append(_row("the whole person", [r.silhouette for r in reports]))
    lines.append(_row("share of pixels right", [r.accuracy for r in reports]))
    return "\n".join(lines)


def _row(name: str, figures: Sequence[float]) -> str:
    return f"| {name} | " + " | ".join(f"{v:.3f}" for v in figures) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m pose.evaluate_parsing", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of masks.json")
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    parser.add_argument("--given", action="store_true", help="also with the labelled joints")
    parser.add_argument(
        "--corrected",
        action="store_true",
        help="kinds of clothes put right, not as they were drawn",
    )
    parser.add_argument("--no-flip", action="store_true", help="without flip test")
    parser.add_argument("--no-refine", action="store_true", help="without the guided filter")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    args = parser.parse_args(arguments)
    human_parser = HumanParser.load(args.weights, flip_test=not args.no_flip)
    human_parser.refine = not args.no_refine
    people = read_people(args.data, "val", corrected=args.corrected)
    ways: list[tuple[str, Joints]] = [("found", found_joints(PoseEstimator.load()))]
    if args.given:
        ways.append(("given", given_joints))
    reports = [evaluate_parsing(human_parser, people, joints, name) for name, joints in ways]
    print(format_table(reports))
    if args.json:
        args.json.write_text(json.dumps([asdict(r) for r in reports], indent=2) + "\n")


if __name__ == "__main__":
    main()
