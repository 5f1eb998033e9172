"""Masks of people: labels merged by name, skin told apart by the skeleton."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from figure import FIGURE

from pose.keypoints import COCO_17
from pose.parsing_data import (
    MERGED,
    merge_labels,
    read_draped_people,
    read_people,
    split_skin,
)
from pose.parts import PARTS

DATA = Path(os.environ.get("FLIXDRAPE_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_photos = pytest.mark.skipif(not DATA.is_dir(), reason=f"no training data at {DATA}")

JOINTS = FIGURE + (100, 140)
ALL = np.ones(17, bool)
# Clothing Co-Parsing's labels.
LABELS = [
    *("null", "accessories", "bag", "belt", "blazer", "blouse", "bodysuit", "boots"),
    *("bra", "bracelet", "cape", "cardigan", "clogs", "coat", "dress", "earrings"),
    *("flats", "glasses", "gloves", "hair", "hat", "heels", "hoodie", "intimate"),
    *("jacket", "jeans", "jumper", "leggings", "loafers", "necklace", "panties", "pants"),
    *("pumps", "purse", "ring", "romper", "sandals", "scarf", "shirt", "shoes"),
    *("shorts", "skin", "skirt", "sneakers", "socks", "stockings", "suit", "sunglasses"),
    *("sweater", "sweatshirt", "swimwear", "t-shirt", "tie", "tights", "top", "vest"),
    *("wallet", "watch", "wedges"),
]


def at(parts, point):
    x, y = np.round(point).astype(int)
    return PARTS[parts[y, x]]


def test_every_label_belongs_to_one_part():
    members = [name for names in MERGED.values() for name in names]
    assert len(LABELS) == 59
    assert sorted([*members, "skin"]) == sorted(LABELS)
    assert set(MERGED) | {"face", "arms", "legs"} == set(PARTS)


def test_labels_are_merged_by_name_not_by_value():
    labels = np.arange(59, dtype=np.uint8).repeat(4)[None].repeat(300, 0)
    for names in (LABELS, LABELS[::-1]):
        parts = merge_labels(labels, names, JOINTS, ALL)
        for part, members in MERGED.items():
            columns = np.isin(labels, [names.index(name) for name in members])
            assert (parts[columns] == PARTS.index(part)).all()


def test_unknown_labels_are_refused():
    with pytest.raises(ValueError, match="toga"):
        merge_labels(np.zeros((4, 4), np.uint8), ("null", "toga"), JOINTS, ALL)


def test_skin_is_split_by_the_nearest_limb():
    skin = np.ones((280, 200), bool)
    parts = split_skin(skin, JOINTS, ALL)
    joint = {name: JOINTS[i] for i, name in enumerate(COCO_17.names)}
    assert at(parts, joint["nose"]) == "face"
    assert at(parts, joint["nose"] + (0, 30)) == "face"
    for side, outwards in (("left", 1), ("right", -1)):
        assert at(parts, joint[f"{side}_elbow"]) == "arms"
        assert at(parts, joint[f"{side}_wrist"] + (outwards, 12)) == "arms"
        assert at(parts, joint[f"{side}_knee"]) == "legs"
        assert at(parts, joint[f"{side}_ankle"] + (0, 10)) == "legs"
        assert at(parts, joint[f"{side}_shoulder"]) == "arms"


def test_a_face_stays_one_however_much_skin_it_is_joined_to():
    skin = np.ones((280, 200), bool)
    skin[:20] = False
    assert at(split_skin(skin, JOINTS, ALL), JOINTS[0]) == "face"


def test_a_hand_before_a_covered_thigh_is_no_leg():
    joints = JOINTS.copy()
    joints[COCO_17.index("left_wrist")] = joints[COCO_17.index("left_hip")] + (0, 20)
    skin = np.zeros((280, 200), bool)
    x, y = np.round(joints[COCO_17.index("left_wrist")]).astype(int)
    skin[y - 4 : y + 12, x - 5 : x + 6] = True
    assert at(split_skin(skin, joints, ALL), (x, y)) == "arms"
    assert set(np.unique(split_skin(skin, joints, ALL)[skin])) == {PARTS.index("arms")}


def test_what_is_not_skin_stays_zero_and_unknown_joints_are_left_out():
    skin = np.zeros((280, 200), bool)
    skin[40:50, 95:105] = True
    parts = split_skin(skin, JOINTS, ALL)
    assert (parts[~skin] == 0).all()
    no_legs = ALL.copy()
    no_legs[11:] = False
    assert PARTS.index("legs") not in split_skin(np.ones_like(skin), JOINTS, no_legs)
    nothing = split_skin(skin, JOINTS, ~ALL)
    assert (nothing[skin] == PARTS.index("face")).all()


def write_people(folder, masks):
    """Write one photo, its joints and its mask for each name."""
    (folder / "masks").mkdir()
    images, annotations, listed = [], [], []
    for index, (name, mask) in enumerate(masks.items()):
        height, width = mask.shape
        photo = np.random.default_rng(index).integers(0, 256, (height, width, 3)).astype(np.uint8)
        cv2.imwrite(str(folder / f"{name}.png"), photo)
        cv2.imwrite(str(folder / "masks" / f"{name}.png"), mask)
        images.append({"id": index, "file_name": f"{name}.png", "source": "ccp"})
        rows = np.column_stack([JOINTS, np.full(17, 2)])
        annotations.append({"id": index, "image_id": index, "keypoints": rows.ravel().tolist()})
        listed.append(f"masks/{name}.png")
    categories = [{"id": 1, "name": "person", "keypoints": list(COCO_17.names)}]
    data = {"images": images, "annotations": annotations, "categories": categories}
    for split in ("train", "val"):
        (folder / f"keypoints_{split}.json").write_text(json.dumps(data))
    splits = {"labels": LABELS, "splits": {"train": listed, "val": listed}}
    (folder / "masks.json").write_text(json.dumps(splits))


def body_mask(label):
    mask = np.zeros((280, 200), np.uint8)
    mask[20:265, 55:145] = LABELS.index(label)
    return mask


def test_masks_of_somebody_else_are_left_out(tmp_path):
    elsewhere = np.roll(body_mask("dress"), 110, axis=1)
    empty = np.zeros((280, 200), np.uint8)
    write_people(tmp_path, {"right": body_mask("dress"), "wrong": elsewhere, "none": empty})
    people = read_people(tmp_path, "train")
    assert [person.sample.path.stem for person in people] == ["right"]
    assert (people[0].parts == PARTS.index("dress") * (body_mask("dress") > 0)).all()
    with pytest.raises(ValueError, match="no split"):
        read_people(tmp_path, "test")


def test_denim_above_the_hips_is_no_pair_of_trousers(tmp_path):
    write_people(tmp_path, {"ccp_0831": body_mask("jeans"), "ccp_0001": body_mask("jeans")})
    jacket, trousers = read_people(tmp_path, "train")
    assert at(jacket.parts, (100, 100)) == "outer"
    assert at(jacket.parts, (100, 200)) == "bottom"
    assert at(trousers.parts, (100, 100)) == "bottom"


@needs_photos
def test_the_labels_are_those_of_the_data():
    listed = json.loads((DATA / "people" / "masks.json").read_text())
    assert listed["labels"] == LABELS
    people = read_people(DATA / "people", "val")
    assert len(people) == 87
    for person in people[:5]:
        face = at(person.parts, person.sample.points[0])
        assert face in {"face", "accessories", "hair"}


def test_people_dressed_anew_have_the_joints_of_their_photo(tmp_path):
    write_people(tmp_path, {"ccp_1": body_mask("dress"), "ccp_2": body_mask("dress")})
    draped = tmp_path / "draped"
    draped.mkdir()
    parts = np.full((280, 200), PARTS.index("outer"), np.uint8)
    for name in ("ccp_2-0-7", "ccp_2-1-3"):
        cv2.imwrite(str(draped / f"{name}.jpg"), np.zeros((280, 200, 3), np.uint8))
        cv2.imwrite(str(draped / f"{name}.png"), parts)
    first, second = read_draped_people(tmp_path, draped)
    assert first.sample.path == draped / "ccp_2-0-7.jpg"
    assert second.sample.path == draped / "ccp_2-1-3.jpg"
    assert first.sample.points.tolist() == second.sample.points.tolist()
    assert (first.parts == PARTS.index("outer")).all()


def test_a_picture_of_nobody_is_refused(tmp_path):
    write_people(tmp_path, {"ccp_1": body_mask("dress")})
    (tmp_path / "ccp_9-0-0.jpg").touch()
    with pytest.raises(ValueError, match="ccp_9"):
        read_draped_people(tmp_path, tmp_path)
