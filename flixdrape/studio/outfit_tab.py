"""The tab of several garments on one person, put on from the body outwards."""

from __future__ import annotations

from typing import Any

import gradio as gr

from flixdrape.studio import controls
from flixdrape.studio.actions import MODEL, drape_outfit, spoken
from flixdrape.studio.photo_column import person_column, photo_column
from flixdrape.studio.result_view import ResultView, result_values
from flixdrape.studio.samples_row import pick_sample
from garment import CATEGORIES

__all__ = ["build_outfit_tab"]

_MOST = 4
_AS_FOUND = "as found"
_ORDER = "Put on from the body outwards: trousers and skirts, dresses, tops, coats and jackets."


def build_outfit_tab() -> None:
    """Put the tab's parts on the page and tie them to their actions."""
    with gr.Column(elem_classes="bench"):
        with gr.Column(elem_classes="bench-photos"), gr.Row(elem_classes="outfit-photos"):
            garments, kinds = zip(*(_garment(n + 1) for n in range(_MOST)), strict=True)
            person = person_column("outfit-", height=220)
            with gr.Column(min_width=150):
                gr.Markdown(_ORDER, elem_classes="advice")
                fill = gr.Button("Try the samples", size="sm", elem_id="outfit-samples")
                go = gr.Button("Drape the outfit", variant="primary", size="lg",
                               elem_id="outfit-drape")  # fmt: skip
        with gr.Column(elem_classes="bench-result"):
            view = ResultView("outfit-", "Add two garments or more and a person, then drape.")
        with gr.Column(elem_classes="bench-controls"):
            inputs = controls.build("outfit-")
    fill.click(_samples, None, [*garments[:2], person], show_progress="hidden",
               api_visibility="private", queue=False)  # fmt: skip
    go.click(_drape, [person, *garments, *kinds, *inputs], view.outputs,
             api_visibility="private", **MODEL)  # fmt: skip


def _garment(number: int) -> tuple[gr.Image, gr.Dropdown]:
    with gr.Column(min_width=150):
        photo = photo_column(
            f"Garment {number}", "", (), f"outfit-garment-{number}",
            f"The photo of garment {number} that you chose", height=220,
        )  # fmt: skip
        kind = gr.Dropdown(
            [_AS_FOUND, *CATEGORIES], value=_AS_FOUND, label="Category", min_width=120,
            info="Decides its layer.", elem_id=f"outfit-kind-{number}",
        )  # fmt: skip
    return photo, kind


def _samples() -> tuple[str, str, str]:
    names = ("mannequin_trousers", "mannequin_top", "person_front")
    trousers, top, person = (pick_sample(name) for name in names)
    return trousers, top, person


@spoken
def _drape(
    person: str | None,
    # Gradio looks for it among the arguments before the star.
    progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio passes it
    *values: Any,
) -> tuple[Any, ...]:
    photos, kinds, rest = values[:_MOST], values[_MOST : 2 * _MOST], values[2 * _MOST :]
    garments = [
        (photo, None if kind == _AS_FOUND else kind)
        for photo, kind in zip(photos, kinds, strict=True)
        if photo
    ]
    draped = drape_outfit(garments, person, controls.options_of(rest), progress)
    return result_values(draped, str(person))
