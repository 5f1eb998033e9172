"""A stylist who says, by masks that people drew, what a drape's worst faults really are."""

import cv2
import numpy as np

from pose.parts import PARTS

# Faults smaller than this share of the person nobody would click.
_SEEN = 0.003


def told_patches(analysis, parts, count, faults):
    """Return a person's analysis with a drape's worst faults told, one place each.

    The stylist clicks the middle of the largest fault that is taken for something else than it is,
    sees the picture draped anew, and takes the click back where it is no better.

    Parameters
    ----------
    analysis : PersonAnalysis
        As found.
    parts : (H, W) uint8 array
        What every pixel is, 255 where nobody knows.
    count : int
        How many places are told, at most.
    faults : callable
        Given an analysis; drapes, and returns where the picture is wrong: (H, W) bool.
    """
    patches, best, wrong = [], analysis, faults(analysis)
    skipped = parts >= len(PARTS)
    while len(patches) < count:
        mistaken = wrong & ~skipped & (best.wearer.parsing.labels() != parts)
        fault = _largest(mistaken, parts, _SEEN * (parts > 0).sum())
        if fault is None:
            break
        mask, (x, y) = fault
        clicks = [*patches, (x, y, PARTS[parts[y, x]])]
        told = analysis.corrected(patches=clicks)
        left = faults(told)
        if left.sum() < wrong.sum():
            patches, best, wrong = clicks, told, left
        else:
            skipped |= mask
    return best


def _largest(wrong, parts, least):
    """Return the largest patch of one part among wrong pixels, and its deepest pixel."""
    result = None
    for part in np.unique(parts[wrong]):
        pieces = (wrong & (parts == part)).astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(pieces, connectivity=8)
        areas = stats[1:, cv2.CC_STAT_AREA]
        if areas.max() > least:
            least, mask = areas.max(), labels == 1 + areas.argmax()
            depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
            row, column = np.unravel_index(depth.argmax(), depth.shape)
            result = mask, (int(column), int(row))
    return result
