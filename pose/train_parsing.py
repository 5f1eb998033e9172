"""Train the parsing of people, a part for every pixel: ``python -m pose.train_parsing``."""

from __future__ import annotations

import argparse
import datetime
import logging
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pose.engine.augment import Augmentation
from pose.engine.checkpoint import initialise, read_card, save_checkpoint
from pose.engine.crop import box_to_input, sample_crop
from pose.engine.label_batches import sample_labels
from pose.engine.network import NetworkConfig
from pose.engine.segmentation import SegmentationNetwork, label_weights, segmentation_loss
from pose.engine.training import Trainer, TrainingConfig, load_imagenet_backbone
from pose.keypoints import COCO_17, Keypoints
from pose.parsing_batches import ParsingBatches
from pose.parsing_crop import PADDING, person_box
from pose.parsing_data import read_people, read_pseudo_people
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
    "photos by their authors; skin split by joints of MediaPipe Pose 0.10.21",
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
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--init", type=Path, help="start from these weights (safetensors)")
    parser.add_argument("--pseudo", type=Path, help="folder that pose.pseudo_parsing wrote")
    parser.add_argument("--size", type=int, nargs=2, default=(288, 384), metavar=("W", "H"))
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--epoch-size", type=int, default=792, help="crops in an epoch")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch likes")
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
    people = read_people(args.data, "train")
    if args.pseudo:
        people += read_pseudo_people(args.data, args.pseudo)
    batches = ParsingBatches(people, size, AUGMENTATION)
    held_out = ParsingBatches(read_people(args.data, "val"), size, AUGMENTATION)
    training = TrainingConfig(
        epochs=args.epochs,
        epoch_size=args.epoch_size,
        batch_size=args.batch,
        learning_rate=args.rate,
        seed=args.seed,
        augmentation=AUGMENTATION,
    )
    weights = label_weights(torch.from_numpy(batches.counts()))

    def loss(logits: Any, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return segmentation_loss(logits, batch["labels"], weights)

    trainer = Trainer(network, batches, loss, training, args.out)
    command = f"python -m pose.train_parsing {shlex.join(arguments or sys.argv[1:])}"
    figures: dict[str, float] = {}

    def validate(current: SegmentationNetwork) -> dict[str, float]:
        figures.update(measure(current, held_out))
        return figures

    def export(epoch: int) -> None:
        card = {
            "task": "12 parts of one person and the background, for every pixel of a crop",
            "data": _TERMS,
            "command": command,
            "seed": args.seed,
            "epochs": epoch,
            "date": datetime.date.today().isoformat(),
            "validation_given_joints_iou": {k: round(v, 4) for k, v in figures.items()},
        }
        save_checkpoint(network, PART_SCHEMA, args.out / "parsing.safetensors", card)

    if args.resume:
        trainer.resume()
    trainer.train(validate, export)


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
