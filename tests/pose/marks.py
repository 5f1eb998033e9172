"""A network whose answers are known: it finds coloured marks."""

from typing import ClassVar

import numpy as np
import torch

from pose.engine.heatmap import encode
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import NetworkConfig, NetworkOutput

MARKS = KeypointSchema("marks", ("red", "green", "blue"))
COLOURS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)


class MarkFinder(torch.nn.Module):
    """Answers with the centres of pure red, green and blue pixels."""

    config: ClassVar = NetworkConfig(3, (64, 96))

    def forward(self, crops):
        maps, presence = [], []
        for crop in crops.permute(0, 2, 3, 1).numpy():
            points, there = [], []
            for colour in COLOURS.astype(int):
                y, x = np.nonzero(np.abs(crop - colour).sum(axis=2) < 200)
                there.append(8.0 if len(x) else -8.0)
                points.append([x.mean(), y.mean()] if len(x) else [32.0, 48.0])
            height, width = crop.shape[:2]
            target = torch.tensor(points, dtype=torch.float32)
            maps.append(encode(target, (width // 4, height // 4)).clamp(min=1e-20).log())
            presence.append(torch.tensor(there))
        return NetworkOutput(torch.stack(maps), torch.stack(presence), {})


def picture(points, size=(400, 300), radius=6):
    image = np.full((size[1], size[0], 3), 128, np.uint8)
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    for (px, py), colour in zip(points, COLOURS, strict=True):
        image[(x - px) ** 2 + (y - py) ** 2 <= radius**2] = colour
    return image
