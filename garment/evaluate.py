"""Measure the garments' network: ``python -m garment.evaluate --data FOLDER``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from garment.data import category_of, read_garments
from garment.estimator import METHODS, GarmentEstimator, present, read_garment
from garment.landmarks import CATEGORIES, FASHIONAI_24
from garment.metrics import normalised_errors
from pose.engine.dataset import Sample, read_rgb
from pose.engine.predictor import Prediction, overlap

__all__ = ["evaluate", "main"]


def evaluate(
    estimator: GarmentEstimator, samples: Sequence[Sample], *, given_boxes: bool
) -> dict[str, dict[str, float]]:
    """Measure NE, category and presence.

    Parameters
    ----------
    estimator : GarmentEstimator
        What is measured; each garment's true category is not told to it.
    samples : sequence of Sample
        Labelled garments, one a photo.
    given_boxes : bool
        Crop the labelled landmarks' box, or let the estimator locate the garment.

    Returns
    -------
    dict of dict
        Group (``all``, a scene, a category, a landmark) -> `garments`, `NE`, `NE_median` and,
        but for landmarks, `category_right`.
    """
    found = [_predict(estimator, sample, given_boxes) for sample in samples]
    categories = [category_of(sample) for sample in samples]
    errors = normalised_errors(
        np.stack([p.keypoints.xy for p in found]),
        np.stack([s.points for s in samples]),
        np.stack([s.labelled for s in samples]),
        categories,
    )
    answers = [CATEGORIES[int(p.attributes["category"].argmax())] for p in found]
    right = np.array([a == c for a, c in zip(answers, categories, strict=True)])
    groups: dict[str, NDArray[np.bool_]] = {"all": np.ones(len(samples), dtype=bool)}
    for scene in sorted({s.tags["scene"] for s in samples}):
        groups[scene] = np.array([s.tags["scene"] == scene for s in samples])
    for category in CATEGORIES:
        groups[category] = np.array([c == category for c in categories])
    report = {
        name: {**_summary(errors[mask]), "category_right": float(right[mask].mean())}
        for name, mask in groups.items()
        if mask.any()
    }
    for stem in dict.fromkeys(
        n.replace("_left", "").replace("_right", "") for n in FASHIONAI_24.names
    ):
        columns = [
            i
            for i, n in enumerate(FASHIONAI_24.names)
            if n.replace("_left", "").replace("_right", "") == stem
        ]
        report[stem] = _summary(errors[:, columns])
    presence = np.stack([present(p) for p in found])
    labelled = np.stack([s.labelled for s in samples])
    report["all"]["presence_right"] = float((presence == labelled).mean())
    return report


def _summary(errors: NDArray[np.float64]) -> dict[str, float]:
    counted = ~np.isnan(errors)
    return {
        "garments": int(counted.any(axis=1).sum()),
        "NE": float(np.nanmean(errors)),
        "NE_median": float(np.nanmedian(errors)),
    }


def _predict(estimator: GarmentEstimator, sample: Sample, given_boxes: bool) -> Prediction:
    image = read_rgb(sample.path)
    if given_boxes:
        return estimator.in_boxes(image, [sample.box()])[0]
    # Where several garments are in the photo, the labelled one is meant.
    found = estimator.candidates(image)
    return max(found, key=lambda p: overlap(read_garment(p).keypoints.bbox(), sample.box()))


def format_table(reports: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return reports, by where the boxes came from, as one Markdown table."""
    kinds = list(reports)
    head = " | ".join(f"NE, {k} box | median | category" for k in kinds)
    lines = [f"| group | garments | {head} |", "|" + "---|" * (2 + 3 * len(kinds))]
    for group in reports[kinds[0]]:
        cells = []
        for kind in kinds:
            row = reports[kind][group]
            category = f"{row['category_right']:.3f}" if "category_right" in row else ""
            cells.append(f"{row['NE']:.4f} | {row['NE_median']:.4f} | {category}")
        count = int(reports[kinds[0]][group]["garments"])
        lines.append(f"| {group} | {count} | " + " | ".join(cells) + " |")
    shares = ", ".join(f"{k}: {reports[k]['all']['presence_right']:.3f}" for k in kinds)
    return "\n".join([*lines, "", f"Landmarks rightly said to be there or not: {shares}"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m garment.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_val.json")
    parser.add_argument("--method", default="topdown-heatmap", choices=list(METHODS))
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    parser.add_argument("--no-flip", action="store_true", help="without flip test")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    args = parser.parse_args(arguments)
    estimator = GarmentEstimator.load(args.method, flip_test=not args.no_flip, weights=args.weights)
    samples = read_garments(args.data / "keypoints_val.json")
    reports = {
        kind: evaluate(estimator, samples, given_boxes=kind == "given")
        for kind in ("given", "found")
    }
    print(format_table(reports))
    if args.json:
        args.json.write_text(json.dumps(reports, indent=2) + "\n")


if __name__ == "__main__":
    main()
