"""Tones of skin."""

import cv2
import numpy as np
import pytest
from figures import SHAPE, SKIN, draw_figure, dressed_as, wearer

from flixdrape.limb import LimbField
from flixdrape.skin import meeting, over_seam, painted_skin, skin_tone
from pose import PARTS

BROWN = (150, 100, 75)


def hue_of(rgb):
    pixel = np.asarray(rgb, np.float32)[None, None] / np.float32(255)
    return cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0, 1:]


def lightness_of(rgb):
    pixel = np.asarray(rgb, np.float32)[None, None] / np.float32(255)
    return float(cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0, 0])


@pytest.mark.parametrize("skin", [SKIN, BROWN, (90, 60, 45), (240, 210, 190)])
def test_tone_is_the_skins(skin):
    dressed = wearer(sleeves="none", colours={"face": skin, "arms": skin})
    tone = skin_tone(dressed, ("arms", "face"))
    assert tone.shape == (3,)
    assert tone.dtype == np.float32
    assert np.linalg.norm(tone - skin) < 16
    assert np.linalg.norm(hue_of(tone) - hue_of(skin)) < 4


def test_first_part_that_shows_enough_is_asked():
    lighter = tuple(c + 15 for c in SKIN)
    dressed = wearer(sleeves="none", colours={"arms": lighter})
    arms, face = skin_tone(dressed, ("arms", "face")), skin_tone(dressed, ("face", "arms"))
    assert lightness_of(arms) == pytest.approx(lightness_of(lighter), abs=1.5)
    assert lightness_of(face) == pytest.approx(lightness_of(SKIN), abs=1.5)
    # A part that is not there is passed over.
    bare_legs_hidden = wearer(below="trousers", sleeves="none", colours={"arms": lighter})
    tone = skin_tone(bare_legs_hidden, ("legs", "arms"))
    assert lightness_of(tone) == pytest.approx(lightness_of(lighter), abs=1.5)


def test_limb_at_hand_is_asked_before_the_other():
    dressed = wearer(sleeves="none")
    photo = dressed.rgb.copy()
    shaded = (170, 132, 112)
    right = (dressed.part("arms") > 0.2) & (np.arange(SHAPE[1]) > 200)
    photo[right] = shaded
    other = type(dressed)(photo, dressed.joints, dressed.body, dressed.parsing)
    tones = {s: skin_tone(other, ("arms",), other.arm(s)) for s in ("left", "right")}
    assert lightness_of(tones["right"]) == pytest.approx(lightness_of(shaded), abs=1.5)
    assert lightness_of(tones["left"]) == pytest.approx(lightness_of(SKIN), abs=1.5)


def test_another_hue_than_the_faces_is_no_skin():
    red_sleeves = wearer(sleeves="none", colours={"arms": (200, 20, 20)})
    assert skin_tone(red_sleeves, ("arms",)) is None
    tone = skin_tone(red_sleeves, ("arms", "face"))
    assert np.linalg.norm(hue_of(tone) - hue_of(SKIN)) < 4


def test_stockings_may_have_any_hue():
    blue = (40, 40, 160)
    dressed = wearer(below="skirt", legwear=True, colours={"legwear": blue})
    assert np.abs(skin_tone(dressed, ("legwear", "legs")) - blue).max() < 6


def test_no_skin_no_tone():
    assert skin_tone(wearer(below="trousers"), ("legs",)) is None
    assert skin_tone(wearer(), ()) is None


def test_hair_and_shade_on_a_face_do_not_darken_its_tone():
    dressed = wearer()
    photo = dressed.rgb.copy()
    # Sunglasses, or a third of the face in the shade.
    photo[58:72, 175:225] = (30, 30, 30)
    shaded = type(dressed)(photo, dressed.joints, dressed.body, dressed.parsing)
    assert lightness_of(skin_tone(shaded, ("face",))) > lightness_of(SKIN) - 3


def test_painted_skin_has_the_tone_and_a_grain_that_repeats():
    dressed = wearer()
    window = (slice(100, 200), slice(50, 90))
    tone = np.array(SKIN, np.float32)
    painted = painted_skin(dressed, tone, window)
    assert painted.shape == (100, 40, 3)
    assert np.abs(painted.mean(axis=(0, 1)) - tone).max() < 0.5
    assert 0.5 < painted[..., 0].std() < 3
    assert np.array_equal(painted, painted_skin(dressed, tone, window))
    assert painted_skin(dressed, tone).shape == (*SHAPE, 3)


def test_limb_outside_the_picture_takes_the_others_skin():
    dressed = wearer(sleeves="none")
    away = LimbField.of(dressed.body.arms["left"] + (0, 900), SHAPE, reach=40)
    assert away.along.size == 0
    tone = skin_tone(dressed, ("arms",), away)
    assert lightness_of(tone) == pytest.approx(lightness_of(SKIN), abs=1.5)


def test_overexposed_skin_lends_no_tone():
    """A white sleeve taken for an arm, or an arm in glaring light, is not the skin's colour."""
    dressed = wearer(sleeves="none", colours={"arms": (252, 250, 246)})
    tone = skin_tone(dressed, ("arms", "face"))
    assert np.linalg.norm(hue_of(tone) - hue_of(SKIN)) < 4


def test_someone_all_in_glaring_light_has_a_tone_all_the_same():
    glare = (253, 251, 248)
    dressed = wearer(sleeves="none", colours={"arms": glare, "face": glare}, noise=0.0)
    tone = skin_tone(dressed, ("arms", "face"))
    assert tone is not None
    assert lightness_of(tone) < 90


def test_few_pixels_say_nothing():
    photo, labels = draw_figure()
    labels[labels == PARTS.index("arms")] = 0
    labels[300:305, 128:133] = PARTS.index("arms")
    photo[300:305, 128:133] = BROWN
    assert skin_tone(dressed_as(photo, labels), ("arms",)) is None


def test_a_hand_in_the_shade_is_helped_by_the_face():
    dark = (120, 84, 68)
    dressed = wearer(sleeves="long", colours={"arms": dark})
    if dressed.part("arms").sum() < 0.004 * dressed.body.width**2:
        pytest.skip("the figure shows no hands")
    tone = lightness_of(skin_tone(dressed, ("arms", "face")))
    assert lightness_of(dark) + 3 < tone < lightness_of(SKIN)


def half_seen():
    """Skin seen in the left half, of a colour of its own; painted everywhere in another."""
    seen = np.zeros((60, 120), np.float32)
    seen[:, :60] = 1
    rgb = np.zeros((60, 120, 3), np.uint8)
    rgb[:, :60] = (200, 140, 110)
    return seen, rgb, np.full((60, 120, 3), (160.0, 120.0, 110.0), np.float32)


def test_painted_skin_meets_the_seen_and_stays_itself_farther_off():
    seen, rgb, layer = half_seen()
    met = meeting(layer, rgb, seen, 5.0)
    assert np.abs(met[30, 60] - (200, 140, 110)).max() < 10
    assert np.abs(met[30, 110] - layer[30, 110]).max() < 1
    steps = np.abs(np.diff(met[30, 58:], axis=0)).max()
    assert steps < 10, "no edge is left"


def test_nothing_seen_changes_nothing():
    seen, rgb, layer = half_seen()
    assert meeting(layer, rgb, 0 * seen, 5.0) is layer


def test_the_meeting_is_bounded():
    seen, _, layer = half_seen()
    dark = np.zeros((60, 120, 3), np.uint8)
    assert meeting(layer, dark, seen, 5.0).min() >= 0.69 * layer.min()


def test_painted_skin_reaches_a_little_over_the_seen():
    seen, _, _ = half_seen()
    seen[:, 60] = 0.7
    amount = 1 - seen
    over = over_seam(amount, seen, 100.0)
    assert (over >= amount - 1e-6).all()
    assert over[30, 60] > 0.9
    assert over[30, 59] > 0.4
    assert over[30, 50] < 0.01
    nowhere = over_seam(amount, 0 * seen, 100.0)
    assert nowhere[30, 59] == 0, "what is no skin is not painted"
