"""The page: title, tabs, theme."""

from __future__ import annotations

from typing import Any

import gradio as gr

from flixdrape.studio.access import access_script
from flixdrape.studio.actions import MODEL
from flixdrape.studio.batch_tab import build_batch_tab
from flixdrape.studio.drape_tab import build_drape_tab
from flixdrape.studio.endpoints import build_endpoints
from flixdrape.studio.outfit_tab import build_outfit_tab

__all__ = ["CSS", "build_page", "theme"]

# System fonts: a page that fetches fonts is slow, tells others who reads it, and fails offline.
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "Menlo", "Consolas", "monospace"]

# On a wide screen the result stands beside photos and controls; on a narrow one it comes
# between them, in the order of the document.
CSS = """
.gradio-container { max-width: 1320px !important; margin: 0 auto !important; }
#title h1 { margin: 0.2em 0 0; letter-spacing: -0.02em; }
#title p { margin: 0.1em 0 0.3em; opacity: 0.8; }
.bench { display: grid !important; gap: 16px; grid-template-columns: minmax(0, 1fr);
         align-items: start; }
@media (min-width: 900px) {
  .bench { grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr);
           grid-template-areas: "photos result" "controls result";
           grid-template-rows: auto 1fr; }
  .bench-photos { grid-area: photos; }
  .bench-result { grid-area: result; }
  .bench-controls { grid-area: controls; }
}
.advice p { font-size: 0.85em; opacity: 0.75; margin: 0; }
.samples { gap: 8px !important; }
.samples, .samples > * { flex-shrink: 0 !important; }
.sample { flex: none !important; flex-direction: column; padding: 4px 6px !important;
          font-size: 0.75em !important; }
.sample img { flex: none; max-width: none; width: 52px; height: 64px; object-fit: cover;
              border-radius: 6px; margin: 0; }
.controls .head { flex-wrap: wrap; }
.controls .head label { flex: 1 1 60%; }
.outfit-photos { display: grid !important; grid-template-columns: repeat(3, minmax(0, 1fr)); }
/* The label would lie on heads. */
.upload .image-frame { padding-top: 34px; box-sizing: border-box; }
.gallery .thumbnail-lg { aspect-ratio: 3 / 4; }
.gallery .caption-label { font-size: 0.72em; max-width: 94%; }
.gallery .grid-wrap { padding-top: 34px; min-height: 160px !important; }
.points img { cursor: crosshair; }
.words h3 { margin-top: 0; }
footer .divider:last-of-type { display: none; }
:focus-visible { outline: 3px solid var(--color-accent) !important; outline-offset: 2px; }
@media (max-width: 640px) {
  .outfit-photos { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .gradio-container { padding: 8px !important; }
  .samples { gap: 4px !important; }
  .sample { min-width: 46px !important; padding: 3px !important; font-size: 0.65em !important; }
  .sample img { width: 40px; height: 50px; }
  .photo .upload { height: 230px !important; }
  .photo .upload [data-testid=block-label] { font-size: 0.75em; }
}
"""


def theme() -> Any:
    """Return the one theme, for light and dark."""
    soft = gr.themes.Soft(
        primary_hue="indigo", neutral_hue="slate", font=_FONTS, font_mono=_MONO, radius_size="md"
    )
    # Names of controls as plain words; a coloured plate behind each would outshine the photos.
    plain = {
        f"block_title_{part}{mode}": value
        for mode in ("", "_dark")
        for part, value in (("background_fill", "transparent"), ("text_color", "*body_text_color"))
    }
    return soft.set(block_title_padding="0", **plain)


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
        with gr.Tabs():
            with gr.Tab("Drape", id="drape-tab"):
                build_drape_tab()
            with gr.Tab("Outfit", id="outfit-tab"):
                build_outfit_tab()
            with gr.Tab("Batch", id="batch-tab"):
                build_batch_tab()
        build_endpoints(MODEL)
        page.load(None, js=access_script(), api_visibility="private")
    return page
