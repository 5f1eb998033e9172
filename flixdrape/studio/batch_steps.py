"""A batch as the page shows it: step by step, with words, small pictures, and a zip at the end."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from flixdrape.batch import BatchItem, BatchOutcome, pair, run_batch
from flixdrape.errors import UnusableInputError
from flixdrape.lines import drape_line
from flixdrape.options import DrapeOptions
from flixdrape.studio.analyses import check_pixels
from flixdrape.studio.files import plain
from flixdrape.studio.unpack import unpacked

__all__ = ["RUNS", "BatchProgress", "Runs", "batch_steps"]

_SMALL = (360, 480)
_SHOWN_PROBLEMS = 20


class Runs:
    """Who runs a batch, and who has asked for its end.

    Examples
    --------
    >>> runs = Runs()
    >>> stopped = runs.begin("anna")
    >>> runs.stop("anna"), stopped()
    (True, True)
    >>> runs.stop("bert")
    False
    """

    def __init__(self) -> None:
        self._events: dict[str, threading.Event] = {}

    def begin(self, visitor: str) -> Callable[[], bool]:
        """Note a new run, which ends an older one of the visitor's; return what says "stop"."""
        self.stop(visitor)
        event = self._events[visitor] = threading.Event()
        return event.is_set

    def stop(self, visitor: str) -> bool:
        """Ask a visitor's run to end; say whether there was one."""
        event = self._events.pop(visitor, None)
        if event:
            event.set()
        return event is not None


#: Those of this process.
RUNS = Runs()


@dataclass
class BatchProgress:
    """How far a batch is.

    Attributes
    ----------
    total, done : int
        Rows in all, and those that are over, well or not.
    pictures : list of (str, str)
        Paths of small pictures, and their captions.
    problems : list of str
        A sentence for each row that failed.
    archive : str or None
        The zip, once it is complete.
    stopped : bool
        Whether the visitor ended it.
    """

    total: int
    done: int = 0
    pictures: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    archive: str | None = None
    stopped: bool = False

    def in_words(self) -> str:
        """Say how far it is."""
        head = f"**{self.done} of {self.total} done.**"
        if self.archive:
            head += " Stopped; the zip holds what was done." if self.stopped else " Finished."
        lines = [f"- {problem}" for problem in self.problems[:_SHOWN_PROBLEMS]]
        if len(self.problems) > _SHOWN_PROBLEMS:
            lines.append("- and more, named in report.jsonl")
        if lines:
            head += f" {len(self.problems)} could not be draped:"
        return "\n".join([head, "", *lines])


def batch_steps(
    files: Sequence[str],
    person: str | None,
    options: DrapeOptions,
    folder: Path,
    stopped: Callable[[], bool],
) -> Iterator[BatchProgress]:
    """Drape many garments on one person.

    Parameters
    ----------
    files : sequence of str
        Uploads: garments' photos, and zips of them.
    person : str or None
        The person's photo.
    options : DrapeOptions
        How all are worn.
    folder : Path
        Takes everything that is written; the caller deletes it.
    stopped : callable
        Asked before each garment.

    Yields
    ------
    BatchProgress
        The same one, at the start, after each garment, and when the zip is complete.

    Raises
    ------
    UnusableInputError
        If there is no person or no garment, or a zip cannot be used.
    """
    if not person:
        raise UnusableInputError("Add a photo of a person first, or pick the sample.")
    check_pixels(person, Path(person).name)
    inside = folder / "in"
    inside.mkdir()
    items = pair(unpacked(files, inside), [Path(person)])
    progress = BatchProgress(len(items))
    yield progress
    archive, lines = folder / "flixdrape-batch.zip", []
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for outcome in _outcomes(items, options, stopped):
            lines.append(_line(outcome))
            _taken(outcome, target, folder, progress)
            yield progress
        target.writestr("report.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines))
    progress.stopped = progress.done < progress.total
    progress.archive = str(archive)
    yield progress


def _outcomes(
    items: Sequence[BatchItem], options: DrapeOptions, stopped: Callable[[], bool]
) -> Iterator[BatchOutcome]:
    """Do as `run_batch`, but leave out photos that are too large for a server."""
    fit: list[BatchItem] = []
    for item in items:
        path = item.garments[0]
        try:
            check_pixels(str(path), path.name)
            fit.append(item)
        except UnusableInputError as error:
            yield BatchOutcome(item, None, str(error), error.exit_status)
    yield from run_batch(fit, options=options, stop=stopped)


def _taken(
    outcome: BatchOutcome, target: zipfile.ZipFile, folder: Path, progress: BatchProgress
) -> None:
    """Put one result into the zip, and a small picture of it on the page."""
    progress.done += 1
    item = outcome.item
    if outcome.result is None:
        progress.problems.append(_by_name(item, outcome.error or ""))
        return
    whole = outcome.result.save(folder / "whole.png")
    target.write(whole, item.out)
    # Full pictures would weigh on the visitor's line at each step; they are in the zip.
    small = Image.fromarray(outcome.result.image)
    small.thumbnail(_SMALL)
    path = folder / f"small-{progress.done:04d}.jpg"
    small.save(path, quality=88)
    progress.pictures.append((str(path), item.garments[0].stem))


def _line(outcome: BatchOutcome) -> dict[str, Any]:
    """Return a line of the report, as ``flixdrape batch`` writes it."""
    item = outcome.item
    garment, person = item.garments[0].name, item.person.name
    if outcome.result is None:
        error = _by_name(item, outcome.error or "")
        line = {"garment": garment, "person": person, "out": item.out}
        return {**line, "error": error, "exit_status": outcome.exit_status}
    done = plain(drape_line([garment], person, item.out, outcome.result))
    return {**done, "warnings": [_by_name(item, warning) for warning in done["warnings"]]}


def _by_name(item: BatchItem, text: str) -> str:
    """Name files as their owner knows them, not where the server put them."""
    for path in (*item.garments, item.person):
        text = text.replace(str(path), path.name)
    return text
