"""The tab of many garments on one person: a gallery that fills, and a zip at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from flixdrape.studio import controls
from flixdrape.studio.actions import spoken_steps
from flixdrape.studio.batch_steps import RUNS, BatchProgress, batch_steps
from flixdrape.studio.metrics import METRICS
from flixdrape.studio.photo_column import person_column
from flixdrape.studio.unpack import MAX_PICTURES

__all__ = ["build_batch_tab"]

# One batch at a time, beside the drapes of others: these must not wait for a hundred garments.
_ALONE: dict[str, Any] = {"concurrency_id": "batch", "concurrency_limit": 1}


def build_batch_tab() -> None:
    """Put the tab's parts on the page and tie them to their actions."""
    with gr.Column(elem_classes="bench"):
        with gr.Column(elem_classes="bench-photos"):
            with gr.Row():
                with gr.Column(min_width=260):
                    files = gr.File(
                        label="Garment photos", file_count="multiple", height=340,
                        file_types=["image", ".zip"], elem_id="batch-garments",
                    )  # fmt: skip
                    gr.Markdown(
                        f"Photos or zips of photos, {MAX_PICTURES} garments at most.",
                        elem_classes="advice",
                    )
                person = person_column("batch-")
            with gr.Row():
                start = gr.Button("Drape all", variant="primary", size="lg", min_width=150,
                                  elem_id="batch-start")  # fmt: skip
                stop = gr.Button("Stop", variant="stop", size="lg", min_width=100,
                                 interactive=False, elem_id="batch-stop")  # fmt: skip
        with gr.Column(elem_classes="bench-result"):
            words = gr.Markdown(
                "Add garments and a person, then press Drape all.", elem_id="batch-words",
                elem_classes="words",
            )  # fmt: skip
            gallery = gr.Gallery(
                label="Draped so far", columns=3, height="auto", object_fit="contain",
                elem_id="batch-gallery", elem_classes="gallery", interactive=False,
                format="jpeg", buttons=["fullscreen"],
            )  # fmt: skip
            get = gr.DownloadButton("Download all as zip", interactive=False, elem_id="batch-get")
        with gr.Column(elem_classes="bench-controls"):
            inputs = controls.build("batch-")
    run = start.click(
        _run, [files, person, *inputs], [words, gallery, get, start, stop],
        show_progress="minimal", show_progress_on=words, api_visibility="private", **_ALONE,
    )  # fmt: skip
    # Also where a run ended with an error.
    run.then(lambda: _buttons(False), None, [start, stop], show_progress="hidden",
             api_visibility="private")  # fmt: skip
    stop.click(_stop, None, None, queue=False, show_progress="hidden", api_visibility="private")


@spoken_steps
def _run(
    request: gr.Request, files: list[str] | None, person: str | None, *values: Any
) -> Iterator[tuple[Any, ...]]:
    stopped = RUNS.begin(str(request.session_hash))
    # When the visitor leaves, Gradio drops this generator, and the folder goes with it.
    with (
        tempfile.TemporaryDirectory(prefix="flixdrape-batch-") as folder,
        METRICS.measured("batch"),
    ):
        options = controls.options_of(values)
        for progress in batch_steps(files or [], person, options, Path(folder), stopped):
            yield _shown(progress)
    RUNS.stop(str(request.session_hash))


def _shown(progress: BatchProgress) -> tuple[Any, ...]:
    ready = progress.archive is not None
    return (
        progress.in_words(),
        list(progress.pictures),
        gr.DownloadButton(value=progress.archive, interactive=ready),
        *_buttons(not ready),
    )


def _buttons(running: bool) -> tuple[gr.Button, gr.Button]:
    return gr.Button(interactive=not running), gr.Button(interactive=running)


def _stop(request: gr.Request) -> None:
    if RUNS.stop(str(request.session_hash)):
        gr.Info("Stops after the picture in work.")
