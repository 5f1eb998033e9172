"""Train the bottom-up network of people: ``python -m pose.train_bottomup --data FOLDER``."""

from __future__ import annotations

import argparse
import datetime
import json
import logging
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import initialise, save_checkpoint
from pose.engine.dataset import read_coco
from pose.engine.grouping import group_greedy
from pose.engine.network import NetworkConfig
from pose.engine.scene_batches import SceneBatches, scene_loss
from pose.engine.scene_predictor import ScenePredictor
from pose.engine.scenes import Scene
from pose.engine.training import Trainer, TrainingConfig, load_imagenet_backbone
from pose.keypoints import COCO_17
from pose.metrics import Truth, scene_average_precision
from pose.scenes import PeopleScenes, validation_scenes
from pose.train import TERMS

__all__ = ["main", "scene_truths"]

_NAME = "bottomup"


def scene_truths(scenes: Sequence[Scene]) -> list[Truth]:
    """Return what is to be found in composed scenes.

    Joints behind other people or beyond the border do not count; nor do people of whom fewer
    than five joints are in sight.
    """
    truths = []
    for scene in scenes:
        enough = scene.seen.sum(axis=1, keepdims=True) >= 5
        areas = scene.boxes[:, 2] * scene.boxes[:, 3]
        truths.append(Truth(scene.points, scene.seen & enough, areas))
    return truths


def read_empty(file: Path | None) -> list[Path]:
    """Return the photos of a COCO file that show no person and no mannequin."""
    if file is None:
        return []
    data = json.loads(file.read_text())
    return [
        file.parent / image["file_name"]
        for image in data["images"]
        if image.get("scene") != "mannequin"
    ]


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m pose.train_bottomup", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--empty", type=Path, help="COCO file of photos without people")
    parser.add_argument("--empty-val", type=Path, help="the same of held-out photos")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--init", type=Path, help="start from these weights (safetensors)")
    parser.add_argument("--side", type=int, default=256, help="of the training scenes, pixels")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--epoch-size", type=int, default=3200, help="scenes in an epoch")
    parser.add_argument("--batch", type=int, default=16)
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
    samples = read_coco(args.data / "keypoints_train.json", COCO_17)
    scenes = PeopleScenes(samples, args.data, read_empty(args.empty), side=args.side)
    held_out = validation_scenes(args.data, read_empty(args.empty_val), count=60)
    config = NetworkConfig(
        len(COCO_17), (args.side, args.side), limbs=len(COCO_17.edges), decoder="pyramid"
    )
    network = BottomUpNetwork(config)
    if args.init:
        initialise(network, args.init, COCO_17)
    else:
        load_imagenet_backbone(network.backbone)
    network.backbone.freeze_statistics()
    training = TrainingConfig(
        epochs=args.epochs,
        epoch_size=args.epoch_size,
        batch_size=args.batch,
        learning_rate=args.rate,
        seed=args.seed,
    )

    def loss(output: Any, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return scene_loss(output, batch)

    trainer = Trainer(network, SceneBatches(scenes, COCO_17), loss, training, args.out)
    figures: dict[str, float] = {}

    def validate(current: BottomUpNetwork) -> dict[str, float]:
        predictor = ScenePredictor(current, COCO_17, group_greedy, flip_test=False)
        found = [predictor(np.ascontiguousarray(scene.image)) for scene in held_out]
        figures.update(scene_average_precision(found, scene_truths(held_out)))
        return figures

    def export(epoch: int) -> None:
        card = {
            "task": "17 COCO joints and 19 limbs of all people in a picture",
            "data": dict(TERMS),
            "command": f"python -m pose.train_bottomup {shlex.join(arguments or sys.argv[1:])}",
            "seed": args.seed,
            "epochs": epoch,
            "date": datetime.date.today().isoformat(),
            "validation_composed_scenes_greedy_no_flip": {
                k: round(v, 4) for k, v in figures.items()
            },
        }
        save_checkpoint(network, COCO_17, args.out / f"{_NAME}.safetensors", card)

    if args.resume:
        trainer.resume()
    trainer.train(validate, export)


if __name__ == "__main__":
    main()
