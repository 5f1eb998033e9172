"""The HTTP API under the page: ``/drape``, ``/pose`` and ``/garment``, as functions with types.

Gradio reads names, defaults, types and the first paragraph of each docstring from here
(``/gradio_api/info``, ``/gradio_api/openapi.json``). It does not read annotations that are
strings, so this file does without ``from __future__ import annotations``.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar

import gradio as gr
from gradio.data_classes import FileData

from flixdrape.drape import drape_analysed
from flixdrape.errors import FlixDrapeError, UnusableInputError
from flixdrape.lines import (
    DrapeLine,
    GarmentLine,
    PoseLine,
    drape_line,
    garment_line,
    pose_line,
)
from flixdrape.options import DrapeOptions
from flixdrape.studio.analyses import ANALYSES
from flixdrape.studio.files import result_name, save_pictures
from flixdrape.studio.metrics import METRICS
from flixdrape.studio.uploads import uploaded
from garment import CATEGORIES
from pose import CLOTHES, PARTS, shipped_methods

__all__ = ["Upload", "build_endpoints", "drape", "garment", "pose"]

Answer = TypeVar("Answer")
_LOG = logging.getLogger(__name__)


class _Meta(TypedDict):
    _type: Literal["gradio.FileData"]


class Upload(TypedDict):
    """A file sent to ``/gradio_api/upload`` before: the path that was answered, and its mark."""

    path: str
    meta: _Meta


class Written(TypedDict):
    """A file to fetch."""

    path: str
    url: str
    orig_name: str
    mime_type: str
    meta: _Meta


def drape(
    garment: Upload,
    person: Upload,
    person_index: int = 0,
    category: Literal[CATEGORIES] | None = None,  # type: ignore[valid-type]
    worn: list[Literal[tuple(CLOTHES)]] | None = None,  # type: ignore[valid-type]
    patches: list[tuple[float, float, Literal[PARTS]]] | None = None,  # type: ignore[valid-type]
    fit: float | Literal["close", "regular", "loose"] = 0.0,
    length: float = 1.0,
    sleeve: float = 1.0,
    shift_x: float = 0.0,
    shift_y: float = 0.0,
    tuck: bool | None = None,
    light: float = 0.4,
    edge: float = 0.0,
    keep_hair: bool = True,
    keep_hands: bool = True,
) -> tuple[Written, Written, DrapeLine]:
    """Drape a garment's photo onto a person's photo: picture, warped garment (RGBA), report.

    Parameters
    ----------
    garment, person : Upload
        The photos.
    person_index : int
        Who of several people is dressed, the largest first from 0.
    category : str, optional
        What the garment is, where the caller knows better.
    worn : list of str, optional
        Which kinds of clothes the person's photo shows, where the caller knows better.
    patches : list of [x, y, part], optional
        Of the patches around some pixels of the person's photo, which parts they are.
    fit, length, sleeve, shift_x, shift_y, tuck, light, edge, keep_hair, keep_hands
        Of `flixdrape.options.DrapeOptions`.

    Raises
    ------
    FlixDrapeError
        If a photo or a value cannot be used, or there is nobody or no garment.
    """
    options = DrapeOptions.from_mapping({
        "fit": fit, "length": length, "sleeve": sleeve, "shift_x": shift_x, "shift_y": shift_y,
        "tuck": tuck, "light": light, "edge": edge, "keep_hair": keep_hair,
        "keep_hands": keep_hands,
    })  # fmt: skip
    garment_path, person_path = _path(garment, "garment"), _path(person, "person")
    _check_position(person_index)
    _check_choice("category", category, (None, *CATEGORIES))
    if worn is not None and not isinstance(worn, list):
        raise UnusableInputError(f"worn is {worn!r}; it must be a list of {', '.join(CLOTHES)}")
    wearer = ANALYSES.person(person_path, person_index)
    wearer = wearer.corrected(worn=worn or (), patches=patches or ())
    found = ANALYSES.garment(garment_path, category)
    result = drape_analysed([found], wearer, options)
    picture, warped = save_pictures(result, result_name([garment_path], person_path))
    names = Path(garment_path).name, Path(person_path).name
    line = drape_line([names[0]], names[1], Path(picture).name, result)
    return _written(picture), _written(warped), line


def pose(image: Upload, method: Literal[shipped_methods()] = "topdown-heatmap") -> PoseLine:  # type: ignore[valid-type]
    """Find the people of a photo and their joints, the largest person first.

    Parameters
    ----------
    image : Upload
        The photo.
    method : str
        How they are looked for.

    Raises
    ------
    FlixDrapeError
        If the photo or the method cannot be used, or there is nobody.
    """
    path = _path(image, "image")
    _check_choice("method", method, shipped_methods())
    start = time.perf_counter()
    picture, people = ANALYSES.joints(path, method)
    return pose_line(Path(path).name, picture, people, method, _since(start))


def garment(image: Upload) -> GarmentLine:
    """Find the garment of a photo: what it is, which side it shows, and its corners.

    Parameters
    ----------
    image : Upload
        The photo.

    Raises
    ------
    FlixDrapeError
        If the photo cannot be used, or there is no garment.
    """
    path = _path(image, "image")
    start = time.perf_counter()
    picture, found = ANALYSES.corners(path)
    return garment_line(Path(path).name, picture, found, _since(start))


def build_endpoints(model: dict[str, Any]) -> None:
    """Add the endpoints to the page that is being built.

    Parameters
    ----------
    model : dict
        What all events that need the processor share: the limit of how many run at once.
    """
    for function in (drape, pose, garment):
        gr.api(_answered(function), api_name=function.__name__, **model)


def _answered(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Count the calls, and make every error a sentence for the caller."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Answer:
        try:
            with METRICS.measured(f"api_{function.__name__}"):
                return function(*args, **kwargs)
        except FlixDrapeError as error:
            raise gr.Error(str(error), print_exception=False) from None
        except Exception:
            # What went wrong inside is for the log: a caller can do nothing about it.
            _LOG.exception("/%s failed", function.__name__)
            raise gr.Error(
                "this failed on the server, whose log says why; other calls are not affected",
                print_exception=False,
            ) from None

    return wrapped


def _path(upload: Any, what: str) -> str:
    path = upload.get("path") if isinstance(upload, dict) else None
    if not isinstance(path, str) or not path:
        raise UnusableInputError(
            f'{what}: send the photo to /gradio_api/upload, then {{"path": (what was answered), '
            '"meta": {"_type": "gradio.FileData"}} here'
        )
    return uploaded(path)


def _check_position(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnusableInputError(f"person_index is {value!r}; it must be a position from 0")


def _check_choice(name: str, value: Any, choices: tuple[Any, ...]) -> None:
    if value not in choices:
        raise UnusableInputError(
            f"{name} is {value!r}; one of {', '.join('null' if c is None else c for c in choices)}"
        )


def _since(start: float) -> float:
    return 1000 * (time.perf_counter() - start)


def _written(path: str) -> Any:
    return FileData(path=path, orig_name=Path(path).name, mime_type="image/png").model_dump()
