"""Train the network that tells cloth from background: ``python -m garment.train_cloth``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from garment.cloth import CLOTH_SCHEMA, PADDING
from garment.cloth_batches import ClothBatches
from garment.cloth_data import LabelledCloth, read_cloth
from garment.data import read_garments
from garment.landmarks import FASHIONAI_24
from garment.train import TERMS as CORNER_TERMS
from pose.engine.augment import Augmentation
from pose.engine.checkpoint import initialise, read_card
from pose.engine.crop import box_to_input, sample_crop
from pose.engine.label_batches import sample_labels
from pose.engine.label_command import add_training_options, command_line, train_labels
from pose.engine.network import NetworkConfig
from pose.engine.segmentation import UNKNOWN, SegmentationNetwork

__all__ = ["main", "measure"]

#: Garments lie a little askew; the box of found corners is never quite the labelled one.
AUGMENTATION = Augmentation(
    rotation=15.0, scale=(1.05, 1.9), whole=0.1, perspective=0.05, half_body=0.08, occlusion=0.0
)
TERMS = {
    **{name: CORNER_TERMS[name] for name in ("clothing-dataset", "shops", "backbone")},
    "teacher": "masks by MobileSAM (C. Zhang et al., 2023, Apache-2.0), asked with each garment's "
    "labelled corners",
}
# Mannequins are few, and what the product is for.
_MANNEQUINS = 3


def measure(network: SegmentationNetwork, batches: ClothBatches) -> dict[str, float]:
    """Return the intersection over union of cloth, mean over garments, in crops of their boxes."""
    size = network.config.input_size
    found, mannequin = [], []
    for garment in batches.instances:
        sample = garment.sample
        matrix = box_to_input(sample.box(), size, PADDING)
        image, scale = batches.images.load(sample.path)
        crop = sample_crop(image, matrix @ np.diag([1 / scale, 1 / scale, 1.0]), size)
        with torch.inference_mode():
            logits = network(torch.from_numpy(crop).permute(2, 0, 1)[None])
        guess = logits[0].argmax(dim=0).numpy() == 1
        labels = sample_labels(garment.cloth, matrix, size)
        truth, known = labels == 1, labels != UNKNOWN
        either = ((guess | truth) & known).sum()
        found.append((guess & truth & known).sum() / max(either, 1))
        mannequin.append(sample.tags.get("scene") == "mannequin")
    ious = np.array(found)
    figures = {"iou": float(ious.mean()), "iou_worst_tenth": float(np.quantile(ious, 0.1))}
    if any(mannequin):
        figures["iou_mannequin"] = float(ious[mannequin].mean())
    return figures


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m garment.train_cloth")
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--masks", type=Path, required=True, help="tools/prompted_masks.py's")
    parser.add_argument("--init", type=Path, required=True, help="weights to start from")
    add_training_options(parser, size=(256, 288), epochs=8, epoch_size=1500, batch=12)
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
    train, val = (
        read_cloth(read_garments(args.data / f"keypoints_{split}.json"), args.masks)
        for split in ("train", "val")
    )
    batches = ClothBatches(_weighed(train), size, AUGMENTATION, args.masks)
    held_out = ClothBatches(val, size, AUGMENTATION)
    train_labels(
        network,
        CLOTH_SCHEMA,
        batches,
        torch.ones(len(CLOTH_SCHEMA)),
        args,
        AUGMENTATION,
        lambda current: measure(current, held_out),
        {
            "task": "cloth of one garment, or not, for every pixel of a crop of its corners' box",
            "data": TERMS,
            "garments": len(train),
            "command": command_line("python -m garment.train_cloth", arguments),
        },
        "garment-cloth.safetensors",
        "validation_against_teacher",
    )


def _weighed(garments: Sequence[LabelledCloth]) -> list[LabelledCloth]:
    """Repeat the garments on mannequins."""
    more = [g for g in garments if g.sample.tags.get("scene") == "mannequin"]
    return [*garments, *more * (_MANNEQUINS - 1)]


def _network(args: argparse.Namespace) -> SegmentationNetwork:
    """Build the network, from weights of this task or of the garments' corners."""
    size = (int(args.size[0]), int(args.size[1]))
    network = SegmentationNetwork(NetworkConfig(0, size, classes=len(CLOTH_SCHEMA)))
    ours = read_card(args.init).get("schema") == CLOTH_SCHEMA.name
    initialise(network, args.init, CLOTH_SCHEMA if ours else FASHIONAI_24)
    network.backbone.freeze_statistics()
    return network


if __name__ == "__main__":
    main()
