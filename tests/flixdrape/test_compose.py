"""Composition: what is covered, what stays in front, what is never touched."""

from functools import cache

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
    garment_layer,
    magenta,
    wearer,
)

from flixdrape.compose import compose
from flixdrape.light import contact_shadow
from flixdrape.occlusion import front_matte
from flixdrape.options import DrapeOptions
from flixdrape.wearer import Wearer

AS_PHOTOGRAPHED = DrapeOptions(light=0.0)
CLOTH = (20, 160, 90)
CROSSING = {"left_elbow": (265, 200), "left_wrist": (205, 210)}

CASES = {
    "a short top, long hair, a bag": (
        coverage("blouse", sleeves=0.4),
        {"sleeves": "long", "hair": "long", "bag": True},
    ),
    "a sleeveless top, arms crossed": (
        coverage("blouse"),
        {"keypoints": person(CROSSING), "sleeves": "long"},
    ),
    "trousers under a top that hangs over": (coverage("trousers"), {"below": "skirt"}),
    "a dress on a coat": (coverage("dress"), {"coat": True}),
    "a jacket": (coverage("outwear", sleeves=0.9), {"sleeves": "short"}),
}


@cache
def case(name):
    cover, look = CASES[name]
    someone = wearer(**look)
    garment = garment_layer(cover, CLOTH, look.get("keypoints"))
    return someone, cover, garment, compose(someone, garment, cover, AS_PHOTOGRAPHED)


def over(above, below):
    alpha = above[..., 3:].astype(float) / 255
    return above[..., :3] * alpha + below * (1 - alpha)


@pytest.mark.parametrize("name", CASES)
def test_layers_add_up_to_the_picture(name):
    """Occluders over the garment over the erased photo; beside the cloth is a shadow."""
    someone, _, _, result = case(name)
    seen = result.garment[..., 3].astype(np.float32) / 255
    shade = contact_shadow(seen, someone)
    stacked = over(result.garment, result.erased.astype(float))
    assert np.abs(stacked - result.image)[shade == 0].max() <= 2
    assert (result.image <= np.ceil(stacked) + 2).all()
    darkest = stacked * (1 - shade[..., None]) - 2
    assert (result.image >= np.floor(darkest)).all()
    before = result.occluders[..., 3] == 255
    assert before.sum() > 500
    assert np.abs(result.image[before].astype(int) - result.occluders[before][:, :3]).max() <= (
        0.36 * 255
    )
    sure = before & (shade == 0)
    assert np.array_equal(result.image[sure], result.occluders[sure][:, :3])


@pytest.mark.parametrize("name", CASES)
def test_cloth_is_seen_unless_something_is_in_front(name):
    _, _, garment, result = case(name)
    total = result.garment[..., 3].astype(int) + result.occluders[..., 3]
    opaque = garment[..., 3] == 255
    assert np.abs(total[opaque] - 255).max() <= 1
    assert result.garment[..., 3][garment[..., 3] == 0].max() == 0
    plain = opaque & (result.occluders[..., 3] == 0)
    assert plain.sum() > 3000
    assert (result.image[plain] == CLOTH).all()


def test_no_shadow_hangs_where_the_scene_came_back():
    """A coat came off: beside the narrower dress there is wall, as light as the wall is."""
    someone, _, garment, result = case("a dress on a coat")
    coat = cv2.erode(someone.part("outer"), np.ones((5, 5), np.uint8)) > 0.9
    arms = (
        cv2.dilate((result.occluders[..., 3] > 0).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    )
    covered = cv2.dilate((garment[..., 3] > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    bare = coat & ~covered & ~arms & (np.abs(result.erased.astype(int) - WALL).max(axis=2) < 12)
    assert bare.sum() > 50
    assert np.abs(result.image[bare].astype(int) - result.erased[bare]).max() <= 1


@pytest.mark.parametrize("name", CASES)
def test_pixels_far_from_any_clothes_are_untouched(name):
    someone, _, garment, result = case(name)
    clothes = someone.part("top", "outer", "dress", "bottom", "accessories")
    mask = np.maximum(clothes, garment[..., 3] / 255).astype(np.float32)
    far = cv2.dilate(mask, np.ones((41, 41), np.uint8)) == 0
    assert far.mean() > 0.2
    assert np.array_equal(result.image[far], someone.rgb[far])
    face = slice(50, 90), slice(190, 210)
    assert np.array_equal(result.image[face], someone.rgb[face])


def test_bag_hair_and_hands_come_before_the_cloth():
    someone, _, _, result = case("a short top, long hair, a bag")
    for y, x in ((340, 130), (150, 170), (288, 131)):
        assert result.occluders[y, x, 3] > 250
        assert np.array_equal(result.image[y, x], someone.rgb[y, x])


def test_no_shadow_falls_on_what_is_in_front():
    someone, cover, _, result = case("a short top, long hair, a bag")
    front = front_matte(someone, cover, AS_PHOTOGRAPHED) == 1
    seen = result.garment[..., 3].astype(np.float32) / 255
    assert (contact_shadow(seen, someone)[front] > 0.02).any(), "it would fall there"
    assert np.array_equal(result.image[front], someone.rgb[front])


def test_painted_arm_before_the_chest_comes_before_the_cloth():
    """The old sleeve crosses the chest; under a sleeveless top the arm in it is bare."""
    someone, _, garment, result = case("a sleeveless top, arms crossed")
    y, x = 205, 233
    assert garment[y, x, 3] == 255
    assert someone.part("top")[y, x] == 1
    assert np.linalg.norm(result.image[y, x].astype(float) - SKIN) < 40
    assert result.garment[y, x, 3] == 0


def test_top_that_hangs_over_stays_before_new_trousers():
    someone, cover, garment, result = case("trousers under a top that hangs over")
    y, x = 258, 200
    assert garment[y, x, 3] == 255
    assert np.array_equal(result.image[y, x], someone.rgb[y, x])
    tucked = compose(someone, garment, cover, DrapeOptions(light=0.0, tuck=True))
    assert (tucked.image[y, x] == CLOTH).all()


def test_loud_clothes_are_gone_from_the_picture():
    someone = wearer(sleeves="long", softness=0, colours={"top": MAGENTA})
    cover = coverage("blouse", sleeves=0.4)
    result = compose(someone, garment_layer(cover), cover)
    assert magenta(someone.rgb).max() > 200
    assert magenta(result.image).max() < 25
    assert magenta(result.erased)[someone.part("arms") == 1].max() < 25


def test_without_a_garment_and_old_clothes_nothing_changes():
    someone = wearer(below="none", sleeves="none")
    bare = Wearer(someone.rgb, someone.joints, someone.body, someone.parsing)
    cover = coverage("skirt")
    result = compose(bare, np.zeros((*SHAPE, 4), np.uint8), cover)
    assert np.array_equal(result.image, someone.rgb)
    assert result.became == {}


def test_soft_edges_mix():
    someone = wearer(below="none", sleeves="none", noise=0.0)
    garment = np.full((*SHAPE, 4), 250, np.uint8)
    garment[..., 3] = 128
    result = compose(someone, garment, coverage("trousers"), AS_PHOTOGRAPHED)
    y, x = 400, 40
    assert result.image[y, x] == pytest.approx((someone.rgb[y, x].astype(int) + 250) / 2, abs=2)


@pytest.mark.parametrize("edge", [0.5, 1.5, 4.0])
def test_soft_edges_only_shrink_the_cloth(edge):
    someone, cover, garment, sharp = case("a dress on a coat")
    soft = compose(someone, garment, cover, DrapeOptions(light=0.0, edge=edge))
    before, after = sharp.garment[..., 3].astype(int), soft.garment[..., 3].astype(int)
    assert (after <= before + 1).all()
    assert ((after > 5) & (after < 250)).sum() > ((before > 5) & (before < 250)).sum()
    assert after[200, 200] == 255
    assert np.array_equal(soft.garment[200, 200], sharp.garment[200, 200])


def test_light_of_the_scene_reaches_the_cloth():
    someone, cover, garment, plain = case("a dress on a coat")
    dark = Wearer(
        (0.3 * someone.rgb).astype(np.uint8), someone.joints, someone.body, someone.parsing
    )
    shaded = compose(dark, garment, cover, DrapeOptions(light=1.0))
    assert shaded.image[200, 200].mean() < 0.9 * plain.image[200, 200].mean()


def test_hem_casts_a_shadow_on_the_person_and_not_on_the_wall():
    someone = wearer(sleeves="none", below="none", hair="none")
    cover = coverage("blouse", hem=95.0)
    result = compose(someone, garment_layer(cover), cover, AS_PHOTOGRAPHED)
    bare = result.garment[..., 3] == 0
    ratio = result.image.astype(float).mean(axis=2) / np.maximum(result.erased.mean(axis=2), 1)
    assert ratio[227, 180:220].mean() < 0.97
    wall = bare & (someone.part("background") == 1)
    assert np.array_equal(result.image[wall], result.erased[wall])


def test_result_is_the_same_every_time():
    someone, cover, garment, first = case("a dress on a coat")
    again = compose(someone, garment, cover, AS_PHOTOGRAPHED)
    assert np.array_equal(first.image, again.image)


def test_inputs_are_not_written_to():
    someone = wearer(sleeves="long")
    cover = coverage("blouse")
    garment = garment_layer(cover)
    photo, cloth = someone.rgb.copy(), garment.copy()
    compose(someone, garment, cover, DrapeOptions(light=1.0, edge=2.0))
    assert np.array_equal(someone.rgb, photo)
    assert np.array_equal(garment, cloth)
