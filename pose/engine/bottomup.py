"""The bottom-up network: heatmaps and affinity fields of all instances of a picture at once."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from pose.engine.backbone import PIXEL_MEAN, PIXEL_STD, ConvNorm, EfficientNetLite0
from pose.engine.network import NetworkConfig
from pose.engine.pyramid import PyramidDecoder

__all__ = ["BottomUpNetwork", "BottomUpOutput"]

# Nearly every cell is empty: start from saying so.
_PRIOR = -4.0


class BottomUpOutput(NamedTuple):
    """What the network says of a batch of pictures.

    Attributes
    ----------
    heatmaps : (N, K, H / 4, W / 4) Tensor
        Logits; their sigmoid is near 1 at a keypoint of any instance.
    affinities : (N, 2 E, H / 4, W / 4) Tensor
        Part affinity fields of the schema's edges, x and y of each.
    """

    heatmaps: Tensor
    affinities: Tensor


class BottomUpNetwork(nn.Module):
    """EfficientNet-Lite0, a pyramid to stride 4, heads for joints and limbs.

    Parameters
    ----------
    config : NetworkConfig
        Sizes; `limbs` is the number of edges, `input_size` that of the training pictures (the
        network reads pictures of any size).

    References
    ----------
    Z. Cao et al., "Realtime Multi-Person 2D Pose Estimation using Part Affinity Fields",
    CVPR 2017.

    Examples
    --------
    >>> config = NetworkConfig(keypoints=5, input_size=(64, 64), limbs=4)
    >>> output = BottomUpNetwork(config).eval()(torch.zeros(1, 3, 64, 96))
    >>> tuple(output.heatmaps.shape), tuple(output.affinities.shape)
    ((1, 5, 16, 24), (1, 8, 16, 24))
    """

    kind = "bottomup"

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNetLite0()
        self.pyramid = PyramidDecoder(self.backbone.channels, config.width, config.repeats)
        self.heatmap_head = nn.Conv2d(config.width, config.keypoints, 1)
        self.limb_features = ConvNorm(config.width, config.width, 5, groups=config.width)
        self.limb_head = nn.Conv2d(config.width, 2 * config.limbs, 1)
        assert self.heatmap_head.bias is not None
        nn.init.constant_(self.heatmap_head.bias, _PRIOR)

    def forward(self, pictures: Tensor) -> BottomUpOutput:
        """Read a batch of (N, 3, H, W) RGB pictures, 0..255; H and W multiples of 32."""
        x = (pictures.float() - PIXEL_MEAN) / PIXEL_STD
        decoded = self.pyramid(self.backbone(x.contiguous(memory_format=torch.channels_last)))
        return BottomUpOutput(
            self.heatmap_head(decoded), self.limb_head(self.limb_features(decoded))
        )
