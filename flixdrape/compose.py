"""A warped garment and a person become one picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import label

from flixdrape.body import SIDES, Body
from pose import Keypoints

__all__ = ["Composition", "compose", "occluder_matte"]

Image = NDArray[np.uint8]
Matte = NDArray[np.floating]


@dataclass(frozen=True)
class Composition:
    """The picture and what it was made of.

    Attributes
    ----------
    image : (H, W, 3) uint8 array
        The person in the garment.
    garment : (H, W, 4) uint8 array
        The garment in the person's frame; its alpha is what is seen of it in the end.
    occluders : (H, W, 4) uint8 array
        What of the person stays in front.
    """

    image: Image
    garment: Image
    occluders: Image


def compose(person: Image, base: Image, garment: Image, front: Matte) -> Composition:
    """Lay a garment over a picture and bring back what is in front of it.

    Parameters
    ----------
    person : (H, W, 3) uint8 array
        The photo.
    base : (H, W, 3) uint8 array
        What lies behind the garment: the photo, the old clothes erased as far as they are.
    garment : (H, W, 4) uint8 array
        In the person's frame, straight alpha.
    front : (H, W) float32 array
        How much of the person stays in front at each pixel, 0..1.
    """
    alpha = garment[..., 3].astype(np.float32) / 255 * (1 - front)
    mixed = base + alpha[..., None] * (garment[..., :3].astype(np.float32) - base)
    seen = np.dstack([garment[..., :3], np.round(255 * alpha).astype(np.uint8)])
    kept = np.dstack([person, np.round(255 * front).astype(np.uint8)])
    return Composition(np.clip(np.round(mixed), 0, 255).astype(np.uint8), seen, kept)


def occluder_matte(
    person: Image, keypoints: Keypoints, body: Body, sleeve_ends: dict[str, float]
) -> Matte:
    """Find what of the person stays in front of a garment: face, hair beside it, hands.

    The face is an ellipse through its keypoints; hands, and forearms that no sleeve covers, are
    the skin-coloured pixels around them, in the colour of this face.

    Parameters
    ----------
    person : (H, W, 3) uint8 array
        The photo.
    keypoints : Keypoints
        COCO-17.
    body : Body
        Limbs by the image's side.
    sleeve_ends : dict of str to float
        How far down each arm (by the image's side) cloth reaches, as a share of its length, 0
        where there is no sleeve.

    Returns
    -------
    (H, W) float32 array
        0..1.
    """
    head = _head(person.shape[:2], keypoints, body)
    if head is None:
        return np.zeros(person.shape[:2], np.float32)
    face = _ellipse(person.shape[:2], *head)
    skin = _likeness(person, face > 0.5, spread=(28.0, 7.0, 7.0))
    matte = _limbs(person.shape[:2], body, sleeve_ends) * skin
    hair = _hair(person, head, skin)
    front = np.maximum(np.maximum(face, hair), matte)
    return _smoothed(person, front, max(body.width / 60, 1.0))


def _head(
    shape: tuple[int, int], keypoints: Keypoints, body: Body
) -> tuple[NDArray[np.float64], NDArray[np.float64], float] | None:
    """Centre, half axes and tilt (degrees) of the face; None if it is not seen."""
    names = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
    seen = [keypoints[name] for name in names if keypoints.score_of(name) > 0.3]
    if len(seen) < 3 or not body.front:
        return None
    points = np.stack(seen)
    centre = points.mean(axis=0)
    up = centre - body.neck
    distance = float(np.linalg.norm(up))
    # Ears lie a head's width apart; a turned head shows less, so the neck's length helps.
    half = max(float(np.ptp(points, axis=0).max()) / 2, 0.2 * distance, 0.13 * body.width)
    half = min(half, 0.35 * body.width)
    tilt = float(np.degrees(np.arctan2(up[0], -up[1])))
    return centre - 0.02 * up, np.array([1.0 * half, 1.38 * half]), tilt


def _ellipse(
    shape: tuple[int, int], centre: NDArray[np.float64], half: NDArray[np.float64], tilt: float
) -> Matte:
    mask = np.zeros(shape, np.uint8)
    axes = (max(round(half[0]), 1), max(round(half[1]), 1))
    cv2.ellipse(mask, np.round(centre).astype(int).tolist(), axes, tilt, 0, 360, 255, -1)
    return mask.astype(np.float32) / 255


def _likeness(person: Image, sample: NDArray[np.bool_], spread: tuple[float, ...]) -> Matte:
    """How alike each pixel's colour is to the sampled ones', 0..1, in CIELAB."""
    lab = cv2.cvtColor(person, cv2.COLOR_RGB2LAB).astype(np.float32)
    if sample.sum() < 12:
        return np.zeros(person.shape[:2], np.float32)
    median = np.median(lab[sample], axis=0)
    deviation = np.abs(lab[sample] - median)
    scale = np.maximum(1.4826 * np.median(deviation, axis=0), np.array(spread) / 3)
    scale = np.minimum(scale, np.array(spread))
    distance = np.sqrt((((lab - median) / (2.2 * scale)) ** 2).sum(axis=2))
    return np.clip(2.0 - distance, 0, 1).astype(np.float32)


def _hair(
    person: Image, head: tuple[NDArray[np.float64], NDArray[np.float64], float], skin: Matte
) -> Matte:
    """Hair that hangs from the head: like the colour above the face, and joined to it."""
    centre, half, tilt = head
    shape = person.shape[:2]
    angle = np.radians(tilt)
    up = np.array([np.sin(angle), -np.cos(angle)])
    crown = _ellipse(shape, centre + 1.15 * half[1] * up, half * np.array([0.6, 0.22]), tilt)
    alike = _likeness(person, crown > 0.5, spread=(20.0, 6.0, 7.0))
    # Skin is no hair, whatever the crown was: a bald head, a fringe in the light.
    alike = alike * (1 - skin)
    reach = _ellipse(shape, centre - 0.5 * half[1] * up, half * np.array([2.0, 2.1]), tilt)
    mask = ((alike > 0.5) & (reach > 0.5)).astype(np.uint8)
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    labels = label(opened, connectivity=1)
    root = _ellipse(shape, centre + 0.55 * half[1] * up, half * np.array([1.35, 1.0]), tilt) > 0.5
    joined = np.unique(labels[root & (labels > 0)])
    keep = np.isin(labels, joined[joined > 0])
    # Cloth of the hair's colour is joined to it as well, and wider than hair: then none is kept.
    if keep.sum() > 0.9 * np.pi * half[0] * half[1] * 1.6:
        return np.zeros(shape, np.float32)
    return keep.astype(np.float32)


def _limbs(shape: tuple[int, int], body: Body, sleeve_ends: dict[str, float]) -> Matte:
    """Capsules around hands, and around the part of each arm that no sleeve covers."""
    mask = np.zeros(shape, np.uint8)
    for side in SIDES:
        _, elbow, wrist = body.arms[side]
        if not body.certain[f"{side}_arm"]:
            continue
        fingers = wrist + 0.45 * (wrist - elbow)
        thickness = max(round(0.30 * body.width), 2)
        _line(mask, wrist, fingers, round(1.15 * thickness))
        covered = sleeve_ends.get(side, 0.0)
        if covered < 0.95:
            start = max(covered, 0.45)
            share = (start - 0.5) / 0.5 if start > 0.5 else 0.0
            _line(mask, elbow + share * (wrist - elbow), wrist, thickness)
    return mask.astype(np.float32) / 255


def _line(
    mask: NDArray[np.uint8], start: NDArray[np.float64], end: NDArray[np.float64], thickness: int
) -> None:
    first, last = (np.round(point).astype(int).tolist() for point in (start, end))
    cv2.line(mask, first, last, 255, max(thickness, 1))


def _smoothed(person: Image, matte: Matte, radius: float) -> Matte:
    """Bring a matte to the photo's own edges and close its pinholes."""
    size = 2 * round(radius) + 1
    closed = cv2.morphologyEx(
        matte.astype(np.float32), cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)
    )
    grey = cv2.cvtColor(person, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    return np.clip(
        _guided(grey, np.asarray(closed, np.float32), max(round(2 * radius), 2), 1e-3), 0, 1
    )


def _guided(guide: Matte, matte: Matte, radius: int, epsilon: float) -> Matte:
    """Guided filter (K. He, J. Sun, X. Tang, ECCV 2010)."""
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Matte) -> Matte:
        return np.asarray(cv2.blur(values, window), np.float32)

    mean_guide, mean_matte = mean(guide), mean(matte)
    slope = (mean(guide * matte) - mean_guide * mean_matte) / (
        mean(guide * guide) - mean_guide**2 + epsilon
    )
    offset = mean_matte - slope * mean_guide
    return mean(slope) * guide + mean(offset)
