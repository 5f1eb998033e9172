"""Forearms that are seen bare elsewhere than the joints say."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.body import SIDES, Body
from flixdrape.corners import OTHER
from flixdrape.wearer import Wearer

__all__ = ["with_seen_wrists"]

Point = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A forearm or a hand lies where so much of it is seen.
_SEEN = 0.45
# A bare forearm begins this near to its elbow; skin this near to other bones is not a forearm's.
_FROM_ELBOW, _BESIDE = 0.35, 0.16
# How long forearm and hand together are, seen from the front or foreshortened, in torso lengths;
# the forearm's share of that.
_LENGTH, _FOREARM = (0.3, 0.85), 0.7
# A forearm found at a smaller angle (its cosine) is the same, hidden by a bracelet.
_TURNED = 0.75
# How much of a line from the elbow along the found forearm has to be skin.
_SURE = 0.75


def with_seen_wrists(wearer: Wearer) -> Wearer:
    """Put wrists right whose forearm is seen, bare, elsewhere.

    A forearm laid across the chest is easily missed by the joints and seen by the parsing. Where
    no skin lies along the forearm that was found and none about its hand, and skin leads away
    from the elbow, the wrist goes there.

    Parameters
    ----------
    wearer : Wearer
        The person.

    Returns
    -------
    Wearer
        The same one where nothing is to be put right.
    """
    skin = wearer.part("arms") > 0.5
    moved: dict[str, tuple[float, float]] = {}
    for side in SIDES:
        found = _seen_elsewhere(wearer.body, side, skin)
        if found is not None:
            own = OTHER[side] if wearer.body.front else side
            moved[f"{own}_wrist"] = (float(found[0]), float(found[1]))
    if not moved:
        return wearer
    joints = wearer.joints.moved(moved)
    return replace(wearer, joints=joints, body=Body.from_keypoints(joints), _memory={})


def _seen_elsewhere(body: Body, side: str, skin: Flags) -> Point | None:
    _, elbow, wrist = body.arms[side]
    hand = wrist + 0.4 * (wrist - elbow)
    # About the elbow there is skin whichever way the forearm goes.
    lower = elbow + 0.35 * (wrist - elbow)
    if max(_along(skin, lower, wrist), _along(skin, wrist, hand)) > _SEEN:
        return None
    own = _forearm_alone(skin, body, side)
    _, labels = cv2.connectedComponents(own.astype(np.uint8), connectivity=8)
    rows, columns = np.nonzero(labels)
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    away, piece = np.linalg.norm(places - elbow, axis=1), labels[rows, columns]
    areas = np.bincount(piece, minlength=1) * np.isin(
        np.arange(int(piece.max(initial=0)) + 1), piece[away < _FROM_ELBOW * body.width]
    )
    if not areas.any():
        return None
    chosen = piece == int(areas.argmax())
    far = away[chosen]
    end = places[chosen][far >= np.percentile(far, 95)].mean(axis=0)
    length = float(np.linalg.norm(end - elbow))
    if not _LENGTH[0] * body.torso < length < _LENGTH[1] * body.torso:
        return None
    before = max(float(np.linalg.norm(wrist - elbow)), 1e-6)
    turn = float((end - elbow) @ (wrist - elbow)) / (length * before)
    if turn > _TURNED or _along(skin, elbow + 0.2 * (end - elbow), end) < _SURE:
        return None
    return np.asarray(elbow + _FOREARM * (end - elbow))


def _along(skin: Flags, start: Point, end: Point) -> float:
    """Return how much of a straight line is skin."""
    line = start + np.linspace(0, 1, 40)[:, None] * (end - start)
    columns, rows = np.round(line).astype(int).T
    inside = (rows >= 0) & (rows < skin.shape[0]) & (columns >= 0) & (columns < skin.shape[1])
    return float(skin[rows[inside], columns[inside]].sum()) / len(line)


def _forearm_alone(skin: Flags, body: Body, side: str) -> Flags:
    """Leave out skin that belongs to the other arm, or to this one's upper half."""
    mask = np.zeros(skin.shape, np.uint8)
    thick = max(round(2 * _BESIDE * body.width), 1)
    for arm in (body.arms[OTHER[side]], body.arms[side][:2]):
        cv2.polylines(
            mask, [np.round(arm).astype(np.int32)], isClosed=False, color=1, thickness=thick
        )
    return skin & (mask == 0)
