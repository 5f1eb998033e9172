"""Drape a garment on a person: the whole road of one picture, top to bottom."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image as PilImage

from flixdrape.body import SIDES, Body, arc_of
from flixdrape.compose import compose, occluder_matte
from flixdrape.errors import NothingFoundError
from flixdrape.fit import Fit, fit_garment
from flixdrape.images import Picture, open_picture, save_picture
from flixdrape.parts import plan_parts
from flixdrape.people import Choice, choose_person, find_people
from garment import CATEGORIES, Garment, GarmentEstimator
from garment.cutout import cut_out
from pose import Keypoints
from warp import LayeredWarp, warp_layers

__all__ = ["DrapeResult", "Source", "drape", "find_garment"]

#: A path, a PIL image, or an (H, W, 3) or (H, W, 4) uint8 RGB array.
Source = str | os.PathLike[str] | PilImage | NDArray[np.uint8] | Picture


@dataclass(frozen=True)
class DrapeResult:
    """A draped picture and everything that led to it.

    Attributes
    ----------
    image : (H, W, 3) uint8 array
        The person in the garment.
    garment : Garment
        What was found in the garment's photo, in that photo's pixels.
    person : Keypoints
        The person's joints, in the person's photo.
    target : dict of str to (2,) float array
        Where each corner of the garment went, in the person's photo.
    layers : dict of str to uint8 array
        ``garment`` (RGBA, what is finally seen of it), ``erased`` (the photo behind it),
        ``occluders`` (RGBA, what stays in front), ``warped`` (RGBA, the whole garment).
    report : dict
        ``category``, ``warp`` (``anchor_error_px``, ``folded_fraction``, ``stretch``),
        ``timing_ms``, ``warnings``.
    """

    image: NDArray[np.uint8]
    garment: Garment
    person: Keypoints
    target: dict[str, NDArray[np.float64]]
    layers: dict[str, NDArray[np.uint8]]
    report: dict[str, Any]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; the suffix says the format (png, jpg, webp).

        Raises
        ------
        UnusableInputError
            If it cannot be written there.
        """
        return save_picture(self.image, path)

    def save_layers(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write ``garment.png``, ``erased.png`` and ``occluders.png`` into a folder."""
        base = Path(folder)
        names = ("garment", "erased", "occluders")
        return [save_picture(self.layers[name], base / f"{name}.png") for name in names]


class Stopwatch:
    """Milliseconds of each stage, in order."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.laps[name] = round(1000 * (now - self._last), 1)
        self._last = now


def drape(
    garment: Source,
    model: Source,
    /,
    *,
    person: Choice = 0,
    category: str | None = None,
    corners: Mapping[str, tuple[float, float]] | None = None,
    joints: Mapping[str, tuple[float, float]] | None = None,
) -> DrapeResult:
    """Drape a garment onto a person.

    Parameters
    ----------
    garment, model : path, PIL image or uint8 RGB array
        The two photos.
    person : int or (x, y)
        Who is dressed where the photo shows several people: the position among them, the
        largest first, or a point on the person.
    category : str, optional
        What the garment is, where the caller knows better: one of `garment.CATEGORIES`.
    corners, joints : mapping of str to (x, y), optional
        Keypoints put right by hand, in pixels of the garment's and of the person's photo.

    Returns
    -------
    DrapeResult

    Raises
    ------
    UnusableInputError
        If a picture cannot be read, or shows no such person.
    NothingFoundError
        If no garment or no person is found.

    Examples
    --------
    >>> from flixdrape.samples import sample
    >>> result = drape(sample("mannequin_top"), sample("person_front"))
    >>> result.report["category"]
    'blouse'
    >>> result.image.shape == result.layers["erased"].shape
    True
    """
    watch = Stopwatch()
    garment_photo, person_photo = _opened(garment, "garment"), _opened(model, "person")
    watch.lap("read")
    found = find_garment(garment_photo, category)
    if corners:
        found = _corrected(found, corners)
    watch.lap("garment")
    people = find_people(person_photo)
    joints_found = choose_person(people, person, person_photo.name)
    if joints:
        joints_found = joints_found.moved(dict(joints))
    body = Body.from_keypoints(joints_found)
    watch.lap("pose")
    cutout = cut_out(garment_photo.rgb, found.points, found.category, alpha=garment_photo.alpha)
    watch.lap("cutout")
    fit = _fitted(found, body, garment_photo.name)
    parts = plan_parts(fit, found.category, body, cutout.matte)
    watch.lap("fit")
    size = (person_photo.width, person_photo.height)
    warped = warp_layers(cutout.rgba, parts, size)
    watch.lap("warp")
    front = occluder_matte(person_photo.rgb, joints_found, body, _sleeve_ends(fit, body))
    picture = compose(person_photo.rgb, person_photo.rgb, warped.rgba, front)
    watch.lap("compose")
    warnings = (
        *garment_photo.warnings,
        *person_photo.warnings,
        *_several(len(people), person, person_photo.name),
        *cutout.warnings,
        *fit.warnings,
    )
    return DrapeResult(
        picture.image,
        found,
        joints_found,
        fit.target,
        {
            "garment": picture.garment,
            "erased": person_photo.rgb,
            "occluders": picture.occluders,
            "warped": warped.rgba,
        },
        _report(found, warped, watch.laps, warnings),
    )


def find_garment(picture: Picture, category: str | None = None) -> Garment:
    """Find the garment of a picture.

    Raises
    ------
    NothingFoundError
        If there is none.
    """
    found = _garment_estimator()(_on_grey(picture), category=category)
    if found is None:
        raise NothingFoundError(
            f"{picture.name}: no garment found; use a photo of one garment, "
            "laid flat, hung or on a mannequin"
        )
    return found


def _on_grey(picture: Picture) -> NDArray[np.uint8]:
    """Show a cutout on studio grey: behind its transparency may lie anything."""
    if picture.alpha is None:
        return picture.rgb
    alpha = picture.alpha[..., None].astype(np.float32) / 255
    return np.round(picture.rgb * alpha + 210 * (1 - alpha)).astype(np.uint8)


def _opened(source: Source, what: str) -> Picture:
    if isinstance(source, Picture):
        return source
    is_path = isinstance(source, str | os.PathLike)
    return open_picture(source, name=None if is_path else what)


def _corrected(found: Garment, corners: Mapping[str, tuple[float, float]]) -> Garment:
    return Garment(
        found.keypoints.moved(dict(corners)),
        found.category,
        found.category_scores,
        found.view,
        found.score,
    )


def _several(count: int, choice: Choice, name: str) -> list[str]:
    if count == 1 or choice != 0:
        return []
    return [
        f"{name}: {count} people found, the largest is dressed; choose another by its position "
        f"(0 to {count - 1}) or a point on it"
    ]


def _fitted(found: Garment, body: Body, name: str) -> Fit:
    if found.category not in CATEGORIES:
        raise ValueError(f"no category {found.category!r}")
    try:
        return fit_garment(found, body)
    except ValueError as error:
        raise NothingFoundError(f"{name}: {error}; show the whole garment") from None


def _sleeve_ends(fit: Fit, body: Body) -> dict[str, float]:
    """How far down each arm the garment's sleeve reaches, as a share of the arm."""
    ends = {}
    for side in SIDES:
        if f"cuff_{side}_out" not in fit.target:
            continue
        cuff = (fit.target[f"cuff_{side}_out"] + fit.target[f"cuff_{side}_in"]) / 2
        arm = body.arms[side]
        whole = float(np.linalg.norm(np.diff(arm, axis=0), axis=1).sum())
        ends[side] = float(np.clip(arc_of(arm, cuff) / max(whole, 1.0), 0, 1))
    return ends


def _report(
    found: Garment, warped: LayeredWarp, laps: dict[str, float], warnings: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "category": found.category,
        "view": found.view,
        "warp": {
            "anchor_error_px": round(warped.anchor_error, 3),
            "folded_fraction": warped.folded_fraction,
            "stretch": round(warped.stretch, 3),
        },
        "timing_ms": {**laps, "total": round(sum(laps.values()), 1)},
        "warnings": list(dict.fromkeys(warnings)),
    }


@cache
def _garment_estimator() -> GarmentEstimator:
    return GarmentEstimator.load()
