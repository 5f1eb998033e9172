"""Contact sheets of real pairs, to be looked at: garments and people of a data folder.

``python benchmarks/contact_sheets.py --data DATA --category blouse --pairs 24 --out sheets``
drapes held-out garments on held-out people (`ccp`), a row of four pairs each: garment with its
corners, person with the joints, result. What each pair was, its warnings and its anchor error
go to standard output. The photos' terms do not allow to publish the sheets.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch

from flixdrape import FlixDrapeError, drape, open_picture
from flixdrape.annotate import draw_keypoints
from flixdrape.images import save_picture
from garment.landmarks import CATEGORIES

CELL = (240, 360)


def photos(file, keep):
    data = json.loads(file.read_text())
    annotations = {a["image_id"]: a for a in data["annotations"]}
    return [
        file.parent / image["file_name"]
        for image in data["images"]
        if keep(image, annotations[image["id"]])
    ]


def pairs_of(data, category, count, seed):
    """Draw pairs; every garment and every person comes as seldom twice as can be."""
    wanted = CATEGORIES.index(category) + 1
    garments = photos(
        data / "garments" / "keypoints_val.json", lambda _, a: a["category_id"] == wanted
    )
    people = photos(data / "people" / "keypoints_val.json", lambda i, _: i["source"] == "ccp")
    rng = np.random.default_rng(seed + wanted)
    return list(zip(_drawn(garments, count, rng), _drawn(people, count, rng), strict=True))


def _drawn(items, count, rng):
    rounds = -(-count // len(items))
    order = np.concatenate([rng.permutation(len(items)) for _ in range(rounds)])
    return [items[i] for i in order[:count]]


def cell(image, number=None):
    """Fit a picture into a cell, its number in the corner."""
    width, height = CELL
    scale = min(width / image.shape[1], height / image.shape[0])
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    canvas = np.full((height, width, 3), 255, np.uint8)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    canvas[: size[1], : size[0]] = small
    if number is not None:
        cv2.putText(canvas, str(number), (4, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 0, 0), 2)
    return canvas


def draped(number, garment, person):
    """Return the three cells of a pair, and what is worth saying of it."""
    photo, model = open_picture(str(garment)), open_picture(str(person))
    try:
        result = drape(photo, model)
    except FlixDrapeError as error:
        return [cell(photo.rgb, number), cell(model.rgb), cell(model.rgb)], {"error": str(error)}
    cells = [
        cell(draw_keypoints(photo.rgb, result.garment.keypoints), number),
        cell(draw_keypoints(model.rgb, result.person, threshold=0.2)),
        cell(result.image),
    ]
    return cells, {**result.report["warp"], "warnings": result.report["warnings"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds garments/ and people/")
    parser.add_argument("--category", action="append", choices=CATEGORIES)
    parser.add_argument("--pairs", type=int, default=24, help="of each category")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=3, help="of a sheet, two pairs each")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    for category in args.category or CATEGORIES:
        pairs = pairs_of(args.data, category, args.pairs, args.seed)
        cells = []
        for number, (garment, person) in enumerate(pairs):
            row, said = draped(number, garment, person)
            cells.append(np.concatenate(row, axis=1))
            print(category, number, garment.stem, person.stem, json.dumps(said))
        per_sheet = 2 * args.rows
        for sheet, start in enumerate(range(0, len(cells), per_sheet)):
            part = cells[start : start + per_sheet]
            if len(part) % 2:
                part.append(np.full_like(part[0], 255))
            rows = [np.concatenate(part[i : i + 2], axis=1) for i in range(0, len(part), 2)]
            save_picture(np.concatenate(rows), args.out / f"{category}_{sheet}.png")


if __name__ == "__main__":
    main()
