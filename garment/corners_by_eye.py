"""Corners of unlabelled training photos, checked and put right by eye.

`corners_by_eye.json` holds, for photos of ``unlabelled.json``, the category, the view and the 24
landmarks as x and y in turn, pixels of the stored photo, 0 0 where the garment lacks one. A reader
saw the network's corners drawn on each photo and moved those that were off. On 24 held-out
photos mixed in unmarked, the points that were moved came from a normalised error of 0.125 to
0.065; waistlines came no nearer and are left as the network saw them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from garment.landmarks import CATEGORIES, FASHIONAI_24, VIEWS
from pose.engine.notes import read_notes

__all__ = ["annotation_by_eye", "corners_by_eye"]

_FILE = Path(__file__).parent / "corners_by_eye.json"


def corners_by_eye(file: Path = _FILE) -> dict[str, dict[str, Any]]:
    """Return what was read: a photo's stem -> `category`, `view` and `corners`, 48 numbers.

    Raises
    ------
    ValueError
        If there is another category, view, or number of numbers in it.

    Examples
    --------
    >>> all(len(note["corners"]) == 48 for note in corners_by_eye().values())
    True
    """
    return read_notes(file, _wrong)


def _wrong(note: dict[str, Any]) -> list[str]:
    wrong = [repr(note.get("category"))] if note.get("category") not in CATEGORIES else []
    if note.get("view") not in VIEWS:
        wrong.append(repr(note.get("view")))
    count = len(note.get("corners", ()))
    if count != 2 * len(FASHIONAI_24):
        wrong.append(f"{count} numbers")
    return wrong


def annotation_by_eye(note: dict[str, Any]) -> dict[str, Any]:
    """Return one photo's corners as a COCO annotation.

    Examples
    --------
    >>> corners = [12.0, 5.5, *[0.0] * 46]
    >>> note = {"category": "skirt", "view": "front", "corners": corners}
    >>> annotation_by_eye(note)["keypoints"][:6]
    [12.0, 5.5, 2, 0.0, 0.0, 0]
    """
    rows = zip(note["corners"][::2], note["corners"][1::2], strict=True)
    return {
        "category_id": CATEGORIES.index(note["category"]) + 1,
        "keypoints": [v for x, y in rows for v in (x, y, 2 if x or y else 0)],
        "view": note["view"],
    }
