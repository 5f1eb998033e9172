"""How exactly cloth comes back: a person's own top, warped away and laid back.

``python benchmarks/paired_truth.py --data DATA --people 24`` takes the tops of held-out `ccp`
people by the masks that people drew, warps each by a known random bend, and lays it back, from
its corners (found by the garment network, moved by the known warp):

- *one spline*: a single thin-plate spline on the corners;
- *edges too*: parts with guides along their edges. A point of the cutout's edge is expected where
  the corners' spline takes it and put on the nearest place of the edge that it belongs to.

Both are compared with the photo by SSIM (scikit-image, 7-pixel windows), inside the mask. The
person's outline of the top is given here, where a drape has the body's; what is measured is the
warp and the following of edges, not the fit.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from skimage.metrics import structural_similarity

sys.path.insert(0, str(Path(__file__).parent))
from drape_quality import mask_of

from flixdrape.contour import Contour
from flixdrape.images import open_picture
from flixdrape.ribbon import by_length, smoothed
from garment import GarmentEstimator
from pose.parsing_data import read_people
from warp import Part, ThinPlateSpline, warp_layers

_EDGES = [
    ("neckline_{}", "shoulder_{}"),
    ("shoulder_{}", "cuff_{}_out"),
    ("cuff_{}_out", "cuff_{}_in"),
    ("cuff_{}_in", "armpit_{}"),
    ("armpit_{}", "top_hem_{}"),
]
_STATIONS = 8
_MARGIN = 24


def own_top(labelled):
    """Return a person's photo cropped to the top, and the top's soft mask; None without one."""
    rgb = open_picture(str(labelled.sample.path)).rgb
    mask = mask_of(labelled.parts, ("top", "outer")).astype(np.uint8)
    if mask.mean() < 0.03:
        return None
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    window = (
        slice(max(rows[0] - _MARGIN, 0), rows[-1] + _MARGIN),
        slice(max(columns[0] - _MARGIN, 0), columns[-1] + _MARGIN),
    )
    return rgb[window], mask[window].astype(np.float32)


def corners_of(estimator, rgb, mask):
    """Find the top's corners on plain grey; None if the important ones are not found."""
    plain = np.where(mask[..., None] > 0.5, rgb, 200).astype(np.uint8)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (columns[0], rows[0], np.ptp(columns), np.ptp(rows))
    found = estimator.in_boxes(plain, [tuple(float(v) for v in box)])[0].keypoints
    points = {name: np.array(p) for name, p in found.named(0.3).items()}
    needed = ("armpit_left", "armpit_right", "top_hem_left", "top_hem_right", "shoulder_left")
    return points if all(name in points for name in needed) else None


def bent(rng, size, strength):
    """Return a random smooth spline of a picture's frame onto itself."""
    width, height = size
    x, y = np.meshgrid(np.linspace(0, width, 3), np.linspace(0, height, 3))
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    angle = np.deg2rad(rng.uniform(-10, 10))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array(size) / 2
    moved = (grid - middle) @ turn.T * rng.uniform(0.9, 1.15) + middle
    moved += strength * max(size) * rng.standard_normal(grid.shape)
    return ThinPlateSpline.fit(grid, moved)


def exactly_inverse(spline, points):
    """Find where the spline's backward way, which pictures are sampled by, looks at points."""
    place = spline.warp_points(points)
    for _ in range(30):
        place = place + spline.warp_points(points) - spline.warp_points(spline.unwarp_points(place))
    return place


def snapped(points, line):
    """Move points to the nearest places of a dense line."""
    dense = by_length(line, np.linspace(0, 1, 400))
    gaps = np.linalg.norm(points[:, None] - dense[None], axis=2)
    return dense[gaps.argmin(axis=1)]


def guides(source, target, mattes, spline):
    """Match points along each edge between two corners; edges that are not outlines have none."""
    contours = [Contour.of(matte) for matte in mattes]
    pairs = []
    edges = [(a.format(s), b.format(s)) for s in ("left", "right") for a, b in _EDGES]
    edges.append(("top_hem_left", "top_hem_right"))
    for first, last in edges:
        if not {first, last} <= source.keys():
            continue
        lines = [
            contour.between(corners[first], corners[last], slack=1.3, near=0.1, bulge=0.25)
            for contour, corners in zip(contours, (source, target), strict=True)
        ]
        if any(line is None for line in lines):
            continue
        stations = by_length(smoothed(lines[0], 1.5), np.linspace(0, 1, _STATIONS + 2)[1:-1])
        expected = spline.warp_points(stations)
        places = snapped(expected, smoothed(lines[1], 1.5))
        near = np.linalg.norm(places - expected, axis=1) < 0.06 * max(mattes[1].shape)
        pairs += list(zip(stations[near], places[near], strict=True))
    return pairs


def laid_back(garment, source, target, matte, size):
    names = [name for name in source if name in target]
    first = np.stack([source[name] for name in names])
    second = np.stack([target[name] for name in names])
    spline = ThinPlateSpline.fit(first, second)
    one = spline.warp_image(garment, size)
    more = guides(source, target, (garment[..., 3] / np.float32(255), matte), spline)
    anchors = np.arange(len(first) + len(more)) < len(first)
    if more:
        first = np.vstack([first, [pair[0] for pair in more]])
        second = np.vstack([second, [pair[1] for pair in more]])
    part = Part("top", np.ones(garment.shape[:2], np.float32), first, second, 0, anchors)
    return one, warp_layers(garment, [part], size).rgba


def likeness(rgb, result, mask):
    """SSIM inside the mask, where its windows hold cloth alone."""
    alpha = result[..., 3:] / 255
    shown = np.round(result[..., :3] * alpha + 127 * (1 - alpha)).astype(np.uint8)
    _, full = structural_similarity(rgb, shown, channel_axis=2, full=True)
    inside = cv2.erode(mask, np.ones((7, 7), np.uint8)) > 0.5
    return float(full.mean(axis=2)[inside].mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds people/")
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bend", type=float, default=0.02, help="of the picture's longer side")
    parser.add_argument("--show", type=Path, help="folder for pictures")
    args = parser.parse_args()
    torch.set_num_threads(1)
    estimator = GarmentEstimator.load()
    rng = np.random.default_rng(args.seed)
    people = read_people(args.data / "people", "val")
    rows = []
    for index in rng.permutation(len(people)):
        top = own_top(people[index])
        corners = top and corners_of(estimator, *top)
        if not corners or len(rows) == args.people:
            continue
        rgb, mask = top
        size = (rgb.shape[1], rgb.shape[0])
        # Each person's own chance: who else is measured does not change the bend.
        away = bent(np.random.default_rng([args.seed, int(index)]), size, args.bend)
        soft = cv2.GaussianBlur(mask, (0, 0), 0.7)
        own = np.dstack([rgb, np.round(255 * soft).astype(np.uint8)])
        garment = away.warp_image(own, size)
        source = dict(
            zip(corners, exactly_inverse(away, np.stack(list(corners.values()))), strict=True)
        )
        results = laid_back(garment, source, corners, soft, size)
        rows.append([likeness(rgb, result, mask) for result in results])
        print(people[index].sample.path.stem, *(f"{v:.3f}" for v in rows[-1]))
        if args.show:
            args.show.mkdir(parents=True, exist_ok=True)
            both = np.hstack([rgb, garment[..., :3], *(r[..., :3] for r in results)])
            cv2.imwrite(str(args.show / f"{len(rows)}.png"), both[..., ::-1])
    one, edges = np.mean(rows, axis=0)
    print(f"\n{len(rows)} tops, bend {args.bend}, seed {args.seed}")
    print(f"SSIM inside the garment: one spline {one:.3f}, edges too {edges:.3f}")


if __name__ == "__main__":
    main()
