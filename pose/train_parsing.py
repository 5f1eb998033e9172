"""Train the parsing of people, a part for every pixel: ``python -m pose.train_parsing``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pose.carried import carried_by
from pose.engine.augment import Augmentation
from pose.engine.checkpoint import initialise, read_card
from pose.engine.crop import box_to_input, sample_crop
from pose.engine.label_batches import sample_labels
from pose.engine.label_command import add_training_options, command_line, train_labels
from pose.engine.network import NetworkConfig
from pose.engine.segmentation import SegmentationNetwork, label_weights
from pose.engine.training import load_imagenet_backbone
from pose.keypoints import COCO_17, Keypoints
from pose.parsing_batches import ParsingBatches
from pose.parsing_crop import PADDING, person_box
from pose.parsing_data import read_draped_people, read_people, read_pseudo_people
from pose.parsing_metrics import confusion, intersection_over_union
from pose.parts import PART_SCHEMA, PARTS
from pose.train import TERMS

__all__ = ["main"]

#: Feet stand below, people lean: no turns, but crops that end at the thighs or the neck.
AUGMENTATION = Augmentation(
    rotation=10.0, scale=(1.0, 1.7), whole=0.05, perspective=0.03, half_body=0.25, occlusion=0.0
)
_TERMS = {
    "ccp": "Clothing Co-Parsing (Yang, Luo and Lin, CVPR 2014), repository under Apache-2.0, "
    "photos by their authors; skin split by joints of MediaPipe Pose 0.10.21; wrongly named kinds "
    "of clothes put right by eye (part_corrections.json)",
    "backbone": TERMS["backbone"],
}


def measure(network: SegmentationNetwork, batches: ParsingBatches) -> dict[str, float]:
    """Return the mean and each part's intersection over union, joints given, at the crops' size."""
    total = np.zeros((len(PARTS), len(PARTS)), np.int64)
    size = network.config.input_size
    for person in batches.instances:
        sample = person.sample
        mask = person.parts
        joints = Keypoints(COCO_17, sample.points, sample.labelled.astype(np.float64))
        matrix = box_to_input(person_box(joints, mask.shape), size, PADDING)
        image, scale = batches.images.load(sample.path)
        crop = sample_crop(image, matrix @ np.diag([1 / scale, 1 / scale, 1.0]), size)
        total += confusion(_labels(network, crop), sample_labels(mask, matrix, size), len(PARTS))
    ious = intersection_over_union(total)
    return {"miou": float(np.nanmean(ious)), **dict(zip(PARTS, ious.tolist(), strict=True))}


@torch.inference_mode()
def _labels(network: SegmentationNetwork, crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    logits = network(torch.from_numpy(crop).permute(2, 0, 1)[None])
    return np.asarray(logits[0].argmax(dim=0).numpy(), dtype=np.uint8)


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m pose.train_parsing")
    parser.add_argument("--data", type=Path, required=True, help="folder of masks.json")
    parser.add_argument("--init", type=Path, help="start from these weights (safetensors)")
    parser.add_argument("--pseudo", type=Path, help="folder that pose.pseudo_parsing wrote")
    parser.add_argument("--draped", type=Path, help="folder that tools/draped_people.py wrote")
    add_training_options(parser, size=(288, 384), epochs=20, epoch_size=792, batch=8)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says; see ``--help``."""
    args = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    network = _network(args)
    size = network.config.input_size
    people = read_people(args.data, "train", corrected=True)
    bags = carried_by(people)
    if args.pseudo:
        people += read_pseudo_people(args.data, args.pseudo)
    if args.draped:
        people += read_draped_people(args.data, args.draped)
    batches = ParsingBatches(people, size, AUGMENTATION, bags)
    held_out = ParsingBatches(read_people(args.data, "val"), size, AUGMENTATION)
    train_labels(
        network,
        PART_SCHEMA,
        batches,
        label_weights(torch.from_numpy(batches.counts())),
        args,
        AUGMENTATION,
        lambda current: measure(current, held_out),
        {
            "task": "12 parts of one person and the background, for every pixel of a crop",
            "data": _TERMS,
            "command": command_line("python -m pose.train_parsing", arguments),
        },
        "parsing.safetensors",
        "validation_given_joints_iou",
    )


def _network(args: argparse.Namespace) -> SegmentationNetwork:
    """Build the network, from weights of this task or of people's joints, or from ImageNet's."""
    size = (int(args.size[0]), int(args.size[1]))
    network = SegmentationNetwork(NetworkConfig(0, size, classes=len(PARTS)))
    if args.init:
        parsed = read_card(args.init).get("schema") == PART_SCHEMA.name
        initialise(network, args.init, PART_SCHEMA if parsed else COCO_17)
    else:
        load_imagenet_backbone(network.backbone)
    network.backbone.freeze_statistics()
    return network


if __name__ == "__main__":
    main()
