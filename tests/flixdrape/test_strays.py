"""Things of the scene that were taken for parts of a person."""

import cv2
import numpy as np
import pytest
from figures import draw_figure, dressed_as

from flixdrape.strays import without_strays
from pose import PARTS


def with_thing(part, corner, size=24):
    """Somebody, and a square of the scene elsewhere that was taken for a part."""
    photo, labels = draw_figure()
    x, y = corner
    cv2.rectangle(labels, corner, (x + size, y + size), PARTS.index(part), -1)
    return dressed_as(photo, labels), (slice(y, y + size + 1), slice(x, x + size + 1))


@pytest.mark.parametrize("part", ["arms", "accessories", "footwear"])
def test_what_is_far_from_the_person_is_the_scenes(part):
    found, thing = with_thing(part, (340, 40))
    cleaned = without_strays(found)
    assert found.parsing.of(part)[thing].mean() > 0.9
    assert cleaned.parsing.of(part)[thing].max() < 0.01
    assert cleaned.parsing.of("background")[thing].min() > 0.99
    rest = np.ones(found.shape, bool)
    rest[thing[0].start - 8 : thing[0].stop + 8, thing[1].start - 8 : thing[1].stop + 8] = False
    for name in PARTS:
        assert np.array_equal(cleaned.parsing.of(name)[rest], found.parsing.of(name)[rest])
    assert cleaned.part("arms") is not found.part("arms")


def test_what_is_near_a_joint_stays_though_nothing_joins_it():
    wrist = dressed_as(*draw_figure()).joints["left_wrist"].round().astype(int)
    found, _ = with_thing("accessories", (int(wrist[0]) + 20, int(wrist[1]) + 30), 14)
    assert without_strays(found) is found


def test_a_person_alone_stays_as_found():
    found = dressed_as(*draw_figure())
    assert without_strays(found) is found


def test_nobody_stays_as_found():
    photo, labels = draw_figure()
    found = dressed_as(photo, np.zeros_like(labels))
    assert without_strays(found) is found
