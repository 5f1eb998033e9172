"""What is said about a drape."""

import json
from dataclasses import replace

import pytest
from bodies import garment, person
from figures import coverage, garment_layer, hidden_to_the_ground, wearer

from flixdrape.compose import compose
from flixdrape.fit import fit_garment
from flixdrape.quality import drape_warnings
from warp import LayeredWarp

CROSSED = {"left_elbow": (255, 205), "left_wrist": (175, 190)}


def judged(
    category="blouse",
    found=None,
    keypoints=None,
    stretch=1.0,
    stretched=0.0,
    hidden=(),
    dressed=None,
):
    dressed = dressed or wearer(keypoints)
    found = found or garment(category, missing=hidden)
    cover = coverage(category, sleeves=0.3)
    cloth = garment_layer(cover)
    warped = LayeredWarp(cloth, {}, 0.0, 0.0, stretch, stretched=stretched)
    fit = fit_garment(found, dressed.body)
    return drape_warnings(found, dressed, fit, warped, compose(dressed, cloth, cover))


def unsure(*names, category="blouse"):
    found = garment(category)
    scores = found.keypoints.scores.copy()
    for name in names:
        scores[found.keypoints.schema.index(name)] = 0.35
    keypoints = type(found.keypoints)(found.keypoints.schema, found.keypoints.xy, scores)
    return replace(found, keypoints=keypoints)


@pytest.mark.parametrize("category", ["blouse", "outwear", "dress", "skirt", "trousers"])
def test_good_photos_need_no_warning(category):
    warnings, quality = judged(category)
    assert warnings == []
    assert set(quality) == {"corners", "joints", "stretch", "stretched", "old_visible"}
    assert json.loads(json.dumps(quality)) == quality


def test_quality_names_every_corner_seen_and_every_joint():
    quality = judged(found=unsure("shoulder_left"))[1]
    assert quality["corners"]["shoulder_left"] == pytest.approx(0.35)
    assert quality["corners"]["shoulder_right"] == pytest.approx(0.9)
    assert len(quality["joints"]) == 17
    assert all(0 <= score <= 1 for score in quality["joints"].values())


def test_unsure_corners_are_named():
    warnings, _ = judged(found=unsure("armpit_left", "shoulder_left"))
    assert len(warnings) == 1
    assert "armpit left" in warnings[0]
    assert "shoulder left" in warnings[0]
    assert "armpit right" not in warnings[0]


def test_many_unsure_corners_are_counted():
    names = [
        f"{stem}_{side}"
        for stem in ("armpit", "shoulder", "neckline")
        for side in ("left", "right")
    ]
    warnings, _ = judged(found=unsure(*names))
    assert "and 3 more" in warnings[0]


def test_corners_placed_by_symmetry_are_named():
    warnings, quality = judged(hidden=("top_hem_left",))
    assert any("top hem left" in w and "not found" in w for w in warnings)
    assert "top_hem_left" not in quality["corners"]


@pytest.mark.parametrize("category", ["blouse", "outwear", "dress"])
def test_arm_across_the_chest(category):
    warnings, _ = judged(category, keypoints=person(CROSSED))
    assert [w for w in warnings if "crosses the chest" in w]


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_arm_across_the_chest_is_no_matter_below_the_waist(category):
    warnings, _ = judged(category, keypoints=person(CROSSED))
    assert not [w for w in warnings if "crosses" in w]


def test_hand_on_the_own_sides_hip_crosses_nothing():
    akimbo = person({"left_elbow": (300, 200), "left_wrist": (236, 250)})
    assert not [w for w in judged(keypoints=akimbo)[0] if "crosses" in w]


def test_hands_folded_before_the_hips_cross_nothing():
    folded = person({"left_elbow": (262, 205), "left_wrist": (175, 255)})
    assert not [w for w in judged(keypoints=folded)[0] if "crosses" in w]


def test_one_who_sits_is_told_to_stand():
    sitting = {"left_knee": (240, 300), "right_knee": (160, 300)}
    warnings, _ = judged("trousers", keypoints=person(sitting))
    assert len([w for w in warnings if "sits" in w]) == 1
    cut_off = person(sitting, missing=("left_knee", "right_knee", "left_ankle", "right_ankle"))
    assert not [w for w in judged("trousers", keypoints=cut_off)[0] if "sits" in w]


def test_small_person():
    small = person(scale=0.4, shift=(120.0, 40.0))
    warnings, _ = judged(keypoints=small)
    assert [w for w in warnings if "small" in w and "36 pixels" in w]
    assert not [w for w in judged()[0] if "small" in w]


def test_cloth_drawn_out():
    warnings, quality = judged(stretch=3.27)
    assert [w for w in warnings if "3.3 times" in w]
    assert quality["stretch"] == 3.27


def test_much_of_the_cloth_drawn_out():
    warnings, quality = judged(stretch=1.7, stretched=0.31)
    assert [w for w in warnings if "31% of the cloth" in w and "1.4 times" in w]
    assert quality["stretched"] == 0.31
    assert not [w for w in judged(stretch=1.7, stretched=0.1)[0] if "cloth" in w]


def test_old_clothes_that_still_show_are_told():
    """A picture that is the photo itself, with a garment that covers nothing."""
    dressed = wearer()
    cover = coverage("blouse", sleeves=0.3)
    empty = garment_layer(cover)
    empty[..., 3] = 0
    picture = compose(dressed, empty, cover)
    untouched = replace(picture, image=dressed.rgb, became={})
    found = garment("blouse")
    fit = fit_garment(found, dressed.body)
    warped = LayeredWarp(empty, {}, 0.0, 0.0, 1.0)
    warnings, quality = drape_warnings(found, dressed, fit, warped, untouched)
    assert quality["old_visible"] > 0.5
    assert any("old clothes" in warning for warning in warnings)


def test_hidden_shoes_are_told():
    """Trousers to the ground hide the shoes; a skirt in their place bares what nobody saw."""
    hidden = hidden_to_the_ground()
    assert any("hide a shoe" in w for w in judged("skirt", dressed=hidden)[0])
    assert not any("a shoe" in w for w in judged("blouse", dressed=hidden)[0])
    shoe = hidden.body.legs["left"][2] + (-6, 24)
    shod = hidden_to_the_ground(shoe)
    assert sum("hide a shoe" in w for w in judged("skirt", dressed=shod)[0]) == 1
    assert not any("a shoe" in w for w in judged("skirt")[0])
