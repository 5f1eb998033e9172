"""Settings and corrections as JSON: what the studio saves, it and the command line read."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flixdrape.corrections import Corrections
from flixdrape.errors import UnusableInputError
from flixdrape.options import DrapeOptions
from flixdrape.patches import read_patches
from garment import CATEGORIES, FASHIONAI_24, VIEWS
from pose import CLOTHES, COCO_17

__all__ = ["overridden", "read_settings", "settings_json"]

_NAMES = {"corners": FASHIONAI_24.names, "joints": COCO_17.names}
_CHOICES = {"category": CATEGORIES, "view": VIEWS}
_KEYS = ("options", *_NAMES, *_CHOICES, "person", "worn", "patches")


def settings_json(options: DrapeOptions, corrections: Corrections) -> dict[str, Any]:
    """Return options and corrections as plain values.

    Parameters
    ----------
    options : DrapeOptions
        How the garment is worn.
    corrections : Corrections
        What was put right about the photos.

    Examples
    --------
    >>> settings_json(DrapeOptions(length=1.1), Corrections())["options"]["length"]
    1.1
    """
    return {
        "options": options.to_json(),
        "corners": {name: list(point) for name, point in corrections.corners.items()},
        "joints": {name: list(point) for name, point in corrections.joints.items()},
        "category": corrections.category,
        "view": corrections.view,
        "person": corrections.person,
        "worn": list(corrections.worn),
        "patches": [list(patch) for patch in corrections.patches],
    }


def read_settings(path: str | os.PathLike[str]) -> tuple[DrapeOptions, Corrections]:
    """Read what `settings_json` made, or a plain object of options.

    Parameters
    ----------
    path : path
        A JSON file.

    Returns
    -------
    DrapeOptions, Corrections
        What the file does not say keeps its default.

    Raises
    ------
    UnusableInputError
        If it is not such a file.
    """
    name = Path(path).name
    try:
        content = _load(Path(path))
        return _options(content), _corrections(content)
    except UnusableInputError as error:
        raise UnusableInputError(f"{name}: {error}") from None


def overridden(options: DrapeOptions, values: Mapping[str, Any]) -> DrapeOptions:
    """Return options with some values put in place of theirs.

    Parameters
    ----------
    options : DrapeOptions
        The ones to start from.
    values : mapping
        As `DrapeOptions.from_mapping` takes them.

    Raises
    ------
    UnusableInputError
        If a name is not an option's, or a value lies outside its range.

    Examples
    --------
    >>> overridden(DrapeOptions(length=1.1), {"fit": "loose"})
    DrapeOptions(fit=1.0, length=1.1, ...)
    """
    return DrapeOptions.from_mapping({**options.to_json(), **values})


def _load(path: Path) -> dict[str, Any]:
    """Read a file's object; options that stand alone become its ``options``."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnusableInputError(f"cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise UnusableInputError("is not JSON; choose a file that the studio saved") from None
    if not isinstance(content, dict) or not content:
        raise UnusableInputError("holds no options; choose a file that the studio saved")
    if not any(key in content for key in _KEYS):
        return {"options": content}
    unknown = [key for key in content if key not in _KEYS]
    if unknown:
        # To pass over it would be to drape something else than what was saved.
        raise UnusableInputError(f"{unknown[0]} is none of {', '.join(_KEYS)}")
    return content


def _options(content: dict[str, Any]) -> DrapeOptions:
    options = content.get("options", {})
    if not isinstance(options, dict):
        raise UnusableInputError("options must be an object of names and values")
    return DrapeOptions.from_mapping(options)


def _corrections(content: dict[str, Any]) -> Corrections:
    person = content.get("person") or 0
    if isinstance(person, bool) or not isinstance(person, int) or person < 0:
        raise UnusableInputError(f"person is {person!r}; it must be a position from 0")
    return Corrections(
        _points(content, "corners"),
        _points(content, "joints"),
        _choice(content, "category"),
        _choice(content, "view"),
        person,
        _worn(content),
        read_patches(content.get("patches") or []),
    )


def _worn(content: dict[str, Any]) -> tuple[str, ...]:
    worn = content.get("worn") or []
    if not isinstance(worn, list) or not all(kind in CLOTHES for kind in map(str, worn)):
        raise UnusableInputError(f"worn is {worn!r}; a list of {', '.join(CLOTHES)}")
    return tuple(kind for kind in CLOTHES if kind in worn)


def _points(content: dict[str, Any], key: str) -> dict[str, tuple[float, float]]:
    points = content.get(key) or {}
    try:
        read = {point: (float(x), float(y)) for point, (x, y) in points.items()}
    except (AttributeError, TypeError, ValueError, OverflowError):
        raise UnusableInputError(f"{key} must be names with two numbers each") from None
    for point, place in read.items():
        if point not in _NAMES[key]:
            raise UnusableInputError(f"{point} is none of the {key}")
        if not all(map(math.isfinite, place)):
            raise UnusableInputError(f"{point} of the {key} must be two finite numbers")
    return read


def _choice(content: dict[str, Any], key: str) -> str | None:
    value = content.get(key)
    if value is not None and value not in _CHOICES[key]:
        raise UnusableInputError(f"{key} is {value!r}; one of {', '.join(_CHOICES[key])}")
    return value
