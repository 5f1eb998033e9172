"""An honest word on a drape: what its picture may suffer from, and what to do about it."""

from __future__ import annotations

from typing import Any

import numpy as np

from flixdrape.body import SIDES
from flixdrape.compose import Composition
from flixdrape.coverage import TOPS
from flixdrape.fit import Fit
from flixdrape.wearer import Wearer
from garment import Garment
from warp import MUCH, LayeredWarp

__all__ = ["drape_warnings"]

# A corner less sure may be wrong enough to be seen.
_LEAST_CORNER = 0.45
# A turned sleeve alone is drawn out to twice its length along one edge; a place drawn out
# farther, or as much of the cloth by `warp.MUCH`, is seen.
_MOST_STRETCH = 2.8
_MOST_STRETCHED = 0.2
# A person whose shoulders are fewer pixels apart makes a coarse picture.
_LEAST_WIDTH = 40.0
# A pixel shows something else once a channel has moved farther than this.
_CHANGED = 24
# More of the old clothes than this share catches the eye.
_MOST_OLD = 0.05
# As much of a foot, in squared shoulder widths, is seen.
_A_FOOT = 0.005


def drape_warnings(
    garment: Garment, wearer: Wearer, fit: Fit, warped: LayeredWarp, picture: Composition
) -> tuple[list[str], dict[str, Any]]:
    """Judge a drape.

    Parameters
    ----------
    garment : Garment
        As found.
    wearer : Wearer
        Who was dressed.
    fit : Fit
        Where the corners went.
    warped : LayeredWarp
        The garment there.
    picture : Composition
        The result.

    Returns
    -------
    warnings : list of str
        Each says what is wrong and what would help.
    quality : dict
        ``corners`` and ``joints`` (confidence of each, 0..1), ``stretch``, ``stretched`` (share of
        the cloth), ``old_visible`` (share of the replaced clothes' area, as they were found, that
        still looks as before).
    """
    corners = {name: round(float(garment.keypoints.score_of(name)), 3) for name in garment.points}
    joints = {
        name: round(float(wearer.joints.score_of(name)), 3) for name in wearer.joints.schema.names
    }
    warnings = [
        *_unsure(corners, fit),
        *_pose(wearer, garment.category),
    ]
    if warped.stretch > _MOST_STRETCH:
        warnings.append(
            f"the cloth is drawn out {warped.stretch:.1f} times somewhere; check the corners there"
        )
    elif warped.stretched > _MOST_STRETCHED:
        warnings.append(
            f"{warped.stretched:.0%} of the cloth is drawn out beyond {MUCH} times; check the "
            "corners, or take a garment of this person's size"
        )
    if wearer.body.width < _LEAST_WIDTH:
        warnings.append(
            f"the person is small in the photo ({wearer.body.width:.0f} pixels between the "
            "shoulders); a larger photo gives a sharper drape"
        )
    old = _old_visible(wearer, picture)
    if old > _MOST_OLD:
        warnings.append(
            f"{old:.0%} of the old clothes still show; a person in close-fitting clothes, or a "
            "longer garment, gives a cleaner picture"
        )
    if _hidden_shoes(wearer, picture):
        warnings.append(
            "the old clothes hide a shoe, and a piece of them stands in for it; a person whose "
            "shoes are seen, or a garment as long as the old one, gives a cleaner picture"
        )
    quality = {
        "corners": corners,
        "joints": joints,
        "stretch": round(warped.stretch, 3),
        "stretched": round(warped.stretched, 4),
        "old_visible": round(old, 4),
    }
    return warnings, quality


def _old_visible(wearer: Wearer, picture: Composition) -> float:
    old = picture.old > 0.5
    moved = np.abs(picture.image.astype(np.int16) - wearer.rgb).max(axis=2) > _CHANGED
    covered = np.maximum(picture.garment[..., 3], picture.occluders[..., 3]) > 127
    # What was painted over may be of the same colour.
    gone = sum(picture.became.values(), np.zeros(wearer.shape, np.float32)) > 0.5
    return float((old & ~moved & ~covered & ~gone).sum() / max(int(old.sum()), 1))


def _hidden_shoes(wearer: Wearer, picture: Composition) -> bool:
    """Say whether old cloth in the shape of a foot is seen below the garment."""
    if "footwear" not in picture.became:
        return False
    seen = picture.became["footwear"] * (picture.garment[..., 3] < 128)
    return float(seen.sum()) > _A_FOOT * wearer.body.width**2


def _unsure(corners: dict[str, float], fit: Fit) -> list[str]:
    doubtful = [name for name, score in corners.items() if score < _LEAST_CORNER]
    guessed = [name for name in fit.source if name not in corners]
    words = []
    if doubtful:
        words.append(f"not sure of {_listed(doubtful)}: check these corners of the garment")
    if guessed:
        words.append(f"{_listed(guessed)} not found and placed by symmetry: show the whole garment")
    return words


def _listed(names: list[str]) -> str:
    plain = [name.replace("_", " ") for name in names]
    if len(plain) > 4:
        return f"{', '.join(plain[:3])} and {len(plain) - 3} more"
    return ", ".join(plain)


def _pose(wearer: Wearer, category: str) -> list[str]:
    body, words = wearer.body, []
    if category in TOPS:
        for side in SIDES:
            across = body.across * SIDES[side]
            wrist = body.arms[side][2]
            inward = float((body.neck - wrist) @ across)
            down = float((wrist - body.neck) @ body.down)
            if inward > 0.15 * body.width and down < 0.75 * body.torso:
                words.append("an arm crosses the chest; arms at the sides give a better drape")
                break
    for side in SIDES:
        thigh = body.legs[side][1] - body.legs[side][0]
        if np.linalg.norm(thigh) < 0.4 * body.torso and wearer.body.certain[f"{side}_leg"]:
            words.append("the person sits or a leg points at the camera; stand for a better drape")
            break
    return words
