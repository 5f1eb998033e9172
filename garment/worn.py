"""Clothes that people wear as pictures of garments on mannequins.

``python -m garment.worn --data PEOPLE --out FOLDER`` takes photos of people whose clothes are
outlined and named, dresses the wearer down to a mannequin (one tone, often without head, arms or
the other clothes, before a plain wall) and keeps one garment. Its category is known; its corners
are for ``garment.pseudo --data FOLDER`` to label where repeated looks agree.

Few labelled garments hang on a body; these do, with the folds that a body makes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from garment.backgrounds import STUB_TONES, plain_wall
from pose.engine.dataset import read_grey, read_rgb

__all__ = ["Worn", "as_mannequin", "main", "worn_garments"]

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]

#: Names in the masks, by what the garment is called here. Names that may be either are left out.
NAMES: Mapping[str, tuple[str, ...]] = {
    "blouse": ("blouse", "shirt", "t-shirt", "top", "sweater", "sweatshirt"),
    "outwear": ("blazer", "cape", "cardigan", "coat", "jacket"),
    "dress": ("dress",),
    "skirt": ("skirt",),
    "trousers": ("jeans", "pants", "shorts"),
}
_BODY = ("skin",)
_LOOSE = ("hair", "bag", "purse", "hat", "glasses", "sunglasses", "wallet", "scarf")
# Of the picture: less is a strip of cloth below a coat.
_LEAST_AREA = 0.02
_MARGIN = 0.3


@dataclass(frozen=True)
class Worn:
    """One garment on a person.

    Attributes
    ----------
    category : str
        One of `garment.landmarks.CATEGORIES`.
    garment : (H, W) bool array
        Its pixels.
    body : (H, W) bool array
        Skin.
    clothes : (H, W) bool array
        The wearer's other clothes and shoes.
    """

    category: str
    garment: Mask
    body: Mask
    clothes: Mask


def worn_garments(labels: Image, names: Sequence[str]) -> list[Worn]:
    """Return the garments of a mask that are in full sight.

    What is worn below a coat or jacket is not.

    Parameters
    ----------
    labels : (H, W) uint8 array
        A label of each pixel, 0 for background.
    names : sequence of str
        Of the labels.

    Examples
    --------
    >>> labels = np.zeros((10, 10), np.uint8)
    >>> labels[2:6, 2:8], labels[6:, 2:8] = 1, 2
    >>> [worn.category for worn in worn_garments(labels, ["null", "coat", "dress"])]
    ['outwear']
    """
    masks = {category: _any(labels, names, NAMES[category]) for category in NAMES}
    covered = masks["outwear"].mean() > _LEAST_AREA
    body = _any(labels, names, _BODY)
    loose = _any(labels, names, _LOOSE)
    found = []
    for category, mask in masks.items():
        whole = _largest_piece(mask)
        if whole.mean() < _LEAST_AREA or (covered and category in ("blouse", "dress")):
            continue
        found.append(Worn(category, whole, body, (labels > 0) & ~whole & ~body & ~loose))
    return found


def _any(labels: Image, names: Sequence[str], wanted: Sequence[str]) -> Mask:
    numbers = [i for i, name in enumerate(names) if name in wanted]
    return np.asarray(np.isin(labels, numbers))


def _largest_piece(mask: Mask) -> Mask:
    """Keep the largest connected piece, and others at least a tenth of it (open fronts)."""
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.asarray(np.isin(numbers, np.flatnonzero(areas >= 0.1 * areas.max())))


def as_mannequin(
    photo: Image, worn: Worn, neck: float | None, rng: np.random.Generator
) -> tuple[Image, tuple[int, int, int, int]]:
    """Draw a worn garment as if it hung on a mannequin before a wall.

    Parameters
    ----------
    photo : (H, W, 3) uint8 array
        The person, RGB.
    worn : Worn
        The garment.
    neck : float, optional
        Row above which there is head: kept or left out by chance.
    rng : numpy Generator
        Source of chance: tone, wall, which parts the mannequin has.

    Returns
    -------
    picture : (h, w, 3) uint8 array
        Cropped around the garment.
    crop : (x, y, width, height)
        Where, in the photo's pixels.
    """
    crop = _around(worn.garment, rng)
    x, y, width, height = crop
    window = (slice(y, y + height), slice(x, x + width))
    pixels, garment = photo[window].astype(np.float32), worn.garment[window]
    body, clothes = worn.body[window].copy(), worn.clothes[window].copy()
    if neck is not None and rng.random() < 0.7:
        body[: max(round(neck - y), 0)] = False
    if rng.random() < 0.4:
        body &= _close_to(garment, 0.06)
    ghost = rng.random() < 0.25
    if ghost:
        body[:] = clothes[:] = False
    dressed = rng.random() < 0.35
    wall = plain_wall((height, width), rng)
    tone = np.array(STUB_TONES[rng.integers(len(STUB_TONES))], np.float32) + rng.normal(0, 6, 3)
    form = body if dressed else body | clothes
    picture = _laid_over(wall, _plaster(pixels, form, tone), form)
    if dressed:
        picture = _laid_over(picture, pixels, clothes)
    picture = _laid_over(picture, pixels, garment)
    return np.clip(picture, 0, 255).round().astype(np.uint8), crop


def _around(mask: Mask, rng: np.random.Generator) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    margin = _MARGIN * max(np.ptp(rows), np.ptp(columns))
    left, right, top, bottom = margin * rng.uniform(0.3, 1.2, 4)
    x, y = max(int(columns[0] - left), 0), max(int(rows[0] - top), 0)
    return (
        x,
        y,
        min(int(columns[-1] + right), mask.shape[1]) - x,
        min(int(rows[-1] + bottom), mask.shape[0]) - y,
    )


def _close_to(mask: Mask, reach: float) -> Mask:
    size = 2 * round(reach * max(mask.shape)) + 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size))) > 0)


def _plaster(pixels: NDArray[np.float32], form: Mask, tone: NDArray) -> NDArray[np.float32]:
    """Give a form one tone, with the photo's own soft shade."""
    if not form.any():
        return pixels
    grey = pixels.mean(axis=2)
    weight = cv2.GaussianBlur(form.astype(np.float32), (0, 0), 4.0)
    soft = cv2.GaussianBlur(grey * form, (0, 0), 4.0) / np.maximum(weight, 1e-3)
    shade = 0.75 + 0.25 * soft / max(float(soft[form].mean()), 1.0)
    return np.asarray(np.clip(tone * shade[..., None], 0, 255), np.float32)


def _laid_over(
    below: NDArray[np.float32], above: NDArray[np.float32], mask: Mask
) -> NDArray[np.float32]:
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)[..., None]
    return np.asarray(below * (1 - alpha) + above * alpha, np.float32)


def _photos(data: Path) -> Iterator[tuple[Path, Path, float | None]]:
    """Yield photo, mask and the row of the neck of every training photo with a mask."""
    labels = json.loads((data / "keypoints_train.json").read_text())
    people = {a["image_id"]: np.reshape(a["keypoints"], (-1, 3)) for a in labels["annotations"]}
    for image in labels["images"]:
        if not image.get("mask") or image["id"] not in people:
            continue
        rows = people[image["id"]]
        seen = rows[0, 2] > 0 and (rows[5:7, 2] > 0).all()
        shoulders = float(rows[5:7, 1].mean())
        neck = shoulders - 0.35 * (shoulders - float(rows[0, 1])) if seen else None
        yield data / image["file_name"], data / image["mask"], neck


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pictures and their categories as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m garment.worn")
    parser.add_argument("--data", type=Path, required=True, help="folder of people with masks")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    names = json.loads((args.data / "masks.json").read_text())["labels"]
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    entries = []
    for path, mask, neck in tqdm(list(_photos(args.data)), mininterval=20):
        photo = read_rgb(path)
        for worn in worn_garments(read_grey(mask), names):
            picture, _ = as_mannequin(photo, worn, neck, rng)
            name = f"{path.stem}_{worn.category}.png"
            cv2.imwrite(str(args.out / name), picture[..., ::-1])
            entries.append({"file_name": name, "category": worn.category, "source": "ccp"})
    (args.out / "unlabelled.json").write_text(json.dumps(entries))
    print(f"{len(entries)} garments in {args.out}")


if __name__ == "__main__":
    main()
