"""A feature pyramid from stride 32 back to stride 4."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from pose.engine.backbone import ConvNorm

__all__ = ["PyramidDecoder"]


class _Refine(nn.Module):
    """Depthwise 5x5 and pointwise convolution with a residual path."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = ConvNorm(channels, channels, 5, groups=channels)
        self.pointwise = ConvNorm(channels, channels, activate=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu6(x + self.pointwise(self.depthwise(x)))


class PyramidDecoder(nn.Module):
    """Merge backbone features, coarse to fine, into one map at stride 4.

    Every level is brought to `width` channels by a 1x1 convolution, added to the doubled
    coarser level and refined by separable 5x5 convolutions.

    Parameters
    ----------
    channels : sequence of int
        Channels of the features, finest first.
    width : int
        Channels of the pyramid.
    repeats : sequence of int
        Refinements at each level, finest first.

    References
    ----------
    T.-Y. Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017.
    """

    def __init__(
        self, channels: Sequence[int], width: int = 96, repeats: Sequence[int] = (2, 1, 2, 1)
    ) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(ConvNorm(c, width, activate=False) for c in channels)
        self.refines = nn.ModuleList(
            nn.Sequential(*(_Refine(width) for _ in range(count))) for count in repeats
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Map features, finest first, to ``(N, width, H / 4, W / 4)``."""
        merged: Tensor | None = None
        for level in reversed(range(len(features))):
            lateral = self.laterals[level](features[level])
            if merged is not None:
                height, width = lateral.shape[2:]
                merged = F.interpolate(merged, scale_factor=2.0, mode="nearest")
                # An odd size doubled is one too many: the extra row or column lies outside.
                lateral = lateral + merged[:, :, :height, :width]
            merged = self.refines[level](lateral)
        assert merged is not None
        return merged
