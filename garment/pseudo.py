"""Self-training: labels for unlabelled garments that survive looking again.

``python -m garment.pseudo --data FOLDER --out FILE`` looks at every photo of
``unlabelled.json`` several times, mirrored, nearer, farther and turned, and keeps the landmarks
on which the looks agree; where they do not, the photo's known category alone. What it writes is
a COCO keypoint file for training; it is never validation.

The collection files zipped jackets, cardigans and hoodies under long sleeves and shirts, where
our categories call what opens all the way down the front outerwear. What was read by eye
(`garment.read_by_eye`) goes before its word; where the reader was not sure and differs, the
category is not known. Corners that were put right by eye (`garment.corners_by_eye`) stand in place
of looks.
``--from FILE`` gives an earlier file the categories known now, without looking at photos again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from garment.corners_by_eye import annotation_by_eye, corners_by_eye
from garment.estimator import GarmentEstimator
from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF, VIEWS
from garment.metrics import normalisers
from garment.read_by_eye import category_read, read_by_eye
from pose.engine.crop import apply_homography
from pose.engine.dataset import read_rgb
from pose.engine.predictor import Prediction

__all__ = ["BY_EYE", "consistent_labels", "known_categories", "main", "recategorised"]

#: The scene of photos whose corners were put right by eye; of the others it is ``pseudo``.
BY_EYE = "by eye"

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


def known_categories(photos: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what each photo is known to show, by its file's stem; none where it is not known.

    Parameters
    ----------
    photos : sequence of mapping
        Entries of ``unlabelled.json``: `file_name` and the collection's `category`, or None.

    Examples
    --------
    >>> known_categories([{"file_name": "images/a.webp", "category": "skirt"}])
    {'a': 'skirt'}
    """
    read, known = read_by_eye(), {}
    for photo in photos:
        stem, said = Path(photo["file_name"]).stem, photo["category"]
        letters = read.get(stem)
        category = said if letters is None else category_read(letters)
        if letters is not None and letters.endswith("?") and category != said:
            continue
        if category in CATEGORIES:
            known[stem] = category
    return known


def recategorised(annotation: Mapping[str, Any], category: str) -> dict[str, Any]:
    """Give a pseudo-label another category: of its landmarks those stay that mean the same in both.

    The front's centre does not: on what opens it is where the two sides meet.
    """
    number = CATEGORIES.index(category) + 1
    if annotation["category_id"] == number:
        return dict(annotation)
    shared = set(LANDMARKS_OF[category]) - {"center_front"}
    rows = np.asarray(annotation["keypoints"], dtype=np.float64).reshape(-1, 3)
    box = annotation.get("region") or _box_of(rows)
    keep = np.array([name in shared for name in FASHIONAI_24.names])
    points = (rows * keep[:, None]).ravel().tolist()
    return {**annotation, "category_id": number, "keypoints": points, "region": box}


def _box_of(rows: NDArray[np.float64]) -> list[float]:
    points = rows[rows[:, 2] > 0, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    return [round(float(v), 1) for v in (*low, *(high - low))]


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
    parser.add_argument("--from", dest="earlier", type=Path, help="an earlier file, recategorised")
    args = parser.parse_args(arguments)
    photos = json.loads((args.data / "unlabelled.json").read_text())
    known, by_eye = known_categories(photos), corners_by_eye()
    if args.earlier:
        labels = _earlier_labels(args.earlier, known, by_eye)
    else:
        estimator = GarmentEstimator.load(weights=args.weights)
        useful = {*known, *by_eye}
        wanted = [photo for photo in photos if Path(photo["file_name"]).stem in useful]
        labels = _new_labels(estimator, args.data.resolve(), wanted, known, by_eye)
    _write(args.out, labels)


def _earlier_labels(
    file: Path, known: Mapping[str, str], by_eye: Mapping[str, dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    earlier = json.loads(file.read_text())
    images = {image["id"]: image for image in earlier["images"]}
    for annotation in earlier["annotations"]:
        image = images[annotation["image_id"]]
        stem = Path(image["file_name"]).stem
        if stem in by_eye:
            yield {**image, "scene": BY_EYE}, annotation_by_eye(by_eye[stem])
        elif stem in known:
            yield image, recategorised(annotation, known[stem])


def _new_labels(
    estimator: GarmentEstimator,
    folder: Path,
    photos: Sequence[Mapping[str, Any]],
    known: Mapping[str, str],
    by_eye: Mapping[str, dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for photo in tqdm(photos, mininterval=20):
        path = folder / photo["file_name"]
        picture = read_rgb(path)
        image = {
            "file_name": str(path),
            "width": picture.shape[1],
            "height": picture.shape[0],
            "source": photo.get("source", "clothing-dataset"),
            "scene": BY_EYE if path.stem in by_eye else "pseudo",
        }
        if path.stem in by_eye:
            yield image, annotation_by_eye(by_eye[path.stem])
            continue
        category = known[path.stem]
        found = consistent_labels(estimator, picture, category)
        if found is not None:
            yield image, _landmarks(found)
        else:
            yield image, _category_only(estimator, picture, category)


def _write(file: Path, labels: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (image, annotation) in enumerate(labels):
        images.append({**image, "id": number})
        annotations.append({**annotation, "id": number, "image_id": number})
    categories = [
        {"id": i + 1, "name": name, "keypoints": list(FASHIONAI_24.names)}
        for i, name in enumerate(CATEGORIES)
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories})
    )
    labelled = sum(any(a["keypoints"]) for a in annotations)
    print(f"{labelled} of {len(images)} photos with landmarks, the others by category: {file}")


if __name__ == "__main__":
    main()
