"""Many drapes in one run: photos are analysed once, and no row stops the others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flixdrape.analysis import (
    GarmentAnalysis,
    Lap,
    PersonAnalysis,
    Source,
    analyse_garment,
    analyse_person,
)
from flixdrape.corrections import Corrections
from flixdrape.drape import DrapeResult
from flixdrape.errors import FlixDrapeError, UnusableInputError
from flixdrape.foresight import Foresight
from flixdrape.manifest import BatchItem, pair, read_manifest
from flixdrape.options import DrapeOptions
from flixdrape.people import Choice
from flixdrape.replay import drape_corrected
from flixdrape.settings import overridden, read_settings
from flixdrape.wearer import Wearer

__all__ = ["BatchItem", "BatchOutcome", "pair", "read_manifest", "run_batch"]

Value = TypeVar("Value")

# Bytes that the analyses kept of garments, and those of people, may take.
_ROOM = 500_000_000


@dataclass(frozen=True)
class BatchOutcome:
    """What became of one row.

    Attributes
    ----------
    item : BatchItem
        The row.
    result : DrapeResult or None
        The drape; None if it failed.
    error : str or None
        Why it failed, in one line.
    exit_status : int
        0 done, 2 unusable input, 3 nothing found, 1 anything else.
    """

    item: BatchItem
    result: DrapeResult | None
    error: str | None
    exit_status: int


@dataclass(frozen=True)
class _Row:
    """A row whose settings are read."""

    item: BatchItem
    options: DrapeOptions
    corrections: Corrections
    error: FlixDrapeError | None = None


def run_batch(
    items: Sequence[BatchItem],
    *,
    options: DrapeOptions,
    stop: Callable[[], bool] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Iterator[BatchOutcome]:
    """Drape row after row.

    Parameters
    ----------
    items : sequence of BatchItem
        The rows.
    options : DrapeOptions
        How the garments of rows without settings are worn.
    stop : callable, optional
        Asked before each row; if it says true, no more are done.
    overrides : mapping, optional
        Options that hold whatever a row's settings say.

    Yields
    ------
    BatchOutcome
        One for each row, in their order, as soon as it is done.

    Examples
    --------
    >>> from flixdrape.samples import sample
    >>> items = pair([sample("mannequin_top")], [sample("person_front")])
    >>> [(done.item.out, done.exit_status) for done in run_batch(items, options=DrapeOptions())]
    [('mannequin_top_on_person_front.png', 0)]
    """
    rows = [_row(item, options, overrides or {}) for item in items]
    analyst = _Remembering(rows)
    for number, row in enumerate(rows):
        if stop is not None and stop():
            return
        analyst.number = number
        yield _outcome(row, analyst)


def _row(item: BatchItem, options: DrapeOptions, overrides: Mapping[str, Any]) -> _Row:
    corrections = Corrections()
    try:
        if item.settings is not None:
            options, corrections = read_settings(item.settings)
        return _Row(item, overridden(options, overrides), corrections)
    except FlixDrapeError as error:
        return _Row(item, options, corrections, error)


def _outcome(row: _Row, analyst: _Remembering) -> BatchOutcome:
    item = row.item
    try:
        if row.error:
            raise row.error
        if not item.garments:
            raise UnusableInputError("no garment given")
        result = drape_corrected(
            item.garments, item.person, row.options, row.corrections, analyst=analyst
        )
    except FlixDrapeError as error:
        return BatchOutcome(item, None, _one_line(error), error.exit_status)
    except Exception as error:
        # A fault of the program in one row must not cost the night's other thousand.
        reason = f"failed unexpectedly ({type(error).__name__}: {error})"
        return BatchOutcome(item, None, _one_line(reason), FlixDrapeError.exit_status)
    return BatchOutcome(item, result, None, 0)


class _Remembering:
    """Looks at every photo once, as far as there is room to keep what was seen."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.number = 0
        usable = [(number, row) for number, row in enumerate(rows) if row.error is None]
        self._garments = Foresight[GarmentAnalysis](
            (
                (number, (path, row.corrections.category))
                for number, row in usable
                for path in row.item.garments
            ),
            room=_ROOM,
            weigh=_garment_bytes,
        )
        self._people = Foresight[PersonAnalysis](
            ((number, (row.item.person, row.corrections.person)) for number, row in usable),
            room=_ROOM,
            weigh=_person_bytes,
        )
        self._last: tuple[Hashable, Any] = (None, None)
        self._failed: dict[Hashable, FlixDrapeError] = {}

    def garment(self, source: Source, *, category: str | None, lap: Lap) -> GarmentAnalysis:
        key = (source, category)
        return self._taken(
            self._garments, key, lambda: analyse_garment(source, category=category, lap=lap)
        )

    def person(self, source: Source, *, person: Choice, lap: Lap) -> PersonAnalysis:
        key = (source, person)
        found = self._taken(
            self._people, key, lambda: analyse_person(source, person=person, lap=lap)
        )
        # What a drape works out about a person weighs ten times the analysis: only that of the
        # last one is kept.
        if key != self._last[0]:
            self._last = key, _fresh(found)
        return self._last[1]

    def _taken(self, kept: Foresight[Value], key: Hashable, make: Callable[[], Value]) -> Value:
        whole = (id(kept), key)
        if whole in self._failed:
            error = self._failed[whole]
            raise type(error)(*error.args)
        try:
            return kept.take(self.number, key, make)
        except FlixDrapeError as error:
            # Nor is a photo looked at twice that shows nobody.
            self._failed[whole] = error.with_traceback(None)
            raise


def _fresh(found: PersonAnalysis) -> PersonAnalysis:
    """Return an analysis whose wearer remembers things of its own."""
    wearer = found.wearer
    return replace(found, wearer=Wearer(wearer.rgb, wearer.joints, wearer.body, wearer.parsing))


def _garment_bytes(found: GarmentAnalysis) -> int:
    return found.photo.rgb.nbytes + found.cutout.rgba.nbytes + found.cutout.matte.nbytes


def _person_bytes(found: PersonAnalysis) -> int:
    return found.photo.rgb.nbytes + found.wearer.parsing.probabilities.nbytes


def _one_line(said: object) -> str:
    return " ".join(str(said).split())
