"""The outline of a garment drawn through its corners, and what lies beyond its openings.

Corners carry the FashionAI landmark names; left and right are the image's. The polygons made here
are rough: they seed and bound a segmentation, they do not replace it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Points = Mapping[str, Point]
Polygon = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOPS = ("blouse", "outwear", "dress")

# The garment's width that all tolerances are measured in: the reference distance of FashionAI's
# normalised error.
_WIDTH = dict.fromkeys(TOPS, "armpit") | {"skirt": "waistband", "trousers": "waistband"}
_HEM = {
    "blouse": "top_hem",
    "outwear": "top_hem",
    "dress": "hemline",
    "skirt": "hemline",
}
# Length from the armpits (tops) or the waistband in garment widths, for a hem that is not seen.
_LENGTH = {"blouse": 1.2, "outwear": 1.3, "dress": 2.4, "skirt": 1.5, "trousers": 2.4}

_SIDES = ("left", "right")


def garment_width(points: Points, category: str) -> float:
    """Measure the garment's width, the unit of every tolerance.

    Parameters
    ----------
    points
        Landmark name to (x, y) in pixels; only those present.
    category
        One of ``blouse``, ``outwear``, ``dress``, ``skirt``, ``trousers``.

    Returns
    -------
    float
        Distance in pixels between the armpits (tops) or the waistband's ends; 0.4 times the
        diagonal of the points' box where one of them is absent.

    Examples
    --------
    >>> garment_width({"armpit_left": (10, 5), "armpit_right": (50, 5)}, "blouse")
    40.0
    """
    name = _WIDTH[category]
    if f"{name}_left" in points and f"{name}_right" in points:
        width = float(np.hypot(*np.subtract(points[f"{name}_left"], points[f"{name}_right"])))
        if width > 0:
            return width
    corners = np.array(list(points.values()), float).reshape(-1, 2)
    if len(corners) == 0:
        return 0.0
    return float(0.4 * np.hypot(*np.ptp(corners, axis=0)))


def complete_points(points: Points, category: str) -> dict[str, Point]:
    """Add the corners that a polygon needs and that are absent, by symmetry and by proportion.

    A corner whose partner is present is its mirror image in the garment's midline. Where both hem
    corners are absent they are set below the armpits or the waistband at a usual length. Sleeves
    are mirrored, never invented.

    Parameters
    ----------
    points
        Landmark name to (x, y) in pixels; only those present.
    category
        One of ``blouse``, ``outwear``, ``dress``, ``skirt``, ``trousers``.

    Returns
    -------
    dict
        `points` and the corners that were added.

    Examples
    --------
    >>> seen = {"waistband_left": (0.0, 0.0), "waistband_right": (20.0, 0.0),
    ...         "hemline_left": (-5.0, 30.0)}
    >>> x, y = complete_points(seen, "skirt")["hemline_right"]
    >>> round(x, 6), round(y, 6)
    (25.0, 30.0)
    """
    full = dict(points)
    centre, across = _midline(points)
    for name, point in points.items():
        partner = mirrored_name(name)
        if partner not in full:
            offset = float(np.dot(np.subtract(point, centre), across))
            full[partner] = _pair(np.asarray(point) - 2 * offset * across)
    down = np.array([-across[1], across[0]])
    width = garment_width(points, category)
    if category in TOPS:
        _add_armpits(full, down, width)
    _add_hem(full, category, down, width)
    return full


def outline(points: Points, category: str) -> list[Polygon]:
    """Draw the polygons whose union is roughly the garment.

    Parameters
    ----------
    points
        Landmark name to (x, y) in pixels; absent ones are left out of the polygons.
    category
        One of ``blouse``, ``outwear``, ``dress``, ``skirt``, ``trousers``.

    Returns
    -------
    list of (N, 2) float arrays
        Trunk and sleeves, or skirt, or the two trouser legs; polygons of fewer than three corners
        are dropped.

    Examples
    --------
    >>> square = {"waistband_left": (0, 0), "waistband_right": (9, 0),
    ...           "hemline_left": (0, 9), "hemline_right": (9, 9)}
    >>> outline(square, "skirt")[0].tolist()
    [[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]
    """
    if category in TOPS:
        chains = [_trunk(points, category), *_sleeves(points)]
    elif category == "skirt":
        chains = [["waistband_left", "waistband_right", "hemline_right", "hemline_left"]]
    else:
        return _legs(points)
    return _polygons(points, chains)


def neck_opening(points: Points) -> Polygon | None:
    """Draw the neck opening: from one neckline corner down to the front's lowest point and back.

    Parameters
    ----------
    points
        Landmark name to (x, y) in pixels.

    Returns
    -------
    (3, 2) float array or None
        None where a neckline corner or `center_front` is absent.

    Examples
    --------
    >>> neck_opening({"neckline_left": (0, 0)}) is None
    True
    """
    chain = ["neckline_left", "center_front", "neckline_right"]
    if any(name not in points for name in chain):
        return None
    return _corners(points, chain)


def beyond_openings(points: Points, category: str, tolerance: float) -> list[Polygon]:
    """Draw where the wearer or the mannequin comes out of the garment, the neck apart.

    Beyond a sleeve's cuff are hands, beyond the hem legs and the stand, above a waistband the
    torso. The hem's limit sags, because hems curve.

    Parameters
    ----------
    points
        Landmark name to (x, y) in pixels.
    category
        One of ``blouse``, ``outwear``, ``dress``, ``skirt``, ``trousers``.
    tolerance
        How far beyond the opening's line the polygons begin, in garment widths.

    Returns
    -------
    list of (N, 2) float arrays
    """
    width = garment_width(points, category)
    inside = _corners(points, list(points)).mean(axis=0) if points else np.zeros(2)
    found: list[Polygon] = []
    for first, second, sag in _opening_lines(category):
        if first not in points or second not in points:
            continue
        a, b = np.array(points[first], float), np.array(points[second], float)
        towards = inside
        if "cuff" in first:
            side = first.split("_")[1]
            roots = [n for n in (f"shoulder_{side}", f"armpit_{side}") if n in points]
            towards = _corners(points, roots).mean(axis=0) if roots else inside
        found.append(_beyond(a, b, towards, tolerance * width, sag, width))
    return found


def above_neck(points: Points, tolerance: float) -> Polygon | None:
    """Draw the place of the neck and the head: above the chord from neckline to neckline.

    Parameters
    ----------
    points
        Landmark name to (x, y) in pixels, of a top.
    tolerance
        How far above the chord the polygon begins, in garment widths.

    Returns
    -------
    (N, 2) float array or None
        As long as the chord and a garment width high; None where a neckline corner is absent.

    Examples
    --------
    >>> corners = {"neckline_left": (40, 50), "neckline_right": (60, 50),
    ...            "armpit_left": (30, 80), "armpit_right": (70, 80)}
    >>> bool(above_neck(corners, 0.1)[:, 1].max() < 50)
    True
    """
    width = garment_width(points, "blouse")
    if "neckline_left" not in points or "neckline_right" not in points:
        return None
    a = np.array(points["neckline_left"], float)
    b = np.array(points["neckline_right"], float)
    inside = _corners(points, list(points)).mean(axis=0)
    return _beyond(a, b, inside, tolerance * width, 0.0, width)


def above_waistband(points: Points, tolerance: float) -> Polygon | None:
    """Draw the place of the hanger that skirts and trousers are clipped to.

    Parameters
    ----------
    points
        Landmark name to (x, y) in pixels, of a skirt or trousers.
    tolerance
        How far above the waistband's line the polygon begins, in its lengths.

    Returns
    -------
    (N, 2) float array or None
        Longer than the waistband, as high as it is long; None where one of its corners is absent.

    Examples
    --------
    >>> corners = {"waistband_left": (40, 50), "waistband_right": (60, 50),
    ...            "hemline_left": (30, 90), "hemline_right": (70, 90)}
    >>> bool(above_waistband(corners, 0.1)[:, 1].max() < 50)
    True
    """
    if "waistband_left" not in points or "waistband_right" not in points:
        return None
    a = np.array(points["waistband_left"], float)
    b = np.array(points["waistband_right"], float)
    inside = _corners(points, list(points)).mean(axis=0)
    length, aside = float(np.hypot(*(b - a))), 0.25 * (b - a)
    return _beyond(a - aside, b + aside, inside, tolerance * length, 0.0, length)


def front_strip(points: Points) -> Polygon:
    """Draw the strip of the front that hangs from the neck opening, as wide as its chord.

    Parameters
    ----------
    points
        Landmarks; `neckline_left` and `neckline_right` must be there.

    Returns
    -------
    (4, 2) float array
        Five garment widths long.

    Examples
    --------
    >>> front_strip({"neckline_left": (0, 0), "neckline_right": (10, 0), "armpit_left": (0, 5),
    ...              "armpit_right": (10, 5)}).tolist()
    [[0.0, 0.0], [10.0, 0.0], [10.0, 50.0], [0.0, 50.0]]
    """
    ends = _corners(points, ["neckline_left", "neckline_right"])
    across = ends[1] - ends[0]
    down = np.array([-across[1], across[0]]) / max(float(np.hypot(*across)), 1e-6)
    inside = _corners(points, list(points)).mean(axis=0)
    if np.dot(down, inside - ends.mean(axis=0)) < 0:
        down = -down
    far = ends + 5 * garment_width(points, "blouse") * down
    return np.vstack([ends, far[::-1]])


def hem_line(points: Points, category: str, shape: tuple[int, int]) -> Mask:
    """Rasterise the straight line between the hem's corners.

    Parameters
    ----------
    points, category
        Landmark name to (x, y) in pixels, and the garment's category.
    shape
        Height and width of the mask.

    Returns
    -------
    (H, W) bool array
        Empty for trousers and where a corner is absent.

    Examples
    --------
    >>> int(hem_line({"hemline_left": (1, 3), "hemline_right": (5, 3)}, "skirt", (8, 8)).sum())
    5
    """
    mask = np.zeros(shape, np.uint8)
    ends = _corners(points, [f"{_HEM.get(category)}_{side}" for side in _SIDES])
    if len(ends) == 2:
        a, b = np.round(np.clip(ends, -1e4, 1e4)).astype(int).tolist()
        cv2.line(mask, a, b, 1)
    return mask > 0


def fill(polygons: Iterable[Polygon], shape: tuple[int, int]) -> Mask:
    """Rasterise the union of polygons.

    Parameters
    ----------
    polygons
        (N, 2) arrays of x, y in pixels; they may leave the picture.
    shape
        Height and width of the mask.

    Returns
    -------
    (H, W) bool array

    Examples
    --------
    >>> import numpy as np
    >>> int(fill([np.array([[1, 1], [3, 1], [3, 3], [1, 3.0]])], (5, 5)).sum())
    9
    """
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        if len(polygon) == 0:
            continue
        cv2.fillPoly(mask, [np.round(np.clip(polygon, -1e4, 1e4)).astype(np.int32)], 1)
    return mask > 0


def mirrored_name(name: str) -> str:
    """Name the landmark on the other side; one on the midline is its own partner.

    Examples
    --------
    >>> mirrored_name("cuff_left_in"), mirrored_name("crotch")
    ('cuff_right_in', 'crotch')
    """
    parts = ["right" if p == "left" else "left" if p == "right" else p for p in name.split("_")]
    return "_".join(parts)


def _pair(point: NDArray[np.float64]) -> Point:
    return float(point[0]), float(point[1])


def _corners(points: Points, chain: Iterable[str]) -> Polygon:
    return np.array([points[name] for name in chain if name in points], float).reshape(-1, 2)


def _polygons(points: Points, chains: Iterable[list[str]]) -> list[Polygon]:
    drawn = [_corners(points, chain) for chain in chains]
    return [polygon for polygon in drawn if len(polygon) >= 3]


def _trunk(points: Points, category: str) -> list[str]:
    """Go round the trunk; a blouse has no waistline, names that are absent fall out later."""
    hem = _HEM[category]
    right = ["neckline_right", "shoulder_right", "armpit_right", "waistline_right", f"{hem}_right"]
    left = [mirrored_name(name) for name in reversed(right)]
    return [*left, "center_front", *right]


def _sleeves(points: Points) -> list[list[str]]:
    found = []
    for side in _SIDES:
        if f"cuff_{side}_in" in points or f"cuff_{side}_out" in points:
            found.append(
                [f"shoulder_{side}", f"cuff_{side}_out", f"cuff_{side}_in", f"armpit_{side}"]
            )
    return found


def _legs(points: Points) -> list[Polygon]:
    """Split the trousers in two at the middle of the waistband, so that the legs may cross."""
    with_middle = dict(points)
    if "waistband_left" in points and "waistband_right" in points:
        with_middle["middle"] = _pair(
            np.add(points["waistband_left"], points["waistband_right"]) / 2
        )
    chains = [
        ["waistband_{}", "middle", "crotch", "bottom_{}_in", "bottom_{}_out"],
    ]
    return _polygons(
        with_middle, [[name.format(side) for name in chain] for chain in chains for side in _SIDES]
    )


def _midline(points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find a point of the garment's midline and the unit direction across it, to the right."""
    middles, across = [], np.zeros(2)
    for name, point in points.items():
        partner = mirrored_name(name)
        if "left" in name and partner in points:
            middles.append(np.add(point, points[partner]) / 2)
            across += np.subtract(points[partner], point)
    if not middles:
        middles = [np.array(points[n], float) for n in ("center_front", "crotch") if n in points]
    if not middles:
        middles = [np.array(p, float) for p in points.values()] or [np.zeros(2)]
    length = float(np.hypot(*across))
    direction = across / length if length > 0 else np.array([1.0, 0.0])
    return np.mean(middles, axis=0), direction


def _add_armpits(full: dict[str, Point], down: NDArray[np.float64], width: float) -> None:
    for side in _SIDES:
        if f"armpit_{side}" not in full and f"shoulder_{side}" in full:
            full[f"armpit_{side}"] = _pair(np.array(full[f"shoulder_{side}"]) + 0.45 * width * down)


def _add_hem(
    full: dict[str, Point], category: str, down: NDArray[np.float64], width: float
) -> None:
    root = _WIDTH[category]
    drop = _LENGTH[category] * width * down
    for side in _SIDES:
        if f"{root}_{side}" not in full:
            continue
        below = np.array(full[f"{root}_{side}"]) + drop
        if category == "trousers":
            inward = np.array(full.get("crotch", _pair(below)), float) - below
            inward -= np.dot(inward, down) * down
            full.setdefault(f"bottom_{side}_out", _pair(below))
            full.setdefault(f"bottom_{side}_in", _pair(below + 0.8 * inward))
        else:
            full.setdefault(f"{_HEM[category]}_{side}", _pair(below))


def _opening_lines(category: str) -> list[tuple[str, str, float]]:
    """List the openings' ends and the sag of each, a share of its own length."""
    if category == "trousers":
        legs = [(f"bottom_{side}_in", f"bottom_{side}_out", 0.05) for side in _SIDES]
        return [*legs, ("waistband_left", "waistband_right", 0.06)]
    hem = (f"{_HEM[category]}_left", f"{_HEM[category]}_right", 0.18)
    if category == "skirt":
        return [hem, ("waistband_left", "waistband_right", 0.06)]
    return [hem, *[(f"cuff_{side}_in", f"cuff_{side}_out", 0.05) for side in _SIDES]]


def _beyond(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    inside: NDArray[np.float64],
    gap: float,
    sag: float,
    reach: float,
) -> Polygon:
    """Draw a block as long as line a-b that begins `gap` (and a sagging arc) beyond it."""
    along = b - a
    normal = np.array([-along[1], along[0]])
    length = float(np.hypot(*along))
    if length == 0:
        return np.zeros((0, 2))
    normal /= length
    if np.dot(normal, inside - (a + b) / 2) > 0:
        normal = -normal
    t = np.linspace(0, 1, 9)[:, None]
    arc = a + t * along + (gap + sag * length * 4 * t * (1 - t)) * normal
    far = (b + (gap + reach) * normal, a + (gap + reach) * normal)
    return np.vstack([arc, *far])
