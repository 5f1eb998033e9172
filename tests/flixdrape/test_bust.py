"""Bare neck, shoulders and chest."""

import cv2
import numpy as np
import pytest
from bodies import person
from figures import (
    COLOURS,
    MAGENTA,
    SHAPE,
    SKIN,
    coverage,
    draw_figure,
    dressed_as,
    garment_layer,
    near_colour,
)

from flixdrape.alpha import from_bytes
from flixdrape.bust import bust, painted_bust
from flixdrape.erase import erase
from flixdrape.occlusion import front_matte
from flixdrape.options import DrapeOptions
from pose import PARTS, Keypoints

GREEN = (0, 220, 0)


def in_turtleneck(joints=None, softness=0.7, wall=GREEN):
    """Somebody whose neck is covered up to the chin, before a loud wall."""
    joints = joints or person()
    photo, labels = draw_figure(joints, sleeves="none", wall=wall, colours={"top": MAGENTA})
    collar = np.zeros(SHAPE, np.uint8)
    cv2.line(collar, (200, 100), (200, 135), 255, 30)
    covered = (collar > 0) & (labels != PARTS.index("hair"))
    photo[covered], labels[covered] = MAGENTA, PARTS.index("top")
    return dressed_as(photo, labels, joints, softness=softness)


def undressed(dressed):
    cover = coverage("blouse")
    front = front_matte(dressed, cover, DrapeOptions())
    alpha = from_bytes(garment_layer(cover)[..., 3]) * (1 - front)
    return erase(dressed, cover, alpha, front), alpha


def leaning_head(shift):
    joints = person()
    xy = joints.xy.copy()
    xy[:5, 0] += shift
    return Keypoints(joints.schema, xy, joints.scores)


@pytest.mark.parametrize("softness", [0.7, 2.0])
def test_neck_goes_on_to_the_chin(softness):
    dressed = in_turtleneck(softness=softness)
    erased, alpha = undressed(dressed)
    neck = np.zeros(SHAPE, bool)
    neck[85:135, 190:210] = True
    neck &= alpha < 0.05
    shown = erased.image[neck]
    assert not near_colour(shown, GREEN, 120).any()
    # A vague border between face and collar leaves a line of it at most.
    assert near_colour(shown, MAGENTA, 120).mean() < (0.03 if softness > 1 else 1e-9)
    # Skin in the chin's shadow, none lighter.
    light = shown / SKIN
    assert np.median(np.ptp(light, axis=1)) < 0.05
    assert 0.65 < light.mean() < 1.0


def test_soft_edges_let_nothing_through_but_the_photo():
    """Halfway between face and collar the wall must not shine through."""
    erased, _ = undressed(in_turtleneck(softness=3.0))
    column = erased.image[70:130, 200]
    assert (column[:, 1] - column[:, 0]).max() < -15


@pytest.mark.parametrize("shift", [-24.0, 24.0])
def test_neck_leans_with_the_head(shift):
    joints = leaning_head(shift)
    photo, labels = draw_figure(person())
    area = bust(dressed_as(photo, labels, joints))
    middle = np.average(np.arange(SHAPE[1]), weights=area[100])
    assert np.sign(middle - 200) == np.sign(shift)
    assert abs(middle - 200) < abs(shift)
    straight = np.average(np.arange(SHAPE[1]), weights=area[160])
    assert abs(straight - 200) < 1.5


def test_neck_is_narrower_than_the_shoulders_and_whole():
    dressed = in_turtleneck()
    area = bust(dressed)
    widths = (area > 0.5).sum(axis=1)
    neck, shoulders = widths[105], widths[128]
    assert 0.25 * dressed.body.width < neck < 0.45 * dressed.body.width
    assert shoulders > 0.95 * dressed.body.width
    assert cv2.connectedComponents((area > 0.5).astype(np.uint8))[0] == 2


def test_without_a_face_the_neck_stands_straight():
    joints = person()
    scores = joints.scores.copy()
    scores[:5] = 0.0
    photo, labels = draw_figure(joints)
    area = bust(dressed_as(photo, labels, Keypoints(joints.schema, joints.xy, scores)))
    middle = np.average(np.arange(SHAPE[1]), weights=area[105])
    assert abs(middle - 200) < 1.0


@pytest.mark.parametrize(("category", "painted"), [("blouse", True), ("outwear", False)])
def test_a_jacket_shows_what_is_worn_below_it(category, painted):
    dressed = in_turtleneck()
    _, amount = painted_bust(dressed, coverage(category), np.ones(SHAPE, np.float32))
    assert bool(amount.any()) is painted


def test_nobody_knows_the_tone_of_hidden_skin():
    photo = np.full((*SHAPE, 3), COLOURS["top"], np.uint8)
    labels = np.full(SHAPE, PARTS.index("top"), np.uint8)
    layer, amount = painted_bust(
        dressed_as(photo, labels), coverage("blouse"), np.ones(SHAPE, np.float32)
    )
    assert not amount.any()
    assert (layer == photo).all()
