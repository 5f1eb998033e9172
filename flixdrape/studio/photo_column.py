"""A place for one photo: the upload, and samples to try under it."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from flixdrape.samples import GARMENTS, PERSON
from flixdrape.studio.samples_row import sample_row
from flixdrape.studio.upload import photo_upload

__all__ = ["garment_column", "person_column", "photo_column"]


def garment_column(prefix: str = "") -> gr.Image:
    """Put a place for a garment's photo on the page."""
    return photo_column(
        "Garment photo", "On a mannequin, laid flat or on a hanger.", GARMENTS,
        f"{prefix}garment-photo", "The garment's photo that you chose",
    )  # fmt: skip


def person_column(prefix: str = "", height: int = 340) -> gr.Image:
    """Put a place for a person's photo on the page."""
    return photo_column(
        "Person photo", "Standing, seen from the front, arms off the body.", (PERSON,),
        f"{prefix}person-photo", "The person's photo that you chose", height,
    )  # fmt: skip


def photo_column(
    label: str, advice: str, samples: Sequence[str], elem_id: str, alt: str, height: int = 340
) -> gr.Image:
    """Put a place for a photo on the page.

    Parameters
    ----------
    label, advice : str
        Its name; one sentence on which photos do well, or none.
    samples : sequence of str
        Names of shipped samples to offer.
    elem_id : str
        Of the upload.
    alt : str
        What a screen reader calls the photo.
    height : int
        Of the upload, in CSS pixels.
    """
    with gr.Column(min_width=150, elem_classes="photo"):
        photo = photo_upload(
            label=label, sources=["upload", "clipboard"], height=height, elem_id=elem_id,
            alt_text=alt, buttons=["fullscreen"], elem_classes="upload",
        )  # fmt: skip
        if advice:
            gr.Markdown(advice, elem_classes="advice")
        if samples:
            sample_row(samples, photo, f"{elem_id}-")
    return photo
