"""Small pictures rendered for the project, shipped with it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["GARMENTS", "PERSON", "sample"]

#: The person, and the garments on a mannequin, by name.
PERSON = "person_front"
GARMENTS = ("mannequin_top", "mannequin_dress", "mannequin_trousers")


def sample(name: str) -> Path:
    """Return the path of a shipped picture.

    Parameters
    ----------
    name : str
        `PERSON` or one of `GARMENTS`.

    Raises
    ------
    KeyError
        If there is no such sample.

    Examples
    --------
    >>> sample("mannequin_top").name
    'mannequin_top.jpg'
    """
    if name not in (PERSON, *GARMENTS):
        raise KeyError(f"no sample {name!r}; there are {PERSON}, {', '.join(GARMENTS)}")
    return Path(__file__).parent / f"{name}.jpg"
