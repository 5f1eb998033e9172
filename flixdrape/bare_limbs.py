"""Bare arms and legs, painted where old clothes come off them."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.bust import bust
from flixdrape.corners import OTHER
from flixdrape.coverage import Coverage
from flixdrape.limb import LimbField, LimbShape
from flixdrape.occlusion import bare_arm
from flixdrape.seen_limb import THICKER, SeenLimb
from flixdrape.skin import painted_skin, skin_tone
from flixdrape.wearer import Wearer, leg_field, ramp

__all__ = ["clothed_leg", "inside_leg", "legs_in_trousers", "painted_arms", "painted_legs"]

Floats = NDArray[np.float32]

# Half the thickness of bare limbs along the limb, and how far outside its bones its middle lies, in
# shoulder widths as seen from the front: medians of 818 legs and 1,444 arms in people's drawn
# masks, where what lies on both sides is background; joints and hands by eye.
_ARM = LimbShape(
    at=(0.0, 0.12, 0.25, 0.3, 0.5, 0.65, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3),
    half=(0.105, 0.12, 0.115, 0.108, 0.1, 0.103, 0.099, 0.086, 0.073, 0.071, 0.09, 0.1),
    outside=(0.0, 0.01, 0.012, 0.012, 0.012, 0.017, 0.015, 0.018, 0.016, 0.009, 0.0, 0.0),
)
_LEG = LimbShape(
    at=(
        0.0,
        0.25,
        0.3,
        0.4,
        0.5,
        0.6,
        0.65,
        0.7,
        0.75,
        0.8,
        0.85,
        0.9,
        0.95,
        1.0,
        1.06,
        1.11,
        1.15,
    ),
    half=(
        *(0.26, 0.222, 0.202, 0.174, 0.158, 0.149, 0.153, 0.15, 0.14),
        *(0.126, 0.109, 0.094, 0.084, 0.088, 0.105, 0.12, 0.12),
    ),
    outside=(
        *(0.0, 0.0, -0.002, -0.004, -0.009, 0.019, 0.026, 0.029, 0.029),
        *(0.028, 0.028, 0.026, 0.017, 0.008, 0.025, 0.05, 0.06),
    ),
)

# From here on along an arm it is a hand.
_WRIST = 0.9
# How far from an ankle, in shoulder widths, its shoe may be seen without belonging right there.
_TO_SHOE = (0.08, 0.8)
# As much of a shoe, in squared shoulder widths, is one that a foot stands in.
_SHOD = 0.004

# Legwear that is seen on less of the shins is socks.
_STOCKING = 0.25


def painted_legs(wearer: Wearer, cover: Coverage, todo: Floats) -> tuple[Floats, Floats]:
    """Paint legs below a hem, in the stockings that are worn, else bare.

    Parameters
    ----------
    wearer : Wearer
        The person.
    cover : Coverage
        What the new garment covers.
    todo : (H, W) float32 array
        Where old clothes come off, 0..1.

    Returns
    -------
    layer : (H, W, 3) float32 array
        0..255.
    amount : (H, W) float32 array
        Where it shows, 0..1; also a little where a leg is seen already, to hide the old hem's
        shadow on it.
    """
    image, whole = wearer.rgb.astype(np.float32), np.zeros(wearer.shape, np.float32)
    if cover.category in ("blouse", "outwear"):
        return image, whole
    first = ("legwear",) if _wears_stockings(wearer) else ()
    for side in SIDES:
        field = _flesh(wearer, "leg", side)
        tone = skin_tone(wearer, (*first, "legs", "arms", "face"), field)
        if tone is None:
            continue
        bare = wearer.part("legs", "legwear")[field.window]
        seen = _seen_limb(wearer, field, _flesh(wearer, "leg", OTHER[side]), bare, _LEG)
        layer, amount = _gone_on(wearer, field, seen, tone, bare, todo[field.window], _LEG)
        amount = np.maximum(amount, _foot(wearer, field, amount))
        if cover.category == "trousers":
            end = cover.legs[side] * field.length
            amount = amount * ramp(field.along, end - 2, end + 2)
        _paint(image, field, layer, amount)
        field.paste(amount, whole)
    return image, whole


def _flesh(wearer: Wearer, limb: Literal["arm", "leg"], side: str) -> LimbField:
    """Return coordinates about an arm's or a leg's flesh; a leg's lead to its shoe."""
    bones, shape = wearer.arm(side), _ARM
    if limb == "leg":
        bones, shape = (
            wearer.remembered(f"{side} leg to its shoe", lambda: _shod(wearer, side)),
            _LEG,
        )
    # Walking down a limb, its right is the image's left.
    return shape.about(bones, wearer.body.frontal, -SIDES[side])


def _shod(wearer: Wearer, side: str) -> LimbField:
    """Return a leg's coordinates, its ankle moved to where a shoe is seen below a long hem.

    Under cloth an ankle is guessed, and the shoe shows where the leg ends; where it is seen it is
    where it was found.
    """
    hip, knee, ankle = wearer.body.legs[side]
    other = wearer.body.legs[OTHER[side]][2]
    rows, columns = np.nonzero(wearer.part("footwear") > 0.5)
    shoes = np.stack([columns, rows], axis=1).astype(np.float64)
    own = shoes[np.linalg.norm(shoes - ankle, axis=1) < np.linalg.norm(shoes - other, axis=1)]
    below = own[(own - ankle) @ wearer.body.down > 0]
    if len(below) == 0:
        return wearer.leg(side)
    away = np.linalg.norm(below - ankle, axis=1)
    first, gap = below[away.argmin()], float(away.min())
    if not _TO_SHOE[0] * wearer.body.width < gap < _TO_SHOE[1] * wearer.body.width:
        return wearer.leg(side)
    between = np.linspace(ankle, first, 5)[:-1].round().astype(int)
    column, row = between.T.clip(0, np.array(wearer.shape)[::-1, None] - 1)
    if float(wearer.part("legs", "legwear")[row, column].mean()) > 0.3:
        return wearer.leg(side)
    return leg_field(np.stack([hip, knee, first]), wearer.shape, wearer.body.width)


def _foot(wearer: Wearer, field: LimbField, leg: Floats) -> Floats:
    """Return the foot that a painted leg stands on where no shoe is seen: 0..1, in its window.

    Long hems hide shoes; a leg that ends where the hem did would stand on nothing.
    """
    inside = _inside(field, wearer.body.frontal, _LEG)
    share = field.along / max(field.length, 1.0)
    ankle = inside * (share > 0.9) * (share < 1.0)
    shoe = wearer.part("footwear")[field.window] * (np.abs(field.beside) < 0.3 * wearer.body.width)
    shod = float((shoe * (share > 0.8)).sum()) > _SHOD * wearer.body.width**2
    if shod or float((ankle * leg).sum()) < 0.6 * float(ankle.sum()):
        return np.zeros_like(leg)
    return np.asarray(inside * ramp(share, 0.9, 0.97), np.float32)


def _wears_stockings(wearer: Wearer) -> bool:
    """Tell stockings from bare legs, and from the socks that are seen below trousers."""
    legwear = wearer.part("legwear")
    worn = shins = 0.0
    for side in SIDES:
        field = wearer.leg(side)
        shin = inside_leg(field, wearer.body.frontal) * (field.along > 0.5 * field.length)
        worn += float((shin * legwear[field.window]).sum())
        shins += float(shin.sum())
    return worn > _STOCKING * shins and float(legwear.sum()) > float(wearer.part("legs").sum())


def legs_in_trousers(wearer: Wearer, cover: Coverage) -> Floats:
    """Return bare or stockinged legs as far as trousers reach: (H, W), 0..1.

    Beside a trouser leg that is narrower than the wearer's there is no skin to be seen.
    """
    whole = np.zeros(wearer.shape, np.float32)
    seen = wearer.part("legs", "legwear")
    for side in SIDES:
        field = wearer.leg(side)
        end = cover.legs[side] * field.length
        near = ramp(np.abs(field.beside), 0.4 * wearer.body.width, 0.35 * wearer.body.width)
        field.paste(seen[field.window] * near * ramp(field.along, end - 1, end - 3), whole)
    return whole


def painted_arms(wearer: Wearer, cover: Coverage, todo: Floats) -> tuple[Floats, Floats, Floats]:
    """Paint arms where sleeves come off and no new ones go on.

    Parameters
    ----------
    wearer, cover, todo
        As of `painted_legs`.

    Returns
    -------
    layer, amount
        As of `painted_legs`.
    bare : (H, W) float32 array
        The part of `amount` that may lie in front of the new garment.
    """
    image = wearer.rgb.astype(np.float32)
    whole, bare = np.zeros(wearer.shape, np.float32), np.zeros(wearer.shape, np.float32)
    if cover.category not in ("blouse", "dress"):
        return image, whole, bare
    chest = bust(wearer)
    for side in SIDES:
        field = _flesh(wearer, "arm", side)
        tone = skin_tone(wearer, ("arms", "face"), field)
        if tone is None:
            continue
        skin = wearer.part("arms")[field.window]
        seen = _seen_limb(wearer, field, _flesh(wearer, "arm", OTHER[side]), skin, _ARM)
        layer, amount = _gone_on(wearer, field, seen, tone, skin, todo[field.window], _ARM)
        amount = amount * _before_the_fingers(field, skin)
        # A shoulder is the chest's before it is the arm's: no tube begins at its joint.
        joined = 1 - chest[field.window] * ramp(
            field.along, 0.25 * field.length, 0.03 * field.length
        )
        amount = amount * joined
        # Beside a new sleeve that is narrower than the old one is no skin.
        if cover.sleeves[side]:
            amount = amount * bare_arm(wearer, cover, side)
        _paint(image, field, layer, amount)
        field.paste(amount, whole)
        field.paste(amount * bare_arm(wearer, cover, side), bare)
    return image, whole, bare


def _before_the_fingers(field: LimbField, skin: Floats) -> Floats:
    """Return where an arm has not ended yet, 0..1: beyond the hand that is seen is none."""
    hand = (skin > 0.5) & (field.along > _WRIST * field.length) & np.isfinite(field.beside)
    if hand.sum() < 8:
        return np.ones_like(field.along)
    end = max(float(np.percentile(field.along[hand], 97)), field.length)
    return ramp(field.along, end + 2, end)


def clothed_leg(wearer: Wearer, side: str, cloth: Floats) -> Floats:
    """Return where a leg's cloth is, going on from where it is seen.

    Parameters
    ----------
    wearer : Wearer
        The person.
    side : str
        The image's side.
    cloth : (H, W) float32 array
        What is seen of what the leg wears, 0..1.

    Returns
    -------
    (h, w) float32 array
        0..1, in the window of ``wearer.leg(side)``.
    """
    field, twin = (
        _LEG.about(wearer.leg(name), wearer.body.frontal, -SIDES[name])
        for name in (side, OTHER[side])
    )
    seen = cloth[field.window]
    found = _seen_limb(wearer, field, twin, seen, _LEG, thickness=(1.0, 2.4))
    return _inside(field if found is None else found.field(field), wearer.body.frontal, _LEG)


def _seen_limb(
    wearer: Wearer,
    field: LimbField,
    twin: LimbField,
    bare: Floats,
    shape: LimbShape,
    thickness: tuple[float, float] = THICKER,
) -> SeenLimb | None:
    """Measure a limb where it is seen; what is nearer to its twin is not this one's."""
    half = shape.half_of(field, wearer.body.frontal)
    distance = np.full(wearer.shape, np.inf, np.float32)
    distance[twin.window] = np.abs(twin.beside)
    most = 1.3 * thickness[1] * half
    own = bare * (np.abs(field.beside) < np.minimum(distance[field.window], most))
    rgb = wearer.rgb[field.window].astype(np.float32)
    return SeenLimb.of(field, half, own, rgb, thickness)


def _gone_on(
    wearer: Wearer,
    field: LimbField,
    seen: SeenLimb | None,
    tone: Floats,
    bare: Floats,
    todo: Floats,
    shape: LimbShape,
) -> tuple[Floats, Floats]:
    """Paint a limb where it is hidden, going on from where it is seen: layer and amount."""
    if seen is not None:
        field = seen.field(field)
    inside = _inside(field, wearer.body.frontal, shape)
    amount = inside * _hidden(field, inside, bare) * todo
    layer = _round(field, wearer, tone, shape)
    if seen is not None:
        layer = seen.toned(layer, field, inside)
        off = cv2.dilate(np.maximum(bare, todo), np.ones((5, 5), np.uint8))
        person = ramp(wearer.part("background")[field.window], 0.7, 0.3)
        amount = np.maximum(amount, inside * off * person * seen.joint(field.along))
    return layer, np.asarray(amount, np.float32)


def _hidden(field: LimbField, inside: Floats, seen: Floats) -> Floats:
    """Where along a limb it is not seen bare already, 0..1: beside a bare arm belongs none."""
    if field.along.size == 0:
        return np.ones_like(field.along)
    bins = max(int(field.length / 4), 8)
    edges = np.linspace(field.along.min(), field.along.max() + 1e-3, bins + 1)
    number = np.clip(np.digitize(field.along.ravel(), edges) - 1, 0, bins - 1)
    area = np.bincount(number, inside.ravel(), bins)
    bare = np.bincount(number, (inside * seen).ravel(), bins)
    share = cv2.GaussianBlur((bare / np.maximum(area, 1e-3))[None], (0, 0), 1.5)[0]
    middles = (edges[:-1] + edges[1:]) / 2
    return ramp(np.interp(field.along, middles, share), 0.75, 0.5)


def inside_leg(field: LimbField, width: float) -> Floats:
    """Return where a leg is, of a body whose shoulders are `width` pixels apart from the front."""
    return _inside(field, width, _LEG)


def _paint(image: Floats, field: LimbField, layer: Floats, amount: Floats) -> None:
    view = image[field.window]
    view += (amount > 0)[..., None] * (layer - view)


def _inside(field: LimbField, width: float, shape: LimbShape) -> Floats:
    half = shape.half_of(field, width)
    return ramp(half - np.abs(field.beside), -1.2, 1.2)


def _round(field: LimbField, wearer: Wearer, tone: Floats, shape: LimbShape) -> Floats:
    """Shade a limb as a cylinder: darker towards its edges."""
    half = shape.half_of(field, wearer.body.frontal)
    share = np.clip(np.abs(field.beside) / np.maximum(half, 1e-6), 0, 1)
    # Lit a little from one side, as by the sky over a street.
    shade = 1.04 - 0.28 * share**2.4 - 0.06 * np.clip(field.beside / np.maximum(half, 1e-6), -1, 1)
    return np.asarray(painted_skin(wearer, tone, field.window) * shade[..., None], np.float32)
