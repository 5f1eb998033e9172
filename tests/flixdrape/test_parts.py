"""Parts: masks that cover, seams that are shared, warps that do not fold."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from bodies import GARMENTS, garment, person

from flixdrape.body import Body
from flixdrape.contour import Contour
from flixdrape.fit import fit_garment
from flixdrape.parts import plan_parts
from warp import warp_layers

SHAPE = (520, 400)
BODY = Body.from_keypoints(person())
POSES = {
    "standing": {},
    "hands on hips": {"left_elbow": (300, 190), "left_wrist": (245, 235)},
    "arm raised": {"right_elbow": (100, 90), "right_wrist": (90, 20)},
    "arms wide": {
        "left_elbow": (320, 140),
        "left_wrist": (390, 140),
        "right_elbow": (80, 140),
        "right_wrist": (10, 140),
    },
    "striding": {"left_knee": (250, 370), "left_ankle": (275, 460), "right_ankle": (140, 480)},
}


def cloth(category):
    """A garment drawn as its outline, striped."""
    points = GARMENTS[category]
    order = [
        "neckline_left",
        "shoulder_left",
        "cuff_left_out",
        "cuff_left_in",
        "armpit_left",
        "waistband_left",
        "waistline_left",
        "top_hem_left",
        "hemline_left",
        "bottom_left_out",
        "bottom_left_in",
        "crotch",
        "bottom_right_in",
        "bottom_right_out",
        "hemline_right",
        "top_hem_right",
        "waistline_right",
        "waistband_right",
        "armpit_right",
        "cuff_right_in",
        "cuff_right_out",
        "shoulder_right",
        "neckline_right",
        "center_front",
    ]
    outline = np.array([points[name] for name in order if name in points], np.int32)
    rgba = np.zeros((*SHAPE, 4), np.uint8)
    rgba[..., :3] = np.where((np.arange(SHAPE[0]) // 8 % 2)[:, None, None], 220, 60)
    alpha = np.zeros(SHAPE, np.uint8)
    cv2.fillPoly(alpha, [outline], 255)
    rgba[..., 3] = alpha
    return rgba


def matte(category):
    return cloth(category)[..., 3].astype(np.float32) / 255


@pytest.mark.parametrize("category", GARMENTS)
def test_masks_cover_the_whole_picture(category):
    body = Body.from_keypoints(person())
    parts = plan_parts(fit_garment(garment(category), body), category, body, matte(category))
    cover = 1 - np.prod([1 - part.mask for part in parts], axis=0)
    assert cover.min() > 0.7
    assert np.median(cover) == pytest.approx(1)


@pytest.mark.parametrize("category", ["blouse", "outwear", "dress"])
def test_sleeves_share_the_seam_with_the_torso(category):
    body = Body.from_keypoints(person())
    parts = {
        part.name: part
        for part in plan_parts(
            fit_garment(garment(category), body), category, body, matte(category)
        )
    }
    assert set(parts) == {"torso", "sleeve_left", "sleeve_right"}
    torso = {
        tuple(s): tuple(t)
        for s, t in zip(parts["torso"].source, parts["torso"].target, strict=True)
    }
    for name in ("sleeve_left", "sleeve_right"):
        shared = [
            tuple(t) == torso[tuple(s)]
            for s, t in zip(parts[name].source, parts[name].target, strict=True)
            if tuple(s) in torso
        ]
        assert len(shared) >= 3
        assert all(shared)


def test_sleeveless_top_is_one_part():
    body = Body.from_keypoints(person())
    cuffs = [name for name in GARMENTS["blouse"] if "cuff" in name]
    fit = fit_garment(garment("blouse", missing=cuffs), body)
    assert [part.name for part in plan_parts(fit, "blouse", body, matte("blouse"))] == ["torso"]


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("category", GARMENTS)
def test_nothing_folds_and_the_garment_arrives(category, pose):
    body = Body.from_keypoints(person(POSES[pose]))
    fit = fit_garment(garment(category), body)
    rgba = cloth(category)
    warped = warp_layers(rgba, plan_parts(fit, category, body, matte(category)), (400, 520))
    assert warped.folded_fraction == 0
    assert warped.rgba[..., 3].any()
    chest = {"skirt": body.pelvis + [0, 15], "trousers": body.legs["left"][1]}.get(
        category, body.neck + 0.5 * (body.pelvis - body.neck)
    )
    x, y = np.round(chest).astype(int)
    assert warped.rgba[y, x, 3] == 255


def test_no_gap_at_the_shoulder_of_a_lowered_sleeve():
    body = Body.from_keypoints(person())
    fit = fit_garment(garment("blouse"), body)
    warped = warp_layers(
        cloth("blouse"), plan_parts(fit, "blouse", body, matte("blouse")), (400, 520)
    )
    for side in ("left", "right"):
        seam = np.linspace(fit.target[f"shoulder_{side}"], fit.target[f"armpit_{side}"], 9)[2:-2]
        x, y = np.round(seam).astype(int).T
        assert (warped.rgba[y, x, 3] > 240).all()


def test_side_seam_follows_the_cutouts_edge():
    """A skirt with bulging sides: its bulge is laid on the body's outline, not outside it."""
    body = Body.from_keypoints(person())
    fit = fit_garment(garment("skirt"), body)
    bulging = matte("skirt").copy()
    cv2.ellipse(bulging, (200, 190), (115, 60), 0, 0, 360, 1.0, -1)
    (straight,) = plan_parts(fit, "skirt", body, matte("skirt"))
    (curved,) = plan_parts(fit, "skirt", body, bulging)
    assert curved.target == pytest.approx(straight.target)
    (outline,) = Contour.of(bulging).loops
    seams = [p for p in curved.source if abs(p[0] - 200) > 40]
    assert len(seams) >= 8
    for point in seams:
        assert np.linalg.norm(outline - point, axis=1).min() < 3
    assert np.abs(curved.source - straight.source).max() > 8


def test_a_hidden_sleeve_is_the_other_one_turned_over():
    jacket = garment("outwear", {"cuff_left_out": (112, 330), "cuff_left_in": (107, 320)})
    fit = fit_garment(jacket, Body.from_keypoints(person()))
    assert fit.copied == "left"
    rgba = cloth("outwear")
    matte = rgba[..., 3].astype(np.float32) / 255
    parts = {p.name: p for p in plan_parts(fit, "outwear", Body.from_keypoints(person()), matte)}
    assert parts["sleeve_left"].mirrored
    assert not parts["sleeve_right"].mirrored
    assert parts["sleeve_left"].source[:, 0].min() > 200, "read from the right sleeve"
    warped = warp_layers(rgba, list(parts.values()), (400, 520))
    assert warped.folded_fraction == 0
    left, right = warped.alphas["sleeve_left"], warped.alphas["sleeve_right"]
    assert left.sum() == pytest.approx(right.sum(), rel=0.15)


def test_what_is_left_of_a_sleeve_that_is_not_shown_is_no_part_of_the_torso():
    """A sleeve cut off by the photo's edge: the other one stands for it, its rest goes."""
    changes = {"cuff_left_out": (70, 250), "cuff_left_in": (92, 300)}
    found = garment("outwear", changes)
    fit = replace(fit_garment(found, Body.from_keypoints(person())), copied="left")
    masks = {p.name: p.mask for p in plan_parts(fit, "outwear", BODY, matte("outwear"))}
    armpit, cuff = fit.source["armpit_left"], fit.source["cuff_left_in"]
    x, y = np.round((armpit + cuff) / 2 - (30, 0)).astype(int)
    assert masks["torso"][y, x] < 0.05
    shown = replace(fit, copied=None)
    kept = {p.name: p.mask for p in plan_parts(shown, "outwear", BODY, matte("outwear"))}
    middle = np.round((fit.source["armpit_left"] + fit.source["armpit_right"]) / 2).astype(int)
    assert masks["torso"][middle[1], middle[0]] == kept["torso"][middle[1], middle[0]] == 1


def test_corners_are_anchors():
    fit = fit_garment(garment("outwear"), Body.from_keypoints(person()))
    matte = cloth("outwear")[..., 3].astype(np.float32) / 255
    for part in plan_parts(fit, "outwear", Body.from_keypoints(person()), matte):
        corners = np.stack(list(fit.source.values()))
        gaps = np.linalg.norm(part.source[:, None] - corners[None], axis=2).min(axis=1)
        assert part.anchors.tolist() == (gaps < 0.01).tolist()
        assert 4 <= part.anchors.sum() < len(part.source)
