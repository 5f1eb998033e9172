"""Training photos with their background changed: studio grey, white, mannequin stubs.

Labelled garments mostly lie on beds and floors; the product's photos are of mannequins in front
of a plain wall. Cut out and set before such a wall, the same labels teach that case.

``python -m garment.backgrounds --data FOLDER --out FOLDER`` prepares the mattes once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from garment.cutout import cut_out
from garment.data import category_of, points_of, read_garments
from garment.landmarks import FASHIONAI_24
from pose.engine.dataset import Sample, read_grey, read_rgb

__all__ = ["STUB_TONES", "BackgroundSwap", "main", "plain_wall", "prepare_mattes"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Mattes are kept at the size that training photos are kept at.
_SIDE = 512
STUB_TONES = ((236, 234, 230), (250, 250, 250), (205, 175, 150), (120, 85, 65), (40, 40, 42))


def prepare_mattes(samples: Sequence[Sample], folder: Path) -> int:
    """Cut every sample out of its photo and keep the matte; return how many could be used.

    A matte is left out where the cutout itself warns that it is not sure.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = 0
    for sample in samples:
        path = folder / f"{sample.path.stem}.png"
        if path.exists():
            kept += 1
            continue
        points = points_of(sample)
        try:
            cutout = cut_out(read_rgb(sample.path), points, category_of(sample))
        except ValueError:
            continue
        if cutout.warnings:
            continue
        cv2.imwrite(str(path), cutout.rgba[..., 3])
        kept += 1
    return kept


class BackgroundSwap:
    """Gives a share of the training photos another background.

    Parameters
    ----------
    folder : Path
        What `prepare_mattes` wrote.
    share : float
        Probability of a swap, for samples that have a matte.
    """

    def __init__(self, folder: Path, share: float = 0.4) -> None:
        self.share = share
        self._mattes = {path.stem: _read_matte(path) for path in sorted(folder.glob("*.png"))}

    def __call__(
        self, sample: Sample, image: Image, scale: float, rng: np.random.Generator
    ) -> Image:
        """Return the photo, or its garment before another background."""
        matte = self._mattes.get(sample.path.stem)
        if matte is None or rng.random() >= self.share:
            return image
        height, width = image.shape[:2]
        if matte.shape != (height, width):
            resized = cv2.resize(matte, (width, height), interpolation=cv2.INTER_AREA)
            matte = np.asarray(resized, np.uint8)
        background = plain_wall((height, width), rng)
        if rng.random() < 0.6:
            _draw_stubs(background, sample, scale, rng)
        if rng.random() < 0.5:
            background = _shadowed(background, matte, rng)
        alpha = (matte.astype(np.float32) / 255)[..., None]
        mixed = image * alpha + np.clip(background, 0, 255) * (1 - alpha)
        return np.round(mixed).astype(np.uint8)


def _read_matte(path: Path) -> Image:
    matte = read_grey(path)
    scale = min(1.0, _SIDE / max(matte.shape))
    size = (round(matte.shape[1] * scale), round(matte.shape[0] * scale))
    return np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), np.uint8)


def plain_wall(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Make a plain wall: white, grey or tinted, unevenly lit, sometimes with a floor line."""
    height, width = shape
    kind = rng.random()
    if kind < 0.35:
        colour = np.full(3, rng.uniform(244, 255))
    elif kind < 0.75:
        colour = np.full(3, rng.uniform(90, 240)) + rng.normal(0, 5, 3)
    else:
        colour = rng.uniform(30, 255, 3)
    wall: Floats = np.array(np.broadcast_to(colour, (height, width, 3)), np.float32)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    light = rng.normal(0, 0.12) * (x - 0.5) + rng.normal(0, 0.12) * (y - 0.5)
    if rng.random() < 0.3:
        light = light - 0.25 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    wall *= 1 + light[..., None]
    if rng.random() < 0.25:
        line = int(rng.uniform(0.75, 0.95) * height)
        wall[line:] *= rng.uniform(0.7, 0.95)
    return np.asarray(wall + rng.normal(0, rng.uniform(0, 4), wall.shape), np.float32)


def _draw_stubs(background: Floats, sample: Sample, scale: float, rng: np.random.Generator) -> None:
    """Draw a mannequin's neck, arms or legs behind the garment, where its openings are."""
    tone = np.array(STUB_TONES[rng.integers(len(STUB_TONES))], np.float32)
    tone += rng.normal(0, 8, 3).astype(np.float32)
    points = {
        name: sample.points[i] * scale
        for i, name in enumerate(FASHIONAI_24.names)
        if sample.labelled[i]
    }
    mask = np.zeros(background.shape[:2], np.uint8)
    _neck(mask, points, rng)
    for side in ("left", "right"):
        if rng.random() < 0.6:
            _limb(mask, points, f"shoulder_{side}", f"cuff_{side}", rng)
        _limb(mask, points, f"waistband_{side}", f"bottom_{side}", rng)
    if not mask.any():
        return
    # Round like plaster: lighter in the middle of a limb than at its edges.
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    shade = 0.72 + 0.28 * np.clip(depth / max(float(depth.max()), 1.0), 0, 1)
    soft = cv2.GaussianBlur(mask, (3, 3), 0).astype(np.float32)[..., None] / 255
    background[:] = background * (1 - soft) + np.clip(tone * shade[..., None], 0, 255) * soft


def _neck(mask: Image, points: dict[str, NDArray[np.float64]], rng: np.random.Generator) -> None:
    if "neckline_left" not in points or "neckline_right" not in points:
        return
    left, right = points["neckline_left"], points["neckline_right"]
    across = right - left
    width = float(np.linalg.norm(across))
    up = np.array([across[1], -across[0]]) / max(width, 1e-6)
    low = points.get("center_front", (left + right) / 2) - 0.2 * width * up
    top = (left + right) / 2 + up * width * rng.uniform(0.3, 1.4)
    thickness = max(round(width * rng.uniform(0.55, 0.9)), 2)
    cv2.line(mask, _pixel(low), _pixel(top), 255, thickness)
    if rng.random() < 0.3:
        # A head, or the knob of a dress form.
        radius = max(round(width * rng.uniform(0.5, 0.8)), 2)
        cv2.circle(mask, _pixel(top + up * radius), radius, 255, -1)
    # Chest and the inside of the back show in a deep neckline.
    corners = np.stack([left, right, low]).round().astype(np.int32)
    cv2.fillPoly(mask, [corners], 255)


def _limb(
    mask: Image,
    points: dict[str, NDArray[np.float64]],
    start: str,
    end: str,
    rng: np.random.Generator,
) -> None:
    """Continue a sleeve or a trouser leg by the limb inside it."""
    inner, outer = points.get(f"{end}_in"), points.get(f"{end}_out")
    if inner is None or outer is None or start not in points:
        return
    middle = (inner + outer) / 2
    ahead = middle - points[start]
    length = float(np.linalg.norm(ahead))
    if length < 2:
        return
    width = float(np.linalg.norm(inner - outer)) * rng.uniform(0.4, 0.75)
    tip = middle + ahead / length * rng.uniform(0.1, 0.6) * length
    cv2.line(mask, _pixel(middle - 0.1 * ahead), _pixel(tip), 255, max(round(width), 2))


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _shadowed(background: Floats, matte: Image, rng: np.random.Generator) -> Floats:
    """Darken the wall softly beside the garment."""
    size = max(matte.shape)
    sigma = size * rng.uniform(0.01, 0.04)
    shadow = cv2.GaussianBlur(matte.astype(np.float32) / 255, (0, 0), sigma)
    dx, dy = rng.uniform(-0.03, 0.03, 2) * size
    move = np.array([[1, 0, dx], [0, 1, dy]])
    shadow = cv2.warpAffine(shadow, move, (matte.shape[1], matte.shape[0]))
    return np.asarray(background * (1 - rng.uniform(0.1, 0.5) * shadow[..., None]), np.float32)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare mattes as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m garment.backgrounds")
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for the mattes")
    parser.add_argument("--split", default="train", choices=("train", "val"))
    args = parser.parse_args(arguments)
    samples = read_garments(args.data / f"keypoints_{args.split}.json")
    kept = prepare_mattes(samples, args.out)
    print(f"{kept} of {len(samples)} mattes in {args.out}")


if __name__ == "__main__":
    main()
