"""Which kinds of clothes a person wears, where that is doubtful, and when it matters."""

from __future__ import annotations

from collections.abc import Iterable

from pose import PARTS, Parsing

__all__ = ["clothes_warnings", "doubtful_clothes"]

# What is easily taken for each other.
_KINDS = ("top", "outer", "dress", "bottom")
# Which of them a new garment treats alike: takes off, leaves below its hem, or lets be.
_ALIKE: dict[str, tuple[set[str], ...]] = {
    "blouse": ({"top", "outer", "dress"}, {"bottom"}),
    "outwear": ({"outer"}, {"top", "dress"}, {"bottom"}),
    "dress": ({"top", "outer", "dress", "bottom"},),
    "skirt": ({"bottom"}, {"dress"}, {"top", "outer"}),
    "trousers": ({"bottom"}, {"dress"}, {"top", "outer"}),
}
_NAMES = {
    "top": "a top",
    "outer": "a coat or jacket",
    "dress": "a dress",
    "bottom": "trousers or a skirt",
}
# Less than this share of the person is a mistake at a border, or matters little.
_LEAST_AREA = 0.03
# On held-out photos more than half of all wrong kinds have a rival nearer than this, and half of
# the kinds with such a rival are wrong (docs/engine.md).
_RIVAL = 0.25


def doubtful_clothes(parsing: Parsing) -> dict[str, str]:
    """Return the kinds of clothes that may well be others: what each was taken for -> its rival.

    Parameters
    ----------
    parsing : Parsing
        What every pixel of the person belongs to.

    Examples
    --------
    >>> import numpy as np
    >>> planes = np.zeros((len(PARTS), 2, 2), np.float32)
    >>> planes[PARTS.index("dress")], planes[PARTS.index("outer")] = 0.6, 0.4
    >>> doubtful_clothes(Parsing(planes, (0, 0, 2, 2), (2, 2)))
    {'dress': 'outer'}
    """
    likeliest = parsing.probabilities.argmax(axis=0)
    least = _LEAST_AREA * float((likeliest != PARTS.index("background")).sum())
    doubtful = {}
    for kind in _KINDS:
        there = likeliest == PARTS.index(kind)
        if there.sum() <= least:
            continue
        chance = {k: float(parsing.probabilities[PARTS.index(k)][there].mean()) for k in _KINDS}
        rival = max((k for k in _KINDS if k != kind), key=chance.__getitem__)
        if chance[rival] > _RIVAL * (chance[rival] + chance[kind]):
            doubtful[kind] = rival
    return doubtful


def clothes_warnings(parsing: Parsing, categories: Iterable[str]) -> list[str]:
    """Say what may have been taken for something else, where new garments make a difference of it.

    Parameters
    ----------
    parsing : Parsing
        What every pixel of the person belongs to, as found.
    categories : iterable of str
        Of the garments that are put on: of `garment.CATEGORIES`.

    Examples
    --------
    >>> import numpy as np
    >>> planes = np.zeros((len(PARTS), 2, 2), np.float32)
    >>> planes[PARTS.index("dress")], planes[PARTS.index("outer")] = 0.6, 0.4
    >>> parsing = Parsing(planes, (0, 0, 2, 2), (2, 2))
    >>> clothes_warnings(parsing, ["blouse"])
    []
    >>> len(clothes_warnings(parsing, ["trousers"]))
    1
    """
    groups = [_ALIKE[category] for category in categories]
    said = []
    for kind, rival in doubtful_clothes(parsing).items():
        pair = {kind, rival}
        if any(not any(pair <= alike for alike in group) for group in groups):
            said.append(
                f"what was taken for {_NAMES[kind]} may be {_NAMES[rival]}; if old clothes stay, "
                "or others go, say what the photo shows (worn), or what a place of it is (patches)"
            )
    return said
