"""From a picture to the keypoints of all instances in it, bottom-up."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pose.engine.backbone import ConvNorm
from pose.engine.bottomup import BottomUpNetwork
from pose.engine.crop import apply_homography, sample_crop
from pose.engine.grouping import Grouping, link_candidates, to_keypoints
from pose.engine.keypoints import Keypoints, KeypointSchema
from pose.engine.peaks import Candidates, find_peaks

__all__ = ["ScenePredictor", "scene_view"]

Image = NDArray[np.uint8]
_MULTIPLE = 32


def scene_view(shape: tuple[int, int], side: int) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return how a picture is brought to the network's scale.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the picture.
    side : int
        The longer side of what the network sees.

    Returns
    -------
    matrix : (3, 3) float array
        From the picture's pixels to the network's.
    size : (int, int)
        Width and height of the network's input: multiples of 32, the picture at its top left.
    """
    height, width = shape
    scale = side / max(height, width)
    shift = (scale - 1) / 2
    matrix = np.array([[scale, 0, shift], [0, scale, shift], [0, 0, 1.0]])
    columns, rows = (max(-(-round(v * scale) // _MULTIPLE), 1) * _MULTIPLE for v in (width, height))
    return matrix, (columns, rows)


class ScenePredictor:
    """Owns pre- and post-processing around a bottom-up network.

    Parameters
    ----------
    network : BottomUpNetwork
        Any; it is put in evaluation mode.
    schema : KeypointSchema
        Its keypoints and limbs.
    grouping : Grouping
        `group_greedy` or `group_milp`.
    side : int
        Longer side at which pictures are looked at, in pixels.
    flip_test : bool
        Average with the mirrored picture.
    threshold : float
        Lower peaks are no candidates.
    least_keypoints : int
        Instances with fewer are left out.
    """

    def __init__(
        self,
        network: BottomUpNetwork,
        schema: KeypointSchema,
        grouping: Grouping,
        *,
        side: int = 320,
        flip_test: bool = True,
        threshold: float = 0.1,
        least_keypoints: int = 4,
    ) -> None:
        self.network = network.eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.schema, self.grouping, self.side = schema, grouping, side
        self.flip_test, self.threshold = flip_test, threshold
        self.least_keypoints = least_keypoints
        self._order = list(schema.flip_order)
        self._limb_order, self._limb_signs = _mirrored_limbs(schema)

    def fuse(self) -> ScenePredictor:
        """Fold every batch norm into its convolution for good; the network can train no more."""
        for module in self.network.modules():
            if isinstance(module, ConvNorm):
                module.fuse()
        return self

    def __call__(self, image: Image) -> list[Keypoints]:
        """Find the instances of an (H, W, 3) uint8 RGB picture, most confident first."""
        matrix, size = scene_view((image.shape[0], image.shape[1]), self.side)
        crop = sample_crop(image, matrix, size)
        heatmaps, fields = self._run(torch.from_numpy(crop).permute(2, 0, 1)[None])
        candidates = find_peaks(heatmaps, self.threshold)
        instances = self.grouping(candidates, link_candidates(fields, candidates, self.schema))
        kept = [members for members in instances if len(members) >= self.least_keypoints]
        back = apply_homography(np.linalg.inv(matrix), candidates.xy)
        placed = Candidates(candidates.kinds, back, candidates.scores)
        found = to_keypoints(kept, placed, self.schema)
        return sorted(found, key=lambda k: -float(k.scores.sum()))

    @torch.inference_mode()
    def _run(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Return heatmaps (K, H, W), 0..1, and fields (2 E, H, W)."""
        output = self.network(picture)
        heatmaps, fields = torch.sigmoid(output.heatmaps), output.affinities
        if self.flip_test:
            mirrored = self.network(picture.flip(3))
            other = torch.sigmoid(mirrored.heatmaps.flip(3)[:, self._order])
            heatmaps = (heatmaps + other) / 2
            turned = mirrored.affinities.flip(3)[:, self._limb_order] * self._limb_signs
            fields = (fields + turned) / 2
        return heatmaps[0].float(), fields[0].float()


def _mirrored_limbs(schema: KeypointSchema) -> tuple[list[int], Tensor]:
    """Tell, for every field, which field of the mirrored picture it is, and its sign.

    x components change sign, and so do limbs whose mirror image is listed from its other end.
    """
    flip = schema.flip_order
    edges = list(schema.edge_indices)
    order, signs = [], []
    for i, j in edges:
        image = (flip[i], flip[j])
        forward = image in edges
        if not forward and image[::-1] not in edges:
            names = schema.names[i], schema.names[j]
            raise ValueError(f"schema {schema.name}: the mirror image of edge {names} is no edge")
        number = edges.index(image if forward else image[::-1])
        sign = 1.0 if forward else -1.0
        order += [2 * number, 2 * number + 1]
        signs += [-sign, sign]
    return order, torch.tensor(signs)[None, :, None, None]
