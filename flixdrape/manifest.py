"""What a batch is to do: read from a manifest, or every garment on every person."""

from __future__ import annotations

import csv
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flixdrape.errors import UnusableInputError
from flixdrape.images import WRITABLE

__all__ = ["BatchItem", "pair", "read_manifest", "result_name"]

_COLUMNS = ("garment", "person", "out", "settings")
# Not in file names, here or on the systems that a result may be sent to.
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
# File systems take names of 255 bytes; room is left for a number.
_LONGEST_PART = 110
_LONGEST_NAME = 255


@dataclass(frozen=True)
class BatchItem:
    """One drape of a batch.

    Attributes
    ----------
    garments : tuple of Path
        The garments' photos; several are an outfit.
    person : Path
        The person's photo.
    out : str
        File name of the result.
    settings : Path or None
        What the studio saved about these photos.
    """

    garments: tuple[Path, ...]
    person: Path
    out: str
    settings: Path | None = None


def pair(garments: Sequence[Path], people: Sequence[Path]) -> list[BatchItem]:
    """Put every garment on every person.

    Parameters
    ----------
    garments, people : sequence of Path
        The photos.

    Returns
    -------
    list of BatchItem
        Person by person; no two results have the same name.

    Examples
    --------
    >>> [item.out for item in pair([Path("coat.jpg"), Path("b/coat.png")], [Path("anna.jpg")])]
    ['coat_on_anna.png', 'coat_on_anna_2.png']
    """
    # A person's analysis is the dearer one: it is done with before the next person's begins.
    return _named([BatchItem((garment,), person, "") for person in people for garment in garments])


def result_name(garments: Sequence[Path], person: Path) -> str:
    """Name a result after its photos.

    Parameters
    ----------
    garments : sequence of Path
        One, or those of an outfit.
    person : Path
        Whom they are put on.

    Examples
    --------
    >>> result_name([Path("a/skirt.jpg"), Path("top.jpg")], Path("b/anna.png"))
    'skirt_top_on_anna.png'
    """
    worn = "_".join(path.stem for path in garments)
    return f"{_fit_for_name(worn)}_on_{_fit_for_name(person.stem)}.png"


def read_manifest(path: Path) -> list[BatchItem]:
    """Read what a batch is to do.

    A manifest is CSV with a header, or JSON lines. Both have ``garment`` and ``person``, and may
    have ``out`` and ``settings``. Several garments are an outfit: joined by ``|``, or a JSON list.
    Relative paths start at the manifest's folder. The photos are not looked at here.

    Parameters
    ----------
    path : Path
        UTF-8; CSV with commas, semicolons or tabs.

    Returns
    -------
    list of BatchItem
        In the manifest's order; no two results have the same name.

    Raises
    ------
    UnusableInputError
        If it cannot be read, a row lacks what it needs, or two ask for the same result.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UnusableInputError(f"{path}: cannot be read ({reason})") from None
    rows = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text)
    try:
        items = [_item(row, number, path.parent) for number, row in rows]
        if not items:
            raise UnusableInputError("names nothing to drape; it needs rows with garment, person")
        return _named(items)
    except UnusableInputError as error:
        raise UnusableInputError(f"{path}: {error}") from None


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise UnusableInputError(f"line {number} is not a JSON object")
        yield number, row


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = text.splitlines(keepends=True)
    header = next((line for line in lines if line.strip()), "")
    # Spreadsheets write what their country separates by.
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(lines, delimiter=delimiter, restkey="", skipinitialspace=True)
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        missing = [name for name in _COLUMNS[:2] if name not in names]
        if missing:
            raise UnusableInputError(
                f"has no column {missing[0]}; its first line must name garment,person"
            )
        reader.fieldnames = names
        for row in reader:
            if "".join(row.pop("", None) or ()):
                raise UnusableInputError(f"line {reader.line_num} has more fields than the header")
            if any(row.values()):
                yield reader.line_num, row
    except csv.Error as error:
        raise UnusableInputError(f"line {reader.line_num} is not CSV ({error})") from None


def _item(row: dict[str, Any], number: int, folder: Path) -> BatchItem:
    """Read one row; `out` stays empty where the row does not name it."""
    for name, value in row.items():
        if name not in _COLUMNS:
            raise UnusableInputError(
                f"line {number}: no column {name!r}; there are {', '.join(_COLUMNS)}"
            )
        texts = value if name == "garment" and isinstance(value, list) else [value or ""]
        if not all(isinstance(text, str) for text in texts):
            raise UnusableInputError(f"line {number}: {name} must be text")
    garments = _paths(row.get("garment"), folder)
    person, settings = ((row.get(name) or "").strip() for name in ("person", "settings"))
    if not garments or not person:
        raise UnusableInputError(f"line {number} names no {'person' if garments else 'garment'}")
    out = (row.get("out") or "").strip()
    if out:
        _check_name(out, number)
    return BatchItem(garments, folder / person, out, folder / settings if settings else None)


def _paths(value: str | list[str] | None, folder: Path) -> tuple[Path, ...]:
    parts = value if isinstance(value, list) else (value or "").split("|")
    return tuple(folder / part.strip() for part in parts if part.strip())


def _check_name(out: str, number: int) -> None:
    if _UNFIT.search(out) or len(os.fsencode(out)) > _LONGEST_NAME:
        raise UnusableInputError(
            f"line {number}: out {out!r} is no file name; results go into one folder"
        )
    if Path(out).suffix.lower() not in WRITABLE:
        raise UnusableInputError(f"line {number}: out {out} must end in {', '.join(WRITABLE)}")


def _named(items: Sequence[BatchItem]) -> list[BatchItem]:
    """Name the results that have no name yet, so that none has another's.

    Raises
    ------
    UnusableInputError
        If two ask for the same name.
    """
    taken: set[str] = set()
    for item in items:
        if item.out and _alike(item.out) in taken:
            raise UnusableInputError(f"out {item.out} is asked for twice")
        if item.out:
            taken.add(_alike(item.out))
    tries: dict[str, int] = {}
    named = []
    for item in items:
        if item.out:
            named.append(item)
            continue
        plain = Path(result_name(item.garments, item.person))
        out, count = plain.name, tries.get(_alike(plain.name), 1)
        while _alike(out) in taken:
            count += 1
            out = f"{plain.stem}_{count}{plain.suffix}"
        tries[_alike(plain.name)] = count
        taken.add(_alike(out))
        named.append(replace(item, out=out))
    return named


def _alike(name: str) -> str:
    """Return the same for names that some file systems take for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _fit_for_name(text: str) -> str:
    fit = _UNFIT.sub("_", text)
    # Cut by bytes, between characters.
    return os.fsencode(fit)[:_LONGEST_PART].decode("utf-8", "ignore")
