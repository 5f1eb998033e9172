"""Photos with their keypoints drawn, the chosen one marked and named."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.analysis import PersonAnalysis
from flixdrape.annotate import draw_keypoints, draw_parts
from flixdrape.patches import Patch
from flixdrape.studio.session import SURE, Session
from flixdrape.studio.words import CLOTHES_WORDS
from pose import PARTS

__all__ = ["drawn", "parts_drawn"]

Image = NDArray[np.uint8]
_MARK = (230, 30, 90)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_DARK, _LIGHT = (20, 24, 36), (255, 255, 255)
# How much of the plate covers what lies under it.
_PLATE = 0.78
# A piece of cloth smaller than this share of the photo is not named.
_NAMED = 0.004


def drawn(session: Session, side: str) -> Image:
    """Draw one photo of a session with its keypoints.

    Parameters
    ----------
    session : Session
        With that photo.
    side : str
        ``garment`` or ``person``.
    """
    # Each look at an analysis puts the corrections in place anew.
    if side == "garment":
        garment = session.garment_analysis()
        photo, keypoints = garment.photo, garment.garment.keypoints
    else:
        person = session.person_analysis()
        photo, keypoints = person.photo, person.wearer.joints
    picture = draw_keypoints(photo.rgb, keypoints, 0.0 if side == "garment" else SURE)
    chosen = session.selected.get(side)
    scale = max(picture.shape[:2]) / 900
    shown = keypoints.scores > (0.0 if side == "garment" else SURE)
    for index, name in enumerate(keypoints.schema.names):
        centre = np.round(keypoints.xy[index]).astype(int)
        if name == chosen:
            _ring(picture, centre, scale)
        if name == chosen or (side == "garment" and shown[index]):
            _label(picture, name.replace("_", " "), centre, scale)
    return picture


def parts_drawn(analysis: PersonAnalysis, patches: Sequence[Patch] = ()) -> Image:
    """Draw what every pixel of a person was taken for, the clothes named.

    Parameters
    ----------
    analysis : PersonAnalysis
        Corrections in place.
    patches : sequence of (x, y, part)
        What was told of the photo: its places are marked.
    """
    labels = analysis.wearer.parsing.labels()
    picture = draw_parts(analysis.photo.rgb, labels)
    scale = max(picture.shape[:2]) / 900
    for kind, words in CLOTHES_WORDS.items():
        centre = _middle(labels == PARTS.index(kind))
        if centre is not None:
            _label(picture, words, centre, scale)
    for x, y, _ in patches:
        centre = np.round([x, y]).astype(int)
        cv2.circle(picture, centre.tolist(), max(round(6 * scale), 3), _LIGHT, -1, cv2.LINE_AA)
        cv2.circle(picture, centre.tolist(), max(round(4 * scale), 2), _MARK, -1, cv2.LINE_AA)
    return picture


def _middle(mask: NDArray[np.bool_]) -> NDArray[np.int_] | None:
    """Return the pixel deepest within a mask, (x, y); None where all of it is small."""
    if mask.mean() < _NAMED:
        return None
    # A name does not lie at the photo's border, where half a figure ends.
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return np.array([column, row])


def _ring(picture: Image, centre: NDArray[np.int_], scale: float) -> None:
    width = max(round(3 * scale), 2)
    cv2.circle(picture, centre.tolist(), max(round(14 * scale), 7), _MARK, width, cv2.LINE_AA)


def _label(picture: Image, text: str, centre: NDArray[np.int_], scale: float) -> None:
    """Write a name on a dark plate: prints and stripes would swallow it otherwise."""
    size, line = max(0.46 * scale, 0.34), max(round(1.1 * scale), 1)
    (width, height), below = cv2.getTextSize(text, _FONT, size, line)
    pad = max(round(4 * scale), 2)
    # Names stay inside the picture and out of their point's way.
    away = round(10 * scale)
    left = int(np.clip(centre[0] + away, pad, max(picture.shape[1] - width - pad, pad)))
    base = int(np.clip(centre[1] - away, height + pad, picture.shape[0] - below - pad))
    top, bottom = base - height - pad, base + below + pad
    plate = picture[top:bottom, left - pad : left + width + pad]
    plate[:] = np.round(plate * (1 - _PLATE) + np.array(_DARK) * _PLATE)
    cv2.putText(picture, text, (left, base), _FONT, size, _LIGHT, line, cv2.LINE_AA)
