"""Bags of one photo given to the person of another: what parsing sees too few of.

Simple copy-paste (Ghiasi et al., CVPR 2021), where a bag hangs from a hand as it did in its photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import sample_crop
from pose.engine.dataset import Sample, SampleImages
from pose.engine.label_batches import sample_labels
from pose.keypoints import COCO_17
from pose.parsing_data import LabelledPerson, Mask
from pose.parts import PARTS

__all__ = ["Carried", "carried_by", "carry"]

# Smaller pieces are belts' ends and buckles, in squared torso lengths; those farther from both
# hands than this, in torso lengths, are scarves and hats.
_AREA, _REACH = 0.04, 0.9
# Parts that stay in front of what is carried.
_IN_FRONT = ("hair", "face", "arms")
# How a bag is varied: turned in degrees, enlarged, moved in torso lengths.
_TURN, _SCALE, _MOVE = 10.0, 0.25, 0.08


@dataclass(frozen=True)
class Carried:
    """A bag in a photo.

    Attributes
    ----------
    sample : Sample
        The photo and the joints of whoever carries it.
    mask : (h, w) uint8 array
        255 where the bag is; no larger than the bag.
    corner : (int, int)
        Column and row of the photo at which the mask begins.
    wrist : (2,) float array
        The wrist nearest to it, in pixels.
    left : bool
        Whether that is the left one.
    torso : float
        Length of the person's torso, in pixels.
    """

    sample: Sample
    mask: Mask
    corner: tuple[int, int]
    wrist: NDArray[np.float64]
    left: bool
    torso: float


def carried_by(people: Sequence[LabelledPerson]) -> list[Carried]:
    """Return the bags that people carry, each connected patch by itself.

    Parameters
    ----------
    people : sequence of LabelledPerson
        Those whose joints are not known carry nothing.
    """
    return [bag for person in people for bag in _bags(person)]


def carry(
    pixels: NDArray[np.uint8],
    parts: Mask,
    points: NDArray[np.float64],
    bag: Carried,
    images: SampleImages,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], Mask]:
    """Hang a bag from a hand.

    Parameters
    ----------
    pixels : (H, W, 3) uint8 array
        A crop of a person.
    parts : (H / 2, W / 2) uint8 array
        Its parts.
    points : (17, 2) float array
        The person's joints (COCO-17), in the crop's pixels.
    bag : Carried
        Another's, or the person's own.
    images : SampleImages
        Where the bag's photo is kept.
    rng : numpy Generator
        Source of chance.

    Returns
    -------
    (H, W, 3) uint8 array, (H / 2, W / 2) uint8 array
        The crop and its parts with the bag; hair, face, arms and hands stay in front of it.
    """
    size = (pixels.shape[1], pixels.shape[0])
    image, scale = images.load(bag.sample.path)
    matrix = _placed(points, bag, rng)
    shrink = np.diag([1 / scale, 1 / scale, 1.0])
    drawn = sample_crop(image, matrix @ shrink, size)
    front = np.isin(parts, [PARTS.index(name) for name in _IN_FRONT])
    corner = np.array([[1.0, 0, bag.corner[0]], [0, 1, bag.corner[1]], [0, 0, 1]])
    covered = (sample_labels(bag.mask, matrix @ corner, size) > 0) & ~front
    large = cv2.resize(covered.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    matte = cv2.GaussianBlur(large, (0, 0), 0.8)[..., None]
    mixed = pixels + matte * (drawn.astype(np.float32) - pixels)
    carried = np.where(covered, PARTS.index("accessories"), parts).astype(np.uint8)
    return np.round(mixed).astype(np.uint8), carried


def _bags(person: LabelledPerson) -> list[Carried]:
    points, labelled = person.sample.points, person.sample.labelled
    torso = _torso(points)
    wrists = [COCO_17.index(name) for name in ("left_wrist", "right_wrist")]
    if torso <= 0 or not labelled[wrists].all():
        return []
    worn = (person.parts == PARTS.index("accessories")).astype(np.uint8)
    count, patches, boxes, centres = cv2.connectedComponentsWithStats(worn)
    bags = []
    for patch in range(1, count):
        distances = np.linalg.norm(points[wrists] - centres[patch], axis=1)
        x, y, width, height, area = (int(value) for value in boxes[patch])
        if area < _AREA * torso**2 or distances.min() > _REACH * torso:
            continue
        hand = int(distances.argmin())
        inside = patches[y : y + height, x : x + width] == patch
        mask = np.where(inside, 255, 0).astype(np.uint8)
        bags.append(Carried(person.sample, mask, (x, y), points[wrists[hand]], hand == 0, torso))
    return bags


def _torso(points: NDArray[np.float64]) -> float:
    shoulders, hips = (
        points[[COCO_17.index(f"left_{joint}"), COCO_17.index(f"right_{joint}")]].mean(axis=0)
        for joint in ("shoulder", "hip")
    )
    return float(np.linalg.norm(shoulders - hips))


def _placed(
    points: NDArray[np.float64], bag: Carried, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the (3, 3) matrix from the bag's photo to the crop."""
    left = rng.random() < 0.5
    torso = max(_torso(points), 1.0)
    at = points[COCO_17.index("left_wrist" if left else "right_wrist")]
    at = at + rng.normal(0, _MOVE * torso, 2)
    scale = torso / bag.torso * np.exp(rng.normal(0, _SCALE))
    turn = np.deg2rad(rng.normal(0, _TURN))
    mirror = 1.0 if left == bag.left else -1.0
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([mirror, 1.0])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = at - linear @ bag.wrist
    return matrix
