"""Taking the old clothes off."""

import cv2
import numpy as np
import pytest
from bodies import person
from figures import (
    MAGENTA,
    SHAPE,
    SKIN,
    WALL,
    coverage,
    draw_figure,
    dressed_as,
    garment_layer,
    magenta,
    near_colour,
    wearer,
)

from flixdrape.alpha import from_bytes
from flixdrape.erase import erase, old_clothes
from flixdrape.occlusion import front_matte
from flixdrape.options import DrapeOptions
from pose import PARTS


def erased_of(dressed, cover):
    """Also what of the new garment is seen."""
    front = front_matte(dressed, cover, DrapeOptions())
    alpha = from_bytes(garment_layer(cover)[..., 3]) * (1 - front)
    return erase(dressed, cover, alpha, front), alpha


def loud_outside(dressed, cover):
    """How many pixels of the loud colour would be seen beside the new garment."""
    erased, alpha = erased_of(dressed, cover)
    return int((near_colour(erased.image, MAGENTA, 110) & (alpha < 0.5)).sum())


def test_top_replaces_top_and_coat_and_a_dress_down_to_its_hem():
    cover = coverage("blouse")
    old = old_clothes(wearer(coat=True, sleeves="long"), cover)
    assert old.shape == SHAPE
    assert old[200, 200] == 1, "top"
    assert old[320, 160] == 1, "coat"
    assert old[400, 230] == 0, "trousers"
    assert old[75, 200] == 0, "face"
    dress = old_clothes(wearer(below="dress"), cover)
    assert dress[200, 200] == 1
    assert dress[int(130 + cover.hem) + 10, 200] == 0, "below the hem it serves as a skirt"


def test_jacket_over_a_top_keeps_the_top_inside_the_torso():
    cover = coverage("outwear", sleeves=0.9)
    dressed = wearer(sleeves="long")
    old = old_clothes(dressed, cover)
    assert old[200, 200] == 0
    assert old[220, 263] > 0.9, "its sleeves go"
    both = old_clothes(wearer(sleeves="long", coat=True), cover)
    assert both[200, 200] == 0
    assert both[320, 160] == 1, "the old coat goes"


def test_a_waistcoat_leaves_the_sleeves_below_it():
    dressed = wearer(sleeves="long")
    x, y = np.round(dressed.body.arms["left"][1]).astype(int)
    assert old_clothes(dressed, coverage("outwear", sleeves=0.9))[y, x] > 0.9
    assert old_clothes(dressed, coverage("outwear", sleeves=0.0))[y, x] < 0.1


def test_a_jacket_with_one_sleeve_leaves_the_other_tops_sleeve():
    dressed, cover = wearer(sleeves="long"), coverage("outwear", sleeves=0.9)
    cover.sleeves["left"] = 0.0
    old = old_clothes(dressed, cover)
    for side, gone in (("left", 0.0), ("right", 1.0)):
        x, y = np.round(dressed.body.arms[side][1]).astype(int)
        assert old[y, x] == pytest.approx(gone, abs=0.1)


def test_dress_replaces_all_but_legwear():
    old = old_clothes(wearer(below="skirt", legwear=True, coat=True), coverage("dress"))
    assert old[200, 200] == old[320, 160] == old[330, 200] == 1
    assert old[420, 230] == 0


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_what_hangs_from_the_waist_replaces_what_is_below_it(category):
    cover = coverage(category)
    old = old_clothes(wearer(tucked=True), cover)
    assert old[350, 230] == 1
    assert old[200, 200] == 0
    dress = old_clothes(wearer(below="dress"), cover)
    assert dress[300, 200] == 1
    assert dress[180, 200] == 0, "its upper part serves as a top"


@pytest.mark.parametrize("category", ["blouse", "dress", "skirt", "trousers"])
def test_belt_goes_with_the_clothes(category):
    assert old_clothes(wearer(belt=True, tucked=True), coverage(category))[241, 200] == 1


def test_belt_stays_under_a_jacket():
    assert old_clothes(wearer(belt=True, tucked=True), coverage("outwear"))[241, 200] == 0


@pytest.mark.parametrize(
    ("look", "cover"),
    [
        ({"sleeves": "long"}, coverage("blouse")),
        ({"sleeves": "long"}, coverage("blouse", sleeves=0.3)),
        ({"sleeves": "long", "coat": True}, coverage("blouse", sleeves=0.9)),
        ({"sleeves": "long", "coat": True}, coverage("dress")),
        ({"sleeves": "long", "below": "skirt"}, coverage("dress")),
        ({"below": "dress"}, coverage("dress")),
        ({"tucked": True}, coverage("trousers", legs=0.6)),
        ({"tucked": True}, coverage("skirt")),
        ({"tucked": True, "below": "skirt"}, coverage("trousers")),
    ],
)
def test_no_pixel_of_the_old_garments_loud_colour_remains(look, cover):
    loud = (
        ("bottom", "dress")
        if cover.category in ("skirt", "trousers")
        else ("top", "outer", "dress")
    )
    if cover.category == "dress":
        loud = (*loud, "bottom")
    dressed = wearer(**look, colours=dict.fromkeys(loud, MAGENTA))
    assert near_colour(dressed.rgb, MAGENTA, 110).sum() > 5000
    assert loud_outside(dressed, cover) == 0


@pytest.mark.parametrize("category", ["blouse", "dress"])
def test_skin_where_a_long_sleeve_comes_off_under_a_sleeveless_garment(category):
    dressed = wearer(sleeves="long", colours={"top": MAGENTA})
    erased, _ = erased_of(dressed, coverage(category))
    for side in ("left", "right"):
        _, elbow, wrist = dressed.body.arms[side]
        for share in (0.1, 0.5, 0.8):
            x, y = np.round(elbow + share * (wrist - elbow)).astype(int)
            assert np.linalg.norm(erased.image[y, x] - SKIN) < 45, (side, share)
            assert erased.bare[y, x] > 0.95
            assert erased.became["arms"][y, x] > 0.95


def test_arm_is_bare_only_below_a_new_short_sleeve():
    dressed = wearer(sleeves="long", colours={"top": MAGENTA})
    erased, _ = erased_of(dressed, coverage("blouse", sleeves=0.4))
    along = dressed.arm("right").along
    bare = erased.bare[dressed.arm("right").window]
    length = dressed.arm("right").length
    assert bare[along < 0.4 * length - 4].max() < 0.01
    arm = erased.became["arms"][dressed.arm("right").window]
    assert arm[along < 0.4 * length - 4].max() < 0.01, "beside a narrow sleeve is no skin"
    assert bare[(along > 0.6 * length) & (along < 0.9 * length)].max() > 0.95


@pytest.mark.parametrize("category", ["outwear", "skirt", "trousers"])
def test_no_arms_are_painted_where_sleeves_stay(category):
    """Under a waistcoat stay the top's sleeves."""
    erased, _ = erased_of(wearer(sleeves="long"), coverage(category, legs=0.5))
    assert erased.bare.max() == 0


def test_nobody_is_left_without_arms_when_a_coat_comes_off_under_a_waistcoat():
    dressed = wearer(sleeves="none", coat=True)
    erased, _ = erased_of(dressed, coverage("outwear"))
    for side in ("left", "right"):
        _, elbow, wrist = dressed.body.arms[side]
        x, y = np.round(0.5 * elbow + 0.5 * wrist).astype(int)
        assert np.linalg.norm(erased.image[y, x] - SKIN) < 45
        assert erased.became["arms"][y, x] > 0.95


def test_a_dress_shows_up_to_a_slanting_hem():
    """Between the hem and the line of its corners no wall comes to light."""
    dressed = wearer(below="dress", colours={"dress": MAGENTA})
    cover = coverage("blouse", sleeves=0.3)
    alpha = from_bytes(garment_layer(cover)[..., 3])
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    # On the image's left the hem ends 25 pixels higher.
    bottom = 130 + cover.hem - 25 * np.clip((230 - x) / 60, 0, 1)
    slanting = alpha * ((y < bottom) | (np.abs(x - 200) > 60))
    front = front_matte(dressed, cover, DrapeOptions())
    shown = erase(dressed, cover, slanting * (1 - front), front).image
    gap = (y > bottom) & (y < 130 + cover.hem + 8) & (np.abs(x - 200) < 36) & (slanting < 0.1)
    assert gap.sum() > 300
    assert near_colour(shown[gap], MAGENTA, 110).mean() > 0.95


def test_legs_in_tights_stay_below_shorts_that_do_not_reach_them():
    dressed = wearer(below="skirt", legwear=True, tucked=True)
    erased, _ = erased_of(dressed, coverage("trousers", legs=0.25))
    shins = dressed.part("legwear") > 0.95
    shins[: int(dressed.body.legs["left"][1][1]) + 20] = False
    assert shins.sum() > 500
    assert np.abs(erased.image - dressed.rgb)[shins].mean() < 3


def test_a_stray_piece_of_coat_below_the_waist_goes_with_the_skirt():
    photo, labels = draw_figure(below="skirt", tucked=True, colours={"outer": MAGENTA})
    stray = (slice(300, 318), slice(165, 200))
    labels[stray], photo[stray] = PARTS.index("outer"), MAGENTA
    dressed, cover = dressed_as(photo, labels), coverage("skirt")
    assert old_clothes(dressed, cover)[stray][4:-4, 4:-4].min() > 0.9
    assert loud_outside(dressed, cover) == 0
    front = front_matte(dressed, cover, DrapeOptions())
    assert front[stray][4:-4, 4:-4].max() < 0.1


def test_scene_comes_to_light_beside_the_body():
    # A wide coat's skirts stand off the body.
    dressed = wearer(sleeves="long", coat=True, colours={"outer": MAGENTA})
    cover = coverage("blouse", sleeves=0.9)
    erased, _ = erased_of(dressed, cover)
    assert dressed.part("outer")[330, 144] > 0.9
    assert np.abs(erased.image[330, 144] - WALL).max() < 15
    assert erased.became["background"][330, 144] > 0.9


def test_under_a_top_goes_on_the_skirt_and_not_the_tights():
    colours = {"top": MAGENTA, "bottom": (20, 90, 40), "legwear": (20, 20, 160)}
    dressed = wearer(below="skirt", legwear=True, colours=colours)
    cover = coverage("blouse", sleeves=0.3, hem=0.84 * dressed.body.torso)
    erased, _ = erased_of(dressed, cover)
    assert np.linalg.norm(erased.image[258, 200] - (20, 90, 40)) < 20


def test_clothes_below_go_on_where_a_long_top_comes_off():
    dressed = wearer(colours={"top": MAGENTA, "bottom": (20, 90, 40)})
    cover = coverage("blouse", sleeves=0.3, hem=0.84 * dressed.body.torso)
    erased, _ = erased_of(dressed, cover)
    assert np.linalg.norm(erased.image[258, 200] - (20, 90, 40)) < 30
    assert erased.became["bottom"][258, 200] > 0.9


def test_a_coats_hem_leaves_no_line_on_trousers_and_no_notch_beside_them():
    photo, labels = draw_figure(coat=True, sleeves="long", colours={"bottom": (120, 130, 150)})
    outer, bottom = (labels == PARTS.index(name) for name in ("outer", "bottom"))
    above = cv2.dilate(outer.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    line = above & bottom
    assert line.sum() > 60
    photo[line] = (25, 20, 20)
    dressed = dressed_as(photo, labels, softness=0)
    erased, alpha = erased_of(dressed, coverage("blouse", sleeves=0.3))
    inner = line & (cv2.erode((outer | bottom).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0)
    inner &= alpha < 0.01
    assert inner.sum() > 30
    cloth = np.array([120, 130, 150])
    assert np.median(np.abs(erased.image[inner] - cloth).max(axis=1)) < 30
    rim = bottom & ~line & (cv2.erode(bottom.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    assert np.abs(erased.image[rim] - photo[rim].astype(float)).max(axis=1).mean() < 12


def test_legs_are_bare_below_shorter_trousers():
    dressed = wearer(tucked=True, sleeves="none", colours={"bottom": MAGENTA})
    erased, _ = erased_of(dressed, coverage("trousers", legs=0.5))
    for side in ("left", "right"):
        _, knee, ankle = dressed.body.legs[side]
        x, y = np.round(knee + 0.5 * (ankle - knee)).astype(int)
        assert np.linalg.norm(erased.image[y, x] - SKIN) < 45
        assert erased.became["legs"][y, x] > 0.9


def test_bare_legs_do_not_show_beside_trousers():
    dressed = wearer(below="none")
    cover = coverage("trousers", legs=0.8)
    narrow = np.zeros(SHAPE, np.float32)
    erased = erase(dressed, cover, narrow, narrow)
    for side in ("left", "right"):
        _, knee, ankle = dressed.body.legs[side]
        x, y = np.round(knee + 0.3 * (ankle - knee)).astype(int)
        assert np.linalg.norm(erased.image[y, x] - WALL) < 30
        x, y = np.round(knee + 0.85 * (ankle - knee)).astype(int)
        assert np.linalg.norm(erased.image[y, x] - SKIN) < 30


def test_chest_is_skin_above_a_low_neckline():
    dressed = wearer(sleeves="none", colours={"top": MAGENTA})
    erased, alpha = erased_of(dressed, coverage("blouse"))
    assert alpha[139, 200] < 0.1
    # In the chin's shadow.
    light = erased.image[139, 200] / SKIN
    assert np.ptp(light) < 0.03
    assert 0.7 < light.mean() < 1.0
    assert erased.became["face"][139, 200] > 0.9


@pytest.mark.parametrize("category", ["blouse", "outwear", "dress", "skirt", "trousers"])
def test_far_pixels_are_byte_identical(category):
    dressed = wearer(sleeves="long", coat=True, bag=True)
    erased, _ = erased_of(dressed, coverage(category, sleeves=0.3, legs=0.5))
    away = dressed.part("background") == 1
    away[:, 60:340] = False
    away[:10] = True
    assert np.array_equal(erased.image[away], dressed.rgb[away].astype(np.float32))
    assert np.array_equal(erased.image[75, 190:210], dressed.rgb[75, 190:210])


@pytest.mark.parametrize("cover", [coverage("skirt"), coverage("trousers", legs=0.0)])
def test_nothing_to_do_is_the_picture_itself(cover):
    dressed = wearer(below="none")
    empty = np.zeros(SHAPE, np.float32)
    erased = erase(dressed, cover, empty, empty)
    assert np.array_equal(erased.image, dressed.rgb)
    assert erased.bare.max() == 0
    assert erased.became == {}


def test_what_is_wholly_covered_needs_no_erasing():
    dressed = wearer(sleeves="long")
    erased = erase(
        dressed, coverage("blouse"), np.ones(SHAPE, np.float32), np.zeros(SHAPE, np.float32)
    )
    assert np.array_equal(erased.image, dressed.rgb)
    assert erased.became == {}


def test_what_pixels_became_adds_up_to_one_at_most():
    erased, _ = erased_of(wearer(sleeves="long", coat=True), coverage("dress"))
    total = sum(erased.became.values())
    assert total.max() < 1 + 1e-4
    assert set(erased.became) <= set(PARTS)
    changed = np.abs(erased.image - wearer(sleeves="long", coat=True).rgb).max(axis=2) > 1
    assert (total[changed] > 0).all()


def test_bag_and_hands_survive():
    dressed = wearer(sleeves="long", bag=True)
    erased, _ = erased_of(dressed, coverage("dress"))
    assert np.array_equal(erased.image[340, 125:140], dressed.rgb[340, 125:140])
    assert np.abs(erased.image[298, 267:271] - dressed.rgb[298, 267:271]).max() < 1


def test_unseen_arms_are_no_error():
    hidden = person(missing=("left_elbow", "left_wrist", "right_elbow", "right_wrist"))
    erased, _ = erased_of(wearer(hidden, sleeves="long"), coverage("blouse"))
    assert np.isfinite(erased.image).all()


def test_rim_of_the_hair_is_no_cloth():
    """Where hair mixes with the wall its colour is neither's."""
    dressed = wearer(hair="long", sleeves="none")
    soft = cv2.GaussianBlur(dressed.rgb, (0, 0), 1.2)
    dressed = type(dressed)(soft, dressed.joints, dressed.body, dressed.parsing)
    erased, _ = erased_of(dressed, coverage("blouse"))
    # Beside the neck, above the shoulders: far from any cloth.
    beside = (slice(70, 108), slice(155, 180))
    assert np.array_equal(erased.image[beside], dressed.rgb[beside])


def test_cloth_that_was_taken_for_hair_is_taken_off():
    dressed = wearer(hair="long", sleeves="none")
    photo = dressed.rgb.copy()
    low = dressed.part("hair") > 0.3
    low[:150] = False
    assert low.sum() > 500
    photo[low] = MAGENTA
    dressed = type(dressed)(photo, dressed.joints, dressed.body, dressed.parsing)
    assert loud_outside(dressed, coverage("blouse")) == 0


def traces(dressed, cover):
    """How strongly magenta still shows anywhere beside the new garment, 0..255."""
    assert (magenta(dressed.rgb) > 200).sum() > 2000, "there is something to take off"
    result, alpha = erased_of(dressed, cover)
    return magenta(result.image) * (1 - alpha)


@pytest.mark.parametrize(
    ("look", "cover", "loud"),
    [
        ({"sleeves": "long"}, coverage("blouse"), ("top",)),
        ({"sleeves": "long"}, coverage("blouse", sleeves=0.4), ("top",)),
        ({}, coverage("blouse", sleeves=0.4, hem=95.0), ("top",)),
        ({"coat": True}, coverage("blouse", sleeves=1.0), ("top", "outer")),
        ({"coat": True}, coverage("dress"), ("top", "outer", "bottom")),
        ({"below": "skirt"}, coverage("trousers"), ("bottom",)),
        ({}, coverage("trousers", legs=0.4), ("bottom",)),
        ({"below": "skirt"}, coverage("skirt", hem=170.0), ("bottom",)),
        ({"below": "dress", "sleeves": "long"}, coverage("dress", hem=180.0), ("dress",)),
    ],
)
def test_not_even_a_tint_remains_where_the_outlines_are_sure(look, cover, loud):
    """Layers with soft borders lie over one another: none may let the old cloth through."""
    dressed = wearer(**look, softness=0, colours=dict.fromkeys(loud, MAGENTA))
    assert traces(dressed, cover).max() < 25


def test_doubtful_outlines_leave_hardly_a_trace():
    dressed = wearer(sleeves="long", colours={"top": MAGENTA})
    left = traces(dressed, coverage("blouse")) > 25
    assert left.sum() < 0.004 * (magenta(dressed.rgb) > 200).sum()


def test_cloth_a_little_outside_its_outline_goes_too():
    """Networks draw outlines inside of the cloth's edge."""
    photo, labels = draw_figure(sleeves="long", colours={"top": MAGENTA})
    top = labels == PARTS.index("top")
    inner = cv2.erode(top.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    others = cv2.dilate(((labels > 0) & ~top).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    labels[top & ~inner & ~others] = 0
    left = traces(dressed_as(photo, labels, softness=0), coverage("blouse"))
    assert left[~others].max() < 25


def test_scene_is_continued_and_not_averaged():
    """A wall that is dark on one side and light on the other."""
    photo, labels = draw_figure(coat=True)
    light = np.linspace(60, 220, SHAPE[1])[None, :, None].astype(np.uint8)
    photo = np.where((labels == 0)[..., None], light, photo)
    erased, _ = erased_of(dressed_as(photo, labels), coverage("blouse", sleeves=1.0))
    for x in (146, 254):
        assert erased.became["background"][330, x] > 0.9
        assert np.abs(erased.image[330, x] - float(light[0, x, 0])).max() < 30


def test_legs_below_a_shorter_skirt_wear_the_stockings():
    blue = (40, 60, 150)
    photo, labels = draw_figure(below="skirt", legwear=True, colours={"legwear": blue})
    erased, _ = erased_of(dressed_as(photo, labels), coverage("skirt", hem=170.0))
    assert near_colour(erased.image, blue, 40)[330, 170]


@pytest.mark.parametrize("category", ["blouse", "outwear", "dress", "skirt", "trousers"])
@pytest.mark.parametrize("rows", [205, 330])
def test_photo_that_ends_at_the_chest_or_the_knees(category, rows):
    """Hips, or shins, lie outside the picture."""
    photo, labels = draw_figure(sleeves="long", colours={"top": MAGENTA})
    box = (0, 0, SHAPE[1], rows)
    dressed = dressed_as(photo[:rows], labels[:rows], box=box)
    cover = coverage(category)
    front = front_matte(dressed, cover, DrapeOptions())
    alpha = from_bytes(garment_layer(cover)[:rows, :, 3]) * (1 - front)
    erased = erase(dressed, cover, alpha, front)
    assert erased.image.shape == (rows, SHAPE[1], 3)
    assert np.isfinite(erased.image).all()
    if category in ("blouse", "dress"):
        assert (magenta(erased.image) * (1 - alpha) > 25).mean() < 0.001


def test_photo_is_not_written_to():
    dressed = wearer(sleeves="long")
    before = dressed.rgb.copy()
    for category in ("blouse", "dress", "skirt"):
        erased_of(dressed, coverage(category))
    assert np.array_equal(dressed.rgb, before)


def test_beyond_the_old_clothes_is_scene_whatever_the_joints_say():
    """Joints err and hips are guessed: no cloth and no skin is painted on the wall."""
    dressed = wearer(sleeves="short", below="trousers", softness=0.5)
    narrow = coverage("blouse", hem=0.75 * dressed.body.torso)
    erased, _ = erased_of(dressed, narrow)
    wall = dressed.part("background") > 0.95
    assert np.abs(erased.image[wall] - WALL).max() < 40
    for part in ("bottom", "face", "arms", "legs"):
        assert erased.became[part][wall].max() < 0.05


def test_what_is_worn_below_begins_no_higher_beside_the_hem_than_at_it():
    """Inside the hem's ends it goes on beneath the top; beside them it would stick out as ears."""
    dressed = wearer(coat=True, sleeves="long")
    cover = coverage("blouse", hem=1.0 * dressed.body.torso)
    erased, _ = erased_of(dressed, cover)
    row = round(dressed.body.neck[1] + 0.92 * dressed.body.torso)
    middle = round(dressed.body.neck[0])
    assert erased.became["bottom"][row, middle + 50 :].max() < 0.1
    assert erased.became["bottom"][row, : middle - 50].max() < 0.1
