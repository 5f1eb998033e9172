"""The tab of one garment on one person: photos, result, controls, corrections, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from flixdrape.studio import controls
from flixdrape.studio.actions import MODEL, drape_session, spoken
from flixdrape.studio.correcting import Correcting
from flixdrape.studio.parts_panel import PartsPanel
from flixdrape.studio.photo_column import garment_column, person_column
from flixdrape.studio.points_panel import PointsPanel
from flixdrape.studio.result_view import ResultView, result_values
from flixdrape.studio.session import Session
from flixdrape.studio.settings_panel import build_settings_panel

__all__ = ["build_drape_tab"]


def build_drape_tab() -> None:
    """Put the tab's parts on the page and tie them to their actions."""
    state = gr.State(Session(), time_to_live=3600)
    with gr.Column(elem_classes="bench"):
        with gr.Column(elem_classes="bench-photos"):
            with gr.Row():
                photos = {"garment": garment_column(), "person": person_column()}
            go = gr.Button("Drape", variant="primary", size="lg", elem_id="drape")
        with gr.Column(elem_classes="bench-result"):
            view = ResultView("", "Add two photos, or pick samples, then press Drape.")
        with gr.Column(elem_classes="bench-controls"):
            inputs = controls.build()
    correcting = Correcting(state, _drape_again, inputs, view.outputs)
    with gr.Accordion("See and correct the points", open=False, elem_id="correct"):
        points = PointsPanel(correcting, photos)
    with gr.Accordion("See and correct what is what", open=False, elem_id="parts"):
        parts = PartsPanel(correcting, photos)
    points.tie()
    parts.tie()
    with gr.Accordion("Save or load settings", open=False, elem_id="settings"):
        build_settings_panel(state, inputs, correcting.after)
    for side, photo in photos.items():
        photo.change(
            _photo_changed(side), [state, photo], [state], show_progress="hidden",
            api_visibility="private",
        )  # fmt: skip
    event = go.click(_drape, [state, *photos.values(), *inputs], [state, *view.outputs],
                     api_visibility="private", **MODEL)  # fmt: skip
    correcting.after(event)


def _photo_changed(side: str) -> Callable[[Session, str | None], Session]:
    return lambda session, path: session.with_photo(side, path)


@spoken
def _drape(
    session: Session,
    garment: str | None,
    person: str | None,
    # Gradio looks for it among the arguments before the star.
    progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio passes it
    *values: Any,
) -> tuple[Any, ...]:
    session = session.with_photos(garment, person)
    draped = drape_session(session, controls.options_of(values), progress)
    return (session, *result_values(draped, str(session.person)))


@spoken
def _drape_again(session: Session, *values: Any) -> tuple[Any, ...]:
    """Drape after a correction; a point that is merely chosen changes nothing."""
    if session.selected or not (session.garment and session.person):
        return tuple(gr.skip() for _ in range(5))
    draped = drape_session(session, controls.options_of(values))
    return result_values(draped, str(session.person))
