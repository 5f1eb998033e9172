"""The tab of one garment on one person: photos, result, corrections, controls, settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from flixdrape.images import open_picture
from flixdrape.samples import GARMENTS, PERSON, sample
from flixdrape.settings import read_settings, settings_json
from flixdrape.studio import controls
from flixdrape.studio.actions import Draped, drape_session, in_words, spoken
from flixdrape.studio.drawing import drawn
from flixdrape.studio.files import new_folder
from flixdrape.studio.session import SIDES, Session
from flixdrape.studio.upload import photo_upload
from garment import CATEGORIES, VIEWS

__all__ = ["MODEL", "build_drape_tab"]

#: All events that need the processor share these: one queue, as many at once as workers.
MODEL: dict[str, Any] = {"concurrency_id": "model"}
_AS_FOUND = "as found"
_LABELS = {"garment": "Garment", "person": "Person"}


def build_drape_tab() -> None:
    """Put the tab's parts on the page and tie them to their actions."""
    state = gr.State(Session(), time_to_live=3600)
    with gr.Row():
        photos = {side: _photo_column(side) for side in SIDES}
        with gr.Column(min_width=280):
            slider = gr.ImageSlider(
                label="Before and after", format="png", type="numpy", elem_id="result",
                max_height=520, interactive=False, buttons=["fullscreen"],
            )  # fmt: skip
    with gr.Row():
        with gr.Column(scale=2, min_width=280):
            basic = _controls_group()
        with gr.Column(scale=1, min_width=280):
            go = gr.Button("Drape", variant="primary", size="lg", elem_id="drape")
            words = gr.Markdown("Add two photos, or pick samples, then press Drape.",
                                elem_id="words")  # fmt: skip
            with gr.Row():
                downloads = [
                    gr.DownloadButton(label, interactive=False, size="sm", elem_id=f"get-{name}")
                    for name, label in (
                        ("picture", "Picture"), ("garment", "Garment"), ("layers", "All layers")
                    )
                ]  # fmt: skip
    outputs = [slider, words, *downloads]
    inputs = [basic[control.name] for control in controls.CONTROLS]
    with gr.Accordion("See and correct the points", open=False, elem_id="correct"):
        refresh = _corrections(state, photos, inputs, outputs)
    with gr.Accordion("Save or load settings", open=False, elem_id="settings"):
        _settings(state, inputs, refresh)
    for side in SIDES:
        photos[side].change(
            _photo_changed(side), [state, photos[side]], [state], show_progress="hidden",
            api_visibility="private",
        )  # fmt: skip
    event = go.click(_drape, [state, *photos.values(), *inputs], [state, *outputs],
                     api_visibility="private", **MODEL)  # fmt: skip
    refresh.after(event)


def _photo_column(side: str) -> gr.Image:
    names = GARMENTS if side == "garment" else (PERSON,)
    with gr.Column(min_width=280):
        photo = photo_upload(
            label=f"{_LABELS[side]} photo", sources=["upload", "clipboard"], height=360,
            elem_id=f"{side}-photo", alt_text=f"The {side}'s photo that you chose",
        )  # fmt: skip
        gr.Examples(
            [[str(sample(name))] for name in names],
            [photo],
            label="Sample people" if side == "person" else "Sample garments",
            example_labels=[name.replace("_", " ") for name in names],
            api_visibility="private",
        )  # fmt: skip
    return photo


def _controls_group() -> dict[str, Any]:
    with gr.Row():
        made = controls.build(basic=True)
    with gr.Accordion("More controls", open=False, elem_id="advanced"), gr.Row():
        made |= controls.build(basic=False)
    return made


def _photo_changed(side: str) -> Callable[[Session, str | None], Session]:
    return lambda session, path: session.with_photo(side, path)


def _shown(draped: Draped, session: Session) -> tuple[Any, ...]:
    before = open_picture(str(session.person)).rgb
    files = (draped.picture, draped.garment, draped.archive)
    return (
        (before, draped.result.image),
        in_words(draped.result),
        *(gr.DownloadButton(value=path, interactive=True) for path in files),
    )


@spoken
def _drape(
    session: Session,
    garment: str | None,
    person: str | None,
    *values: Any,
    progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio passes it
) -> tuple[Any, ...]:
    session = session.with_photo("garment", garment).with_photo("person", person)
    draped = drape_session(session, controls.options_of(values), progress)
    return (session, *_shown(draped, session))


class _Refresh:
    """Shows the points of both photos again, and what may be chosen."""

    def __init__(self, state: gr.State, parts: list[Any]) -> None:
        self.state, self.parts = state, parts

    def after(self, event: Any) -> Any:
        """Do so when another event has ended well."""
        return event.success(
            points_shown, [self.state], self.parts, show_progress="hidden",
            api_visibility="private", **MODEL,
        )  # fmt: skip


@spoken
def points_shown(session: Session) -> tuple[Any, ...]:
    """Return what the part for corrections shows of a session.

    Parameters
    ----------
    session : Session
        With one photo or both.
    """
    shown: list[Any] = []
    for side in SIDES:
        if not getattr(session, side):
            shown += [None, gr.Dropdown(choices=[], value=None)]
            continue
        names = [(name.replace("_", " "), name) for name in session.names(side)]
        chosen = session.selected.get(side)
        shown += [drawn(session, side), gr.Dropdown(choices=names, value=chosen)]
    changes = session.corrections
    people = 1 if not session.person else len(session.person_analysis().people)
    return (
        *shown,
        _hint(session),
        changes.category or _AS_FOUND,
        changes.view or _AS_FOUND,
        gr.Dropdown(choices=[(str(n + 1), n) for n in range(people)], value=changes.person),
    )


def _hint(session: Session) -> str:
    if session.selected:
        side, name = next(reversed(session.selected.items()))
        return f"**{name.replace('_', ' ')}** is chosen: click its right place on the {side}."
    count = len(session.corrections.corners) + len(session.corrections.joints)
    moved = f" {count} moved so far." if count else ""
    return f"Click near a point to choose it, then click where it belongs.{moved}"


def _corrections(
    state: gr.State, photos: dict[str, gr.Image], inputs: list[Any], outputs: list[Any]
) -> _Refresh:
    show = gr.Button("Show the points", size="sm", elem_id="show-points")
    hint = gr.Markdown("Press the button, or Drape, to see what was found.", elem_id="hint")
    views: dict[str, tuple[gr.Image, gr.Dropdown]] = {}
    with gr.Row():
        for side in SIDES:
            with gr.Column(min_width=280):
                picture = gr.Image(
                    label=f"{_LABELS[side]}: points", interactive=False, format="png",
                    elem_id=f"{side}-points", buttons=[],
                    alt_text=f"The {side}'s photo with its points drawn",
                )  # fmt: skip
                choice = gr.Dropdown(
                    [], label=f"Point of the {side}", elem_id=f"{side}-choice",
                    info="Choose a point here, also one that was not found.",
                )  # fmt: skip
                views[side] = picture, choice
    with gr.Row():
        category = gr.Dropdown([_AS_FOUND, *CATEGORIES], value=_AS_FOUND, label="Category",
                               info="What the garment is.", elem_id="category")  # fmt: skip
        view = gr.Dropdown([_AS_FOUND, *VIEWS], value=_AS_FOUND, label="View",
                           info="Which side the photo shows.", elem_id="view")  # fmt: skip
        who = gr.Dropdown([("1", 0)], value=0, label="Person", elem_id="who",
                          info="Who is dressed; 1 is the largest in the photo.")  # fmt: skip
    with gr.Row():
        undo = gr.Button("Undo", size="sm", elem_id="undo")
        resets = {
            side: gr.Button(f"Reset the {side}", size="sm", elem_id=f"reset-{side}")
            for side in SIDES
        }
    refresh = _Refresh(state, [*views["garment"], *views["person"], hint, category, view, who])
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def changing(listener: Callable[..., Any], change: Callable[..., Session], *more: Any) -> None:
        event = listener(spoken(change), [state, *more], [state], **quiet, **MODEL)
        drawn_again = refresh.after(event)
        drawn_again.success(_drape_again, [state, *inputs], outputs, **quiet, **MODEL)

    taken = show.click(
        lambda session, garment, person: session.with_photo("garment", garment).with_photo(
            "person", person
        ),
        [state, *photos.values()], [state], **quiet,
    )  # fmt: skip
    refresh.after(taken)
    for side, (picture, choice) in views.items():
        changing(picture.select, _clicked(side))
        refresh.after(choice.input(_chosen(side), [state, choice], [state], **quiet))
        changing(resets[side].click, _reset(side))
    changing(undo.click, lambda session: session.undone())
    changing(category.input, _override("category"), category)
    changing(view.input, _override("view"), view)
    changing(who.input, _override("person"), who)
    return refresh


def _clicked(side: str) -> Callable[..., Session]:
    def clicked(session: Session, event: gr.SelectData) -> Session:
        x, y = event.index
        return session.click(side, (float(x), float(y)))

    return clicked


def _chosen(side: str) -> Callable[[Session, str | None], Session]:
    return lambda session, name: session.select(side, name)


def _reset(side: str) -> Callable[[Session], Session]:
    return lambda session: session.corrected(session.corrections.without(side))


def _override(name: str) -> Callable[[Session, Any], Session]:
    def override(session: Session, value: Any) -> Session:
        plain = None if value == _AS_FOUND else value
        changes: dict[str, Any] = {name: plain}
        if name == "person":
            # Another person's joints lie elsewhere.
            changes["joints"] = {}
        return session.corrected(replace(session.corrections, **changes))

    return override


@spoken
def _drape_again(session: Session, *values: Any) -> tuple[Any, ...]:
    """Drape after a correction; a point that is merely chosen changes nothing."""
    if session.selected or not (session.garment and session.person):
        return tuple(gr.skip() for _ in range(5))
    return _shown(drape_session(session, controls.options_of(values)), session)


def _settings(state: gr.State, inputs: list[Any], refresh: _Refresh) -> None:
    gr.Markdown(
        "Controls and corrected points in one JSON file; `flixdrape drape --settings FILE` "
        "takes the controls from it."
    )
    with gr.Row():
        save = gr.DownloadButton("Save settings", size="sm", elem_id="save-settings")
        load = gr.UploadButton("Load settings", size="sm", file_types=[".json"],
                               elem_id="load-settings")  # fmt: skip
    for control in inputs:
        control.change(_saved, [state, *inputs], [save], show_progress="hidden",
                       api_visibility="private")  # fmt: skip
    state.change(_saved, [state, *inputs], [save], show_progress="hidden",
                 api_visibility="private")  # fmt: skip
    event = load.upload(_loaded, [state, load], [state, *inputs], api_visibility="private")
    refresh.after(event)


def _saved(session: Session, *values: Any) -> str:
    path = new_folder() / "flixdrape-settings.json"
    content = settings_json(controls.options_of(values), session.corrections)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return str(path)


@spoken
def _loaded(session: Session, path: str) -> tuple[Any, ...]:
    options, corrections = read_settings(path)
    return (session.corrected(corrections), *controls.values_of(options))
