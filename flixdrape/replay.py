"""Draping with what a person put right before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from flixdrape.analysis import (
    GarmentAnalysis,
    Lap,
    PersonAnalysis,
    Source,
    analyse_garment,
    analyse_person,
)
from flixdrape.corrections import Corrections
from flixdrape.drape import DrapeResult, Stopwatch, drape_analysed
from flixdrape.errors import UnusableInputError
from flixdrape.options import DrapeOptions
from flixdrape.people import Choice

__all__ = ["Analyst", "drape_corrected"]


class Analyst(Protocol):
    """Who looks at photos, or remembers having looked."""

    def garment(self, source: Source, *, category: str | None, lap: Lap) -> GarmentAnalysis:
        """Do as `analyse_garment`."""

    def person(self, source: Source, *, person: Choice, lap: Lap) -> PersonAnalysis:
        """Do as `analyse_person`."""


class _Afresh:
    """Looks at every photo."""

    def garment(self, source: Source, *, category: str | None, lap: Lap) -> GarmentAnalysis:
        return analyse_garment(source, category=category, lap=lap)

    def person(self, source: Source, *, person: Choice, lap: Lap) -> PersonAnalysis:
        return analyse_person(source, person=person, lap=lap)


def drape_corrected(
    garments: Sequence[Source],
    model: Source,
    options: DrapeOptions,
    corrections: Corrections,
    *,
    person: Choice | None = None,
    analyst: Analyst | None = None,
) -> DrapeResult:
    """Drape as the studio does for someone who put things right there.

    Parameters
    ----------
    garments : sequence of path, PIL image or uint8 RGB array
        The garments' photos; several are an outfit.
    model : path, PIL image or uint8 RGB array
        The person's photo.
    options : DrapeOptions
        How it is worn.
    corrections : Corrections
        What was put right.
    person : int or (x, y), optional
        Who of several, in place of the corrections' person.
    analyst : Analyst, optional
        Who looks at the photos.

    Raises
    ------
    UnusableInputError
        If a picture cannot be read, shows no such person, or what was put right about one
        garment meets several.
    NothingFoundError
        If no garment or no person is found.

    Examples
    --------
    >>> from flixdrape.samples import sample
    >>> corrections = Corrections(category="dress")
    >>> photos = [sample("mannequin_dress")], sample("person_front")
    >>> drape_corrected(*photos, DrapeOptions(), corrections).report["category"]
    'dress'
    """
    if len(garments) > 1 and (corrections.corners or corrections.category or corrections.view):
        raise UnusableInputError(
            f"corners, category and view are put right for one garment; there are {len(garments)}"
        )
    watch, analyst = Stopwatch(), analyst or _Afresh()
    found = [
        analyst.garment(source, category=corrections.category, lap=watch.lap).corrected(
            corrections.corners, view=corrections.view
        )
        for source in garments
    ]
    who = corrections.person if person is None else person
    wearer = analyst.person(model, person=who, lap=watch.lap).corrected(
        corrections.joints, worn=corrections.worn, patches=corrections.patches
    )
    return drape_analysed(found, wearer, options, watch=watch)
