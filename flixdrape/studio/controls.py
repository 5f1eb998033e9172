"""The controls of the page: one for each of `DrapeOptions`, with a sentence of help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from flixdrape.options import RANGES, DrapeOptions

__all__ = ["CONTROLS", "Control", "build", "options_of", "values_of"]

_TUCK = {"as worn": None, "tucked in": True, "left out": False}


@dataclass(frozen=True)
class Control:
    """One option on the page.

    Attributes
    ----------
    name, label, help : str
        Of `DrapeOptions`; on the page; one sentence.
    step : float
        Of its slider.
    basic : bool
        Whether a first visit shows it.
    """

    name: str
    label: str
    help: str
    step: float = 0.05
    basic: bool = False


CONTROLS = (
    Control("fit", "Fit", "From close to the body (-1) to loose (1).", 0.1, True),
    Control("length", "Length", "Makes the garment shorter (below 1) or longer.", 0.05, True),
    Control("sleeve", "Sleeve length", "Shortens or lengthens the sleeves alone.", 0.05, True),
    Control("tuck", "Waistband", "Whether a top goes into the waistband.", basic=True),
    Control("shift_x", "Shift sideways", "Moves the garment, in shoulder widths.", 0.01),
    Control("shift_y", "Shift down", "Moves the garment, in shoulder widths.", 0.01),
    Control("light", "Light", "How much of the person's light and shade falls on the cloth."),
    Control("edge", "Edge softness", "Softens the garment's edge, in pixels.", 0.1),
    Control("keep_hair", "Hair in front", "Keeps hair in front of the garment."),
    Control("keep_hands", "Hands in front", "Keeps hands and forearms in front of the garment."),
)


def build(prefix: str = "") -> list[Any]:
    """Put the controls on the page, those for a first visit in sight, the others folded away.

    Parameters
    ----------
    prefix : str
        Of the elements' ids, where a page has several sets.

    Returns
    -------
    list
        The components, in the order of `CONTROLS`.
    """
    with gr.Row(elem_classes="controls"):
        made = {c.name: _component(c, prefix) for c in CONTROLS if c.basic}
    with (
        gr.Accordion("More controls", open=False, elem_id=f"{prefix}advanced"),
        gr.Row(elem_classes="controls"),
    ):
        made |= {c.name: _component(c, prefix) for c in CONTROLS if not c.basic}
    return [made[control.name] for control in CONTROLS]


def _component(control: Control, prefix: str) -> Any:
    default = getattr(DrapeOptions(), control.name)
    words: dict[str, Any] = {
        "label": control.label,
        "info": control.help,
        "elem_id": f"{prefix}{control.name}",
        "min_width": 240,
    }
    if control.name == "tuck":
        return gr.Radio(list(_TUCK), value="as worn", **words)
    if isinstance(default, bool):
        return gr.Checkbox(value=default, **words)
    low, high = RANGES[control.name]
    return gr.Slider(low, high, value=default, step=control.step, **words)


def options_of(values: tuple[Any, ...]) -> DrapeOptions:
    """Read the controls' values, in the order of `CONTROLS`.

    Examples
    --------
    >>> options_of(values_of(DrapeOptions(fit=0.5, tuck=True))).fit
    0.5
    """
    plain = {control.name: value for control, value in zip(CONTROLS, values, strict=True)}
    plain["tuck"] = _TUCK[plain["tuck"]]
    return DrapeOptions.from_mapping(plain)


def values_of(options: DrapeOptions | Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what the controls show for some options, in the order of `CONTROLS`."""
    if not isinstance(options, DrapeOptions):
        options = DrapeOptions.from_mapping(options)
    plain = options.to_json()
    plain["tuck"] = next(word for word, value in _TUCK.items() if value is plain["tuck"])
    return tuple(plain[control.name] for control in CONTROLS)
