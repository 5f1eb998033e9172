"""Old cloth that nothing holds any more."""

import numpy as np
import pytest
from figures import SHAPE, draw_figure, dressed_as

from flixdrape.scraps import scraps
from pose import PARTS

NONE = np.zeros(SHAPE, np.float32)


def with_piece(part, box, joined):
    """Somebody with a piece beside them, and a bridge of trousers between the two."""
    photo, labels = draw_figure()
    labels[box] = PARTS.index(part)
    labels[joined] = PARTS.index("bottom")
    gone = NONE.copy()
    gone[joined] = 1
    return dressed_as(photo, labels), gone


BOX = (slice(340, 360), slice(280, 300))
BRIDGE = (slice(345, 355), slice(240, 280))


@pytest.mark.parametrize(
    ("part", "goes"),
    [
        *(("outer", True), ("dress", True), ("accessories", True)),
        *(("footwear", False), ("arms", False), ("legwear", False)),
    ],
)
def test_cloth_goes_and_limbs_and_shoes_stay(part, goes):
    dressed, gone = with_piece(part, BOX, BRIDGE)
    found = scraps(dressed, gone, NONE)
    assert found[BOX].mean() > 0.9 if goes else not found.any()
    assert not found[:300].any()


def test_a_cuff_that_was_taken_for_skin_goes():
    cuff = (slice(344, 354), slice(280, 290))
    dressed, gone = with_piece("arms", cuff, BRIDGE)
    assert scraps(dressed, gone, NONE)[cuff].mean() > 0.9


def test_a_bag_stays():
    dressed, gone = with_piece("accessories", (slice(330, 400), slice(280, 340)), BRIDGE)
    assert not scraps(dressed, gone, NONE).any()


def test_what_is_joined_still_or_never_was_stays():
    dressed, gone = with_piece("outer", BOX, BRIDGE)
    assert not scraps(dressed, NONE, NONE).any(), "nothing is gone"
    garment = gone.copy()
    assert not scraps(dressed, gone, garment).any(), "the new garment joins it"
    photo, labels = draw_figure()
    labels[BOX] = PARTS.index("outer")
    assert not scraps(dressed_as(photo, labels), NONE, NONE).any(), "somebody behind"


def test_nobody_is_no_error():
    photo, labels = draw_figure()
    assert not scraps(dressed_as(photo, np.zeros_like(labels)), NONE, NONE).any()
