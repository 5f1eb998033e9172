"""What of the person stays in front of a garment."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import label, regionprops

from flixdrape.body import SIDES
from flixdrape.corners import OTHER
from flixdrape.coverage import TOPS, Coverage
from flixdrape.options import DrapeOptions
from flixdrape.wearer import Wearer, ramp
from flixdrape.worn_sleeve import worn_sleeves

__all__ = ["bare_arm", "belongings", "front_matte", "worn_above"]

Floats = NDArray[np.float32]

# What is taken for a thing is a print where so much of what is about it is one's top.
_PRINT_RIM = 0.8
# How far from the bones' line a hand and its fingers may be, in shoulder widths.
_HAND = 0.24


def front_matte(wearer: Wearer, cover: Coverage, options: DrapeOptions) -> Floats:
    """Find what of the person stays in front: head, hair, bare arms, hands, what they hold.

    Under a skirt's or trousers' waistband goes a tucked top; one that hangs over stays in front.

    Parameters
    ----------
    wearer : Wearer
        The person.
    cover : Coverage
        What the garment covers.
    options : DrapeOptions
        `tuck`, `keep_hair` and `keep_hands` are heeded.

    Returns
    -------
    (H, W) float32 array
        0..1.
    """
    front = wearer.part("face") * wearer.head()
    if options.keep_hair:
        front = np.maximum(front, wearer.hair())
    if options.keep_hands:
        for side in SIDES:
            zone = bare_arm(wearer, cover, side)
            field = wearer.arm(side)
            own = wearer.part("arms")[field.window] * ~_others(wearer, side)
            field.paste(zone * own, front)
    front = np.maximum(front, belongings(wearer)[0])
    if cover.category in TOPS:
        if options.tuck and cover.category == "blouse":
            below = ramp(wearer.down(), cover.waist - 1.0, cover.waist + 1.0)
            front = np.maximum(front, below * wearer.part("bottom"))
    else:
        front = np.maximum(front, worn_sleeves(wearer))
        if not options.tuck:
            front = np.maximum(front, _settled(worn_above(wearer, cover)))
    return np.asarray(front, np.float32)


def worn_above(wearer: Wearer, cover: Coverage) -> Floats:
    """Return tops and coats that hang from above the waist: (H, W), 0..1.

    What is taken for them farther down, joined to nothing above, is of the skirt or the trousers.
    """
    key = f"worn above {cover.waist!r}"
    return wearer.remembered(key, lambda: _worn_above(wearer, cover))


def _worn_above(wearer: Wearer, cover: Coverage) -> Floats:
    cloth = wearer.part("top", "outer")
    pieces = cv2.connectedComponents((cloth > 0.3).astype(np.uint8))[1]
    high = wearer.down() < cover.waist + 0.1 * wearer.body.torso
    hanging = np.unique(pieces[high])
    return np.asarray(cloth * np.isin(pieces, hanging[hanging > 0]), np.float32)


def _others(wearer: Wearer, side: str) -> NDArray[np.bool_]:
    """Where in an arm's window, too far from its bones to be its hand, the other arm is nearer.

    A hand held before the chest points at the other arm, which may be in a sleeve.
    """
    field, other = wearer.arm(side), wearer.arm(OTHER[side])
    beside = np.full(wearer.shape, np.inf, np.float32)
    beside[other.window] = np.abs(other.beside)
    own = np.abs(field.beside)
    return (own > _HAND * wearer.body.width) & (beside[field.window] < own)


def bare_arm(wearer: Wearer, cover: Coverage, side: str) -> Floats:
    """Return the part of an arm, hand included, that no sleeve of the garment covers.

    Returns
    -------
    (h, w) float32 array
        0..1, in the window of ``wearer.arm(side)``.
    """
    field = wearer.arm(side)
    end = cover.sleeves[side] if cover.category in TOPS else 0.0
    start = end * field.length if end > 0 else 0.2 * wearer.body.width
    soft = 0.04 * wearer.body.width
    return ramp(field.along, start - soft, start + soft)


def belongings(wearer: Wearer) -> tuple[Floats, Floats]:
    """Split accessories into those that stay in front and those that are worn with the clothes.

    A bag, what hands hold, a hat, glasses and scarves stay; a belt goes with what it holds, and
    so does a print that was taken for a thing.

    Returns
    -------
    kept, worn : (H, W) float32 arrays
        0..1.
    """
    return wearer.remembered("belongings", lambda: _belongings(wearer))


def _belongings(wearer: Wearer) -> tuple[Floats, Floats]:
    accessories = wearer.part("accessories")
    whole = _settled(accessories)
    kept = np.zeros(wearer.shape, np.float32)
    worn = np.zeros(wearer.shape, np.float32)
    labels = label(accessories > 0.4, connectivity=2)
    hands = _hands(wearer)
    least = (0.04 * wearer.body.width) ** 2
    for region in regionprops(labels):
        if region.area < least:
            continue
        mask = labels == region.label
        grown = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        held = bool(hands[mask].any())
        with_clothes = _is_belt(wearer, region, held) or (
            not held and _is_print(wearer, region, _about(mask) & ~grown)
        )
        target = worn if with_clothes else kept
        np.maximum(target, whole * grown, out=target)
    return kept, worn


def _settled(share: Floats) -> Floats:
    """Decide what is half sure: half transparent, cloth or a bag would be a ghost."""
    return np.asarray(cv2.GaussianBlur(ramp(share, 0.4, 0.62), (0, 0), 0.6), np.float32)


def _hands(wearer: Wearer) -> NDArray[np.bool_]:
    mask = np.zeros(wearer.shape, np.uint8)
    for side in SIDES:
        if not wearer.body.certain[f"{side}_arm"]:
            continue
        _, elbow, wrist = wearer.body.arms[side]
        hand = np.round(wrist + 0.25 * (wrist - elbow)).astype(int)
        cv2.circle(mask, hand.tolist(), max(round(_HAND * wearer.body.width), 1), 1, -1)
    return mask > 0


def _about(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0


def _is_print(wearer: Wearer, region: object, rim: NDArray[np.bool_]) -> bool:
    """Tell a picture on a shirt's chest, with the shirt all round it, from what is worn over it."""
    down, across = _place(wearer, region)
    on_chest = down < 0.6 * wearer.body.torso and abs(across) < 0.4 * wearer.body.width
    cloth = wearer.part("top", "outer", "dress")
    return on_chest and bool(rim.any()) and float(cloth[rim].mean()) > _PRINT_RIM


def _place(wearer: Wearer, region: object) -> tuple[float, float]:
    """How far below the shoulders and beside the torso's axis a region's middle lies."""
    row, column = region.centroid  # type: ignore[attr-defined]
    offset = np.array([column, row]) - wearer.body.neck
    return float(offset @ wearer.body.down), float(offset @ wearer.body.across)


def _is_belt(wearer: Wearer, region: object, held: bool) -> bool:
    """Low and wide, about the waist, in no hand."""
    body = wearer.body
    top, left, bottom, right = region.bbox  # type: ignore[attr-defined]
    down, across = _place(wearer, region)
    about_waist = 0.45 * body.torso < down < 1.2 * body.torso
    return (
        not held
        and about_waist
        and abs(across) < 0.45 * body.width
        and bottom - top < 0.3 * body.torso
        and right - left > 0.8 * (bottom - top)
    )
