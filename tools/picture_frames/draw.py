"""Draw pictures of framed pictures on a wall, with labels: a third object for the engine.

``python tools/picture_frames/draw.py --out runs/frames`` writes ``pictures/``, two COCO keypoint
files and the task file that ``python -m pose.engine.train --config runs/frames/frames.json``
trains on.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

TASK = Path(__file__).with_name("frames.json")
SIZE = (160, 128)

Points = NDArray[np.float64]


def random_frame(rng: np.random.Generator) -> Points:
    """Return nail and corners, (5, 2) in pixels: a rectangle hung askew, seen from one side."""
    half = rng.uniform(0.16, 0.26, 2) * min(SIZE)
    corners = half * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    # The far side of a frame is the shorter one.
    corners[:, 1] *= 1 + rng.uniform(-0.25, 0.25) * corners[:, 0] / half[0]
    nail = np.array([[rng.uniform(-0.3, 0.3) * half[0], -half[1] - rng.uniform(8, 18)]])
    angle = rng.uniform(-0.5, 0.5)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = np.array(SIZE) / 2 + rng.uniform(-0.12, 0.12, 2) * SIZE
    return np.concatenate([nail, corners]) @ turn + centre


def draw(points: Points, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a frame and the wall behind it as an (H, W, 3) uint8 picture."""
    width, height = SIZE
    slope = rng.uniform(-25, 25) * np.linspace(-1, 1, width)
    wall = rng.uniform(120, 230, 3) + slope[None, :, None] + rng.normal(0, 4, (height, width, 3))
    image = np.clip(wall, 0, 255).astype(np.uint8)
    nail, corners = np.round(points[0]).astype(int), points[1:]
    for corner in corners[:2]:
        cv2.line(image, nail.tolist(), np.round(corner).astype(int).tolist(), (70, 70, 70), 1)
    cv2.circle(image, nail.tolist(), 2, (40, 40, 40), -1)
    inner = corners.mean(axis=0) + 0.75 * (corners - corners.mean(axis=0))
    for polygon, brightest in ((corners, 110), (inner, 255)):
        colour = [int(v) for v in rng.integers(0, brightest, 3)]
        cv2.fillPoly(image, [np.round(polygon).astype(np.int32)], colour, cv2.LINE_AA)
    return image


def write_split(folder: Path, split: str, count: int, rng: np.random.Generator, task: Any) -> None:
    """Write `count` pictures and their COCO keypoint file."""
    images, annotations = [], []
    for index in range(count):
        points = random_frame(rng)
        name = f"{split}_{index:04d}.png"
        cv2.imwrite(str(folder / "pictures" / name), draw(points, rng))
        rows = np.column_stack([points, np.full(len(points), 2)]).round(2)
        size = {"width": SIZE[0], "height": SIZE[1]}
        images.append({"id": index, "file_name": name, **size})
        annotations.append(
            {"id": index, "image_id": index, "category_id": 1, "keypoints": rows.ravel().tolist()}
        )
    category = {"id": 1, "name": task["name"], "keypoints": task["keypoints"]}
    data = {"images": images, "annotations": annotations, "categories": [category]}
    (folder / f"keypoints_{split}.json").write_text(json.dumps(data) + "\n")


def main() -> None:
    """Draw as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for data and task file")
    parser.add_argument("--count", type=int, default=400, help="of pictures to learn from")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    (args.out / "pictures").mkdir(parents=True, exist_ok=True)
    task = json.loads(TASK.read_text())
    write_split(args.out, "train", args.count, rng, task)
    write_split(args.out, "val", max(args.count // 8, 1), rng, task)
    shutil.copy(TASK, args.out / TASK.name)


if __name__ == "__main__":
    main()
