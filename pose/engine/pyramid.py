"""A feature pyramid from stride 32 back to stride 4 or 8."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from pose.engine.backbone import ConvNorm

__all__ = ["PyramidDecoder", "Refinement"]


class Refinement(nn.Module):
    """Depthwise 5x5 and pointwise convolution with a residual path."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = ConvNorm(channels, channels, 5, groups=channels)
        self.pointwise = ConvNorm(channels, channels, activate=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to the same shape."""
        return F.relu6(x + self.pointwise(self.depthwise(x)))


class PyramidDecoder(nn.Module):
    """Merge backbone features, coarse to fine.

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
    finest : int
        The finest level that is built: 0 for stride 4, 1 for stride 8.

    References
    ----------
    T.-Y. Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017.
    """

    def __init__(
        self,
        channels: Sequence[int],
        width: int = 96,
        repeats: Sequence[int] = (2, 1, 2, 1),
        finest: int = 0,
    ) -> None:
        super().__init__()
        self.finest = finest
        # The levels that are not built keep their place, so that the names of the weights do
        # not depend on `finest`.
        self.laterals = nn.ModuleList(
            ConvNorm(c, width, activate=False) if level >= finest else nn.Identity()
            for level, c in enumerate(channels)
        )
        self.refines = nn.ModuleList(
            nn.Sequential(*(Refinement(width) for _ in range(count if level >= finest else 0)))
            for level, count in enumerate(repeats)
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Map features, finest first, to the finest level: ``(N, width, H / 4, W / 4)``."""
        return self.levels(features)[0]

    def levels(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Map features to all levels of the pyramid, finest first."""
        merged: list[Tensor] = []
        for level in reversed(range(self.finest, len(features))):
            lateral = self.laterals[level](features[level])
            if merged:
                height, width = lateral.shape[2:]
                above = F.interpolate(merged[0], scale_factor=2.0, mode="nearest")
                # An odd size doubled is one too many: the extra row or column lies outside.
                lateral = lateral + above[:, :, :height, :width]
            merged.insert(0, self.refines[level](lateral))
        return merged
