"""Where corners go: order, proportion, symmetry, and what is missing."""

import numpy as np
import pytest
from bodies import GARMENTS, garment, person
from hypothesis import given
from hypothesis import strategies as st

from flixdrape.body import Body
from flixdrape.corners import complete_corners
from flixdrape.fit import fit_garment

BODY = Body.from_keypoints(person())


@pytest.mark.parametrize("category", GARMENTS)
def test_symmetric_garment_on_symmetric_body_stays_symmetric(category):
    fit = fit_garment(garment(category), BODY)
    for name, point in fit.target.items():
        other = fit.target[
            name.replace("_left", "_x").replace("_right", "_left").replace("_x", "_right")
        ]
        assert point[0] + other[0] == pytest.approx(400, abs=1.0), name
        assert point[1] == pytest.approx(other[1], abs=1.0), name


@pytest.mark.parametrize("category", GARMENTS)
@given(scale=st.floats(0.3, 4), x=st.floats(-200, 200))
def test_fit_scales_and_shifts_with_the_person(category, scale, x):
    base = fit_garment(garment(category), BODY).target
    moved = fit_garment(
        garment(category), Body.from_keypoints(person(scale=scale, shift=(x, 7.0)))
    ).target
    for name, point in base.items():
        assert np.allclose(moved[name], scale * point + [x, 7.0], atol=0.1), name


@pytest.mark.parametrize("category", GARMENTS)
def test_size_of_the_garments_photo_does_not_matter(category):
    base = fit_garment(garment(category), BODY).target
    larger = {name: (2.5 * x, 2.5 * y) for name, (x, y) in GARMENTS[category].items()}
    again = fit_garment(garment(category, larger), BODY).target
    for name, point in base.items():
        assert np.allclose(again[name], point, atol=0.5), name


def test_top_lies_on_neck_shoulders_and_chest():
    target = fit_garment(garment("blouse"), BODY).target
    assert 90 < target["neckline_left"][1] < target["shoulder_left"][1] < 135
    assert 130 < target["shoulder_left"][0] < 160
    assert target["shoulder_left"][0] < target["neckline_left"][0] < target["center_front"][0]
    assert target["center_front"][1] > target["neckline_left"][1]
    assert 150 < target["armpit_left"][1] < 190
    assert 230 < target["top_hem_left"][1] < 330
    assert target["cuff_left_out"][0] < target["cuff_left_in"][0] <= target["armpit_left"][0] + 5


def test_sleeves_follow_the_arm_and_end_by_their_length():
    short = fit_garment(garment("blouse"), BODY).target
    long = fit_garment(garment("outwear"), BODY).target
    assert short["cuff_left_out"][1] < 215
    assert 245 < long["cuff_left_out"][1] < 300
    raised = Body.from_keypoints(person({"right_elbow": (80, 130), "right_wrist": (10, 130)}))
    target = fit_garment(garment("outwear"), raised).target
    assert target["cuff_left_out"][0] < 60
    assert target["cuff_left_out"][1] < target["cuff_left_in"][1]


@pytest.mark.parametrize("over", [-12.0, 4.0])
@pytest.mark.parametrize("joints", [{}, {"right_elbow": (80, 130), "right_wrist": (10, 130)}])
def test_a_cap_sleeve_is_not_turned_inside_out(over, joints):
    """Its inner end lies on the armhole, a little above or below the armpit, as in the photo."""
    points = GARMENTS["blouse"]
    caps = {}
    for side, outward in (("left", -1), ("right", 1)):
        (x, y), (u, v) = points[f"armpit_{side}"], points[f"shoulder_{side}"]
        caps[f"cuff_{side}_in"] = (x, y + over)
        caps[f"cuff_{side}_out"] = (u + 20 * outward, v + 6)
    fit = fit_garment(garment("blouse", caps), Body.from_keypoints(person(joints)))
    names = [n + e for n, e in (("shoulder_left", ""), ("cuff_left_", "out"), ("cuff_left_", "in"))]
    names.append("armpit_left")
    turns = []
    for places in (fit.source, fit.target):
        corners = np.stack([places[name] for name in names])
        edges = np.roll(corners, -1, axis=0) - corners
        after = np.roll(edges, -1, axis=0)
        turns.append(np.sign(edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]))
    assert (turns[0][1:3] == turns[1][1:3]).all(), "it bends about the armpit as it did"


def test_full_length_trousers_end_at_the_ankle_and_shorts_above_the_knee():
    long = fit_garment(garment("trousers"), BODY).target
    assert 465 < long["bottom_left_out"][1] < 510
    shorts = {
        f"bottom_{s}_{e}": (x, 190)
        for s, e, x in (
            ("left", "out", 130),
            ("left", "in", 190),
            ("right", "in", 210),
            ("right", "out", 270),
        )
    }
    short = fit_garment(garment("trousers", shorts), BODY).target
    assert short["bottom_left_out"][1] < 375
    assert long["crotch"][1] > 265


def test_longer_skirt_hangs_lower():
    knee = fit_garment(garment("skirt"), BODY).target
    mini = fit_garment(
        garment("skirt", {"hemline_left": (110, 160), "hemline_right": (290, 160)}), BODY
    ).target
    assert mini["hemline_left"][1] < knee["hemline_left"][1] - 50


@pytest.mark.parametrize(("category", "hem_at"), [("skirt", 420), ("dress", 620)])
def test_a_stride_carries_the_hem_along(category, hem_at):
    """Beside a skirt no leg comes out; where legs hang straight it hangs as it does."""
    narrow = {"hemline_left": (150, hem_at), "hemline_right": (250, hem_at)}
    walking = {"left_knee": (255, 370), "left_ankle": (285, 470), "right_ankle": (125, 480)}
    body = Body.from_keypoints(person(walking))
    hung = fit_garment(garment(category, narrow), BODY).target
    strode = fit_garment(garment(category, narrow), body).target
    for side, sign in (("left", -1), ("right", 1)):
        hem, leg = strode[f"hemline_{side}"], body.legs[side]
        shin = leg[1] + 0.8 * (leg[2] - leg[1])
        assert sign * (hem[0] - hung[f"hemline_{side}"][0]) > 5
        upper = strode[f"{'waistband' if category == 'skirt' else 'waistline'}_{side}"]
        share = (shin[1] - upper[1]) / (hem[1] - upper[1])
        edge = upper[0] + min(share, 1) * (hem[0] - upper[0])
        assert sign * (edge - shin[0]) > -2


def test_missing_corner_is_mirrored():
    points = {name: np.array(place, float) for name, place in GARMENTS["blouse"].items()}
    removed = points.pop("armpit_left")
    completed = complete_corners(points, "blouse")
    assert np.allclose(completed["armpit_left"], removed, atol=1)


@pytest.mark.parametrize(
    ("category", "stem"),
    [
        ("blouse", "top_hem"),
        ("blouse", "neckline"),
        ("blouse", "armpit"),
        ("dress", "waistline"),
        ("dress", "hemline"),
        ("skirt", "hemline"),
        ("trousers", "bottom"),
    ],
)
def test_missing_pairs_are_extrapolated_plausibly(category, stem):
    gone = [name for name in GARMENTS[category] if name.startswith(stem)]
    if stem == "bottom":
        gone = [name for name in gone if name.endswith("_out")]
    fit = fit_garment(garment(category, missing=gone), BODY)
    whole = fit_garment(garment(category), BODY)
    for name in gone:
        assert np.linalg.norm(fit.target[name] - whole.target[name]) < 90, name


def test_too_little_to_go_by():
    with pytest.raises(ValueError, match="found"):
        complete_corners({"neckline_left": np.zeros(2)}, "blouse")
    with pytest.raises(ValueError, match="found"):
        complete_corners({"waistband_left": np.zeros(2), "waistband_right": np.ones(2)}, "trousers")


def test_warnings_say_what_may_suffer():
    behind = fit_garment(garment("blouse", view="back"), BODY).warnings
    assert any("from behind" in w for w in behind)
    legless = Body.from_keypoints(person(missing=("left_ankle",)))
    assert any("legs" in w for w in fit_garment(garment("skirt"), legless).warnings)
    assert not fit_garment(garment("blouse"), BODY).warnings


CLOSE_ARMS = {
    "left_elbow": (246, 205),
    "left_wrist": (244, 275),
    "right_elbow": (154, 205),
    "right_wrist": (156, 275),
}
WIDE_ARMS = {
    "left_elbow": (330, 140),
    "left_wrist": (400, 140),
    "right_elbow": (70, 140),
    "right_wrist": (0, 140),
}


def test_chest_ends_where_a_hanging_arm_begins():
    close = fit_garment(garment("blouse"), Body.from_keypoints(person(CLOSE_ARMS))).target
    wide = fit_garment(garment("blouse"), Body.from_keypoints(person(WIDE_ARMS))).target
    assert close["armpit_left"][0] > wide["armpit_left"][0] + 3
    assert close["armpit_right"][0] < wide["armpit_right"][0] - 3


def folded_away(side):
    """A jacket whose sleeve on one side lies folded along the edge."""
    shoulder, armpit = (
        np.array(GARMENTS["outwear"][f"{n}_{side}"]) for n in ("shoulder", "armpit")
    )
    return garment(
        "outwear",
        {
            f"cuff_{side}_out": tuple(shoulder + [0, 240]),
            f"cuff_{side}_in": tuple(armpit + [0, 150]),
        },
    )


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_a_hidden_sleeve_is_shown_by_the_other(side, other):
    fit = fit_garment(folded_away(side), BODY)
    assert fit.copied == side
    assert fit.sleeve_from(side) == fit.sleeve_from(other) == other
    assert any("sleeve" in warning for warning in fit.warnings)
    whole = fit_garment(garment("outwear"), BODY)
    assert whole.copied is None
    name = f"cuff_{side}_out"
    assert fit.target[name] == pytest.approx(whole.target[name], abs=8)


def test_the_less_sure_of_two_uneven_sleeves_gives_way():
    found = garment("blouse", {"cuff_left_out": (20, 330), "cuff_left_in": (60, 345)})
    found.keypoints.scores[found.keypoints.schema.index("cuff_left_in")] = 0.4
    assert fit_garment(found, BODY).copied == "left"
    found.keypoints.scores[found.keypoints.schema.index("cuff_right_in")] = 0.3
    assert fit_garment(found, BODY).copied == "right"


def test_a_lone_corners_partner_is_where_the_network_looked():
    """The hem is oblique: mirrored by it the waistband's other end would lie elsewhere."""
    found = garment("skirt", {"hemline_left": (60, 320), "hemline_right": (310, 260)})
    found.keypoints.scores[found.keypoints.schema.index("waistband_left")] = 0.0
    found.keypoints.xy[found.keypoints.schema.index("waistband_left")] = (140, 64)
    assert fit_garment(found, BODY).source["waistband_left"].tolist() == [140, 64]
    found.keypoints.xy[found.keypoints.schema.index("waistband_left")] = (255, 62)
    guessed = fit_garment(found, BODY).source["waistband_left"]
    assert guessed[0] < 200, "too near its partner to be it"


def test_shorts_end_above_the_knee_and_trousers_at_the_ankle():
    short = {
        name: (x, 130 + (y - 130) * 0.25)
        for name, (x, y) in GARMENTS["trousers"].items()
        if name.startswith("bottom")
    }
    shorts = fit_garment(garment("trousers", short), BODY).target
    trousers = fit_garment(garment("trousers"), BODY).target
    assert shorts["bottom_left_out"][1] < 380
    assert trousers["bottom_left_out"][1] > 460


@pytest.mark.parametrize(("hem_width", "reaches"), [(24, True), (100, False)])
def test_an_oblique_photo_of_narrow_legs_shows_long_trousers_and_of_wide_ones_bermudas(
    hem_width, reaches
):
    """The inseam is no longer than the rise; what tells them apart is how far the legs narrow."""
    changes = {}
    for side, x in (("left", 155), ("right", 245)):
        sign = -1 if side == "left" else 1
        changes[f"bottom_{side}_out"] = (x + sign * hem_width / 2, 220)
        changes[f"bottom_{side}_in"] = (x - sign * hem_width / 2, 220)
    target = fit_garment(garment("trousers", changes), BODY).target
    assert bool(target["bottom_left_out"][1] > 460) == reaches


@pytest.mark.parametrize("missing", ["waistline_left", "waistline_right"])
def test_half_a_waistline_is_completed(missing):
    fit = fit_garment(garment("outwear", missing=[missing]), BODY)
    assert {"waistline_left", "waistline_right"} <= fit.target.keys()


def test_a_dress_that_was_taken_for_a_top_ends_at_the_tops_hem():
    seen = {name: GARMENTS["blouse"][name] for name in ("top_hem_left", "top_hem_right")}
    hidden = ["waistline_left", "waistline_right", "hemline_left", "hemline_right"]
    fit = fit_garment(garment("dress", seen, missing=hidden), BODY)
    assert fit.source["hemline_left"].tolist() == list(seen["top_hem_left"])
    assert fit.source["armpit_left"][1] < fit.source["waistline_left"][1] < 360


def test_a_dress_without_any_hem_is_continued_from_its_sides():
    hidden = ["waistline_left", "waistline_right", "hemline_left", "hemline_right"]
    source = fit_garment(garment("dress", missing=hidden), BODY).source
    assert source["armpit_left"][1] < source["waistline_left"][1] < source["hemline_left"][1]


CUFFS = [f"cuff_{side}_{end}" for side in ("left", "right") for end in ("in", "out")]
#: Straps rise from (150, 120) and (250, 120) to the shoulders.
STRAPPY = {
    "shoulder_left": (140, 60),
    "shoulder_right": (260, 60),
    "neckline_left": (150, 120),
    "neckline_right": (250, 120),
    "center_front": (200, 130),
}


def test_a_neckline_seen_where_a_strap_begins_goes_to_its_top():
    fit = fit_garment(garment("blouse", STRAPPY, missing=CUFFS), BODY)
    for side, other in (("left", "right"), ("right", "left")):
        neck, shoulder = fit.source[f"neckline_{side}"], fit.source[f"shoulder_{side}"]
        assert neck[1] == pytest.approx(shoulder[1])
        # Inside of the shoulder.
        assert abs(neck[0] - shoulder[0]) < 20
        middle = fit.source[f"shoulder_{other}"][0]
        assert (neck[0] - shoulder[0]) * (middle - shoulder[0]) > 0
    # The straps' length lies between shoulder and cloth, not above it.
    assert fit.target["center_front"][1] > fit.target["shoulder_left"][1] + 15


def test_necklines_at_the_shoulders_height_stay():
    level = {**STRAPPY, "neckline_left": (150, 62), "neckline_right": (250, 62)}
    fit = fit_garment(garment("blouse", level, missing=CUFFS), BODY)
    assert fit.source["neckline_left"].tolist() == [150, 62]


def test_a_sleeved_tops_neckline_is_left_alone():
    low = {"neckline_left": (160, 110), "neckline_right": (240, 110)}
    fit = fit_garment(garment("blouse", low), BODY)
    assert fit.source["neckline_left"].tolist() == [160, 110]
