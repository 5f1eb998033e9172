"""A small object for the engine to learn: a bright square's corners."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose.engine import backbone
from pose.engine.dataset import Sample
from pose.engine.keypoints import KeypointSchema

# The shared figures of these tests lie beside them.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def short_backbone(monkeypatch):
    """Every kind of block, but few of them, for what takes as long as there are blocks."""
    stages = [
        (*stage, min(repeats, 1 + (index == 1)))
        for index, (*stage, repeats) in enumerate(backbone._STAGES)
    ]
    monkeypatch.setattr(backbone, "_STAGES", stages)


@pytest.fixture(scope="session")
def square_schema():
    return KeypointSchema(
        "square",
        ("top_left", "top_right", "bottom"),
        flip_pairs=(("top_left", "top_right"),),
        halves=(("top_left", "top_right"),),
    )


def draw_triangle(rng):
    image = rng.integers(0, 60, (96, 80, 3)).astype(np.uint8)
    centre = np.array([40.0, 48.0]) + rng.uniform(-10, 10, 2)
    size = rng.uniform(16, 26)
    points = centre + size * np.array([[-1.0, -0.8], [1.0, -0.8], [0.0, 1.1]])
    cv2.fillPoly(image, [np.round(points).astype(np.int32)], (230, 220, 40))
    cv2.circle(image, np.round(points[0]).astype(int).tolist(), 4, (40, 40, 240), -1)
    return image, points


@pytest.fixture(scope="session")
def triangle_samples(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("triangles")
    rng = np.random.default_rng(0)
    samples = []
    for index in range(24):
        image, points = draw_triangle(rng)
        path = folder / f"{index}.png"
        cv2.imwrite(str(path), image[..., ::-1])
        samples.append(
            Sample(
                path, points, np.ones(3, dtype=bool), np.zeros(3, dtype=bool), {"kind": index % 2}
            )
        )
    return samples
