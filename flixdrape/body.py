"""The body's frame: shoulders, torso axis, arms and legs by the side of the image they are on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flixdrape.errors import NothingFoundError
from pose import Keypoints

__all__ = ["SIDES", "Body", "along", "arc_of", "perpendicular"]

Point = NDArray[np.float64]

#: The image's sides, as garments count them, and the sign of x that points outward.
SIDES = {"left": -1.0, "right": 1.0}

# Lengths of bones relative to the torso (mid-shoulders to mid-hips), for joints outside the
# picture: means over standing adults of drawing manuals, good to a tenth.
_UPPER_ARM, _FOREARM, _THIGH, _SHIN = 0.58, 0.50, 0.80, 0.80
# Shoulder width of one who faces the camera, relative to the torso.
_FRONTAL = 0.66


@dataclass(frozen=True)
class Body:
    """Where a body's parts lie in the picture.

    Attributes
    ----------
    shoulders, hips : dict of str to (2,) float array
        Joints by the image's side.
    arms : dict of str to (3, 2) float array
        Shoulder, elbow, wrist.
    legs : dict of str to (3, 2) float array
        Hip, knee, ankle.
    across, down : (2,) float array
        Unit vectors: along the shoulders towards the image's right; along the torso.
    width : float
        Of the shoulders in pixels, as if seen from the front.
    torso : float
        From mid-shoulders to mid-hips in pixels.
    front : bool
        Whether the person faces the camera.
    turned : float
        Seen over frontal shoulder width, 1 facing, towards 0 in profile.
    certain : dict of str to bool
        Whether `arms` and `legs` were seen whole, by ``left_arm`` and so on.
    """

    shoulders: dict[str, Point]
    hips: dict[str, Point]
    arms: dict[str, NDArray[np.float64]]
    legs: dict[str, NDArray[np.float64]]
    across: Point
    down: Point
    width: float
    torso: float
    front: bool
    turned: float
    certain: dict[str, bool]

    @property
    def frontal(self) -> float:
        """Shoulder width as it would be seen from the front, in pixels.

        Between what is seen and what the torso's length suggests: broad shoulders and a turn
        aside are told apart by neither alone.
        """
        expected = _FRONTAL * self.torso
        return float(np.sqrt(max(self.width, 0.94 * expected) * expected))

    @property
    def centimetre(self) -> float:
        """Pixels of a centimetre on a grown-up, whose shoulder joints are 33 cm apart."""
        return self.frontal / 33.0

    @property
    def neck(self) -> Point:
        """Middle of the shoulders."""
        return (self.shoulders["left"] + self.shoulders["right"]) / 2

    @property
    def pelvis(self) -> Point:
        """Middle of the hips."""
        return (self.hips["left"] + self.hips["right"]) / 2

    @classmethod
    def from_keypoints(cls, person: Keypoints, least_score: float = 0.15) -> Body:
        """Read the frame off a person's joints.

        Parameters
        ----------
        person : Keypoints
            COCO-17.
        least_score : float
            A joint less sure counts as not seen, and is continued from those that are.

        Raises
        ------
        NothingFoundError
            If the shoulders are not seen: no garment can be hung without them.
        """
        seen = {name: person.score_of(name) >= least_score for name in person.schema.names}
        if not (seen["left_shoulder"] and seen["right_shoulder"]):
            raise NothingFoundError(
                "the person's shoulders are not seen; take a photo with both shoulders in view"
            )
        front = bool(person["right_shoulder"][0] <= person["left_shoulder"][0])
        own = {"left": "right", "right": "left"} if front else {"left": "left", "right": "right"}
        shoulders = {side: person[f"{own[side]}_shoulder"].copy() for side in SIDES}
        hips = _hips(person, own, seen, shoulders)
        neck = (shoulders["left"] + shoulders["right"]) / 2
        axis = (hips["left"] + hips["right"]) / 2 - neck
        torso = max(float(np.linalg.norm(axis)), 1.0)
        down = axis / torso
        span = shoulders["right"] - shoulders["left"]
        seen_width = max(float(np.linalg.norm(span)), 1.0)
        across = span / seen_width
        # Shoulder joints lie some two thirds of a torso apart; who shows much less is turned.
        width = max(seen_width, 0.45 * torso)
        arms, legs, certain = {}, {}, {}
        for side in SIDES:
            arm = [f"{own[side]}_{joint}" for joint in ("elbow", "wrist")]
            arms[side] = _limb(
                person, arm, seen, shoulders[side], down, (_UPPER_ARM * torso, _FOREARM * torso)
            )
            leg = [f"{own[side]}_{joint}" for joint in ("knee", "ankle")]
            legs[side] = _limb(person, leg, seen, hips[side], down, (_THIGH * torso, _SHIN * torso))
            certain[f"{side}_arm"] = all(seen[name] for name in arm)
            certain[f"{side}_leg"] = all(seen[name] for name in leg)
        return cls(
            shoulders,
            hips,
            arms,
            legs,
            across,
            down,
            width,
            torso,
            front,
            min(seen_width / (_FRONTAL * torso), 1.0),
            certain,
        )


def _hips(
    person: Keypoints, own: dict[str, str], seen: dict[str, bool], shoulders: dict[str, Point]
) -> dict[str, Point]:
    if seen["left_hip"] and seen["right_hip"]:
        return {side: person[f"{own[side]}_hip"].copy() for side in SIDES}
    # A torso is about 1.4 shoulder widths long, at right angles to them.
    span = shoulders["right"] - shoulders["left"]
    down = np.array([-span[1], span[0]])
    down *= np.sign(down[1]) if down[1] else 1.0
    return {side: shoulders[side] * 1.0 + 1.4 * down - SIDES[side] * 0.2 * span for side in SIDES}


def _limb(
    person: Keypoints,
    names: list[str],
    seen: dict[str, bool],
    root: Point,
    down: Point,
    lengths: tuple[float, float],
) -> NDArray[np.float64]:
    """Root and two joints; those not seen continue in the direction of the last one seen."""
    joints, direction = [root], down
    for name, length in zip(names, lengths, strict=True):
        if seen[name]:
            step = person[name] - joints[-1]
            norm = float(np.linalg.norm(step))
            direction = step / norm if norm > 1e-6 else direction
            joints.append(person[name].copy())
        else:
            joints.append(joints[-1] + direction * length)
    return np.stack(joints)


def along(polyline: NDArray[np.float64], distance: float) -> tuple[Point, Point]:
    """Walk a distance along a polyline; past its end go straight on.

    Parameters
    ----------
    polyline : (N, 2) float array
        Joints, N >= 2.
    distance : float
        Pixels from the first.

    Returns
    -------
    point, direction : (2,) float arrays
        Where one stands and the unit vector ahead.

    Examples
    --------
    >>> point, ahead = along(np.array([[0.0, 0.0], [0.0, 4.0], [3.0, 4.0]]), 5.0)
    >>> point.tolist(), ahead.tolist()
    ([1.0, 4.0], [1.0, 0.0])
    """
    left = distance
    direction = np.array([0.0, 1.0])
    for index in range(len(polyline) - 1):
        step = polyline[index + 1] - polyline[index]
        length = float(np.linalg.norm(step))
        if length > 1e-6:
            direction = step / length
        if left <= length or index == len(polyline) - 2:
            return polyline[index] + direction * left, direction
        left -= length
    return polyline[-1], direction


def arc_of(limb: NDArray[np.float64], point: Point) -> float:
    """Return the length of a polyline up to its place nearest to a point.

    Before the start it is negative, past the end more than the whole length.

    Examples
    --------
    >>> arc_of(np.array([[0.0, 0.0], [0.0, 4.0], [3.0, 4.0]]), np.array([2.0, 5.0]))
    6.0
    """
    best, best_distance, walked = 0.0, np.inf, 0.0
    for index in range(len(limb) - 1):
        step = limb[index + 1] - limb[index]
        length = max(float(np.linalg.norm(step)), 1e-6)
        share = float((point - limb[index]) @ step) / length**2
        last = index == len(limb) - 2
        share = float(np.clip(share, None if index == 0 else 0.0, None if last else 1.0))
        distance = float(np.linalg.norm(limb[index] + share * step - point))
        if distance < best_distance:
            best, best_distance = walked + share * length, distance
        walked += length
    return best


def perpendicular(direction: Point, side: str) -> Point:
    """Return the normal of a limb's direction that points away from the torso.

    For an arm that hangs down on the image's left this is to the left; for one held out
    sideways it is up.
    """
    return SIDES[side] * np.array([direction[1], -direction[0]])
