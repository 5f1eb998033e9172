"""Which pixels are the garment: GrabCut, seeded by a network or by the garment's corners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from garment.neckline import above_neckline
from garment.outline import (
    TOPS,
    Mask,
    Points,
    Polygon,
    above_neck,
    above_waistband,
    beyond_openings,
    complete_points,
    fill,
    front_strip,
    garment_width,
    hem_line,
    neck_opening,
    outline,
)

_SEED = 5
_MIN_SAMPLES = 16  # GrabCut fits five colours to each side
# A network's chances of cloth below and above which colours are not asked any more: between the
# legs of beige trousers a beige curtain would get through a wider gap.
_NEVER, _SURE = 0.2, 0.8
_CLIPS = 0.02  # how far a waistband may rise over the line of its corners, in its lengths
# How far the garment may bulge out of its outline, in garment widths: gowns far, trousers little.
_BULGE = {"blouse": 0.3, "outwear": 0.3, "dress": 0.45, "skirt": 0.35, "trousers": 0.2}


class Segmentation(NamedTuple):
    """A hard mask of the garment.

    Attributes
    ----------
    mask
        (H, W) bool.
    trusted
        False where the colours could not be told apart and the outline was used instead.
    by_network
        Whether a network's chances said what is cloth, not colours alone.
    """

    mask: Mask
    trusted: bool
    by_network: bool = False


def segment(
    image: NDArray[np.uint8],
    points: Points,
    category: str,
    chances: NDArray[np.float32] | None = None,
) -> Segmentation:
    """Segment the garment in a small picture.

    With a network's chances GrabCut only settles where exactly the edge runs. Without them, or
    where they do not fit the corners, it does all: in two rounds, the first learns the cloth's
    colours deep inside the outline, the second from the first's result. Last, the neck opening is
    cut out along the front neckline where its colours differ from the cloth's, and what is above a
    waistband: hangers have clips of the cloth's colour.

    Parameters
    ----------
    image
        (H, W, 3) uint8 RGB, a few hundred pixels a side.
    points
        Landmark name to (x, y) in pixels of `image`; only those present.
    category
        One of ``blouse``, ``outwear``, ``dress``, ``skirt``, ``trousers``.
    chances
        (H, W) float32, 0..1: how likely a pixel is cloth (`garment.cloth.ClothSegmenter`).

    Returns
    -------
    Segmentation

    References
    ----------
    C. Rother, V. Kolmogorov, A. Blake, "GrabCut: interactive foreground extraction using iterated
    graph cuts", SIGGRAPH 2004.
    """
    zones = _zones(image.shape[:2], points, category)
    bins = _colour_bins(image)
    found = None if chances is None else _by_chances(image, zones, bins, chances)
    found = found or _by_colours(image, zones, bins)
    if found is None:
        return Segmentation(_smooth_outline(zones), False)
    mask = found.tidied(zones)
    if _opening_differs(zones, bins, found.cloth):
        opening = _density(bins, zones.opening_seed | zones.above)
        ratio = np.log(found.cloth / opening).astype(np.float32)
        cut = above_neckline(image, ratio, zones.points, zones.width)
        mask = found._replace(mask=mask & ~cut).tidied(zones)
    mask &= ~zones.hanger
    if not _plausible(mask, zones):
        return Segmentation(_smooth_outline(zones), False)
    return Segmentation(mask, True, found.by_network)


class _Found(NamedTuple):
    """A garment's rough mask and what its colours say."""

    mask: Mask
    cloth: NDArray[np.float64]  # density of each pixel's colour in the cloth
    evidence: NDArray[np.float64]  # its logarithm against the background's
    by_network: bool = False

    def tidied(self, zones: _Zones) -> Mask:
        """Return the mask without crumbs and holes."""
        if self.by_network:
            return _without_crumbs(self.mask, zones)
        return _tidy(self.mask, zones, self.evidence)


def _by_colours(image: NDArray[np.uint8], zones: _Zones, bins: NDArray[np.int32]) -> _Found | None:
    """Find the garment by its corners and by colours; None where those do not tell."""
    cloth = _density(bins, zones.centrality**2)
    background = _density(bins, zones.never)
    for _ in range(2):
        evidence = np.log(cloth / background)
        labels = _labels(zones, bins, cloth, background)
        if not _grab_cut(image, labels):
            return None
        mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
        if not _plausible(mask, zones):
            return None
        cloth, background = _learnt(bins, mask, zones)
    return _Found(mask, cloth, evidence)


def _learnt(
    bins: NDArray[np.int32], mask: Mask, zones: _Zones
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Learn the colours of cloth and background from a mask."""
    near = _dilate(zones.outline, 1.5 * zones.bulge)
    return _density(bins, mask & zones.outline), _density(bins, (near & ~mask) | zones.never)


def _by_chances(
    image: NDArray[np.uint8],
    zones: _Zones,
    bins: NDArray[np.int32],
    chances: NDArray[np.float32],
) -> _Found | None:
    """Find the garment where a network sees cloth; None where that is not between the corners."""
    rough = chances > 0.5
    if not _plausible(rough, zones):
        return None
    cloth, background = _learnt(bins, rough, zones)
    labels = np.where(rough, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[chances > _SURE] = cv2.GC_FGD
    labels[chances < _NEVER] = cv2.GC_BGD
    # What shows in the neck opening may be a collar or a neck: its colours tell.
    labels[zones.opening & (labels == cv2.GC_FGD)] = cv2.GC_PR_BGD
    _exclude_body(labels, zones, bins, cloth, background)
    if not _grab_cut(image, labels):
        return None
    mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if not _plausible(mask, zones):
        return None
    cloth, background = _learnt(bins, mask, zones)
    return _Found(mask, cloth, np.log(cloth / background), True)


@dataclass(frozen=True)
class _Zones:
    """What the corners alone say about each pixel."""

    points: Points  # completed
    width: float
    bulge: float  # pixels
    outline: Mask
    core: Mask  # well inside the corners that were seen, away from the neck opening
    centrality: NDArray[np.float32]  # in the core, depth inside trunk, sleeve or leg; 1 = midway
    flanks: Mask  # the core beside the strip that hangs from the neck opening
    opening: Mask  # the neck opening's triangle
    opening_seed: Mask  # its middle
    above: Mask  # over the chord from neckline to neckline
    beyond: Mask  # a little beyond cuffs and hems
    never: Mask  # far from the outline, or far beyond cuffs and hems
    hem: Mask
    hanger: Mask  # over the waistband's line, where clips and their bar are
    seams: Mask  # near two parts at once: trunk and sleeve, or both legs


def _zones(shape: tuple[int, int], seen: Points, category: str) -> _Zones:
    points = complete_points(seen, category)
    width = garment_width(points, category)
    drawn = fill(outline(points, category), shape)
    triangle = neck_opening(points) if category in TOPS else None
    opening = seed = np.zeros(shape, bool)
    if triangle is not None:
        middle = triangle.mean(axis=0)
        opening = fill([triangle], shape)
        seed = fill([middle + 0.7 * (triangle - middle)], shape)
    chord = above_neck(points, 0.15) if category in TOPS else None
    above = fill([] if chord is None else [chord], shape)
    clips = None if category in TOPS else above_waistband(seen, _CLIPS)
    below = np.zeros((0, 2)) if triangle is None else front_strip(points)
    core = _erode(fill(outline(seen, category), shape), 0.08 * width)
    core &= ~_dilate(opening, 0.04 * width)
    bulge = _BULGE[category] * width
    far = ~_dilate(drawn, bulge) & ~above
    return _Zones(
        points=points,
        width=width,
        bulge=bulge,
        outline=drawn,
        core=core,
        centrality=np.where(core, _centrality(outline(seen, category), shape), 0),
        flanks=core & ~_dilate(fill([below], shape), 0.1 * width),
        opening=opening,
        opening_seed=seed,
        above=above,
        beyond=fill(beyond_openings(points, category, 0.08), shape) & ~drawn,
        never=far | (fill(beyond_openings(points, category, 0.25), shape) & ~drawn),
        hem=hem_line(points, category, shape),
        hanger=fill([] if clips is None else [clips], shape),
        seams=_seams(outline(points, category), shape, 0.15 * width),
    )


def _centrality(polygons: list[Polygon], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Measure how near a pixel is to the middle of its part, so that narrow sleeves count too."""
    result = np.zeros(shape, np.float32)
    for polygon in polygons:
        depth = _depth(fill([polygon], shape))
        result = np.maximum(result, depth / max(float(depth.max()), 1.0))
    return result


def _seams(polygons: list[Polygon], shape: tuple[int, int], reach: float) -> Mask:
    parts = [_dilate(fill([polygon], shape), reach) for polygon in polygons]
    return np.sum(parts, axis=0) > 1


def _labels(
    zones: _Zones,
    bins: NDArray[np.int32],
    cloth: NDArray[np.float64],
    background: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """Write what corners and colours say as GrabCut's four labels, the surest last."""
    width = zones.width
    evidence = np.log(cloth / background)
    labels = np.full(cloth.shape, cv2.GC_PR_BGD, np.uint8)
    inside = zones.outline & ~zones.opening
    labels[inside & (evidence > -1)] = cv2.GC_PR_FGD
    labels[zones.core | (_erode(inside, 0.04 * width) & (evidence > -0.5))] = cv2.GC_FGD
    labels[_intruders(zones, evidence)] = cv2.GC_PR_BGD
    # Outside the outline the doubt goes to the background, the more the farther.
    away = _depth(~zones.outline)
    doubtful = evidence < 2 * away / max(zones.bulge, 1)
    labels[(away > 0.06 * width) & doubtful] = cv2.GC_BGD
    labels[zones.never] = cv2.GC_BGD
    labels[zones.beyond & (cloth < 0.5 * _density(bins, zones.beyond))] = cv2.GC_BGD
    _exclude_body(labels, zones, bins, cloth, background)
    return labels


def _exclude_body(
    labels: NDArray[np.uint8],
    zones: _Zones,
    bins: NDArray[np.int32],
    cloth: NDArray[np.float64],
    background: NDArray[np.float64],
) -> None:
    """Label the neck, and a mannequin seen in an open front, as background."""
    # Above the neckline is the neck, whatever its colour: white plastic in a white jacket. A hood
    # goes with it; on a body it would cover the face.
    labels[zones.above] = cv2.GC_BGD
    neck = zones.opening_seed | zones.above
    labels[neck & (cloth < 0.7 * _density(bins, neck))] = cv2.GC_BGD
    if _opening_differs(zones, bins, cloth):
        labels[_bare_body(zones, bins, cloth, background)] = cv2.GC_BGD


def _intruders(zones: _Zones, evidence: NDArray[np.float64]) -> Mask:
    """Find background in the core, left there by a corner's error or by a curved side.

    It comes in from the core's edge, or is a sliver between a sleeve and the trunk. A print in the
    background's colour does neither, and stays.
    """
    shallow = zones.core & (zones.centrality < 0.6)
    suspect = (zones.core & (evidence < -1.5)) | (shallow & (evidence < -0.7))
    entered = _reaching(_open(suspect, 0.02 * zones.width), _dilate(~zones.core, 2))
    foreign = shallow & (evidence < -1.5)
    slivers = _open(foreign, 1) & ~_open(foreign, 0.05 * zones.width)
    return entered | (slivers & zones.seams)


def _reaching(mask: Mask, goal: Mask) -> Mask:
    """Keep the connected parts of `mask` that touch `goal`."""
    _, part = cv2.connectedComponents(mask.astype(np.uint8))
    reached = np.unique(part[goal])
    return np.isin(part, reached[reached > 0])


def _opening_differs(zones: _Zones, bins: NDArray[np.int32], cloth: NDArray[np.float64]) -> bool:
    """Ask whether the neck opening shows something else than the cloth's own colours.

    A folded collar or the inside of the back in the same cloth lies in the triangle too: those
    stay.
    """
    if zones.opening_seed.sum() < _MIN_SAMPLES:
        return False
    ratio = cloth / _density(bins, zones.opening_seed)
    return bool(np.mean(np.log(ratio[zones.opening_seed]) < -1.5) > 0.38)


def _bare_body(
    zones: _Zones,
    bins: NDArray[np.int32],
    whole: NDArray[np.float64],
    background: NDArray[np.float64],
) -> Mask:
    """Find the mannequin in an open front or a slit: its neck's colour, reaching neck or hem.

    Patches that reach neither are left: through lace the body shows and belongs to the picture.
    What reaches only one of the two must have the colour of the neck above the garment as well: a
    dark fold may resemble a dark inside. What reaches both must be rare in the flanks, where no
    front gapes: a shirt's own colour reaches both too.
    """
    body = _density(bins, zones.opening_seed)
    cloth = _density(bins, zones.flanks)
    main = zones.core & (body > 0.1 * body[zones.opening_seed].max()) & (background < body)
    neck, hem = _dilate(zones.opening, 0.1 * zones.width), _dilate(zones.hem, 0.2 * zones.width)
    narrow = 0.03 * zones.width
    through = _reaching(_reaching(_open(main & (cloth < 0.25 * body), narrow), neck), hem)
    neck_shows = _density(bins, zones.above) > 0.1 * body
    partly = _open(main & neck_shows & (whole < 0.5 * body), narrow)
    return through | _reaching(partly, neck | hem)


def _grab_cut(image: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bool:
    """Run GrabCut on `labels` in place; False where one side has too few pixels to learn from."""
    front = np.count_nonzero((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
    if min(front, labels.size - front) < _MIN_SAMPLES:
        return False
    cv2.setRNGSeed(_SEED)
    back_model, front_model = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, 1, 1)  # not looked at: the labels say more
    cv2.grabCut(image, labels, whole, back_model, front_model, 2, cv2.GC_INIT_WITH_MASK)
    return True


def _plausible(mask: Mask, zones: _Zones) -> bool:
    both = np.count_nonzero(mask & zones.outline)
    either = np.count_nonzero(mask | zones.outline)
    return bool(both > 0.4 * either)


def _smooth_outline(zones: _Zones) -> Mask:
    drawn = zones.outline & ~zones.opening_seed
    blurred = cv2.GaussianBlur(drawn.astype(np.float32), (0, 0), 0.03 * zones.width + 0.5)
    return blurred > 0.5


def _without_crumbs(mask: Mask, zones: _Zones) -> Mask:
    """Smooth a network's mask; drop crumbs off the outline and fill pinholes."""
    smooth = (cv2.medianBlur(mask.astype(np.uint8), 5) > 0).astype(np.uint8)
    size = np.count_nonzero(zones.outline)
    count, part = cv2.connectedComponents(smooth)
    keep = np.bincount(part[zones.outline], minlength=count) > 0.02 * size
    keep[0] = False
    kept = keep[part]
    _, part, stats, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    pinhole = stats[:, cv2.CC_STAT_AREA] < 0.0003 * size
    pinhole[0] = False
    return kept | pinhole[part]


def _tidy(mask: Mask, zones: _Zones, evidence: NDArray[np.float64]) -> Mask:
    """Drop crumbs and close holes, but not those that show the background."""
    smooth = (cv2.medianBlur(mask.astype(np.uint8), 5) > 0) & (mask | (evidence > -1.5))
    size = np.count_nonzero(zones.outline)
    count, part = cv2.connectedComponents(smooth.astype(np.uint8))
    keep = np.bincount(part[zones.outline], minlength=count) > 0.02 * size
    keep[0] = False
    kept = keep[part]
    count, part, stats, _ = cv2.connectedComponentsWithStats(
        (~kept).astype(np.uint8), connectivity=4
    )
    area = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    cloth_zone = zones.outline & ~zones.opening_seed

    def share(margin: float) -> NDArray[np.float64]:
        within = _erode(cloth_zone, margin * zones.width)
        return np.bincount(part[within], minlength=count) / area

    looks = np.bincount(part.ravel(), evidence.ravel(), minlength=count) / area
    close = (share(0.15) > 0.7) | ((share(0.04) > 0.7) & (looks > -1))
    close &= area < 0.02 * size
    close |= area < 0.0003 * size
    close[0] = False
    return kept | close[part]


def _colour_bins(image: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Look up each pixel's cell of a 16x16x16 grid over the Lab colours that cloth takes."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.int32)
    lightness = lab[..., 0] // 16
    chroma = np.clip((lab[..., 1:] - 64) // 8, 0, 15)
    return (lightness * 16 + chroma[..., 0]) * 16 + chroma[..., 1]


def _density(bins: NDArray[np.int32], weight: Mask | NDArray[np.floating]) -> NDArray[np.float64]:
    """Look up each pixel's colour in the smoothed histogram of the weighted pixels."""
    histogram = np.bincount(bins.ravel(), weight.ravel().astype(float), minlength=16**3)
    grid: NDArray[np.float64] = histogram.reshape(16, 16, 16).astype(np.float64)
    for axis in range(3):
        padded = np.pad(grid, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        moved = np.moveaxis(padded, axis, 0)
        grid = np.moveaxis(0.25 * moved[:-2] + 0.5 * moved[1:-1] + 0.25 * moved[2:], 0, axis)
    grid = grid + 1e-6 * max(float(grid.sum()), 1.0)
    return (grid / grid.sum()).ravel()[bins]


def _depth(mask: Mask) -> NDArray[np.float32]:
    return cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3).astype(np.float32)


def _disc(radius: float) -> NDArray[np.uint8]:
    r = max(1, round(radius))
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1)).astype(np.uint8)


def _dilate(mask: Mask, radius: float) -> Mask:
    return ~_erode(~mask, radius, border=1)


def _erode(mask: Mask, radius: float, border: int = 0) -> Mask:
    """Keep what lies deeper than `radius`; by distance, whose cost does not grow with it."""
    framed = np.pad(mask.astype(np.uint8), 1, constant_values=border)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 3)
    return depth[1:-1, 1:-1] > max(1.0, radius)


def _open(mask: Mask, radius: float) -> Mask:
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _disc(radius)) > 0
