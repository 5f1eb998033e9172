"""Seeing what was found in the photos, and putting it right by mouse, list or numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from flixdrape.studio.correcting import Correcting
from flixdrape.studio.drawing import drawn
from flixdrape.studio.pixel_numbers import pixel_numbers
from flixdrape.studio.session import SIDES, Session
from garment import CATEGORIES, VIEWS

__all__ = ["PointsPanel", "points_shown"]

_AS_FOUND = "as found"


@dataclass(frozen=True)
class _Side:
    """The parts of one photo's points."""

    picture: gr.Image
    choice: gr.Dropdown
    x: gr.Number
    y: gr.Number
    move: gr.Button

    @property
    def shown(self) -> list[Any]:
        return [self.picture, self.choice, self.x, self.y]


class PointsPanel:
    """Shows and corrects points, category, view, and who is dressed.

    Parameters
    ----------
    correcting : Correcting
        What follows a correction.
    photos : dict of str to gr.Image
        The uploads by side.
    """

    def __init__(self, correcting: Correcting, photos: dict[str, gr.Image]) -> None:
        self._correcting, self._photos = correcting, photos
        self._show = gr.Button("Show the points", size="sm", elem_id="show-points")
        hint = gr.Markdown("Press the button, or Drape, to see what was found.", elem_id="hint")
        with gr.Row():
            self._sides = {side: _side(side) for side in SIDES}
        self._overrides = _overrides()
        with gr.Row():
            self._undo = gr.Button("Undo", size="sm", min_width=100, elem_id="undo")
            self._resets = {
                side: gr.Button(
                    f"Reset the {side}", size="sm", min_width=100, elem_id=f"reset-{side}"
                )
                for side in SIDES
            }
        shown = [part for side in self._sides.values() for part in side.shown]
        correcting.shows(points_shown, [*shown, hint, *self._overrides.values()])

    def tie(self) -> None:
        """Tie the panel's parts to what they do, once all that shows a session is there."""
        correcting = self._correcting
        correcting.choosing(self._show.click, Session.with_photos, *self._photos.values())
        for side, parts in self._sides.items():
            correcting.changing(parts.picture.select, _clicked(side))
            correcting.choosing(parts.choice.input, _chosen(side), parts.choice)
            for listener in (parts.move.click, parts.x.submit, parts.y.submit):
                correcting.changing(listener, _placed(side), parts.choice, parts.x, parts.y)
            correcting.changing(self._resets[side].click, _reset(side))
        correcting.changing(self._undo.click, Session.undone)
        for name, choice in self._overrides.items():
            correcting.changing(choice.input, _override(name), choice)


def _side(side: str) -> _Side:
    with gr.Column(min_width=300):
        picture = gr.Image(
            label=f"{side.capitalize()}: points", interactive=False, format="png",
            elem_id=f"{side}-points", buttons=[], elem_classes="points",
            alt_text=f"The {side}'s photo with its points drawn",
        )  # fmt: skip
        with gr.Row(elem_classes="place"):
            choice = gr.Dropdown(
                [], label=f"Point of the {side}", elem_id=f"{side}-choice", scale=3, min_width=160,
                info="Choose one here, also one not found.",
            )  # fmt: skip
            x, y = pixel_numbers(side)
        move = gr.Button("Move the point to x, y", size="sm", elem_id=f"{side}-move")
    return _Side(picture, choice, x, y, move)


def _overrides() -> dict[str, Any]:
    with gr.Row():
        category = gr.Dropdown([_AS_FOUND, *CATEGORIES], value=_AS_FOUND, label="Category",
                               info="What the garment is.", elem_id="category",
                               min_width=180)  # fmt: skip
        view = gr.Dropdown([_AS_FOUND, *VIEWS], value=_AS_FOUND, label="View", min_width=180,
                           info="Which side the photo shows.", elem_id="view")  # fmt: skip
        who = gr.Dropdown([("1", 0)], value=0, label="Person", elem_id="who", min_width=180,
                          info="Who is dressed; 1 is the largest in the photo.")  # fmt: skip
    return {"category": category, "view": view, "person": who}


def points_shown(session: Session) -> tuple[Any, ...]:
    """Return what the panel shows of a session.

    Parameters
    ----------
    session : Session
        With one photo or both.
    """
    shown = [value for side in SIDES for value in _side_shown(session, side)]
    return (*shown, _hint(session), *_overrides_shown(session))


def _side_shown(session: Session, side: str) -> tuple[Any, ...]:
    if not getattr(session, side):
        return None, gr.Dropdown(choices=[], value=None), None, None
    names = [(name.replace("_", " "), name) for name in session.names(side)]
    chosen = session.selected.get(side)
    x, y = session.place(side, chosen) if chosen else (None, None)
    return drawn(session, side), gr.Dropdown(choices=names, value=chosen), x, y


def _overrides_shown(session: Session) -> tuple[Any, ...]:
    changes = session.corrections
    found = session.garment_found() if session.garment else None
    category = _AS_FOUND
    if found and changes.category is None:
        category = f"{_AS_FOUND} ({found.category})"
    view = f"{_AS_FOUND} ({found.view})" if found else _AS_FOUND
    people = len(session.people_found()) if session.person else 1
    return (
        gr.Dropdown(
            choices=[(category, _AS_FOUND), *CATEGORIES], value=changes.category or _AS_FOUND
        ),
        gr.Dropdown(choices=[(view, _AS_FOUND), *VIEWS], value=changes.view or _AS_FOUND),
        gr.Dropdown(choices=[(str(n + 1), n) for n in range(people)], value=changes.person),
    )


def _hint(session: Session) -> str:
    if session.selected:
        side, name = next(reversed(session.selected.items()))
        return (
            f"**{name.replace('_', ' ')}** is chosen: click its right place on the {side}, or "
            "type x and y. Undo lets go of it."
        )
    count = len(session.corrections.corners) + len(session.corrections.joints)
    moved = f" {count} moved so far." if count else ""
    return f"Click near a point to choose it, then click where it belongs.{moved}"


def _clicked(side: str) -> Callable[..., Session]:
    def clicked(session: Session, event: gr.SelectData) -> Session:
        x, y = event.index
        return session.click(side, (float(x), float(y)))

    return clicked


def _chosen(side: str) -> Callable[[Session, str | None], Session]:
    return lambda session, name: session.select(side, name)


def _placed(side: str) -> Callable[..., Session]:
    def placed(session: Session, name: str | None, x: float | None, y: float | None) -> Session:
        return session.put(side, name, x, y)

    return placed


def _reset(side: str) -> Callable[[Session], Session]:
    return lambda session: session.corrected(session.corrections.without(side))


def _override(name: str) -> Callable[[Session, Any], Session]:
    def override(session: Session, value: Any) -> Session:
        plain = None if value == _AS_FOUND else value
        changes: dict[str, Any] = {name: plain}
        if name == "person":
            # Another person's joints lie elsewhere, and so do the clothes.
            changes |= {"joints": {}, "worn": (), "patches": ()}
        return session.corrected(replace(session.corrections, **changes))

    return override
