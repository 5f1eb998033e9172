"""Where a pixel of a photo is typed."""

from __future__ import annotations

import gradio as gr

__all__ = ["pixel_numbers"]


def pixel_numbers(prefix: str) -> tuple[gr.Number, gr.Number]:
    """Put two numbers on the page, x and y.

    Parameters
    ----------
    prefix : str
        Of their ids, which end in ``-x`` and ``-y``.
    """
    x, y = (
        gr.Number(label=axis, info=info, precision=0, scale=1, min_width=90,
                  elem_id=f"{prefix}-{axis}")
        for axis, info in (("x", "Pixels from left."), ("y", "Pixels from top."))
    )  # fmt: skip
    return x, y
