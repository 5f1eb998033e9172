"""Measure the people's network: ``python -m pose.evaluate --data FOLDER``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose.engine.dataset import Sample, read_coco, read_rgb
from pose.engine.photo_edge import ended_photo
from pose.engine.predictor import overlap
from pose.estimator import METHODS, PoseEstimator
from pose.keypoints import COCO_17, Keypoints
from pose.metrics import average_precision, correct_keypoints

__all__ = ["Report", "evaluate", "main", "report_of", "torso_of"]

_SIDES = ("left", "right")


@dataclass(frozen=True)
class Report:
    """Figures of one source of photos, by where the boxes came from.

    Attributes
    ----------
    source, boxes : str
        Which photos; ``given`` or ``found``.
    people : int
        How many.
    pck : dict
        Threshold (share of the torso length) -> share of joints.
    ap : dict
        AP, AP50, AP75 over object keypoint similarity.
    joints : dict
        Joint -> PCK@0.2; None of one that no photo shows.
    """

    source: str
    boxes: str
    people: int
    pck: dict[str, float]
    ap: dict[str, float]
    joints: dict[str, float | None]


def evaluate(
    estimator: PoseEstimator,
    samples: Sequence[Sample],
    source: str,
    *,
    given_boxes: bool,
    torso_only: bool = False,
) -> Report:
    """Measure on the samples of one source.

    Parameters
    ----------
    estimator : PoseEstimator
        What is measured.
    samples : sequence of Sample
        Labelled people, one a photo.
    source : str
        ``lspet`` or ``ccp``.
    given_boxes : bool
        Crop the labelled keypoints' box, or let the estimator locate the person.
    torso_only : bool
        Cut the photos at chin and thighs first, as catalogues cut their models.
    """
    part = [sample for sample in samples if sample.tags["source"] == source]
    found = []
    for index, sample in enumerate(part):
        image = read_rgb(sample.path)
        if torso_only:
            image, part[index] = torso_of(image, sample)
        found.append(_predict(estimator, image, part[index], given_boxes))
    shown = f"{source}, torso only" if torso_only else source
    return report_of(found, part, shown, "given" if given_boxes else "found")


def torso_of(image: NDArray[np.uint8], sample: Sample) -> tuple[NDArray[np.uint8], Sample]:
    """Cut the photo of a standing person at the chin and halfway down the thighs.

    Returns
    -------
    (h, w, 3) uint8 array and Sample
        The part; the joints outside it are not labelled.
    """
    nose, hips, knees = (
        float(np.mean([sample.points[COCO_17.index(name), 1] for name in names]))
        for names in (["nose"], ["left_hip", "right_hip"], ["left_knee", "right_knee"])
    )
    shoulders = np.mean([sample.points[COCO_17.index(f"{s}_shoulder"), 1] for s in _SIDES])
    top = int(np.clip(round(nose + 0.6 * (shoulders - nose)), 0, image.shape[0] - 16))
    bottom = int(np.clip(round((hips + knees) / 2), top + 16, image.shape[0]))
    return ended_photo(image, 1.0, sample, (0, top, image.shape[1], bottom))


def report_of(
    found: Sequence[Keypoints], part: Sequence[Sample], source: str, boxes: str
) -> Report:
    """Compare the person found for each sample with its labels.

    Parameters
    ----------
    found : sequence of N Keypoints
        On COCO-17, one a sample, at no confidence where nobody was found.
    part : sequence of N Sample
        The labels.
    source, boxes : str
        What the report says of where they come from.
    """
    truth = np.stack([sample.points for sample in part])
    labelled = np.stack([sample.labelled for sample in part])
    predicted = np.stack([keypoints.xy for keypoints in found])
    areas = np.array([sample.box()[2] * sample.box()[3] for sample in part])
    pck: dict[str, float] = {}
    joints: dict[str, float | None] = {}
    for share in (0.1, 0.2):
        correct, counted = correct_keypoints(predicted, truth, labelled, share)
        pck[str(share)] = float(correct.sum() / counted.sum())
        shares = zip(COCO_17.names, correct, counted, strict=True)
        joints = {name: float(right / n) if n else None for name, right, n in shares}
    return Report(
        source,
        boxes,
        len(part),
        pck,
        average_precision(found, truth, labelled, areas),
        joints,
    )


def _predict(
    estimator: PoseEstimator, image: NDArray[np.uint8], sample: Sample, given_boxes: bool
) -> Keypoints:
    if given_boxes:
        return estimator.in_boxes(image, [sample.box()])[0]
    # Also of people the estimator would not report: all count. Where several people are in the
    # photo, the labelled one is meant.
    found = estimator.candidates(image)
    return max(found, key=lambda person: overlap(person.bbox(0.2), sample.box()))


def format_table(reports: Sequence[Report]) -> str:
    """Return the reports as two Markdown tables: totals, and PCK@0.2 by joint."""
    lines = ["| photos | boxes | people | PCK@0.1 | PCK@0.2 | OKS-AP | AP50 | AP75 |"]
    lines.append("|" + "---|" * 8)
    for r in reports:
        figures = [r.pck["0.1"], r.pck["0.2"], r.ap["AP"], r.ap["AP50"], r.ap["AP75"]]
        cells = " | ".join(f"{v:.3f}" for v in figures)
        lines.append(f"| {r.source} | {r.boxes} | {r.people} | {cells} |")
    lines += ["", "| PCK@0.2 of | " + " | ".join(f"{r.source}, {r.boxes}" for r in reports) + " |"]
    lines.append("|" + "---|" * (1 + len(reports)))
    for name in COCO_17.names:
        shares = [r.joints[name] for r in reports]
        cells = " | ".join("" if share is None else f"{share:.3f}" for share in shares)
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m pose.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_val.json")
    parser.add_argument("--method", default="topdown-heatmap", choices=list(METHODS))
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    parser.add_argument("--no-flip", action="store_true", help="without flip test")
    parser.add_argument("--fast", action="store_true", help="as few looks as can be")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    args = parser.parse_args(arguments)
    estimator = PoseEstimator.load(
        args.method, flip_test=not args.no_flip, fast=args.fast, weights=args.weights
    )
    samples = read_coco(args.data / "keypoints_val.json", COCO_17)
    reports = [
        evaluate(estimator, samples, source, given_boxes=given)
        for source in sorted({sample.tags["source"] for sample in samples})
        for given in (True, False)
    ]
    if any(sample.tags["source"] == "ccp" for sample in samples):
        reports += [
            evaluate(estimator, samples, "ccp", given_boxes=given, torso_only=True)
            for given in (True, False)
        ]
    print(format_table(reports))
    if args.json:
        args.json.write_text(json.dumps([r.__dict__ for r in reports], indent=2) + "\n")


if __name__ == "__main__":
    main()
