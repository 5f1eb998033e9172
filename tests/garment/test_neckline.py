import numpy as np
import pytest

from garment.neckline import above_neckline, cheapest_path

CORNERS = {"neckline_left": (70, 60), "center_front": (100, 100), "neckline_right": (130, 60)}


def scoop(shape=(200, 200), depth=100):
    """A round opening as wide as the corners' chord."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return (np.abs(x - 100) < 30 * np.sqrt(np.clip((depth - y) / 40, 0, 1))) & (y < depth)


@pytest.mark.parametrize("shift", [-6, 0, 6])
def test_edge_is_found_near_misplaced_corners(shift):
    opening = scoop()
    picture = np.where(opening[..., None], (220, 190, 170), (30, 60, 120)).astype(np.uint8)
    evidence = np.where(opening, -2, 2).astype(np.float32)
    points = {name: (x, y + shift) for name, (x, y) in CORNERS.items()}
    cut = above_neckline(picture, evidence, points, 90)
    inside = np.s_[62:120, 60:140]
    wrong = np.count_nonzero(cut[inside] ^ opening[inside])
    assert wrong < 0.1 * np.count_nonzero(opening[inside])


def test_without_colours_the_strongest_edge_is_followed():
    opening = scoop()
    picture = np.where(opening[..., None], 140, 100).repeat(3, axis=2).astype(np.uint8)
    cut = above_neckline(picture, np.zeros(opening.shape, np.float32), CORNERS, 90)
    inside = np.s_[62:120, 60:140]
    wrong = np.count_nonzero(cut[inside] ^ opening[inside])
    assert wrong < 0.1 * np.count_nonzero(opening[inside])


def test_path_does_not_jump():
    cost = np.ones((20, 30))
    cost[:10, 2] = cost[10:, 25] = 0
    path = cheapest_path(cost, 0.01)
    assert np.abs(np.diff(path)).max() <= 1


def test_path_is_the_best_of_all():
    rng = np.random.default_rng(1)
    cost = rng.random((5, 4))
    bend = 0.2
    best = min(
        sum(cost[i, p] for i, p in enumerate(path)) + bend * np.abs(np.diff(path)).sum()
        for path in np.ndindex(4, 4, 4, 4, 4)
        if np.abs(np.diff(path)).max() <= 1
    )
    path = cheapest_path(cost, bend)
    assert cost[np.arange(5), path].sum() + bend * np.abs(np.diff(path)).sum() == pytest.approx(
        best
    )
