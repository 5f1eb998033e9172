"""Seeing what the person's photo was taken for, and putting it right: kinds, or patch by patch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from flixdrape.studio.correcting import Correcting
from flixdrape.studio.drawing import parts_drawn
from flixdrape.studio.pixel_numbers import pixel_numbers
from flixdrape.studio.session import Session
from flixdrape.studio.words import CLOTHES_WORDS, PART_WORDS
from pose import CLOTHES

__all__ = ["PartsPanel"]

_HINT = (
    "Old clothes stay, or something is gone that should not be? Choose what it is, then click it: "
    "it and what is joined to it in the same colours becomes that, and the picture is draped anew."
)
_WORN_HELP = "Tick all that the person's photo shows where old clothes stay; none ticked: as found."


class PartsPanel:
    """Shows and corrects which part of the person, or of the clothes, every pixel is.

    Parameters
    ----------
    correcting : Correcting
        What follows a correction.
    photos : dict of str to gr.Image
        The uploads by side.
    """

    def __init__(self, correcting: Correcting, photos: dict[str, gr.Image]) -> None:
        self._correcting, self._photos = correcting, photos
        gr.Markdown(_HINT, elem_id="parts-hint")
        self._show = gr.Button("Show what is what", size="sm", elem_id="show-parts")
        with gr.Row():
            with gr.Column(min_width=300):
                self._picture = gr.Image(
                    label="Person: what is what", interactive=False, format="jpeg", buttons=[],
                    elem_id="parts-picture", elem_classes="points",
                    alt_text="The person's photo, every part tinted and the clothes named",
                )  # fmt: skip
            with gr.Column(min_width=300):
                self._part = gr.Radio([(words, part) for part, words in PART_WORDS.items()],
                                      label="This is", elem_id="part",
                                      info="What you are about to click.")  # fmt: skip
                with gr.Row(elem_classes="place"):
                    self._x, self._y = pixel_numbers("part")
                self._say = gr.Button("Say it of the patch at x, y", size="sm", elem_id="part-say")
                self._worn = gr.CheckboxGroup(
                    [(words, kind) for kind, words in CLOTHES_WORDS.items()], label="Worn",
                    info=_WORN_HELP, elem_id="worn",
                )  # fmt: skip
                with gr.Row():
                    self._undo = gr.Button("Undo", size="sm", min_width=100, elem_id="part-undo")
                    self._forget = gr.Button("As found", size="sm", min_width=100,
                                             elem_id="part-forget")  # fmt: skip
        correcting.shows(_shown, [self._picture, self._worn])

    def tie(self) -> None:
        """Tie the panel's parts to what they do, once all that shows a session is there."""
        changing = self._correcting.changing
        self._correcting.choosing(self._show.click, Session.with_photos, *self._photos.values())
        changing(self._picture.select, _clicked, self._part)
        for listener in (self._say.click, self._x.submit, self._y.submit):
            changing(listener, Session.say, self._part, self._x, self._y)
        changing(self._worn.input, _worn, self._worn)
        changing(self._undo.click, Session.undone)
        changing(self._forget.click, _as_found)


def _shown(session: Session) -> tuple[Any, ...]:
    if not session.person:
        return None, gr.CheckboxGroup(value=[], info=_WORN_HELP)
    analysis = session.person_analysis()
    kinds = [CLOTHES_WORDS[kind] for kind in analysis.wearer.parsing.clothes()]
    seen = f"Seen: {', '.join(kinds)}. " if kinds else ""
    worn = gr.CheckboxGroup(value=list(session.corrections.worn), info=seen + _WORN_HELP)
    return parts_drawn(analysis, session.corrections.patches), worn


def _clicked(session: Session, part: str | None, event: gr.SelectData) -> Session:
    x, y = event.index
    return session.say(part, float(x), float(y))


def _worn(session: Session, kinds: list[str]) -> Session:
    told = tuple(kind for kind in CLOTHES if kind in kinds)
    return session.corrected(replace(session.corrections, worn=told))


def _as_found(session: Session) -> Session:
    return session.corrected(replace(session.corrections, worn=(), patches=()))
