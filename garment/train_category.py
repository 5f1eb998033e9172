"""Train the network that tells a garment's category: ``python -m garment.train_category``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from garment.data import read_garments
from garment.landmarks import CATEGORIES, FASHIONAI_24
from garment.train import TERMS, add_sources, training_samples
from pose.engine.augment import Augmentation
from pose.engine.classifier import Classifier, ClassifierNetwork
from pose.engine.command import Task, run_training, training_parser
from pose.engine.dataset import Sample, SampleImages

__all__ = ["main"]

TASK = Task(
    name="garment",
    program="python -m garment.train_category",
    description="category of one garment in a crop of its box",
    schema=FASHIONAI_24,
    terms=TERMS,
    attributes=(("category", len(CATEGORIES)),),
    # Milder than where corners are learnt: a zip is to be seen, and garments are photographed
    # upright.
    augmentation=Augmentation(
        rotation=12.0,
        turn=0.03,
        scale=(0.95, 1.5),
        whole=0.1,
        perspective=0.05,
        half_body=0.0,
        colour=0.8,
        grey=0.08,
        occlusion=0.25,
    ),
    methods=("classifier",),
)


def right_in_boxes(
    network: ClassifierNetwork, samples: Sequence[Sample], images: SampleImages
) -> dict[str, float]:
    """Return the share of categories told rightly from given boxes, no flip test."""
    loaded = [images.load(sample.path) for sample in samples]
    boxes = [
        tuple(scale * v for v in s.box()) for s, (_, scale) in zip(samples, loaded, strict=True)
    ]
    classify = Classifier(network, flip_test=False)
    answers = classify([image for image, _ in loaded], boxes)  # type: ignore[arg-type]
    told = np.array([int(answer["category"].argmax()) for answer in answers])
    return {"category_right": float((told == [s.attributes["category"] for s in samples]).mean())}


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = training_parser(TASK, size=(256, 288), rate=2e-3, epoch_size=3000)
    parser.set_defaults(backbone_rate=0.15, batch=24, epochs=6)
    add_sources(parser, pseudo_weight=0.6, balance=0.6, mannequin_weight=1.5)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says; see ``--help``."""
    args = build_parser().parse_args(arguments)
    samples = training_samples(args)
    held_out = read_garments(args.data / "keypoints_val.json")

    def measure(network: ClassifierNetwork, images: SampleImages) -> dict[str, float]:
        return right_in_boxes(network, held_out, images)

    run_training(TASK, args, samples, measure, arguments)


if __name__ == "__main__":
    main()
