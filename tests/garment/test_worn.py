"""Worn garments as pictures of mannequins."""

import json

import cv2
import numpy as np
import pytest

from garment.pseudo import known_categories
from garment.worn import Worn, as_mannequin, main, worn_garments

NAMES = ["null", "skin", "t-shirt", "jeans", "coat", "hair", "sneakers"]
SKIN, SHIRT, JEANS, COAT, HAIR, SHOES = range(1, 7)


def dressed(height=200, width=120):
    """Labels of a standing person: head, shirt with bare arms, jeans, shoes."""
    labels = np.zeros((height, width), np.uint8)
    labels[10:30, 50:70] = HAIR
    labels[20:50, 52:68] = SKIN
    labels[50:110, 40:80] = SHIRT
    labels[50:120, 28:40] = labels[50:120, 80:92] = SKIN
    labels[110:180, 42:78] = JEANS
    labels[180:190, 42:78] = SHOES
    return labels


def of(labels, category):
    return next(w for w in worn_garments(labels, NAMES) if w.category == category)


def test_each_garment_in_sight_is_found():
    assert [w.category for w in worn_garments(dressed(), NAMES)] == ["blouse", "trousers"]


def test_what_is_below_a_coat_is_no_garment_in_sight():
    labels = dressed()
    labels[50:150, 40:52] = labels[50:150, 68:80] = COAT
    assert [w.category for w in worn_garments(labels, NAMES)] == ["outwear", "trousers"]


def test_strips_are_left_out():
    labels = dressed()
    labels[labels == JEANS] = 0
    labels[176:180, 42:50] = JEANS
    assert [w.category for w in worn_garments(labels, NAMES)] == ["blouse"]


def test_nobody_wears_nothing():
    assert worn_garments(np.zeros((50, 40), np.uint8), NAMES) == []


@pytest.mark.parametrize("seed", range(12))
def test_the_garment_stays_as_it_was_and_the_street_goes(seed):
    labels = dressed()
    photo = np.full((*labels.shape, 3), (10, 200, 10), np.uint8)
    photo[labels == SHIRT] = (200, 30, 60)
    photo[labels == SKIN] = (30, 60, 200)
    photo[labels > SHIRT] = (90, 90, 120)
    worn = of(labels, "blouse")
    picture, (x, y, width, height) = as_mannequin(photo, worn, 45.0, np.random.default_rng(seed))
    assert picture.shape == (height, width, 3)
    inside = cv2.erode(worn.garment.astype(np.uint8), np.ones((7, 7)))
    inside = inside[y : y + height, x : x + width] > 0
    assert inside.sum() > 1000
    assert np.abs(picture[inside].astype(int) - (200, 30, 60)).max() <= 2
    for colour in ((10, 200, 10), (30, 60, 200)):
        assert (np.abs(picture.astype(int) - colour).max(axis=2) < 3).mean() < 0.02


def test_garments_at_the_border_are_cropped_to_the_picture():
    mask = np.zeros((60, 40), bool)
    mask[:, :20] = True
    empty = np.zeros_like(mask)
    photo = np.full((60, 40, 3), 90, np.uint8)
    for seed in range(8):
        worn = Worn("dress", mask, empty, empty)
        picture, (x, y, *_) = as_mannequin(photo, worn, None, np.random.default_rng(seed))
        assert (x, y) == (0, 0)
        assert picture.shape[0] <= 60
        assert picture.shape[1] <= 40


def test_command_writes_what_pseudo_labels_need(tmp_path):
    people, out = tmp_path / "people", tmp_path / "worn"
    (people / "masks").mkdir(parents=True)
    labels = dressed()
    cv2.imwrite(str(people / "a.png"), np.full((*labels.shape, 3), 128, np.uint8))
    cv2.imwrite(str(people / "masks/a.png"), labels)
    (people / "masks.json").write_text(json.dumps({"labels": NAMES}))
    joints = [0.0] * 51
    joints[0:3], joints[15:18], joints[18:21] = [60, 35, 2], [78, 55, 2], [42, 55, 2]
    images = [
        {"id": 1, "file_name": "a.png", "mask": "masks/a.png"},
        {"id": 2, "file_name": "unmasked.png", "mask": None},
    ]
    annotations = [{"id": i, "image_id": i, "keypoints": joints} for i in (1, 2)]
    (people / "keypoints_train.json").write_text(
        json.dumps({"images": images, "annotations": annotations})
    )
    main(["--data", str(people), "--out", str(out)])
    photos = json.loads((out / "unlabelled.json").read_text())
    assert known_categories(photos) == {"a_blouse": "blouse", "a_trousers": "trousers"}
    assert {p["source"] for p in photos} == {"ccp"}
    assert all((out / p["file_name"]).is_file() for p in photos)
