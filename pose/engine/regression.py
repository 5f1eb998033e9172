"""Direct regression: coordinates without a heatmap.

Two heads on the same features. `classification` answers with a distribution over the columns and
one over the rows of the crop (SimCC); `coordinates` answers with two numbers, and is here to be
compared against.

References
----------
Y. Li et al., "SimCC: a Simple Coordinate Classification Perspective for Human Pose Estimation",
ECCV 2022.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pose.engine.backbone import PIXEL_MEAN, PIXEL_STD, ConvNorm, EfficientNetLite0
from pose.engine.network import NetworkConfig
from pose.engine.pyramid import PyramidDecoder

__all__ = ["RegressionNetwork", "RegressionOutput", "decode_bins", "regression_loss"]

# Standard deviation of a target distribution, and half the window that certainty sums, in pixels.
_SIGMA = 4.0
_NEAR = 10


class RegressionOutput(NamedTuple):
    """What the network says of a batch.

    Attributes
    ----------
    across, down : (N, K, W), (N, K, H) Tensor
        Logits over the crop's columns and rows; of the `coordinates` head (N, K, 1), the
        coordinate itself, relative to the crop's size.
    presence : (N, K) Tensor
        Logits; their sigmoid says whether the keypoint is there.
    attributes : dict of str to (N, answers) Tensor
        Logits of each question.
    size : (int, int)
        Width and height of the crop.
    """

    across: Tensor
    down: Tensor
    presence: Tensor
    attributes: dict[str, Tensor]
    size: tuple[int, int]

    def decode(self) -> tuple[Tensor, Tensor]:
        """Return points (N, K, 2) in input pixels and their certainty (N, K), 0..1."""
        width, height = self.size
        if self.across.shape[-1] == 1:
            points = torch.cat([self.across * width, self.down * height], dim=-1) - 0.5
            return points, torch.ones_like(points[..., 0])
        x, sure_x = decode_bins(self.across)
        y, sure_y = decode_bins(self.down)
        return torch.stack([x, y], dim=-1), sure_x * sure_y

    def averaged(self, mirrored: RegressionOutput, order: Sequence[int]) -> RegressionOutput:
        """Average with the answer to the mirrored crop; `order` brings its keypoints back."""
        index = list(order)
        if self.across.shape[-1] == 1:
            across = (self.across + 1 - mirrored.across[:, index]) / 2
            down = (self.down + mirrored.down[:, index]) / 2
        else:
            across = _mean_logits(self.across, mirrored.across[:, index].flip(2))
            down = _mean_logits(self.down, mirrored.down[:, index])
        return RegressionOutput(
            across,
            down,
            (self.presence + mirrored.presence[:, index]) / 2,
            {k: (v + mirrored.attributes[k]) / 2 for k, v in self.attributes.items()},
            self.size,
        )


def _mean_logits(a: Tensor, b: Tensor) -> Tensor:
    mean = (torch.softmax(a, dim=-1) + torch.softmax(b, dim=-1)) / 2
    return mean.clamp(min=1e-12).log()


def decode_bins(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Find the top of distributions over pixels, to a fraction of one.

    Parameters
    ----------
    logits : (..., B) Tensor
        One bin a pixel.

    Returns
    -------
    places : (...) Tensor
        Pixels: one Newton step from the largest bin on the logarithm of a Gaussian.
    certainty : (...) Tensor
        Probability within ten pixels of it.

    Examples
    --------
    >>> bins = torch.arange(64.0)
    >>> place, sure = decode_bins(-((bins - 20.3) ** 2) / (2 * 4.0**2))
    >>> round(float(place), 3), bool(sure > 0.98)
    (20.3, True)
    """
    count = logits.shape[-1]
    peak = logits.argmax(dim=-1)
    centre = peak.clamp(1, count - 2)
    before, at, after = (
        logits.gather(-1, (centre + offset)[..., None])[..., 0] for offset in (-1, 0, 1)
    )
    bend = before - 2 * at + after
    slope = (after - before) / 2
    step = torch.where(bend < -1e-6, -slope / bend.clamp(max=-1e-6), torch.zeros_like(slope))
    place = torch.minimum(torch.maximum(centre + step, peak - 1.0), peak + 1.0)
    bins = torch.arange(count, device=logits.device)
    near = (bins - peak[..., None]).abs() <= _NEAR
    certainty = (torch.softmax(logits, dim=-1) * near).sum(dim=-1)
    return place, certainty


class RegressionNetwork(nn.Module):
    """The backbone, the pyramid to stride 8, and a coordinate head.

    Parameters
    ----------
    config : NetworkConfig
        Sizes; `decoder` is the head: ``classification`` or ``coordinates``. Unlike the heatmap
        network this one reads crops of `input_size` only.

    Examples
    --------
    >>> config = NetworkConfig(keypoints=5, input_size=(64, 96), decoder="classification")
    >>> output = RegressionNetwork(config).eval()(torch.zeros(1, 3, 96, 64))
    >>> tuple(output.across.shape), tuple(output.down.shape)
    ((1, 5, 64), (1, 5, 96))
    """

    kind = "regression"

    def __init__(self, config: NetworkConfig, hidden: int = 192) -> None:
        super().__init__()
        if config.decoder not in ("classification", "coordinates"):
            raise ValueError(f"no coordinate head {config.decoder!r}")
        self.config = config
        width, height = config.input_size
        self.backbone = EfficientNetLite0()
        self.pyramid = PyramidDecoder(
            self.backbone.channels, config.width, config.repeats, finest=1
        )
        self.describe = nn.Sequential(
            ConvNorm(config.width, config.width, 5, groups=config.width),
            nn.Conv2d(config.width, config.keypoints, 1),
        )
        cells = -(-width // 8) * -(-height // 8)
        self.embed = nn.Sequential(nn.LayerNorm(cells), nn.Linear(cells, hidden), nn.ReLU6())
        self.exchange = nn.Linear(config.keypoints, config.keypoints)
        nn.init.zeros_(self.exchange.weight)
        bins = (width, height) if config.decoder == "classification" else (1, 1)
        self.to_columns = nn.Linear(hidden, bins[0])
        self.to_rows = nn.Linear(hidden, bins[1])
        self.context = ConvNorm(self.backbone.channels[-1], 256)
        self.presence_context = nn.Linear(256, config.keypoints)
        self.presence_head = nn.Linear(hidden, 1)
        self.attribute_heads = nn.ModuleDict(
            {name: nn.Linear(256, answers) for name, answers in config.attributes}
        )

    def forward(self, pictures: Tensor) -> RegressionOutput:
        """Read a batch of (N, 3, H, W) RGB crops, 0..255, of the configured size."""
        x = (pictures.float() - PIXEL_MEAN) / PIXEL_STD
        features = self.backbone(x.contiguous(memory_format=torch.channels_last))
        maps = self.describe(self.pyramid(features)).flatten(2)
        tokens = self.embed(maps)
        # What one keypoint saw can tell another where it is.
        tokens = tokens + self.exchange(tokens.transpose(1, 2)).transpose(1, 2)
        context = self.context(features[-1]).mean(dim=(2, 3))
        return RegressionOutput(
            self.to_columns(tokens),
            self.to_rows(tokens),
            self.presence_head(tokens)[..., 0] + self.presence_context(context),
            {name: head(context) for name, head in self.attribute_heads.items()},
            self.config.input_size,
        )


def regression_loss(output: RegressionOutput, batch: Mapping[str, Tensor]) -> Tensor:
    """Score where the network put the visible keypoints of a batch; 0 is perfect.

    Parameters
    ----------
    output : RegressionOutput
        Distributions are scored by their divergence from a Gaussian of 4 pixels, numbers by
        their absolute error in hundredths of the crop.
    batch : mapping
        `points` (N, K, 2) in input pixels, `visible` (N, K).
    """
    visible, points = batch["visible"], batch["points"]
    losses = []
    for axis, answer in enumerate((output.across, output.down)):
        place = points[..., axis]
        if answer.shape[-1] == 1:
            relative = (place + 0.5) / output.size[axis]
            losses.append(100 * (answer[..., 0] - relative).abs())
            continue
        bins = torch.arange(answer.shape[-1], device=answer.device, dtype=answer.dtype)
        target = torch.softmax(-((bins - place[..., None]) ** 2) / (2 * _SIGMA**2), dim=-1)
        log_answer = F.log_softmax(answer, dim=-1)
        losses.append((torch.xlogy(target, target) - target * log_answer).sum(dim=-1))
    loss = losses[0] + losses[1]
    return (loss * visible).sum() / visible.sum().clamp(min=1)
