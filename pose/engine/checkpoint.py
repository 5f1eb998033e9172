"""Weights on disk: safetensors, a model card beside them, hash and schema checked on load."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save

from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkConfig

__all__ = ["CheckpointError", "load_checkpoint", "read_card", "save_checkpoint"]


class CheckpointError(RuntimeError):
    """Weights that are missing, damaged, or for another schema."""


def save_checkpoint(
    network: KeypointNetwork,
    schema: KeypointSchema,
    path: Path,
    card: Mapping[str, Any],
) -> None:
    """Write `path` (safetensors) and its model card (`path` with suffix ``.json``).

    Convolutions and linear layers are stored as float16; batch-norm vectors stay float32,
    since small variances do not survive half precision.

    Parameters
    ----------
    network : KeypointNetwork
        The weights.
    schema : KeypointSchema
        Its keypoints, written into the card.
    path : Path
        Ends in ``.safetensors``.
    card : mapping
        What else the card says: data and terms, command, seed, figures, date.
    """
    tensors = {}
    for name, value in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        half = value.dtype.is_floating_point and ".norm." not in name
        tensors[name] = (value.half() if half else value).contiguous()
    blob = save(tensors)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(blob)
    full = {
        "name": path.stem,
        "schema": schema.name,
        "keypoints": list(schema.names),
        "network": network.config.to_json(),
        "parameters": sum(p.numel() for p in network.parameters()),
        **card,
        "sha256": hashlib.sha256(blob).hexdigest(),
    }
    path.with_suffix(".json").write_text(json.dumps(full, indent=2) + "\n")


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


def load_checkpoint(path: Path, schema: KeypointSchema) -> KeypointNetwork:
    """Build the network that a checkpoint's card describes and fill in its weights.

    Parameters
    ----------
    path : Path
        A ``.safetensors`` file with its card beside it.
    schema : KeypointSchema
        The keypoints that the caller expects.

    Returns
    -------
    KeypointNetwork
        In evaluation mode.

    Raises
    ------
    CheckpointError
        If a file is missing, its SHA-256 is not the card's, or the schema differs.
    """
    card = read_card(path)
    if card.get("schema") != schema.name or tuple(card.get("keypoints", ())) != schema.names:
        raise CheckpointError(f"{path} was trained for {card.get('schema')}, not {schema.name}")
    try:
        blob = path.read_bytes()
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no weights there") from None
    digest = hashlib.sha256(blob).hexdigest()
    if digest != card.get("sha256"):
        raise CheckpointError(f"{path}: SHA-256 {digest} is not the card's {card.get('sha256')}")
    network = KeypointNetwork(NetworkConfig.from_json(card["network"]))
    try:
        tensors = {name: value.float() for name, value in load(blob).items()}
        missing, unexpected = network.load_state_dict(tensors, strict=False)
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointError(f"{path}: weights do not fit their card: {error}") from None
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise CheckpointError(f"{path}: weights do not fit their card: {missing or unexpected}")
    return network.eval()
