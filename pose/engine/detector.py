"""Find the boxes of all instances of a picture: centre, size, offset.

References
----------
X. Zhou et al., "Objects as Points" (CenterNet), 2019.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from pose.engine.backbone import PIXEL_MEAN, PIXEL_STD, ConvNorm, EfficientNetLite0
from pose.engine.batches import Batch
from pose.engine.crop import Box, sample_crop
from pose.engine.network import NetworkConfig
from pose.engine.predictor import overlap as box_overlap
from pose.engine.pyramid import PyramidDecoder
from pose.engine.scene_predictor import scene_view
from pose.engine.scenes import Scene

__all__ = [
    "Detection",
    "Detector",
    "DetectorNetwork",
    "DetectorOutput",
    "detection_loss",
    "detection_targets",
    "suppress",
]

#: Input pixels a cell.
STRIDE = 8
_PRIOR = -4.0
# Unlabelled instances may stand in the empty parts of untrusted regions.
_DOUBT = 0.05


class DetectorOutput(NamedTuple):
    """What the network says of a batch of pictures.

    Attributes
    ----------
    centres : (N, 1, H / 8, W / 8) Tensor
        Logits; their sigmoid is near 1 at the centre of a box.
    sizes : (N, 2, H / 8, W / 8) Tensor
        Logarithm of the box's width and height in cells, where there is a centre.
    offsets : (N, 2, H / 8, W / 8) Tensor
        From the cell to the centre, in cells.
    """

    centres: Tensor
    sizes: Tensor
    offsets: Tensor


class DetectorNetwork(nn.Module):
    """EfficientNet-Lite0, a pyramid to stride 8, heads for centres, sizes and offsets.

    Parameters
    ----------
    config : NetworkConfig
        `width` and `repeats` of the pyramid; `input_size` is that of the training pictures.

    Examples
    --------
    >>> config = NetworkConfig(keypoints=17, input_size=(64, 64))
    >>> output = DetectorNetwork(config).eval()(torch.zeros(1, 3, 64, 96))
    >>> tuple(output.centres.shape), tuple(output.sizes.shape)
    ((1, 1, 8, 12), (1, 2, 8, 12))
    """

    kind = "detector"

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = EfficientNetLite0()
        self.detect = PyramidDecoder(self.backbone.channels, config.width, config.repeats, finest=1)
        self.features = ConvNorm(config.width, config.width, 5, groups=config.width)
        self.head = nn.Conv2d(config.width, 5, 1)
        assert self.head.bias is not None
        with torch.no_grad():
            self.head.bias.zero_()
            self.head.bias[0] = _PRIOR

    def forward(self, pictures: Tensor) -> DetectorOutput:
        """Read a batch of (N, 3, H, W) RGB pictures, 0..255; H and W multiples of 32."""
        x = (pictures.float() - PIXEL_MEAN) / PIXEL_STD
        features = self.backbone(x.contiguous(memory_format=torch.channels_last))
        answer = self.head(self.features(self.detect(features)))
        return DetectorOutput(answer[:, :1], answer[:, 1:3], answer[:, 3:5])


def detection_targets(scene: Scene) -> Batch:
    """Draw what a perfect network would say of a scene, and how much each cell counts.

    An instance of which nothing is in sight is neither asked for nor forbidden.

    Parameters
    ----------
    scene : Scene
        H x W pixels.

    Returns
    -------
    dict of str to Tensor
        `centres` and `centre_weights` (1, H / 8, W / 8); `sizes` and `offsets` (2, H / 8,
        W / 8) and `box_weights` (1, H / 8, W / 8), which is 0 but near centres.
    """
    height, width = scene.image.shape[0] // STRIDE, scene.image.shape[1] // STRIDE
    centres, weights = torch.zeros(1, height, width), torch.ones(1, height, width)
    sizes, offsets = torch.zeros(2, height, width), torch.zeros(2, height, width)
    box_weights = torch.zeros(1, height, width)
    ys, xs = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    if scene.trusted is not None:
        x, y, w, h = ((v - 3.5) / STRIDE for v in scene.trusted)
        inside = (xs >= x) & (xs <= x + w + 3.5 / STRIDE) & (ys >= y) & (ys <= y + h + 3.5 / STRIDE)
        weights[0, ~inside] = _DOUBT
    for box, seen in zip(scene.boxes, scene.seen, strict=True):
        middle = torch.tensor((box[:2] + box[2:] / 2 - (STRIDE - 1) / 2) / STRIDE)
        reach = torch.tensor(box[2:].clip(4) / STRIDE)
        dx, dy = middle[0] - xs, middle[1] - ys
        # As wide as the box allows: a centre off by a tenth of the box is still a good one.
        sigma = (0.1 * reach).clamp(min=0.7)
        drawn = torch.exp(-(dx**2) / (2 * sigma[0] ** 2) - dy**2 / (2 * sigma[1] ** 2))
        if seen.sum() < 3:
            weights[0][drawn > 0.05] = 0
            continue
        stronger = drawn > centres[0]
        near = (drawn > 0.3) & stronger
        centres[0] = torch.maximum(centres[0], drawn)
        sizes[:, near] = reach.log().float()[:, None]
        offsets[0, near], offsets[1, near] = dx[near].float(), dy[near].float()
        box_weights[0, near] = drawn[near].float()
    return {
        "centres": centres,
        "centre_weights": weights,
        "sizes": sizes,
        "offsets": offsets,
        "box_weights": box_weights,
    }


def detection_loss(output: DetectorOutput, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Score a batch: cross-entropy of centres, absolute error of sizes and offsets; 0 is perfect.

    Parameters
    ----------
    output : DetectorOutput
        What the network said.
    batch : mapping
        What `detection_targets` gives, stacked.

    Returns
    -------
    dict of str to scalar Tensor
        `centres`, `boxes`, and their sum `total`.
    """
    target, weights = batch["centres"], batch["centre_weights"]
    entropy = F.binary_cross_entropy(target, target, reduction="none")
    excess = F.binary_cross_entropy_with_logits(output.centres, target, reduction="none") - entropy
    centres = (excess * weights * (1 + 4 * target)).sum() / (target * weights).sum().clamp(min=1)
    near = batch["box_weights"]
    size_error = (output.sizes - batch["sizes"]).abs()
    offset_error = (output.offsets - batch["offsets"]).abs()
    boxes = ((size_error + 0.3 * offset_error) * near).sum() / near.sum().clamp(min=1)
    return {"centres": centres, "boxes": boxes, "total": centres + boxes}


@dataclass(frozen=True)
class Detection:
    """One instance.

    Attributes
    ----------
    box : (x, y, width, height)
        Tight around its keypoints, in the picture's pixels; it may reach over the border.
    score : float
        0..1.
    """

    box: Box
    score: float


class Detector:
    """Owns pre- and post-processing around a detector network.

    Parameters
    ----------
    network : DetectorNetwork
        Any; it is put in evaluation mode.
    side : int
        Longer side at which pictures are looked at, in pixels.
    threshold : float
        Detections scored lower are left out.
    overlap : float
        Of two detections whose boxes overlap more, the weaker is left out.
    """

    def __init__(
        self,
        network: DetectorNetwork,
        *,
        side: int = 256,
        threshold: float = 0.3,
        overlap: float = 0.6,
    ) -> None:
        self.network = network.eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.side, self.threshold, self.overlap = side, threshold, overlap

    def fuse(self) -> Detector:
        """Fold every batch norm into its convolution for good; the network can train no more."""
        for module in self.network.modules():
            if isinstance(module, ConvNorm):
                module.fuse()
        return self

    @torch.inference_mode()
    def __call__(self, image: NDArray[np.uint8]) -> list[Detection]:
        """Find the instances of an (H, W, 3) uint8 RGB picture, best first."""
        matrix, size = scene_view((image.shape[0], image.shape[1]), self.side)
        crop = torch.from_numpy(sample_crop(image, matrix, size)).permute(2, 0, 1)[None]
        output = self.network(crop)
        scores = torch.sigmoid(output.centres[0, 0].float())
        peaks = (scores >= F.max_pool2d(scores[None], 3, 1, 1)[0]) & (scores > self.threshold)
        rows, columns = torch.nonzero(peaks, as_tuple=True)
        reach = output.sizes[0, :, rows, columns].float().exp() * STRIDE
        offset = output.offsets[0, :, rows, columns].float()
        middle = (torch.stack([columns, rows]) + offset) * STRIDE + (STRIDE - 1) / 2
        # Undo the view: a scale, and half a pixel less half a scaled pixel.
        scale, shift = float(matrix[0, 0]), float(matrix[0, 2])
        corner = ((middle - reach / 2 - shift) / scale).double().numpy().T
        extent = (reach / scale).double().numpy().T
        found = [
            Detection((float(x), float(y), float(w), float(h)), float(score))
            for (x, y), (w, h), score in zip(
                corner, extent, scores[rows, columns].tolist(), strict=True
            )
        ]
        return suppress(found, self.overlap)


def suppress(found: Sequence[Detection], overlap: float) -> list[Detection]:
    """Keep the best of detections that overlap more than `overlap`, best first.

    Examples
    --------
    >>> boxes = [(0.0, 0.0, 10.0, 10.0), (1.0, 0.0, 10.0, 10.0), (30.0, 0.0, 10.0, 10.0)]
    >>> found = [Detection(box, score) for box, score in zip(boxes, (0.8, 0.9, 0.5))]
    >>> [detection.score for detection in suppress(found, 0.6)]
    [0.9, 0.5]
    """
    kept: list[Detection] = []
    for one in sorted(found, key=lambda d: -d.score):
        if all(box_overlap(one.box, other.box) <= overlap for other in kept):
            kept.append(one)
    return kept
