"""The garment's corners: FashionAI's 24 landmarks and its five categories."""

from __future__ import annotations

from pose.engine.keypoints import KeypointSchema

__all__ = ["CATEGORIES", "FASHIONAI_24", "LANDMARKS_OF", "VIEWS", "essential_landmarks"]

_NAMES = (
    "neckline_left",
    "neckline_right",
    "center_front",
    "shoulder_left",
    "shoulder_right",
    "armpit_left",
    "armpit_right",
    "waistline_left",
    "waistline_right",
    "cuff_left_in",
    "cuff_left_out",
    "cuff_right_in",
    "cuff_right_out",
    "top_hem_left",
    "top_hem_right",
    "waistband_left",
    "waistband_right",
    "hemline_left",
    "hemline_right",
    "crotch",
    "bottom_left_in",
    "bottom_left_out",
    "bottom_right_in",
    "bottom_right_out",
)

#: The FashionAI landmarks; left and right are the image's.
FASHIONAI_24 = KeypointSchema(
    name="fashionai-24",
    names=_NAMES,
    edges=(
        ("neckline_left", "center_front"),
        ("center_front", "neckline_right"),
        ("neckline_left", "shoulder_left"),
        ("neckline_right", "shoulder_right"),
        ("shoulder_left", "armpit_left"),
        ("shoulder_right", "armpit_right"),
        ("shoulder_left", "cuff_left_out"),
        ("cuff_left_out", "cuff_left_in"),
        ("cuff_left_in", "armpit_left"),
        ("shoulder_right", "cuff_right_out"),
        ("cuff_right_out", "cuff_right_in"),
        ("cuff_right_in", "armpit_right"),
        ("armpit_left", "waistline_left"),
        ("armpit_right", "waistline_right"),
        ("armpit_left", "top_hem_left"),
        ("armpit_right", "top_hem_right"),
        ("waistline_left", "hemline_left"),
        ("waistline_right", "hemline_right"),
        ("armpit_left", "hemline_left"),
        ("armpit_right", "hemline_right"),
        ("top_hem_left", "top_hem_right"),
        ("hemline_left", "hemline_right"),
        ("waistband_left", "waistband_right"),
        ("waistband_left", "hemline_left"),
        ("waistband_right", "hemline_right"),
        ("waistband_left", "bottom_left_out"),
        ("bottom_left_out", "bottom_left_in"),
        ("bottom_left_in", "crotch"),
        ("crotch", "bottom_right_in"),
        ("bottom_right_in", "bottom_right_out"),
        ("bottom_right_out", "waistband_right"),
    ),
    flip_pairs=tuple((name, name.replace("_left", "_right")) for name in _NAMES if "_left" in name),
    halves=(
        tuple(n for n in _NAMES if n.startswith(("neck", "center", "shoulder", "armpit", "cuff"))),
    ),
)

_UPPER = _NAMES[:7]
_SLEEVES = _NAMES[9:13]

#: The categories, in the order of the network's answers, and the landmarks each can have.
LANDMARKS_OF: dict[str, tuple[str, ...]] = {
    "blouse": (*_UPPER, *_SLEEVES, "top_hem_left", "top_hem_right"),
    "outwear": (
        *_UPPER,
        *("waistline_left", "waistline_right"),
        *_SLEEVES,
        *("top_hem_left", "top_hem_right"),
    ),
    "dress": (
        *_UPPER,
        *("waistline_left", "waistline_right"),
        *_SLEEVES,
        *("hemline_left", "hemline_right"),
    ),
    "skirt": ("waistband_left", "waistband_right", "hemline_left", "hemline_right"),
    "trousers": (
        *("waistband_left", "waistband_right", "crotch"),
        *("bottom_left_in", "bottom_left_out", "bottom_right_in", "bottom_right_out"),
    ),
}

CATEGORIES = tuple(LANDMARKS_OF)
VIEWS = ("front", "back")


def essential_landmarks(category: str) -> tuple[str, ...]:
    """Return the landmarks without which a garment of a category has no shape.

    Parameters
    ----------
    category : str
        One of `CATEGORIES`.

    Examples
    --------
    >>> essential_landmarks("skirt")
    ('waistband_left', 'waistband_right', 'hemline_left', 'hemline_right')
    """
    spared = ("cuff", "center_front", "waistline", "crotch")
    return tuple(name for name in LANDMARKS_OF[category] if not name.startswith(spared))
