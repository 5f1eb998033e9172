"""Where to look for a person whose pixels are to be labelled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import Box
from pose.keypoints import Keypoints

__all__ = ["PADDING", "person_box"]

#: How many times larger than `person_box` the crop is: hair, hats, shoes and bags lie beyond
#: the joints.
PADDING = 1.3

_SEEN = 0.2
_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
# Who is cut off at the joint above: how far down the body goes on, in torso lengths.
_BELOW = (("ankle", 0.0), ("knee", 0.9), ("hip", 1.8), ("shoulder", 2.8))


def person_box(keypoints: Keypoints, shape: tuple[int, ...]) -> Box:
    """Return the box of a person's joints, and of the body beyond those that are not seen.

    A photo often ends at the thighs, before the knees are seen; the clothes go on to its border
    all the same.

    Parameters
    ----------
    keypoints : Keypoints
        COCO-17, in pixels.
    shape : (int, int, ...)
        Height and width of the picture.

    Returns
    -------
    (x, y, width, height)
        In pixels; continued no further than the picture.

    Examples
    --------
    >>> from pose.keypoints import COCO_17
    >>> xy = np.tile([[50.0, 40.0]], (17, 1))
    >>> xy[5:7] = [[60, 60], [40, 60]]
    >>> xy[11:13] = [[58, 100], [42, 100]]
    >>> seen = np.zeros(17)
    >>> seen[[0, 5, 6, 11, 12]] = 1.0
    >>> person_box(Keypoints(COCO_17, xy, seen), (150, 100))
    (40.0, 40.0, 20.0, 109.0)
    """
    x, y, width, height = keypoints.bbox(_SEEN)
    bottom, top = y + height, y
    torso = _torso(keypoints, width, height)
    for joint, more in _BELOW:
        seen = _seen(keypoints, (f"left_{joint}", f"right_{joint}"))
        if len(seen):
            if more:
                bottom = max(bottom, min(seen[:, 1].mean() + more * torso, shape[0] - 1.0))
            break
    if not len(_seen(keypoints, _FACE)):
        top = min(top, max(top - 0.6 * torso, 0.0))
    return x, float(top), width, float(bottom - top)


def _seen(keypoints: Keypoints, names: tuple[str, ...]) -> NDArray[np.float64]:
    points = [keypoints[name] for name in names if keypoints.score_of(name) > _SEEN]
    return np.array(points).reshape(-1, 2)


def _torso(keypoints: Keypoints, width: float, height: float) -> float:
    shoulders = _seen(keypoints, ("left_shoulder", "right_shoulder"))
    hips = _seen(keypoints, ("left_hip", "right_hip"))
    if len(shoulders) and len(hips):
        return float(np.linalg.norm(shoulders.mean(axis=0) - hips.mean(axis=0)))
    if len(shoulders) == 2:
        return 1.4 * float(np.linalg.norm(shoulders[0] - shoulders[1]))
    return 0.3 * max(width, height)
