"""Bare neck, shoulders and chest, painted where old clothes come off above a new neckline."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES
from flixdrape.coverage import Coverage
from flixdrape.skin import meeting, over_seam, painted_skin, skin_tone
from flixdrape.wearer import Wearer, ramp, soft_area

__all__ = ["bust", "painted_bust"]

Floats = NDArray[np.float32]

# Shoulder widths: half of the neck, and the outline from the neck over the shoulder to the chest,
# outward from the torso's axis and down from the line between the shoulder joints.
_NECK_HALF = 0.165
_OUTLINE = ((_NECK_HALF, -0.3), (0.21, -0.2), (0.36, -0.12), (0.53, -0.07), (0.57, 0.08))
# How much darker the neck is at its sides, and below the chin.
_NECK_SHADE = 0.2
_CHIN_SHADE = 0.26


def bust(wearer: Wearer) -> Floats:
    """Return neck, shoulders and chest as the joints tell: (H, W), 0..1.

    The neck leans to the head and ends inside of it.
    """
    body, width = wearer.body, wearer.body.width
    head = _head_centre(wearer)
    rise = head - body.neck
    aside = _NECK_HALF * width * np.array([-rise[1], rise[0]])
    aside /= max(float(np.linalg.norm(rise)), 1e-6)
    lean = rise / max(float(rise @ -body.down), 1e-6) + body.down
    sides = []
    for sign in SIDES.values():
        out = sign * body.across
        points = [head + sign * aside]
        for x, y in _OUTLINE:
            # Above the collarbones the neck leans with the head.
            leaning = (-y if y < -0.15 else 0.0) * lean
            points.append(body.neck + width * (x * out + y * body.down + leaning))
        points.append(body.pelvis + 0.45 * width * out)
        sides.append(points)
    return soft_area(sides[0], sides[1], wearer.shape, 0.015 * width)


def _head_centre(wearer: Wearer) -> NDArray[np.float64]:
    """Return the middle of the face, or where a head would be."""
    body = wearer.body
    upright = body.neck - 0.6 * body.width * body.down
    face = wearer.face_centre()
    if face is None:
        return np.asarray(upright)
    lean = face - body.neck
    # A face before the chest, or joints that err, would bend the neck out of shape.
    straight = float(lean @ -body.down) > 0.8 * float(np.linalg.norm(lean))
    return np.asarray(face if straight else upright)


def painted_bust(wearer: Wearer, cover: Coverage, todo: Floats) -> tuple[Floats, Floats]:
    """Paint skin above the new neckline.

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
        Where it shows, 0..1; nowhere under a jacket, and where no skin tells its tone.
    """
    shows = cover.category in ("blouse", "dress")
    tone = skin_tone(wearer, ("arms", "face")) if shows else None
    if tone is None:
        return wearer.rgb.astype(np.float32), np.zeros(wearer.shape, np.float32)
    above = 1 - ramp(wearer.down(), 0.5 * wearer.body.torso, 0.6 * wearer.body.torso)
    area, width = bust(wearer) * above, wearer.body.width
    if any(cover.sleeves.values()):
        # Shoulders are under the sleeves: what is left of the old ones there is no skin.
        area = area * (1 - ramp(np.abs(wearer.across()), 0.36 * width, 0.44 * width))
    layer, amount = wearer.rgb.astype(np.float32), np.asarray(todo * area, np.float32)
    rows, columns = np.flatnonzero(amount.any(axis=1)), np.flatnonzero(amount.any(axis=0))
    if len(rows) == 0:
        return layer, amount
    near = round(0.3 * width)
    window = (
        slice(max(rows[0] - near, 0), rows[-1] + near),
        slice(max(columns[0] - near, 0), columns[-1] + near),
    )
    neck = wearer.part("face") * ramp(wearer.down(), -0.5 * width, -0.4 * width)
    if not any(cover.sleeves.values()):
        # Beside a bare chest the shoulders are bare: where the old armholes were is a seam too.
        torso = wearer.body.torso
        shoulders = wearer.part("arms") * ramp(wearer.down(), 0.45 * torso, 0.35 * torso)
        neck = np.maximum(neck, shoulders)
    neck = neck[window]
    skin = painted_skin(wearer, tone, window) * _shade(wearer, window)[..., None]
    skin = np.asarray(skin, np.float32)
    layer[window] = meeting(skin, wearer.rgb[window], neck, 0.07 * width)
    amount[window] = over_seam(amount[window], neck, width)
    return layer, amount


def _shade(wearer: Wearer, window: tuple[slice, slice]) -> Floats:
    """Return how light neck and chest are: a neck is round, and a chin casts a shadow."""
    width = wearer.body.width
    off = np.abs(wearer.across()[window]) / (_NECK_HALF * width)
    neck = ramp(wearer.down()[window], -0.1 * width, -0.25 * width)
    roundness = 1 - _NECK_SHADE * neck * np.clip(off, 0, 1) ** 2.4
    face = wearer.part("face")[window]
    drop = 0.1 * width * wearer.body.down
    move = np.array([[1, 0, drop[0]], [0, 1, drop[1]]], np.float64)
    size = (face.shape[1], face.shape[0])
    fallen = cv2.GaussianBlur(cv2.warpAffine(face, move, size), (0, 0), max(0.05 * width, 0.8))
    return np.asarray(roundness * (1 - _CHIN_SHADE * np.clip(fallen, 0, 1)), np.float32)
