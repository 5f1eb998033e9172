"""A soft matte of the garment, cut from its photo with the help of its corners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from garment.landmarks import CATEGORIES, LANDMARKS_OF
from garment.matting import (
    Image,
    LocalColours,
    fuse_foreground,
    local_colours,
    refine_matte,
    unit,
)
from garment.outline import (
    Point,
    Points,
    Polygon,
    complete_points,
    garment_width,
    outline,
)
from garment.segmentation import segment

# Longest side, in pixels, of the picture that is segmented and whose colours are averaged: GrabCut
# takes time with the area, and the edges are read from the full picture afterwards.
_WORK_SIDE = 384
_MARGIN = 0.6  # of background kept around the outline, in garment widths
_UNSURE = (
    "The garment could not be told from its background; the outline through its corners was used."
)


@dataclass(frozen=True)
class Cutout:
    """A garment cut out of its photo.

    Attributes
    ----------
    rgba
        (H, W, 4) uint8, straight alpha. The colours are the garment's own: where alpha is 255 the
        photo's, elsewhere estimated, so that no background comes along.
    method
        ``"alpha"``: the photo's own alpha was used; ``"network"``: the photo was segmented by a
        network's chances; ``"grabcut"``: by colours alone.
    warnings
        Sentences for the user; empty when all went well.
    """

    rgba: NDArray[np.uint8]
    method: Literal["alpha", "network", "grabcut"]
    warnings: tuple[str, ...] = ()

    @property
    def matte(self) -> Image:
        """The alpha as (H, W) float32, 0..1."""
        return unit(self.rgba[..., 3])


def cut_out(
    image: NDArray[np.uint8],
    points: Mapping[str, Point],
    category: str,
    *,
    alpha: NDArray[np.uint8] | None = None,
    chances: NDArray[np.float32] | None = None,
) -> Cutout:
    """Cut the garment out of its photo.

    An alpha that separates something is taken as it is, loose specks apart. Otherwise the photo is
    segmented by GrabCut, seeded by a network's chances or else by the corners: what shows in the
    neck opening, beyond the cuffs and beyond the hem (a mannequin, a hanger, a stand) is not
    garment. The mask's edge is then softened by reading alpha from the full picture's colours.

    Parameters
    ----------
    image
        (H, W, 3) uint8 RGB.
    points
        FashionAI landmark name to (x, y) in pixels; only those present. Left and right are the
        image's. Corners that are missing are replaced by symmetry and usual proportions; landmarks
        of other categories are not looked at.
    category
        One of ``blouse``, ``outwear``, ``dress``, ``skirt``, ``trousers``.
    alpha
        (H, W) uint8, the photo's own alpha, if it has one.
    chances
        (H, W) float32, 0..1: how likely each pixel is the garment's cloth, as
        `garment.cloth.ClothSegmenter` says. Without it, colours and corners decide.

    Returns
    -------
    Cutout
        The same input gives the same output.

    Raises
    ------
    ValueError
        If an array has the wrong shape or type, the category is unknown, a coordinate is not
        finite, or (where the photo must be segmented) the corners span no area in the picture.

    See Also
    --------
    garment.segmentation.segment : the mask.
    garment.matting : the soft edge and the foreground's colours.

    Examples
    --------
    >>> import numpy as np
    >>> photo = np.full((80, 80, 3), 230, np.uint8); photo[20:60, 20:60] = (160, 30, 40)
    >>> corners = {"waistband_left": (20, 20), "waistband_right": (59, 20),
    ...            "hemline_left": (20, 59), "hemline_right": (59, 59)}
    >>> cutout = cut_out(photo, corners, "skirt")
    >>> cutout.method, cutout.warnings, int(cutout.rgba[40, 40, 3]), int(cutout.rgba[5, 5, 3])
    ('grabcut', (), 255, 0)
    """
    _check(image, points, category, alpha)
    if chances is not None and chances.shape != image.shape[:2]:
        raise ValueError(f"chances must be of the image's size, got {chances.shape}")
    points = {name: points[name] for name in LANDMARKS_OF[category] if name in points}
    if alpha is not None and separates(alpha):
        matte = unit(_without_specks(alpha))
        colours = _colours_around(image, matte)
        return Cutout(_with_own_colours(image, matte, colours), "alpha")
    frame = _frame(image.shape[:2], points, category)
    crop = np.ascontiguousarray(image[frame])
    work, scale = _reduced(crop)
    seen = None if chances is None else _like(chances[frame], work)
    found = segment(work, _moved(points, frame, scale), category, seen)
    matte, colours = _soft_matte(crop, work, found.mask)
    rgba = np.zeros((*image.shape[:2], 4), np.uint8)
    rgba[frame] = _with_own_colours(crop, matte, colours)
    method: Literal["network", "grabcut"] = "network" if found.by_network else "grabcut"
    return Cutout(rgba, method, () if found.trusted else (_UNSURE,))


def _check(
    image: NDArray[np.uint8], points: Points, category: str, alpha: NDArray[np.uint8] | None
) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(f"image must be HxWx3 uint8 RGB, got {image.dtype} {image.shape}")
    if category not in CATEGORIES:
        raise ValueError(f"category must be one of {', '.join(CATEGORIES)}, got {category!r}")
    for name, point in points.items():
        if len(point) != 2 or not np.isfinite(point).all():
            raise ValueError(f"{name} must be two finite numbers (x, y), got {point!r}")
    if alpha is not None and (alpha.shape != image.shape[:2] or alpha.dtype != np.uint8):
        raise ValueError(
            f"alpha must be uint8 of the image's size {image.shape[:2]}, "
            f"got {alpha.dtype} {alpha.shape}"
        )


def separates(alpha: NDArray[np.uint8]) -> bool:
    """Tell a cutout's alpha from one that is opaque, or transparent, all over.

    Examples
    --------
    >>> separates(np.full((4, 4), 255, np.uint8)), separates(np.eye(4, dtype=np.uint8) * 255)
    (False, True)
    """
    return bool(np.mean(alpha > 200) > 0.005 and np.mean(alpha < 55) > 0.005)


def _without_specks(alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    _, part, stats, _ = cv2.connectedComponentsWithStats((alpha > 0).astype(np.uint8))
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    return np.where((area >= 0.002 * area.max())[part], alpha, 0).astype(np.uint8)


def _frame(shape: tuple[int, int], points: Points, category: str) -> tuple[slice, slice]:
    """Choose the part of the picture to work on: the outline and some background around it."""
    full = complete_points(points, category)
    polygons = outline(full, category)
    if sum(_area(polygon) for polygon in polygons) < 16:
        raise ValueError(
            f"the corners of this {category} span no area: at least three of them, "
            "not in a line, are needed"
        )
    corners = np.vstack(polygons)
    margin = _MARGIN * garment_width(full, category)
    height, width = shape
    low = np.maximum(np.floor(corners.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(corners.max(axis=0) + margin) + 1, (width, height)).astype(int)
    if (high - low < 8).any():
        raise ValueError("the corners lie outside the picture")
    return slice(low[1], high[1]), slice(low[0], high[0])


def _area(polygon: Polygon) -> float:
    x, y = polygon.T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def _reduced(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Reduce a picture to the working size; also give the scale in x and in y."""
    height, width = image.shape[:2]
    factor = min(1.0, _WORK_SIDE / max(height, width))
    if factor == 1.0:
        return image, (1.0, 1.0)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return small, (size[0] / width, size[1] / height)


def _like(plane: NDArray[np.float32], work: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Reduce a plane to the working picture's size."""
    small = cv2.resize(plane, work.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def _moved(
    points: Points, frame: tuple[slice, slice], scale: tuple[float, float]
) -> dict[str, Point]:
    """Express points in the reduced crop, pixel centres at whole numbers in both."""
    return {
        name: (
            (x - frame[1].start + 0.5) * scale[0] - 0.5,
            (y - frame[0].start + 0.5) * scale[1] - 0.5,
        )
        for name, (x, y) in points.items()
    }


def _soft_matte(
    image: NDArray[np.uint8], work: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> tuple[Image, LocalColours]:
    """Soften a reduced mask's edge by the full picture's colours; give both at full size."""
    size = image.shape[1::-1]
    enlarged = image.shape[0] / work.shape[0]
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.2)
    inside, outside = soft > 0.97, soft < 0.03
    small = local_colours(unit(work), inside, outside, 4)
    colours = _enlarged(small, size)
    # Enlarging has widened the soft edge: steepen it, then take in a little, because half a pixel
    # too much background is seen and half a pixel too little cloth is not.
    prior = cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR)
    matte = np.clip((prior - 0.5) * min(enlarged, 3.0) + 0.5, 0, 1).astype(np.float32)
    unsure = (prior > 0.03) & (prior < 0.97)
    matte[unsure] = refine_matte(unit(image[unsure]), matte[unsure], _at(colours, unsure))
    matte = np.where(unsure, cv2.GaussianBlur(matte, (3, 3), 0.6), matte)
    return np.clip((matte - 0.1) / 0.85, 0, 1).astype(np.float32), colours


def _colours_around(image: NDArray[np.uint8], matte: Image) -> LocalColours:
    """Average the colours on both sides of a given matte."""
    work, _ = _reduced(image)
    small = cv2.resize(matte, work.shape[1::-1], interpolation=cv2.INTER_AREA)
    colours = local_colours(unit(work), small > 0.97, small < 0.03, 4)
    return _enlarged(colours, image.shape[1::-1])


def _with_own_colours(
    image: NDArray[np.uint8], matte: Image, colours: LocalColours
) -> NDArray[np.uint8]:
    """Join picture and matte; where the matte is below 1, with estimated foreground colours."""
    rgba = np.dstack([image, np.round(255 * matte).astype(np.uint8)])
    clear = rgba[..., 3] == 0
    rgba[..., :3] = np.where(clear[..., None], _as_bytes(colours.foreground), image)
    mixed = ~clear & (rgba[..., 3] < 255)
    own = fuse_foreground(unit(image[mixed]), matte[mixed], _at(colours, mixed))
    rgba[mixed, :3] = _as_bytes(own)
    return rgba


def _as_bytes(picture: Image) -> NDArray[np.uint8]:
    return (255 * picture + 0.5).astype(np.uint8)


def _enlarged(colours: LocalColours, size: tuple[int, ...]) -> LocalColours:
    width, height = size
    return LocalColours(
        *(
            np.asarray(cv2.resize(c, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
            for c in colours
        )
    )


def _at(colours: LocalColours, where: NDArray[np.bool_]) -> LocalColours:
    return LocalColours(*(c[where] for c in colours))
