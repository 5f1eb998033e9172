"""Kinds of clothes put right by eye."""

import json

import numpy as np
import pytest
from test_parsing_data import body_mask, write_people

from pose.engine.segmentation import UNKNOWN
from pose.parsing_data import read_people
from pose.part_corrections import correct, read_corrections
from pose.parts import PARTS

TOP, OUTER, DRESS = PARTS.index("top"), PARTS.index("outer"), PARTS.index("dress")


def two_tops():
    parts = np.zeros((10, 20), np.uint8)
    parts[2:8, 2:8] = parts[2:8, 12:18] = TOP
    return parts


def test_one_patch_changes_and_the_other_stays():
    right = correct(two_tops(), {"15,5": "outer"})
    assert (right[2:8, 12:18] == OUTER).all()
    assert (right[2:8, 2:8] == TOP).all()
    assert (right[:2] == 0).all()


def test_a_part_changes_wherever_it_is():
    right = correct(two_tops(), {"top": "dress"})
    assert ((right == DRESS) == (two_tops() == TOP)).all()


def test_what_nobody_knows_teaches_nothing():
    assert (correct(two_tops(), {"3,3": "?"})[2:8, 2:8] == UNKNOWN).all()


def test_patches_are_looked_up_in_what_was_drawn():
    parts = two_tops()
    parts[0, :] = OUTER
    right = correct(parts, {"top": "outer", "outer": "hair"})
    assert (right[0] == PARTS.index("hair")).all()
    assert (right[2:8, 2:8] == OUTER).all()


@pytest.mark.parametrize("key", ["trousers", "20,3", "3,10", "-1,2", "3"])
def test_a_place_that_is_none_is_an_error(key):
    with pytest.raises(ValueError, match=key):
        correct(two_tops(), {key: "top"})


def test_an_unknown_part_is_an_error(tmp_path):
    file = tmp_path / "corrections.json"
    file.write_text(json.dumps({"ccp_1": {"top": "jacket"}}))
    with pytest.raises(ValueError, match=r"ccp_1.*jacket"):
        read_corrections(file)


def test_the_shipped_corrections_name_parts_or_pixels():
    for stem, corrections in read_corrections().items():
        assert stem.startswith("ccp_")
        for key in corrections:
            assert key in PARTS or [v.isdigit() for v in key.split(",")] == [True, True]


def test_people_are_read_as_drawn_or_put_right(tmp_path, monkeypatch):
    write_people(tmp_path, {"a": body_mask("dress")})
    monkeypatch.setattr("pose.parsing_data.read_corrections", lambda: {"a": {"dress": "outer"}})
    (drawn,) = read_people(tmp_path, "train")
    (right,) = read_people(tmp_path, "train", corrected=True)
    assert (drawn.parts == DRESS).any()
    assert ((right.parts == OUTER) == (drawn.parts == DRESS)).all()
