"""Small pictures of the shipped samples; pressing one puts it in the place of a photo."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from flixdrape.samples import sample
from flixdrape.studio.files import new_folder

__all__ = ["pick_sample", "sample_row"]


def sample_row(names: Sequence[str], photo: gr.Image, prefix: str) -> None:
    """Put a row of samples on the page: buttons, which a keyboard reaches.

    Parameters
    ----------
    names : sequence of str
        Of `flixdrape.samples`.
    photo : gr.Image
        Where a pressed one goes.
    prefix : str
        Of the elements' ids.
    """
    with gr.Row(elem_classes="samples"):
        for name in names:
            button = gr.Button(
                _words(name), icon=str(sample(name)), size="sm", min_width=64, scale=0,
                elem_classes="sample", elem_id=f"{prefix}{name}",
            )  # fmt: skip
            # Gradio clears its cache of uploads; the page's own pictures stay.
            button.keep_in_cache.add(str((button.icon or {}).get("path")))
            button.click(_picker(name), None, photo, api_visibility="private",
                         show_progress="hidden", queue=False)  # fmt: skip


def pick_sample(name: str) -> str:
    """Return the path of a copy that the page may show: it serves no file of the program's folder.

    Parameters
    ----------
    name : str
        Of `flixdrape.samples`.
    """
    kept = _copied(name)
    if not Path(kept).exists():
        _copied.cache_clear()
        kept = _copied(name)
    return kept


def _picker(name: str) -> Callable[[], Any]:
    return lambda: pick_sample(name)


@cache
def _copied(name: str) -> str:
    source = sample(name)
    return str(shutil.copy(source, new_folder() / source.name))


def _words(name: str) -> str:
    words = name.removeprefix("mannequin_").removesuffix("_front")
    return words.replace("_", " ").capitalize()
