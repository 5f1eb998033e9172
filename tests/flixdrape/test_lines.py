"""The lines of the API are those of the command line."""

import json

import pytest

from flixdrape import drape, open_picture
from flixdrape.analysis import find_garment
from flixdrape.cli import main
from flixdrape.lines import drape_line, garment_line, pose_line
from flixdrape.people import find_people
from flixdrape.samples import sample

METHOD = "topdown-heatmap"


def written(tmp_path, *arguments):
    file = tmp_path / "line.json"
    assert main([*arguments, "--json", str(file)]) == 0
    return json.loads(file.read_text())


def test_pose(tmp_path):
    path = str(sample("person_front"))
    picture = open_picture(path)
    line = pose_line(path, picture, find_people(picture, METHOD), METHOD, 0.0)
    assert {**written(tmp_path, "pose", path), "elapsed_ms": 0.0} == line


@pytest.mark.parametrize("name", ["mannequin_top", "mannequin_trousers"])
def test_garment(tmp_path, name):
    path = str(sample(name))
    picture = open_picture(path)
    line = garment_line(path, picture, find_garment(picture), 0.0)
    assert {**written(tmp_path, "garment", path), "elapsed_ms": 0.0} == line


@pytest.mark.parametrize("names", [["mannequin_top"], ["mannequin_trousers", "mannequin_top"]])
def test_drape(tmp_path, names):
    garments, person = [str(sample(name)) for name in names], str(sample("person_front"))
    out = str(tmp_path / "out.png")
    line = drape_line(garments, person, out, drape(garments, person))
    said = written(tmp_path, "drape", *garments, person, "-o", out)
    assert said.keys() == line.keys()
    for key in said.keys() - {"timing_ms"}:
        assert said[key] == line[key], key
