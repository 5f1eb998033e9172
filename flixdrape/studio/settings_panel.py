"""Saving and loading of the controls and the corrected points."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from flixdrape.settings import read_settings, settings_json
from flixdrape.studio import controls
from flixdrape.studio.actions import spoken
from flixdrape.studio.files import new_folder
from flixdrape.studio.session import Session

__all__ = ["build_settings_panel"]

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# A download button hands out the file that it held when it was pressed: another button writes
# the file first, then this presses the one that holds it.
_PRESS = "() => document.querySelector('#settings-file').click()"


def build_settings_panel(state: gr.State, inputs: list[Any], after: Callable[[Any], Any]) -> None:
    """Put the panel on the page.

    Parameters
    ----------
    state : gr.State
        Of a `Session`.
    inputs : list
        The controls.
    after : callable
        Given the event of loading; shows the points again when it has ended well.
    """
    gr.Markdown(
        "Controls and corrected points go into one JSON file. Load it here to work on, or give "
        "it to `flixdrape drape --settings FILE`."
    )
    with gr.Row():
        save = gr.Button("Save settings", size="sm", min_width=120, elem_id="save-settings")
        load = gr.UploadButton("Load settings", size="sm", min_width=120, file_types=[".json"],
                               elem_id="load-settings")  # fmt: skip
    file = gr.DownloadButton(visible="hidden", elem_id="settings-file")
    written = save.click(_saved, [state, *inputs], [file], **_QUIET)
    written.success(None, js=_PRESS, api_visibility="private")
    after(load.upload(_loaded, [state, load], [state, *inputs], api_visibility="private"))


@spoken
def _saved(session: Session, *values: Any) -> str:
    path = new_folder() / "flixdrape-settings.json"
    content = settings_json(controls.options_of(values), session.corrections)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return str(path)


@spoken
def _loaded(session: Session, path: str) -> tuple[Any, ...]:
    options, corrections = read_settings(path)
    return (session.corrected(corrections), *controls.values_of(options))
