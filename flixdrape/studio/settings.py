"""Settings and corrections as JSON: what the page saves, it and the command line read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flixdrape.errors import UnusableInputError
from flixdrape.options import DrapeOptions
from flixdrape.studio.session import Corrections
from garment import CATEGORIES, FASHIONAI_24, VIEWS
from pose import COCO_17

__all__ = ["read_settings", "settings_json"]

_NAMES = {"corners": FASHIONAI_24.names, "joints": COCO_17.names}
_CHOICES = {"category": CATEGORIES, "view": VIEWS}


def settings_json(options: DrapeOptions, corrections: Corrections) -> dict[str, Any]:
    """Return options and corrections as plain values."""
    return {
        "options": options.to_json(),
        "corners": {name: list(point) for name, point in corrections.corners.items()},
        "joints": {name: list(point) for name, point in corrections.joints.items()},
        "category": corrections.category,
        "view": corrections.view,
        "person": corrections.person,
    }


def read_settings(path: str) -> tuple[DrapeOptions, Corrections]:
    """Read what `settings_json` made.

    Parameters
    ----------
    path : str
        A JSON file.

    Raises
    ------
    UnusableInputError
        If it is not such a file.
    """
    name = Path(path).name
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnusableInputError(f"{name}: is not JSON; choose a file saved here") from None
    options = content.get("options") if isinstance(content, dict) else None
    if not isinstance(options, dict):
        raise UnusableInputError(f"{name}: holds no options; choose a file saved here")
    person = content.get("person") or 0
    if isinstance(person, bool) or not isinstance(person, int) or person < 0:
        raise UnusableInputError(f"{name}: person is {person!r}; it must be a position from 0")
    corrections = Corrections(
        _points(content, "corners", name),
        _points(content, "joints", name),
        _choice(content, "category", name),
        _choice(content, "view", name),
        person,
    )
    return DrapeOptions.from_mapping(options), corrections


def _points(content: dict[str, Any], key: str, name: str) -> dict[str, tuple[float, float]]:
    points = content.get(key) or {}
    try:
        read = {point: (float(x), float(y)) for point, (x, y) in points.items()}
    except (AttributeError, TypeError, ValueError):
        raise UnusableInputError(f"{name}: {key} must be names with two numbers each") from None
    unknown = [point for point in read if point not in _NAMES[key]]
    if unknown:
        raise UnusableInputError(f"{name}: {unknown[0]} is none of the {key}")
    return read


def _choice(content: dict[str, Any], key: str, name: str) -> str | None:
    value = content.get(key)
    if value is not None and value not in _CHOICES[key]:
        raise UnusableInputError(f"{name}: {key} is {value!r}; one of {', '.join(_CHOICES[key])}")
    return value
