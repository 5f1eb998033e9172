"""People dressed anew for the parser to learn from."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

from flixdrape import DrapeOptions, analyse_garment, analyse_person
from flixdrape.samples import sample
from garment import CATEGORIES, FASHIONAI_24
from pose import COCO_17, PARTS
from pose.engine.dataset import Sample
from pose.engine.segmentation import UNKNOWN
from pose.parsing_data import LabelledPerson

TOOL = Path(__file__).parents[1] / "tools" / "draped_people.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("draped_people", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def labelled(path, keypoints, **attributes):
    there = keypoints.scores > 0
    return Sample(path, keypoints.xy, there, ~there, attributes)


@pytest.fixture(scope="module")
def person():
    wearer = analyse_person(str(sample("person_front"))).wearer
    assert wearer.joints.schema == COCO_17
    found = labelled(sample("person_front"), wearer.joints)
    return LabelledPerson(found, wearer.parsing.labels())


@pytest.fixture(scope="module")
def dress(tool):
    path = sample("mannequin_dress")
    found = analyse_garment(str(path), category="dress").garment.keypoints
    assert found.schema == FASHIONAI_24
    return tool._Hashed(labelled(path, found, category=CATEGORIES.index("dress"), view=0))


def test_parts_follow_what_was_put_on(tool, person, dress, tmp_path):
    file = tmp_path / "ccp_1-0-0.jpg"
    tool.write(file, person, [dress], DrapeOptions())
    picture, parts = cv2.imread(str(file)), cv2.imread(str(file.with_suffix(".png")), 0)
    assert picture.shape[:2] == parts.shape == person.parts.shape
    assert set(np.unique(parts)) <= {*range(len(PARTS)), UNKNOWN}
    worn = {name: (parts == PARTS.index(name)).sum() for name in PARTS}
    before = {name: (person.parts == PARTS.index(name)).sum() for name in PARTS}
    assert before["dress"] < 0.1 * before["top"] < 0.1 * worn["dress"]
    assert worn["top"] < 0.05 * before["top"]
    assert worn["face"] > 0.8 * before["face"]


def test_poor_drapes_are_not_kept(tool, person, dress, tmp_path, monkeypatch):
    file = tmp_path / "ccp_1-0-0.jpg"
    monkeypatch.setattr(tool, "poor", lambda report: report["category"] == "dress")
    tool.write(file, person, [dress], DrapeOptions())
    assert not list(tmp_path.iterdir())


def test_what_nobody_knows_stays_unknown(tool, person):
    parts = person.parts.copy()
    parts[:20] = UNKNOWN
    wearer = tool.worn_by(LabelledPerson(person.sample, parts))
    assert wearer.part("dress", "top", "outer")[:10].max() < 0.5
    assert wearer.parsing.of(*PARTS) == pytest.approx(np.ones(wearer.shape), abs=1e-3)
