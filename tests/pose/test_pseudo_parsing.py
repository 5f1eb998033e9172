"""Guessed parts of people without masks."""

import json

import cv2
import numpy as np
import pytest
from test_parsing_data import body_mask, write_people

from pose.engine.augment import Augmentation
from pose.engine.dataset import read_coco
from pose.engine.segmentation import UNKNOWN
from pose.keypoints import COCO_17
from pose.parsing import Parsing
from pose.parsing_batches import ParsingBatches
from pose.parsing_data import read_pseudo_people
from pose.parts import PARTS
from pose.pseudo_parsing import main, read_worn, sure_parts, unlabelled_people


def test_what_is_unsure_stays_unknown_and_beyond_the_crop_is_background():
    planes = np.zeros((len(PARTS), 4, 4), np.float32)
    planes[PARTS.index("dress"), :2] = 0.8
    planes[0, :2] = 0.2
    planes[PARTS.index("top"), 2:] = planes[PARTS.index("outer"), 2:] = 0.5
    parts = sure_parts(Parsing(planes, (2, 3, 4, 4), (10, 10)))
    assert (parts[3:5, 2:6] == PARTS.index("dress")).all()
    assert (parts[5:7, 2:6] == UNKNOWN).all()
    assert (parts[:3] == 0).all()


def test_other_letters_are_an_error(tmp_path):
    file = tmp_path / "worn.json"
    file.write_text(json.dumps({"ccp_1": "TQ"}))
    with pytest.raises(ValueError, match=r"ccp_1 has Q"):
        read_worn(file)


def test_the_shipped_file_can_be_read():
    assert len(read_worn()) > 1000


def test_command_labels_only_people_without_masks(tmp_path, monkeypatch):
    monkeypatch.setattr("pose.pseudo_parsing.read_worn", lambda: {"outlined": "D", "plain": "D"})
    write_people(tmp_path, {"outlined": body_mask("dress"), "plain": body_mask("dress")})
    file = tmp_path / "keypoints_train.json"
    data = json.loads(file.read_text())
    data["images"][0]["mask"] = "masks/outlined.png"
    data["images"][1]["mask"] = None
    file.write_text(json.dumps(data))
    assert len(unlabelled_people(read_coco(file, COCO_17), "lspet")) == 0
    out = tmp_path / "guessed"
    main(["--data", str(tmp_path), "--out", str(out)])
    assert [path.name for path in out.iterdir()] == ["plain.png"]
    (person,) = read_pseudo_people(tmp_path, out)
    assert person.sample.path.stem == "plain"
    assert person.parts.shape == (280, 200)
    assert set(np.unique(person.parts)) <= {*range(len(PARTS)), UNKNOWN}


def test_unknown_pixels_are_counted_for_no_part(tmp_path):
    write_people(tmp_path, {"a": body_mask("dress")})
    guessed = np.full((280, 200), UNKNOWN, np.uint8)
    guessed[:100] = PARTS.index("hair")
    (tmp_path / "guessed").mkdir()
    cv2.imwrite(str(tmp_path / "guessed" / "a.png"), guessed)
    batches = ParsingBatches(
        read_pseudo_people(tmp_path, tmp_path / "guessed"), (48, 64), Augmentation()
    )
    counts = batches.counts()
    assert counts[PARTS.index("hair")] == 100 * 200
    assert counts.sum() == 100 * 200
