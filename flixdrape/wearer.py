"""The person as a picture: pixels, joints, and what every pixel belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.alpha import from_bytes
from flixdrape.body import SIDES, Body
from flixdrape.boxes import box_of
from flixdrape.limb import LimbField
from pose import PARTS, Keypoints, Parsing

__all__ = ["Wearer", "in_planes", "leg_field", "ramp", "soft_area"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
T = TypeVar("T")

_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
# A keypoint of the face less sure does not say where the head is.
_LEAST_FACE = 0.3
# How far below the middle of eyes, ears and nose the chin ends, in halves of the face's width.
_CHIN_DOWN = 1.55
# Fewer pixels of hair above the chin say nothing of its colour.
_LEAST_HAIR = 60


def ramp(values: NDArray[np.floating], low: float, high: float) -> Floats:
    """Rise softly from 0 at `low` to 1 at `high`; falls where `high` is the lower one.

    Examples
    --------
    >>> ramp(np.array([0.0, 0.5, 2.0]), 0.0, 1.0).tolist()
    [0.0, 0.5, 1.0]
    """
    # In place: pictures are large, and this is asked of them dozens of times.
    share = np.asarray(values, np.float32) * np.float32(1 / (high - low))
    share = np.asarray(share - np.float32(low / (high - low)))
    np.clip(share, 0, 1, out=share)
    steep = -2 * share
    steep += 3
    steep *= share
    steep *= share
    return np.asarray(steep, np.float32)


def soft_area(
    left: Sequence[NDArray[np.floating]],
    right: Sequence[NDArray[np.floating]],
    shape: tuple[int, int],
    softness: float,
) -> Floats:
    """Fill the area between two outlines that run down: (H, W), 0..1.

    Parameters
    ----------
    left, right : sequence of (2,) float array
        Its two sides, in pixels.
    shape : (int, int)
        Height and width.
    softness : float
        Of its border, in pixels.
    """
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round([*left, *right[::-1]]).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), max(softness, 0.8))
    return from_bytes(np.asarray(soft, np.uint8))


def leg_field(joints: NDArray[np.float64], shape: tuple[int, int], width: float) -> LimbField:
    """Return coordinates about a leg from hip to ankle, and a foot's length on.

    Parameters
    ----------
    joints : (3, 2) float array
        Hip, knee and ankle, in pixels.
    shape : (int, int)
        Height and width of the picture.
    width : float
        Of the shoulders, in pixels.
    """
    foot = 0.15 * float(np.linalg.norm(np.diff(joints, axis=0), axis=1).sum())
    return LimbField.of(joints, shape, 0.5 * width, past=foot)


def _alike(rgb: Image, sample: NDArray[np.bool_]) -> Floats:
    """How alike each pixel's colour is to the sampled ones', 0..1, in CIELAB.

    The sample's spread is taken in two clusters: hair is light and dark by strands.
    """
    lab = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), np.float32)
    pixels = lab[sample]
    pixels = pixels[:: max(len(pixels) // 2000, 1)]
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    cv2.setRNGSeed(0)
    _, labels, centres = cv2.kmeans(
        pixels, 3, np.zeros((0, 1), np.int32), criteria, 1, cv2.KMEANS_PP_CENTERS
    )
    nearest = np.full(rgb.shape[:2], np.inf, np.float32)
    for index, centre in enumerate(centres):
        own = pixels[labels.ravel() == index]
        spread = np.maximum(own.std(axis=0), np.array([9.0, 3.5, 4.5], np.float32)) * 2.2
        distance = np.sqrt((((lab - centre) / spread) ** 2).sum(axis=2))
        np.minimum(nearest, distance, out=nearest)
    soft = cv2.GaussianBlur(ramp(nearest, 3.2, 2.2), (0, 0), 1.0)
    return np.asarray(soft, np.float32)


def in_planes(parsing: Parsing, amount: Floats) -> Floats:
    """Bring an (H, W) map of a picture to the size of its parsing's planes."""
    x, y, width, height = parsing.box
    size = (parsing.probabilities.shape[2], parsing.probabilities.shape[1])
    inside = amount[y : y + height, x : x + width]
    return np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA), np.float32)


@dataclass(frozen=True)
class Wearer:
    """A person to be dressed.

    Attributes
    ----------
    rgb : (H, W, 3) uint8 array
        The photo.
    joints : Keypoints
        COCO-17.
    body : Body
        The joints by the image's sides.
    parsing : Parsing
        What every pixel belongs to.
    """

    rgb: Image
    joints: Keypoints
    body: Body
    parsing: Parsing
    _parts: dict[tuple[str, ...], Floats] = field(default_factory=dict, repr=False, compare=False)
    _memory: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the photo."""
        return self.rgb.shape[0], self.rgb.shape[1]

    def part(self, *names: str) -> Floats:
        """Return how surely each pixel belongs to one of some parts: (H, W), 0..1.

        What the network finds likely is taken as sure, so that cloth is not half seen through.
        Not to be changed by the caller.
        """
        if names not in self._parts:
            self._parts[names] = ramp(self.parsing.of(*names), 0.25, 0.7)
        return self._parts[names]

    def remembered(self, key: str, make: Callable[[], T]) -> T:
        """Return what `make` gave when it was first asked for under this key.

        Several stages of a drape ask the same of a person. Not to be changed by the caller.
        """
        if key not in self._memory:
            self._memory[key] = make()
        found: T = self._memory[key]
        return found

    def hair(self) -> Floats:
        """Return the hair: (H, W), 0..1; below the chin what has the colour of that above.

        Dark cloth on the shoulders is easily taken for long hair; its colour tells it apart.
        """
        return self.remembered("hair", self._hair)

    def _hair(self) -> Floats:
        hair, head = self.part("hair"), self.head()
        box = box_of(hair > 0.01, 4, 4)
        sure = (hair[box] > 0.9) & (head[box] > 0.9)
        result = hair.copy()
        if sure.sum() > _LEAST_HAIR:
            result[box] *= np.maximum(head[box], _alike(self.rgb[box], sure))
        return result

    def dressed(self, rgb: Image, seen: Floats, part: str, became: dict[str, Floats]) -> Wearer:
        """Return the same person after a garment was put on.

        Parameters
        ----------
        rgb : (H, W, 3) uint8 array
            The picture now.
        seen : (H, W) float32 array
            Where the garment shows, 0..1.
        part : str
            Which of `pose.PARTS` it is.
        became : dict of str to (H, W) float32 array
            What pixels show whose old clothes were taken off, 0..1.
        """
        planes = self.parsing.probabilities.copy()
        for name, amount in (*became.items(), (part, seen)):
            share = in_planes(self.parsing, amount)
            planes *= 1 - share
            planes[PARTS.index(name)] += share
        parsing = Parsing(planes, self.parsing.box, self.parsing.shape)
        return Wearer(rgb, self.joints, self.body, parsing)

    def parsed(self, probabilities: NDArray[np.float32]) -> Wearer:
        """Return the same person with other chances of each part, as of `Parsing`."""
        parsing = replace(self.parsing, probabilities=probabilities)
        return Wearer(self.rgb, self.joints, self.body, parsing)

    def arm(self, side: str) -> LimbField:
        """Return coordinates about an arm of the image's side, hand included."""
        return self.remembered(f"{side}_arm", lambda: self._arm(side))

    def _arm(self, side: str) -> LimbField:
        joints = self.body.arms[side]
        hand = 0.45 * float(np.linalg.norm(joints[2] - joints[1]))
        return LimbField.of(joints, self.shape, 0.45 * self.body.width, past=hand)

    def leg(self, side: str) -> LimbField:
        """Return coordinates about a leg of the image's side, down to the ankle."""
        return self.remembered(
            f"{side}_leg", lambda: leg_field(self.body.legs[side], self.shape, self.body.width)
        )

    def down(self) -> Floats:
        """Return how far each pixel lies below the shoulders, along the torso, in pixels.

        Not to be changed by the caller.
        """
        return self.remembered("down", lambda: self._along(self.body.down))

    def across(self) -> Floats:
        """Return how far each pixel lies to the image's right of the torso's axis, in pixels.

        Not to be changed by the caller.
        """
        down = self.body.down
        return self.remembered("across", lambda: self._along(np.array([down[1], -down[0]])))

    def _along(self, direction: NDArray[np.float64]) -> Floats:
        y, x = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        x -= np.float32(self.body.neck[0])
        y -= np.float32(self.body.neck[1])
        return np.asarray(x * np.float32(direction[0]) + y * np.float32(direction[1]), np.float32)

    def torso(self, grow: float = 0.06, girth: float = 1.0) -> Floats:
        """Return the trunk between shoulders and crotch, as the joints tell: (H, W), 0..1.

        Parameters
        ----------
        grow : float
            How far it reaches beyond the body's sides, in shoulder widths.
        girth : float
            How wide the hips are, relative to what the shoulders suggest.
        """
        body, width = self.body, self.body.width
        outline = []
        for side, sign in SIDES.items():
            out = sign * body.across
            points = [
                body.neck + 0.17 * width * out - 0.3 * width * body.down,
                body.shoulders[side] + (0.10 + grow) * width * out - 0.05 * width * body.down,
                body.shoulders[side] + (grow - 0.03) * width * out + 0.3 * width * body.down,
                body.pelvis + (0.48 * girth + grow) * width * out,
                body.pelvis + (0.45 * girth + grow) * width * out + 0.22 * body.torso * body.down,
            ]
            outline.append(points)
        return soft_area(outline[0], outline[1], self.shape, 0.02 * width)

    def _face(self) -> NDArray[np.float64]:
        seen = [self.joints[n] for n in _FACE if self.joints.score_of(n) > _LEAST_FACE]
        return np.array(seen).reshape(-1, 2)

    def face_centre(self) -> NDArray[np.float64] | None:
        """Return the middle of eyes, ears and nose, (2,); None where no face is seen."""
        points = self._face()
        return np.asarray(points.mean(axis=0)) if len(points) >= 2 else None

    def head(self) -> Floats:
        """Return what lies above the chin: (H, W), 0..1; all of it where no face is seen."""
        points = self._face()
        if len(points) < 2:
            return np.ones(self.shape, np.float32)
        centre = points.mean(axis=0)
        up = centre - self.body.neck
        distance = max(float(np.linalg.norm(up)), 1e-6)
        up = up / distance
        # Read off the faces of street photos; ears that are not seen make a face look narrow.
        half = max(float(np.ptp(points, axis=0).max()) / 2, 0.2 * distance, 0.15 * self.body.width)
        chin = centre - _CHIN_DOWN * min(half, 0.35 * self.body.width) * up
        y, x = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        height = (x - np.float32(chin[0])) * np.float32(up[0])
        height += (y - np.float32(chin[1])) * np.float32(up[1])
        return ramp(height, -0.12 * half, 0.12 * half)
