"""Parts: seams, order, folds, edges of the picture."""

import numpy as np
import pytest

from warp import Part, ThinPlateSpline, warp_layers

SIZE = 120


def cloth():
    """An opaque square with a smooth colour ramp."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    rgba = np.stack([2 * x, 2 * y, 0 * x + 90, 0 * x + 255], axis=2)
    return rgba.astype(np.uint8)


def box(left, top, right, bottom, extra=0):
    xs, ys = (left, (left + right) / 2, right), (top, (top + bottom) / 2, bottom)
    return np.array([[x, y] for x in xs for y in ys], dtype=float)


def half_mask(left, right):
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[:, left:right] = 1
    return mask


def test_one_part_is_a_plain_warp():
    points = box(10, 10, 110, 110)
    moved = points * 1.1 + 4
    layered = warp_layers(
        cloth(), [Part("all", np.ones((SIZE, SIZE), np.float32), points, moved)], (150, 150)
    )
    plain = ThinPlateSpline.fit(points, moved).warp_image(cloth(), (150, 150))
    inside = plain[..., 3] == 255
    assert np.abs(layered.rgba[inside].astype(int) - plain[inside]).max() <= 2
    assert layered.folded_fraction == 0
    assert layered.anchor_error < 0.01


def test_seam_has_no_gap_and_no_step():
    left = box(0, 0, 60, 119)
    right = box(60, 0, 119, 119)
    turned = right + np.column_stack([0 * right[:, 0], 0.25 * (right[:, 0] - 60)])
    parts = [
        Part("lower", half_mask(0, 66), left, left, 0),
        Part("upper", half_mask(60, SIZE), right, turned, 1),
    ]
    out = warp_layers(cloth(), parts, (SIZE, SIZE)).rgba
    seam = out[20:100, 52:70]
    assert (seam[..., 3] >= 254).all()
    assert np.abs(np.diff(seam[..., 0].astype(int), axis=1)).max() <= 8


def test_order_decides_who_is_on_top():
    points = box(10, 10, 110, 110)
    ones = np.ones((SIZE, SIZE), np.float32)
    shifted = points + [5, 0]
    first, second = (Part("a", ones, points, points, 0), Part("b", ones, points, shifted, 1))
    over = warp_layers(cloth(), [first, second], (SIZE, SIZE)).rgba
    alone = warp_layers(cloth(), [second], (SIZE, SIZE)).rgba
    assert np.array_equal(over[40:80, 40:80], alone[40:80, 40:80])


def test_folding_part_gives_way_until_it_does_not():
    points = np.vstack([box(0, 0, 119, 119), [[50, 40], [70, 40]]])
    crossed = points.copy()
    crossed[[-2, -1]] = crossed[[-1, -2]]
    part = Part("all", np.ones((SIZE, SIZE), np.float32), points, crossed)
    result = warp_layers(cloth(), [part], (SIZE, SIZE))
    assert result.folded_fraction == 0
    assert result.anchor_error > 5


def test_empty_mask_and_part_outside_the_picture():
    points = box(10, 10, 110, 110)
    nothing = Part("none", np.zeros((SIZE, SIZE), np.float32), points, points)
    outside = Part("far", np.ones((SIZE, SIZE), np.float32), points, points + 1000)
    result = warp_layers(cloth(), [nothing, outside], (SIZE, SIZE))
    assert not result.rgba[..., 3].any()
    assert set(result.alphas) == {"none", "far"}
    assert result.folded_fraction == 0


def test_stretch_tells_a_drawn_out_place():
    points = box(10, 10, 110, 110)
    even = warp_layers(
        cloth(), [Part("a", np.ones((SIZE, SIZE), np.float32), points, points)], (SIZE, SIZE)
    )
    pulled = points.copy()
    pulled[-1] += [60, 0]
    odd = warp_layers(
        cloth(), [Part("a", np.ones((SIZE, SIZE), np.float32), points, pulled)], (200, SIZE)
    )
    assert even.stretch < 1.1 < odd.stretch
    assert even.stretched == 0
    # A corner pulled out: some of the cloth, not most of it.
    assert 0.02 < odd.stretched < 0.6


def test_a_part_turned_over_is_turned_back_and_does_not_fold():
    """Points in mirrored order, as where a corner was taken for its neighbour."""
    source = np.array([[20.0, 20.0], [80.0, 20.0], [80.0, 80.0], [20.0, 80.0], [50.0, 45.0]])
    mirrored = source * [-1, 1] + [110, 5]
    rgba = np.zeros((100, 100, 4), np.uint8)
    rgba[15:85, 15:85] = (200, 30, 30, 255)
    part = Part("sleeve", np.ones((100, 100), np.float32), source, mirrored)
    warped = warp_layers(rgba, [part], (120, 110))
    assert warped.folded_fraction == 0
    assert warped.anchor_error > 5
    assert (warped.rgba[..., 3] > 128).sum() > 200


def test_guides_give_way_before_anchors():
    points = np.vstack([box(0, 0, 119, 119), [[50, 40], [70, 40]]])
    crossed = points.copy()
    crossed[[-2, -1]] = crossed[[-1, -2]]
    anchors = np.arange(len(points)) < len(points) - 2
    part = Part("all", np.ones((SIZE, SIZE), np.float32), points, crossed, anchors=anchors)
    result = warp_layers(cloth(), [part], (SIZE, SIZE))
    assert result.folded_fraction == 0
    assert result.anchor_error < 0.01
    assert result.guide_error > 5


def test_a_mirrored_part_is_turned_over_and_counts_as_unfolded():
    points = box(10, 10, 110, 110)
    over = points * [-1, 1] + [119, 0]
    part = Part("all", np.ones((SIZE, SIZE), np.float32), points, over, mirrored=True)
    result = warp_layers(cloth(), [part], (SIZE, SIZE))
    assert result.folded_fraction == 0
    assert result.anchor_error < 0.01
    inside = (slice(20, 100), slice(20, 100))
    difference = np.abs(result.rgba[inside].astype(int) - cloth()[:, ::-1][inside])
    assert difference.max() <= 2


@pytest.mark.parametrize("left", [98, 101, 105, 109])
def test_a_narrow_part_is_drawn_whole(left):
    """Also where it is narrower than the grid on which its place is looked for."""
    rgba = np.full((200, 200, 4), 255, np.uint8)
    mask = np.zeros((200, 200), np.float32)
    mask[20:180, left : left + 5] = 1
    mask[150:180, left : left + 60] = 1
    corners = [(left, 20), (left + 4, 20), (left, 179), (left + 59, 179), (left + 59, 150)]
    points = np.array(corners, np.float64)
    warped = warp_layers(rgba, [Part("strip", mask, points, points + (0.0, 3.0))], (200, 220))
    assert (warped.alphas["strip"][26:180, left + 2] > 0.9).all()
