"""Light carried onto cloth, and the shadow it casts."""

import numpy as np
import pytest
from figures import SHAPE, coverage, garment_layer, wearer

from flixdrape.alpha import from_bytes
from flixdrape.light import contact_shadow, lit, well_exposed

COVER = coverage("blouse", sleeves=0.3)
COLOUR = (120, 80, 40)


def shaded(dressed):
    """The same person with the left half of the picture in the shade."""
    photo = dressed.rgb.copy()
    photo[:, :200] = np.round(photo[:, :200] * 0.55).astype(np.uint8)
    return type(dressed)(photo, dressed.joints, dressed.body, dressed.parsing)


def test_without_strength_the_cloth_is_as_photographed():
    garment = garment_layer(COVER, COLOUR)
    assert np.array_equal(lit(garment, wearer(), 0.0), garment)


def test_without_cloth_there_is_nothing_to_light():
    empty = np.zeros((*SHAPE, 4), np.uint8)
    assert np.array_equal(lit(empty, wearer(), 1.0), empty)


@pytest.mark.parametrize("strength", [0.2, 0.6, 1.0])
def test_alpha_and_input_are_unchanged(strength):
    garment = garment_layer(COVER, COLOUR)
    garment[..., 3] = np.where(garment[..., 3] > 0, np.arange(SHAPE[1]) % 200 + 55, 0)
    before = garment.copy()
    result = lit(garment, shaded(wearer()), strength)
    assert result.dtype == np.uint8
    assert np.array_equal(result[..., 3], before[..., 3])
    assert np.array_equal(garment, before)


@pytest.mark.parametrize("strength", [0.2, 0.6, 1.0])
def test_channels_keep_their_ratios(strength):
    garment = garment_layer(COVER, COLOUR)
    result = lit(garment, shaded(wearer()), strength)
    inside = garment[..., 3] > 0
    gain = result[..., :3][inside].astype(float) / COLOUR
    assert np.ptp(gain, axis=1).max() < 0.03
    assert not np.allclose(gain, 1, atol=0.02)


def test_shade_on_the_body_falls_on_the_cloth_the_more_the_stronger():
    dressed, garment = shaded(wearer()), garment_layer(COVER, COLOUR)
    ratios = []
    for strength in (0.0, 0.4, 1.0):
        cloth = lit(garment, dressed, strength)[180:230, :, 0].astype(float)
        ratios.append(cloth[:, 165:180].mean() / cloth[:, 220:235].mean())
    assert ratios[0] == 1
    assert ratios[0] > ratios[1] + 0.05 > ratios[2] + 0.1
    assert ratios[2] > 0.55


def test_even_light_stays_even():
    cloth = lit(garment_layer(COVER, COLOUR), wearer(noise=0.0), 1.0)
    inside = cloth[180:230, 165:235, 0].astype(float)
    assert np.ptp(inside) <= 4


def test_dark_skirt_under_a_light_top_is_no_shadow():
    dressed = wearer(below="skirt", colours={"top": (220, 220, 220), "bottom": (30, 30, 30)})
    cover = coverage("dress", sleeves=0.3)
    cloth = lit(garment_layer(cover, COLOUR), dressed, 1.0)[..., 0].astype(float)
    above, below = cloth[190:220, 190:210].mean(), cloth[300:330, 190:210].mean()
    assert above == pytest.approx(below, rel=0.06)


def test_bright_cloth_is_not_burnt_out_and_black_stays_black():
    bright = wearer(colours={"top": (250, 250, 250), "bottom": (250, 250, 250)})
    white = lit(garment_layer(COVER, (248, 246, 240)), bright, 1.0)
    assert white[..., :3].max() <= 250
    black = lit(garment_layer(COVER, (0, 0, 0)), shaded(wearer()), 1.0)
    assert black[..., :3].max() == 0


def test_night_darkens_and_day_does_not_darken():
    dressed = wearer()
    night = type(dressed)(dressed.rgb // 6, dressed.joints, dressed.body, dressed.parsing)
    garment = garment_layer(COVER, COLOUR)
    assert lit(garment, night, 1.0)[200, 200, 0] < 0.85 * COLOUR[0]
    assert lit(garment, night, 1.0)[200, 200, 0] >= np.floor(0.59 * COLOUR[0])


def test_black_clothes_in_good_light_are_no_darkness():
    black = dict.fromkeys(("top", "bottom", "footwear"), (14, 14, 16))
    garment = garment_layer(COVER, COLOUR)
    sunny = wearer(colours={**black, "face": (235, 190, 165)})
    dim = wearer(colours={**black, "face": (70, 55, 48), "arms": (70, 55, 48)})
    light, dark = (lit(garment, one, 1.0)[190:230, 190:210, 0].mean() for one in (sunny, dim))
    assert light > 0.97 * COLOUR[0]
    assert dark < 0.85 * COLOUR[0]


def test_noise_in_black_cloth_is_no_shade():
    black = wearer(colours={"top": (10, 10, 10)}, noise=6.0)
    cloth = lit(garment_layer(COVER, COLOUR), black, 1.0)
    inside = cloth[180:230, 165:235, 0].astype(float)
    assert np.ptp(inside) <= 0.12 * COLOUR[0]


@pytest.mark.parametrize("brightest", [90, 160, 214, 235, 255])
def test_a_dim_photos_cloth_is_lightened_and_no_others(brightest):
    photo = np.tile(np.linspace(10, brightest, 64).astype(np.uint8)[:, None, None], (1, 32, 3))
    garment = garment_layer(COVER, COLOUR)
    before = garment.copy()
    result = well_exposed(garment, photo, 0.4)
    assert (garment == before).all()
    assert (result[..., 3] == garment[..., 3]).all()
    inside = garment[..., 3] > 0
    gain = result[inside][:, :3].astype(float) / COLOUR
    assert np.ptp(gain) < 0.03
    assert gain.mean() <= 1.31
    assert (gain.mean() > 1.02) == (brightest < 210)
    half = well_exposed(garment, photo, 0.2)[inside][:, 0].mean()
    assert garment[inside][:, 0].mean() <= half <= result[inside][:, 0].mean()
    assert (well_exposed(garment, photo, 0.0) == garment).all()


def test_contact_shadow_lies_on_the_person_and_outside_of_the_garment():
    dressed = wearer()
    garment = from_bytes(garment_layer(COVER)[..., 3])
    shadow = contact_shadow(garment, dressed)
    assert shadow.shape == SHAPE
    assert 0 <= shadow.min() <= shadow.max() <= 0.35 + 1e-6
    assert shadow[garment == 1].max() == 0
    assert shadow[dressed.part("background") == 1].max() == 0
    assert shadow.max() > 0.05


def test_contact_shadow_falls_below_more_than_above():
    dressed = wearer(below="skirt")
    garment = np.zeros(SHAPE, np.float32)
    garment[180:220, 180:220] = 1
    shadow = contact_shadow(garment, dressed)
    assert shadow[221, 200] > shadow[178, 200] + 0.02
    assert shadow[260, 200] < 0.01
    assert contact_shadow(0 * garment, dressed).max() == 0
