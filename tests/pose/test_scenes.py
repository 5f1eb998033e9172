"""Composed scenes: labels follow the pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose.engine.keypoints import KeypointSchema
from pose.engine.scenes import Cutout, Layout, compose_scene

SCHEMA = KeypointSchema("pair", ("left", "right", "top"), flip_pairs=(("left", "right"),))
BLANK = np.full((120, 160, 3), 128, np.uint8)


def cutout(colours=((255, 0, 0), (0, 255, 0), (0, 0, 255)), known=(True, True, True)):
    """A white card with a coloured spot under each keypoint."""
    rgba = np.full((60, 50, 4), 255, np.uint8)
    points = np.array([(10.0, 45.0), (40.0, 45.0), (25.0, 12.0)])
    for (x, y), colour in zip(points.astype(int), colours, strict=True):
        rgba[y - 5 : y + 6, x - 5 : x + 6, :3] = colour
    return Cutout(rgba, points, np.array(known))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_keypoints_lie_on_their_own_spots(seed):
    layout = Layout(height=(0.4, 0.6), outside=0.0)
    scene = compose_scene([cutout()], BLANK, SCHEMA, np.random.default_rng(seed), layout)
    assert scene.points.shape == (1, 3, 2)
    mirrored = scene.points[0, 0, 0] > scene.points[0, 1, 0]
    for kind, (x, y) in enumerate(scene.points[0].round().astype(int)):
        spot = scene.image[y, x].astype(int)
        if kind == 2:
            assert spot.argmax() == 2
        else:
            # Mirrored, the left point is the one that was painted as the right.
            assert spot.argmax() in (0, 1)
    assert not mirrored


def test_mirroring_swaps_left_and_right():
    layout = Layout(height=(0.5, 0.5), spread=0, rotation=0, outside=0, flip=1.0)
    scene = compose_scene([cutout()], BLANK, SCHEMA, np.random.default_rng(0), layout)
    x, y = scene.points[0, 0].round().astype(int)
    assert scene.image[y, x].argmax() == 1
    assert scene.points[0, 0, 0] < scene.points[0, 1, 0]


def test_what_a_later_cutout_covers_is_hidden():
    layout = Layout(height=(0.5, 0.5), spread=0, rotation=0, outside=0, overlap=1.0)
    narrow = BLANK[:60, :28]
    rng = np.random.default_rng(1)
    layout = Layout(height=(1.0, 1.0), spread=0, rotation=0, outside=0, overlap=1.0, flip=0)
    scene = compose_scene([cutout(), cutout()], narrow, SCHEMA, rng, layout)
    assert scene.hidden[0].any()
    assert not (scene.hidden[1] & (scene.points[1, :, 0] < 27) & (scene.points[1, :, 0] > 0)).any()
    assert not (scene.seen & scene.hidden).any()


def test_unknown_keypoints_stay_unknown_through_mirroring():
    one = cutout(known=(True, False, True))
    for flip, expected in ((0.0, [True, False, True]), (1.0, [False, True, True])):
        layout = Layout(height=(0.5, 0.5), outside=0, flip=flip)
        scene = compose_scene([one], BLANK, SCHEMA, np.random.default_rng(0), layout)
        assert scene.known[0].tolist() == expected


def test_overlap_is_bounded_and_the_background_is_not_touched_beyond():
    rng = np.random.default_rng(3)
    layout = Layout(height=(0.4, 0.5), overlap=0.0, outside=0.0)
    scene = compose_scene([cutout()] * 6, BLANK, SCHEMA, rng, layout)
    for i, a in enumerate(scene.boxes):
        for b in scene.boxes[:i]:
            apart = (a[:2] >= b[:2] + b[2:]) | (b[:2] >= a[:2] + a[2:])
            assert apart.any()
    assert np.array_equal(BLANK, np.full((120, 160, 3), 128, np.uint8))


def test_empty_scene():
    scene = compose_scene([], BLANK, SCHEMA, np.random.default_rng(0))
    assert scene.points.shape == (0, 3, 2)
    assert scene.image == pytest.approx(BLANK)
