"""A garment as parts that move on their own: torso and sleeves, or two legs."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES, Body, along, arc_of, perpendicular
from flixdrape.fit import HIP_HALF, Fit, clear_of_torso
from warp import Part

__all__ = ["plan_parts"]

Point = NDArray[np.float64]
Pairs = list[tuple[Point, Point]]

# Masks are smooth: they are drawn at this size and enlarged.
_MASK_SIDE = 320


def plan_parts(fit: Fit, category: str, body: Body, matte: NDArray[np.float32]) -> list[Part]:
    """Split a garment into parts, each with its own control points.

    Neighbours share the points of their seam, so they meet there whatever each does elsewhere.

    Parameters
    ----------
    fit : Fit
        Corners and where they go.
    category : str
        One of `garment.CATEGORIES`.
    body : Body
        For the way sleeves and legs take between their corners.
    matte : (H, W) float32 array
        The garment's cutout, 0..1: between corners its edge is followed, not a straight line.

    Returns
    -------
    list of Part
        Drawn in ascending `order`.
    """
    if category == "trousers":
        return _trousers(fit, body, matte)
    if category == "skirt":
        pairs = _corners(fit, ("waistband_left", "waistband_right"))
        pairs += _sides(fit, "waistband", "hemline", matte)
        pairs.append(_middle(fit, "waistband_left", "waistband_right"))
        return [_part("skirt", np.ones(matte.shape, np.float32), pairs, 0)]
    return _top(fit, body, matte)


def _top(fit: Fit, body: Body, matte: NDArray[np.float32]) -> list[Part]:
    hem = "hemline" if "hemline_left" in fit.source else "top_hem"
    sleeves = [
        side for side in SIDES if {f"cuff_{side}_in", f"cuff_{side}_out"} <= fit.source.keys()
    ]
    pairs = _corners(
        fit,
        (
            *("neckline_left", "neckline_right", "center_front"),
            *("shoulder_left", "shoulder_right", "armpit_left", "armpit_right"),
        ),
    )
    for side in SIDES:
        pairs.append(_middle(fit, f"shoulder_{side}", f"armpit_{side}"))
    if "waistline_left" in fit.source:
        pairs += _corners(fit, ("waistline_left", "waistline_right"))
        pairs += _sides(fit, "waistline", hem, matte)
    else:
        pairs += _sides(fit, "armpit", hem, matte)
    pairs.append(_middle(fit, f"{hem}_left", f"{hem}_right"))
    torso = _polygon(
        fit,
        (
            *("neckline_left", "shoulder_left", "armpit_left", "waistline_left", f"{hem}_left"),
            *(f"{hem}_right", "waistline_right", "armpit_right", "shoulder_right"),
            *("neckline_right", "center_front"),
        ),
    )
    outlines = {"torso": torso}
    for side in sleeves:
        outlines[f"sleeve_{side}"] = _polygon(
            fit, (f"shoulder_{side}", f"cuff_{side}_out", f"cuff_{side}_in", f"armpit_{side}")
        )
    masks = _masks(outlines, matte.shape)
    parts = [_part("torso", masks["torso"], pairs, 0)]
    for side in sleeves:
        name = f"sleeve_{side}"
        parts.append(_part(name, masks[name], _sleeve(fit, side, body, matte), 1))
    return parts


def _sleeve(fit: Fit, side: str, body: Body, matte: NDArray[np.float32]) -> Pairs:
    corners = [f"shoulder_{side}", f"armpit_{side}", f"cuff_{side}_out", f"cuff_{side}_in"]
    pairs = _corners(fit, corners)
    pairs.append(_middle(fit, corners[0], corners[1]))
    pairs.append(_middle(fit, corners[2], corners[3]))
    return pairs + _along_arm(fit, body, side, corners, matte)


def _along_arm(
    fit: Fit, body: Body, side: str, corners: Sequence[str], matte: NDArray[np.float32]
) -> Pairs:
    """Points between the ends of a sleeve, laid along the arm it covers.

    `corners` are its outer and inner start, its outer and inner end.
    """
    limb = body.arms[side]
    starts = [(fit.source[name], fit.target[name]) for name in corners]
    (out0, t_out0), (in0, t_in0), (out1, t_out1), (in1, t_in1) = starts
    end = (t_out1 + t_in1) / 2
    reach = arc_of(limb, end)
    whole = float(np.linalg.norm(np.diff(limb, axis=0), axis=1).sum())
    width0 = float(np.linalg.norm(t_out0 - t_in0)) / 2
    width1 = float(np.linalg.norm(t_out1 - t_in1)) / 2
    shares = (0.5,) if reach < 0.45 * whole else (0.35, 0.55, 0.78)
    pairs: Pairs = []
    for share in shares:
        middle, direction = along(limb, share * reach)
        # Across a bend the normal is the mean of both bones', or the tube pinches.
        _, before = along(limb, max(share - 0.12, 0) * reach)
        _, after = along(limb, (share + 0.12) * reach)
        mean = before + after
        if np.linalg.norm(mean) > 0.3:
            direction = mean / np.linalg.norm(mean)
        normal = perpendicular(direction, side)
        # From the seam to the limb's own width within the first third.
        ease = max(1 - share / 0.5, 0.0)
        half = width1 + (0.75 * width0 - width1) * (1 - share)
        middle = middle + clear_of_torso(middle - half * normal, direction, t_in0, body, side)
        straight_out, straight_in = _lerp(t_out0, t_out1, share), _lerp(t_in0, t_in1, share)
        out = (1 - ease) * (middle + half * normal) + ease * straight_out
        inner = (1 - ease) * (middle - half * normal) + ease * straight_in
        # Half a sleeve's width at most: farther out another part's edge begins.
        room = 0.4 * float(np.linalg.norm(_lerp(out0, out1, share) - _lerp(in0, in1, share)))
        pairs.append((_on_edge(matte, _lerp(out0, out1, share), out1 - out0, side, room), out))
        other = "right" if side == "left" else "left"
        pairs.append((_on_edge(matte, _lerp(in0, in1, share), in1 - in0, other, room), inner))
    return pairs


def _trousers(fit: Fit, body: Body, matte: NDArray[np.float32]) -> list[Part]:
    waist = _middle(fit, "waistband_left", "waistband_right")
    crotch = (fit.source["crotch"], fit.target["crotch"])
    rise = ((waist[0] + crotch[0]) / 2, (waist[1] + crotch[1]) / 2)
    outlines = {}
    for side in SIDES:
        outer = _polygon(
            fit, (f"waistband_{side}", f"bottom_{side}_out", f"bottom_{side}_in", "crotch")
        )
        outlines[f"leg_{side}"] = np.concatenate([outer, waist[0][None]])
    masks = _masks(outlines, matte.shape)
    parts = []
    for order, side in enumerate(SIDES):
        corners = [
            *(f"waistband_{side}", "crotch", f"bottom_{side}_out", f"bottom_{side}_in"),
        ]
        pairs = [*_corners(fit, corners), waist, rise]
        pairs.append(_middle(fit, corners[2], corners[3]))
        leg = np.concatenate([fit.target[f"waistband_{side}"][None], body.legs[side]])
        pairs += _leg(fit, leg, side, body, matte)
        parts.append(_part(f"leg_{side}", masks[f"leg_{side}"], pairs, order))
    return parts


def _leg(
    fit: Fit,
    leg: NDArray[np.float64],
    side: str,
    body: Body,
    matte: NDArray[np.float32],
) -> Pairs:
    """Points on both edges of a trouser leg, from the crotch down along thigh and shin."""
    names = (f"waistband_{side}", "crotch", f"bottom_{side}_out", f"bottom_{side}_in")
    top_out, top_in, low_out, low_in = (fit.source[name] for name in names)
    _, t_in, t_low_out, t_low_in = (fit.target[name] for name in names)
    start = arc_of(leg, t_in)
    end = arc_of(leg, (t_low_out + t_low_in) / 2)
    hip_span = float(np.linalg.norm(body.hips["right"] - body.hips["left"]))
    # The outer edge's place beside the crotch, in the photo and on the body.
    axis = low_out - top_out
    share0 = float(np.clip((top_in - top_out) @ axis / max(float(axis @ axis), 1e-6), 0.05, 0.9))
    hip_half = max(HIP_HALF * body.width - 0.5 * hip_span, 0.18 * body.width)
    low_half = float(np.linalg.norm(t_low_out - t_low_in)) / 2
    pairs: Pairs = []
    for share in (0.05, 0.22, 0.4, 0.55, 0.7, 0.85, 0.95):
        middle, direction = along(leg, start + share * (end - start))
        normal = perpendicular(direction, side)
        half = float(
            np.interp(share, [0, 0.5, 1], [hip_half, 0.5 * (hip_half + low_half), low_half])
        )
        outer = _lerp(top_out, low_out, share0 + share * (1 - share0))
        inner = _lerp(top_in, low_in, share)
        room = 0.45 * float(np.linalg.norm(outer - inner))
        outer = _on_edge(matte, outer, low_out - top_out, side, 1.5 * room)
        pairs.append((outer, middle + half * normal))
        if share > 0.2:
            other = "right" if side == "left" else "left"
            inner = _on_edge(matte, inner, low_in - top_in, other, room)
            pairs.append((inner, middle - half * normal))
    return pairs


def _part(name: str, mask: NDArray[np.float32], pairs: Pairs, order: int) -> Part:
    source = np.stack([pair[0] for pair in pairs])
    target = np.stack([pair[1] for pair in pairs])
    kept = _distinct(source)
    return Part(name, mask, source[kept], target[kept], order)


def _distinct(points: NDArray[np.float64], least: float = 1.0) -> list[int]:
    """Choose points that lie apart: two control points on one pixel contradict each other."""
    kept: list[int] = []
    for index, point in enumerate(points):
        if all(np.linalg.norm(point - points[other]) >= least for other in kept):
            kept.append(index)
    return kept


def _corners(fit: Fit, names: Sequence[str]) -> Pairs:
    return [(fit.source[name], fit.target[name]) for name in names if name in fit.source]


def _middle(fit: Fit, one: str, other: str) -> tuple[Point, Point]:
    return (
        (fit.source[one] + fit.source[other]) / 2,
        (fit.target[one] + fit.target[other]) / 2,
    )


def _sides(fit: Fit, upper: str, lower: str, matte: NDArray[np.float32]) -> Pairs:
    """Pair the lower corners, and a point of each side seam halfway down."""
    pairs = _corners(fit, (f"{lower}_left", f"{lower}_right"))
    width = float(np.linalg.norm(fit.source[f"{upper}_left"] - fit.source[f"{upper}_right"]))
    for side in SIDES:
        source, target = _middle(fit, f"{upper}_{side}", f"{lower}_{side}")
        ahead = fit.source[f"{lower}_{side}"] - fit.source[f"{upper}_{side}"]
        pairs.append((_on_edge(matte, source, ahead, side, 0.18 * width), target))
    return pairs


def _on_edge(
    matte: NDArray[np.float32], point: Point, ahead: Point, side: str, room: float
) -> Point:
    """Move a point straight out or in to the cutout's edge; leave it where none is near.

    `ahead` runs along the edge, `side` is the side of it on which the background lies.
    """
    length = float(np.linalg.norm(ahead))
    if length < 1e-6 or room < 1:
        return point
    outward = perpendicular(ahead / length, side)
    steps = np.arange(-np.floor(room), np.floor(room) + 1)
    places = point + steps[:, None] * outward
    x = np.clip(np.round(places[:, 0]), 0, matte.shape[1] - 1).astype(int)
    y = np.clip(np.round(places[:, 1]), 0, matte.shape[0] - 1).astype(int)
    inside = matte[y, x] > 0.5
    leaves = np.flatnonzero(inside[:-1] & ~inside[1:])
    if len(leaves) == 0:
        return point
    nearest = leaves[np.argmin(np.abs(steps[leaves] + 0.5))]
    return point + (steps[nearest] + 0.5) * outward


def _lerp(one: Point, other: Point, share: float) -> Point:
    return one + share * (other - one)


def _polygon(fit: Fit, names: Sequence[str]) -> NDArray[np.float64]:
    return np.stack([fit.source[name] for name in names if name in fit.source])


def _masks(
    outlines: dict[str, NDArray[np.float64]], shape: tuple[int, int]
) -> dict[str, NDArray[np.float32]]:
    """Give every pixel to the part whose outline it lies in, or nearest to.

    The first part is drawn first and reaches a little under the others, so that their soft
    edges have cloth behind them.
    """
    scale = min(1.0, _MASK_SIDE / max(shape))
    size = (max(round(shape[1] * scale), 2), max(round(shape[0] * scale), 2))
    distances = {name: _signed_distance(line * scale, size) for name, line in outlines.items()}
    feather = 1.5
    reach = 4.0
    masks = {}
    for index, (name, distance) in enumerate(distances.items()):
        others = np.min([d for other, d in distances.items() if other != name], axis=0, initial=1e6)
        margin = reach if index == 0 else 0.0
        mask = np.clip(0.5 + (others - distance + margin) / (2 * feather), 0, 1)
        masks[name] = cv2.resize(
            mask.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR
        )
    return masks


def _signed_distance(outline: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Distance to a polygon in pixels, negative inside."""
    inside = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(inside, [np.round(outline).astype(np.int32)], 1)
    outward = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    inward = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    return np.asarray(outward, np.float64) - np.asarray(inward, np.float64)
