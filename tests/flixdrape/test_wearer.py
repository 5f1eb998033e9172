"""The person as a picture: parts, axes, zones, and the change of clothes."""

import cv2
import numpy as np
import pytest
from bodies import person
from figures import BOX, COLOURS, SHAPE, draw_figure, dressed_as, leaning, wearer

from flixdrape.body import Body
from flixdrape.wearer import Wearer, ramp
from pose import PARTS, Parsing

PLAIN = wearer()


def zeros():
    return np.zeros(SHAPE, np.float32)


def test_ramp_rises_and_falls():
    values = np.linspace(-1, 3, 9)
    assert np.allclose(ramp(values, 0, 2), 1 - ramp(values, 2, 0))
    assert ramp(values, 0, 2).tolist() == sorted(ramp(values, 0, 2).tolist())
    assert ramp(np.array([1.0]), 0, 2)[0] == pytest.approx(0.5)


def test_likely_is_sure_and_unlikely_is_not():
    planes = np.zeros((12, 1, 4), np.float32)
    planes[PARTS.index("top")] = [[0.2, 0.475, 0.75, 1.0]]
    planes[0] = 1 - planes[PARTS.index("top")]
    photo = np.zeros((1, 4, 3), np.uint8)
    small = Wearer(photo, person(), PLAIN.body, Parsing(planes, (0, 0, 4, 1), (1, 4)))
    assert small.part("top")[0] == pytest.approx([0, 0.5, 1, 1], abs=1e-5)


def test_halves_of_two_kinds_of_clothes_are_clothes():
    """The network wavers between a top and a coat; that it is cloth is sure."""
    planes = np.zeros((12, 1, 1), np.float32)
    planes[PARTS.index("top")] = planes[PARTS.index("outer")] = 0.5
    small = Wearer(
        np.zeros((1, 1, 3), np.uint8), person(), PLAIN.body, Parsing(planes, (0, 0, 1, 1), (1, 1))
    )
    assert small.part("top")[0, 0] < 0.7
    assert small.part("top", "outer")[0, 0] == 1


def test_parts_are_worked_out_once():
    assert PLAIN.part("top") is PLAIN.part("top")
    assert PLAIN.part("top") is not PLAIN.part("bottom")
    assert PLAIN.arm("left") is PLAIN.arm("left")
    assert PLAIN.leg("left") is not PLAIN.leg("right")


def test_axes_of_who_stands_upright():
    down, across = PLAIN.down(), PLAIN.across()
    assert down[130, 200] == pytest.approx(0, abs=1e-3)
    assert down[230, 37] == pytest.approx(100, abs=1e-3)
    assert across[300, 260] == pytest.approx(60, abs=1e-3)
    assert across[10, 140] == pytest.approx(-60, abs=1e-3)


@pytest.mark.parametrize("degrees", [-25, 15])
def test_axes_lean_with_the_person(degrees):
    lean = leaning(degrees)
    hips = lean.body.pelvis
    x, y = np.round(hips).astype(int)
    assert lean.down()[y, x] == pytest.approx(lean.body.torso, abs=1.0)
    assert lean.across()[y, x] == pytest.approx(0, abs=1.0)
    for name, sign in (("left", -1), ("right", 1)):
        x, y = np.round(lean.body.shoulders[name]).astype(int)
        assert lean.down()[y, x] == pytest.approx(0, abs=1.0)
        assert lean.across()[y, x] == pytest.approx(45 * sign, abs=1.0)


@pytest.mark.parametrize("degrees", [0, -25, 15])
def test_torso_is_the_trunk_and_not_the_limbs(degrees):
    lean = leaning(degrees)
    torso, body = lean.torso(), lean.body

    def value(point):
        x, y = np.round(point).astype(int)
        return torso[y, x]

    assert value(body.neck + 0.2 * body.torso * body.down) > 0.95
    assert value(body.pelvis) > 0.95
    assert value(body.pelvis + 0.15 * body.torso * body.down) > 0.95
    assert value(body.pelvis + 0.35 * body.torso * body.down) < 0.05, "below the crotch"
    assert value(body.neck - 0.5 * body.width * body.down) < 0.05, "the face"
    for side in ("left", "right"):
        assert value(body.arms[side][1]) < 0.05, "the elbow"
        assert value(body.legs[side][1]) < 0.05, "the knee"
        assert value(body.shoulders[side]) > 0.5


def test_torso_grows_at_its_sides():
    narrow, wide = PLAIN.torso(0.0), PLAIN.torso(0.2)
    assert (wide >= narrow - 1e-6).all()
    row = 200
    gain = (wide[row] > 0.5).sum() - (narrow[row] > 0.5).sum()
    assert gain == pytest.approx(2 * 0.2 * PLAIN.body.width, abs=3)


@pytest.mark.parametrize("degrees", [0, -25])
def test_head_ends_at_the_chin(degrees):
    lean = leaning(degrees)
    head = lean.head()
    for name in ("nose", "left_eye", "right_ear"):
        x, y = np.round(lean.joints[name]).astype(int)
        assert head[y, x] == 1, name
    x, y = np.round(lean.body.neck + 0.1 * lean.body.torso * lean.body.down).astype(int)
    assert head[y, x] == 0
    x, y = np.round(lean.body.pelvis).astype(int)
    assert head[y, x] == 0


def test_without_a_face_all_may_be_head():
    hidden = person(missing=("nose", "left_eye", "right_eye", "left_ear", "right_ear"))
    assert wearer(hidden).head().min() == 1


def test_long_hair_is_hair_down_to_its_ends():
    long = wearer(hair="long")
    drawn = long.parsing.labels() == PARTS.index("hair")
    sure = cv2.erode(drawn.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (long.hair()[sure] > 0.8).mean() > 0.97
    assert long.hair()[~cv2.dilate(drawn.astype(np.uint8), np.ones((5, 5))).astype(bool)].max() == 0


def test_dark_cloth_that_was_taken_for_hair_is_told_by_its_colour():
    photo, labels = draw_figure(hair="short", colours={"hair": (170, 130, 80)})
    collar = np.zeros(SHAPE, bool)
    collar[140:190, 160:180] = True
    labels[collar] = PARTS.index("hair")
    assert dressed_as(photo, labels).part("hair")[collar].min() > 0.3
    hair = dressed_as(photo, labels).hair()
    assert hair[145:185, 165:175].max() < 0.1
    assert hair[35, 200] > 0.9


def test_hair_of_one_flat_colour_is_no_error():
    flat = wearer(hair="long", noise=0.0)
    assert flat.hair()[170, 170] > 0.9


def test_bald_heads_have_no_hair():
    assert wearer(hair="none").hair().max() == 0


def test_arms_and_legs_are_on_their_side_of_the_picture():
    for side, low, high in (("left", 0, 200), ("right", 200, 400)):
        for field in (PLAIN.arm(side), PLAIN.leg(side)):
            on = np.argwhere(np.abs(field.beside) < 1)
            columns = on[:, 1] + field.window[1].start
            assert low < columns.min()
            assert columns.max() < high


def test_hand_belongs_to_the_arm():
    field = PLAIN.arm("left")
    x, y = 131, 290
    row, column = y - field.window[0].start, x - field.window[1].start
    assert abs(field.beside[row, column]) < 2
    assert field.along[row, column] > field.length
    bones = np.linalg.norm(np.diff(PLAIN.body.arms["left"], axis=0), axis=1)
    assert field.length == pytest.approx(bones.sum(), rel=1e-5)


def changed():
    """Somebody in a short top: the sleeves became skin, a little became wall."""
    top, arm, wall = zeros(), zeros(), zeros()
    top[140:250, 165:235] = 1
    arm[150:200, 130:150] = 1
    wall[150:200, 120:130] = 0.5
    after = PLAIN.dressed(PLAIN.rgb, top, "outer", {"background": wall, "arms": arm})
    return top > 0, arm > 0, after


def test_dressed_parts_still_add_up():
    _, _, after = changed()
    assert np.allclose(after.parsing.probabilities.sum(axis=0), 1, atol=1e-5)
    assert after.parsing.probabilities.min() >= 0


def test_dressed_pixels_show_the_new_garment_and_what_came_to_light():
    top, arm, after = changed()
    assert after.part("outer")[top].min() == 1
    assert after.part("top")[top].max() == 0
    assert after.part("arms")[arm].min() == 1
    assert after.part("top")[arm].max() == 0
    elsewhere = ~(top | arm)
    elsewhere[150:200, 120:130] = False
    inside = np.zeros(SHAPE, bool)
    inside[BOX[1] : BOX[1] + BOX[3], BOX[0] : BOX[0] + BOX[2]] = True
    for name in PARTS:
        same = elsewhere & inside
        assert np.array_equal(after.part(name)[same], PLAIN.part(name)[same]), name


def test_dressing_leaves_the_person_before_alone():
    before = PLAIN.parsing.probabilities.copy()
    _, _, after = changed()
    assert np.array_equal(PLAIN.parsing.probabilities, before)
    assert after.joints is PLAIN.joints
    assert PLAIN.part("outer").max() == 0


def test_dressing_a_parsing_that_is_stored_smaller():
    photo, labels = draw_figure()
    whole = dressed_as(photo, labels)
    planes = np.stack(
        [
            cv2.resize(plane, (190, 257), interpolation=cv2.INTER_AREA)
            for plane in whole.parsing.probabilities
        ]
    )
    small = Wearer(photo, person(), Body.from_keypoints(person()), Parsing(planes, BOX, SHAPE))
    seen = zeros()
    seen[140:250, 165:235] = 1
    after = small.dressed(photo, seen, "dress", {})
    assert np.allclose(after.parsing.probabilities.sum(axis=0), 1, atol=1e-4)
    assert after.part("dress")[145:245, 170:230].min() == 1
    assert after.part("dress")[seen == 0].mean() < 0.01
    assert after.part("face")[75, 200] == 1


def test_colours_of_the_figure_are_where_its_parts_are():
    """The helper itself: photo and parsing agree."""
    for name in ("top", "bottom", "hair"):
        sure = cv2.erode((PLAIN.part(name) > 0.9).astype(np.uint8), np.ones((3, 3))) > 0
        assert np.allclose(np.median(PLAIN.rgb[sure], axis=0), COLOURS[name], atol=2)
