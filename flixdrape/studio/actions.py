"""What happens on the page, as plain functions; the page only ties them to its parts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr

from flixdrape.drape import DrapeResult, drape_analysed
from flixdrape.errors import FlixDrapeError, UnusableInputError
from flixdrape.options import DrapeOptions
from flixdrape.studio.analyses import ANALYSES
from flixdrape.studio.files import result_name, save_result
from flixdrape.studio.metrics import METRICS
from flixdrape.studio.session import Session

__all__ = [
    "MODEL",
    "Draped",
    "drape_outfit",
    "drape_session",
    "in_words",
    "spoken",
    "spoken_steps",
    "told",
]

#: All events that need the processor share these: one queue, as many at once as workers.
MODEL: dict[str, Any] = {"concurrency_id": "model"}

Answer = TypeVar("Answer")
_STAGES = {
    "garment": (0.3, "Cutting the garment out"),
    "cutout": (0.5, "Finding the person"),
    "pose": (0.65, "Looking at clothes, hair and arms"),
    "parsing": (0.8, "Draping"),
}


@dataclass(frozen=True)
class Draped:
    """A result and its files.

    Attributes
    ----------
    result : DrapeResult
        As computed.
    picture, garment, archive : str
        Paths: the picture, the warped garment alone, a zip of the layers.
    """

    result: DrapeResult
    picture: str
    garment: str
    archive: str


def spoken(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Make the project's own errors a sentence on the page; nothing else changes."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Answer:
        try:
            return function(*args, **kwargs)
        except FlixDrapeError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return wrapped


def spoken_steps(
    function: Callable[..., Iterator[Answer]],
) -> Callable[..., Iterator[Answer]]:
    """Do as `spoken` for a function that answers step by step."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Iterator[Answer]:
        try:
            yield from function(*args, **kwargs)
        except FlixDrapeError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return wrapped


def told(progress: gr.Progress | None) -> Callable[[str], None] | None:
    """Return a function that names the next stage on the page's progress bar."""
    if progress is None:
        return None

    def lap(stage: str) -> None:
        progress(*_STAGES[stage])

    return lap


def drape_session(
    session: Session, options: DrapeOptions, progress: gr.Progress | None = None
) -> Draped:
    """Drape what a session holds.

    Parameters
    ----------
    session : Session
        With both photos.
    options : DrapeOptions
        How it is worn.
    progress : gr.Progress, optional
        Told the stages.
    """
    if progress:
        progress(0.05, "Finding the garment")
    with METRICS.measured("drape"):
        garment = session.garment_analysis(told(progress))
        person = session.person_analysis(told(progress))
        result = drape_analysed([garment], person, options)
    name = result_name([str(session.garment)], str(session.person))
    return Draped(result, *save_result(result, name))


def drape_outfit(
    garments: Sequence[tuple[str, str | None]],
    person: str | None,
    options: DrapeOptions,
    progress: gr.Progress | None = None,
) -> Draped:
    """Drape several garments, from the body outwards.

    Parameters
    ----------
    garments : sequence of (str, str or None)
        The photos, in any order, and what each shows where the visitor knows better.
    person : str or None
        The person's photo.
    options : DrapeOptions
        How all are worn.
    progress : gr.Progress, optional
        Told the stages.

    Raises
    ------
    UnusableInputError
        If there is no garment or no person.
    """
    if not garments:
        raise UnusableInputError("Add the photos of two garments or more first.")
    if not person:
        raise UnusableInputError("Add a photo of a person first, or pick the sample.")
    with METRICS.measured("drape"):
        found = []
        for number, (path, category) in enumerate(garments, start=1):
            if progress:
                progress(0.1 * number, f"Finding garment {number} of {len(garments)}")
            found.append(ANALYSES.garment(path, category))
        wearer = ANALYSES.person(person, lap=told(progress))
        result = drape_analysed(found, wearer, options)
    name = result_name([path for path, _ in garments], person)
    return Draped(result, *save_result(result, name))


def in_words(result: DrapeResult) -> str:
    """Say what was draped, how fast, and what the picture may suffer from."""
    report = result.report
    seconds = report["timing_ms"]["total"] / 1000
    kinds = [step.report["category"] for step in result.outfit] or [report["category"]]
    lines = [f"**Draped: {', '.join(kinds)}** ({seconds:.1f} s)"]
    if report["warnings"]:
        lines.append("Worth a look:")
        lines += [f"- {warning[:1].upper()}{warning[1:]}." for warning in report["warnings"]]
    else:
        lines.append("No warnings.")
    return "\n\n".join(lines[:2]) + "\n\n" + "\n".join(lines[2:])
