"""A network that answers questions about a crop: backbone, three levels pooled, heads."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pose.engine.backbone import PIXEL_MEAN, PIXEL_STD, EfficientNetLite0
from pose.engine.network import NetworkConfig

__all__ = ["ClassifierNetwork"]

# Channels that each level is brought to before it is pooled.
_WIDTH = 128
# Levels read: strides 8, 16 and 32. A zip is gone at stride 32, a coat's length at stride 8.
_LEVELS = 3
_DROPOUT = 0.3


class ClassifierNetwork(nn.Module):
    """EfficientNet-Lite0, its levels at strides 8, 16 and 32 pooled by mean and maximum, and heads.

    Parameters
    ----------
    config : NetworkConfig
        `attributes`: the questions, each with its number of answers.

    Examples
    --------
    >>> config = NetworkConfig(0, (64, 96), attributes=(("category", 5),))
    >>> answers = ClassifierNetwork(config).eval()(torch.zeros(2, 3, 96, 64))
    >>> tuple(answers["category"].shape)
    (2, 5)
    """

    kind = "classifier"

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNetLite0()
        self.levels = nn.ModuleList(
            nn.Sequential(nn.Conv2d(c, _WIDTH, 1, bias=False), nn.BatchNorm2d(_WIDTH), nn.ReLU())
            for c in self.backbone.channels[-_LEVELS:]
        )
        self.dropout = nn.Dropout(_DROPOUT)
        self.heads = nn.ModuleDict(
            {name: nn.Linear(2 * _LEVELS * _WIDTH, answers) for name, answers in config.attributes}
        )

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """Read a batch of pictures.

        Parameters
        ----------
        pictures : (N, 3, H, W) float or uint8 Tensor
            RGB, 0..255; H and W of 32 at least, multiples of 4.

        Returns
        -------
        dict of str to (N, answers) Tensor
            Logits of each question.
        """
        x = (pictures.float() - PIXEL_MEAN) / PIXEL_STD
        features = self.backbone(x.contiguous(memory_format=torch.channels_last))[-_LEVELS:]
        pooled = []
        for level, feature in zip(self.levels, features, strict=True):
            brought = level(feature)
            pooled += [brought.mean(dim=(2, 3)), brought.amax(dim=(2, 3))]
        seen = self.dropout(torch.cat(pooled, dim=1))
        return {name: head(seen) for name, head in self.heads.items()}
