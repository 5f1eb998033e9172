"""Weights on disk: safetensors, a model card beside them, hash and schema checked on load."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from pose.engine.network import KeypointNetwork, NetworkConfig

__all__ = [
    "CheckpointError",
    "Schema",
    "initialise",
    "load_checkpoint",
    "read_card",
    "save_checkpoint",
]

Network = TypeVar("Network", bound=nn.Module)


class Schema(Protocol):
    """The names that a network's outputs stand for: keypoints, or labels of pixels."""

    #: What they are, the card's key for them.
    role: ClassVar[str]

    @property
    def name(self) -> str:
        """Name of the schema."""

    @property
    def names(self) -> tuple[str, ...]:
        """One for each output, in order."""


class CheckpointError(RuntimeError):
    """Weights that are missing, damaged, or for another schema."""


def save_checkpoint(
    network: nn.Module,
    schema: Schema,
    path: Path,
    card: Mapping[str, Any],
    *,
    base: Path | None = None,
) -> None:
    """Write `path` (safetensors) and its model card (`path` with suffix ``.json``).

    Convolutions and linear layers are stored as float16; batch-norm vectors stay float32,
    since small variances do not survive half precision.

    Parameters
    ----------
    network : Module
        The weights; one of the engine's networks.
    schema : KeypointSchema or LabelSchema
        What its outputs are, written into the card.
    path : Path
        Ends in ``.safetensors``.
    card : mapping
        What else the card says: data and terms, command, seed, figures, date.
    base : Path, optional
        Another checkpoint, copied to lie beside this one: what is the same there is not stored
        again.
    """
    tensors = _stored(network)
    shared: dict[str, Any] = {}
    if base is not None:
        others = load(base.read_bytes())
        tensors = {k: v for k, v in tensors.items() if not _same(v, others.get(k))}
        shared = {"base": {"file": base.name, "sha256": _digest(base.read_bytes())}}
    blob = save(tensors)
    path.parent.mkdir(parents=True, exist_ok=True)
    if base is not None and base.parent.resolve() != path.parent.resolve():
        shutil.copy(base, path.parent / base.name)
    path.write_bytes(blob)
    config: NetworkConfig = network.config  # type: ignore[assignment]
    full = {
        "name": path.stem,
        "kind": network.kind,
        "schema": schema.name,
        schema.role: list(schema.names),
        "network": config.to_json(),
        "parameters": sum(p.numel() for p in network.parameters()),
        **card,
        **shared,
        "sha256": _digest(blob),
    }
    path.with_suffix(".json").write_text(json.dumps(full, indent=2) + "\n")


def _stored(network: nn.Module) -> dict[str, Tensor]:
    tensors = {}
    for name, value in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        half = value.dtype.is_floating_point and ".norm." not in name
        tensors[name] = (value.half() if half else value).contiguous()
    return tensors


def _same(a: Tensor, b: Tensor | None) -> bool:
    return b is not None and a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b)


def _digest(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


def read_card(path: Path) -> dict[str, Any]:
    """Read the model card beside a checkpoint.

    Raises
    ------
    CheckpointError
        If there is none, or it is not JSON.
    """
    try:
        card: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
    except FileNotFoundError:
        raise CheckpointError(f"{path.with_suffix('.json')}: no model card there") from None
    except ValueError as error:
        raise CheckpointError(f"{path.with_suffix('.json')}: not a model card: {error}") from None
    return card


def load_checkpoint(
    path: Path,
    schema: Schema,
    network_type: type[Network],
) -> Network:
    """Build the network that a checkpoint's card describes and fill in its weights.

    Parameters
    ----------
    path : Path
        A ``.safetensors`` file with its card beside it.
    schema : KeypointSchema or LabelSchema
        The outputs that the caller expects.
    network_type : type
        The kind of network that the caller expects.

    Returns
    -------
    Module
        Of that type, in evaluation mode.

    Raises
    ------
    CheckpointError
        If a file is missing, its SHA-256 is not the card's, or schema or kind differ.
    """
    card = read_card(path)
    if card.get("schema") != schema.name or tuple(card.get(schema.role, ())) != schema.names:
        raise CheckpointError(f"{path} was trained for {card.get('schema')}, not {schema.name}")
    kind = card.get("kind", KeypointNetwork.kind)
    if kind != network_type.kind:  # type: ignore[attr-defined]
        raise CheckpointError(f"{path} holds a {kind} network, not {network_type.__name__}")
    network = network_type(NetworkConfig.from_json(card["network"]))
    tensors = _tensors(path, card, network.state_dict())
    try:
        missing, unexpected = network.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise CheckpointError(f"{path}: weights do not fit their card: {error}") from None
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise CheckpointError(f"{path}: weights do not fit their card: {missing or unexpected}")
    return network.eval()


def initialise(network: nn.Module, path: Path, schema: Schema) -> list[str]:
    """Start a network from whatever another checkpoint has for it.

    Parameters
    ----------
    network : Module
        Changed in place: every tensor that the checkpoint has by the same name and shape.
    path : Path
        A checkpoint, of any kind of network.
    schema : KeypointSchema or LabelSchema
        What the checkpoint's outputs are expected to be.

    Returns
    -------
    list of str
        Names that were filled.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing, damaged, for another schema, or has nothing in common.
    """
    card = read_card(path)
    if card.get("schema") != schema.name:
        raise CheckpointError(f"{path} was trained for {card.get('schema')}, not {schema.name}")
    own = network.state_dict()
    fitting = {
        name: value
        for name, value in _tensors(path, card, own).items()
        if name in own and own[name].shape == value.shape
    }
    if not fitting:
        raise CheckpointError(f"{path} has no tensor of this network")
    network.load_state_dict(fitting, strict=False)
    return list(fitting)


def _tensors(path: Path, card: Mapping[str, Any], wanted: Collection[str]) -> dict[str, Tensor]:
    """Read a checkpoint's tensors, and the wanted ones of its base that it does not replace."""
    try:
        blob = path.read_bytes()
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no weights there") from None
    digest = _digest(blob)
    if digest != card.get("sha256"):
        raise CheckpointError(f"{path}: SHA-256 {digest} is not the card's {card.get('sha256')}")
    try:
        tensors = {name: value.float() for name, value in load(blob).items()}
    except SafetensorError as error:
        raise CheckpointError(f"{path}: weights do not fit their card: {error}") from None
    base = card.get("base")
    if base is None:
        return tensors
    below = _tensors(path.parent / base["file"], {"sha256": base["sha256"]}, wanted)
    return {name: value for name, value in below.items() if name in wanted} | tensors
