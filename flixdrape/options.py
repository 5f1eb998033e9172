"""What a stylist may ask of a drape, each with a range that keeps the picture sane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from flixdrape.errors import UnusableInputError

__all__ = ["FITS", "RANGES", "DrapeOptions"]

#: Names for values of `DrapeOptions.fit`.
FITS = {"close": -1.0, "regular": 0.0, "loose": 1.0}

#: Lowest and highest value of each of the numbers among `DrapeOptions`.
RANGES = {
    "fit": (-1.0, 1.0),
    "length": (0.7, 1.4),
    "sleeve": (0.4, 1.4),
    "shift_x": (-0.5, 0.5),
    "shift_y": (-0.5, 0.5),
    "light": (0.0, 1.0),
    "edge": (0.0, 4.0),
}


@dataclass(frozen=True)
class DrapeOptions:
    """How a garment is worn and how it is set into the picture.

    Attributes
    ----------
    fit : float
        -1 close, 0 regular, 1 loose: how much of the cloth's width beyond the body's shows.
    length : float
        0.7 to 1.4, of the garment's own length.
    sleeve : float
        0.4 to 1.4, of the sleeves' own length.
    shift_x, shift_y : float
        -0.5 to 0.5 shoulder widths, to the image's right and down.
    tuck : bool or None
        Whether the top goes into the waistband. None leaves it as the person wears it (and
        lets a new top hang over).
    light : float
        0 to 1: how much of the person's light and shade falls on the cloth, and how far cloth
        from a photo that is too dark is lightened (from 0.4 on, wholly).
    edge : float
        0 to 4 pixels: softness of the garment's edge.
    keep_hair, keep_hands : bool
        Whether hair, and hands and forearms, stay in front.

    Raises
    ------
    UnusableInputError
        If a value lies outside its range.

    Examples
    --------
    >>> DrapeOptions(fit=1.0, length=1.1).length
    1.1
    >>> DrapeOptions.from_mapping({"fit": "close"}).fit
    -1.0
    """

    fit: float = 0.0
    length: float = 1.0
    sleeve: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    tuck: bool | None = None
    light: float = 0.4
    edge: float = 0.0
    keep_hair: bool = True
    keep_hands: bool = True

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not low <= value <= high:
                raise UnusableInputError(
                    f"{name} is {value!r}; it must lie between {low:g} and {high:g}"
                )
        for name in ("tuck", "keep_hair", "keep_hands"):
            value = getattr(self, name)
            if not isinstance(value, bool) and not (name == "tuck" and value is None):
                raise UnusableInputError(f"{name} is {value!r}; it must be true or false")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> DrapeOptions:
        """Build from plain values; `fit` may be one of `FITS`.

        Raises
        ------
        UnusableInputError
            If a name is not an option's, or a value lies outside its range.
        """
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise UnusableInputError(
                    f"{name} is no option; there are {', '.join(sorted(known))}"
                )
        plain = dict(values)
        if isinstance(plain.get("fit"), str):
            if plain["fit"] not in FITS:
                raise UnusableInputError(f"fit {plain['fit']!r}: one of {', '.join(FITS)}")
            plain["fit"] = FITS[plain["fit"]]
        return cls(**plain)

    def to_json(self) -> dict[str, Any]:
        """Return plain values that `from_mapping` reads back."""
        return asdict(self)
