"""What was read by eye of the training photos: a garment's category, and how its front closes.

`read_by_eye.json` holds two letters for each photo of the training set and of ``unlabelled.json``,
and a third, ``?``, where the reader was not sure. The first is the category: b blouse, o outwear,
d dress, s skirt, t trousers. The second is the front: z zip, n buttons all down, o open, h closed
part of the way, c nothing to open, r the back is seen, - a skirt or trousers. A zip, a row of
buttons or an open front is what tells a jacket from a pullover.
"""

from __future__ import annotations

from pathlib import Path

from garment.landmarks import CATEGORIES
from pose.engine.notes import read_notes

__all__ = ["category_read", "read_by_eye"]

_FILE = Path(__file__).parent / "read_by_eye.json"
_CATEGORIES = dict(zip("bodst", CATEGORIES, strict=True))
_FRONTS = "znohcr-"


def read_by_eye(file: Path = _FILE) -> dict[str, str]:
    """Return what was read: a photo's stem -> its letters.

    Raises
    ------
    ValueError
        If there are other letters in it.

    Examples
    --------
    >>> len(read_by_eye())
    3080
    """
    return read_notes(file, lambda letters: [] if _known(letters) else [repr(letters)])


def _known(letters: str) -> bool:
    named = letters[:1] in _CATEGORIES and letters[1:2] in set(_FRONTS)
    return named and letters[2:] in ("", "?")


def category_read(letters: str) -> str:
    """Return the category, of what was read.

    Examples
    --------
    >>> category_read("on?")
    'outwear'
    """
    return _CATEGORIES[letters[0]]
