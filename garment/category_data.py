"""Garments whose category, and how their front closes, were read by eye.

`read_by_eye.json` holds two letters for each photo of the training set and of ``unlabelled.json``:
the category, then the front; a third, ``?``, where the reader was not sure. A zip, a row of buttons
or an open front is what tells a jacket from a pullover: a network that must name it learns to look.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from garment.landmarks import CATEGORIES
from pose.engine.crop import Box

__all__ = [
    "CLOSURES",
    "UNANSWERED",
    "SeenGarment",
    "category_read",
    "closure_of",
    "read_by_eye",
    "read_drawn",
    "read_unlabelled",
]

#: How a front closes: zip, buttons all the way down, open, partly, not at all; or its back is seen.
CLOSURES = ("zip", "buttons", "open", "part", "closed", "back")
#: Stands for a question that nobody answered.
UNANSWERED = -1

_FILE = Path(__file__).parent / "read_by_eye.json"
_CATEGORY_LETTERS = dict(zip("bodst", CATEGORIES, strict=True))
_CLOSURE_LETTERS = dict(zip("znohcr", CLOSURES, strict=True))
# What an unsure reading counts.
_UNSURE = 0.4


@dataclass(frozen=True)
class SeenGarment:
    """A garment in a photo, and what it is.

    Attributes
    ----------
    path : Path
        The photo.
    box : (x, y, width, height)
        The tight box of its corners, in pixels.
    category, closure : int
        Indices into `CATEGORIES` and `CLOSURES`; `UNANSWERED` where nobody knows.
    weight : float
        What it counts in training.
    mannequin : bool
        Whether it is on one.
    """

    path: Path
    box: Box
    category: int
    closure: int = UNANSWERED
    weight: float = 1.0
    mannequin: bool = False


def read_by_eye(file: Path = _FILE) -> dict[str, str]:
    """Return what was read: a photo's stem -> its letters.

    Raises
    ------
    ValueError
        If there are other letters in it.
    """
    read: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    for stem, letters in read.items():
        known = letters[0] in _CATEGORY_LETTERS and letters[1] in {*_CLOSURE_LETTERS, "-"}
        if not known or letters[2:] not in ("", "?"):
            raise ValueError(f"{file}: {stem} has {letters!r}")
    return read


def category_read(letters: str) -> str:
    """Return the category, of what was read.

    Examples
    --------
    >>> category_read("on?")
    'outwear'
    """
    return _CATEGORY_LETTERS[letters[0]]


def closure_of(letters: str) -> int:
    """Return how a front closes, of what was read.

    Examples
    --------
    >>> CLOSURES[closure_of("oz")], closure_of("t-"), closure_of("")
    ('zip', -1, -1)
    """
    name = _CLOSURE_LETTERS.get(letters[1:2])
    return UNANSWERED if name is None else CLOSURES.index(name)


def read_drawn(folder: Path, split: str) -> list[SeenGarment]:
    """Read the garments whose corners are labelled, their category as labelled.

    Parameters
    ----------
    folder : Path
        Holds ``keypoints_{split}.json`` and the photos.
    split : str
        ``train`` or ``val``.
    """
    data = json.loads((folder / f"keypoints_{split}.json").read_text())
    images = {image["id"]: image for image in data["images"]}
    read = read_by_eye()
    garments = []
    for annotation in data["annotations"]:
        image = images[annotation["image_id"]]
        x, y, width, height = annotation["keypoints_bbox"]
        path = folder / image["file_name"]
        garments.append(
            SeenGarment(
                path,
                (x, y, width, height),
                int(annotation["category_id"]) - 1,
                closure_of(read.get(path.stem, "")),
                mannequin=image.get("scene") == "mannequin",
            )
        )
    return garments


def read_unlabelled(folder: Path, boxes: Mapping[str, Box]) -> list[SeenGarment]:
    """Read the garments of ``unlabelled.json`` that were read by eye.

    Parameters
    ----------
    folder : Path
        Holds ``unlabelled.json`` and the photos.
    boxes : mapping
        Where each garment is, by its photo's stem; those without are left out.
    """
    read = read_by_eye()
    garments = []
    for photo in json.loads((folder / "unlabelled.json").read_text()):
        path = folder / photo["file_name"]
        letters, box = read.get(path.stem), boxes.get(path.stem)
        if letters is None or box is None:
            continue
        category = CATEGORIES.index(category_read(letters))
        weight = _UNSURE if letters.endswith("?") else 1.0
        garments.append(SeenGarment(path, box, category, closure_of(letters), weight))
    return garments
