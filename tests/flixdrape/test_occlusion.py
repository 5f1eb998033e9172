"""What of a person stays in front of a garment."""

import numpy as np
import pytest
from bodies import person
from figures import SHAPE, coverage, draw_figure, dressed_as, wearer

from flixdrape.occlusion import bare_arm, belongings, front_matte
from flixdrape.options import DrapeOptions
from pose import PARTS

CROSSING = {"left_elbow": (265, 200), "left_wrist": (205, 210)}


def matte(cover=None, options=None, keypoints=None, **look):
    front = front_matte(
        wearer(keypoints, **look), cover or coverage(sleeves=0.3), options or DrapeOptions()
    )
    assert front.shape == SHAPE
    assert front.dtype == np.float32
    assert 0 <= front.min() <= front.max() <= 1
    return front


def test_face_and_hair_are_in_front_and_clothes_are_not():
    front = matte(hair="long")
    assert front[75, 200] > 0.95, "face"
    assert front[28, 200] > 0.95, "hair"
    assert front[170, 230] > 0.9, "hair over the chest"
    assert front[200, 200] < 0.05, "top"
    assert front[400, 230] < 0.05, "trousers"
    assert front[200, 60] < 0.05, "wall"


def test_neck_below_the_chin_goes_under_a_collar():
    assert matte()[120, 200] < 0.05


def test_hair_is_let_go_where_asked():
    front = matte(options=DrapeOptions(keep_hair=False), hair="long")
    assert front[170, 230] < 0.05
    assert front[75, 200] > 0.95, "the face stays"


@pytest.mark.parametrize("category", ["blouse", "outwear", "dress"])
def test_hands_and_bare_forearms_before_the_chest(category):
    front = matte(coverage(category, sleeves=0.3), keypoints=person(CROSSING))
    assert front[211, 193] > 0.9, "hand"
    assert front[205, 235] > 0.9, "forearm"
    covered = matte(coverage(category, sleeves=0.97), keypoints=person(CROSSING))
    assert covered[211, 190] > 0.9, "hand"
    assert covered[204, 240] < 0.1, "forearm in a sleeve"


def test_hands_are_let_go_where_asked():
    front = matte(options=DrapeOptions(keep_hands=False), keypoints=person(CROSSING))
    assert front[211, 193] < 0.05
    assert front[205, 235] < 0.05


def test_old_long_sleeve_is_no_bare_arm():
    front = matte(coverage(sleeves=0.0), keypoints=person(CROSSING), sleeves="long")
    assert front[204, 240] < 0.05
    assert front[211, 190] > 0.9


def test_bag_in_a_hand_is_in_front_and_a_belt_is_not():
    front = matte(bag=True, belt=True, tucked=True)
    assert front[340, 132] > 0.95
    assert front[240, 200] < 0.05


def test_bag_is_kept_without_hands_too():
    assert matte(options=DrapeOptions(keep_hands=False), bag=True)[340, 132] > 0.95


def test_belongings_are_split_without_loss():
    dressed = wearer(bag=True, belt=True, tucked=True)
    kept, worn = belongings(dressed)
    assert kept[340, 132] == 1
    assert worn[340, 132] == 0
    assert worn[241, 200] == 1
    assert kept[241, 200] == 0
    sure = dressed.part("accessories") > 0.5
    assert (np.maximum(kept, worn)[sure] > 0.5).all()
    assert np.minimum(kept, worn).max() < 0.5


def test_specks_belong_to_nobody():
    dressed = wearer()
    planes = dressed.parsing.probabilities.copy()
    planes[:, 200:202, 200:201] = 0
    planes[-1, 200:202, 200:201] = 1
    parsing = type(dressed.parsing)(planes, dressed.parsing.box, SHAPE)
    kept, worn = belongings(type(dressed)(dressed.rgb, dressed.joints, dressed.body, parsing))
    assert kept.max() == worn.max() == 0


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_top_that_hangs_over_stays_before_what_is_put_on_below(category):
    # The drawn top ends 25 pixels below the waist.
    for tuck in (None, False):
        front = matte(coverage(category), DrapeOptions(tuck=tuck))
        assert front[255, 200] > 0.95
    assert matte(coverage(category), DrapeOptions(tuck=True))[255, 200] < 0.05


def test_coat_hangs_before_a_skirt():
    assert matte(coverage("skirt"), coat=True, sleeves="long")[300, 160] > 0.95


def test_tucked_top_goes_behind_the_worn_trousers():
    tucked = matte(options=DrapeOptions(tuck=True))
    assert tucked[272, 200] > 0.95, "trousers below the hem of the old top"
    assert tucked[200, 200] < 0.05
    assert matte(options=DrapeOptions(tuck=None))[272, 200] < 0.05
    assert matte(options=DrapeOptions(tuck=False))[272, 200] < 0.05


def test_tuck_says_nothing_to_a_dress_or_a_jacket():
    for category in ("dress", "outwear"):
        cover = coverage(category, sleeves=0.3)
        assert np.array_equal(matte(cover, DrapeOptions(tuck=True)), matte(cover))


def test_bare_arm_begins_where_the_sleeve_ends():
    dressed = wearer()
    field = dressed.arm("right")
    for share in (0.3, 0.6, 0.9):
        zone = bare_arm(dressed, coverage(sleeves=share), "right")
        assert zone.shape == field.along.shape
        assert (zone[field.along < share * field.length - 4] < 0.001).all()
        assert (zone[field.along > share * field.length + 4] > 0.999).all()


def test_without_a_sleeve_the_arm_is_bare_but_for_the_shoulder():
    dressed = wearer()
    field = dressed.arm("left")
    zone = bare_arm(dressed, coverage(sleeves=0.0), "left")
    assert (zone[field.along < 0] == 0).all()
    assert (zone[field.along > 0.3 * dressed.body.width] == 1).all()


def test_a_skirt_leaves_the_arms_bare_whatever_its_sleeves_say():
    dressed = wearer()
    field = dressed.arm("left")
    zone = bare_arm(dressed, coverage("skirt", sleeves=0.9), "left")
    assert (zone[field.along > 0.3 * dressed.body.width] == 1).all()


def with_accessory(top, bottom, left, right):
    """How much of the middle of a drawn accessory is kept in front, and how much is worn."""
    photo, labels = draw_figure()
    labels[top:bottom, left:right] = PARTS.index("accessories")
    kept, worn = belongings(dressed_as(photo, labels))
    middle = (top + bottom) // 2, (left + right) // 2
    return kept[middle], worn[middle]


def test_a_print_goes_with_its_shirt():
    kept, worn = with_accessory(150, 190, 180, 222)
    assert kept == 0
    assert worn == 1


@pytest.mark.parametrize(
    ("what", "box"),
    [
        ("a hat", (15, 35, 170, 230)),
        ("a scarf", (125, 145, 170, 230)),
        ("a handbag before the belly", (200, 260, 175, 225)),
        ("a bag at the hip", (230, 260, 285, 320)),
        ("what a hand holds before the waist", (262, 276, 125, 205)),
    ],
)
def test_what_is_carried_is_kept(what, box):
    kept, worn = with_accessory(*box)
    assert kept > 0.9, what
    assert worn == 0, what


def test_person_from_behind_keeps_the_hair():
    seen = person()
    order = list(seen.schema.flip_order)
    behind = type(seen)(seen.schema, seen.xy[order], seen.scores)
    photo, labels = draw_figure()
    labels[labels == PARTS.index("face")] = PARTS.index("hair")
    front = front_matte(dressed_as(photo, labels, behind), coverage(), DrapeOptions())
    assert front[40, 200] > 0.9
    assert front[200, 200] < 0.05


def test_cut_off_head_is_no_error():
    cut = person(missing=("nose", "left_eye", "right_eye", "left_ear", "right_ear"))
    photo, labels = draw_figure(cut, hair="none")
    labels[:120] = 0
    front = front_matte(dressed_as(photo, labels, cut), coverage(sleeves=1.0), DrapeOptions())
    assert front[140:260, 170:230].max() == 0


def test_old_dress_does_not_hang_over_a_new_skirt():
    assert matte(coverage("skirt"), below="dress")[300, 200] < 0.05


def test_tucked_top_is_covered_below_the_bodys_waist_only():
    front = matte(coverage(waist=140.0), DrapeOptions(tuck=True), tucked=True)
    assert front[260, 200] < 0.05
    assert front[280, 170] > 0.9


def test_a_hand_before_the_chest_brings_no_other_arm_to_the_front():
    """It points at the other arm, which a sleeve covers."""
    covered = matte(coverage("outwear", sleeves=0.97), keypoints=person(CROSSING))
    assert covered[211, 190] > 0.9, "the hand"
    assert covered[230, 135] < 0.05, "the other forearm"


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_sleeves_hang_before_what_is_worn_below(category):
    dressed = wearer(below="dress", sleeves="long")
    front = front_matte(dressed, coverage(category), DrapeOptions())
    for side in ("left", "right"):
        _, elbow, wrist = dressed.body.arms[side]
        x, y = np.round(0.4 * elbow + 0.6 * wrist).astype(int)
        assert front[y, x] > 0.9
