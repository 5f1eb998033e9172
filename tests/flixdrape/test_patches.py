"""Patches of a person's photo that somebody says the parts of."""

import cv2
import numpy as np
import pytest
from figures import dressed_as
from hypothesis import given, settings
from hypothesis import strategies as st

from flixdrape.errors import UnusableInputError
from flixdrape.patches import read_patches, with_patches
from pose import PARTS

RED, BLUE, WALL = (170, 40, 50), (40, 60, 160), (210, 210, 205)
OUTER, BOTTOM, DRESS = (PARTS.index(name) for name in ("outer", "bottom", "dress"))


def in_one_piece(lower=BLUE, noise=0):
    """A photo of a red blouse and a skirt below it, both taken for one dress, left of a coat."""
    photo = np.full((520, 400, 3), WALL, np.uint8)
    labels = np.zeros(photo.shape[:2], np.uint8)
    cv2.rectangle(photo, (120, 150), (240, 289), RED, -1)
    cv2.rectangle(photo, (120, 290), (240, 420), lower, -1)
    labels[150:421, 120:241] = DRESS
    cv2.rectangle(photo, (260, 150), (330, 420), RED, -1)
    labels[150:421, 260:331] = OUTER
    grain = np.random.default_rng(0).normal(0, 1, photo.shape) * noise
    return dressed_as(np.clip(photo + grain, 0, 255).astype(np.uint8), labels)


def share(dressed, name, box):
    left, top, right, bottom = box
    return float(dressed.parsing.of(name)[top:bottom, left:right].mean())


BLOUSE, SKIRT, COAT = (126, 156, 235, 284), (126, 297, 235, 415), (266, 156, 325, 415)


@pytest.mark.parametrize("noise", [0, 12])
def test_one_place_changes_what_has_its_colours_and_no_more(noise):
    found = in_one_piece(noise=noise)
    told = with_patches(found, [(180, 350, "bottom")])
    assert share(told, "bottom", SKIRT) > 0.98
    assert share(told, "dress", BLOUSE) > 0.98
    assert share(told, "outer", COAT) > 0.98
    assert share(found, "dress", SKIRT) > 0.98, "what was found is kept"
    assert np.abs(told.parsing.probabilities.sum(axis=0) - 1).max() < 1e-4


def test_what_is_all_of_one_colour_changes_as_a_whole_but_not_what_is_apart():
    told = with_patches(in_one_piece(lower=RED), [(130, 160, "top")])
    assert share(told, "top", (126, 156, 235, 415)) > 0.98
    assert share(told, "outer", COAT) > 0.98


def test_nothing_of_what_it_was_stays_at_its_border():
    told = with_patches(in_one_piece(lower=RED), [(180, 350, "bottom")])
    around = np.zeros((520, 400), bool)
    around[140:431, 105:250] = True
    assert told.parsing.of("dress")[around].max() < 0.05


def test_buttons_go_with_their_cloth():
    found = in_one_piece()
    for row in (310, 340, 370):
        cv2.circle(found.rgb, (180, row), 6, (240, 240, 240), -1)
    told = with_patches(found, [(200, 355, "bottom")])
    assert told.parsing.of("bottom")[340, 180] > 0.95


def test_the_later_of_two_that_overlap_holds_and_each_is_looked_for_in_what_was_found():
    told = with_patches(in_one_piece(), [(180, 350, "bottom"), (180, 360, "legwear")])
    assert share(told, "legwear", SKIRT) > 0.98
    told = with_patches(in_one_piece(), [(180, 350, "bottom"), (180, 200, "top")])
    assert share(told, "bottom", SKIRT) > 0.98
    assert share(told, "top", BLOUSE) > 0.98


def test_nothing_told_changes_nothing():
    found = in_one_piece()
    assert with_patches(found, []) is found


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ((180, 350, "hat"), "patch 'hat': one of background, hair"),
        ((5000, 350, "top"), "patch at 5000, 350: outside what was looked at"),
        ((180, -1, "top"), "patch at 180, -1: outside"),
        ((float("nan"), 3, "top"), "outside"),
    ],
)
def test_other_parts_and_places_are_refused(patch, words):
    with pytest.raises(UnusableInputError, match=words):
        with_patches(in_one_piece(), [patch])


@settings(max_examples=40)
@given(x=st.floats(20, 380), y=st.floats(20, 500), part=st.sampled_from(PARTS))
def test_any_place_of_the_photo_becomes_what_it_is_said_to_be(x, y, part):
    told = with_patches(in_one_piece(noise=5), [(x, y, part)])
    assert told.parsing.labels()[round(y), round(x)] == PARTS.index(part)
    assert np.abs(told.parsing.probabilities.sum(axis=0) - 1).max() < 1e-4


@pytest.mark.parametrize(
    "values",
    [
        3, "top", {"x": 1}, [[1, 2]], [[1, 2, "hat"]], [[1, 2, ["top"]]], [["1", 2, "top"]],
        [[True, 2, "top"]], [[float("inf"), 2, "top"]], [[10**400, 2, "top"]], ["abc"], [None],
    ],
)  # fmt: skip
def test_what_is_no_list_of_patches_is_refused(values):
    with pytest.raises(UnusableInputError, match="patches must be a list"):
        read_patches(values)
