"""What every training on whole scenes shares: its options, and the run they describe."""

from __future__ import annotations

import argparse
import datetime
import logging
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pose.engine.batches import Batch
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import initialise, save_checkpoint
from pose.engine.detector import DetectorNetwork, detection_loss, detection_targets
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import NetworkConfig
from pose.engine.scene_batches import SceneBatches, scene_loss, scene_targets
from pose.engine.scenes import Scene
from pose.engine.training import Trainer, TrainingConfig, load_imagenet_backbone

__all__ = ["SCENE_METHODS", "SceneNetwork", "SceneTask", "run_scene_training", "scene_parser"]

SceneNetwork = BottomUpNetwork | DetectorNetwork
Measure = Callable[[SceneNetwork], Mapping[str, float]]

#: What a network on scenes may be trained for.
SCENE_METHODS = ("bottomup", "detector")


@dataclass(frozen=True)
class SceneTask:
    """What a network on scenes is trained to do.

    Attributes
    ----------
    program : str
        How the command is called, for its help and the model card.
    subject : str
        What the instances are, for the model card.
    schema : KeypointSchema
        Their keypoints.
    terms : mapping of str to str
        Sources of the data and their terms, for the model card.
    prefix : str
        Of the weights' file, before the method.
    """

    program: str
    subject: str
    schema: KeypointSchema
    terms: Mapping[str, str]
    prefix: str = ""


def scene_parser(task: SceneTask) -> argparse.ArgumentParser:
    """Return a command line with the options that every training on scenes takes."""
    parser = argparse.ArgumentParser(prog=task.program)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--method", choices=SCENE_METHODS, default="bottomup")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--init", type=Path, help="start from these weights (safetensors)")
    parser.add_argument(
        "--frozen", action="store_true", help="keep the backbone of --init, share it on disk"
    )
    parser.add_argument("--side", type=int, default=256, help="of the training scenes, pixels")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--epoch-size", type=int, default=3200, help="scenes in an epoch")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch likes")
    return parser


def run_scene_training(
    task: SceneTask,
    args: argparse.Namespace,
    draw: Callable[[np.random.Generator], Scene],
    measure: Measure,
    arguments: Sequence[str] | None = None,
) -> None:
    """Train, and export the averaged weights with their card after every epoch.

    Parameters
    ----------
    task : SceneTask
        What is learnt.
    args : Namespace
        Of `scene_parser`.
    draw : callable
        Given a random generator, returns a scene of ``args.side`` squared pixels.
    measure : callable
        Gives the validation figures of a network.
    arguments : sequence of str, optional
        The command line, for the model card; that of the process by default.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    network = _network(task.schema, args)
    training = TrainingConfig(
        epochs=args.epochs,
        epoch_size=args.epoch_size,
        batch_size=args.batch,
        learning_rate=args.rate,
        seed=args.seed,
    )
    batches = SceneBatches(draw, _targets(task.schema, args.method))
    trainer = Trainer(network, batches, _LOSSES[args.method], training, args.out)
    command = f"{task.program} {shlex.join(arguments or sys.argv[1:])}"
    figures: dict[str, float] = {}

    def validate(current: SceneNetwork) -> dict[str, float]:
        figures.update(measure(current))
        return figures

    def export(epoch: int) -> None:
        card = {
            "task": _DESCRIPTIONS[args.method].format(subject=task.subject),
            "data": dict(task.terms),
            "command": command,
            "seed": args.seed,
            "epochs": epoch,
            "date": datetime.date.today().isoformat(),
            "validation_composed_scenes_no_flip": {k: round(v, 4) for k, v in figures.items()},
        }
        path = args.out / f"{task.prefix}{args.method}.safetensors"
        save_checkpoint(network, task.schema, path, card, base=args.init if args.frozen else None)

    if args.resume:
        trainer.resume()
    trainer.train(validate, export)


def _bottomup_loss(output: Any, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return scene_loss(output, batch)


def _detector_loss(output: Any, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return detection_loss(output, batch)


_LOSSES = {"bottomup": _bottomup_loss, "detector": _detector_loss}
_DESCRIPTIONS = {
    "bottomup": "keypoints and limbs of all {subject} in a picture",
    "detector": "boxes of all {subject} in a picture",
}


def _targets(schema: KeypointSchema, method: str) -> Callable[[Scene], Batch]:
    return detection_targets if method == "detector" else partial(scene_targets, schema=schema)


def _network(schema: KeypointSchema, args: argparse.Namespace) -> SceneNetwork:
    """Build the network, from other weights of the schema or from ImageNet's."""
    config = NetworkConfig(len(schema), (args.side, args.side), limbs=len(schema.edges))
    kind = DetectorNetwork if args.method == "detector" else BottomUpNetwork
    network: SceneNetwork = kind(config)
    if args.init:
        initialise(network, args.init, schema)
    else:
        load_imagenet_backbone(network.backbone)
    network.backbone.freeze_statistics()
    if args.frozen:
        if not args.init:
            raise SystemExit("--frozen needs --init: whose backbone is to be kept?")
        network.backbone.requires_grad_(False)
    return network
