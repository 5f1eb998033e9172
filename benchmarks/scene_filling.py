"""How well a scene is filled where clothes come off: by moved pieces against mirrors alone.

``python benchmarks/scene_filling.py --data DATA`` takes held-out street photos whose people are
masked, moves each person's clothes' outline aside to where the scene is seen, fills that hole as
if clothes had been there, and compares with what was there. A table goes to standard output:

- *error*: mean absolute difference, 0..255;
- *SSIM*: structural similarity inside the hole;
- *roughness*: the filling's texture (standard deviation of its fine detail), as a share of the
  truth's: 1 is as rough as the scene, less is smeared.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from flixdrape import open_picture
from flixdrape.fill import fill_holes
from flixdrape.shift_fill import fill_with_pieces
from pose.parsing_data import read_people
from pose.parts import PARTS

_CLOTHES = [PARTS.index(n) for n in ("top", "outer", "dress", "bottom")]
_LEAST = 1500


def hole_aside(parts, rng):
    """Move the clothes' outline sideways until most of it lies on scene; None if it never does."""
    clothes = np.isin(parts, _CLOTHES)
    person = cv2.dilate((parts != 0).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    columns = np.flatnonzero(clothes.any(axis=0))
    if len(columns) == 0:
        return None
    width = columns[-1] - columns[0] + 1
    for side in rng.permutation([-1, 1]):
        shift = int(side * 0.7 * width)
        moved = np.roll(clothes, shift, axis=1)
        if shift > 0:
            moved[:, :shift] = False
        else:
            moved[:, shift:] = False
        hole = moved & ~person
        if hole.sum() > max(_LEAST, 0.4 * clothes.sum()):
            return hole, ~person & ~hole
    return None


def detail(image):
    grey = image.astype(np.float32).mean(axis=2)
    return grey - cv2.GaussianBlur(grey, (0, 0), 2.0)


def measured(truth, filled, hole):
    error = np.abs(filled - truth)[hole].mean()
    similar = structural_similarity(
        truth.astype(np.float32), filled, channel_axis=2, data_range=255, full=True
    )[1][hole].mean()
    return error, similar, detail(filled)[hole].std() / max(detail(truth)[hole].std(), 1e-6)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds people/")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    rows = {"mirrored": [], "pieces": []}
    seconds = {"mirrored": 0.0, "pieces": 0.0}
    for person in read_people(args.data / "people", "val"):
        found = hole_aside(person.parts, rng)
        if found is None:
            continue
        hole, known = found
        image = open_picture(str(person.sample.path)).rgb
        soft, may = hole.astype(np.float32), known.astype(np.float32)
        blind = image.copy()
        blind[hole] = (255, 0, 255)
        start = time.perf_counter()
        smooth = fill_holes(blind, may, soft, reach=0.15 * hole.shape[0])
        middle = time.perf_counter()
        pieces = fill_with_pieces(blind, may, soft, smooth)
        seconds["mirrored"] += middle - start
        seconds["pieces"] += time.perf_counter() - start
        rows["mirrored"].append(measured(image, smooth, hole))
        rows["pieces"].append(measured(image, pieces, hole))
    print("| filled by | photos | error | SSIM | roughness | ms |\n|---|---|---|---|---|---|")
    for name, figures in rows.items():
        error, similar, rough = np.mean(figures, axis=0)
        ms = 1000 * seconds[name] / len(figures)
        print(f"| {name} | {len(figures)} | {error:.1f} | {similar:.3f} | {rough:.2f} | {ms:.0f} |")


if __name__ == "__main__":
    main()
