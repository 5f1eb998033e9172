"""Filling holes in a scene with pieces of it, moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.boxes import box_of
from flixdrape.fill import push_pull

__all__ = ["fill_with_pieces"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Shift = tuple[int, int]

# Which piece goes where is decided at this size; the pixels are moved at the picture's own.
_WORKING_SIDE = 192
# Moves tried, in working pixels: far across, where the ground and walls look alike, little up.
_ACROSS = (5, 8, 12, 17, 23, 31, 41, 54, 70, 90)
_UP = (0, 3, -3, 12, -12, 32, -32)
# How wide the rim is whose pixels a piece has to continue.
_RIM = 5
# The rim nearby counts, and a little the rim far away: sides of the box each is averaged over.
_NEARBY, _FAR, _FAR_SHARE = 11, 61, 0.03
# What a piece's colour counts that is not expected at its place, and how far it came from.
_UNEXPECTED, _DISTANT = 0.6, 0.04
# Colours are compared as they are on average over a box: a pixel is no texture.
_CALM = 15
# Over this box a move has to fit: pieces are large.
_PIECE = 17
# How many different moves are made.
_PIECES = 14
# Pixels of the rim by which a move is set right at the picture's own size.
_SAMPLES, _FEW = 200, 20
# How far up and across it may be set right, in working pixels: to fall into step with bricks.
_SLACK = (1.0, 2.0)
_SLACK_AROUND = np.ones([2 * round(v) + 1 for v in _SLACK], np.uint8)


def fill_with_pieces(image: Image, known: Floats, hole: Floats, smooth: Floats) -> Floats:
    """Fill a hole with moved pieces of the known picture, so that textures go on.

    Each place takes the move that continues the rim near it best; the pieces are then brought to
    the rim's colours.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        RGB.
    known : (H, W) float32 array
        How far each pixel may be used, 0..1.
    hole : (H, W) float32 array
        Where the result is wanted, 0..1.
    smooth : (H, W, 3) float32 array
        The picture with the hole filled smoothly, 0..255: says what colours to expect, and stays
        where no piece fits.

    Returns
    -------
    (H, W, 3) float32 array
        0..255.

    References
    ----------
    Y. Pritch, E. Kav-Venaki, S. Peleg, "Shift-Map Image Editing", ICCV 2009. The labelling is
    chosen by averaged costs, not by a graph cut; moves are a fixed set, most of them level, for
    what is beside a person continues what is behind.
    """
    window = _window(hole)
    if window is None:
        return smooth
    part, weights, wanted, expected = image[window], known[window], hole[window], smooth[window]
    view = _View.of(part, weights, wanted, expected)
    if not view.rim.any():
        return smooth
    moves = _moves(view.known.shape)
    best = _chosen(view, moves)
    # Few large pieces show fewer seams than many that fit a little better.
    numbers, areas = np.unique(best[view.hole & (best >= 0)], return_counts=True)
    moves = [moves[i] for i in numbers[np.argsort(areas)[::-1][:_PIECES]]]
    best = _chosen(view, moves)
    filled, share = _laid(part, weights, view, moves, best)
    filled = _at_home(filled, share, part, weights, view)
    result = smooth.copy()
    amount = (wanted * share)[..., None]
    result[window] = expected + amount * (filled - expected)
    return result


@dataclass(frozen=True)
class _View:
    """What is known and wanted, at working size."""

    colours: Floats
    known: Flags
    hole: Flags
    rim: Flags
    expected: Floats
    scale: float

    @classmethod
    def of(cls, part: Image, weights: Floats, wanted: Floats, expected: Floats) -> _View:
        height, width = weights.shape
        scale = min(1.0, _WORKING_SIDE / max(height, width))
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        sure = weights > 0.9
        amount = cv2.resize(sure.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        known = amount > 0.98
        colours = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        hole = cv2.resize(wanted, size, interpolation=cv2.INTER_AREA) > 0.02
        hole &= ~known
        kernel = np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)
        rim = (cv2.dilate(hole.astype(np.uint8), kernel) > 0) & known
        soft = cv2.resize(expected, size, interpolation=cv2.INTER_AREA)
        return cls(colours, known, hole, rim, np.asarray(soft, np.float32), scale)


def _window(hole: Floats) -> tuple[slice, slice] | None:
    """Return the hole's box with as much beside it as may be moved into it."""
    rows, columns = box_of(hole > 0.01)
    if rows.stop == 0:
        return None
    above = 16 + int(0.15 * (rows.stop - rows.start))
    return box_of(hole > 0.01, above, 16 + int(0.8 * (columns.stop - columns.start)))


def _moves(shape: tuple[int, int]) -> list[Shift]:
    """List (dy, dx) from a place to where its piece comes from."""
    level = [(up, sign * across) for across in _ACROSS for sign in (1, -1) for up in _UP]
    return [(dy, dx) for dy, dx in level if abs(dx) < shape[1] and abs(dy) < shape[0]]


def _chosen(view: _View, moves: list[Shift]) -> Ints:
    """Return the number of the move that fits best at each place, -1 where none does."""
    box = box_of(view.hole | view.rim)
    least = np.full(view.rim[box].shape, np.inf, np.float32)
    best = np.full(least.shape, -1, np.int64)
    far = [max((abs(move[axis]) for move in moves), default=0) for axis in (0, 1)]
    around = ((far[0], far[0]), (far[1], far[1]))
    # A move that is set right must not leave what is known: it would leave a gap, a thin line.
    known = np.pad(cv2.erode(view.known.astype(np.uint8), _SLACK_AROUND) > 0, around)
    colours = np.pad(view.colours, (*around, (0, 0)))
    smoothed = np.asarray(cv2.blur(view.colours, (_CALM, _CALM)), np.float32)
    calm = np.pad(smoothed, (*around, (0, 0)))
    diagonal = float(np.hypot(*view.known.shape))
    for index, (dy, dx) in enumerate(moves):
        there = (
            slice(box[0].start + dy + far[0], box[0].stop + dy + far[0]),
            slice(box[1].start + dx + far[1], box[1].stop + dx + far[1]),
        )
        usable = known[there]
        if usable.any():
            cost = _cost(view, box, usable, colours[there], calm[there])
            cost += 3 * 255 * _DISTANT * np.float32(np.hypot(dy, dx)) / diagonal
            better = usable & (cost < least)
            least[better] = cost[better]
            best[better] = index
    whole = np.full(view.known.shape, -1, np.int64)
    whole[box] = best
    return whole


def _cost(
    view: _View, box: tuple[slice, slice], usable: Flags, colours: Floats, calm: Floats
) -> Floats:
    """Return what it costs at each place of a box to show there what lies elsewhere."""
    both = (view.rim[box] & usable).astype(np.float32)
    error = _summed(cv2.absdiff(colours, view.colours[box])) * both
    sums = np.dstack([error, both])
    sums = cv2.blur(sums, (_NEARBY, _NEARBY)) + _FAR_SHARE * cv2.blur(sums, (_FAR, _FAR))
    unlike = _summed(cv2.absdiff(calm, view.expected[box]))
    # Away from any rim that the move can be judged by, its colour alone speaks for it.
    mean = sums[..., 0] / np.maximum(sums[..., 1], 1e-4)
    cost = np.where(sums[..., 1] > 1e-4, mean, 2 * unlike) + _UNEXPECTED * unlike
    amount = usable.astype(np.float32)
    sums = cv2.blur(np.dstack([cost * amount, amount]), (_PIECE, _PIECE))
    return np.asarray(sums[..., 0] / np.maximum(sums[..., 1], 1e-3), np.float32)


def _summed(colours: NDArray[Any]) -> Floats:
    """Add up an (h, w, 3) array's channels."""
    return np.asarray(cv2.transform(colours, np.ones((1, 3))), np.float32)


def _laid(
    part: Image, weights: Floats, view: _View, moves: list[Shift], best: Ints
) -> tuple[Floats, Floats]:
    """Lay the chosen pieces, at the picture's own size: their mean, and where there are any."""
    height, width = weights.shape
    total, amount = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    grown = cv2.dilate(view.hole.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    for index in np.unique(best[grown & (best >= 0)]):
        mask = (best == index) & grown
        box = _enlarged_box(mask, view.scale, (height, width))
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)
        soft = _enlarged(np.asarray(soft, np.float32), (height, width), box)
        dy, dx = _set_right(moves[index], mask & view.rim, part, weights, view)
        y, x = np.arange(box[0].start, box[0].stop) + dy, np.arange(box[1].start, box[1].stop) + dx
        inside = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))[None]
        places = np.ix_(np.clip(y, 0, height - 1), np.clip(x, 0, width - 1))
        share = soft * inside * (weights[places] > 0.5)
        total[box] += share[..., None] * part[places]
        amount[box] += share
    mean = np.asarray(total / np.maximum(amount, 1e-3)[..., None], np.float32)
    return mean, np.asarray(np.clip(4 * amount, 0, 1), np.float32)


def _set_right(
    move: Shift, rim: Flags, part: Image, weights: Floats, view: _View
) -> tuple[int, int]:
    """Return a move in the picture's own pixels, as it continues its piece's rim best."""
    dy, dx = (round(v / view.scale) for v in move)
    # Where a piece meets no rim itself, it shall continue the hole's rim as a whole.
    rows, columns = np.nonzero(rim if rim.sum() >= _FEW else view.rim)
    # One pixel of each working pixel, spread evenly over those there are.
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLES)).astype(int)
    limits = np.array(weights.shape)[:, None] - 1
    at = np.round((np.stack([rows, columns])[:, chosen] + 0.5) / view.scale - 0.5).astype(int)
    at = np.clip(at, 0, limits)
    own = part[at[0], at[1]].astype(np.int16)
    up, across = (int(np.ceil(v / view.scale)) for v in _SLACK)
    tried = np.mgrid[dy - up : dy + up + 1, dx - across : dx + across + 1].reshape(2, -1)
    there = at[:, None] + tried[..., None]
    ok = ((there >= 0) & (there <= limits[..., None])).all(axis=0)
    there = np.clip(there, 0, limits[..., None])
    ok &= weights[there[0], there[1]] > 0.5
    apart = np.abs(part[there[0], there[1]] - own).sum(axis=2) * ok
    error = apart.sum(axis=1) / np.maximum(ok.sum(axis=1), 1)
    error[ok.mean(axis=1) < 0.5] = np.inf
    if not np.isfinite(error).any():
        return dy, dx
    best = tried[:, int(error.argmin())]
    return int(best[0]), int(best[1])


def _enlarged_box(mask: Flags, scale: float, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return a mask's box and a little more, at the picture's own size."""
    rows, columns = (
        slice(max(int((s.start - 3) / scale), 0), min(int(np.ceil((s.stop + 3) / scale)) + 1, size))
        for s, size in zip(box_of(mask), shape, strict=True)
    )
    return rows, columns


def _enlarged(mask: Floats, shape: tuple[int, int], box: tuple[slice, slice]) -> Floats:
    """Return a box of a mask as it is at the picture's own size."""
    sy, sx = (m / s for m, s in zip(mask.shape, shape, strict=True))
    rows = (np.arange(box[0].start, box[0].stop, dtype=np.float32) + 0.5) * sy - 0.5
    columns = (np.arange(box[1].start, box[1].stop, dtype=np.float32) + 0.5) * sx - 0.5
    x, y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    return np.asarray(cv2.remap(mask, x, y, cv2.INTER_LINEAR), np.float32)


def _at_home(filled: Floats, share: Floats, part: Image, weights: Floats, view: _View) -> Floats:
    """Bring what was filled to the colours of the rim around it, as far as they differ smoothly."""
    height, width = weights.shape
    size = (view.known.shape[1], view.known.shape[0])
    both = ((share > 0.9) & (weights > 0.9)).astype(np.float32)
    difference = (part.astype(np.float32) - filled) * both[..., None]
    small = cv2.resize(difference, size, interpolation=cv2.INTER_AREA)
    amounts = np.asarray(cv2.resize(both, size, interpolation=cv2.INTER_AREA), np.float32)
    calm = cv2.blur(np.asarray(small, np.float32), (7, 7))
    near = np.asarray(cv2.blur(amounts, (7, 7)), np.float32)
    change = push_pull(np.asarray(calm, np.float32), near)
    large = cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(filled + large, 0, 255), np.float32)
