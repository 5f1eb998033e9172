"""Bare arms and legs in place of old clothes."""

from dataclasses import replace

import numpy as np
import pytest
from figures import (
    MAGENTA,
    PARTS,
    SHAPE,
    SKIN,
    coverage,
    draw_figure,
    dressed_as,
    hidden_to_the_ground,
    wearer,
)

from flixdrape.bare_limbs import _paint, hidden_feet, inside_leg, painted_arms, painted_legs
from flixdrape.limb import LimbField

EVERYWHERE = np.ones(SHAPE, np.float32)


def elbow_and_beside(dressed, side="left", out=16):
    """A place on the elbow's bone, and one just beside the arm, towards the body."""
    x, y = np.round(dressed.body.arms[side][1]).astype(int)
    return (y, x), (y, x + (out if side == "left" else -out))


def test_covered_arms_are_painted_and_bare_ones_left_alone():
    covered, bare = wearer(sleeves="long"), wearer(sleeves="none")
    _, amount, _ = painted_arms(covered, coverage("blouse"), EVERYWHERE)
    elbow, _ = elbow_and_beside(covered)
    assert amount[elbow] > 0.9
    _, amount, front = painted_arms(bare, coverage("blouse"), EVERYWHERE)
    for place in elbow_and_beside(bare, out=10):
        assert amount[place] < 0.05
    assert front[elbow] < 0.05


def test_a_half_sleeve_shows_skin_as_far_as_it_went():
    dressed = wearer(sleeves="short")
    layer, amount, _ = painted_arms(dressed, coverage("blouse"), EVERYWHERE)
    shoulder, elbow, wrist = dressed.body.arms["left"]
    upper = tuple(np.round(shoulder + 0.4 * (elbow - shoulder)).astype(int)[::-1])
    lower = tuple(np.round(elbow + 0.6 * (wrist - elbow)).astype(int)[::-1])
    assert amount[upper] > 0.9
    assert amount[lower] < 0.1
    assert np.linalg.norm(layer[upper] - SKIN) < 45


@pytest.mark.parametrize("category", ["skirt", "dress"])
def test_trousers_give_way_to_legs_below_a_hem(category):
    dressed = wearer(below="trousers")
    _, amount = painted_legs(dressed, coverage(category), EVERYWHERE)
    hip, knee, ankle = dressed.body.legs["right"]
    shin = tuple(np.round(knee + 0.5 * (ankle - knee)).astype(int)[::-1])
    assert amount[shin] > 0.9
    assert hip.shape == (2,)


def test_socks_below_trousers_are_no_stockings():
    photo, labels = draw_figure(below="trousers", tucked=True)
    body = wearer().body
    ankles = body.legs["left"][2][1] - 22
    socks = (labels == PARTS.index("bottom")) & (np.arange(SHAPE[0])[:, None] > ankles)
    labels[socks], photo[socks] = PARTS.index("legwear"), MAGENTA
    dressed = dressed_as(photo, labels)
    layer, amount = painted_legs(dressed, coverage("skirt"), EVERYWHERE)
    _, knee, ankle = body.legs["left"]
    x, y = np.round(knee + 0.4 * (ankle - knee)).astype(int)
    assert amount[y, x] > 0.9
    assert np.linalg.norm(layer[y, x] - SKIN) < 60


def test_a_top_bares_no_legs():
    _, amount = painted_legs(wearer(), coverage("blouse"), EVERYWHERE)
    assert not amount.any()


def test_nothing_is_painted_where_no_skin_tells_its_tone():
    photo, labels = draw_figure(sleeves="long")
    for part in ("face", "arms", "legs"):
        labels[labels == PARTS.index(part)] = PARTS.index("top")
    photo[labels > 0] = MAGENTA
    _, amount, bare = painted_arms(dressed_as(photo, labels), coverage("blouse"), EVERYWHERE)
    assert not amount.any()
    assert not bare.any()


def test_a_leg_is_thicker_at_the_thigh_than_at_the_ankle():
    dressed = wearer()
    field = dressed.leg("left")
    inside = inside_leg(field, dressed.body.width) > 0.5
    share = field.along / field.length
    thigh, ankle = (inside[np.abs(share - at) < 0.01].sum() for at in (0.2, 0.95))
    assert thigh > 1.8 * ankle > 0


def test_where_no_shoe_is_seen_a_leg_stands_on_a_foot():
    dressed = hidden_to_the_ground()
    feet = hidden_feet(dressed, EVERYWHERE)
    for side, sign in (("left", -1), ("right", 1)):
        x, y = np.round(dressed.body.legs[side][2]).astype(int)
        assert feet[y + 18, x + sign * 4] > 0.9
        assert feet[y + 18, x - sign * 20] < 0.1, "feet turn out"
        assert feet[y - 30, x] == 0, "the leg is painted"
    assert not hidden_feet(wearer(below="trousers"), EVERYWHERE).any(), "shoes are seen"
    planes = dressed.parsing.probabilities.copy()
    some = 0.3 * planes[PARTS.index("bottom")]
    planes[PARTS.index("bottom")] -= some
    planes[PARTS.index("footwear")] += some
    parsing = replace(dressed.parsing, probabilities=planes)
    unsure = type(dressed)(dressed.rgb, dressed.joints, dressed.body, parsing)
    assert np.array_equal(hidden_feet(unsure, EVERYWHERE), feet), "a guess is no shoe"
    assert not hidden_feet(dressed, 0 * EVERYWHERE).any(), "nothing comes off"


def test_a_hidden_leg_leads_to_its_shoe():
    """The ankle is guessed under the cloth; the shoe is seen 25 pixels beside it."""
    _, knee, ankle = wearer().body.legs["left"]
    shoe = ankle + (25, 24)
    dressed = hidden_to_the_ground(shoe)
    _, amount = painted_legs(dressed, coverage("skirt"), EVERYWHERE)
    x, y = np.round(shoe + 0.25 * (knee - shoe)).astype(int)
    assert amount[y, x] > 0.9
    x, y = np.round(ankle + (-12, 20)).astype(int)
    assert amount[y, x] < 0.1, "no foot of its own beside the shoe"
    assert hidden_feet(dressed, EVERYWHERE)[y, x] < 0.1


def test_a_seen_ankle_stays_where_it_is():
    dressed = wearer(below="skirt")
    _, amount = painted_legs(dressed, coverage("skirt"), EVERYWHERE)
    _, knee, ankle = dressed.body.legs["left"]
    assert amount[int(knee[1]) + 20 : int(ankle[1])].max() < 0.2


def test_calves_stand_out_and_knees_do_not():
    dressed = hidden_to_the_ground()
    _, amount = painted_legs(dressed, coverage("skirt"), EVERYWHERE)
    _, knee, ankle = dressed.body.legs["right"]
    width = dressed.body.frontal

    def middle(share):
        row = round(float(knee[1] + share * (ankle[1] - knee[1])))
        columns = np.flatnonzero(amount[row, 200:] > 0.5) + 200
        return columns.mean() - np.interp(row, [knee[1], ankle[1]], [knee[0], ankle[0]])

    assert middle(0.4) > 0.015 * width
    assert abs(middle(0.0)) < 0.015 * width


def test_no_arm_is_painted_beyond_the_fingers_that_are_seen():
    """A hand laid nearer than the joints say: beyond it the old cloth hides no more of the arm."""
    dressed = wearer(sleeves="long")
    _, amount, _ = painted_arms(dressed, coverage("blouse"), EVERYWHERE)
    _, elbow, wrist = dressed.body.arms["left"]
    step = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    hand = dressed.part("arms") > 0.5
    along = [d for d in range(60) if hand[tuple(np.round(wrist + d * step).astype(int)[::-1])]]
    beyond = np.round(wrist + (max(along) + 6) * step).astype(int)[::-1]
    assert amount[tuple(beyond)] < 0.05
    assert amount[tuple(np.round((elbow + wrist) / 2).astype(int)[::-1])] > 0.9


def test_below_a_slanting_hem_no_gap_is_left_above_the_leg():
    """A trouser leg that ends higher beside its middle: there the leg begins higher too."""
    dressed = wearer(below="trousers")
    hip, knee, _ = dressed.body.legs["right"]
    row, column = round(float(knee[1])), round(float(knee[0]))
    garment = np.zeros(SHAPE, np.float32)
    garment[round(float(hip[1])) : row, column - 30 : column + 30] = 1
    garment[row - 20 : row, column : column + 30] = 0
    cover = coverage("trousers", legs=dressed_length(dressed, row))
    _, straight = painted_legs(dressed, cover, EVERYWHERE)
    _, amount = painted_legs(dressed, cover, EVERYWHERE, garment)
    place = row - 10, column + 4
    assert straight[place] < 0.1
    assert amount[place] > 0.9
    assert amount[row - 10, column - 4] < 0.1, "cloth is there"
    garment[:, column:] = 0
    _, amount = painted_legs(dressed, cover, EVERYWHERE, garment)
    assert amount[place] < 0.1, "beside a narrow trouser leg is no skin"


def dressed_length(dressed, row):
    """How far down its length a leg is at a row of the picture."""
    field = dressed.leg("right")
    inside = np.abs(field.beside) < 1
    return float(
        field.along[row - field.window[0].start][inside[row - field.window[0].start]].mean()
        / field.length
    )


def test_where_legs_cross_the_border_is_soft():
    """The nearer leg's soft edge lets the farther one show, not a staircase."""
    image = np.zeros((40, 60, 3), np.float32)
    field = LimbField.of(np.array([[20.0, 0.0], [30.0, 39.0]]), (40, 60), 15.0)
    view = np.ones(field.along.shape, np.float32)
    amount = np.clip(6.5 - np.abs(field.beside), 0, 1)
    before = np.ones((40, 60), np.float32)
    _paint(image, field, np.full((*view.shape, 3), 200, np.float32), amount, before)
    assert np.allclose(image[field.window][..., 0], 200 * amount, atol=0.5)
    bare = np.zeros((40, 60, 3), np.float32)
    _paint(bare, field, np.full((*view.shape, 3), 200, np.float32), amount, 0 * before)
    assert (bare[field.window][..., 0][amount > 0.05] > 190).all(), "nothing was painted before"


def test_beside_a_skirt_narrower_than_the_old_one_is_no_skin():
    """It ends nearer to the axis than the leg; only at its hem the leg comes out beside it."""
    dressed = wearer(below="trousers")
    hip, knee, _ = dressed.body.legs["right"]
    hem = round(float(knee[1]))
    garment = np.zeros(SHAPE, np.float32)
    garment[round(float(hip[1])) - 20 : hem, 190 : round(float(hip[0]))] = 1
    cover = coverage("skirt", hem=float((knee - dressed.body.neck) @ dressed.body.down))
    _, amount = painted_legs(dressed, cover, EVERYWHERE, garment)
    row = round(float(hip[1] + 0.2 * (knee[1] - hip[1])))
    beside = amount[row, round(float(hip[0])) + 3 :]
    assert beside.max() < 0.05
    assert amount[hem + 10, round(float(knee[0]))] > 0.9
    _, anywhere = painted_legs(dressed, cover, EVERYWHERE, 0 * garment)
    assert anywhere[row].max() < 0.05
    assert amount[hem - 4, round(float(hip[0])) + 3] > 0.5, "it comes out from behind the hem"


def test_an_arm_begins_where_a_sleeve_really_ends():
    """Corners say half a sleeve; of its cloth only a cap was cut out."""
    dressed = wearer(sleeves="long")
    shoulder, elbow, _ = dressed.body.arms["left"]
    cover = coverage("blouse", sleeves=0.5)
    field = dressed.arm("left")
    garment = np.zeros(SHAPE, np.float32)
    cloth = (np.abs(field.beside) < 25) & (field.along < 0.15 * field.length)
    garment[field.window] = cloth
    x, y = np.round(shoulder + 0.6 * (elbow - shoulder)).astype(int)
    assert painted_arms(dressed, cover, EVERYWHERE)[1][y, x] < 0.1
    assert painted_arms(dressed, cover, EVERYWHERE, garment)[1][y, x] > 0.9
    garment[field.window] = (np.abs(field.beside) < 25) & (field.along < 0.5 * field.length)
    assert painted_arms(dressed, cover, EVERYWHERE, garment)[1][y, x] < 0.1
