"""Drawn garments, whose true matte and colours are known."""

import cv2
import numpy as np

from garment.landmarks import LANDMARKS_OF

HEIGHT, WIDTH = 300, 240
SHIRT = {
    "neckline_left": (98, 50),
    "neckline_right": (142, 50),
    "center_front": (120, 72),
    "shoulder_left": (68, 60),
    "shoulder_right": (172, 60),
    "armpit_left": (76, 108),
    "armpit_right": (164, 108),
    "waistline_left": (76, 150),
    "waistline_right": (164, 150),
    "cuff_left_in": (52, 150),
    "cuff_left_out": (28, 142),
    "cuff_right_in": (188, 150),
    "cuff_right_out": (212, 142),
    "top_hem_left": (74, 220),
    "top_hem_right": (166, 220),
    "hemline_left": (50, 270),
    "hemline_right": (190, 270),
}
BOTTOM = {
    "waistband_left": (90, 50),
    "waistband_right": (150, 50),
    "hemline_left": (60, 200),
    "hemline_right": (180, 200),
    "crotch": (120, 115),
    "bottom_left_in": (108, 250),
    "bottom_left_out": (76, 250),
    "bottom_right_in": (132, 250),
    "bottom_right_out": (164, 250),
}
TRUNK = ["neckline_left", "center_front", "neckline_right", "shoulder_right", "armpit_right"]
LEGS = ["waistband_left", "waistband_right", "bottom_right_out", "bottom_right_in", "crotch"]
CHAINS = {
    "blouse": [[*TRUNK, "top_hem_right", "top_hem_left", "armpit_left", "shoulder_left"]],
    "outwear": [[*TRUNK, "top_hem_right", "top_hem_left", "armpit_left", "shoulder_left"]],
    "dress": [
        [
            *TRUNK,
            *("waistline_right", "hemline_right", "hemline_left", "waistline_left"),
            *("armpit_left", "shoulder_left"),
        ]
    ],
    "skirt": [["waistband_left", "waistband_right", "hemline_right", "hemline_left"]],
    "trousers": [[*LEGS, "bottom_left_in", "bottom_left_out"]],
}
SLEEVES = [
    ["shoulder_left", "cuff_left_out", "cuff_left_in", "armpit_left"],
    ["shoulder_right", "cuff_right_out", "cuff_right_in", "armpit_right"],
]
CLOTH = np.array([40, 90, 170])


def corners(category):
    return {n: (SHIRT | BOTTOM)[n] for n in LANDMARKS_OF[category]}


def drawn_matte(category):
    """Draw the garment eight times finer and average: the true alpha, 0..1."""
    points = corners(category)
    fine = np.zeros((8 * HEIGHT, 8 * WIDTH), np.uint8)
    chains = CHAINS[category] + (SLEEVES if category in ("blouse", "outwear", "dress") else [])
    for chain in chains:
        polygon = [[round(8 * v + 3.5) for v in points[name]] for name in chain]
        cv2.fillPoly(fine, [np.array(polygon)], 255)
    return cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) / 255


def cloth(colour=CLOTH):
    """Weave stripes into a colour."""
    stripes = 14 * np.sin(np.arange(WIDTH) / 2.5)[None, :, None]
    return np.clip(np.broadcast_to(colour + stripes, (HEIGHT, WIDTH, 3)), 0, 255)


def plain(colour=(226, 222, 214)):
    return np.broadcast_to(np.array(colour, float), (HEIGHT, WIDTH, 3)).copy()


def busy():
    """A rug: coarse and fine noise in warm colours."""
    rng = np.random.default_rng(3)
    coarse = cv2.resize(rng.uniform(-35, 35, (20, 16, 3)), (WIDTH, HEIGHT))
    return np.clip(np.array([190, 150, 95]) + coarse + rng.normal(0, 14, coarse.shape), 0, 255)


def photo(matte, front, back):
    return np.round(matte[..., None] * front + (1 - matte[..., None]) * back).astype(np.uint8)


def overlap(matte, truth):
    a, b = matte > 0.5, truth > 0.5
    return np.count_nonzero(a & b) / np.count_nonzero(a | b)


def jittered(points, share, seed):
    """Move corners by `share` of the armpit distance on average, as the network errs."""
    rng = np.random.default_rng(seed)
    spread = share * 88 / np.sqrt(np.pi / 2)
    return {n: tuple(np.add(p, rng.normal(0, spread, 2))) for n, p in points.items()}
