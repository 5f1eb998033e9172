"""A picture that arrives untouched, to be checked by the one door that pictures have."""

from __future__ import annotations

from typing import Any

import gradio as gr

__all__ = ["photo_upload"]


def photo_upload(**words: Any) -> gr.Image:
    """Return an image component that hands on the uploaded file's path.

    Gradio's own opens the file first, and meets a file that is no picture with a traceback.
    A subclass would make Gradio write a stub file beside this one.

    Parameters
    ----------
    **words
        Of `gr.Image`.
    """
    image = gr.Image(type="filepath", image_mode=None, format="png", **words)
    image.preprocess = _path  # type: ignore[method-assign]
    return image


def _path(payload: Any) -> str | None:
    return payload.path if payload is not None else None
