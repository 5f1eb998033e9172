"""A training task written down in a file: keypoints, data and options, without code."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose.engine.augment import Augmentation
from pose.engine.command import Task
from pose.engine.dataset import Sample, read_coco
from pose.engine.keypoints import KeypointSchema

__all__ = ["TaskFile", "read_task_file"]

_REQUIRED = ("name", "keypoints", "input_size", "train", "validation")
_OPTIONAL = (
    *("flip_pairs", "edges", "sigmas", "halves"),
    *("description", "terms", "unlabelled", "augmentation", "options"),
)
_KINDS: dict[type, tuple[str, ...]] = {
    dict: ("terms", "augmentation", "options"),
    list: ("keypoints", "flip_pairs", "edges", "sigmas", "halves", "input_size"),
}
_UNLABELLED = ("unknown", "absent")


@dataclass(frozen=True)
class TaskFile:
    """What a task file says.

    Attributes
    ----------
    task : Task
        Name, schema, augmentation, and what the model card says.
    input_size : (int, int)
        Width and height of the network's input in pixels.
    train, validation : sequence of Sample
        Labelled instances.
    options : mapping of str to str, int or float
        Options of the training command, which may still be given otherwise there.
    """

    task: Task
    input_size: tuple[int, int]
    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    options: Mapping[str, Any]

    @property
    def schema(self) -> KeypointSchema:
        """The keypoints; needed to load the weights."""
        return self.task.schema


def read_task_file(path: Path) -> TaskFile:
    """Read a task file, JSON or TOML; ``docs/engine.md`` says what stands in it.

    Parameters
    ----------
    path : Path
        Ends in ``.json`` or ``.toml``. Paths in it are relative to its folder.

    Raises
    ------
    OSError
        If it, or a file it names, cannot be read.
    ValueError
        If it, or a file it names, does not say what it must; the message names the file.
    """
    values = _parse(path)
    try:
        return _task_of(values, path.parent)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def _parse(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    try:
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise ValueError(f"{path} is not {kind}: {error}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{path} holds no table of names and values")
    return values


def _task_of(values: dict[str, Any], folder: Path) -> TaskFile:
    missing = [key for key in _REQUIRED if key not in values]
    if missing:
        raise ValueError(f"{', '.join(missing)} must be given")
    _check_keys("", values, (*_REQUIRED, *_OPTIONAL))
    for kind, keys in _KINDS.items():
        for key in keys:
            if not isinstance(values.get(key, kind()), kind):
                raise ValueError(f"{key} must be a {'table' if kind is dict else 'list'}")
    schema = _schema_of(values)
    unlabelled = values.get("unlabelled", "unknown")
    if unlabelled not in _UNLABELLED:
        raise ValueError(f"unlabelled is {unlabelled!r}, not one of {', '.join(_UNLABELLED)}")
    train, validation = (
        _samples(values[key], folder, schema, unlabelled) for key in ("train", "validation")
    )
    return TaskFile(
        task=Task(
            name=schema.name,
            program="python -m pose.engine.train",
            description=str(values.get("description", f"keypoints of one {schema.name}")),
            schema=schema,
            terms=values.get("terms", {}),
            augmentation=_augmentation(values.get("augmentation", {})),
        ),
        input_size=_size(values["input_size"]),
        train=train,
        validation=validation,
        options=values.get("options", {}),
    )


def _check_keys(where: str, values: Mapping[str, Any], known: Collection[str]) -> None:
    for key in values:
        if key not in known:
            raise ValueError(f"{where}{key!r} means nothing here; there are {', '.join(known)}")


def _schema_of(values: Mapping[str, Any]) -> KeypointSchema:
    def groups(key: str) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(group) for group in values.get(key, ()))

    for key in ("flip_pairs", "edges"):
        if any(len(pair) != 2 for pair in groups(key)):
            raise ValueError(f"{key} must be pairs of keypoints")
    return KeypointSchema(
        name=str(values["name"]),
        names=tuple(values["keypoints"]),
        edges=groups("edges"),  # type: ignore[arg-type]
        flip_pairs=groups("flip_pairs"),  # type: ignore[arg-type]
        sigmas=tuple(float(s) for s in values.get("sigmas", ())),
        halves=groups("halves"),
    )


def _size(values: Any) -> tuple[int, int]:
    if len(values) != 2 or any(not isinstance(v, int) or v < 32 or v % 4 for v in values):
        raise ValueError("input_size must be a width and a height, multiples of 4, 32 at least")
    return values[0], values[1]


def _augmentation(values: Mapping[str, Any]) -> Augmentation:
    _check_keys("augmentation: ", values, [field.name for field in fields(Augmentation)])
    changes: dict[str, Any] = {k: tuple(v) if k == "scale" else v for k, v in values.items()}
    return replace(Augmentation(), **changes)


def _samples(
    source: Mapping[str, str], folder: Path, schema: KeypointSchema, unlabelled: str
) -> tuple[Sample, ...]:
    """Read the instances of a COCO file, its pictures perhaps in another folder."""
    if not isinstance(source, dict) or "file" not in source:
        raise ValueError("train and validation must each be a table that names a file")
    _check_keys("train or validation: ", source, ("file", "images"))
    file = folder / source["file"]

    def lacking(annotation: dict[str, Any]) -> NDArray[np.bool_]:
        return np.full(len(schema), unlabelled == "absent")

    try:
        samples = read_coco(file, schema, absent=lacking)
    except KeyError as error:
        raise ValueError(f"{file} is no COCO keypoint file: no {error} in it") from None
    if not samples:
        raise ValueError(f"{file} has no instance with three labelled keypoints")
    if "images" in source:
        images = folder / source["images"]
        samples = [replace(s, path=images / s.path.relative_to(file.parent)) for s in samples]
    for sample in samples:
        if not sample.path.is_file():
            raise ValueError(f"{file} names {sample.path}, which is not there")
    return tuple(samples)
