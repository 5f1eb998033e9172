"""Things of the scene, away from the person, that the parser took for parts of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from flixdrape.wearer import Wearer
from pose import COCO_17

__all__ = ["without_strays"]

Flags = NDArray[np.bool_]

# What is joined to the person by nothing, and lies farther from it and from its bones than these
# many shoulder widths, is not the person's: a poster's hand, a stranger's bag.
_FROM_PERSON, _FROM_BONES = 0.15, 0.5
# A joint less sure tells nothing of where the person is.
_SURE = 0.2
# The soft border of a stray goes with it, in pixels of the parsing.
_BORDER = 4


def without_strays(wearer: Wearer) -> Wearer:
    """Return the person without what was taken for its parts far away from it.

    Such a patch would stay in front of new clothes as a bag does, and say the tone of the skin.

    Parameters
    ----------
    wearer : Wearer
        As the network parsed it.
    """
    parsing = wearer.parsing
    person = (parsing.probabilities.argmax(axis=0) != 0).astype(np.uint8)
    count, patches, stats, _ = cv2.connectedComponentsWithStats(person, connectivity=8)
    if count <= 2:
        return wearer
    main = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    width = wearer.body.frontal * person.shape[1] / parsing.box[2]
    far = (_away(patches == main) > _FROM_PERSON * width) & (
        _away(_bones(wearer)) > _FROM_BONES * width
    )
    stray = np.bincount(patches[~far], minlength=count) == 0
    stray[[0, main]] = False
    if not stray.any():
        return wearer
    size = 2 * _BORDER + 1
    gone = cv2.dilate(stray[patches].astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    gone &= stray[patches] | (patches == 0)
    planes = parsing.probabilities.copy()
    planes[:, gone] = 0
    planes[0, gone] = 1
    return wearer.parsed(planes)


def _away(mask: Flags) -> NDArray[np.float32]:
    """Return how far each pixel is from a mask."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(distance, np.float32)


def _bones(wearer: Wearer) -> Flags:
    """Draw the person's bones and joints, in the parsing's planes."""
    parsing = wearer.parsing
    x, y, width, height = parsing.box
    rows, columns = parsing.probabilities.shape[1:]
    places = (wearer.joints.xy + 0.5 - (x, y)) * (columns / width, rows / height)
    # Far outside the picture a joint would be too large a number to draw.
    points = np.clip(np.round(places), -4 * columns - 4 * rows, 4 * columns + 4 * rows).astype(int)
    seen = wearer.joints.scores > _SURE
    drawn = np.zeros((rows, columns), np.uint8)
    for one, other in COCO_17.edge_indices:
        if seen[one] and seen[other]:
            cv2.line(drawn, points[one].tolist(), points[other].tolist(), 1, 1)
    for point in points[seen]:
        cv2.circle(drawn, point.tolist(), 1, 1, -1)
    return np.asarray(drawn > 0)
