"""How right human keypoints are: PCK, and COCO's AP over object keypoint similarity."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose.engine.keypoints import Keypoints
from pose.keypoints import COCO_17

__all__ = [
    "Truth",
    "average_precision",
    "correct_keypoints",
    "scene_average_precision",
    "torso_lengths",
]

Floats = NDArray[np.float64]


def torso_lengths(points: Floats) -> Floats:
    """Mean of the two diagonals shoulder - opposite hip.

    Parameters
    ----------
    points : (N, 17, 2) float array
        True joints in pixels.

    Returns
    -------
    (N,) float array
    """
    index = COCO_17.index
    one = points[:, index("left_shoulder")] - points[:, index("right_hip")]
    other = points[:, index("right_shoulder")] - points[:, index("left_hip")]
    return np.asarray((np.linalg.norm(one, axis=1) + np.linalg.norm(other, axis=1)) / 2)


def correct_keypoints(
    predicted: Floats, truth: Floats, labelled: NDArray[np.bool_], share: float
) -> tuple[Floats, Floats]:
    """Count the joints that lie within `share` of the torso length of the truth (PCK).

    People whose torso has no four labelled corners are left out.

    Parameters
    ----------
    predicted, truth : (N, 17, 2) float array
        Pixels.
    labelled : (N, 17) bool array
        Joints that count.
    share : float
        0.2 for PCK@0.2.

    Returns
    -------
    correct, counted : (17,) float arrays
        Of each joint; PCK is the one's sum over the other's.

    References
    ----------
    Y. Yang and D. Ramanan, "Articulated Human Detection with Flexible Mixtures of Parts",
    TPAMI 2013.
    """
    corners = [
        COCO_17.index(n) for n in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    ]
    counted = labelled & labelled[:, corners].all(axis=1, keepdims=True)
    near = np.linalg.norm(predicted - truth, axis=2) <= share * torso_lengths(truth)[:, None]
    return (near & counted).sum(axis=0).astype(float), counted.sum(axis=0).astype(float)


def average_precision(
    predicted: Sequence[Keypoints], truth: Floats, labelled: NDArray[np.bool_], areas: Floats
) -> dict[str, float]:
    """Score one prediction a picture as COCO does, through pycocotools.

    Parameters
    ----------
    predicted : sequence of N Keypoints
        One of each picture.
    truth : (N, 17, 2) float array
        Pixels.
    labelled : (N, 17) bool array
        Joints that count.
    areas : (N,) float array
        Area of each person in square pixels, the scale of the similarity.

    Returns
    -------
    dict
        `AP` (mean over similarities .50 to .95), `AP50`, `AP75`.
    """
    people = [
        Truth(points[None], mask[None], np.array([area]))
        for points, mask, area in zip(truth, labelled, areas, strict=True)
    ]
    return scene_average_precision([[found] for found in predicted], people)


@dataclass(frozen=True)
class Truth:
    """The labelled people of one picture.

    Attributes
    ----------
    points : (P, 17, 2) float array
        Pixels.
    labelled : (P, 17) bool array
        Joints that count; a person without any is ignored, found or not.
    areas : (P,) float array
        In square pixels, the scale of the similarity.
    """

    points: Floats
    labelled: NDArray[np.bool_]
    areas: Floats


def scene_average_precision(
    predicted: Sequence[Sequence[Keypoints]], truths: Sequence[Truth]
) -> dict[str, float]:
    """Score the people found in each picture as COCO does, through pycocotools.

    Parameters
    ----------
    predicted : sequence of N sequences of Keypoints
        All people of each picture, at most 20 of them count.
    truths : sequence of N Truth
        All labelled people of each.

    Returns
    -------
    dict
        `AP` (mean over similarities .50 to .95), `AP50`, `AP75`, `AR`.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    annotations: list[dict[str, object]] = []
    for picture, truth in enumerate(truths):
        for points, mask, area in zip(truth.points, truth.labelled, truth.areas, strict=True):
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": picture,
                    "category_id": 1,
                    "iscrowd": 0,
                    "area": float(area),
                    "bbox": list(Keypoints(COCO_17, points, mask.astype(float)).bbox()),
                    "num_keypoints": int(mask.sum()),
                    "keypoints": np.column_stack([points, 2.0 * mask]).ravel().tolist(),
                }
            )
    results = [
        {
            "image_id": picture,
            "category_id": 1,
            # Joints that were not found lower the rank: whole people first.
            "score": float(found.scores.mean()),
            "keypoints": np.column_stack([found.xy, found.scores]).ravel().tolist(),
        }
        for picture, people in enumerate(predicted)
        for found in people
    ]
    if not results:
        return {"AP": 0.0, "AP50": 0.0, "AP75": 0.0, "AR": 0.0}
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": i} for i in range(len(truths))],
            "annotations": annotations,
            "categories": [{"id": 1, "name": "person", "keypoints": list(COCO_17.names)}],
        }
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(results), "keypoints")
        evaluation.params.useSegm = None
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    stats = evaluation.stats
    return {name: float(stats[i]) for name, i in (("AP", 0), ("AP50", 1), ("AP75", 2), ("AR", 5))}
