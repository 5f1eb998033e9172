"""Patches of a person's photo of which somebody says what they are.

A look at the photo tells a coat's lining from the trousers below it better than the parser does.
One place is enough: what was taken for the same part, is joined to it and has its colours is meant
with it, so that a skirt taken for one dress with the blouse above changes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.errors import UnusableInputError
from flixdrape.wearer import Wearer
from pose import PARTS, Parsing

__all__ = ["Patch", "read_patches", "with_patches"]

#: A pixel of the person's photo, x and y, and which of `pose.PARTS` the patch around it is.
Patch = tuple[float, float, str]

Image = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]

# No photo is as wide, in pixels.
_FAR = 1e6
# Longer side, in pixels, of the picture that patches are looked for in: finer cloth is texture.
_SIDE = 384
# Its smoothing, in pixels and in levels of CIELAB: stripes and folds go, seams of colours stay.
_SMOOTH, _LEVELS = 2.5, 20.0
# How far around a place its colours are taken, of the longer side; the least that they vary, in
# levels of lightness and of both colours, and the most, in times of that: a print's vary so much
# that everything would be like it. How many times as far a pixel's may be from them.
_AROUND, _LEAST, _MOST, _ALIKE = 0.015, (10.0, 3.5, 4.0), 1.5, 4.0
# Buttons and prints, smaller than this share of the patch, lie in it; a patch that is more than
# this of all that was taken for the same part is all of it.
_HOLE, _WHOLE = 0.15, 0.9


def read_patches(values: Any) -> tuple[Patch, ...]:
    """Read patches that came from a caller, from a file or over a wire.

    Parameters
    ----------
    values : Any
        A list of ``[x, y, part]``, or of such tuples.

    Raises
    ------
    UnusableInputError
        If it is none.

    Examples
    --------
    >>> read_patches([[512, 430, "outer"]])
    ((512.0, 430.0, 'outer'),)
    """
    if not isinstance(values, list | tuple) or not all(map(_is_patch, values)):
        raise UnusableInputError(
            f"patches must be a list of [x, y, part], each part one of {', '.join(PARTS)}"
        )
    return tuple((float(x), float(y), part) for x, y, part in values)


def _is_patch(value: Any) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 3:
        return False
    *place, part = value
    return all(map(_is_pixel, place)) and part in PARTS


def _is_pixel(value: Any) -> bool:
    number = isinstance(value, int | float | np.integer | np.floating)
    return number and not isinstance(value, bool) and bool(-_FAR < value < _FAR)


def with_patches(wearer: Wearer, patches: Sequence[Patch]) -> Wearer:
    """Return a person with some patches being what somebody says they are.

    All are looked for in what was found, whatever the others change; where two overlap, the later
    holds.

    Parameters
    ----------
    wearer : Wearer
        As found.
    patches : sequence of (x, y, part)
        In the photo's pixels.

    Raises
    ------
    UnusableInputError
        If there is no such part, or a place lies outside what was looked at.

    Examples
    --------
    Blue trousers below a grey coat, all of it taken for the coat; joints and body do not matter.

    >>> photo = np.full((40, 30, 3), 90, np.uint8)
    >>> photo[20:] = (20, 40, 120)
    >>> parsing = Parsing.of_labels(np.full((40, 30), PARTS.index("outer"), np.uint8))
    >>> told = with_patches(Wearer(photo, None, None, parsing), [(15, 30, "bottom")])
    >>> told.parsing.clothes()
    ('outer', 'bottom')
    """
    for x, y, part in patches:
        _check(wearer.parsing, x, y, part)
    if not patches:
        return wearer
    parsing = wearer.parsing
    labels, smooth = _working(wearer)
    planes = parsing.probabilities.copy()
    size = (planes.shape[2], planes.shape[1])
    for x, y, part in patches:
        place = _place(parsing, x, y, labels.shape)
        patch = _patch_at(place, labels, smooth)
        _relabel(planes, patch, labels, PARTS.index(part), int(labels[place]), size)
    return wearer.parsed(planes)


def _check(parsing: Parsing, x: float, y: float, part: str) -> None:
    if part not in PARTS:
        raise UnusableInputError(f"patch {part!r}: one of {', '.join(PARTS)}")
    left, top, width, height = parsing.box
    if not (left <= x <= left + width - 1 and top <= y <= top + height - 1):
        raise UnusableInputError(
            f"patch at {x:g}, {y:g}: outside what was looked at around the person, "
            f"x {left} to {left + width - 1}, y {top} to {top + height - 1}"
        )


def _working(wearer: Wearer) -> tuple[Image, Floats]:
    """Return the likeliest parts, and the photo's smoothed colours in CIELAB, both small."""
    x, y, width, height = wearer.parsing.box
    scale = min(1.0, _SIDE / max(width, height))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    likeliest = wearer.parsing.probabilities.argmax(axis=0).astype(np.uint8)
    labels = cv2.resize(likeliest, size, interpolation=cv2.INTER_NEAREST)
    part = wearer.rgb[y : y + height, x : x + width]
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32)
    smooth = cv2.bilateralFilter(lab, 0, _LEVELS, _SMOOTH)
    return np.asarray(labels, np.uint8), np.asarray(smooth, np.float32)


def _place(parsing: Parsing, x: float, y: float, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return row and column of a pixel of the photo in a small picture of the parsing's box."""
    left, top, width, height = parsing.box
    row = int((y - top + 0.5) * shape[0] / height)
    column = int((x - left + 0.5) * shape[1] / width)
    return min(row, shape[0] - 1), min(column, shape[1] - 1)


def _patch_at(place: tuple[int, int], labels: Image, smooth: Floats) -> Flags:
    """Return what is meant with a place: joined to it, taken for the same, of like colours."""
    same = _joined(labels == labels[place], place)
    radius = max(round(_AROUND * max(labels.shape)), 3)
    disc = np.zeros(labels.shape, np.uint8)
    cv2.circle(disc, (place[1], place[0]), radius, 1, -1)
    around = same & (disc > 0)
    sample = smooth[around]
    least = np.array(_LEAST, np.float32)
    spread = np.clip(sample.std(axis=0), least, _MOST * least)
    away = (smooth - np.median(sample, axis=0)) / spread
    alike = (same & ((away**2).sum(axis=2) < _ALIKE**2)) | around
    closed = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    patch = _filled(_joined(same & (closed > 0), place), same)
    return same if patch.sum() > _WHOLE * same.sum() else patch


def _joined(mask: Flags, place: tuple[int, int]) -> Flags:
    _, patches = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return np.asarray(patches == patches[place])


def _filled(patch: Flags, same: Flags) -> Flags:
    """Fill small holes of a patch, as far as they were taken for the same part."""
    count, holes, stats, _ = cv2.connectedComponentsWithStats(
        (~patch).astype(np.uint8), connectivity=4
    )
    small = np.zeros(count, bool)
    small[1:] = stats[1:, cv2.CC_STAT_AREA] < _HOLE * patch.sum()
    return np.asarray(patch | (small[holes] & same))


def _relabel(
    planes: Floats, patch: Flags, labels: Image, part: int, found: int, size: tuple[int, int]
) -> None:
    """Make a patch a part, in place; its soft border to others goes with it."""
    inside = _enlarged(patch, size)
    planes *= 1 - inside
    planes[part] += inside
    grown = cv2.dilate(patch.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    amount = planes[found] * _enlarged(patch | (grown & (labels != found)), size)
    planes[found] -= amount
    planes[part] += amount


def _enlarged(mask: Flags, size: tuple[int, int]) -> Floats:
    return np.asarray(
        cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), np.float32
    )
