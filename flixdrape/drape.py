"""Drape garments on a person: the whole road of one picture, top to bottom."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flixdrape.alpha import from_bytes
from flixdrape.analysis import (
    GarmentAnalysis,
    PersonAnalysis,
    Places,
    Source,
    analyse_garment,
    analyse_person,
    opened,
)
from flixdrape.clothes import clothes_warnings
from flixdrape.compose import Composition, compose
from flixdrape.coverage import PART_OF, Coverage
from flixdrape.errors import NothingFoundError
from flixdrape.fit import Fit, fit_garment
from flixdrape.images import save_picture
from flixdrape.inseam import shaded_inseam
from flixdrape.light import well_exposed
from flixdrape.options import DrapeOptions
from flixdrape.outline import TorsoOutline
from flixdrape.parts import plan_parts
from flixdrape.patches import Patch
from flixdrape.people import Choice
from flixdrape.quality import drape_warnings
from flixdrape.seen_sleeve import lost_sleeves, with_seen_sleeves
from flixdrape.wearer import Wearer
from garment import Garment
from pose import Keypoints
from warp import LayeredWarp, WarpError, warp_layers

__all__ = ["DrapeResult", "drape", "drape_analysed"]

Image = NDArray[np.uint8]

# From the body outwards.
_LAYERS = {"skirt": 0, "trousers": 0, "dress": 1, "blouse": 2, "outwear": 3}


@dataclass(frozen=True)
class DrapeResult:
    """A draped picture and everything that led to it.

    Attributes
    ----------
    image : (H, W, 3) uint8 array
        The person in the garment.
    garment : Garment
        What was found in the garment's photo, in that photo's pixels; of an outfit, the
        outermost.
    person : Keypoints
        The person's joints, in the person's photo.
    target : dict of str to (2,) float array
        Where each corner of the garment went, in the person's photo.
    layers : dict of str to uint8 array
        ``garment`` (RGBA, what is finally seen of it, or of the whole outfit), ``erased`` (the
        photo behind it, the old clothes taken off), ``occluders`` (RGBA, what stays in front),
        ``warped`` (RGBA, the whole garment).
    report : dict
        ``category``, ``view``, ``warp`` (``anchor_error_px`` of the corners, ``guide_error_px`` of
        the points between, ``folded_fraction``, ``stretch``), ``timing_ms``, ``warnings``,
        ``quality``.
    outfit : tuple of DrapeResult
        The drapes of an outfit's garments one by one, from the body outwards; empty for one.
    """

    image: Image
    garment: Garment
    person: Keypoints
    target: dict[str, NDArray[np.float64]]
    layers: dict[str, Image]
    report: dict[str, Any]
    outfit: tuple[DrapeResult, ...] = ()

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
    """Milliseconds of each stage, in order; a stage that comes again adds up."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.laps[name] = round(self.laps.get(name, 0.0) + 1000 * (now - self._last), 1)
        self._last = now


def drape(
    garment: Source | Sequence[Source],
    model: Source,
    /,
    *,
    person: Choice = 0,
    category: str | None = None,
    corners: Places | None = None,
    joints: Places | None = None,
    worn: Collection[str] = (),
    patches: Sequence[Patch] = (),
    options: DrapeOptions | Mapping[str, Any] | None = None,
) -> DrapeResult:
    """Drape a garment, or an outfit of several, onto a person.

    Parameters
    ----------
    garment : path, PIL image or uint8 RGB array, or a list of these
        The garment's photo. Several are put on from the body outwards: skirts and trousers,
        dresses, tops, outerwear.
    model : path, PIL image or uint8 RGB array
        The person's photo.
    person : int or (x, y)
        Who is dressed where the photo shows several people: the position among them, the
        largest first, or a point on the person.
    category : str, optional
        What the garment is, where the caller knows better: one of `garment.CATEGORIES`.
    corners, joints : mapping of str to (x, y), optional
        Keypoints put right by hand, in pixels of the garment's and of the person's photo.
    worn : collection of str
        Which kinds of clothes the person's photo shows, where the caller knows better: of
        `pose.CLOTHES` (``top``, ``outer``, ``dress``, ``bottom``, ``legwear``). A coat that was
        taken for a dress then comes off as a coat.
    patches : sequence of (x, y, part)
        Of the patches around some pixels of the person's photo, which of `pose.PARTS` they are:
        ``(512, 430, "bottom")`` where trousers in an open coat were taken for the coat.
    options : DrapeOptions or mapping, optional
        Fit, length, tuck, light and so on.

    Returns
    -------
    DrapeResult

    Raises
    ------
    UnusableInputError
        If a picture cannot be read, shows no such person, or an option is out of range.
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
    sources: list[Any] = list(garment) if isinstance(garment, list | tuple) else [garment]
    if not sources:
        raise ValueError("no garment given")
    if len(sources) > 1 and (category or corners):
        raise ValueError("category and corners are for one garment; analyse each of an outfit")
    photos = [opened(source, "garment") for source in sources]
    model_photo = opened(model, "person")
    watch.lap("read")
    garments = [analyse_garment(photo, category=category, lap=watch.lap) for photo in photos]
    if corners:
        garments = [garments[0].corrected(corners)]
    wearer = analyse_person(model_photo, person=person, lap=watch.lap)
    corrected = wearer.corrected(joints, worn=worn, patches=patches)
    return drape_analysed(garments, corrected, options, watch=watch)


def drape_analysed(
    garments: Sequence[GarmentAnalysis],
    person: PersonAnalysis,
    options: DrapeOptions | Mapping[str, Any] | None = None,
    *,
    watch: Stopwatch | None = None,
) -> DrapeResult:
    """Drape garments that were analysed before: no network runs.

    Parameters
    ----------
    garments : sequence of GarmentAnalysis
        One, or an outfit in any order.
    person : PersonAnalysis
        Whom to dress.
    options : DrapeOptions or mapping, optional
        Fit, length, tuck, light and so on.
    watch : Stopwatch, optional
        Goes on measuring.

    Raises
    ------
    ValueError
        If there is no garment.
    NothingFoundError
        If too little of a garment is seen.
    """
    if not garments:
        raise ValueError("no garment given")
    watch = watch or Stopwatch()
    if not isinstance(options, DrapeOptions):
        options = DrapeOptions.from_mapping(options or {})
    wearer = person.wearer
    steps: list[DrapeResult] = []
    for garment in sorted(garments, key=lambda g: _LAYERS[g.garment.category]):
        step, wearer = put_on(garment, wearer, options, watch)
        steps.append(step)
    result = steps[-1] if len(steps) == 1 else _outfit(steps)
    warnings = [
        *(w for garment in garments for w in garment.photo.warnings),
        *person.photo.warnings,
        *_several(person),
        *_doubts(person, [garment.garment.category for garment in garments]),
        *(w for garment in garments for w in garment.cutout.warnings),
        *result.report["warnings"],
    ]
    timing = {**watch.laps, "total": round(sum(watch.laps.values()), 1)}
    report = {
        **result.report,
        "timing_ms": timing,
        "warnings": list(dict.fromkeys(warnings)),
    }
    return replace(result, report=report)


def put_on(
    garment: GarmentAnalysis,
    wearer: Wearer,
    options: DrapeOptions,
    watch: Stopwatch | None = None,
) -> tuple[DrapeResult, Wearer]:
    """Drape one garment; also return the person as dressed now.

    Parameters
    ----------
    garment : GarmentAnalysis
        What is put on.
    wearer : Wearer
        The person, as dressed so far.
    options : DrapeOptions
        Fit, length, tuck, light and so on.
    watch : Stopwatch, optional
        Told of every stage that ends.

    Raises
    ------
    NothingFoundError
        If too little of the garment is seen.
    """
    watch = watch or Stopwatch()
    found = garment.garment
    fit = _fitted(found, wearer, garment.photo.name, options)
    parts = plan_parts(fit, found.category, wearer.body, garment.cutout.matte)
    cover = Coverage.of(fit, found.category, wearer.body)
    watch.lap("fit")
    size = (wearer.shape[1], wearer.shape[0])
    try:
        warped = warp_layers(garment.cutout.rgba, parts, size)
    except WarpError as error:
        raise NothingFoundError(
            f"{garment.photo.name}: the garment's corners cannot be laid on the person ({error}); "
            "check them, or show the whole garment"
        ) from error
    said, cover = cover, with_seen_sleeves(cover, from_bytes(warped.rgba[..., 3]), wearer)
    watch.lap("warp")
    cloth = warped.rgba
    if garment.cutout.method != "alpha":
        cloth = well_exposed(cloth, garment.photo.rgb, options.light)
    if found.category == "trousers" and options.light > 0:
        cloth = shaded_inseam(cloth, warped.alphas, fit.target["crotch"], wearer)
    picture = compose(wearer, cloth, cover, options)
    warnings, quality = drape_warnings(found, wearer, fit, warped, picture)
    layers = {
        "garment": picture.garment,
        "erased": picture.erased,
        "occluders": picture.occluders,
        "warped": warped.rgba,
    }
    report = {
        "category": found.category,
        "view": found.view,
        "warp": _warp_report(warped),
        "warnings": [*fit.warnings, *lost_sleeves(said, cover), *warnings],
        "quality": quality,
    }
    result = DrapeResult(picture.image, found, wearer.joints, fit.target, layers, report)
    after = _dressed(wearer, picture, found.category)
    watch.lap("compose")
    return result, after


def _dressed(wearer: Wearer, picture: Composition, category: str) -> Wearer:
    seen = from_bytes(picture.garment[..., 3])
    return wearer.dressed(picture.image, seen, PART_OF[category], picture.became)


def _outfit(steps: Sequence[DrapeResult]) -> DrapeResult:
    """Sum up an outfit: the last picture, and what is seen of all garments."""
    last = steps[-1]
    garment = steps[0].layers["garment"].astype(np.float32)
    for step in steps[1:]:
        above = step.layers["garment"].astype(np.float32)
        over, under = above[..., 3:] / 255, garment[..., 3:] / 255
        alpha = over + under * (1 - over)
        colour = above[..., :3] * over + garment[..., :3] * under * (1 - over)
        garment = np.concatenate([colour / np.maximum(alpha, 1e-4), 255 * alpha], axis=2)
    seen = np.clip(np.round(garment), 0, 255).astype(np.uint8)
    warnings = [w for step in steps for w in step.report["warnings"]]
    report = {
        **last.report,
        "warnings": warnings,
        "outfit": [step.report for step in steps],
    }
    layers = {**last.layers, "garment": seen, "erased": steps[0].layers["erased"]}
    return replace(last, layers=layers, report=report, outfit=tuple(steps))


def _several(person: PersonAnalysis) -> list[str]:
    count = len(person.people)
    if count == 1 or person.wearer.joints is not person.people[0]:
        return []
    return [
        f"{person.photo.name}: {count} people found, the largest is dressed; choose another by "
        f"its position (0 to {count - 1}) or a point on it"
    ]


def _doubts(person: PersonAnalysis, categories: Sequence[str]) -> list[str]:
    """Say what of the old clothes is doubtful; a slider that moves asks again."""
    if person.told:
        return []
    wearer = person.wearer
    key = f"doubts {' '.join(categories)}"
    return wearer.remembered(key, lambda: clothes_warnings(wearer.parsing, categories))


def _fitted(found: Garment, wearer: Wearer, name: str, options: DrapeOptions) -> Fit:
    try:
        return fit_garment(found, wearer.body, options, TorsoOutline.of(wearer))
    except ValueError as error:
        raise NothingFoundError(f"{name}: {error}; show the whole garment") from None


def _warp_report(warped: LayeredWarp) -> dict[str, float]:
    return {
        "anchor_error_px": round(warped.anchor_error, 3),
        "guide_error_px": round(warped.guide_error, 3),
        "folded_fraction": warped.folded_fraction,
        "stretch": round(warped.stretch, 3),
    }
