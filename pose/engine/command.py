"""What every training command shares: its options, and the run they describe."""

from __future__ import annotations

import argparse
import datetime
import logging
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pose.engine.augment import Augmentation
from pose.engine.batches import CropBatches, CropHook
from pose.engine.checkpoint import initialise, save_checkpoint
from pose.engine.dataset import Sample, SampleImages
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.regression import RegressionNetwork
from pose.engine.training import (
    Trainer,
    TrainingConfig,
    keypoint_loss,
    load_imagenet_backbone,
)

__all__ = ["InstanceNetwork", "Task", "run_training", "training_parser"]

InstanceNetwork = KeypointNetwork | RegressionNetwork
Measure = Callable[[InstanceNetwork, SampleImages], Mapping[str, float]]


@dataclass(frozen=True)
class Task:
    """What a network is trained to do.

    Attributes
    ----------
    name : str
        Stem of the weights' file, to which the method is added.
    program : str
        How the command is called, for its help and the model card.
    description : str
        A sentence for the model card.
    schema : KeypointSchema
        The keypoints.
    terms : mapping of str to str
        Sources of the data and their terms, for the model card.
    attributes : tuple of (str, int)
        Questions about the whole instance.
    augmentation : Augmentation
        How samples are varied.
    """

    name: str
    program: str
    description: str
    schema: KeypointSchema
    terms: Mapping[str, str]
    attributes: tuple[tuple[str, int], ...] = ()
    augmentation: Augmentation = field(default_factory=Augmentation)


def training_parser(
    task: Task, size: tuple[int, int], rate: float, epoch_size: int, *, data: bool = True
) -> argparse.ArgumentParser:
    """Return a command line with the options that every training takes.

    Parameters
    ----------
    task : Task
        What is learnt.
    size, rate, epoch_size
        Defaults of these options.
    data : bool
        Whether the folder of the data is among the options.
    """
    parser = argparse.ArgumentParser(prog=task.program)
    if data:
        parser.add_argument(
            "--data", type=Path, required=True, help="folder of keypoints_train.json"
        )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--init", type=Path, help="start from these weights (safetensors)")
    parser.add_argument("--method", choices=("heatmap", "regression"), default="heatmap")
    parser.add_argument(
        "--decoder",
        choices=("pyramid", "cascade", "classification", "coordinates"),
        help="pyramid (default) or cascade for heatmaps; classification (default) or coordinates",
    )
    parser.add_argument(
        "--frozen", action="store_true", help="keep the backbone of --init, share it on disk"
    )
    parser.add_argument(
        "--detail", action="store_true", help="attributes also read the pyramid at stride 8"
    )
    parser.add_argument("--size", type=int, nargs=2, default=size, metavar=("W", "H"))
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--epoch-size", type=int, default=epoch_size, help="crops in an epoch")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--attribute-weight", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch likes")
    return parser


def run_training(
    task: Task,
    args: argparse.Namespace,
    samples: Sequence[Sample],
    measure: Measure,
    arguments: Sequence[str] | None = None,
    crop_hook: CropHook | None = None,
) -> None:
    """Train, and export the averaged weights with their card after every epoch.

    Parameters
    ----------
    task : Task
        What is learnt.
    args : Namespace
        Of `training_parser`.
    samples : sequence of Sample
        Training data.
    measure : callable
        Gives the validation figures of a network.
    arguments : sequence of str, optional
        The command line, for the model card; that of the process by default.
    crop_hook : callable, optional
        See `Trainer`.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    network = _network(task, args)
    training = TrainingConfig(
        epochs=args.epochs,
        epoch_size=args.epoch_size,
        batch_size=args.batch,
        learning_rate=args.rate,
        attribute_weight=args.attribute_weight,
        seed=args.seed,
        augmentation=task.augmentation,
    )
    names = [name for name, _ in task.attributes]
    size = network.config.input_size
    batches = CropBatches(samples, task.schema, size, task.augmentation, names, crop_hook)

    def loss(output: Any, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return keypoint_loss(output, batch, training)

    trainer = Trainer(network, batches, loss, training, args.out)
    command = f"{task.program} {shlex.join(arguments or sys.argv[1:])}"
    figures: dict[str, float] = {}

    def validate(current: InstanceNetwork) -> dict[str, float]:
        figures.update(measure(current, batches.images))
        return figures

    def export(epoch: int) -> None:
        card = {
            "task": task.description,
            "data": dict(task.terms),
            "command": command,
            "seed": args.seed,
            "epochs": epoch,
            "date": datetime.date.today().isoformat(),
            "validation_given_boxes_no_flip": {k: round(v, 4) for k, v in figures.items()},
        }
        path = args.out / f"{task.name}-{args.method}.safetensors"
        save_checkpoint(network, task.schema, path, card, base=args.init if args.frozen else None)

    if args.resume:
        trainer.resume()
    trainer.train(validate, export)


def _network(task: Task, args: argparse.Namespace) -> InstanceNetwork:
    """Build the network, from other weights of the task or from ImageNet's."""
    size = (int(args.size[0]), int(args.size[1]))
    regresses = args.method == "regression"
    decoder = args.decoder or ("classification" if regresses else "pyramid")
    config = NetworkConfig(
        len(task.schema), size, attributes=task.attributes, decoder=decoder, detail=args.detail
    )
    network = RegressionNetwork(config) if regresses else KeypointNetwork(config)
    if args.init:
        initialise(network, args.init, task.schema)
    else:
        load_imagenet_backbone(network.backbone)
    network.backbone.freeze_statistics()
    if args.frozen:
        network.backbone.requires_grad_(False)
    return network
