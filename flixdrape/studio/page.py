"""The page: title, tabs, theme."""

from __future__ import annotations

from typing import Any

import gradio as gr

from flixdrape.studio.drape_tab import build_drape_tab

__all__ = ["CSS", "build_page", "theme"]

# System fonts: a page that fetches fonts is slow, tells others who reads it, and fails offline.
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "Menlo", "Consolas", "monospace"]

CSS = """
.gradio-container { max-width: 1240px !important; margin: 0 auto !important; }
#title h1 { margin: 0.2em 0 0; letter-spacing: -0.02em; }
#title p { margin: 0.1em 0 0.3em; opacity: 0.8; }
#drape { min-height: 3.2em; }
#garment-points img, #person-points img { cursor: crosshair; }
@media (max-width: 640px) { .gradio-container { padding: 8px !important; } }
"""


def theme() -> Any:
    """Return the one theme, for light and dark."""
    return gr.themes.Soft(
        primary_hue="indigo", neutral_hue="slate", font=_FONTS, font_mono=_MONO, radius_size="md"
    )


def build_page() -> gr.Blocks:
    """Put the page together.

    Returns
    -------
    gr.Blocks
        Not served yet.
    """
    # Files are looked at every ten minutes and deleted after an hour.
    with gr.Blocks(
        title="FlixDrape Studio", analytics_enabled=False, delete_cache=(600, 3600)
    ) as page:
        gr.Markdown(
            "# FlixDrape Studio\nDrapes a garment's photo onto a person's photo. "
            "Photos stay on this server.",
            elem_id="title",
        )
        with gr.Tabs(), gr.Tab("Drape", id="drape-tab"):
            build_drape_tab()
    return page
