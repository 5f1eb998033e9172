"""A garment as parts that move on their own: torso and sleeves, or two legs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES, Body, along, arc_of
from flixdrape.contour import Contour
from flixdrape.fit import HIP_HALF, Fit, leg_half
from flixdrape.ribbon import Ribbon, by_length, offset_edges, smoothed
from flixdrape.sleeve import SleeveStrip, sleeve_strips
from warp import Part

__all__ = ["plan_parts"]

Point = NDArray[np.float64]
Line = NDArray[np.float64]
Pairs = list[tuple[Point, Point]]

# Masks are smooth: they are drawn at this size and enlarged.
_MASK_SIDE = 320
# How deep a waistband's front may dip between its ends, in widths; how much of it stays when worn.
_DEEPEST_DIP, _WORN_DIP = 0.25, 0.25
# Stations along a ribbon where its edges are looked for in the photo.
_STATIONS = 11


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
        pairs.append(_waist_front(fit, matte))
        pairs += _rows(fit, ("waistband", "hemline"), Contour.of(matte))
        return [_part(fit, "skirt", np.ones(matte.shape, np.float32), pairs, 0)]
    return _top(fit, body, matte)


def _top(fit: Fit, body: Body, matte: NDArray[np.float32]) -> list[Part]:
    hem = "hemline" if "hemline_left" in fit.source else "top_hem"
    contour = Contour.of(matte)
    levels = ("armpit", "waistline", hem) if "waistline_left" in fit.source else ("armpit", hem)
    sleeves = {
        side: _sleeve(fit, side, body, contour)
        for side in SIDES
        if {f"cuff_{side}_in", f"cuff_{side}_out"} <= fit.source.keys()
    }
    outlines = {"torso": _torso_outline(fit, hem)}
    for side, (source, _) in sleeves.items():
        outlines[f"sleeve_{fit.sleeve_from(side)}"] = source.outline
        if fit.sleeve_from(side) != side:
            outlines[f"sleeve_{side}"] = _unshown_outline(fit, side)
    masks = _masks(outlines, matte.shape)
    parts = [_part(fit, "torso", masks["torso"], _torso(fit, levels, contour), 0)]
    for side, (source, strips) in sleeves.items():
        shown = fit.sleeve_from(side)
        for order, strip in enumerate(strips, start=1):
            mask = masks[f"sleeve_{shown}"] * strip.share(source, matte.shape)
            pairs = _lattice(strip.source, strip.target)
            part = _part(fit, f"{strip.name}_{side}", mask, pairs, order)
            parts.append(replace(part, mirrored=shown != side))
    return parts


def _torso_outline(fit: Fit, hem: str) -> Line:
    return _polygon(
        fit,
        (
            *("neckline_left", "shoulder_left", "armpit_left", "waistline_left", f"{hem}_left"),
            *(f"{hem}_right", "waistline_right", "armpit_right", "shoulder_right"),
            *("neckline_right", "center_front"),
        ),
    )


def _unshown_outline(fit: Fit, side: str) -> Line:
    """Return where a sleeve lies that the other one stands for: it is no part of the torso.

    It was not seen well, at the photo's edge maybe: all that lies outside of its inner edge.
    """
    stems = ("shoulder_{}", "armpit_{}", "cuff_{}_in")
    shoulder, armpit, inner = (fit.source[stem.format(side)] for stem in stems)
    out = SIDES[side] * _between(fit.source, "shoulder")
    return np.stack([shoulder, shoulder + out, inner + out, inner, armpit])


def _torso(fit: Fit, levels: Sequence[str], contour: Contour) -> Pairs:
    pairs = _corners(
        fit,
        (
            *("neckline_left", "neckline_right", "center_front"),
            *("shoulder_left", "shoulder_right", "armpit_left", "armpit_right"),
        ),
    )
    for side in SIDES:
        pairs.append(_middle(fit, f"shoulder_{side}", f"armpit_{side}"))
        pairs.append(_middle(fit, f"neckline_{side}", f"shoulder_{side}"))
    chest = _middle(fit, "armpit_left", "armpit_right")
    # A neckline this deep already holds the middle of the chest.
    room = 0.15 * float(np.linalg.norm(_between(fit.source, "armpit")))
    if float(np.linalg.norm(chest[0] - fit.source["center_front"])) > room:
        pairs.append(chest)
    return pairs + _rows(fit, levels, contour)


def _rows(fit: Fit, levels: Sequence[str], contour: Contour) -> Pairs:
    """Rows of three points below the first level, down to the last one's corners."""
    pairs: Pairs = []
    width = float(np.linalg.norm(_between(fit.source, levels[0])))
    # A deep neckline ends where a row's middle may lie.
    taken = _corners(fit, ("center_front",))
    for upper, lower in itertools.pairwise(levels):
        edges = {side: _side_seam(fit, side, upper, lower, contour) for side in SIDES}
        length = float(np.linalg.norm(fit.source[f"{lower}_left"] - fit.source[f"{upper}_left"]))
        count = int(np.clip(round(length / max(0.35 * width, 1.0)), 1, 4))
        shares = np.linspace(0, 1, count + 1)[1:]
        sources = {side: by_length(edge, shares) for side, edge in edges.items()}
        for step, share in enumerate(shares):
            row = [
                (
                    sources[side][step],
                    _lerp(fit.target[f"{upper}_{side}"], fit.target[f"{lower}_{side}"], share),
                )
                for side in SIDES
            ]
            middle = tuple((one + other) / 2 for one, other in zip(*row, strict=True))
            pairs += [row[0], row[1]]
            if all(np.linalg.norm(middle[0] - pair[0]) > 0.15 * width for pair in taken):
                pairs.append((middle[0], middle[1]))
    return pairs


def _side_seam(fit: Fit, side: str, upper: str, lower: str, contour: Contour) -> Line:
    start, end = fit.source[f"{upper}_{side}"], fit.source[f"{lower}_{side}"]
    found = contour.between(start, end, slack=1.2, near=0.06, bulge=0.15)
    return np.stack([start, end]) if found is None else smoothed(found, 3.0)


def _between(points: dict[str, Point], stem: str) -> Point:
    return points[f"{stem}_right"] - points[f"{stem}_left"]


def _sleeve(fit: Fit, side: str, body: Body, contour: Contour) -> tuple[Ribbon, list[SleeveStrip]]:
    """Return a sleeve in its photo, and the strips in which it is laid on the arm."""
    s, t = fit.source, fit.target
    stems = ("shoulder_{}", "armpit_{}", "cuff_{}_out", "cuff_{}_in")
    shown = fit.sleeve_from(side)
    shoulder, armpit, outer, inner = (s[stem.format(shown)] for stem in stems)
    source = _edges(contour, (shoulder, outer), (armpit, inner))
    # Half-widths on the body: the limb's, and some of what the cloth is wider.
    flat = fit.scale * np.median(source.widths[_STATIONS // 3 : -2]) / 2
    corners = [t[stem.format(side)] for stem in stems]
    return source, sleeve_strips(source, corners, body, side, float(flat), fit.ease)


def _trousers(fit: Fit, body: Body, matte: NDArray[np.float32]) -> list[Part]:
    contour = Contour.of(matte)
    ribbons = {side: _leg(fit, side, body, contour) for side in SIDES}
    waist = _waist_front(fit, matte)
    outlines = {}
    for side, (source, _) in ribbons.items():
        corner = fit.source[f"waistband_{side}"]
        outlines[f"leg_{side}"] = np.concatenate([corner[None], source.outline, waist[0][None]])
    masks = _masks(outlines, matte.shape)
    parts = []
    for order, (side, (source, target)) in enumerate(ribbons.items()):
        pairs = _seat(fit, side, waist, (source, target), contour)
        name = f"leg_{side}"
        parts.append(_part(fit, name, masks[name], pairs + _lattice(source, target), order))
    return parts


def _waist_front(fit: Fit, matte: NDArray[np.float32]) -> tuple[Point, Point]:
    """Return the middle of the waistband's front edge, which laid flat dips between its ends.

    Worn it runs round the waist, nearly level.
    """
    source, target = _middle(fit, "waistband_left", "waistband_right")
    span = _between(fit.source, "waistband")
    down = np.array([-span[1], span[0]])
    steps = np.linspace(0, _DEEPEST_DIP, 40)
    places = np.round(source + steps[:, None] * down).astype(int)
    inside = ((places >= 0) & (places < matte.shape[::-1])).all(axis=1)
    cloth = [bool(ok) and matte[y, x] > 0.5 for ok, (x, y) in zip(inside, places, strict=True)]
    if not any(cloth):
        return source, target
    dip = steps[int(np.argmax(cloth))] * down
    sag = _WORN_DIP * fit.scale * float(np.linalg.norm(dip))
    across = _between(fit.target, "waistband")
    ahead = np.array([-across[1], across[0]]) / max(float(np.linalg.norm(across)), 1e-6)
    return source + dip, target + sag * ahead


def _seat(
    fit: Fit,
    side: str,
    waist: tuple[Point, Point],
    leg: tuple[Ribbon, Ribbon],
    contour: Contour,
) -> Pairs:
    """Points between the waistband and the crotch; the middle ones are both legs'."""
    name = f"waistband_{side}"
    pairs = [*_corners(fit, (name,)), waist]
    hips = (leg[0].outer[0], leg[1].outer[0])
    crotch = (fit.source["crotch"], fit.target["crotch"])
    outside = contour.between(fit.source[name], hips[0], slack=1.25)
    seam = np.stack([fit.source[name], hips[0]]) if outside is None else outside
    for share in (0.33, 0.67):
        edge = by_length(seam, np.array([share]))[0]
        target = _lerp(fit.target[name], hips[1], share)
        middle = (_lerp(waist[0], crotch[0], share), _lerp(waist[1], crotch[1], share))
        pairs += [(edge, target), middle]
        pairs.append(((edge + middle[0]) / 2, (target + middle[1]) / 2))
    return pairs


def _leg(fit: Fit, side: str, body: Body, contour: Contour) -> tuple[Ribbon, Ribbon]:
    """Return a trouser leg below the crotch, in its photo and on the person's leg."""
    s, t = fit.source, fit.target
    names = (f"waistband_{side}", "crotch", f"bottom_{side}_out", f"bottom_{side}_in")
    top, crotch, low_out, low_in = (s[name] for name in names)
    # The outer edge's place beside the crotch.
    axis = low_out - top
    share = float(np.clip((crotch - top) @ axis / max(float(axis @ axis), 1e-6), 0.05, 0.9))
    beside = _lerp(top, low_out, share)
    outside = contour.between(top, low_out, slack=1.25)
    if outside is not None:
        along_axis = (outside - top) @ axis / max(float(axis @ axis), 1e-6)
        beside = outside[int(np.argmin(np.abs(along_axis - share)))]
    source = _edges(contour, (beside, low_out), (crotch, low_in))
    flat = fit.scale * source.widths / 2
    target = _on_leg([t[name] for name in names], body, side, flat, (fit.ease, fit.girth))
    length = float(np.linalg.norm(t["crotch"] - t[f"bottom_{side}_in"]))
    count = int(np.clip(round(4 * length / body.width), 4, 11))
    fractions = np.linspace(0, 1, count)
    return source.resampled(fractions), target.resampled(fractions)


def _on_leg(
    corners: Sequence[Point],
    body: Body,
    side: str,
    flat: NDArray[np.float64],
    ease: tuple[float, float],
) -> Ribbon:
    """Lay a trouser leg's edges along a leg, from the crotch's height down."""
    _, crotch, outer, inner = corners
    leg = body.legs[side]
    whole = float(np.linalg.norm(np.diff(leg, axis=0), axis=1).sum())
    start = float(np.clip(arc_of(leg, crotch), 0.0, 0.5 * whole))
    end = max(arc_of(leg, (outer + inner) / 2), start + 0.05 * whole)
    walked = np.linspace(start, end, 24)
    axis = smoothed(np.stack([along(leg, float(u))[0] for u in walked]), 0.2 * body.width)
    axis = by_length(axis, np.linspace(0, 1, 24))
    own = np.interp(np.linspace(0, 1, 24), np.linspace(0, 1, len(flat)), flat)
    half = leg_half(body, walked / whole, own, *ease)
    cuff = float(np.linalg.norm(outer - inner)) / 2
    # Towards the hem the corners say how wide the leg is, towards the hip the hip does.
    near = np.linspace(0, 1, 24) ** 2
    half = (1 - near) * half + near * cuff
    edges = offset_edges(axis, half, -SIDES[side])
    hip = edges.outer[0]
    away = SIDES[side] * body.across
    middle = (body.legs["left"][0] + body.legs["right"][0]) / 2
    least = HIP_HALF * body.width * ease[1]
    hip = hip + max(least - float((hip - middle) @ away), 0.0) * away
    share = (walked - start) / (end - start)
    out = edges.outer[(share > 0.12) & (share < 0.97)]
    # Thighs touch: the inner seam runs straight from the crotch before it follows the leg.
    into = edges.inner[(share > min(0.45, 0.5 * body.torso / (end - start))) & (share < 0.97)]
    ribbon = Ribbon(
        smoothed(np.concatenate([hip[None], out, outer[None]]), 0.08 * body.width),
        smoothed(np.concatenate([crotch[None], into, inner[None]]), 0.08 * body.width),
    )
    return ribbon.resampled(np.linspace(0, 1, 4 * _STATIONS))


def _edges(contour: Contour, outer: tuple[Point, Point], inner: tuple[Point, Point]) -> Ribbon:
    """Return a strip's edges between corners: the cutout's outline, or straight lines.

    An inner edge may be hidden beside the torso or the other leg; the outline nearby is then
    the outer edge's, or a fold's, and the strip would be left without width.
    """
    stations = np.linspace(0, 1, 2 * _STATIONS)
    straight = Ribbon(by_length(np.stack(outer), stations), by_length(np.stack(inner), stations))
    lines = []
    for (start, end), near, bulge in ((outer, 0.12, 0.5), (inner, 0.06, 0.2)):
        found = contour.between(start, end, near=near, bulge=bulge)
        line = np.stack([start, end]) if found is None else smoothed(found, 3.0)
        lines.append(by_length(line, stations))
    for ribbon in (Ribbon(*lines), Ribbon(lines[0], straight.inner)):
        if _has_width(ribbon, straight):
            return ribbon
    return straight


def _has_width(ribbon: Ribbon, straight: Ribbon) -> bool:
    """Whether the edges keep apart: they must not be one and the same outline."""
    least = 0.3 * float(min(straight.widths[0], straight.widths[-1]))
    gaps = np.linalg.norm(ribbon.inner[1:-1, None] - ribbon.outer[None], axis=2).min(axis=1)
    return bool((gaps > least).all())


def _lattice(source: Ribbon, target: Ribbon) -> Pairs:
    """Three points across, at every station."""
    pairs: Pairs = []
    for share in (1.0, 0.5, 0.0):
        pairs += list(zip(source.across(share), target.across(share), strict=True))
    return pairs


def _part(fit: Fit, name: str, mask: NDArray[np.float32], pairs: Pairs, order: int) -> Part:
    """Put a part together; the garment's corners are its anchors."""
    source = np.stack([pair[0] for pair in pairs])
    target = np.stack([pair[1] for pair in pairs])
    kept = _distinct(source)
    corners = np.stack(list(fit.source.values()))
    gaps = np.linalg.norm(source[kept][:, None] - corners[None], axis=2).min(axis=1)
    return Part(name, mask, source[kept], target[kept], order, gaps < 0.01)


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
