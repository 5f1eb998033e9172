"""Pictures of several instances, composed from cut-out ones with known keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.crop import apply_homography
from pose.engine.keypoints import KeypointSchema

__all__ = ["Cutout", "Layout", "Scene", "compose_scene"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cutout:
    """One instance without its background.

    Attributes
    ----------
    rgba : (H, W, 4) uint8 array
        Its pixels and matte.
    points : (K, 2) float array
        Keypoints in these pixels.
    known : (K,) bool array
        Where `points` is labelled.
    lacking : (K,) bool array, optional
        Keypoints that the instance is known not to have, as a skirt has no neckline.
    """

    rgba: Image
    points: Floats
    known: Bools
    lacking: Bools | None = None


@dataclass(frozen=True)
class Scene:
    """A picture of P instances and what is known about it.

    Attributes
    ----------
    image : (H, W, 3) uint8 array
        The picture.
    points : (P, K, 2) float array
        Keypoints in its pixels.
    known : (P, K) bool array
        Where `points` is labelled.
    hidden : (P, K) bool array
        Labelled, but behind another instance or outside the picture.
    boxes : (P, 4) float array
        x, y, width, height around each instance's labelled keypoints.
    trusted : (x, y, width, height) or None
        Where every instance is labelled; None: everywhere.
    lacking : (P, K) bool array, optional
        Keypoints that the instance is known not to have; what is neither labelled nor lacking
        may be anywhere on it.
    """

    image: Image
    points: Floats
    known: Bools
    hidden: Bools
    boxes: Floats
    trusted: tuple[float, float, float, float] | None = None
    lacking: Bools | None = None

    @property
    def certain(self) -> Bools:
        """(P, K): labelled, or known to be lacking."""
        return self.known if self.lacking is None else self.known | self.lacking

    @property
    def seen(self) -> Bools:
        """(P, K): labelled and in sight."""
        return self.known & ~self.hidden


@dataclass(frozen=True)
class Layout:
    """How instances are strewn over a scene.

    Attributes
    ----------
    height : (float, float)
        Range of an instance's height, relative to the scene's.
    spread : float
        Standard deviation of the logarithm of heights within one scene.
    rotation : float
        Standard deviation of an instance's angle in degrees.
    outside : float
        How far an instance may reach over the border, relative to its size.
    overlap : float
        Largest overlap (intersection over union) of two instances' boxes.
    flip : float
        Probability of mirroring an instance.
    """

    height: tuple[float, float] = (0.35, 1.05)
    spread: float = 0.15
    rotation: float = 6.0
    outside: float = 0.2
    overlap: float = 0.45
    flip: float = 0.5


def compose_scene(
    cutouts: Sequence[Cutout],
    background: Image,
    schema: KeypointSchema,
    rng: np.random.Generator,
    layout: Layout | None = None,
) -> Scene:
    """Paste cutouts over a background, later ones in front.

    Parameters
    ----------
    cutouts : sequence of Cutout
        Back to front; one that finds no place is left out.
    background : (H, W, 3) uint8 array
        It sets the size of the scene.
    schema : KeypointSchema
        Of the cutouts' keypoints.
    rng : numpy Generator
        Source of chance.
    layout : Layout, optional
        How they are strewn.

    Returns
    -------
    Scene
        A keypoint behind a later cutout is `hidden`, also where its own instance is in front of
        it: only others hide it.
    """
    layout = layout or Layout()
    image = background.copy()
    height, width = image.shape[:2]
    base = float(np.exp(rng.uniform(*np.log(layout.height))))
    points: list[Floats] = []
    known: list[Bools] = []
    hidden: list[Bools] = []
    boxes: list[Floats] = []
    lacking: list[Bools] = []
    for cutout in cutouts:
        placed = _place(cutout, (width, height), base, boxes, schema, layout, rng)
        if placed is None:
            continue
        matrix, order = placed
        own = apply_homography(matrix, cutout.points)[order]
        labelled = cutout.known[order]
        without = np.zeros_like(labelled) if cutout.lacking is None else cutout.lacking[order]
        alpha = _paste(image, cutout.rgba, matrix, rng)
        for earlier, its in zip(points, hidden, strict=True):
            its |= _covered(earlier, alpha)
        points.append(own)
        known.append(labelled)
        hidden.append(~_inside(own, (width, height)))
        boxes.append(_box(own[labelled]))
        lacking.append(without)
    count = len(schema)
    return Scene(
        image,
        np.array(points).reshape(-1, count, 2),
        np.array(known, dtype=bool).reshape(-1, count),
        np.array(hidden, dtype=bool).reshape(-1, count),
        np.array(boxes).reshape(-1, 4),
        lacking=np.array(lacking, dtype=bool).reshape(-1, count),
    )


def _place(
    cutout: Cutout,
    size: tuple[int, int],
    base: float,
    boxes: Sequence[Floats],
    schema: KeypointSchema,
    layout: Layout,
    rng: np.random.Generator,
) -> tuple[Floats, list[int]] | None:
    """Draw a place that keeps clear of the others: matrix, and order of the keypoints there."""
    rows, columns = cutout.rgba.shape[:2]
    mirror = rng.random() < layout.flip
    order = list(schema.flip_order) if mirror else list(range(len(schema)))
    for _ in range(12):
        scale = base * float(np.exp(rng.normal(0, layout.spread))) * size[1] / rows
        reach = np.array([columns, rows]) * scale
        free = np.array(size) - reach
        low = np.minimum(free, 0) - layout.outside * reach
        high = np.maximum(free, 0) + layout.outside * reach
        corner = rng.uniform(low, high)
        turn = cv2.getRotationMatrix2D(
            ((columns - 1) / 2, (rows - 1) / 2), rng.normal(0, layout.rotation), scale
        )
        matrix = np.vstack([turn, [0, 0, 1.0]])
        # The rotation keeps the middle where it was; bring it to the middle of the drawn place.
        matrix[:2, 2] += corner + reach / 2 - (np.array([columns, rows]) - 1) / 2
        if mirror:
            matrix = matrix @ np.array([[-1.0, 0, columns - 1], [0, 1, 0], [0, 0, 1]])
        points = apply_homography(matrix, cutout.points)[order]
        known = cutout.known[order]
        if not (known & _inside(points, size)).any():
            continue
        box = _box(points[known])
        if all(_overlap(box, other) <= layout.overlap for other in boxes):
            return matrix, order
    return None


def _paste(image: Image, rgba: Image, matrix: Floats, rng: np.random.Generator) -> NDArray:
    """Blend a cutout into the picture in place; return its alpha there, 0..1."""
    size = (image.shape[1], image.shape[0])
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < 0.6:
        # Averaged down first: bilinear sampling alone would alias.
        small = (max(round(rgba.shape[1] * scale), 1), max(round(rgba.shape[0] * scale), 1))
        sx, sy = small[0] / rgba.shape[1], small[1] / rgba.shape[0]
        rgba = np.asarray(cv2.resize(rgba, small, interpolation=cv2.INTER_AREA), np.uint8)
        shrink = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1.0]])
        matrix = matrix @ np.linalg.inv(shrink)
    layer = cv2.warpPerspective(rgba, matrix, size, flags=cv2.INTER_LINEAR).astype(np.float32)
    alpha = layer[..., 3:] / 255
    colour = layer[..., :3] * np.float32(np.exp(rng.normal(0, 0.1)))
    image[:] = np.clip(image * (1 - alpha) + colour * alpha, 0, 255).round().astype(np.uint8)
    return np.asarray(alpha[..., 0])


def _inside(points: Floats, size: tuple[int, int]) -> Bools:
    return np.asarray(((points > -0.5) & (points < np.array(size) - 0.5)).all(axis=1))


def _covered(points: Floats, alpha: NDArray) -> Bools:
    height, width = alpha.shape
    x = np.round(points[:, 0]).astype(int).clip(0, width - 1)
    y = np.round(points[:, 1]).astype(int).clip(0, height - 1)
    return np.asarray(alpha[y, x] > 0.5)


def _box(points: Floats) -> Floats:
    low, high = points.min(axis=0), points.max(axis=0)
    return np.concatenate([low, high - low])


def _overlap(a: Floats, b: Floats) -> float:
    shared = np.minimum(a[:2] + a[2:], b[:2] + b[2:]) - np.maximum(a[:2], b[:2])
    if (shared <= 0).any():
        return 0.0
    area = float(shared.prod())
    return area / float(a[2:].prod() + b[2:].prod() - area)
