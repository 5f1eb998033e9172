"""Measure cutouts against masks: ``python -m garment.evaluate_cutouts --data ... --masks ...``.

The masks are a teacher's (``tools/prompted_masks.py``), asked with the labelled corners; the
cutouts are made from the photo alone and what it is known to show. What shows in the neck opening
is not counted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from garment.cloth import ClothSegmenter
from garment.cloth_data import LabelledCloth, read_cloth
from garment.cutout import cut_out
from garment.data import category_of, read_garments
from garment.estimator import GarmentEstimator
from pose.engine.dataset import read_rgb
from pose.engine.segmentation import UNKNOWN

__all__ = ["evaluate_cutouts", "format_table", "main"]

#: Ways to cut out: by colours and corners alone, and by the network's chances.
WAYS = ("colours", "network")


def evaluate_cutouts(
    estimator: GarmentEstimator, segmenter: ClothSegmenter, garments: Sequence[LabelledCloth]
) -> dict[str, dict[str, dict[str, float]]]:
    """Cut every garment out both ways and compare.

    Parameters
    ----------
    estimator : GarmentEstimator
        Finds the corners; it is told the category.
    segmenter : ClothSegmenter
        The network.
    garments : sequence of LabelledCloth
        With their masks.

    Returns
    -------
    dict
        Way -> scene (and ``all``) -> `garments`, `IoU` (mean), `worst tenth` (its upper end) and
        `below 0.9`, a share.
    """
    ious: dict[str, list[float]] = {way: [] for way in WAYS}
    for garment in garments:
        image = read_rgb(garment.sample.path)
        category = category_of(garment.sample)
        found = estimator(image, category=category)
        if found is None:
            for way in WAYS:
                ious[way].append(0.0)
            continue
        chances = segmenter(image, found.box)
        for way, seen in zip(WAYS, (None, chances), strict=True):
            matte = cut_out(image, found.points, category, chances=seen).matte
            ious[way].append(_iou(matte > 0.5, garment.cloth))
    scenes = [garment.sample.tags.get("scene", "") for garment in garments]
    groups = {"all": np.ones(len(garments), bool)}
    groups |= {scene: np.array([s == scene for s in scenes]) for scene in sorted(set(scenes))}
    return {
        way: {name: _summary(np.array(ious[way])[where]) for name, where in groups.items()}
        for way in WAYS
    }


def _iou(found: NDArray[np.bool_], cloth: NDArray[np.uint8]) -> float:
    truth, known = cloth == 1, cloth != UNKNOWN
    either = int(np.count_nonzero((found | truth) & known))
    return int(np.count_nonzero(found & truth & known)) / max(either, 1)


def _summary(ious: NDArray[np.float64]) -> dict[str, float]:
    return {
        "garments": len(ious),
        "IoU": round(float(ious.mean()), 4),
        "worst tenth": round(float(np.quantile(ious, 0.1)), 4),
        "below 0.9": round(float((ious < 0.9).mean()), 4),
    }


def format_table(report: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return a report as a Markdown table."""
    lines = ["| cut out by | scene | garments | IoU | worst tenth | below 0.9 |"]
    lines.append("|---|---|---|---|---|---|")
    for way, groups in report.items():
        for scene, row in groups.items():
            lines.append(
                f"| {way} | {scene} | {int(row['garments'])} | {row['IoU']:.3f} "
                f"| {row['worst tenth']:.3f} | {row['below 0.9']:.1%} |"
            )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m garment.evaluate_cutouts", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_val.json")
    parser.add_argument("--masks", type=Path, required=True, help="tools/prompted_masks.py's")
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    args = parser.parse_args(arguments)
    garments = read_cloth(read_garments(args.data / "keypoints_val.json"), args.masks)
    report = evaluate_cutouts(GarmentEstimator.load(), ClothSegmenter.load(args.weights), garments)
    print(format_table(report))
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
