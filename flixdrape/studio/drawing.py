"""Photos with their keypoints drawn, the chosen one marked and named."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.annotate import draw_keypoints
from flixdrape.studio.session import SURE, Session

__all__ = ["drawn"]

Image = NDArray[np.uint8]
_MARK = (230, 30, 90)


def drawn(session: Session, side: str) -> Image:
    """Draw one photo of a session with its keypoints.

    Parameters
    ----------
    session : Session
        With that photo.
    side : str
        ``garment`` or ``person``.
    """
    analysis = session.garment_analysis() if side == "garment" else session.person_analysis()
    keypoints = session.keypoints(side)
    picture = draw_keypoints(analysis.photo.rgb, keypoints, 0.0 if side == "garment" else SURE)
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


def _ring(picture: Image, centre: NDArray[np.int_], scale: float) -> None:
    width = max(round(3 * scale), 2)
    cv2.circle(picture, centre.tolist(), max(round(14 * scale), 7), _MARK, width, cv2.LINE_AA)


def _label(picture: Image, text: str, centre: NDArray[np.int_], scale: float) -> None:
    size = max(0.42 * scale, 0.3)
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    # Names stay inside the picture and out of their point's way.
    left = int(np.clip(centre[0] + 8 * scale, 0, max(picture.shape[1] - width, 0)))
    base = int(np.clip(centre[1] - 8 * scale, height, picture.shape[0] - 1))
    for colour, line in (((255, 255, 255), 4), ((20, 20, 20), 1)):
        thickness = max(round(line * scale), line)
        cv2.putText(
            picture,
            text,
            (left, base),
            cv2.FONT_HERSHEY_SIMPLEX,
            size,
            colour,
            thickness,
            cv2.LINE_AA,
        )
