"""What the training commands of segmentation networks share."""

from __future__ import annotations

import argparse
import datetime
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from pose.engine.augment import Augmentation
from pose.engine.batches import Batches
from pose.engine.checkpoint import save_checkpoint
from pose.engine.labels import LabelSchema
from pose.engine.segmentation import SegmentationNetwork, segmentation_loss
from pose.engine.training import Trainer, TrainingConfig

__all__ = ["add_training_options", "command_line", "train_labels"]


def add_training_options(
    parser: argparse.ArgumentParser,
    *,
    size: tuple[int, int],
    epochs: int,
    epoch_size: int,
    batch: int,
) -> None:
    """Add the options that every such command has, with its own defaults."""
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--size", type=int, nargs=2, default=size, metavar=("W", "H"))
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--epoch-size", type=int, default=epoch_size, help="crops in an epoch")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch likes")


def command_line(program: str, arguments: Sequence[str] | None) -> str:
    """Return the command as it was given, for the model card."""
    return f"{program} {shlex.join(arguments or sys.argv[1:])}"


def train_labels(
    network: SegmentationNetwork,
    schema: LabelSchema,
    batches: Batches,
    weights: Tensor,
    args: argparse.Namespace,
    augmentation: Augmentation,
    measure: Callable[[SegmentationNetwork], Mapping[str, float]],
    card: Mapping[str, Any],
    file: str,
    figures: str,
) -> None:
    """Train, and after every epoch measure and export with a card.

    Parameters
    ----------
    network : SegmentationNetwork
        Trained in place.
    schema : LabelSchema
        Its labels.
    batches : Batches
        Training data: `images` and `labels`.
    weights : (C,) Tensor
        Of each label in the cross-entropy.
    args : Namespace
        What `add_training_options` parsed.
    augmentation : Augmentation
        As of `batches`, kept with the other settings.
    measure : callable
        Gives the figures of the averaged weights.
    card : mapping
        What the card says besides: task, data, command.
    file, figures : str
        Name of the weights' file in ``args.out``; the card's key for what `measure` gave.
    """
    training = TrainingConfig(
        epochs=args.epochs,
        epoch_size=args.epoch_size,
        batch_size=args.batch,
        learning_rate=args.rate,
        seed=args.seed,
        augmentation=augmentation,
    )

    def loss(logits: Any, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return segmentation_loss(logits, batch["labels"], weights)

    trainer = Trainer(network, batches, loss, training, args.out)
    measured: dict[str, float] = {}

    def validate(current: SegmentationNetwork) -> dict[str, float]:
        measured.update(measure(current))
        return measured

    def export(epoch: int) -> None:
        said = {
            **card,
            "seed": args.seed,
            "epochs": epoch,
            "date": datetime.date.today().isoformat(),
            figures: {k: round(v, 4) for k, v in measured.items()},
        }
        save_checkpoint(network, schema, args.out / file, said)

    if args.resume:
        trainer.resume()
    trainer.train(validate, export)
