"""Self-training of the parser: parts of people whose clothes nobody outlined.

``python -m pose.pseudo_parsing --data FOLDER --out FOLDER`` labels the street photos of
``keypoints_train.json`` that have no mask, at the photo's own edges. Which kinds of clothes a photo
shows was written down by eye (`worn.json`), and so was what it got wrong all the same
(`part_corrections.json`): the network need not know a coat from a dress, only where each lies.
Pixels of which it is not sure stay unknown. What it writes is for training; it is never validation.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from pose.engine.dataset import Sample, read_coco, read_rgb
from pose.engine.notes import read_notes
from pose.engine.segmentation import UNKNOWN
from pose.keypoints import COCO_17, Keypoints
from pose.parsing import HumanParser, Parsing
from pose.part_corrections import correct, read_corrections
from pose.parts import PARTS

__all__ = ["LETTERS", "main", "read_worn", "sure_parts", "unlabelled_people"]

#: Letters of `worn.json`. Upper case: clearly there; lower case: may be there.
LETTERS = {"T": "top", "O": "outer", "D": "dress", "B": "bottom", "L": "legwear"}
#: Photos of which nobody can say what they show.
USELESS = "x"
_WORN = Path(__file__).parent / "worn.json"


def read_worn(file: Path = _WORN) -> dict[str, str]:
    """Return which kinds of clothes photos show: a photo's stem -> `LETTERS`.

    Raises
    ------
    ValueError
        If there are other letters in it.
    """
    known = {*LETTERS, USELESS.upper()}
    return read_notes(file, lambda letters: set(letters.upper()) - known)


def sure_parts(parsing: Parsing, least: float = 0.6) -> NDArray[np.uint8]:
    """Return the likeliest part of every pixel, `UNKNOWN` where its chance is below `least`.

    Parameters
    ----------
    parsing : Parsing
        Of a picture of H x W pixels.
    least : float
        0..1.

    Returns
    -------
    (H, W) uint8 array
        Indices into `pose.parts.PARTS`, or `UNKNOWN`.

    Examples
    --------
    >>> planes = np.zeros((len(PARTS), 1, 2), np.float32)
    >>> planes[1], planes[2] = [[0.9, 0.5]], [[0.1, 0.5]]
    >>> sure_parts(Parsing(planes, (0, 0, 2, 1), (1, 2))).tolist()
    [[1, 255]]
    """
    labels = parsing.labels()
    chance = np.zeros(parsing.shape, np.float32)
    for name in PARTS:
        np.maximum(chance, parsing.of(name), out=chance)
    labels[chance < least] = UNKNOWN
    return labels


def unlabelled_people(samples: Sequence[Sample], source: str = "ccp") -> list[Sample]:
    """Return the people of a source who have no mask."""
    return [
        s
        for s in samples
        if s.tags.get("source") == source and s.tags.get("mask", "None") == "None"
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write guessed parts as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m pose.pseudo_parsing")
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for the masks")
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    parser.add_argument("--least", type=float, default=0.55, help="chance below which is unknown")
    args = parser.parse_args(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    parse, worn, corrections = HumanParser.load(args.weights), read_worn(), read_corrections()
    people = unlabelled_people(read_coco(args.data / "keypoints_train.json", COCO_17))
    people = [p for p in people if USELESS not in worn.get(p.path.stem, USELESS)]
    for sample in tqdm(people, mininterval=20):
        joints = Keypoints(COCO_17, sample.points, sample.labelled.astype(np.float64))
        letters = worn[sample.path.stem]
        there = [name for letter, name in LETTERS.items() if letter in letters]
        perhaps = [name for letter, name in LETTERS.items() if letter.lower() in letters]
        parsing = parse(read_rgb(sample.path), joints).told(there, perhaps)
        parts = correct(sure_parts(parsing, args.least), corrections.get(sample.path.stem, {}))
        cv2.imwrite(str(args.out / f"{sample.path.stem}.png"), parts)
    print(f"{len(people)} people in {args.out}")


if __name__ == "__main__":
    main()
