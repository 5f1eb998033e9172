"""Self-training: labels for unlabelled garments that survive looking again.

``python -m garment.pseudo --data FOLDER --out FILE`` looks at every photo of
``unlabelled.json`` several times, mirrored, nearer, farther and turned, and keeps the landmarks
on which the looks agree; where they do not, the photo's known category alone. What it writes is
a COCO keypoint file for training; it is never validation.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from garment.estimator import GarmentEstimator
from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF, VIEWS
from garment.metrics import normalisers
from pose.engine.crop import apply_homography
from pose.engine.dataset import read_rgb
from pose.engine.predictor import Prediction

__all__ = ["consistent_labels", "main"]

# Categories of the collection that do not settle ours: among its tops are zipped jackets and
# cardigans, which the labelled photos call outerwear.
_UNCLEAR = (None, "blouse")
_ANGLES = (-12.0, 9.0)
_SCALES = (1.15, 0.9)


def consistent_labels(
    estimator: GarmentEstimator,
    image: NDArray[np.uint8],
    category: str | None,
    *,
    agreement: float = 0.06,
    least_share: float = 0.75,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], str, str] | None:
    """Label one photo, if repeated looks agree.

    Parameters
    ----------
    estimator : GarmentEstimator
        With flip test, so that each look is two.
    image : (H, W, 3) uint8 array
        The photo.
    category : str or None
        What the photo is known to show; the network must think so too.
    agreement : float
        Largest distance of any look from their mean, over the garment's own length.
    least_share : float
        Share of the present landmarks that must agree.

    Returns
    -------
    points (24, 2), labelled (24,), category, view; or None where the looks differ.
    """
    first = _largest(estimator, image)
    answer = CATEGORIES[int(first.attributes["category"].argmax())]
    if category is not None and category != answer:
        return None
    if first.attributes["category"].max() < (0.6 if category else 0.9):
        return None
    looks = [first, *_other_looks(estimator, image, first)]
    points = np.stack([look.keypoints.xy for look in looks])
    presence = np.stack([look.presence for look in looks])
    allowed = np.array([name in LANDMARKS_OF[answer] for name in FASHIONAI_24.names])
    there = allowed & (presence > 0.5).all(axis=0)
    unclear = allowed & ~there & (presence > 0.3).any(axis=0)
    mean = points.mean(axis=0)
    if there.sum() < 4:
        return None
    length = normalisers(mean[None], there[None], [answer])[0]
    spread = np.linalg.norm(points - mean, axis=2).max(axis=0) / max(length, 1.0)
    agreed = there & (spread <= agreement)
    if agreed.sum() < least_share * there.sum() or unclear.sum() > 2:
        return None
    view = VIEWS[int(first.attributes["view"].argmax())]
    return mean, agreed, answer, view


def _largest(estimator: GarmentEstimator, image: NDArray[np.uint8]) -> Prediction:
    return max(estimator.candidates(image), key=lambda p: p.box[2] * p.box[3])


def _other_looks(
    estimator: GarmentEstimator, image: NDArray[np.uint8], first: Prediction
) -> list[Prediction]:
    """Look again at the same garment, turned and at other distances."""
    x, y, width, height = first.keypoints.bbox(0.2)
    looks = []
    for scale, angle in zip(_SCALES, _ANGLES, strict=True):
        centre = (x + width / 2, y + height / 2)
        turn = np.vstack([cv2.getRotationMatrix2D(centre, angle, 1.0), [0, 0, 1]])
        turned = cv2.warpPerspective(
            image, turn, (image.shape[1], image.shape[0]), borderMode=cv2.BORDER_REPLICATE
        )
        box = (
            x - width * (scale - 1) / 2,
            y - height * (scale - 1) / 2,
            width * scale,
            height * scale,
        )
        look = estimator.in_boxes(np.asarray(turned, np.uint8), [box])[0]
        back = apply_homography(np.linalg.inv(turn), look.keypoints.xy)
        look.keypoints.xy[:] = back
        looks.append(look)
    return looks


def _landmarks(
    found: tuple[NDArray[np.float64], NDArray[np.bool_], str, str],
) -> dict[str, Any]:
    points, labelled, category, view = found
    rows = np.column_stack([points, 2.0 * labelled]) * labelled[:, None]
    return {
        "category_id": CATEGORIES.index(category) + 1,
        "keypoints": rows.round(1).ravel().tolist(),
        "view": view,
    }


def _category_only(
    estimator: GarmentEstimator, image: NDArray[np.uint8], category: str
) -> dict[str, Any]:
    """Where the looks differ the photo still teaches what it shows, around where it was seen."""
    box = _largest(estimator, image).keypoints.bbox(0.2)
    return {
        "category_id": CATEGORIES.index(category) + 1,
        "keypoints": [0] * (3 * len(FASHIONAI_24)),
        "region": [round(v, 1) for v in box],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write pseudo-labels as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m garment.pseudo")
    parser.add_argument("--data", type=Path, required=True, help="folder of unlabelled.json")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    args = parser.parse_args(arguments)
    estimator = GarmentEstimator.load(weights=args.weights)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    labelled_count = 0
    photos = json.loads((args.data / "unlabelled.json").read_text())
    for photo in tqdm(photos, mininterval=20):
        path = (args.data / photo["file_name"]).resolve()
        image = read_rgb(path)
        found = consistent_labels(estimator, image, photo["category"])
        if found is None and photo["category"] in _UNCLEAR:
            continue
        annotation = (
            _landmarks(found)
            if found is not None
            else _category_only(estimator, image, photo["category"])
        )
        labelled_count += found is not None
        images.append(
            {
                "id": len(images),
                "file_name": str(path),
                "width": image.shape[1],
                "height": image.shape[0],
                "source": "clothing-dataset",
                "scene": "pseudo",
            }
        )
        annotations.append({"id": len(annotations), "image_id": len(images) - 1, **annotation})
    categories = [
        {"id": i + 1, "name": name, "keypoints": list(FASHIONAI_24.names)}
        for i, name in enumerate(CATEGORIES)
    ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories})
    )
    print(f"{labelled_count} of {len(photos)} photos labelled, {len(images)} kept in {args.out}")


if __name__ == "__main__":
    main()
