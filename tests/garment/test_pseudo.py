"""Pseudo-labels: what photos are known to show, and labels given another category."""

import json

import cv2
import numpy as np
import pytest

from garment import corners_by_eye, pseudo
from garment.landmarks import CATEGORIES, FASHIONAI_24, LANDMARKS_OF
from garment.pseudo import BY_EYE, known_categories, main, recategorised
from garment.read_by_eye import read_by_eye


@pytest.fixture(autouse=True)
def read(monkeypatch):
    """What was read by eye of some photos."""
    letters = {"jacket": "oz", "unclear": "on?", "unsure": "bh?"}
    monkeypatch.setattr(pseudo, "read_by_eye", lambda: letters)


def label(category, names):
    rows = np.zeros((24, 3))
    for number, name in enumerate(names):
        rows[FASHIONAI_24.index(name)] = (10 * number, 20, 2)
    return {"category_id": CATEGORIES.index(category) + 1, "keypoints": rows.ravel().tolist()}


def test_what_was_read_by_eye_goes_before_the_collections_own_word():
    said = {"jacket": "blouse", "unclear": "blouse", "unsure": "blouse", "x": "skirt", "y": None}
    photos = [{"file_name": f"images/{stem}.webp", "category": c} for stem, c in said.items()]
    assert known_categories(photos) == {"jacket": "outwear", "unsure": "blouse", "x": "skirt"}


def test_another_category_keeps_what_means_the_same():
    names = [name for name in LANDMARKS_OF["blouse"] if name in LANDMARKS_OF["outwear"]]
    changed = recategorised(label("blouse", names), "outwear")
    assert changed["category_id"] == CATEGORIES.index("outwear") + 1
    rows = np.asarray(changed["keypoints"]).reshape(-1, 3)
    kept = {FASHIONAI_24.names[i] for i in np.flatnonzero(rows[:, 2])}
    assert kept == set(names) - {"center_front"}
    assert changed["region"] == [0.0, 20.0, 10.0 * (len(names) - 1), 0.0]


def test_the_same_category_changes_nothing():
    annotation = label("blouse", LANDMARKS_OF["blouse"])
    assert recategorised(annotation, "blouse") == annotation


@pytest.mark.parametrize("category", ["blouse", None])
def test_an_earlier_file_is_recategorised(tmp_path, category):
    jacket = "jacket"
    photos = [{"file_name": f"images/{jacket}.webp", "category": category}]
    (tmp_path / "unlabelled.json").write_text(json.dumps(photos))
    image = {"id": 7, "file_name": f"/far/{jacket}.webp", "width": 300, "height": 400}
    earlier = {
        "images": [image],
        "annotations": [{"id": 3, "image_id": 7, **label("blouse", LANDMARKS_OF["blouse"])}],
    }
    (tmp_path / "earlier.json").write_text(json.dumps(earlier))
    out = tmp_path / "new" / "pseudo.json"
    main(["--data", str(tmp_path), "--from", str(tmp_path / "earlier.json"), "--out", str(out)])
    written = json.loads(out.read_text())
    assert written["annotations"][0]["category_id"] == CATEGORIES.index("outwear") + 1
    assert written["annotations"][0]["image_id"] == written["images"][0]["id"] == 0


@pytest.mark.parametrize("letters", ["qz", "bx", "bz!", "b", ""])
def test_other_letters_are_an_error(tmp_path, letters):
    file = tmp_path / "other.json"
    file.write_text(json.dumps({"a": letters}))
    with pytest.raises(ValueError, match="a has"):
        read_by_eye(file)


def noted(category="outwear", corners=(30.0, 40.5)):
    return {"category": category, "view": "back", "corners": [*corners, *[0] * 46]}


@pytest.mark.parametrize("known", [True, False])
def test_corners_put_right_by_eye_stand_in_place_of_looks(tmp_path, monkeypatch, known):
    """No network is asked, whatever the collection says of the category."""
    monkeypatch.setattr(pseudo, "corners_by_eye", lambda: {"seen": noted()})
    monkeypatch.setattr(pseudo.GarmentEstimator, "load", lambda **_: None)
    photo = {"file_name": "images/seen.png", "category": "blouse" if known else None}
    (tmp_path / "unlabelled.json").write_text(json.dumps([photo]))
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "seen.png"), np.zeros((60, 50, 3), np.uint8))
    out = tmp_path / "pseudo.json"
    main(["--data", str(tmp_path), "--out", str(out)])
    written = json.loads(out.read_text())
    assert written["images"][0]["scene"] == BY_EYE
    annotation = written["annotations"][0]
    assert annotation["category_id"] == CATEGORIES.index("outwear") + 1
    assert annotation["keypoints"][:6] == [30.0, 40.5, 2, 0, 0, 0]
    assert annotation["view"] == "back"


def test_an_earlier_file_takes_the_corners_put_right_since(tmp_path, monkeypatch):
    monkeypatch.setattr(pseudo, "corners_by_eye", lambda: {"seen": noted("dress")})
    (tmp_path / "unlabelled.json").write_text("[]")
    image = {"id": 7, "file_name": "/far/seen.webp", "width": 300, "height": 400}
    earlier = {
        "images": [{**image, "scene": "pseudo"}],
        "annotations": [{"id": 3, "image_id": 7, **label("blouse", LANDMARKS_OF["blouse"])}],
    }
    (tmp_path / "earlier.json").write_text(json.dumps(earlier))
    out = tmp_path / "pseudo.json"
    main(["--data", str(tmp_path), "--from", str(tmp_path / "earlier.json"), "--out", str(out)])
    written = json.loads(out.read_text())
    assert written["images"][0]["scene"] == BY_EYE
    assert written["annotations"][0]["category_id"] == CATEGORIES.index("dress") + 1


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (noted("hat"), "hat"),
        ({**noted(), "view": "side"}, "side"),
        ({**noted(), "corners": [1, 2]}, "2 numbers"),
    ],
)
def test_other_notes_of_corners_are_an_error(tmp_path, note, said):
    file = tmp_path / "corners.json"
    file.write_text(json.dumps({"a": note}))
    with pytest.raises(ValueError, match=said):
        corners_by_eye.corners_by_eye(file)


def test_corners_that_were_read_belong_to_their_category():
    for stem, note in corners_by_eye.corners_by_eye().items():
        points = np.reshape(note["corners"], (24, 2))
        there = {FASHIONAI_24.names[i] for i in np.flatnonzero(points.any(axis=1))}
        assert there <= set(LANDMARKS_OF[note["category"]]), stem
        assert len(there) >= 4, stem
        assert (points >= 0).all(), stem
