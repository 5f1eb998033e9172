"""Bare arms and legs, painted where old clothes come off them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.bust import bust
from flixdrape.corners import OTHER
from flixdrape.coverage import TOPS, Coverage
from flixdrape.flesh import ARM, LEG, arm_flesh, inside_flesh, leg_flesh
from flixdrape.knee import knee_shading
from flixdrape.limb import LimbField, LimbShape
from flixdrape.occlusion import bare_arm
from flixdrape.seen_limb import THICKER, SeenLimb
from flixdrape.seen_sleeve import cloth_end
from flixdrape.skin import painted_skin, skin_tone
from flixdrape.wearer import Wearer, ramp

__all__ = [
    "clothed_leg",
    "hidden_feet",
    "inside_leg",
    "legs_in_trousers",
    "painted_arms",
    "painted_legs",
]

Floats = NDArray[np.float32]

# From here on along an arm it is a hand.
_WRIST = 0.9
# As much of a shoe, in squared shoulder widths, is one that a foot stands in.
_SHOD = 0.004
# From here on along a leg it is a foot.
_ANKLE = 0.96
# How far above its middle a trouser leg's hem may lie beside it, as a share of the leg.
_SLANT = 0.12
# From so far above a skirt's hem, in torso lengths, a leg may come out beside its cloth, by so many
# pixels each row.
_BEFORE_HEM, _COMING_OUT = 0.25, 1.0
# Legwear that is seen on less of the shins is socks.
_STOCKING = 0.25


def painted_legs(
    wearer: Wearer, cover: Coverage, todo: Floats, garment: Floats | None = None
) -> tuple[Floats, Floats]:
    """Paint legs below a hem, in the stockings that are worn, else bare.

    Parameters
    ----------
    wearer : Wearer
        The person.
    cover : Coverage
        What the new garment covers.
    todo : (H, W) float32 array
        Where old clothes come off, 0..1.
    garment : (H, W) float32 array, optional
        The new garment's alpha, 0..1: below trousers' hems legs begin where the cloth ends.

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
        field = leg_flesh(wearer, side)
        tone = skin_tone(wearer, (*first, "legs", "arms", "face"), field)
        if tone is None:
            continue
        bare = wearer.part("legs", "legwear")[field.window]
        twin = leg_flesh(wearer, OTHER[side])
        seen = _seen_limb(wearer, field, twin, bare, LEG)
        if seen is None:
            # An ankle in a sock says neither the colour of a bare leg nor how thick it is.
            own = bare if first else wearer.part("legs")[field.window]
            seen = _seen_limb(wearer, field, twin, own, LEG, ankle=True)
        layer, amount = _gone_on(wearer, field, seen, tone, bare, todo[field.window], LEG)
        amount = amount * _below_hem(wearer, field, cover, side, garment)
        _paint(image, field, layer, amount, whole)
        field.paste(amount, whole)
    return image, whole


def _below_hem(
    wearer: Wearer, field: LimbField, cover: Coverage, side: str, garment: Floats | None
) -> Floats:
    """Return where a leg has left the garment, in its window, 0..1.

    A hem rarely runs square to the leg: between its cloth and the leg no wall may show. Beside the
    cloth of a skirt, where old clothes stood off farther, there is no skin; towards the hem a leg
    comes out from behind it.
    """
    if cover.category == "trousers":
        end = cover.legs[side] * field.length
        first = end - _SLANT * field.length
        beyond, near = (ramp(field.along, at - 2, at + 2) for at in (end, first))
    else:
        down = wearer.down()[field.window]
        beyond, near = ramp(down, cover.hem - 2, cover.hem + 2), np.ones_like(field.along)
    if garment is None or field.along.size == 0:
        return beyond
    cloth = garment[field.window]
    if cover.category != "trousers":
        away = cv2.distanceTransform((cloth < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
        out = _COMING_OUT * (down - cover.hem + _BEFORE_HEM * wearer.body.torso)
        beyond = np.maximum(beyond, ramp(np.asarray(away, np.float32) - out, 1, -1))
    return np.asarray(np.maximum(beyond, near * _ended(cloth)), np.float32)


def _ended(cloth: Floats) -> Floats:
    """Return where a column's cloth lies above, and none below, 0..1."""
    begun = np.maximum.accumulate(cloth, axis=0)
    return np.minimum(begun, 1 - np.maximum.accumulate(cloth[::-1], axis=0)[::-1])


def hidden_feet(wearer: Wearer, todo: Floats) -> Floats:
    """Return the feet that old clothes hide, shoes and all: (H, W), 0..1.

    A leg that ends where the hem did would stand on nothing, a bare foot painted there is seen for
    what it is. Old cloth left in the shape of a foot looks like the shoe that it hides.

    Parameters
    ----------
    wearer : Wearer
        The person.
    todo : (H, W) float32 array
        Where old clothes come off, 0..1.
    """
    whole = np.zeros(wearer.shape, np.float32)
    seen, shoes = wearer.part("legs", "legwear"), wearer.part("footwear")
    for side in SIDES:
        field = leg_flesh(wearer, side)
        inside = inside_flesh(field, wearer.body.frontal, LEG)
        share = field.along / max(field.length, 1.0)
        ankle = inside * (share > 0.9) * (share < 1.0)
        shoe = (shoes[field.window] > 0.5) & (np.abs(field.beside) < 0.3 * wearer.body.width)
        shod = float((shoe * (share > 0.8)).sum()) > _SHOD * wearer.body.width**2
        covered = todo[field.window] * (1 - seen[field.window])
        if not shod and float((ankle * covered).sum()) > 0.6 * float(ankle.sum()) > 0:
            field.paste(inside * ramp(share, _ANKLE - 0.012, _ANKLE + 0.012), whole)
    return whole


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


def legs_in_trousers(wearer: Wearer, cover: Coverage, garment: Floats) -> Floats:
    """Return bare or stockinged legs as far as trousers reach: (H, W), 0..1.

    Beside a trouser leg that is narrower than the wearer's there is no skin to be seen; below a
    hem that runs aslant there is.
    """
    whole = np.zeros(wearer.shape, np.float32)
    seen = wearer.part("legs", "legwear")
    for side in SIDES:
        field = wearer.leg(side)
        end = cover.legs[side] * field.length
        near = ramp(np.abs(field.beside), 0.4 * wearer.body.width, 0.35 * wearer.body.width)
        within = near * ramp(field.along, end - 1, end - 3)
        hem = ramp(field.along, *(end - _SLANT * field.length + at for at in (-2, 2)))
        within = within * (1 - hem * _ended(garment[field.window]))
        field.paste(np.asarray(seen[field.window] * within, np.float32), whole)
    return whole


def painted_arms(
    wearer: Wearer, cover: Coverage, todo: Floats, garment: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """Paint arms where sleeves come off and no new ones go on.

    Parameters
    ----------
    wearer, cover, todo, garment
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
    if cover.category not in TOPS:
        return image, whole, bare
    chest = bust(wearer)
    for side in SIDES:
        field = arm_flesh(wearer, side)
        tone = skin_tone(wearer, ("arms", "face"), field)
        if tone is None:
            continue
        skin = wearer.part("arms")[field.window]
        seen = _seen_limb(wearer, field, arm_flesh(wearer, OTHER[side]), skin, ARM)
        layer, amount = _gone_on(wearer, field, seen, tone, skin, todo[field.window], ARM)
        amount = amount * _before_the_fingers(field, skin)
        # A shoulder is the chest's before it is the arm's: no tube begins at its joint.
        joined = 1 - chest[field.window] * ramp(
            field.along, 0.25 * field.length, 0.03 * field.length
        )
        amount = amount * joined
        # Beside a new sleeve that is narrower than the old one is no skin.
        if cover.sleeves[side]:
            sleeveless = bare_arm(wearer, cover, side)
            if garment is not None:
                sleeveless = np.maximum(sleeveless, _past_cloth(wearer, field, garment))
            amount = amount * sleeveless
        _paint(image, field, layer, amount, whole)
        field.paste(amount, whole)
        field.paste(amount * bare_arm(wearer, cover, side), bare)
    return image, whole, bare


def _past_cloth(wearer: Wearer, field: LimbField, garment: Floats) -> Floats:
    """Return where along an arm no cloth is left, in its window, 0..1.

    A sleeve may be shorter than its corners say, or lost with the cutout.
    """
    end = max(cloth_end(wearer, field, garment), 0.2 * wearer.body.width)
    return ramp(field.along, end, end + 4)


def _before_the_fingers(field: LimbField, skin: Floats) -> Floats:
    """Return where an arm has not ended yet, 0..1: beyond the hand that is seen is none."""
    hand = (skin > 0.5) & (field.along > _WRIST * field.length)
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
    field, twin = (leg_flesh(wearer, name, shod=False) for name in (side, OTHER[side]))
    seen = cloth[field.window]
    found = _seen_limb(wearer, field, twin, seen, LEG, thickness=(1.0, 2.4))
    return inside_flesh(field if found is None else found.field(field), wearer.body.frontal, LEG)


def _seen_limb(
    wearer: Wearer,
    field: LimbField,
    twin: LimbField,
    bare: Floats,
    shape: LimbShape,
    thickness: tuple[float, float] = THICKER,
    *,
    ankle: bool = False,
) -> SeenLimb | None:
    """Measure a limb where it is seen; what is nearer to its twin is not this one's."""
    half = shape.half_of(field, wearer.body.frontal)
    distance = np.full(wearer.shape, np.inf, np.float32)
    distance[twin.window] = np.abs(twin.beside)
    most = 1.3 * thickness[1] * half
    own = bare * (np.abs(field.beside) < np.minimum(distance[field.window], most))
    rgb = wearer.rgb[field.window].astype(np.float32)
    return SeenLimb.of(field, half, own, rgb, thickness, ankle=ankle)


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
    inside = inside_flesh(field, wearer.body.frontal, shape)
    amount = inside * _hidden(field, inside, bare) * todo
    layer = _round(field, wearer, tone, shape)
    if shape is LEG:
        layer = layer * knee_shading(field, wearer)[..., None]
    if seen is not None:
        layer = seen.toned(layer, field, inside)
        off = cv2.dilate(np.maximum(bare, todo), np.ones((5, 5), np.uint8))
        person = ramp(wearer.part("background")[field.window], 0.7, 0.3)
        amount = np.maximum(amount, inside * off * person * seen.joint(field.along))
    return layer, np.asarray(amount, np.float32)


def _hidden(field: LimbField, inside: Floats, seen: Floats) -> Floats:
    """Where along a limb it is not seen bare already, 0..1: beside a bare arm belongs none."""
    return ramp(field.share_along(inside, seen), 0.75, 0.5)


def inside_leg(field: LimbField, width: float) -> Floats:
    """Return where a leg is, of a body whose shoulders are `width` pixels apart from the front."""
    return inside_flesh(field, width, LEG)


def _paint(image: Floats, field: LimbField, layer: Floats, amount: Floats, before: Floats) -> None:
    """Lay a limb over what was painted before, which shows at its soft edge.

    Where nothing was, its colour stands whole: it is blended with the photo later.
    """
    view = image[field.window]
    rest = before[field.window] * (1 - amount)
    share = amount / np.maximum(amount + rest, 1e-3)
    view += share[..., None] * (layer - view)


def _round(field: LimbField, wearer: Wearer, tone: Floats, shape: LimbShape) -> Floats:
    """Shade a limb as a cylinder: darker towards its edges."""
    half = shape.half_of(field, wearer.body.frontal)
    share = np.clip(np.abs(field.beside) / np.maximum(half, 1e-6), 0, 1)
    # Lit a little from one side, as by the sky over a street.
    shade = 1.04 - 0.28 * share**2.4 - 0.06 * np.clip(field.beside / np.maximum(half, 1e-6), -1, 1)
    return np.asarray(painted_skin(wearer, tone, field.window) * shade[..., None], np.float32)
