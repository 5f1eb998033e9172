"""Batches of scenes with several instances: what a bottom-up network is trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from pose.engine.affinity import encode_affinity
from pose.engine.batches import Batch
from pose.engine.bottomup import BottomUpOutput
from pose.engine.heatmap import STRIDE, to_cells
from pose.engine.keypoints import KeypointSchema
from pose.engine.scenes import Scene

__all__ = ["SceneBatches", "scene_loss", "scene_targets"]

# What the empty parts of untrusted regions count: unlabelled instances may stand there.
_DOUBT = 0.1


class SceneBatches:
    """Scenes drawn one after the other.

    Parameters
    ----------
    draw : callable
        Given a random generator, returns a Scene; all of one size, a multiple of 32.
    targets : callable
        Given a Scene, returns what a perfect network would say of it: `scene_targets` with its
        schema bound, or `detection_targets`.
    """

    def __init__(
        self,
        draw: Callable[[np.random.Generator], Scene],
        targets: Callable[[Scene], Batch],
    ) -> None:
        self.draw, self.targets = draw, targets

    def preload(self) -> None:
        """Nothing to read: `draw` owns its pictures."""

    def epoch(self, rng: np.random.Generator, size: int, batch_size: int) -> Iterator[Batch]:
        """Draw batches of `images` and of what `targets` gives."""
        for start in range(0, size, batch_size):
            scenes = [self.draw(rng) for _ in range(min(batch_size, size - start))]
            targets = [self.targets(scene) for scene in scenes]
            batch = {name: torch.stack([t[name] for t in targets]) for name in targets[0]}
            pictures = np.stack([scene.image for scene in scenes])
            batch["images"] = torch.from_numpy(pictures).permute(0, 3, 1, 2)
            yield batch


def scene_targets(scene: Scene, schema: KeypointSchema, sigma: float = 1.5) -> Batch:
    """Draw what a perfect network would say of a scene, and how much each cell counts.

    A hidden keypoint is neither asked for nor forbidden; where an instance's keypoint is not
    labelled, nothing is said about that keypoint all over the instance.

    Parameters
    ----------
    scene : Scene
        With H x W pixels.
    schema : KeypointSchema
        Of its keypoints.
    sigma : float
        Of the heatmaps, in cells.

    Returns
    -------
    dict of str to Tensor
        `heatmaps` (K, H / 4, W / 4), Gaussians of height 1; `affinities` (2 E, H / 4, W / 4);
        `heatmap_weights` and `affinity_weights` (E, H / 4, W / 4).
    """
    height, width = scene.image.shape[0] // STRIDE, scene.image.shape[1] // STRIDE
    points = torch.from_numpy(scene.points).float()
    known, seen = torch.from_numpy(scene.known), torch.from_numpy(scene.seen)
    drawn = _gaussians(to_cells(points), (width, height), sigma)
    heatmaps = _largest(drawn * seen[..., None, None], len(schema), (height, width))
    hidden = _largest(drawn * (known & ~seen)[..., None, None], len(schema), (height, width))
    weights = torch.ones_like(heatmaps)
    weights[(hidden > 0.01) & (heatmaps < 0.1)] = 0
    edges = schema.edge_indices
    limbs = encode_affinity(points, seen, edges, (width, height))
    whole = encode_affinity(points, known, edges, (width, height))
    limb_weights = torch.ones(len(edges), height, width)
    there, all_there = (f.unflatten(0, (-1, 2)).abs().sum(dim=1) > 0 for f in (limbs, whole))
    limb_weights[all_there & ~there] = 0
    _leave_out_unknown(weights, limb_weights, scene, schema)
    if scene.trusted is not None:
        outside = ~_box_mask(np.array(scene.trusted), (height, width))
        weights[:, outside] *= _DOUBT
        limb_weights[:, outside] *= _DOUBT
    return {
        "heatmaps": heatmaps,
        "heatmap_weights": weights,
        "affinities": limbs,
        "affinity_weights": limb_weights,
    }


def _gaussians(cells: Tensor, size: tuple[int, int], sigma: float) -> Tensor:
    width, height = size
    xs, ys = torch.arange(float(width)), torch.arange(float(height))
    across = torch.exp(-((xs - cells[..., 0:1]) ** 2) / (2 * sigma**2))
    down = torch.exp(-((ys - cells[..., 1:2]) ** 2) / (2 * sigma**2))
    return down[..., :, None] * across[..., None, :]


def _largest(maps: Tensor, count: int, shape: tuple[int, int]) -> Tensor:
    return maps.amax(dim=0) if len(maps) else torch.zeros(count, *shape)


def _leave_out_unknown(
    weights: Tensor, limb_weights: Tensor, scene: Scene, schema: KeypointSchema
) -> None:
    shape = (weights.shape[1], weights.shape[2])
    for box, known in zip(scene.boxes, scene.certain, strict=True):
        if known.all():
            continue
        margin = 0.15 * max(box[2], box[3])
        grown = np.array(
            [box[0] - margin, box[1] - margin, box[2] + 2 * margin, box[3] + 2 * margin]
        )
        inside = _box_mask(grown, shape)
        unknown = torch.from_numpy(~known)
        weights *= ~(unknown[:, None, None] & inside)
        limbs = torch.tensor([not (known[i] and known[j]) for i, j in schema.edge_indices])
        limb_weights *= ~(limbs[:, None, None] & inside)


def _box_mask(box: np.ndarray, shape: tuple[int, int]) -> Tensor:
    low = to_cells(torch.tensor(box[:2]))
    high = to_cells(torch.tensor(box[:2] + box[2:]))
    xs, ys = torch.arange(shape[1]), torch.arange(shape[0])
    across = (xs >= low[0]) & (xs <= high[0])
    down = (ys >= low[1]) & (ys <= high[1])
    return down[:, None] & across[None]


def scene_loss(output: BottomUpOutput, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Score a batch's heatmaps and fields; 0 is perfect.

    Heatmaps by cross-entropy with the soft target (its minimum is the Gaussian itself, so the
    logarithm is a paraboloid to decode), peaks weighing up the empty cells; fields by their
    squared error, limbs weighing up likewise. (By the absolute error, fields stay empty: most
    cells near a limb that may lie here or there have none, and the median is nothing.)

    Parameters
    ----------
    output : BottomUpOutput
        What the network said.
    batch : mapping
        What `scene_targets` gives, stacked.

    Returns
    -------
    dict of str to scalar Tensor
        `heatmaps`, `affinities`, and their sum `total`.
    """
    target, weights = batch["heatmaps"], batch["heatmap_weights"]
    entropy = F.binary_cross_entropy(target, target, reduction="none")
    excess = F.binary_cross_entropy_with_logits(output.heatmaps, target, reduction="none") - entropy
    peaks = (target * weights).sum().clamp(min=1)
    heatmaps = (excess * weights * (1 + 4 * target)).sum() / peaks
    fields, limb_weights = batch["affinities"], batch["affinity_weights"].repeat_interleave(2, 1)
    strength = fields.unflatten(1, (-1, 2)).norm(dim=2).repeat_interleave(2, 1)
    error = (output.affinities - fields).square() * limb_weights * (0.2 + strength)
    affinities = error.sum() / (strength * limb_weights).sum().clamp(min=1)
    return {"heatmaps": heatmaps, "affinities": affinities, "total": heatmaps + 4 * affinities}
