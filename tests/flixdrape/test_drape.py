"""The whole road on the shipped samples, with the real networks."""

import json

import numpy as np
import pytest
from PIL import Image

from flixdrape import NothingFoundError, UnusableInputError, drape, open_picture
from flixdrape.analysis import analyse_garment, analyse_person, find_garment
from flixdrape.drape import drape_analysed
from flixdrape.people import find_people
from flixdrape.samples import GARMENTS, PERSON, sample

LABELS = json.loads((sample(PERSON).parent / "labels.json").read_text())


@pytest.fixture(scope="module", params=GARMENTS)
def draped(request):
    return request.param, drape(sample(request.param), sample(PERSON))


def test_persons_joints_are_found():
    found = find_people(open_picture(sample(PERSON)))[0]
    truth = LABELS[f"{PERSON}.jpg"]["keypoints"]
    torso = abs(truth["left_hip"][1] - truth["left_shoulder"][1])
    errors = {name: np.hypot(*(found[name] - place)) / torso for name, place in truth.items()}
    assert np.mean(list(errors.values())) < 0.12, errors
    assert max(errors.values()) < 0.3, errors


@pytest.mark.parametrize("name", GARMENTS)
def test_garments_corners_are_found(name):
    found = find_garment(open_picture(sample(name)))
    label = LABELS[f"{name}.jpg"]
    assert found.view == "front"
    errors = [
        np.hypot(*(found.keypoints[corner] - place))
        for corner, place in label["keypoints"].items()
        if corner in found.points
    ]
    assert len(errors) >= 4
    width = np.ptp([x for x, _ in label["keypoints"].values()])
    assert np.median(errors) / width < 0.08


def test_draped_garment_lies_on_the_body(draped):
    name, result = draped
    assert result.image.shape == (1024, 768, 3)
    assert result.image.dtype == np.uint8
    alpha = result.layers["garment"][..., 3]
    body = "left_knee" if name == "mannequin_trousers" else None
    x, y = (
        np.round(result.person[body]).astype(int)
        if body
        else np.round(result.person.xy[[5, 6, 11, 12]].mean(axis=0)).astype(int)
    )
    assert alpha[y, x] == 255
    assert np.array_equal(result.image[y, x], result.layers["garment"][y, x, :3])


def test_nothing_folds_and_the_report_is_whole(draped):
    report = draped[1].report
    assert report["warp"]["folded_fraction"] == 0
    assert set(report["timing_ms"]) >= {"garment", "pose", "cutout", "fit", "warp", "compose"}
    assert json.loads(json.dumps(report)) == report


def test_face_and_wall_are_left_alone(draped):
    _, result = draped
    photo = open_picture(sample(PERSON)).rgb
    x, y = np.round(result.person["nose"]).astype(int)
    assert np.array_equal(
        result.image[y - 6 : y + 6, x - 6 : x + 6], photo[y - 6 : y + 6, x - 6 : x + 6]
    )
    assert np.array_equal(result.image[:, :40], photo[:, :40])


def test_prints_arrive_unblurred():
    """Stripes keep their contrast: the garment's own pixels are on the picture."""
    result = drape(sample("mannequin_top"), sample(PERSON))
    neck = result.person.xy[[5, 6]].mean(axis=0)
    hips = result.person.xy[[11, 12]].mean(axis=0)
    x = round(float((neck[0] + hips[0]) / 2))
    low, high = (round(float(neck[1] + t * (hips[1] - neck[1]))) for t in (0.35, 0.85))
    column = result.image[low:high, x, 0].astype(float)
    assert np.ptp(column) > 60


def test_same_input_gives_the_same_picture():
    first = drape(sample("mannequin_dress"), sample(PERSON))
    second = drape(sample("mannequin_dress"), sample(PERSON))
    assert np.array_equal(first.image, second.image)


def test_arrays_and_pil_images_are_taken_as_paths_are():
    photo, other = open_picture(sample("mannequin_top")).rgb, Image.open(sample(PERSON))
    by_array = drape(photo, other)
    by_path = drape(sample("mannequin_top"), sample(PERSON))
    assert np.array_equal(by_array.image, by_path.image)


def test_corners_and_joints_put_right_by_hand_are_used():
    base = drape(sample("mannequin_top"), sample(PERSON))
    lower = base.target["top_hem_left" if "top_hem_left" in base.target else "hemline_left"]
    wrist = base.person["left_wrist"] + [0.0, 5.0]
    moved = drape(
        sample("mannequin_top"),
        sample(PERSON),
        corners={"center_front": (300.0, 330.0)},
        joints={"left_wrist": tuple(wrist)},
    )
    assert moved.garment.keypoints["center_front"].tolist() == [300.0, 330.0]
    assert moved.person["left_wrist"].tolist() == wrist.tolist()
    assert lower is not None


def test_told_category_is_obeyed():
    assert (
        drape(sample("mannequin_top"), sample(PERSON), category="blouse").report["category"]
        == "blouse"
    )


def test_cutout_with_alpha_needs_no_background(tmp_path):
    photo = open_picture(sample("mannequin_dress")).rgb
    blue = photo[..., 2].astype(int) - photo[..., 0] > 40
    rgba = np.dstack([photo, np.where(blue, 255, 0).astype(np.uint8)])
    result = drape(rgba, sample(PERSON))
    seen = result.layers["garment"]
    opaque = seen[..., 3] > 200
    assert opaque.sum() > 20_000
    assert (seen[opaque][:, 2].astype(int) > seen[opaque][:, 0]).mean() > 0.98


@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_pictures_hold_nothing(level):
    blank = np.full((400, 300, 3), level, np.uint8)
    with pytest.raises(NothingFoundError, match="no garment"):
        drape(blank, sample(PERSON))
    with pytest.raises(NothingFoundError, match="no person"):
        drape(sample("mannequin_top"), blank)


def test_noise_and_gradients_hold_nothing():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (400, 300, 3)).astype(np.uint8)
    ramp = np.repeat(np.linspace(0, 255, 300)[None, :, None], 400, axis=0)
    ramp = np.repeat(ramp, 3, axis=2).astype(np.uint8)
    for picture in (noise, ramp):
        with pytest.raises(NothingFoundError):
            drape(sample("mannequin_top"), picture)
        with pytest.raises(NothingFoundError):
            drape(picture, sample(PERSON))


def test_person_photo_that_is_none():
    with pytest.raises(NothingFoundError, match="no person"):
        drape(sample("mannequin_top"), sample("mannequin_trousers"))


def test_missing_file_is_named():
    with pytest.raises(UnusableInputError, match=r"nowhere\.jpg"):
        drape("nowhere.jpg", sample(PERSON))


def test_results_are_saved(tmp_path, draped):
    result = draped[1]
    path = result.save(tmp_path / "out.png")
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), result.image)
    layers = result.save_layers(tmp_path)
    assert [p.name for p in layers] == ["garment.png", "erased.png", "occluders.png"]
    with Image.open(layers[0]) as image:
        assert image.mode == "RGBA"
        assert image.size == (768, 1024)


@pytest.fixture(scope="module")
def outfit():
    # Not in the order in which they are put on.
    garments = [sample("mannequin_top"), sample("mannequin_trousers")]
    return drape(garments, sample(PERSON))


@pytest.fixture(scope="module")
def clothes():
    return {name: analyse_garment(sample(name)) for name in GARMENTS}


@pytest.fixture(scope="module")
def model():
    return analyse_person(sample(PERSON))


def middle(result):
    return np.round(result.person.xy[[5, 6, 11, 12]].mean(axis=0)).astype(int)


def test_outfit_is_put_on_from_the_body_outwards(outfit):
    assert [step["category"] for step in outfit.report["outfit"]] == ["trousers", "blouse"]
    assert [step.report["category"] for step in outfit.outfit] == ["trousers", "blouse"]
    assert outfit.report["category"] == outfit.garment.category == "blouse"
    assert np.array_equal(outfit.image, outfit.outfit[-1].image)
    assert json.loads(json.dumps(outfit.report)) == outfit.report


def test_both_garments_of_an_outfit_are_seen(outfit):
    seen = outfit.layers["garment"]
    trousers, top = (step.layers["garment"] for step in outfit.outfit)
    x, y = middle(outfit)
    assert top[y, x, 3] == seen[y, x, 3] == 255
    assert np.array_equal(outfit.image[y, x], top[y, x, :3])
    x, y = np.round(outfit.person["left_knee"]).astype(int)
    assert trousers[y, x, 3] == seen[y, x, 3] == 255
    assert np.abs(outfit.image[y, x].astype(int) - trousers[y, x, :3]).max() <= 1
    for step in (trousers, top):
        assert ((step[..., 3] == 255) & (seen[..., 3] == 255)).sum() > 10_000


def test_outfits_garment_layer_is_the_union_of_its_garments(outfit):
    under, over = (step.layers["garment"][..., 3].astype(float) / 255 for step in outfit.outfit)
    union = over + under * (1 - over)
    assert np.abs(outfit.layers["garment"][..., 3] / 255 - union).max() < 0.005


def test_what_is_not_dressed_stays_through_an_outfit(outfit):
    photo = open_picture(sample(PERSON)).rgb
    x, y = np.round(outfit.person["nose"]).astype(int)
    assert np.array_equal(
        outfit.image[y - 6 : y + 6, x - 6 : x + 6], photo[y - 6 : y + 6, x - 6 : x + 6]
    )
    assert np.array_equal(outfit.image[:, :40], photo[:, :40])
    assert outfit.layers["erased"].shape == photo.shape


def test_single_garment_is_no_outfit(clothes, model):
    result = drape_analysed([clothes["mannequin_top"]], model)
    assert result.outfit == ()
    assert "outfit" not in result.report


def test_order_in_which_an_outfit_is_given_does_not_matter(outfit, clothes, model):
    names = ("mannequin_trousers", "mannequin_top")
    again = drape_analysed([clothes[name] for name in names], model)
    assert np.array_equal(again.image, outfit.image)


def test_dress_over_trousers(clothes, model):
    result = drape_analysed([clothes["mannequin_dress"], clothes["mannequin_trousers"]], model)
    assert [step["category"] for step in result.report["outfit"]] == ["trousers", "dress"]
    x, y = middle(result)
    assert np.array_equal(result.image[y, x], result.outfit[1].layers["garment"][y, x, :3])


def test_options_reach_every_garment_of_an_outfit(outfit, clothes, model):
    garments = [clothes["mannequin_trousers"], clothes["mannequin_top"]]
    shorter = drape_analysed(garments, model, {"length": 0.75})
    for before, after in zip(outfit.outfit, shorter.outfit, strict=True):
        ends = [n for n in before.target if "hem" in n or n.startswith("bottom")]
        assert ends
        assert all(after.target[n][1] < before.target[n][1] - 10 for n in ends)


def test_tucked_top_ends_at_the_waistband(clothes, model):
    garments = [clothes["mannequin_trousers"], clothes["mannequin_top"]]
    hanging = drape_analysed(garments, model, {"tuck": False, "length": 1.2})
    tucked = drape_analysed(garments, model, {"tuck": True, "length": 1.2})
    # It is tucked into what is worn below: the new trousers.
    below, (over, under) = hanging.outfit[0], (r.outfit[1] for r in (hanging, tucked))
    waist = np.mean([below.target[f"waistband_{side}"][1] for side in ("left", "right")])
    seen = [layer.layers["garment"][..., 3].astype(float) for layer in (over, under)]
    worn = below.layers["garment"][..., 3] == 255
    worn[: round(waist) + 6] = False
    assert seen[0][worn].sum() > 20 * 255, "hangs over the trousers"
    assert seen[1][worn].sum() < 0.05 * seen[0][worn].sum()


def test_category_and_corners_are_for_one_garment():
    pair = [sample("mannequin_top"), sample("mannequin_trousers")]
    with pytest.raises(ValueError, match="one garment"):
        drape(pair, sample(PERSON), category="blouse")
    with pytest.raises(ValueError, match="one garment"):
        drape(pair, sample(PERSON), corners={"center_front": (1.0, 1.0)})
    with pytest.raises(ValueError, match="no garment"):
        drape([], sample(PERSON))


def test_options_out_of_range_are_refused():
    with pytest.raises(UnusableInputError, match="light"):
        drape(sample("mannequin_top"), sample(PERSON), options={"light": 2})
