"""Composition: what is covered, what stays in front, what is never touched."""

import cv2
import numpy as np
import pytest
from bodies import person

from flixdrape.body import Body
from flixdrape.compose import compose, occluder_matte

SKIN, HAIR, WALL, SHIRT = (215, 170, 145), (60, 40, 30), (180, 190, 200), (40, 60, 160)


def draw_person(keypoints):
    """A flat figure in the joints' places."""
    image = np.full((520, 400, 3), WALL, np.uint8)

    def line(names, colour, thickness):
        points = np.round([keypoints[name] for name in names]).astype(np.int32)
        cv2.polylines(image, [points], False, colour, thickness)

    for side in ("left", "right"):
        line([f"{side}_hip", f"{side}_knee", f"{side}_ankle"], (50, 50, 60), 34)
    torso = [keypoints[n] for n in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
    cv2.fillPoly(image, [np.round(torso).astype(np.int32)], SHIRT)
    for side in ("left", "right"):
        line([f"{side}_shoulder", f"{side}_elbow"], SHIRT, 24)
        line([f"{side}_elbow", f"{side}_wrist"], SKIN, 18)
        wrist, elbow = keypoints[f"{side}_wrist"], keypoints[f"{side}_elbow"]
        hand = np.round(wrist + 0.2 * (wrist - elbow)).astype(int)
        cv2.circle(image, hand.tolist(), 13, SKIN, -1)
    cv2.ellipse(image, (200, 62), (30, 42), 0, 0, 360, HAIR, -1)
    cv2.ellipse(image, (200, 72), (22, 30), 0, 0, 360, SKIN, -1)
    cv2.line(image, (200, 95), (200, 128), SKIN, 24)
    rng = np.random.default_rng(0)
    return np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


def full_cover():
    garment = np.zeros((520, 400, 4), np.uint8)
    garment[...] = (255, 0, 255, 255)
    return garment


def test_without_garment_nothing_changes():
    photo = draw_person(person())
    empty = np.zeros((520, 400, 4), np.uint8)
    front = np.zeros((520, 400), np.float32)
    assert np.array_equal(compose(photo, photo, empty, front).image, photo)


def test_garment_covers_and_layers_add_up():
    photo = draw_person(person())
    front = np.zeros((520, 400), np.float32)
    front[:100] = 1
    result = compose(photo, photo, full_cover(), front)
    assert np.array_equal(result.image[:100], photo[:100])
    assert (result.image[100:] == (255, 0, 255)).all()
    assert result.garment[50, 50, 3] == 0
    assert result.garment[150, 50, 3] == 255
    assert result.occluders[50, 50, 3] == 255


def test_soft_edges_mix():
    photo = np.zeros((10, 10, 3), np.uint8)
    garment = np.full((10, 10, 4), 200, np.uint8)
    garment[..., 3] = 128
    image = compose(photo, photo, garment, np.zeros((10, 10), np.float32)).image
    assert np.abs(image.astype(int) - 100).max() <= 1


def matte_of(keypoints, sleeves):
    photo = draw_person(keypoints)
    return occluder_matte(photo, keypoints, Body.from_keypoints(keypoints), sleeves)


def test_face_stays_in_front_and_chest_does_not():
    matte = matte_of(person(), {})
    assert matte[72, 200] > 0.9
    assert matte[200, 200] < 0.05
    assert matte[400, 200] < 0.05


def test_hand_before_the_body_stays_in_front():
    crossing = person({"left_elbow": (265, 200), "left_wrist": (205, 210)})
    matte = matte_of(crossing, {"left": 0.3, "right": 0.3})
    assert matte[211, 195] > 0.6, "the hand"
    assert matte[205, 230] > 0.6, "the bare forearm"
    assert matte[160, 200] < 0.05, "the shirt beside it"


def test_long_sleeve_covers_the_forearm_but_not_the_hand():
    crossing = person({"left_elbow": (265, 200), "left_wrist": (205, 210)})
    matte = matte_of(crossing, {"left": 1.0, "right": 1.0})
    assert matte[204, 245] < 0.2
    assert matte[211, 193] > 0.6


def test_person_from_behind_keeps_no_face():
    seen = person()
    order = list(seen.schema.flip_order)
    behind = type(seen)(seen.schema, seen.xy[order], seen.scores)
    assert matte_of(behind, {}).max() == 0


@pytest.mark.parametrize("missing", [("nose", "left_eye", "right_eye", "left_ear", "right_ear")])
def test_cut_off_head_is_no_error(missing):
    cut = person(missing=missing)
    assert matte_of(cut, {}).max() == 0
