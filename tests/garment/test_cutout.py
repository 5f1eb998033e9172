"""Cutouts of drawn garments, whose true matte and colours are known."""

import cv2
import numpy as np
import pytest
from drawn import (
    BOTTOM,
    CLOTH,
    HEIGHT,
    WIDTH,
    busy,
    cloth,
    corners,
    drawn_matte,
    jittered,
    overlap,
    photo,
    plain,
)

from garment.cutout import cut_out
from garment.landmarks import LANDMARKS_OF


@pytest.mark.parametrize("background", [plain, busy])
@pytest.mark.parametrize("category", list(LANDMARKS_OF))
def test_matte_agrees_with_the_truth(category, background):
    truth = drawn_matte(category)
    result = cut_out(photo(truth, cloth(), background()), corners(category), category)
    assert result.method == "grabcut"
    assert result.warnings == ()
    assert result.rgba.shape == (HEIGHT, WIDTH, 4)
    assert result.rgba.dtype == np.uint8
    assert overlap(result.matte, truth) >= 0.95
    assert np.abs(result.matte - truth).mean() < 0.02


@pytest.mark.parametrize("category", ["blouse", "dress", "trousers"])
@pytest.mark.parametrize("seed", range(3))
def test_corners_may_err_as_the_network_does(category, seed):
    truth = drawn_matte(category)
    points = jittered(corners(category), 0.05, seed)
    result = cut_out(photo(truth, cloth(), busy()), points, category)
    assert overlap(result.matte, truth) >= 0.95


@pytest.mark.parametrize("missing", list(LANDMARKS_OF["blouse"]))
def test_one_corner_may_be_missing(missing):
    truth = drawn_matte("blouse")
    points = {n: p for n, p in corners("blouse").items() if n != missing}
    result = cut_out(photo(truth, cloth(), plain()), points, "blouse")
    assert overlap(result.matte, truth) >= 0.95


def test_hem_and_cuffs_may_be_missing():
    truth = drawn_matte("dress")
    points = {n: p for n, p in corners("dress").items() if "hem" not in n and "cuff_left" not in n}
    result = cut_out(photo(truth, cloth(), plain()), points, "dress")
    assert overlap(result.matte, truth) >= 0.93


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_a_hanger_of_the_cloths_colour_is_left_out(category):
    truth = drawn_matte(category)
    held = truth.copy()
    held[34:49, 96:106] = held[34:49, 134:144] = held[38:42, 96:144] = 1
    result = cut_out(photo(held, cloth(), plain()), corners(category), category)
    assert result.matte[34:46, 90:150].max() < 0.1
    assert overlap(result.matte, truth) >= 0.95


def test_large_photo_keeps_sharp_edges():
    truth = cv2.resize(drawn_matte("skirt"), None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    truth = np.clip((truth - 0.5) * 5 + 0.5, 0, 1)
    size = truth.shape[::-1]
    picture = photo(truth, cv2.resize(cloth(), size), cv2.resize(plain(), size))
    points = {n: (5 * x + 2, 5 * y + 2) for n, (x, y) in corners("skirt").items()}
    result = cut_out(picture, points, "skirt")
    assert overlap(result.matte, truth) >= 0.99
    soft = np.count_nonzero((result.matte > 0.05) & (result.matte < 0.95))
    border = np.count_nonzero(cv2.Canny((truth > 0.5).astype(np.uint8) * 255, 50, 100))
    assert soft < 5 * border


def test_no_background_in_the_colours_along_the_edge():
    red = np.array([200, 40, 50])
    white = np.array([250, 250, 250])
    truth = cv2.GaussianBlur(drawn_matte("skirt"), (0, 0), 1)
    picture = photo(truth, np.broadcast_to(red, (HEIGHT, WIDTH, 3)), plain(white))
    result = cut_out(picture, corners("skirt"), "skirt")
    edge = (result.rgba[..., 3] > 25) & (result.rgba[..., 3] < 255)
    assert np.count_nonzero(edge) > 200
    from_cloth = np.linalg.norm(result.rgba[edge][:, :3] - red.astype(float), axis=1)
    before = np.linalg.norm(picture[edge] - red.astype(float), axis=1)
    assert from_cloth.mean() < 12
    assert from_cloth.mean() < 0.25 * before.mean()


def test_opaque_pixels_are_the_photos_own():
    truth = drawn_matte("blouse")
    picture = photo(truth, cloth(), busy())
    result = cut_out(picture, corners("blouse"), "blouse")
    opaque = result.rgba[..., 3] == 255
    assert np.count_nonzero(opaque) > 5000
    np.testing.assert_array_equal(result.rgba[opaque][:, :3], picture[opaque])


def test_own_alpha_is_used_as_it_is():
    alpha = np.round(255 * drawn_matte("blouse")).astype(np.uint8)
    picture = photo(drawn_matte("blouse"), cloth(), plain())
    result = cut_out(picture, corners("blouse"), "blouse", alpha=alpha)
    assert result.method == "alpha"
    np.testing.assert_array_equal(result.rgba[..., 3], alpha)
    np.testing.assert_array_equal(result.rgba[alpha == 255][:, :3], picture[alpha == 255])


def test_own_alpha_with_clean_colours_keeps_them():
    alpha = np.round(255 * drawn_matte("blouse")).astype(np.uint8)
    picture = np.where(alpha[..., None] > 0, CLOTH, 255).astype(np.uint8)
    result = cut_out(picture, corners("blouse"), "blouse", alpha=alpha)
    assert np.abs(result.rgba[alpha > 0][:, :3].astype(int) - CLOTH).max() <= 2


def test_specks_of_an_own_alpha_are_dropped():
    alpha = np.round(255 * drawn_matte("blouse")).astype(np.uint8)
    with_speck = alpha.copy()
    with_speck[5:7, 5:7] = 255
    picture = photo(drawn_matte("blouse"), cloth(), plain())
    result = cut_out(picture, corners("blouse"), "blouse", alpha=with_speck)
    np.testing.assert_array_equal(result.rgba[..., 3], alpha)


@pytest.mark.parametrize("value", [0, 255])
def test_alpha_that_separates_nothing_is_not_used(value):
    truth = drawn_matte("skirt")
    alpha = np.full((HEIGHT, WIDTH), value, np.uint8)
    picture = photo(truth, cloth(), plain())
    result = cut_out(picture, corners("skirt"), "skirt", alpha=alpha)
    assert result.method == "grabcut"
    assert overlap(result.matte, truth) >= 0.95


@pytest.mark.parametrize("body", [(225, 190, 165), (250, 250, 248), (70, 66, 64)])
@pytest.mark.parametrize("share", [0, 0.04])
def test_mannequin_is_not_garment(body, share):
    """Neck, hands and legs in skin, white and black plastic."""
    truth = drawn_matte("blouse")
    back = plain((150, 160, 140))
    cv2.rectangle(back, (104, 10), (136, 110), body, -1)  # neck and chest
    cv2.rectangle(back, (32, 130), (48, 200), body, -1)  # hands
    cv2.rectangle(back, (192, 130), (208, 200), body, -1)
    cv2.rectangle(back, (90, 200), (150, 299), body, -1)  # hips
    result = cut_out(photo(truth, cloth(), back), jittered(corners("blouse"), share, 1), "blouse")
    assert overlap(result.matte, truth) >= 0.95
    assert result.matte[10:55, 104:136].mean() < 0.02
    assert result.matte[230:, :].mean() < 0.02
    assert result.matte[165:200, 30:50].mean() < 0.02


def test_white_neck_in_a_white_jacket():
    truth = drawn_matte("outwear")
    white = np.array([236, 236, 234])
    back = plain((120, 90, 60))
    cv2.rectangle(back, (104, 10), (136, 110), (240, 240, 238), -1)
    result = cut_out(photo(truth, cloth(white), back), corners("outwear"), "outwear")
    assert result.matte[10:36, 104:136].mean() < 0.02
    assert overlap(result.matte, truth) >= 0.94


def test_open_front_shows_no_mannequin():
    """A jacket whose fronts do not meet, its `center_front` put too high."""
    truth = drawn_matte("outwear")
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    opened = (np.abs(x - 120) < 16) & (y > 15)
    truth[opened] = 0
    back = plain((120, 90, 60))
    back[opened & (y < 222)] = (238, 238, 236)
    points = corners("outwear") | {"center_front": (120, 160)}
    result = cut_out(photo(truth, cloth(), back), points, "outwear")
    assert overlap(result.matte, truth) >= 0.93
    assert result.matte[70:210, 108:132].mean() < 0.05


def test_dark_fold_down_to_the_hem_stays():
    """A dark inside of the collar does not make a dark stripe of the front a body."""
    truth = drawn_matte("outwear")
    front = cloth()
    dark = np.array([30, 28, 32])
    front[130:, 128:138] = dark
    back = plain()
    cv2.rectangle(back, (99, 50), (141, 75), dark.tolist(), -1)
    result = cut_out(photo(truth, front, back), corners("outwear"), "outwear")
    assert result.matte[135:210, 128:138].mean() > 0.98


def test_lace_keeps_what_shows_through():
    truth = drawn_matte("blouse")
    skin = np.array([226, 196, 168])
    front = cloth(np.array([30, 70, 60]))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    holes = ((x // 9 + y // 9) % 2 == 0) & (y > 85) & (y < 200)
    front[holes] = skin
    back = plain((90, 80, 75))
    cv2.rectangle(back, (104, 10), (136, 110), skin.tolist(), -1)
    result = cut_out(photo(truth, front, back), corners("blouse"), "blouse")
    assert result.matte[100:190, 90:150].mean() > 0.98
    assert result.matte[10:50, 104:136].mean() < 0.02


def test_inside_of_the_back_collar_goes_when_its_colour_differs():
    truth = drawn_matte("blouse")
    back = plain()
    cv2.ellipse(back, (120, 50), (22, 8), 0, 0, 360, (120, 40, 30), -1)
    cv2.rectangle(back, (99, 50), (141, 75), (120, 40, 30), -1)
    result = cut_out(photo(truth, cloth(), back), corners("blouse"), "blouse")
    assert result.matte[46:60, 110:130].mean() < 0.05


def test_background_between_the_sleeve_and_the_trunk_goes():
    truth = drawn_matte("blouse")
    result = cut_out(photo(truth, cloth(), busy()), corners("blouse"), "blouse")
    gap = (truth == 0) & (np.arange(HEIGHT)[:, None] < 150) & (np.arange(HEIGHT)[:, None] > 125)
    gap[:, :55] = gap[:, 185:] = False
    assert np.count_nonzero(gap) > 200
    assert result.matte[gap].mean() < 0.1


def test_print_in_the_background_colour_stays():
    truth = drawn_matte("blouse")
    front = cloth()
    front[130:160, 100:140] = plain()[130:160, 100:140]
    result = cut_out(photo(truth, front, plain()), corners("blouse"), "blouse")
    assert result.matte[130:160, 100:140].min() == 1


def test_garment_in_the_background_colour_falls_back_to_its_outline():
    rng = np.random.default_rng(0)
    picture = rng.integers(120, 136, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    result = cut_out(picture, corners("dress"), "dress")
    assert overlap(result.matte, drawn_matte("dress")) >= 0.85


def test_collapse_is_told(monkeypatch):
    def collapse(image, labels, *_):
        labels[:] = cv2.GC_BGD

    monkeypatch.setattr(cv2, "grabCut", collapse)
    truth = drawn_matte("dress")
    result = cut_out(photo(truth, cloth(), plain()), corners("dress"), "dress")
    assert len(result.warnings) == 1
    assert "outline" in result.warnings[0]
    assert overlap(result.matte, truth) >= 0.9


def test_garment_that_fills_the_picture():
    picture = np.round(cloth()).astype(np.uint8)
    points = {
        "waistband_left": (0, 0),
        "waistband_right": (WIDTH - 1, 0),
        "hemline_left": (0, HEIGHT - 1),
        "hemline_right": (WIDTH - 1, HEIGHT - 1),
    }
    assert cut_out(picture, points, "skirt").matte.mean() > 0.95


def test_same_input_same_output():
    picture = photo(drawn_matte("blouse"), cloth(), busy())
    first = cut_out(picture, corners("blouse"), "blouse")
    cv2.setRNGSeed(99)
    second = cut_out(picture, corners("blouse"), "blouse")
    np.testing.assert_array_equal(first.rgba, second.rgba)


def test_input_is_left_alone():
    picture = photo(drawn_matte("skirt"), cloth(), plain())
    before = picture.copy()
    cut_out(picture, corners("skirt"), "skirt")
    np.testing.assert_array_equal(picture, before)


PICTURE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


@pytest.mark.parametrize(
    ("image", "points", "category", "alpha", "message"),
    [
        (PICTURE[..., 0], corners("skirt"), "skirt", None, "HxWx3"),
        (PICTURE.astype(float), corners("skirt"), "skirt", None, "uint8"),
        (PICTURE[:0], corners("skirt"), "skirt", None, "HxWx3"),
        (PICTURE, corners("skirt"), "hat", None, "category"),
        (PICTURE, corners("skirt"), "skirt", PICTURE[:-1, :, 0], "alpha"),
        (PICTURE, corners("skirt"), "skirt", PICTURE[..., 0] > 0, "alpha"),
        (PICTURE, {}, "skirt", None, "at least three"),
        (PICTURE, {"waistband_left": (5, 5)}, "skirt", None, "at least three"),
        (PICTURE, corners("skirt") | {"hemline_left": (np.nan, 5)}, "skirt", None, "hemline_left"),
        (PICTURE, {n: (x + 900, y) for n, (x, y) in BOTTOM.items()}, "skirt", None, "outside"),
    ],
)
def test_unusable_input_is_refused(image, points, category, alpha, message):
    with pytest.raises(ValueError, match=message):
        cut_out(image, points, category, alpha=alpha)
