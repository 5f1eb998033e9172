"""Keypoints drawn on pictures, and pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pose import PARTS, Keypoints

__all__ = ["checkerboard", "contact_sheet", "draw_keypoints", "draw_parts"]

Image = NDArray[np.uint8]

_LEFT, _RIGHT, _MIDDLE = (66, 170, 245), (245, 130, 49), (80, 200, 120)
# Parts that touch, as a coat and the dress below it, are far from each other in hue.
_TINT = {
    "background": (0, 0, 0), "hair": (121, 85, 72), "face": (255, 204, 170),
    "arms": (255, 167, 112), "legs": (255, 138, 128), "top": (38, 166, 154),
    "outer": (63, 81, 181), "dress": (216, 27, 96), "bottom": (251, 192, 45),
    "legwear": (142, 36, 170), "footwear": (85, 139, 47), "accessories": (3, 169, 244),
}  # fmt: skip
_TINTS = np.array([_TINT[part] for part in PARTS], np.uint8)


def draw_keypoints(image: Image, keypoints: Keypoints, threshold: float = 0.0) -> Image:
    """Draw edges and points of one instance; blue is left, orange right, green neither.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        Not changed.
    keypoints : Keypoints
        In its pixels.
    threshold : float
        Points scored at or below are left out.
    """
    canvas = image.copy()
    size = max(image.shape[:2])
    thickness, radius = max(round(size / 400), 1), max(round(size / 170), 2)
    schema = keypoints.schema
    shown = keypoints.scores > threshold
    points = np.round(keypoints.xy).astype(int)
    for one, other in schema.edge_indices:
        if shown[one] and shown[other]:
            colour = _colour(schema.names[one], schema.names[other])
            start, end = points[one].tolist(), points[other].tolist()
            cv2.line(canvas, start, end, colour, thickness, cv2.LINE_AA)
    for index, name in enumerate(schema.names):
        if shown[index]:
            centre = points[index].tolist()
            cv2.circle(canvas, centre, radius, (255, 255, 255), -1, cv2.LINE_AA)
            cv2.circle(canvas, centre, max(radius - 1, 1), _colour(name), -1, cv2.LINE_AA)
    return canvas


def draw_parts(image: Image, labels: Image, strength: float = 0.55) -> Image:
    """Tint every part of a person in a colour of its own; the background stays as it is.

    Parameters
    ----------
    image : (H, W, 3) uint8 array
        Not changed.
    labels : (H, W) uint8 array
        What every pixel is: indices into `pose.PARTS`.
    strength : float
        0..1, of the tints.
    """
    tinted = cv2.addWeighted(image, 1 - strength, _TINTS[labels], strength, 0)
    tinted[labels == 0] = image[labels == 0]
    size = max(round(max(image.shape[:2]) / 450), 1)
    # Where a neighbour on the right or below is another part.
    border = np.zeros(labels.shape, np.uint8)
    border[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    border[:-1] |= labels[:-1] != labels[1:]
    tinted[cv2.dilate(border, np.ones((size, size), np.uint8)) > 0] = (255, 255, 255)
    return np.asarray(tinted, np.uint8)


def _colour(*names: str) -> tuple[int, int, int]:
    if all("left" in name for name in names):
        return _LEFT
    if all("right" in name for name in names):
        return _RIGHT
    return _MIDDLE


def checkerboard(rgba: Image, cell: int = 12) -> Image:
    """Lay a transparent picture on a checkerboard."""
    height, width = rgba.shape[:2]
    y, x = np.mgrid[0:height, 0:width] // cell
    board = np.where((x + y) % 2, 235, 205).astype(np.float32)[..., None]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.round(rgba[..., :3] * alpha + board * (1 - alpha)).astype(np.uint8)


def contact_sheet(
    rows: Sequence[Sequence[Image]], captions: Sequence[str] = (), height: int = 480
) -> Image:
    """Put pictures side by side, each scaled to one height.

    Parameters
    ----------
    rows : sequence of sequences of (H, W, 3) uint8 arrays
        Every row the same number of pictures.
    captions : sequence of str
        Above the columns.
    height : int
        Of each picture, in pixels.
    """
    scaled = [[_fit_height(image, height) for image in row] for row in rows]
    widths = [max(row[i].shape[1] for row in scaled) for i in range(len(scaled[0]))]
    gap = 8
    strips = []
    if captions:
        strips.append(_caption_strip(captions, widths, gap))
    for row in scaled:
        cells = [
            _padded(image, width + gap, height + gap)
            for image, width in zip(row, widths, strict=True)
        ]
        strips.append(np.hstack(cells))
    return np.ascontiguousarray(np.vstack(strips))


def _fit_height(image: Image, height: int) -> Image:
    width = max(round(image.shape[1] * height / image.shape[0]), 1)
    shrinks = height < image.shape[0]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)


def _padded(image: Image, width: int, height: int) -> Image:
    cell = np.full((height, width, 3), 255, np.uint8)
    left = (width - image.shape[1]) // 2
    cell[: image.shape[0], left : left + image.shape[1]] = image
    return cell


def _caption_strip(captions: Sequence[str], widths: Sequence[int], gap: int) -> Image:
    strip = np.full((28, sum(widths) + gap * len(widths), 3), 255, np.uint8)
    left = 0
    for text, width in zip(captions, widths, strict=True):
        cv2.putText(
            strip, text, (left + 6, 19), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA
        )
        left += width + gap
    return strip
