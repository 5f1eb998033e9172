from unittest import mock

import numpy as np
import pytest

from flixdrape.corrections import Corrections
from flixdrape.errors import UnusableInputError
from flixdrape.options import DrapeOptions
from flixdrape.samples import sample
from flixdrape.settings import read_settings, settings_json
from flixdrape.studio import controls
from flixdrape.studio.actions import drape_session
from flixdrape.studio.drawing import parts_drawn
from flixdrape.studio.serve import read_auth
from flixdrape.studio.session import Session
from pose import PARTS


@pytest.fixture(scope="module")
def session():
    return Session(str(sample("mannequin_top")), str(sample("person_front")))


def test_a_corrected_point_changes_the_drape_and_no_network_runs(session):
    before = drape_session(session, DrapeOptions()).result.image
    place = session.keypoints("person").named()["left_shoulder"]
    chosen = session.click("person", place)
    assert chosen.selected == {"person": "left_shoulder"}
    moved = chosen.click("person", (place[0] + 30, place[1] + 20))
    refuse = mock.Mock(side_effect=AssertionError("a network ran"))
    with (
        mock.patch("flixdrape.studio.analyses.analyse_garment", refuse),
        mock.patch("flixdrape.studio.analyses.analyse_person", refuse),
    ):
        after = drape_session(moved, DrapeOptions()).result.image
    assert np.abs(after.astype(int) - before).max() > 20
    assert moved.undone().corrections == Corrections()


def test_another_photo_drops_the_old_ones_corrections(session):
    moved = session.corrected(session.corrections.moved("garment", "neckline_left", (5.0, 6.0)))
    assert moved.with_photo("garment", "other.jpg").corrections.corners == {}


def test_another_person_drops_what_was_worn(session):
    told = session.corrected(Corrections(worn=("dress",)))
    assert told.person_analysis().wearer.parsing.clothes() == ("dress",)
    assert told.with_photo("person", "other.jpg").corrections.worn == ()


def test_a_patch_is_said_to_be_something_and_taken_back(session):
    told = session.say("accessories", 400, 520)
    assert told.corrections.patches == ((400.0, 520.0, "accessories"),)
    labels = told.person_analysis().wearer.parsing.labels()
    assert labels[520, 400] == PARTS.index("accessories")
    assert told.undone().corrections == Corrections()
    assert told.with_photo("person", "other.jpg").corrections.patches == ()
    with pytest.raises(UnusableInputError, match="Choose what it is first"):
        session.say(None, 400, 520)
    with pytest.raises(UnusableInputError, match="outside what was looked at"):
        session.say("top", 40_000, 520)


def test_the_picture_of_parts_tints_the_person_alone(session):
    photo = session.person_analysis().photo.rgb
    told = session.say("accessories", 400, 520)
    drawn = parts_drawn(told.person_analysis(), told.corrections.patches)
    changed = np.abs(drawn.astype(int) - photo).max(axis=2) > 10
    background = session.person_analysis().wearer.parsing.of("background")
    assert changed[background < 0.1].mean() > 0.9
    assert changed[background > 0.9].mean() < 0.02


def test_settings_come_back(tmp_path):
    import json

    corrections = Corrections({"neckline_left": (5.0, 6.0)}, {"nose": (1.0, 2.0)}, "dress", None, 1)
    file = tmp_path / "s.json"
    file.write_text(json.dumps(settings_json(DrapeOptions(fit=0.5), corrections)))
    assert read_settings(str(file)) == (DrapeOptions(fit=0.5), corrections)


@pytest.mark.parametrize("text", ["no", "[]", "{}", '{"options": {"fit": 9}}',
                                  '{"options": {}, "joints": {"tail": [1, 2]}}',
                                  '{"options": {}, "person": true}'])  # fmt: skip
def test_other_files_are_refused_in_a_sentence(tmp_path, text):
    file = tmp_path / "s.json"
    file.write_text(text)
    with pytest.raises(UnusableInputError):
        read_settings(str(file))


def test_controls_cover_all_options():
    options = DrapeOptions(fit=-0.5, tuck=False, keep_hair=False)
    assert controls.options_of(controls.values_of(options)) == options
    assert {c.name for c in controls.CONTROLS} == set(options.to_json())


def test_auth_file(tmp_path):
    file = tmp_path / "auth"
    file.write_text("# who\nanna:se:cret\n")
    assert read_auth(str(file)) == [("anna", "se:cret")]
    file.write_text("anna\n")
    with pytest.raises(UnusableInputError, match="line 1"):
        read_auth(str(file))
