"""Where each corner of a garment goes on a body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES, Body, along, arc_of, perpendicular
from flixdrape.corners import (
    OTHER,
    complete_corners,
    garment_axes,
    hidden_sleeve,
    mistaken_sleeve,
    pair_distance,
    seen_corners,
)
from flixdrape.options import DrapeOptions
from flixdrape.outline import SHOULDER_AT, TorsoOutline
from garment import Garment

__all__ = [
    "HIP_HALF",
    "Fit",
    "clear_of_torso",
    "fit_garment",
    "leg_half",
    "sleeve_half",
]

Point = NDArray[np.float64]
Points = dict[str, Point]

# Where the body's outline runs, relative to the joints; lengths are in shoulder widths (joint
# to joint) across and in torso lengths (mid-shoulders to mid-hips) down.
_SHOULDER_OUT, _SHOULDER_UP = 0.10, 0.055
_NECK_HALF, _NECK_UP = 0.27, 0.22
_CHEST_HALF, _ARMPIT_DOWN = 0.48, 0.27
_WAIST_HALF = 0.43
# From an upper arm's bone to its inner edge; the least of a chest that shows between two arms.
_ARM_INNER, _LEAST_CHEST_HALF = 0.10, 0.36
HIP_HALF, _WAISTBAND_DOWN = 0.52, 0.80
_CROTCH_DOWN = 1.14
# How far a waistband goes up under the top above it, in torso lengths.
_WAISTBAND_UNDER = 0.045

# Armpit to armpit in shoulder widths: worn on a mannequin, laid flat and roomy, and between.
_CHEST_WORN, _CHEST_FLAT, _CHEST_MEAN = 1.05, 1.65, 1.28
# Waistbands in centimetres: what a photo shows lies between worn (30) and laid flat (40).
_WAISTBAND_CM, _SKIRT_WAIST_CM, _LEG_CM = 38.0, 34.0, 100.0
# How far outside a leg's bones a skirt hangs at least, in shoulder widths, from which share of its
# length on, and how much wider than usual its hem may become by that.
_LEG_ROOM, _STRIDE_FROM, _STRIDE = 0.16, 0.4, 2.0
# Logistic regression on the logarithms of inseam over rise, outseam over waistband and hem over
# waistband, and its constant: trousers that reach the ankles, against all shorter ones. From the
# labelled corners of 117 training photos, lengths judged by eye; each left out in turn, 4 are
# wrong (by the inseam alone 7), three of them three-quarter lengths taken for long.
_FULL_LENGTH = np.array([3.57, 3.66, -2.61, -4.21])

# How much of what a garment is wider than the body still shows once it is worn: cloth that lies
# flat at the chest goes round the body, a skirt's flare hangs free.
_EASE_CHEST, _EASE_WAIST, _EASE_TOP_HEM, _EASE_SKIRT = 0.2, 0.35, 0.35, 0.85
_EASE_SLEEVE, _EASE_LEG = 0.12, 0.4


@dataclass(frozen=True)
class Fit:
    """A garment's corners and the places they go to.

    Attributes
    ----------
    source : dict of str to (2,) float array
        Corners in the garment's photo.
    target : dict of str to (2,) float array
        The same corners in the person's photo.
    scale : float
        Person pixels for one garment pixel, along the garment's length.
    warnings : tuple of str
        What the picture may suffer from.
    ease : float
        How much of the cloth's width beyond the body's shows, relative to a regular fit.
    girth : float
        How wide the hips and legs are, relative to what the shoulders suggest.
    copied : str or None
        The image's side whose sleeve is hidden or folded away in the photo, so that the other
        one is shown there, turned over.
    """

    source: Points
    target: Points
    scale: float
    warnings: tuple[str, ...]
    ease: float = 1.0
    girth: float = 1.0
    copied: str | None = None

    def sleeve_from(self, side: str) -> str:
        """Return the side of the photo whose sleeve is shown on one side of the body."""
        return _sleeve_from(side, self.copied)


def fit_garment(
    garment: Garment,
    body: Body,
    options: DrapeOptions | None = None,
    outline: TorsoOutline | None = None,
) -> Fit:
    """Place every corner of a garment on a body.

    Widths at shoulders, chest and waist follow the body, lengths keep the garment's own
    proportions, sleeves and legs follow the limbs as far as their length goes.

    Parameters
    ----------
    garment : Garment
        Corners in the garment's photo.
    body : Body
        Where the person's parts lie.
    options : DrapeOptions, optional
        `fit`, `length`, `sleeve` and the shifts are heeded.
    outline : TorsoOutline, optional
        How wide the person is and how high trousers sit, as seen; without it the joints tell.

    Raises
    ------
    KeyError
        If corners are missing without which the category cannot be placed; `complete_corners`
        supplies them.
    """
    source = complete_corners(seen_corners(garment), garment.category)
    warnings = _warnings(garment, body)
    options = options or DrapeOptions()
    copied = None
    if garment.category in ("blouse", "outwear", "dress"):
        copied = hidden_sleeve(source) or mistaken_sleeve(garment, source)
        target, scale = _fit_top(source, body, options, outline, copied)
    elif garment.category == "skirt":
        target, scale = _fit_skirt(source, body, options, outline)
    else:
        target, scale = _fit_trousers(source, body, options, outline)
    shift = body.width * (options.shift_x * body.across + options.shift_y * body.down)
    placed = {name: target[name] + shift for name in source}
    if copied:
        warnings = (
            *warnings,
            f"the {copied} sleeve is not seen well; the other is shown on both sides",
        )
    return Fit(source, placed, scale, warnings, _ease(options), _girth(outline, body), copied)


def _sleeve_from(side: str, copied: str | None) -> str:
    return OTHER[side] if side == copied else side


def _girth(outline: TorsoOutline | None, body: Body) -> float:
    return 1.0 if outline is None else outline.girth(HIP_HALF * body.width)


def _ease(options: DrapeOptions) -> float:
    return float(np.interp(options.fit, [-1.0, 0.0, 1.0], [0.3, 1.0, 2.0]))


def _warnings(garment: Garment, body: Body) -> tuple[str, ...]:
    warnings = []
    if garment.view == "back" and body.front:
        warnings.append("the garment is photographed from behind, the person from the front")
    if not body.front:
        warnings.append("the person is seen from behind; the garment's front is laid on the back")
    if body.turned < 0.6:
        warnings.append("the person is turned far aside; a frontal pose gives a better drape")
    if garment.category in ("skirt", "trousers", "dress") and not (
        body.certain["left_leg"] and body.certain["right_leg"]
    ):
        warnings.append("the legs are not wholly in the picture; the hem is placed by proportion")
    return tuple(warnings)


def _half_width(source: Points, stem: str, scale: float, own: float, ease: float) -> float:
    """Half of a garment's width once worn: the body's, and a share of what is over."""
    flat = scale * pair_distance(source, stem) / 2
    return own + min(ease, 1.0) * max(flat - own, 0.0) if flat > own else max(flat, 0.94 * own)


def _own_half(outline: TorsoOutline | None, side: str, level: float, own: float) -> float:
    """Half of the body's width: as seen, within what the joints make likely."""
    return own if outline is None else outline.half(side, level, own, (0.88, 1.15))


def _fit_top(
    source: Points,
    body: Body,
    options: DrapeOptions,
    outline: TorsoOutline | None,
    copied: str | None,
) -> tuple[Points, float]:
    across, down = garment_axes(source, "shoulder", "armpit")
    relax = _ease(options)
    target, scale = _fit_shoulders(source, body, outline)
    chest = (source["armpit_left"] + source["armpit_right"]) / 2
    neck = body.neck
    chest_at = neck + _ARMPIT_DOWN * body.torso * body.down
    for side, sign in SIDES.items():
        own = _own_half(outline, side, _ARMPIT_DOWN, _CHEST_HALF * body.width)
        half = _half_width(source, "armpit", scale, own, relax * _EASE_CHEST)
        half = min(half, _room_beside_arm(body, side))
        target[f"armpit_{side}"] = chest_at + sign * half * body.across
    target["center_front"] = _front_of_neck(source, target, (across, down), scale, body)
    for stem, own, ease in (
        ("waistline", _WAIST_HALF, _EASE_WAIST),
        ("top_hem", HIP_HALF, _EASE_TOP_HEM),
        ("hemline", HIP_HALF, _EASE_SKIRT),
    ):
        if f"{stem}_left" in source:
            long = scale * (options.length if "hem" in stem else options.length**0.5)
            middle = (source[f"{stem}_left"] + source[f"{stem}_right"]) / 2
            level = _ARMPIT_DOWN + long * float((middle - chest) @ down) / body.torso
            halves = {
                side: _half_width(
                    source,
                    stem,
                    scale,
                    _own_half(outline, side, level, own * body.width),
                    relax * ease,
                )
                for side in SIDES
            }
            _fit_level(source, target, stem, (chest, chest_at), (across, down), long, halves, body)
    for side in SIDES:
        if f"cuff_{side}_in" in source and f"cuff_{side}_out" in source:
            shown = _sleeve_from(side, copied)
            _fit_sleeve(source, target, (shown, side), scale, body, options)
    return target, scale


def _room_beside_arm(body: Body, side: str) -> float:
    """Return how far from the torso's axis the arm that hangs beside it lets an armpit be seen.

    Behind an arm that hangs close the chest goes on, but what is seen of it ends at the arm.
    """
    offsets = body.arms[side] - body.neck
    upper = offsets[1] - offsets[0]
    if float(_unit(upper) @ body.down) < 0.8:
        return float("inf")
    share = (_ARMPIT_DOWN * body.torso - offsets[0] @ body.down) / max(upper @ body.down, 1e-6)
    axis = float((offsets[0] + np.clip(share, 0.0, 1.0) * upper) @ body.across) * SIDES[side]
    return max(axis - _ARM_INNER * body.width, _LEAST_CHEST_HALF * body.width)


def _fit_shoulders(
    source: Points, body: Body, outline: TorsoOutline | None
) -> tuple[Points, float]:
    """Place necklines and shoulders; return the garment's scale too."""
    width = body.width
    lifts = {side: _lift(body, outline, side) * body.down for side in SIDES}
    tips = {
        side: body.shoulders[side]
        + sign * _SHOULDER_OUT * width * body.across
        - _SHOULDER_UP * width * body.down
        - lifts[side]
        for side, sign in SIDES.items()
    }
    roots = {
        side: body.neck
        + sign * _NECK_HALF * width * body.across
        - _NECK_UP * width * body.down
        - lifts[side]
        for side, sign in SIDES.items()
    }
    has_sleeves = "cuff_left_in" in source or "cuff_right_in" in source
    seam = float(np.linalg.norm(tips["right"] - tips["left"]))
    frontal = body.frontal
    chest = frontal / pair_distance(source, "armpit")
    by_shoulder = (1 + 2 * _SHOULDER_OUT) * frontal / pair_distance(source, "shoulder")
    # Dropped shoulders make the seam line wide and narrow straps make it short: the chest keeps
    # either from setting the scale alone.
    scale = (
        float(np.clip(by_shoulder, _CHEST_WORN * chest, _CHEST_FLAT * chest))
        if has_sleeves
        else _CHEST_MEAN * chest
    )
    target: Points = {}
    half_garment = pair_distance(source, "shoulder") / 2
    for side in SIDES:
        reach = float(np.clip(scale * half_garment * width / frontal / (seam / 2), 0.35, 1.25))
        target[f"shoulder_{side}"] = _on_shoulder_line(roots[side], tips[side], body.neck, reach)
        opening = pair_distance(source, "neckline") / max(pair_distance(source, "shoulder"), 1.0)
        target[f"neckline_{side}"] = _on_shoulder_line(
            roots[side], tips[side], body.neck, float(np.clip(opening * reach, 0.36, reach * 0.92))
        )
    return target, scale


def _lift(body: Body, outline: TorsoOutline | None, side: str) -> float:
    """How much higher than the joints tell a shoulder is seen to end, in pixels.

    Thick clothes and raised shoulders lift it; cloth laid lower would leave a gap to fill.
    """
    if outline is None:
        return 0.0
    beside = np.interp(SHOULDER_AT, [_NECK_HALF, 0.5 + _SHOULDER_OUT], [_NECK_UP, _SHOULDER_UP])
    own = float(beside) * body.width
    return outline.shoulder_up(side, own, (0.03 * body.width, 0.1 * body.width)) - own


def _front_of_neck(
    source: Points, target: Points, axes: tuple[Point, Point], scale: float, body: Body
) -> Point:
    """Place the neckline's lowest point between neck and chest as it lies in the photo.

    Between these the body says how long the cloth is; below the chest the cloth itself does.
    """
    across, down = axes
    neck, chest = (_middle_of(source, stem) for stem in ("neckline", "armpit"))
    neck_to, chest_to = (_middle_of(target, stem) for stem in ("neckline", "armpit"))
    drop = max(float((source["center_front"] - neck) @ down), 0.0)
    length = max(float((chest - neck) @ down), 1e-6)
    aside = float((source["center_front"] - neck - (chest - neck) * drop / length) @ across)
    place = neck_to + min(drop / length, 1.0) * (chest_to - neck_to)
    place = place + scale * max(drop - length, 0.0) * body.down
    return np.asarray(place + 0.8 * scale * aside * body.across)


def _middle_of(points: Points, stem: str) -> Point:
    return (points[f"{stem}_left"] + points[f"{stem}_right"]) / 2


def _on_shoulder_line(root: Point, tip: Point, neck: Point, reach: float) -> Point:
    """Walk from the neck's side over the shoulder; `reach` 1 is its tip, 0 the middle."""
    half = float(np.linalg.norm(tip - neck))
    start = float(np.linalg.norm(root - neck)) / half * 0.75
    if reach <= start:
        return root + (reach - start) * (tip - root) * 0.5
    share = (reach - start) / (1 - start)
    return root + share * (tip - root)


def _fit_level(
    source: Points,
    target: Points,
    stem: str,
    chest: tuple[Point, Point],
    axes: tuple[Point, Point],
    scale: float,
    halves: dict[str, float],
    body: Body,
) -> None:
    """Place a pair of corners below the chest at the garment's own length."""
    across, down = axes
    chest_from, chest_to = chest
    axis = _body_axis(body, chest_to)
    middle = (source[f"{stem}_left"] + source[f"{stem}_right"]) / 2
    for side, sign in SIDES.items():
        length = scale * float((source[f"{stem}_{side}"] - chest_from) @ down)
        point, direction = along(axis, max(length, 0.0))
        # Half of the direction's lean: hems hang towards the ground more than legs do.
        level = _unit(body.across + np.array([direction[1], -direction[0]]))
        half = halves[side]
        lean = scale * 0.5 * float((middle - chest_from) @ across)
        offset = sign * half + np.clip(lean, -0.1, 0.1) * half
        if stem == "hemline":
            upper = next(target[k] for k in _above_hem(side) if k in target)
            stride = _to_legs(body, upper, point, sign * level)
            offset = sign * max(sign * offset, min(stride, _STRIDE * half))
        target[f"{stem}_{side}"] = point + level * offset


def _above_hem(side: str) -> tuple[str, ...]:
    return f"waistband_{side}", f"waistline_{side}", f"armpit_{side}"


def _to_legs(body: Body, upper: Point, hem: Point, out: Point) -> float:
    """Return how far out from the middle of a hem its end is that leaves no leg beside the cloth.

    A stride carries the cloth along, which runs straight from its upper corner to the hem's end.
    """
    reach = 0.0
    height = float((hem - upper) @ body.down)
    for leg in body.legs.values():
        places = np.linspace(0, 1, 16)[:, None, None] * np.diff(leg, axis=0) + leg[:-1]
        for place in places.reshape(-1, 2):
            share = float((place - upper) @ body.down) / max(height, 1e-6)
            if _STRIDE_FROM < share < 1.1:
                beside = float((place - upper) @ out) + _LEG_ROOM * body.width
                reach = max(reach, float((upper - hem) @ out) + beside / min(share, 1.0))
    return reach


def _body_axis(body: Body, start: Point) -> NDArray[np.float64]:
    """Return the middle line of the body from `start` to the ground."""
    knees = (body.legs["left"][1] + body.legs["right"][1]) / 2
    ankles = (body.legs["left"][2] + body.legs["right"][2]) / 2
    return np.stack([start, body.pelvis, knees, ankles])


def _unit(vector: Point) -> Point:
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _fit_sleeve(
    source: Points,
    target: Points,
    sides: tuple[str, str],
    scale: float,
    body: Body,
    options: DrapeOptions,
) -> None:
    """Place a cuff on the arm, as far along as the sleeve is long.

    `sides` are the sleeve's in the photo and the arm's.
    """
    shown, side = sides
    outer = source[f"cuff_{shown}_out"] - source[f"shoulder_{shown}"]
    length = options.sleeve * scale * float(np.linalg.norm(outer))
    arm = body.arms[side]
    reach = float(np.linalg.norm(np.diff(arm, axis=0), axis=1).sum())
    # The sleeve hangs from the seam, which lies before the shoulder joint.
    offset = float(np.linalg.norm(target[f"shoulder_{side}"] - arm[0]))
    inner = float(np.linalg.norm(source[f"cuff_{shown}_in"] - source[f"armpit_{shown}"]))
    inner *= options.sleeve * scale
    # However short, the sleeve's inner edge leads away from the armpit.
    least = arc_of(arm, target[f"armpit_{side}"]) + 0.6 * inner
    walked = max(length - 0.5 * offset, least, 0.1 * reach)
    middle, direction = along(arm, min(walked, 1.04 * reach))
    cuff = np.linalg.norm(source[f"cuff_{shown}_out"] - source[f"cuff_{shown}_in"])
    half = sleeve_half(body, length / max(reach, 1.0), scale * float(cuff) / 2, _ease(options))
    normal = perpendicular(direction, side)
    middle = middle + clear_of_torso(
        middle - half * normal, direction, target[f"armpit_{side}"], body, side
    )
    target[f"cuff_{side}_out"] = middle + half * normal
    target[f"cuff_{side}_in"] = middle - half * normal
    if np.linalg.norm(source[f"cuff_{shown}_in"] - source[f"armpit_{shown}"]) < 0.3 * cuff:
        # A cap sleeve ends on the armhole: across it, the cloth would be turned inside out.
        target[f"cuff_{side}_in"] = _on_armhole(source, target, shown, side)


def _on_armhole(source: Points, target: Points, shown: str, side: str) -> Point:
    """Place a cap sleeve's inner end beside the armpit as it lies beside it in the photo."""
    armpit, seam = source[f"armpit_{shown}"], source[f"shoulder_{shown}"]
    ours, theirs = seam - armpit, target[f"shoulder_{side}"] - target[f"armpit_{side}"]
    off = source[f"cuff_{shown}_in"] - armpit
    if shown != side:
        ours, off = ours * [-1, 1], off * [-1, 1]
    # In complex numbers a turn and a scale are one factor.
    factor = complex(*theirs) / complex(*ours) if np.any(ours) else 0j
    moved = factor * complex(*off)
    return target[f"armpit_{side}"] + np.array([moved.real, moved.imag])


def clear_of_torso(inner: Point, direction: Point, armpit: Point, body: Body, side: str) -> Point:
    """Return the shift that keeps a hanging sleeve's inner edge beside the torso.

    Joints are bones: cloth on an arm that hangs close would lie inside the chest, and the
    sleeve would fold at the armpit. An arm that reaches forward or across is left alone.

    Parameters
    ----------
    inner : (2,) float array
        A point of the sleeve's inner edge.
    direction : (2,) float array
        Of the limb there.
    armpit : (2,) float array
        Where the sleeve meets the side.
    body : Body
        For the torso's axes.
    side : str
        The image's side.
    """
    outward = SIDES[side] * body.across
    missing = float((armpit - inner) @ outward)
    hangs = float(direction @ body.down) > 0.75 and float(direction @ outward) > -0.35
    if missing <= 0 or not hangs or missing > 0.4 * body.width:
        return np.zeros(2)
    return 0.3 * outward * missing


def sleeve_half(body: Body, share: float, flat: float, ease: float = 1.0) -> float:
    """Return half of a sleeve's width on an arm, in pixels.

    Parameters
    ----------
    body : Body
        Whose arm.
    share : float
        Where along the arm, 0 at the shoulder, 1 at the wrist.
    flat : float
        Half of the sleeve's width laid flat, in pixels of the person.
    ease : float
        See `Fit`.
    """
    limb = body.width * float(np.interp(share, [0.0, 0.3, 0.6, 1.0], [0.15, 0.14, 0.11, 0.085]))
    return limb + min(_EASE_SLEEVE * ease, 1.0) * max(flat - limb, 0.0)


def leg_half(
    body: Body,
    share: NDArray[np.float64],
    flat: NDArray[np.float64],
    ease: float = 1.0,
    girth: float = 1.0,
) -> NDArray[np.float64]:
    """Return half of a trouser leg's width; as `sleeve_half`, `share` 0 at the hip joint.

    `girth` is `Fit`'s.
    """
    limb = girth * body.width * np.interp(share, [0.1, 0.3, 0.6, 1.0], [0.26, 0.225, 0.17, 0.12])
    # Trousers sit on the hips; what they are wider hangs free below.
    free = np.interp(share, [0.1, 0.45], [0.0, 1.0])
    return np.asarray(limb + free * min(_EASE_LEG * ease, 1.0) * np.maximum(flat - limb, 0.0))


def _fit_skirt(
    source: Points, body: Body, options: DrapeOptions, outline: TorsoOutline | None
) -> tuple[Points, float]:
    target, scale = _fit_waistband(source, body, outline)
    across, down = garment_axes(source, "waistband", "hemline")
    start = (target["waistband_left"] + target["waistband_right"]) / 2
    waist = (source["waistband_left"] + source["waistband_right"]) / 2
    half = _half_width(
        source, "hemline", scale, HIP_HALF * body.width, _ease(options) * _EASE_SKIRT
    )
    long = options.length * scale
    halves = dict.fromkeys(SIDES, half)
    _fit_level(source, target, "hemline", (waist, start), (across, down), long, halves, body)
    return target, scale


def _fit_waistband(
    source: Points, body: Body, outline: TorsoOutline | None
) -> tuple[Points, float]:
    share = _WAISTBAND_DOWN
    if outline is not None and outline.waistband is not None:
        # Under what hangs over it there is room; above it old cloth would show.
        share = outline.waistband - _WAISTBAND_UNDER
    # The waist proper is narrower than the hips that a low waistband sits on.
    half = body.width * float(np.interp(share, [0.6, 0.8], [0.42, 0.47]))
    middle = body.neck + share * body.torso * body.down
    level = _unit(body.across + _unit(body.hips["right"] - body.hips["left"]))
    target = {}
    for side, sign in SIDES.items():
        # A top that hangs over the waist is wider than what it hides.
        own = half if outline is None else _waist_half(outline, side, share, half)
        target[f"waistband_{side}"] = middle + sign * own * level
    return target, _SKIRT_WAIST_CM * body.centimetre / pair_distance(source, "waistband")


def _full_length(source: Points) -> float:
    """Say whether trousers reach the ankles when worn: 0 they do not, 1 they do.

    A photo taken obliquely, or of a stretched waistband, shows long trousers short; their inseam is
    long for their rise all the same, and they narrow towards their hems.
    """
    waist = max(pair_distance(source, "waistband"), 1.0)
    rise = float(np.linalg.norm(source["crotch"] - _middle_of(source, "waistband")))

    def mean(end: str, start: str) -> float:
        ends = [source[f"bottom_{x}_{end}"] - source[start.format(x)] for x in SIDES]
        return max(float(np.mean(np.linalg.norm(ends, axis=1))), 0.05 * waist)

    inseam, outseam = mean("in", "crotch"), mean("out", "waistband_{}")
    ratios = (inseam / max(rise, 1.0), outseam / waist, mean("out", "bottom_{}_in") / waist)
    logit = float(np.log(ratios) @ _FULL_LENGTH[:-1]) + _FULL_LENGTH[-1]
    return float(np.interp(logit, [-0.7, 0.7], [0, 1]))


def _waist_half(outline: TorsoOutline, side: str, share: float, own: float) -> float:
    """Half of a waistband: the narrowest that is seen from there to the hips, a little less."""
    levels = np.linspace(share, share + 0.12, 4)
    return 0.97 * min(outline.half(side, float(level), own, (0.72, 1.0)) for level in levels)


def _fit_trousers(
    source: Points, body: Body, options: DrapeOptions, outline: TorsoOutline | None
) -> tuple[Points, float]:
    target, _ = _fit_waistband(source, body, outline)
    scale = _WAISTBAND_CM * body.centimetre / pair_distance(source, "waistband")
    target["crotch"] = body.neck + _CROTCH_DOWN * body.torso * body.down
    for side in SIDES:
        leg = np.concatenate([target[f"waistband_{side}"][None], body.legs[side]])
        outer = source[f"bottom_{side}_out"] - source[f"waistband_{side}"]
        whole = float(np.linalg.norm(np.diff(leg, axis=0), axis=1).sum())
        length = _WAISTBAND_CM / _LEG_CM * float(np.linalg.norm(outer))
        share = float(np.clip(length / pair_distance(source, "waistband"), 0.3, 1.03))
        # Full-length trousers end at the ankle, however wide their waist or oblique the photo.
        share = max(share, 1.03 * _full_length(source))
        share = float(np.clip(share * options.length, 0.2, 1.06))
        middle, direction = along(leg, share * whole)
        width = np.linalg.norm(source[f"bottom_{side}_out"] - source[f"bottom_{side}_in"])
        half = float(
            leg_half(body, np.array(share), np.array(scale * float(width) / 2), _ease(options))
        )
        outward = perpendicular(direction, side)
        target[f"bottom_{side}_out"] = middle + half * outward
        target[f"bottom_{side}_in"] = middle - half * outward
    return target, scale
