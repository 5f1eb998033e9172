"""Growing clothes to where they end."""

import cv2
import numpy as np
from figures import draw_figure, dressed_as

from flixdrape.cloth_edge import to_its_edge
from pose import PARTS

BOTTOM, OUTER, BACKGROUND = (PARTS.index(name) for name in ("bottom", "outer", "background"))
RIM = 7


def skirt_read_as(label, **look):
    """Somebody whose skirt's rim was taken for something else, and where skirt and rim are."""
    photo, labels = draw_figure(below="skirt", sleeves="short", **look)
    skirt = labels == BOTTOM
    kernel = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    # The rim towards the scene; the waist's other edge is the top's.
    near_scene = cv2.dilate((labels == BACKGROUND).astype(np.uint8), kernel) > 0
    rim = skirt & near_scene
    labels = np.where(rim, label, labels)
    return dressed_as(photo, labels), skirt, rim


def grown_of(dressed):
    return to_its_edge(dressed, dressed.part("bottom")) > 0.5


def test_a_rim_taken_for_scene_is_found():
    dressed, skirt, rim = skirt_read_as(BACKGROUND)
    before, grown = dressed.part("bottom") > 0.5, grown_of(dressed)
    assert before[rim].mean() < 0.2
    assert grown[rim].mean() > 0.8
    beyond = grown & ~cv2.dilate(skirt.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    assert beyond.sum() < 0.01 * skirt.sum()


def test_a_strip_taken_for_another_garment_is_found():
    dressed, _, rim = skirt_read_as(OUTER)
    assert grown_of(dressed)[rim].mean() > 0.8


def test_a_coat_of_the_same_colour_beside_is_no_strip():
    colour = (60, 40, 90)
    photo, labels = draw_figure(
        below="skirt", coat=True, colours={"outer": colour, "bottom": colour}
    )
    dressed = dressed_as(photo, labels)
    coat = cv2.erode((labels == OUTER).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert coat.sum() > 1000
    assert grown_of(dressed)[coat].mean() < 0.02


def test_cloth_of_the_scenes_colour_is_not_grown():
    wall = (150, 160, 170)
    dressed, skirt, _ = skirt_read_as(BACKGROUND, wall=wall, colours={"bottom": wall})
    grown = grown_of(dressed)
    assert (grown & ~skirt).sum() < 0.02 * skirt.sum()


def test_nothing_is_lost_and_nothing_grows_from_nothing():
    dressed, _, _ = skirt_read_as(BACKGROUND)
    cloth = dressed.part("bottom")
    assert (to_its_edge(dressed, cloth) >= cloth).all()
    assert to_its_edge(dressed, np.zeros_like(cloth)).max() == 0
