"""Train on the keypoints that a file names: ``python -m pose.engine.train --config FILE``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pose.engine.checkpoint import CheckpointError
from pose.engine.command import InstanceNetwork, Task, run_training, training_parser
from pose.engine.dataset import Sample, SampleImages
from pose.engine.keypoints import Keypoints, KeypointSchema
from pose.engine.predictor import Predictor
from pose.engine.similarity import keypoint_similarity
from pose.engine.task_file import TaskFile, read_task_file

__all__ = ["keypoint_figures", "main"]

# Of the longer side of an instance's box.
_SHARES = (0.05, 0.1)
# What the help is printed of while no file is named.
_NO_TASK = Task("task", "python -m pose.engine.train", "", KeypointSchema("none", ()), {})


def keypoint_figures(
    network: InstanceNetwork,
    samples: Sequence[Sample],
    images: SampleImages,
    schema: KeypointSchema,
) -> dict[str, float]:
    """Measure from given boxes, without flip test.

    Parameters
    ----------
    network : KeypointNetwork or RegressionNetwork
        What is measured.
    samples : sequence of Sample
        Labelled instances.
    images : SampleImages
        Their pictures.
    schema : KeypointSchema
        Their keypoints.

    Returns
    -------
    dict of str to float
        `error`: mean distance over the longer side of the box of the labelled keypoints;
        `pck0.05`, `pck0.1`: share of keypoints whose distance is no more of it; `oks`: mean
        object keypoint similarity.
    """
    predictor = Predictor(network, schema, flip_test=False)
    errors, similar = [], []
    for sample in samples:
        image, scale = images.load(sample.path)
        x, y, width, height = (scale * v for v in sample.box())
        found = predictor.predict([image], [(x, y, width, height)])[0].keypoints.xy / scale
        distance = np.linalg.norm(found - sample.points, axis=1)[sample.labelled]
        errors.append(distance / max(*sample.box()[2:], 1.0))
        truth = Keypoints(schema, sample.points, sample.labelled.astype(float))
        similar.append(keypoint_similarity(truth, Keypoints(schema, found, np.ones(len(schema)))))
    together = np.concatenate(errors)
    shares = {f"pck{share}": float((together <= share).mean()) for share in _SHARES}
    return {"error": float(together.mean()), **shares, "oks": float(np.mean(similar))}


def build_parser(task: Task, size: tuple[int, int]) -> argparse.ArgumentParser:
    """Return the command line: that of every training, with a task file for the data."""
    parser = training_parser(task, size=size, rate=2e-3, epoch_size=2000, data=False)
    parser.description = __doc__
    parser.add_argument("--config", type=Path, required=True, help="task file, JSON or TOML")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the task file and the command line say; see ``--help``."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--config", type=Path)
    config = first.parse_known_args(given)[0].config
    parser = build_parser(_NO_TASK, (192, 192))
    if config is None or {"-h", "--help"} & set(given):
        parser.parse_args(given)
    try:
        _train(read_task_file(config), given)
    except (CheckpointError, OSError, ValueError) as error:
        parser.error(str(error))


def _train(file: TaskFile, given: list[str]) -> None:
    parser = build_parser(file.task, file.input_size)
    # The file's options come first, so that those of the command line prevail.
    args = parser.parse_args([*_as_arguments(file.options), *given])

    def measure(network: InstanceNetwork, images: SampleImages) -> dict[str, float]:
        return keypoint_figures(network, file.validation, images, file.schema)

    run_training(file.task, args, file.train, measure, given)


def _as_arguments(options: Mapping[str, object]) -> list[str]:
    """Write a file's options as a command line, so that one parser checks both."""
    arguments = []
    for name, value in options.items():
        if value is False:
            continue
        arguments.append("--" + name.replace("_", "-"))
        if value is not True:
            arguments += [str(v) for v in (value if isinstance(value, list) else [value])]
    return arguments


if __name__ == "__main__":
    main()
