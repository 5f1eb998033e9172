"""A painted limb goes on from what is seen of it."""

import numpy as np
import pytest
from figures import SHAPE, SKIN, coverage, wearer

from flixdrape.bare_limbs import clothed_leg, inside_leg, legs_in_trousers, painted_legs
from flixdrape.limb import LimbField
from flixdrape.seen_limb import THICKER, SeenLimb

EVERYWHERE = np.ones(SHAPE, np.float32)
JOINTS = np.array([[60.0, 20.0], [60.0, 120.0], [60.0, 220.0]])


def straight(shape=(240, 120)):
    """A limb that hangs down, 200 pixels long, usually 20 thick."""
    field = LimbField.of(JOINTS, shape, 50.0)
    return field, np.full(field.along.shape, 10.0, np.float32)


def seen_from(field, start, thickness=20.0, aside=0.0):
    own = (field.along > start) & (np.abs(field.beside - aside) < thickness / 2)
    rgb = np.zeros((*field.along.shape, 3), np.float32)
    rgb[own] = (180, 120, 90)
    return own.astype(np.float32), rgb


@pytest.mark.parametrize(("thickness", "aside"), [(20, 0), (26, 0), (15, 0), (20, 4), (24, -3)])
def test_thickness_place_and_colour_are_measured(thickness, aside):
    field, half = straight()
    seen = SeenLimb.of(field, half, *seen_from(field, 110, thickness, aside), THICKER)
    assert seen.start == pytest.approx(110, abs=4)
    assert seen.scale == pytest.approx(thickness / 20, abs=0.08)
    assert seen.aside == pytest.approx(aside, abs=1)
    assert seen.colour.tolist() == pytest.approx([180, 120, 90], abs=1)


@pytest.mark.parametrize("start", [-5, 195, 400])
def test_nothing_is_measured_of_a_limb_all_bare_or_all_hidden(start):
    field, half = straight()
    assert SeenLimb.of(field, half, *seen_from(field, start), THICKER) is None


@pytest.mark.parametrize(("start", "measured"), [(178, True), (191, False)])
def test_a_bare_ankle_alone_is_measured_where_it_is_asked_for(start, measured):
    field, half = straight()
    own, rgb = seen_from(field, start, 26, 3)
    assert SeenLimb.of(field, half, own, rgb, THICKER) is None
    seen = SeenLimb.of(field, half, own, rgb, THICKER, ankle=True)
    assert (seen is not None) == measured
    if seen:
        assert seen.start == pytest.approx(start, abs=4)
        assert seen.scale == pytest.approx(1.3, abs=0.1)
        assert seen.aside == pytest.approx(3, abs=1)


def test_coordinates_fit_the_seen_limb_and_become_usual_higher_up():
    field, half = straight()
    seen = SeenLimb.of(field, half, *seen_from(field, 110, 26, 4), THICKER)
    fitted = seen.field(field)
    below, above = (field.along > 112) & (field.over == 0), field.along < 30
    edge = below & (np.abs(field.beside - 17) < 0.6)
    assert fitted.beside[edge] == pytest.approx(10, abs=1.2)
    assert fitted.beside[above] == pytest.approx(field.beside[above], abs=1e-4)


def test_tone_meets_where_the_limb_is_seen():
    field, half = straight()
    seen = SeenLimb.of(field, half, *seen_from(field, 110), THICKER)
    inside = (np.abs(field.beside) < 10).astype(np.float32)
    layer = np.full((*field.along.shape, 3), 150.0, np.float32)
    toned = seen.toned(layer, field, inside)
    junction = np.abs(field.along - 110) < 3
    assert toned[junction].mean(axis=0) == pytest.approx([180, 120, 90], abs=4)
    assert np.array_equal(toned[field.along < 30], layer[field.along < 30])


def test_the_old_hems_shadow_is_painted_over():
    dressed = wearer(below="skirt")
    shaded = dressed.rgb.copy()
    legs = dressed.part("legs") > 0.9
    hem = int(np.flatnonzero(legs.any(axis=1))[0])
    band = legs & (np.arange(SHAPE[0])[:, None] < hem + 5)
    shaded[band] = (40, 30, 25)
    dark = type(dressed)(shaded, dressed.joints, dressed.body, dressed.parsing)
    layer, amount = painted_legs(dark, coverage("trousers", legs=0.3), EVERYWHERE)
    rows, columns = np.nonzero(band & (amount > 0.9))
    assert len(rows) > 0.5 * band.sum()
    assert np.linalg.norm(layer[rows, columns].mean(axis=0) - SKIN) < 60


def test_no_leg_is_seen_beside_trousers():
    dressed = wearer(below="none")
    gone = legs_in_trousers(dressed, coverage("trousers", legs=0.8), np.zeros(SHAPE, np.float32))
    for side in ("left", "right"):
        _, knee, ankle = dressed.body.legs[side]
        for place, expected in ((knee + 0.2 * (ankle - knee), 1.0), (ankle, 0.0)):
            x, y = np.round(place).astype(int)
            assert gone[y, x] == pytest.approx(expected, abs=0.05)
    assert (gone <= dressed.part("legs", "legwear") + 1e-6).all()


def test_a_leg_below_a_slanting_hem_stays():
    dressed, cover = wearer(below="none"), coverage("trousers", legs=0.5)
    knee = dressed.body.legs["left"][1]
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    hem = knee[1] - 8 - 0.5 * (x - knee[0])
    garment = ((y < hem) & (np.abs(x - knee[0]) < 24)).astype(np.float32)
    gone = legs_in_trousers(dressed, cover, garment)
    skin = (dressed.part("legs") > 0.9) & (np.abs(x - knee[0]) < 20)
    below = skin & (y > hem + 1) & (y < hem + 12)
    assert below.sum() > 100
    assert gone[below].max() < 0.05
    assert gone[skin & (y < hem - 20) & (y > hem - 40)].min() > 0.9


def test_trousers_under_a_coat_go_on_as_wide_as_they_are_seen():
    wide = wearer(below="trousers", coat=True, sleeves="long")
    field = wide.leg("right")
    cloth = wide.part("bottom")
    found = clothed_leg(wide, "right", cloth)
    usual = inside_leg(field, wide.body.width)
    share = field.along / field.length
    for at, least in ((0.8, 1.2), (0.6, 1.05)):
        row = np.abs(share - at) < 0.02
        assert found[row].sum() > least * usual[row].sum()
    hip = share < 0.1
    assert found[hip].sum() < 1.15 * usual[hip].sum()
