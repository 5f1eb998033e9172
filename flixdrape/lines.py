"""What is said as JSON of people, garments and drapes: one object for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from flixdrape.drape import DrapeResult
from flixdrape.images import Picture
from garment import Garment
from pose import Keypoints

__all__ = [
    "DrapeLine",
    "GarmentLine",
    "Person",
    "PoseLine",
    "drape_line",
    "garment_line",
    "person",
    "pose_line",
    "worn",
]

# Joints less sure do not widen a person's box.
_SURE = 0.2


class Person(TypedDict):
    """One of a picture's people: box (x, y, width, height), score, joints (x, y, score)."""

    bbox: list[float]
    score: float
    keypoints: dict[str, list[float]]


class PoseLine(TypedDict):
    """The people of a picture, the largest first."""

    file: str
    width: int
    height: int
    method: str
    elapsed_ms: float
    people: list[Person]


class GarmentLine(TypedDict):
    """The garment of a picture; a landmark that it lacks is null, others are (x, y, score)."""

    file: str
    width: int
    height: int
    elapsed_ms: float
    category: str
    category_scores: dict[str, float]
    view: str
    keypoints: dict[str, list[float] | None]


class DrapeLine(TypedDict):
    """A drape; one of several garments says more under ``outfit``."""

    garment: str | list[str]
    person: str
    out: str
    category: str
    target_keypoints: dict[str, list[float]]
    warp: dict[str, float]
    timing_ms: dict[str, float]
    warnings: list[str]


def pose_line(
    file: str, picture: Picture, people: Sequence[Keypoints], method: str, elapsed_ms: float
) -> PoseLine:
    """Say who is in a picture.

    Parameters
    ----------
    file : str
        What the picture is called.
    picture : Picture
        For its size.
    people : sequence of Keypoints
        As found, largest first.
    method : str
        How they were found.
    elapsed_ms : float
        How long that took.
    """
    return {
        "file": file,
        "width": picture.width,
        "height": picture.height,
        "method": method,
        "elapsed_ms": round(elapsed_ms, 1),
        "people": [person(found) for found in people],
    }


def person(found: Keypoints) -> Person:
    """Say where one person and the person's joints are."""
    joints = zip(found.schema.names, found.xy, found.scores, strict=True)
    return {
        "bbox": [round(float(v), 2) for v in found.bbox(_SURE)],
        "score": round(float(found.score), 4),
        "keypoints": {name: _scored(x, y, score) for name, (x, y), score in joints},
    }


def garment_line(file: str, picture: Picture, found: Garment, elapsed_ms: float) -> GarmentLine:
    """Say what garment is in a picture.

    Parameters
    ----------
    file : str
        What the picture is called.
    picture : Picture
        For its size.
    found : Garment
        As found.
    elapsed_ms : float
        How long that took.
    """
    return {
        "file": file,
        "width": picture.width,
        "height": picture.height,
        "elapsed_ms": round(elapsed_ms, 1),
        "category": found.category,
        "category_scores": {k: round(float(v), 4) for k, v in found.category_scores.items()},
        "view": found.view,
        "keypoints": {
            name: None
            if point is None
            else _scored(point[0], point[1], found.keypoints.score_of(name))
            for name, point in found.landmarks.items()
        },
    }


def drape_line(garments: Sequence[str], person: str, out: str, result: DrapeResult) -> DrapeLine:
    """Say what was draped, where its corners went, and what the picture may suffer from.

    Parameters
    ----------
    garments : sequence of str
        What the garments' pictures are called; one or more.
    person, out : str
        What the person's and the written picture are called.
    result : DrapeResult
        As draped.
    """
    line: Any = {
        "garment": garments[0] if len(garments) == 1 else list(garments),
        "person": person,
        "out": out,
        **worn(result),
        "timing_ms": result.report["timing_ms"],
        "warnings": result.report["warnings"],
    }
    if result.outfit:
        line["outfit"] = [worn(step) for step in result.outfit]
    return line


def worn(result: DrapeResult) -> dict[str, Any]:
    """Say what one garment is, where its corners went, and how well it was warped."""
    return {
        "category": result.report["category"],
        "target_keypoints": {
            name: [round(float(v), 2) for v in point] for name, point in result.target.items()
        },
        "warp": result.report["warp"],
    }


def _scored(x: float, y: float, score: float) -> list[float]:
    return [round(float(x), 2), round(float(y), 2), round(float(score), 4)]
