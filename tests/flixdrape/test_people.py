"""Which of several people is meant."""

import numpy as np
import pytest
from bodies import person as standing

from flixdrape.errors import UnusableInputError
from flixdrape.people import choose_person


@pytest.fixture
def crowd():
    first = standing()
    second = first.moved({n: tuple(first[n] + (300, 40)) for n in first.schema.names})
    return [first, second]


def test_position_counts_from_the_largest(crowd):
    assert choose_person(crowd, 0, "x") is crowd[0]
    assert choose_person(crowd, 1, "x") is crowd[1]


@pytest.mark.parametrize("joint", ["nose", "left_knee", "right_wrist"])
def test_point_on_a_person_means_that_person(crowd, joint):
    for person in crowd:
        assert choose_person(crowd, tuple(person[joint] + 3), "x") is person


def test_hair_above_the_joints_still_means_the_person(crowd):
    x, y, width, height = crowd[1].bbox()
    assert choose_person(crowd, (x + width / 2, y - 0.1 * height), "x") is crowd[1]


def test_between_people_who_overlap_the_nearest_joint_decides(crowd):
    near = crowd[0].moved({n: tuple(crowd[0][n] + (25, 0)) for n in crowd[0].schema.names})
    both = [crowd[0], near]
    assert choose_person(both, tuple(near["left_wrist"]), "x") is near
    assert choose_person(both, tuple(crowd[0]["right_wrist"]), "x") is crowd[0]


@pytest.mark.parametrize("choice", [2, -1, (5000.0, 10.0)])
def test_nobody_there_is_said(crowd, choice):
    with pytest.raises(UnusableInputError, match=r"photo\.jpg"):
        choose_person(crowd, choice, "photo.jpg")


def test_single_person_is_counted_in_words(crowd):
    with pytest.raises(UnusableInputError, match="there is one person"):
        choose_person(crowd[:1], 1, "x")
    assert np.isfinite(crowd[0].xy).all()
