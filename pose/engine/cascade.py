"""RefineNet: the second stage of the cascaded pyramid."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pose.engine.backbone import ConvNorm
from pose.engine.pyramid import Refinement

__all__ = ["RefineNet"]


class RefineNet(nn.Module):
    """Bring all levels of the pyramid (GlobalNet) to the finest, join them, and correct it.

    The coarser a level, the more it is worked on before it is enlarged. What comes out is added to
    the finest level, so that an untrained RefineNet changes nothing.

    Parameters
    ----------
    width : int
        Channels of the pyramid.
    levels : int
        How many there are.
    narrow : int
        Channels of each coarser level while it is worked on.

    References
    ----------
    Y. Chen et al., "Cascaded Pyramid Network for Multi-Person Pose Estimation", CVPR 2018.
    The bottlenecks are here separable 5x5 convolutions, the join is a residual.

    Examples
    --------
    >>> levels = [torch.rand(1, 32, 16 // 2**i, 12 // 2**i) for i in range(3)]
    >>> refine = RefineNet(32, 3, narrow=16).eval()
    >>> bool(torch.equal(refine(levels), levels[0]))
    True
    """

    def __init__(self, width: int, levels: int, narrow: int = 48) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(ConvNorm(width, narrow), *(Refinement(narrow) for _ in range(depth)))
            for depth in range(1, levels)
        )
        self.join = ConvNorm(width + narrow * (levels - 1), width)
        self.spread = ConvNorm(width, width, 5, groups=width)
        self.correct = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.correct.weight)
        assert self.correct.bias is not None
        nn.init.zeros_(self.correct.bias)

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        """Map (N, width, H, W) levels, finest first, to a better finest level."""
        finest = levels[0]
        size = finest.shape[2:]
        joined = [finest]
        for branch, level in zip(self.branches, levels[1:], strict=True):
            worked = F.interpolate(branch(level), size, mode="bilinear", align_corners=False)
            joined.append(worked)
        return finest + self.correct(self.spread(self.join(torch.cat(joined, dim=1))))
