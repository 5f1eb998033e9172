"""Train the network that tells what a garment is: ``python -m garment.train_category``."""

from __future__ import annotations

import argparse
import datetime
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from garment.category import CATEGORY_SCHEMA, PADDING
from garment.category_batches import CategoryBatches
from garment.category_data import (
    CLOSURES,
    UNANSWERED,
    SeenGarment,
    read_drawn,
    read_unlabelled,
)
from garment.estimator import GarmentEstimator, read_garment
from garment.landmarks import CATEGORIES, FASHIONAI_24
from garment.train import TERMS as CORNER_TERMS
from pose.engine.augment import Augmentation
from pose.engine.checkpoint import initialise, save_checkpoint
from pose.engine.classifier import ClassifierNetwork
from pose.engine.crop import Box, box_to_input, sample_crop
from pose.engine.dataset import SampleImages, read_rgb
from pose.engine.label_command import add_training_options, command_line
from pose.engine.network import NetworkConfig
from pose.engine.training import Trainer, TrainingConfig, load_imagenet_backbone

__all__ = ["category_loss", "find_boxes", "main", "measure"]

TERMS = {
    **{name: CORNER_TERMS[name] for name in ("clothing-dataset", "shops", "backbone")},
    "read by eye": "category of the unlabelled photos, and how each front closes "
    "(garment/read_by_eye.json), for this project",
}
ATTRIBUTES = (("category", len(CATEGORIES)), ("closure", len(CLOSURES)))
# What the front counts against the category; how sure the right answer shall be made at most.
_CLOSURE_WEIGHT, _SMOOTHING = 0.7, 0.05
# A garment less sure of its place is looked for in the whole photo.
_LEAST_SCORE, _MARGIN = 0.35, 0.06


def find_boxes(estimator: GarmentEstimator, folder: Path) -> dict[str, Box]:
    """Return where the garment of each photo of ``unlabelled.json`` is, by the photo's stem."""
    boxes: dict[str, Box] = {}
    for photo in json.loads((folder / "unlabelled.json").read_text()):
        path, width, height = folder / photo["file_name"], photo["width"], photo["height"]
        found = read_garment(estimator.candidates(read_rgb(path))[0])
        boxes[path.stem] = found.box
        if found.score < _LEAST_SCORE or found.box[2] < 5:
            inside = 1 - 2 * _MARGIN
            boxes[path.stem] = (_MARGIN * width, _MARGIN * height, inside * width, inside * height)
    return boxes


def category_loss(answers: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Score a batch: cross-entropy of the category and, more lightly, of how the front closes.

    Parameters
    ----------
    answers : mapping of str to (N, answers) Tensor
        Logits of `category` and `closure`.
    batch : mapping
        `category`, `closure` (-1: unknown) and `weight`, (N,) each.

    Returns
    -------
    dict of str to scalar Tensor
        `category`, `closure`, and their weighted sum `total`.

    Examples
    --------
    >>> sure = {"category": torch.tensor([[30.0, 0.0]]), "closure": torch.zeros(1, 2)}
    >>> batch = {"category": torch.tensor([0]), "closure": torch.tensor([-1]),
    ...          "weight": torch.ones(1)}
    >>> round(float(category_loss(sure, batch)["closure"]), 3)
    0.0
    """
    each = F.cross_entropy(
        answers["category"], batch["category"], reduction="none", label_smoothing=_SMOOTHING
    )
    category = (each * batch["weight"]).mean()
    known = (batch["closure"] != UNANSWERED).sum().clamp(min=1)
    summed = F.cross_entropy(
        answers["closure"], batch["closure"], ignore_index=UNANSWERED, reduction="sum"
    )
    closure = summed / known
    return {
        "category": category,
        "closure": closure,
        "total": category + _CLOSURE_WEIGHT * closure,
    }


@torch.inference_mode()
def measure(
    network: ClassifierNetwork, garments: Sequence[SeenGarment], images: SampleImages
) -> dict[str, float]:
    """Return the share of right categories, in crops of given boxes, mirrored looks averaged."""
    size = network.config.input_size
    right = []
    for garment in garments:
        image, scale = images.load(garment.path)
        matrix = box_to_input(garment.box, size, PADDING) @ np.diag([1 / scale, 1 / scale, 1.0])
        crop = torch.from_numpy(sample_crop(image, matrix, size)).permute(2, 0, 1)[None]
        looks = (network(view)["category"].softmax(dim=1) for view in (crop, crop.flip(3)))
        right.append(int(sum(looks)[0].argmax()) == garment.category)  # type: ignore[index]
    mannequin = [ok for ok, garment in zip(right, garments, strict=True) if garment.mannequin]
    figures = {"category_right": float(np.mean(right))}
    if mannequin:
        figures["category_right_mannequin"] = float(np.mean(mannequin))
    return figures


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m garment.train_category")
    parser.add_argument("--data", type=Path, required=True, help="folder of unlabelled.json")
    parser.add_argument("--init", type=Path, help="corners' weights to start from; else ImageNet's")
    add_training_options(parser, size=(288, 320), epochs=10, epoch_size=3000, batch=24)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says; see ``--help``."""
    args = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    garments = read_drawn(args.data, "train") + read_unlabelled(args.data, _boxes(args))
    held_out = read_drawn(args.data, "val")
    network = _network(args)
    augmentation = Augmentation()
    batches = CategoryBatches(garments, network.config.input_size, augmentation)
    training = TrainingConfig(
        epochs=args.epochs,
        epoch_size=args.epoch_size,
        batch_size=args.batch,
        learning_rate=args.rate,
        weight_decay=0.05,
        warmup=0.05,
        seed=args.seed,
        augmentation=augmentation,
    )
    trainer = Trainer(network, batches, category_loss, training, args.out)
    measured: dict[str, float] = {}

    def validate(current: ClassifierNetwork) -> dict[str, float]:
        measured.update(measure(current, held_out, batches.images))
        return measured

    def export(epoch: int) -> None:
        card = {
            "task": "what a garment is (and how its front closes), in a crop of its box",
            "data": TERMS,
            "command": command_line("python -m garment.train_category", arguments),
            "seed": args.seed,
            "epochs": epoch,
            "date": datetime.date.today().isoformat(),
            "validation_given_boxes": {k: round(v, 4) for k, v in measured.items()},
        }
        save_checkpoint(network, CATEGORY_SCHEMA, args.out / "garment-category.safetensors", card)

    if args.resume:
        trainer.resume()
    trainer.train(validate, export)


def _boxes(args: argparse.Namespace) -> dict[str, Box]:
    """Find the boxes once; a later run of the same folder reads them."""
    file = args.out / "boxes.json"
    if not file.exists():
        boxes = find_boxes(GarmentEstimator.load(flip_test=False), args.data)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(boxes))
    read: dict[str, Box] = json.loads(file.read_text())
    return read


def _network(args: argparse.Namespace) -> ClassifierNetwork:
    size = (int(args.size[0]), int(args.size[1]))
    network = ClassifierNetwork(NetworkConfig(0, size, attributes=ATTRIBUTES))
    if args.init:
        initialise(network, args.init, FASHIONAI_24)
    else:
        load_imagenet_backbone(network.backbone)
    network.backbone.freeze_statistics()
    return network


if __name__ == "__main__":
    main()
