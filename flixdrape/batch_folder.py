"""The folder that a batch writes: results, a report of every row, and going on after a break."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flixdrape.batch import BatchItem, BatchOutcome, run_batch
from flixdrape.errors import FlixDrapeError, UnusableInputError
from flixdrape.lines import drape_line
from flixdrape.options import DrapeOptions

__all__ = ["REPORT", "Line", "batch_into"]

#: Name of the report in the folder: one JSON object a line.
REPORT = "report.jsonl"

Line = Mapping[str, Any]


def batch_into(
    folder: Path,
    items: Sequence[BatchItem],
    *,
    options: DrapeOptions,
    overrides: Mapping[str, Any] | None = None,
    resume: bool = False,
    tell: Callable[[Line], None] | None = None,
) -> int:
    """Drape rows into a folder and report each.

    A row's line in the report is the drape's, or has ``error`` and ``exit_status``. A row that is
    skipped keeps the line it had; had it none, the line says ``skipped``.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    items : sequence of BatchItem
        The rows.
    options, overrides
        As `run_batch` takes them.
    resume : bool
        Skip rows whose result is in the folder.
    tell : callable, optional
        Told the line of each row as soon as the row is done with.

    Returns
    -------
    int
        The highest exit status of a row.

    Raises
    ------
    UnusableInputError
        If the folder or the report cannot be written, or a result would take a photo's place.
    """
    tell = tell or (lambda line: None)
    _make(folder)
    _spare_photos(folder, items)
    skipped = [item for item in items if resume and (folder / item.out).exists()]
    done = {item.out for item in skipped}
    left = [item for item in items if item.out not in done]
    before = _lines_of(folder / REPORT) if resume else {}
    with _report(folder / REPORT) as write:
        for item in skipped:
            line = before.get(item.out) or {**_inputs(folder, item), "skipped": True}
            write(line)
            tell({**line, "skipped": True})
        status = 0
        for outcome in run_batch(left, options=options, overrides=overrides):
            line, own = _saved(folder, outcome)
            write(line)
            tell(line)
            status = max(status, own)
    return status


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableInputError(f"{folder}: cannot be made a folder ({error.strerror})") from None


def _spare_photos(folder: Path, items: Sequence[BatchItem]) -> None:
    """Refuse to write a result where a photo of the batch lies."""
    photos = {path.resolve() for item in items for path in (*item.garments, item.person)}
    for item in items:
        target = folder / item.out
        if target.resolve() in photos:
            raise UnusableInputError(
                f"{target}: is a photo of this batch; write the results to another folder"
            )


def _inputs(folder: Path, item: BatchItem) -> dict[str, Any]:
    garments = [str(path) for path in item.garments]
    return {
        "garment": garments[0] if len(garments) == 1 else garments,
        "person": str(item.person),
        "out": str(folder / item.out),
    }


def _saved(folder: Path, outcome: BatchOutcome) -> tuple[Line, int]:
    """Write a result; return the row's line and its exit status."""
    item, target = outcome.item, folder / outcome.item.out
    if outcome.result is not None:
        try:
            outcome.result.save(target)
        except FlixDrapeError as error:
            outcome = replace(outcome, result=None, error=str(error), exit_status=error.exit_status)
    if outcome.result is None:
        failed = {"error": outcome.error, "exit_status": outcome.exit_status}
        return {**_inputs(folder, item), **failed}, outcome.exit_status
    names = [str(path) for path in item.garments]
    return drape_line(names, str(item.person), str(target), outcome.result), 0


def _lines_of(report: Path) -> dict[str, Line]:
    """Return the lines of an earlier report by their results' names; none if there is none."""
    try:
        text = report.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    found: dict[str, Line] = {}
    for row in text.split("\n"):
        try:
            line = json.loads(row)
            if "error" not in line:
                found[Path(line["out"]).name] = line
        except (ValueError, TypeError, KeyError):
            # Cut off by the break that is gone on after.
            continue
    return found


@contextmanager
def _report(path: Path) -> Iterator[Callable[[Line], None]]:
    try:
        stream = path.open("w", encoding="utf-8")
    except OSError as error:
        raise UnusableInputError(f"{path}: cannot be written ({error.strerror})") from None

    def write(line: Line) -> None:
        stream.write(json.dumps(line) + "\n")
        # What is done must be known even if the machine stops now.
        stream.flush()

    with stream:
        yield write
