"""Seeing what was found in the photos, and putting it right by mouse, list or numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from flixdrape.analysis import PersonAnalysis
from flixdrape.studio.actions import MODEL, spoken
from flixdrape.studio.drawing import drawn
from flixdrape.studio.session import SIDES, Session
from garment import CATEGORIES, VIEWS
from pose import CLOTHES

__all__ = ["PointsPanel", "points_shown"]

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_AS_FOUND = "as found"
_WORN = {
    "top": "top", "outer": "coat or jacket", "dress": "dress", "bottom": "trousers or skirt",
    "legwear": "tights or socks",
}  # fmt: skip
_WORN_HELP = "Tick all that the person's photo shows where old clothes stay; none ticked: as found."


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
    """Shows and corrects points, category, view, who is dressed, and what is worn.

    Parameters
    ----------
    state : gr.State
        Of a `Session`.
    photos : dict of str to gr.Image
        The uploads by side.
    drape_again : callable
        Given the session and the controls' values; drapes after a correction.
    inputs, outputs : list
        The controls; what `drape_again` fills.
    """

    def __init__(
        self,
        state: gr.State,
        photos: dict[str, gr.Image],
        drape_again: Callable[..., Any],
        inputs: list[Any],
        outputs: list[Any],
    ) -> None:
        self._state, self._drape_again = state, drape_again
        self._inputs, self._outputs = inputs, outputs
        show = gr.Button("Show the points", size="sm", elem_id="show-points")
        self._hint = gr.Markdown(
            "Press the button, or Drape, to see what was found.", elem_id="hint"
        )
        with gr.Row():
            self._sides = {side: _side(side) for side in SIDES}
        self._overrides = _overrides()
        with gr.Row():
            undo = gr.Button("Undo", size="sm", min_width=100, elem_id="undo")
            resets = {
                side: gr.Button(
                    f"Reset the {side}", size="sm", min_width=100, elem_id=f"reset-{side}"
                )
                for side in SIDES
            }
        taken = show.click(_with_photos, [state, *photos.values()], [state], **_QUIET)
        self.after(taken)
        for side, parts in self._sides.items():
            self._tie_side(side, parts)
            self._changing(resets[side].click, _reset(side))
        self._changing(undo.click, lambda session: session.undone())
        for name, choice in self._overrides.items():
            self._changing(choice.input, _override(name), choice)

    def after(self, event: Any) -> Any:
        """Show the points again when another event has ended well."""
        shown = [part for side in self._sides.values() for part in side.shown]
        parts = [*shown, self._hint, *self._overrides.values()]
        return event.success(points_shown, [self._state], parts, **_QUIET, **MODEL)

    def _tie_side(self, side: str, parts: _Side) -> None:
        self._changing(parts.picture.select, _clicked(side))
        chosen = parts.choice.input(_chosen(side), [self._state, parts.choice], [self._state],
                                    **_QUIET)  # fmt: skip
        self.after(chosen)
        for listener in (parts.move.click, parts.x.submit, parts.y.submit):
            self._changing(listener, _placed(side), parts.choice, parts.x, parts.y)

    def _changing(
        self, listener: Callable[..., Any], change: Callable[..., Session], *more: Any
    ) -> None:
        """Let an event change the session; then show the points and drape again."""
        event = listener(spoken(change), [self._state, *more], [self._state], **_QUIET, **MODEL)
        self.after(event).success(
            self._drape_again, [self._state, *self._inputs], self._outputs, **_QUIET, **MODEL
        )


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
            x, y = (
                gr.Number(label=axis, info=info, precision=0, scale=1, min_width=90,
                          elem_id=f"{side}-{axis}")
                for axis, info in (("x", "Pixels from left."), ("y", "Pixels from top."))
            )  # fmt: skip
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
    worn = gr.CheckboxGroup([(label, kind) for kind, label in _WORN.items()], label="Worn",
                            info=_WORN_HELP, elem_id="worn")  # fmt: skip
    return {"category": category, "view": view, "person": who, "worn": worn}


@spoken
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
    person = session.person_analysis() if session.person else None
    people = len(person.people) if person else 1
    return (
        gr.Dropdown(
            choices=[(category, _AS_FOUND), *CATEGORIES], value=changes.category or _AS_FOUND
        ),
        gr.Dropdown(choices=[(view, _AS_FOUND), *VIEWS], value=changes.view or _AS_FOUND),
        gr.Dropdown(choices=[(str(n + 1), n) for n in range(people)], value=changes.person),
        gr.CheckboxGroup(value=list(changes.worn), info=_seen(person) + _WORN_HELP),
    )


def _seen(person: PersonAnalysis | None) -> str:
    kinds = [_WORN[kind] for kind in person.wearer.parsing.clothes()] if person else []
    return f"Seen: {', '.join(kinds)}. " if kinds else ""


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


@spoken
def _with_photos(session: Session, garment: str | None, person: str | None) -> Session:
    return session.with_photo("garment", garment).with_photo("person", person)


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
            changes |= {"joints": {}, "worn": ()}
        if name == "worn":
            changes["worn"] = tuple(kind for kind in CLOTHES if kind in value)
        return session.corrected(replace(session.corrections, **changes))

    return override
