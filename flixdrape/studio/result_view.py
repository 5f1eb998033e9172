"""Where a tab shows its result: the pictures before and after, words, files to download."""

from __future__ import annotations

from typing import Any

import gradio as gr

from flixdrape.images import open_picture
from flixdrape.studio.actions import Draped, in_words

__all__ = ["ResultView", "result_values"]

_FILES = (("picture", "Picture"), ("garment", "Garment"), ("layers", "All layers"))


class ResultView:
    """The parts of a result on the page.

    Parameters
    ----------
    prefix : str
        Of the elements' ids.
    hint : str
        What is said before there is a result.

    Attributes
    ----------
    outputs : list
        The components that `result_values` fills.
    """

    def __init__(self, prefix: str, hint: str) -> None:
        slider = gr.ImageSlider(
            label="Before and after", format="png", type="numpy", elem_id=f"{prefix}result",
            max_height=620, interactive=False, buttons=["fullscreen"],
        )  # fmt: skip
        words = gr.Markdown(hint, elem_id=f"{prefix}words", elem_classes="words")
        with gr.Row(elem_classes="downloads"):
            downloads = [
                gr.DownloadButton(
                    label, interactive=False, size="sm", min_width=90, elem_id=f"{prefix}get-{name}"
                )
                for name, label in _FILES
            ]
        self.outputs = [slider, words, *downloads]


def result_values(draped: Draped, person: str) -> tuple[Any, ...]:
    """Return what a `ResultView` shows of a drape.

    Parameters
    ----------
    draped : Draped
        The result and its files.
    person : str
        Path of the person's photo.
    """
    files = (draped.picture, draped.garment, draped.archive)
    return (
        (open_picture(person).rgb, draped.result.image),
        in_words(draped.result),
        *(gr.DownloadButton(value=path, interactive=True) for path in files),
    )
