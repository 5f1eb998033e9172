"""The keypoint network: backbone, pyramid, heatmap head, presence and attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from pose.engine.backbone import PIXEL_MEAN, PIXEL_STD, ConvNorm, EfficientNetLite0
from pose.engine.cascade import RefineNet
from pose.engine.heatmap import decode
from pose.engine.pyramid import PyramidDecoder

__all__ = ["KeypointNetwork", "NetworkConfig", "NetworkOutput"]


@dataclass(frozen=True)
class NetworkConfig:
    """What a network is built from; stored in its model card.

    Parameters
    ----------
    keypoints : int
        How many keypoints; 0 of a network that finds none.
    input_size : (int, int)
        Width and height of the crop it was trained on, in pixels.
    width : int
        Channels of the pyramid.
    repeats : tuple of int
        Refinements at strides 4, 8, 16, 32.
    attributes : tuple of (str, int)
        Questions about the whole instance, each with its number of answers.
    decoder : {'pyramid', 'cascade'}
        Of the heatmap network: the pyramid's finest level alone, or refined from all levels.
    limbs : int
        Edges with an affinity field, of the bottom-up network.
    classes : int
        Labels a pixel may have, of the segmentation network.
    detail : bool
        Whether the attributes of the heatmap network also read the pyramid at stride 8: a zip
        that tells a jacket from a pullover is gone at stride 32.
    """

    keypoints: int
    input_size: tuple[int, int]
    width: int = 96
    repeats: tuple[int, ...] = (2, 1, 2, 1)
    attributes: tuple[tuple[str, int], ...] = ()
    decoder: str = "pyramid"
    limbs: int = 0
    classes: int = 0
    detail: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a model card."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> NetworkConfig:
        """Build from what `to_json` gave, lists turned back into tuples."""
        width, height = values["input_size"]
        return cls(
            keypoints=int(values["keypoints"]),
            input_size=(int(width), int(height)),
            width=int(values["width"]),
            repeats=tuple(int(r) for r in values["repeats"]),
            attributes=tuple((str(name), int(n)) for name, n in values["attributes"]),
            decoder=str(values.get("decoder", "pyramid")),
            limbs=int(values.get("limbs", 0)),
            classes=int(values.get("classes", 0)),
            detail=bool(values.get("detail", False)),
        )


class NetworkOutput(NamedTuple):
    """What the network says of a batch.

    Attributes
    ----------
    heatmaps : (N, K, H / 4, W / 4) Tensor
        Logits; their softmax over space says where a keypoint is, given that it is there.
    presence : (N, K) Tensor
        Logits; their sigmoid says whether it is there.
    attributes : dict of str to (N, answers) Tensor
        Logits of each question.
    coarse : tuple of (N, K, h, w) Tensor
        Logits of the pyramid's own levels, of a cascaded network in training.
    """

    heatmaps: Tensor
    presence: Tensor
    attributes: dict[str, Tensor]
    coarse: tuple[Tensor, ...] = ()

    def decode(self) -> tuple[Tensor, Tensor]:
        """Return points (N, K, 2) in input pixels and their certainty (N, K), 0..1."""
        return decode(self.heatmaps.float())

    def averaged(self, mirrored: NetworkOutput, order: Sequence[int]) -> NetworkOutput:
        """Average with the answer to the mirrored crop; `order` brings its keypoints back.

        Averaged as probabilities: where the two disagree the map gets two peaks, not a third
        one between them.
        """
        index = list(order)
        maps = torch.softmax(self.heatmaps.flatten(2), dim=2)
        other = torch.softmax(mirrored.heatmaps.flip(3)[:, index].flatten(2), dim=2)
        mean = ((maps + other) / 2).clamp(min=1e-12).log().view_as(self.heatmaps)
        return NetworkOutput(
            mean,
            (self.presence + mirrored.presence[:, index]) / 2,
            {k: (v + mirrored.attributes[k]) / 2 for k, v in self.attributes.items()},
        )


class KeypointNetwork(nn.Module):
    """EfficientNet-Lite0, a pyramid to stride 4, and the heads.

    Presence is read where the heatmap looks (the softmax weighs a second map) and from the
    picture as a whole: a hidden cuff is a local matter, a skirt's lack of cuffs is not.

    Parameters
    ----------
    config : NetworkConfig
        Sizes.

    Examples
    --------
    >>> config = NetworkConfig(keypoints=5, input_size=(64, 96), attributes=(("view", 2),))
    >>> output = KeypointNetwork(config).eval()(torch.zeros(1, 3, 96, 64))
    >>> tuple(output.heatmaps.shape), tuple(output.presence.shape)
    ((1, 5, 24, 16), (1, 5))
    """

    kind = "heatmap"

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNetLite0()
        self.pyramid = PyramidDecoder(self.backbone.channels, config.width, config.repeats)
        self.refine: RefineNet | None = None
        if config.decoder == "cascade":
            levels = len(config.repeats)
            self.refine = RefineNet(config.width, levels)
            self.coarse_heads = nn.ModuleList(
                nn.Conv2d(config.width, config.keypoints, 1) for _ in range(levels)
            )
        elif config.decoder != "pyramid":
            raise ValueError(f"no decoder {config.decoder!r}")
        self.heatmap_head = nn.Conv2d(config.width, config.keypoints, 1)
        self.presence_head = nn.Conv2d(config.width, config.keypoints, 1)
        self.context = ConvNorm(self.backbone.channels[-1], 256)
        self.presence_context = nn.Linear(256, config.keypoints)
        self.attribute_heads = nn.ModuleDict(
            {name: nn.Linear(256, answers) for name, answers in config.attributes}
        )
        self.detail_heads = nn.ModuleDict()
        if config.detail:
            self.detail_heads.update(
                {name: _silent(2 * config.width, answers) for name, answers in config.attributes}
            )

    def forward(self, pictures: Tensor) -> NetworkOutput:
        """Read a batch of pictures.

        Parameters
        ----------
        pictures : (N, 3, H, W) float or uint8 Tensor
            RGB, 0..255; H and W of 32 at least, multiples of 4.

        Returns
        -------
        NetworkOutput
        """
        x = (pictures.float() - PIXEL_MEAN) / PIXEL_STD
        features = self.backbone(x.contiguous(memory_format=torch.channels_last))
        levels = self.pyramid.levels(features)
        decoded = levels[0] if self.refine is None else self.refine(levels)
        heatmaps = self.heatmap_head(decoded)
        weights = torch.softmax(heatmaps.detach().flatten(2), dim=2)
        local = (self.presence_head(decoded).flatten(2) * weights).sum(dim=2)
        context = self.context(features[-1]).mean(dim=(2, 3))
        return NetworkOutput(
            heatmaps,
            local + self.presence_context(context),
            self._attributes(context, levels[1]),
            self._coarse(levels),
        )

    def _attributes(self, context: Tensor, level: Tensor) -> dict[str, Tensor]:
        """Answer the questions from the whole picture and, where asked to, from its details."""
        answers = {name: head(context) for name, head in self.attribute_heads.items()}
        if self.detail_heads:
            detail = torch.cat([level.mean(dim=(2, 3)), level.amax(dim=(2, 3))], dim=1)
            answers = {name: v + self.detail_heads[name](detail) for name, v in answers.items()}
        return answers

    def _coarse(self, levels: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Read every level of the pyramid by itself, for intermediate supervision."""
        if self.refine is None or not self.training:
            return ()
        return tuple(head(level) for head, level in zip(self.coarse_heads, levels, strict=True))


def _silent(inputs: int, outputs: int) -> nn.Linear:
    """Return a layer that says nothing yet: weights trained without it start as they were."""
    layer = nn.Linear(inputs, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
