"""The corners of a garment that a fit starts from: as seen, put right, and completed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from garment import Garment

__all__ = [
    "OTHER",
    "complete_corners",
    "garment_axes",
    "hidden_sleeve",
    "mistaken_sleeve",
    "pair_distance",
    "seen_corners",
]

Point = NDArray[np.float64]
Points = dict[str, Point]

# Pairs of corners without which a category cannot be placed.
_PAIRED = {
    "blouse": ("neckline", "shoulder", "armpit", "top_hem"),
    "outwear": ("neckline", "shoulder", "armpit", "top_hem"),
    "dress": ("neckline", "shoulder", "armpit", "waistline", "hemline"),
    "skirt": ("waistband", "hemline"),
    "trousers": ("waistband", "bottom_out", "bottom_in"),
}
# What a hem is called depends on the category; corners surer than this may change their names.
_SAME_PLACE = {"hemline": "top_hem", "top_hem": "hemline"}
_LEAST_RENAMED = 0.2
# How far below its shoulder, in widths of the chest, a neckline may lie on a sleeveless top.
_STRAP = 0.06
# Pairs that help where they are known.
_OPTIONAL = ("waistline",)
#: The side across from each.
OTHER = {"left": "right", "right": "left"}
# A sleeve that shows so much less cloth than the other is folded away or hidden behind.
_HIDDEN = 0.45
# Sleeves of one garment whose lengths differ more are not both where they were found.
_UNEVEN = 1.5


def seen_corners(garment: Garment) -> Points:
    """Return the corners found; of a pair with one corner the other too, however unsure.

    A garment with one sleeve has two; one with one end of a waistband or hem has the other, and
    where the network looked for it is a better guess than a mirror's, unless it lies too near.
    """
    points = {name: np.array(point) for name, point in garment.points.items()}
    for stem in _PAIRED[garment.category]:
        pair = _pair(stem)
        if stem in _SAME_PLACE and not set(pair) & points.keys():
            points.update(_renamed(garment, stem))
        known = [name for name in pair if name in points]
        if len(known) == 1:
            missing = pair[0] if known[0] == pair[1] else pair[1]
            guess = garment.keypoints[missing].copy()
            if float(np.linalg.norm(guess - points[known[0]])) > 0.4 * _breadth(points):
                points[missing] = guess
    cuffs = {side: [f"cuff_{side}_in", f"cuff_{side}_out"] for side in SIDES}
    sleeved = {side: any(name in points for name in names) for side, names in cuffs.items()}
    for side, names in cuffs.items():
        if not sleeved[side] and any(sleeved.values()):
            points.update({name: garment.keypoints[name].copy() for name in names})
    if not any(sleeved.values()):
        _lift_straps(points)
    return points


def _lift_straps(points: Points) -> None:
    """Move a neckline that was seen where a strap begins to the strap's top, inside the shoulder.

    Of labelled sleeveless garments one neckline in a hundred lies lower than its shoulder by more
    than a twentieth of the chest.
    """
    if not {*_pair("shoulder"), *_pair("armpit")} <= points.keys():
        return
    across, down = garment_axes(points, "shoulder", "armpit")
    chest = pair_distance(points, "armpit")
    for side, sign in SIDES.items():
        neck, shoulder = f"neckline_{side}", points[f"shoulder_{side}"]
        if neck in points and float((points[neck] - shoulder) @ down) > _STRAP * chest:
            points[neck] = shoulder - _STRAP * chest * sign * across


def _renamed(garment: Garment, stem: str) -> Points:
    """Return the ends of a hem that the network took for another category's."""
    pairs = zip(_pair(stem), _pair(_SAME_PLACE[stem]), strict=True)
    return {
        name: garment.keypoints[other].copy()
        for name, other in pairs
        if garment.keypoints.score_of(other) > _LEAST_RENAMED
    }


def _breadth(points: Points) -> float:
    """Return the widest of the pairs that are there, in pixels; 0 if there is none."""
    widths = [
        float(np.linalg.norm(points[name] - points[name.replace("_left", "_right")]))
        for name in points
        if "_left" in name and name.replace("_left", "_right") in points
    ]
    return max(widths, default=0.0)


def complete_corners(points: Points, category: str) -> Points:
    """Add the corners without which a category cannot be placed, mirrored or extrapolated.

    A corner that lies outside the photo or was not found is taken from its opposite through
    the garment's middle line, or, for hems, continued from the sides.

    Raises
    ------
    ValueError
        If too few corners are known to complete the rest.
    """
    points = dict(points)
    needed = _PAIRED[category]
    middle = _middle_line(points)
    for stem in (*needed, *_OPTIONAL):
        left, right = _pair(stem)
        if left in points and right not in points:
            points[right] = _reflected(points[left], middle)
        elif right in points and left not in points:
            points[left] = _reflected(points[right], middle)
    missing = [stem for stem in needed if _pair(stem)[0] not in points]
    # A waistline lies between what is above and below it.
    missing.sort(key=lambda stem: stem == "waistline")
    for stem in missing:
        _extrapolate(points, stem)
    if category in ("blouse", "outwear", "dress") and "center_front" not in points:
        neck = (points["neckline_left"] + points["neckline_right"]) / 2
        chest = (points["armpit_left"] + points["armpit_right"]) / 2
        points["center_front"] = neck + 0.35 * (chest - neck)
    if category == "trousers" and "crotch" not in points:
        points["crotch"] = 0.68 * (points["waistband_left"] + points["waistband_right"]) / 2
        points["crotch"] += 0.32 * (points["bottom_left_in"] + points["bottom_right_in"]) / 2
    for side in SIDES:
        cuff = [f"cuff_{side}_in", f"cuff_{side}_out"]
        if sum(name in points for name in cuff) == 1:
            _complete_cuff(points, side)
    return points


def _pair(stem: str) -> tuple[str, str]:
    if stem.startswith("bottom"):
        end = stem.split("_")[1]
        return f"bottom_left_{end}", f"bottom_right_{end}"
    return f"{stem}_left", f"{stem}_right"


def _middle_line(points: Points) -> tuple[Point, Point]:
    """Return a point on the garment's middle line and the line's unit direction."""
    middles = []
    across = np.zeros(2)
    for name in points:
        if "_left" in name and name.replace("_left", "_right") in points:
            other = points[name.replace("_left", "_right")]
            middles.append((points[name] + other) / 2)
            across += other - points[name]
    if not middles or np.linalg.norm(across) < 1e-6:
        raise ValueError("no two opposite corners of the garment were found")
    across /= np.linalg.norm(across)
    return np.mean(middles, axis=0), np.array([-across[1], across[0]])


def _reflected(point: Point, line: tuple[Point, Point]) -> Point:
    origin, direction = line
    offset = point - origin
    return origin + 2 * direction * float(offset @ direction) - offset


def _extrapolate(points: Points, stem: str) -> None:
    """Supply both corners of a pair from the pairs that are there."""
    left, right = _pair(stem)
    for side, name in (("left", left), ("right", right)):
        across = 1.0 if side == "right" else -1.0

        def at(other: str, side: str = side) -> Point:
            if f"{other}_{side}" not in points:
                raise ValueError(f"neither {stem} nor {other} of the garment was found")
            return points[f"{other}_{side}"]

        if stem == "waistline":
            points[name] = 0.55 * at("armpit") + 0.45 * at("hemline")
        elif stem in ("top_hem", "hemline"):
            if f"shoulder_{side}" in points:
                length = 1.8 if stem == "top_hem" else 3.0
                points[name] = at("armpit") + length * (at("armpit") - at("shoulder"))
            else:
                # A skirt's: as long as skirts are, relative to their waistband.
                across_waist = points["waistband_right"] - at("waistband", "left")
                down = np.array([-across_waist[1], across_waist[0]])
                points[name] = at("waistband") + 1.5 * down + across * 0.2 * across_waist
        elif stem == "neckline":
            other = points.get("shoulder_left" if side == "right" else "shoulder_right")
            if other is None:
                raise ValueError("neither neckline nor shoulders of the garment were found")
            points[name] = 0.7 * at("shoulder") + 0.3 * other
        elif stem == "shoulder":
            points[name] = at("neckline") + 0.35 * (at("armpit") - at("neckline"))
        elif stem == "armpit":
            points[name] = 0.65 * at("shoulder") + 0.35 * at("top_hem")
        elif stem in ("bottom_out", "bottom_in"):
            inner = "in" if stem == "bottom_out" else "out"
            partner = points.get(f"bottom_{side}_{inner}")
            if partner is None:
                raise ValueError("the ends of the garment's legs were not found")
            width = 0.4 * np.linalg.norm(at("waistband") - _other(points, "waistband", side))
            outward = across if stem == "bottom_out" else -across
            points[name] = partner + np.array([outward * width, 0.0])
        else:
            raise ValueError(f"the {stem.replace('_', ' ')} of the garment was not found")


def _other(points: Points, stem: str, side: str) -> Point:
    return points[f"{stem}_{'right' if side == 'left' else 'left'}"]


def _complete_cuff(points: Points, side: str) -> None:
    """Supply the missing end of a cuff: as far from the other as the armhole is deep."""
    known = "in" if f"cuff_{side}_in" in points else "out"
    depth = points[f"shoulder_{side}"] - points[f"armpit_{side}"]
    offset = 0.7 * depth if known == "in" else -0.7 * depth
    missing = "out" if known == "in" else "in"
    points[f"cuff_{side}_{missing}"] = points[f"cuff_{side}_{known}"] + offset


def hidden_sleeve(source: Points) -> str | None:
    """Return the side whose sleeve shows hardly any cloth, or lies turned over; None if none."""
    areas = {}
    for side, sign in SIDES.items():
        stems = ("shoulder_{}", "cuff_{}_out", "cuff_{}_in", "armpit_{}")
        names = [stem.format(side) for stem in stems]
        if not set(names) <= source.keys():
            return None
        x, y = np.stack([source[name] for name in names]).T
        areas[side] = sign * float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    least = min(areas, key=lambda side: areas[side])
    return least if areas[least] < _HIDDEN * areas[OTHER[least]] else None


def mistaken_sleeve(garment: Garment, source: Points) -> str | None:
    """Return the less sure side of two sleeves whose lengths do not go together; None if none."""
    lengths, scores = {}, {}
    for side in SIDES:
        cuff = (f"cuff_{side}_out", f"cuff_{side}_in")
        if not set(cuff) <= source.keys():
            return None
        lengths[side] = float(np.linalg.norm(source[cuff[0]] - source[f"shoulder_{side}"]))
        scores[side] = min(garment.keypoints.score_of(name) for name in cuff)
    if max(lengths.values()) < _UNEVEN * min(lengths.values()):
        return None
    return min(scores, key=lambda side: scores[side])


def pair_distance(points: Points, stem: str) -> float:
    """Return how far a pair's corners lie apart, in pixels, at least 1."""
    left, right = _pair(stem)
    return max(float(np.linalg.norm(points[left] - points[right])), 1.0)


def garment_axes(source: Points, top: str, bottom: str) -> tuple[Point, Point]:
    """Return unit vectors across and down of the garment in its own photo."""
    across = source[f"{top}_right"] - source[f"{top}_left"]
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    down = np.array([-across[1], across[0]])
    upper = (source[f"{top}_left"] + source[f"{top}_right"]) / 2
    low = (source[f"{bottom}_left"] + source[f"{bottom}_right"]) / 2
    return across, down if float((low - upper) @ down) >= 0 else -down
