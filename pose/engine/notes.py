"""What was written down by eye about photos, as JSON: a photo's stem -> a note."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

__all__ = ["read_notes"]


def read_notes(file: Path, wrong: Callable[[Any], Collection[str]]) -> dict[str, Any]:
    """Read notes, and refuse those that nobody could have meant.

    Parameters
    ----------
    file : Path
        A JSON object.
    wrong : callable
        Given a note, names what in it is wrong; nothing if it is right.

    Raises
    ------
    ValueError
        If something is wrong with a note.
    """
    notes: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    for stem, note in notes.items():
        said = wrong(note)
        if said:
            raise ValueError(f"{file}: {stem} has {', '.join(sorted(said))}")
    return notes
