"""People's keypoints as other programs write them: COCO results and OpenPose JSON.

References
----------
COCO, "Results Format" (keypoints); OpenPose, "Output", format of ``BODY_25`` and ``COCO_18``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pose.keypoints import COCO_17, Keypoints

__all__ = ["coco_results", "openpose_people"]

_PERSON = 1
# OpenPose's COCO order; "neck" is the middle of the shoulders, as its own training data has it.
_OPENPOSE_18 = (
    *("nose", "neck", "right_shoulder", "right_elbow", "right_wrist"),
    *("left_shoulder", "left_elbow", "left_wrist", "right_hip", "right_knee", "right_ankle"),
    *("left_hip", "left_knee", "left_ankle", "right_eye", "left_eye", "right_ear", "left_ear"),
)


def coco_results(people: Sequence[Keypoints], image_id: int) -> list[dict[str, Any]]:
    """Return COCO results of one picture, as ``COCO.loadRes`` reads them.

    Parameters
    ----------
    people : sequence of Keypoints
        COCO-17.
    image_id : int
        Of the picture in the annotation file.

    Returns
    -------
    list of dict
        JSON-ready; joints that were not found score 0 and lie at (0, 0).

    Examples
    --------
    >>> person = Keypoints(COCO_17, np.full((17, 2), 4.0), np.full(17, 0.5))
    >>> result = coco_results([person], 7)[0]
    >>> result["image_id"], result["category_id"], result["score"], result["keypoints"][:3]
    (7, 1, 0.5, [4.0, 4.0, 0.5])
    """
    return [
        {
            "image_id": image_id,
            "category_id": _PERSON,
            "keypoints": _flat(person.xy, person.scores),
            "score": round(float(person.scores.mean()), 4),
            "bbox": [round(v, 2) for v in person.bbox()],
        }
        for person in people
    ]


def openpose_people(people: Sequence[Keypoints], picture: Sequence[int]) -> dict[str, Any]:
    """Return one picture's people as OpenPose writes them, 18 points each.

    Parameters
    ----------
    people : sequence of Keypoints
        COCO-17.
    picture : (int, int)
        Width and height.

    Returns
    -------
    dict
        JSON-ready: ``version``, ``canvas_width``, ``canvas_height``, ``people``.
    """
    return {
        "version": 1.3,
        "canvas_width": int(picture[0]),
        "canvas_height": int(picture[1]),
        "people": [
            {"person_id": [-1], "pose_keypoints_2d": _openpose_points(person)} for person in people
        ],
    }


def _openpose_points(person: Keypoints) -> list[float]:
    shoulders = [COCO_17.index("left_shoulder"), COCO_17.index("right_shoulder")]
    neck, score = person.xy[shoulders].mean(axis=0), person.scores[shoulders].min()
    xy = [neck if name == "neck" else person[name] for name in _OPENPOSE_18]
    scores = [score if name == "neck" else person.score_of(name) for name in _OPENPOSE_18]
    return _flat(np.array(xy), np.array(scores))


def _flat(xy: np.ndarray, scores: np.ndarray) -> list[float]:
    placed = np.where(scores[:, None] > 0, xy, 0.0)
    rows = np.column_stack([placed.round(2), scores.round(4)])
    return [float(v) for v in rows.ravel()]
