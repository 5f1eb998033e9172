"""Taking off what the new garment replaces, where it would still show.

What comes to light is skin, where a limb is that the new garment leaves bare; the clothes below,
under a top's hem; else the scene.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.bare_limbs import (
    clothed_leg,
    hidden_feet,
    inside_leg,
    legs_in_trousers,
    painted_arms,
    painted_legs,
)
from flixdrape.beside_sleeve import beside_sleeves
from flixdrape.body import SIDES
from flixdrape.boxes import box_of
from flixdrape.bust import painted_bust
from flixdrape.cloth_edge import to_its_edge
from flixdrape.coverage import TOPS, Coverage
from flixdrape.fill import fill_holes
from flixdrape.fit import HIP_HALF
from flixdrape.occlusion import belongings, worn_above
from flixdrape.outline import TorsoOutline
from flixdrape.scraps import scraps
from flixdrape.shift_fill import fill_with_pieces
from flixdrape.wearer import Wearer, ramp
from flixdrape.worn_sleeve import worn_sleeves

__all__ = ["Erased", "erase", "old_clothes"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Erased:
    """A person without the clothes that the new garment replaces.

    Attributes
    ----------
    image : (H, W, 3) float32 array
        0..255.
    bare : (H, W) float32 array
        Painted arms, 0..1: they may lie in front of the new garment.
    became : dict of str to (H, W) float32 array
        What the pixels that changed now show, by `pose.PARTS`, 0..1; and the old cloth that stays
        and stands for shoes.
    old : (H, W) float32 array
        What the new garment replaces, 0..1; see `old_clothes`.
    """

    image: Floats
    bare: Floats
    became: dict[str, Floats]
    old: Floats


def old_clothes(wearer: Wearer, cover: Coverage) -> Floats:
    """Return what the new garment replaces: (H, W), 0..1.

    A top takes the place of tops, coats and a dress as far down as it reaches; a jacket is put
    over a top, whose sleeves alone go (not under a waistcoat); a dress replaces all but legwear;
    skirts and trousers replace what is worn below the waist.
    """
    down = wearer.down()
    below_waist = ramp(down, cover.waist - 2, cover.waist + 2)
    if cover.category == "dress":
        old = wearer.part("top", "outer", "dress", "bottom")
    elif cover.category in ("skirt", "trousers"):
        dress = wearer.part("dress") * below_waist * (1 - worn_sleeves(wearer))
        strays = wearer.part("top", "outer") - worn_above(wearer, cover)
        old = np.maximum(np.maximum(wearer.part("bottom"), strays), dress)
    else:
        # A dress that shows below the new top's hem serves as a skirt.
        line = cover.hem - 0.04 * wearer.body.torso
        dress = wearer.part("dress") * (1 - ramp(down, line - 2, line + 2))
        old = np.maximum(wearer.part("top", "outer"), dress)
        if cover.category == "outwear":
            within = np.maximum(wearer.part("top"), dress)
            within = within * _without_sleeves(wearer, cover)
            old = np.maximum(old - within * (1 - wearer.part("outer")), 0)
            # In an open front shows what is worn below; taken for a coat it would leave a hole.
            old = old * (1 - _open_front(wearer))
    belts = belongings(wearer)[1]
    return np.asarray(np.maximum(old, belts * _worn_with(wearer, cover)), np.float32)


def _without_sleeves(wearer: Wearer, cover: Coverage) -> Floats:
    """Where the top below a jacket stays: all but the arms that get a new sleeve, 0..1."""
    if not any(cover.sleeves.values()):
        return np.ones(wearer.shape, np.float32)
    stays = wearer.torso().copy()
    for side in SIDES:
        if not cover.sleeves[side]:
            field = wearer.arm(side)
            near = 0.35 * wearer.body.width
            field.paste(ramp(np.abs(field.beside), near + 1, near - 1), stays)
    return stays


def _open_front(wearer: Wearer) -> Floats:
    """Where the fronts of a jacket may part: the middle of the chest and belly, 0..1."""
    width, torso = wearer.body.width, wearer.body.torso
    middle = ramp(np.abs(wearer.across()), 0.24 * width, 0.18 * width)
    upper = ramp(wearer.down(), 0.75 * torso, 0.65 * torso)
    return np.asarray(middle * upper * wearer.torso(), np.float32)


def _within(cloth: Floats, margin: float) -> Floats:
    """Where cloth is that lies farther than `margin` pixels from its outline: 0..1.

    On bottoms a coat's hem leaves its edge and its shadow, which go with it; beside them the scene
    begins, which must not.
    """
    depth = cv2.distanceTransform((cloth > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    return ramp(np.asarray(depth, np.float32), margin, margin + 2)


def _below(garment: Floats) -> Floats:
    """Where a column's garment lies at this height or above: (H, W), 0..1; all of one without."""
    begun = np.maximum.accumulate(garment, axis=0)
    return np.asarray(np.maximum(begun, 1 - begun[-1:]), np.float32)


def _under_its_edge(wearer: Wearer, cover: Coverage, garment: Floats) -> Floats:
    """Where a top's hem ends above its corners' line: what shows there of a dress stays, 0..1."""
    torso, down = wearer.body.torso, wearer.down()
    cloth = garment > 0.5
    left = np.maximum.accumulate(cloth[::-1], axis=0)[::-1]
    # Far above it is no hem.
    ends = cloth & ~np.roll(left, -1, axis=0) & (down > cover.hem - 0.35 * torso)
    beyond = np.maximum.accumulate(ends, axis=0) & ~cloth
    return beyond.astype(np.float32)


def _worn_with(wearer: Wearer, cover: Coverage) -> Floats:
    """Where a belt goes with the clothes that are replaced."""
    if cover.category == "outwear":
        return np.zeros(wearer.shape, np.float32)
    return np.ones(wearer.shape, np.float32)


def _with_mistaken(wearer: Wearer, cover: Coverage, old: Floats, garment: Floats) -> Floats:
    """Add what goes with the old clothes, taken for something else, and their edges."""
    if cover.category in TOPS:
        # Cloth of another colour than the hair's that was taken for hair.
        # Hair's own rim, which mixes with what is behind it, is of another colour too, but thin.
        other = wearer.part("hair") - wearer.hair()
        rim = 2 * max(round(wearer.body.width / 30), 1) + 1
        wide = cv2.morphologyEx(other, cv2.MORPH_OPEN, np.ones((rim, rim), np.uint8))
        old = np.maximum(old, np.asarray(wide, np.float32))
    elif cover.category == "trousers":
        old = np.maximum(old, legs_in_trousers(wearer, cover, garment))
    return to_its_edge(wearer, old)


def _to_go(wearer: Wearer, cover: Coverage, old: Floats, garment: Floats, front: Floats) -> Floats:
    """Return what has to be painted anew, 0..1: old clothes and their rim, but for what stays."""
    # Drawn outlines run a little inside of the cloth's own edge, whose colour would remain.
    grown = cv2.dilate(
        old, np.ones((3, 3), np.uint8), iterations=max(round(wearer.body.width / 23), 1)
    )
    # At its hem the cloth's edge and shadow lie on the legs, which are painted anew there.
    legs = wearer.part("legs", "legwear") * (1 - grown)
    strips = beside_sleeves(wearer, cover, garment)
    arms = wearer.part("arms") * (1 - strips)
    kept = np.maximum(np.maximum(front, legs), np.maximum(wearer.part("face", "footwear"), arms))
    todo = np.maximum(grown, strips) * (1 - kept)
    if cover.category in ("blouse", "outwear"):
        bottom = wearer.part("bottom") * (1 - old)
        todo = todo * (1 - bottom * (1 - _within(bottom + old, wearer.body.width / 20)))
        todo = todo * (1 - wearer.part("dress") * _under_its_edge(wearer, cover, garment))
    elif cover.category in ("skirt", "trousers"):
        todo = todo * (1 - worn_above(wearer, cover) * (1 - old))
        # Above the new waistband there is nothing else to put on.
        line = cover.waist + 0.02 * wearer.body.torso
        # A waistband's front dips between its ends: what is worn above goes on down to it.
        width = wearer.body.width
        aside = ramp(np.abs(wearer.across()), 0.3 * width, 0.36 * width)
        below = np.maximum(_below(garment), aside) * ramp(wearer.down(), line - 2, line + 2)
        todo = todo * np.maximum(below, 1 - wearer.torso())
    # Half erased, cloth would shine through.
    return ramp(todo, 0.1, 0.5)


def _own(wearer: Wearer) -> Floats:
    """Return where the person is, 0..1, with a smooth outline.

    What is grown beyond the old clothes' edge is scene, whatever joints say of limbs there. Its
    outline comes from parsing's coarse cells: limbs painted up to it would end ragged.
    """
    outside = wearer.part("background")
    smooth = cv2.GaussianBlur(outside, (0, 0), max(wearer.body.width / 30, 0.8))
    return np.minimum(ramp(outside, 0.9, 0.6), ramp(np.asarray(smooth, np.float32), 0.5, 0.3))


def erase(wearer: Wearer, cover: Coverage, garment: Floats, front: Floats) -> Erased:
    """Take off the old clothes where the new garment does not cover them.

    Parameters
    ----------
    wearer : Wearer
        The person.
    cover : Coverage
        What the new garment covers.
    garment : (H, W) float32 array
        The new garment's alpha, 0..1.
    front : (H, W) float32 array
        What of the person stays in front, 0..1.
    """
    replaced = old_clothes(wearer, cover)
    old = _with_mistaken(wearer, cover, replaced, garment)
    todo = _to_go(wearer, cover, old, garment, front)
    bare = np.zeros(wearer.shape, np.float32)
    feet = np.zeros(wearer.shape, np.float32)
    if cover.category not in ("blouse", "outwear"):
        feet = hidden_feet(wearer, todo)
        todo = todo * (1 - feet)
    if float((todo * (1 - garment)).sum()) < 4:
        return Erased(wearer.rgb.astype(np.float32), bare, {}, replaced)
    within = np.asarray(todo * _own(wearer), np.float32)
    below = _clothes_below(wearer, cover, within, garment)
    bust = painted_bust(wearer, cover, within)
    legs = painted_legs(wearer, cover, within, garment)
    arms, skin, bare = painted_arms(wearer, cover, within, garment)
    limbs = (bust, "face"), (legs, "legs"), ((arms, skin), "arms")
    painted = np.maximum.reduce([below[1], *(amount for (_, amount), _ in limbs)])
    todo = np.maximum(todo, _soft(scraps(wearer, todo * (1 - painted), garment)))
    shown, became = _scene(wearer, todo), {"background": todo}
    if feet.any():
        became["footwear"] = feet * old
    _lay(shown, below[0], below[1], todo, became, "bottom")
    for (layer, amount), part in limbs:
        todo = np.maximum(todo, amount)
        _lay(shown, layer, amount, todo, became, part)
    # Blended once: at a soft edge no layer lets through what is below it but the photo.
    image = wearer.rgb + todo[..., None] * (shown - wearer.rgb)
    return Erased(np.asarray(image, np.float32), bare, became, replaced)


def _soft(pieces: NDArray[np.bool_]) -> Floats:
    """Return pieces with a little about them, which is their own soft edge."""
    grown = cv2.dilate(pieces.astype(np.float32), np.ones((5, 5), np.uint8))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), 0.8), np.float32)


def _lay(
    shown: Floats,
    layer: Floats,
    amount: Floats,
    todo: Floats,
    became: dict[str, Floats],
    part: str,
) -> None:
    """Lay a layer over what takes the old clothes' place, and over what that is said to be."""
    share = np.asarray(np.clip(amount / np.maximum(todo, 1e-3), 0, 1), np.float32)
    box = box_of(share > 0)
    shown[box] += share[box][..., None] * (layer[box] - shown[box])
    for name in became:
        became[name] = became[name] * (1 - share)
    became[part] = np.asarray(todo * share, np.float32)


def _scene(wearer: Wearer, todo: Floats) -> Floats:
    """Fill with what surrounds the person."""
    outside = wearer.part("background")
    margin = max(round(0.05 * wearer.body.width), 2)
    sure = (outside > 0.9).astype(np.uint8)
    far = cv2.distanceTransform(sure, cv2.DIST_L2, 3) > margin
    known = (far & (todo < 0.05)).astype(np.float32)
    reach = 0.9 * wearer.body.width
    hole = (todo > 0).astype(np.float32)
    smooth = fill_holes(wearer.rgb, known, hole, reach=reach)
    return fill_with_pieces(wearer.rgb, known, hole, smooth)


def _clothes_below(
    wearer: Wearer, cover: Coverage, todo: Floats, garment: Floats
) -> tuple[Floats, Floats]:
    """Under a top's hem, where the hips and legs are, goes on what is worn below."""
    nothing = np.zeros(wearer.shape, np.float32)
    image = wearer.rgb.astype(np.float32)
    if cover.category not in ("blouse", "outwear"):
        return image, nothing
    own = wearer.part("bottom", "legwear", "legs", "dress")
    # What is worn about the hips goes on there, not the tights below it.
    cloth = wearer.part("bottom", "dress")
    enough = float((cloth * (todo < 0.05)).sum()) > 0.02 * wearer.body.width**2
    known = cv2.erode(cloth if enough else own, np.ones((3, 3), np.uint8)) * (todo < 0.05)
    if float(known.sum()) < 0.02 * wearer.body.width**2:
        return image, nothing
    girth = TorsoOutline.of(wearer).girth(HIP_HALF * wearer.body.width)
    low = _under_hem(wearer, cover, garment)
    body, hips = wearer.torso(0.02, girth), girth * wearer.body.frontal
    for side in SIDES:
        field = wearer.leg(side)
        legs = np.maximum(clothed_leg(wearer, side, own), inside_leg(field, hips))
        field.paste(legs, body)
    wanted = todo * body * low
    # Filled whole: laid on by `wanted`, a half filled layer would let the old cloth through.
    hole = (wanted > 0).astype(np.float32)
    reach = 0.6 * wearer.body.width
    filled = fill_holes(wearer.rgb, np.asarray(known, np.float32), hole, reach=reach, seed=1)
    return filled, wanted


def _under_hem(wearer: Wearer, cover: Coverage, garment: Floats) -> Floats:
    """Where what is worn below may begin: inside the new hem's ends somewhat higher, 0..1."""
    torso, down = wearer.body.torso, wearer.down()
    start = max(0.6 * torso, cover.hem - 0.12 * torso)
    higher = ramp(down, start, start + 0.1 * torso)
    beside = ramp(down, cover.hem - 0.02 * torso, cover.hem + 0.02 * torso)
    at_hem = garment * (np.abs(down - cover.hem) < 0.1 * torso)
    inside = at_hem.max(axis=0)[None]
    return np.asarray(np.minimum(higher, np.maximum(inside, beside)), np.float32)
