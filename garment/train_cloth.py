"""Train the network that tells cloth from background: ``python -m garment.train_cloth``."""

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
from torch import Tensor

from garment.cloth import CLOTH_SCHEMA, PADDING
from garment.cloth_batches import ClothBatches
from garment.cloth_data import LabelledCloth, read_cloth
from garment.data import read_garments
from garment.landmarks import FASHIONAI_24
from garment.train import TERMS as CORNER_TERMS
from pose.engine.augment import Augmentation
from pose.engine.checkpoint import initialise, read_card, save_checkpoint
from pose.engine.crop import box_to_input, sample_crop
from pose.engine.label_batches import sample_labels
from pose.engine.network import NetworkConfig
from pose.engine.segmentation import UNKNOWN, SegmentationNetwork, segmentation_loss
from pose.engine.training import Trainer, TrainingConfig

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
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--init", type=Path, required=True, help="weights to start from")
    parser.add_argument("--size", type=int, nargs=2, default=(256, 288), metavar=("W", "H"))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--epoch-size", type=int, default=1500, help="crops in an epoch")
    parser.add_argument("--batch", type=int, default=12)
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
    train, val = (
        read_cloth(read_garments(args.data / f"keypoints_{split}.json"), args.masks)
        for split in ("train", "val")
    )
    batches = ClothBatches(_weighed(train), size, AUGMENTATION, args.masks)
    held_out = ClothBatches(val, size, AUGMENTATION)
    training = TrainingConfig(
        epochs=args.epochs,
        epoch_size=args.epoch_size,
        batch_size=args.batch,
        learning_rate=args.rate,
        seed=args.seed,
        augmentation=AUGMENTATION,
    )

    def loss(logits: Any, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return segmentation_loss(logits, batch["labels"], torch.ones(len(CLOTH_SCHEMA)))

    trainer = Trainer(network, batches, loss, training, args.out)
    command = f"python -m garment.train_cloth {shlex.join(arguments or sys.argv[1:])}"
    figures: dict[str, float] = {}

    def validate(current: SegmentationNetwork) -> dict[str, float]:
        figures.update(measure(current, held_out))
        return figures

    def export(epoch: int) -> None:
        card = {
            "task": "cloth of one garment, or not, for every pixel of a crop of its corners' box",
            "data": TERMS,
            "garments": len(train),
            "command": command,
            "seed": args.seed,
            "epochs": epoch,
            "date": datetime.date.today().isoformat(),
            "validation_against_teacher": {k: round(v, 4) for k, v in figures.items()},
        }
        save_checkpoint(network, CLOTH_SCHEMA, args.out / "garment-cloth.safetensors", card)

    if args.resume:
        trainer.resume()
    trainer.train(validate, export)


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
