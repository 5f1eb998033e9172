"""Skin that peeps out beside a new sleeve."""

import numpy as np
from figures import SHAPE, coverage, draw_figure, dressed_as, garment_layer, wearer

from flixdrape.alpha import from_bytes
from flixdrape.beside_sleeve import beside_sleeves
from flixdrape.erase import erase
from flixdrape.occlusion import front_matte
from flixdrape.options import DrapeOptions


def moved(alpha, pixels):
    """The garment a little too far to the image's right: arms peep out on the left."""
    return np.roll(alpha, pixels, axis=1)


def test_a_strip_of_skin_goes_and_the_hand_stays():
    dressed, cover = wearer(), coverage("blouse", sleeves=0.9)
    alpha = moved(from_bytes(garment_layer(cover)[..., 3]), 8)
    strips = beside_sleeves(dressed, cover, alpha)
    bare = (dressed.part("arms") > 0.9) & (alpha < 0.1)
    hands = np.zeros(SHAPE, bool)
    hands[270:] = True
    peeping = bare & ~hands & (np.mgrid[: SHAPE[0], : SHAPE[1]][0] < 250)
    assert peeping.sum() > 30
    assert strips[peeping].mean() > 0.8
    assert strips[bare & hands].max() < 0.05
    front = front_matte(dressed, cover, DrapeOptions())
    shown = erase(dressed, cover, alpha * (1 - front), front).image
    wall, skin = (180, 190, 200), (215, 170, 145)
    from_wall, from_skin = (np.abs(shown[peeping] - colour).sum(axis=1) for colour in (wall, skin))
    assert (from_wall < from_skin).mean() > 0.8


def test_an_arm_whose_sleeve_is_lost_stays():
    dressed, cover = wearer(), coverage("blouse", sleeves=0.9)
    alpha = from_bytes(garment_layer(coverage("blouse", sleeves=0.0))[..., 3])
    # Beside the neckline the figure's shoulders show a little above the cloth.
    assert beside_sleeves(dressed, cover, alpha)[140:].max() == 0


def test_without_sleeves_or_arms_nothing_is_found():
    dressed = wearer()
    alpha = from_bytes(garment_layer(coverage("blouse"))[..., 3])
    assert beside_sleeves(dressed, coverage("blouse", sleeves=0.0), alpha).max() == 0
    assert beside_sleeves(dressed, coverage("skirt", sleeves=0.9), alpha).max() == 0
    photo, labels = draw_figure(sleeves="long")
    covered = dressed_as(photo, np.where(labels == 3, 5, labels))
    assert beside_sleeves(covered, coverage("blouse", sleeves=0.9), alpha).max() == 0
