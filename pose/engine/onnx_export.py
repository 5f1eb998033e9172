"""Write a network as ONNX: ``python -m pose.engine.onnx_export WEIGHTS --out FILE``.

Crops and pictures go in as in Python: (N, 3, H, W) RGB, 0..255, as float32. The heads' raw
answers come out; the network's card says what they are of.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pose.engine.backbone import ConvNorm
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import CheckpointError, load_checkpoint, read_card
from pose.engine.detector import DetectorNetwork
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork
from pose.engine.regression import RegressionNetwork

__all__ = ["AnyNetwork", "export_onnx", "load_any"]

AnyNetwork = KeypointNetwork | RegressionNetwork | BottomUpNetwork | DetectorNetwork
_KINDS: dict[str, type[AnyNetwork]] = {
    kind.kind: kind
    for kind in (KeypointNetwork, RegressionNetwork, BottomUpNetwork, DetectorNetwork)
}
# Sides of the pictures that a scene network reads are multiples of this.
_MULTIPLE = 32


class _Flat(nn.Module):
    """Answers with a plain tuple of tensors, which is what ONNX knows."""

    def __init__(self, network: AnyNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        return tuple(_named(self.network(pictures)).values())


def _named(output: Any) -> dict[str, Tensor]:
    """Return an output's tensors by name, attributes among them."""
    flat: dict[str, Tensor] = {}
    for name, value in output._asdict().items():
        if isinstance(value, Tensor):
            flat[name] = value
        elif isinstance(value, dict):
            # A bare name such as `view` may be taken by a node of the graph.
            flat.update({f"{question}_logits": logits for question, logits in value.items()})
    return flat


def load_any(weights: Path) -> AnyNetwork:
    """Build the network of a checkpoint, whatever its kind and schema.

    Raises
    ------
    CheckpointError
        If a file is missing or damaged, or the kind is unknown.
    """
    card = read_card(weights)
    kind = _KINDS.get(card.get("kind", KeypointNetwork.kind))
    if kind is None:
        raise CheckpointError(f"{weights} holds a {card['kind']} network, which is unknown")
    schema = KeypointSchema(card["schema"], tuple(card["keypoints"]))
    return load_checkpoint(weights, schema, kind)


def export_onnx(network: AnyNetwork, path: Path) -> list[str]:
    """Write a network as ONNX, batch norms folded in.

    Parameters
    ----------
    network : Module
        Any of the engine's; it can train no more afterwards.
    path : Path
        Ends in ``.onnx``. Crop networks take any number of crops of their input size; networks
        on scenes one picture, its sides multiples of 32.

    Returns
    -------
    list of str
        Names of the outputs, in order.

    Raises
    ------
    ImportError
        If the extra ``export`` is not installed.
    """
    network = network.eval()
    for module in network.modules():
        if isinstance(module, ConvNorm):
            module.fuse()
    width, height = network.config.input_size
    on_scenes = isinstance(network, BottomUpNetwork | DetectorNetwork)
    example = torch.zeros(1 if on_scenes else 2, 3, height, width)
    names = list(_named(network(example)))
    dynamic: dict[int, Any]
    if on_scenes:
        rows, columns = torch.export.Dim("rows", max=128), torch.export.Dim("columns", max=128)
        dynamic = {2: _MULTIPLE * rows, 3: _MULTIPLE * columns}
    else:
        dynamic = {0: torch.export.Dim("crops")}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        _Flat(network).eval(),
        (example,),
        path,
        dynamo=True,
        external_data=False,
        verbose=False,
        input_names=["pictures"],
        output_names=names,
        dynamic_shapes={"pictures": dynamic},
    )
    return names


def main(arguments: Sequence[str] | None = None) -> None:
    """Export as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m pose.engine.onnx_export", description=__doc__)
    parser.add_argument("weights", type=Path, help="a safetensors file, its card beside it")
    parser.add_argument("--out", type=Path, required=True, help="file to write, .onnx")
    args = parser.parse_args(arguments)
    names = export_onnx(load_any(args.weights), args.out)
    print(f"{args.out}: {', '.join(names)}")


if __name__ == "__main__":
    main()
