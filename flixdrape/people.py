"""Which people are in a picture, and which of them is to be dressed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from flixdrape.errors import NothingFoundError, UnusableInputError
from flixdrape.images import Picture
from pose import Keypoints, PoseEstimator

__all__ = ["Choice", "choose_person", "find_people"]

#: A position among the people, largest first, or a point on the person meant.
Choice = int | tuple[float, float]

# Joints less sure do not say where a person is.
_SURE = 0.2
# A point this far outside a person's box, relative to its longer side, may still mean it: hair
# and clothes reach over the joints.
_REACH = 0.15


def find_people(picture: Picture, method: str = "topdown-heatmap") -> list[Keypoints]:
    """Find the people of a picture, largest first.

    Parameters
    ----------
    picture : Picture
        To look at.
    method : str
        One of `pose.METHODS`.

    Raises
    ------
    NothingFoundError
        If there is none.
    """
    people = _estimator(method)(picture.rgb)
    if not people:
        raise NothingFoundError(
            f"{picture.name}: no person found; use a photo of one person, head to hips at least"
        )
    return people


def choose_person(people: Sequence[Keypoints], choice: Choice, name: str) -> Keypoints:
    """Return the person meant.

    Parameters
    ----------
    people : sequence of Keypoints
        Of one picture, largest first; one or more.
    choice : int or (x, y)
        Position, from 0, or a point on the person, in the picture's pixels.
    name : str
        Of the picture, for the error.

    Raises
    ------
    UnusableInputError
        If there are not so many people, or nobody is at that point.
    """
    if isinstance(choice, int):
        if not 0 <= choice < len(people):
            there = "one person" if len(people) == 1 else f"{len(people)} people"
            raise UnusableInputError(
                f"{name}: person {choice} was asked for, but there is {there}, counted from 0"
            )
        return people[choice]
    distances = [_distance(person, choice) for person in people]
    nearest = int(np.argmin(distances))
    if distances[nearest] > _REACH:
        x, y = choice
        raise UnusableInputError(f"{name}: nobody found at ({x:g}, {y:g})")
    return people[nearest]


def _distance(person: Keypoints, point: tuple[float, float]) -> float:
    """How far a point lies outside a person's box, in its longer sides.

    Inside the box it is below 0: the nearest joint decides between people who overlap.
    """
    x, y, width, height = person.bbox(_SURE)
    side = max(width, height, 1.0)
    out_x = max(x - point[0], point[0] - x - width, 0.0)
    out_y = max(y - point[1], point[1] - y - height, 0.0)
    outside = float(np.hypot(out_x, out_y)) / side
    if outside > 0:
        return outside
    joints = person.xy[person.scores > _SURE]
    nearest = float(np.linalg.norm(joints - point, axis=1).min()) / side if len(joints) else 1.0
    return min(nearest, 1.0) - 1.0


@cache
def _estimator(method: str) -> PoseEstimator:
    return PoseEstimator.load(method)
