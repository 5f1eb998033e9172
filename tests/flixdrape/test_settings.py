"""Settings files: what the studio saves is what the command line drapes."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from flixdrape.analysis import analyse_garment
from flixdrape.cli import main
from flixdrape.corrections import Corrections
from flixdrape.errors import UnusableInputError
from flixdrape.options import DrapeOptions
from flixdrape.replay import drape_corrected
from flixdrape.samples import PERSON, sample
from flixdrape.settings import overridden, read_settings, settings_json
from flixdrape.studio.actions import drape_session
from flixdrape.studio.session import Session
from garment import CATEGORIES, FASHIONAI_24, VIEWS
from pose import CLOTHES, COCO_17, PARTS

TEE, MODEL = sample("mannequin_top"), sample(PERSON)
OPTIONS = DrapeOptions(fit=0.5, length=1.1, shift_x=0.02, tuck=False, light=0.2, edge=1.0)

# JSON keeps doubles exactly.
PLACES = st.tuples(*2 * [st.floats(-1e5, 1e5)])
CORRECTIONS = st.builds(
    Corrections,
    st.dictionaries(st.sampled_from(FASHIONAI_24.names), PLACES),
    st.dictionaries(st.sampled_from(COCO_17.names), PLACES),
    st.none() | st.sampled_from(CATEGORIES),
    st.none() | st.sampled_from(VIEWS),
    st.integers(0, 9),
    st.sets(st.sampled_from(tuple(CLOTHES))).map(
        lambda kinds: tuple(kind for kind in CLOTHES if kind in kinds)
    ),
    st.lists(
        st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.sampled_from(PARTS)), max_size=3
    ).map(tuple),
)
ANY_OPTIONS = st.builds(
    DrapeOptions,
    fit=st.floats(-1, 1),
    length=st.floats(0.7, 1.4),
    sleeve=st.floats(0.4, 1.4),
    shift_x=st.floats(-0.5, 0.5),
    shift_y=st.floats(-0.5, 0.5),
    tuck=st.none() | st.booleans(),
    light=st.floats(0, 1),
    edge=st.floats(0, 4),
    keep_hair=st.booleans(),
    keep_hands=st.booleans(),
)
SETTINGS_NAMES = st.sampled_from(
    [
        "options",
        "corners",
        "joints",
        "category",
        "view",
        "person",
        "worn",
        "patches",
        "length",
        "nose",
        "other",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(SETTINGS_NAMES | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("settings")


@pytest.fixture(scope="module")
def corrections():
    """What somebody might put right about the samples: every field of it."""
    shoulder = analyse_garment(TEE).garment.points["shoulder_left"]
    return Corrections(
        corners={"shoulder_left": (shoulder[0] + 15.0, shoulder[1] - 6.0)},
        joints={"left_elbow": (520.0, 420.0)},
        category="outwear",
        view="back",
        person=0,
        worn=("dress",),
        patches=((400.0, 520.0, "accessories"),),
    )


def save(folder, content):
    file = folder / "settings.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def drape(folder, *flags):
    out = folder / "out.png"
    assert main(["drape", str(TEE), str(MODEL), "-o", str(out), *map(str, flags)]) == 0
    return np.asarray(Image.open(out))


def test_the_command_line_drapes_what_the_studio_saved(folder, corrections):
    session = Session(str(TEE), str(MODEL), corrections)
    in_studio = drape_session(session, OPTIONS).result
    assert in_studio.report["category"] == "outwear"
    file = save(folder, settings_json(OPTIONS, corrections))
    assert np.array_equal(drape(folder, "--settings", file), in_studio.image)


@pytest.mark.parametrize("field", ["corners", "joints", "category", "worn", "patches"])
def test_each_correction_is_replayed(folder, corrections, field):
    one = Corrections(**{field: getattr(corrections, field)})
    file = save(folder, settings_json(DrapeOptions(), one))
    assert not np.array_equal(drape(folder, "--settings", file), drape(folder))


def test_flags_win_over_the_file(folder):
    saved = settings_json(DrapeOptions(length=1.3, light=0.0), Corrections(category="dress"))
    file = save(folder, saved)
    flags = ("--length", "1.1", "--category", "blouse", "--person", "0")
    assert np.array_equal(
        drape(folder, "--settings", file, *flags), drape(folder, "--light", 0, *flags)
    )


def test_the_flag_for_the_person_wins_over_the_files_person(folder, capsys):
    file = save(folder, settings_json(DrapeOptions(), Corrections(person=3)))
    arguments = [
        "drape",
        str(TEE),
        str(MODEL),
        "-o",
        str(folder / "o.png"),
        "--settings",
        str(file),
    ]
    assert main(arguments) == 2
    assert "person 3 was asked for" in capsys.readouterr().err
    assert main([*arguments, "--person", "0"]) == 0


def test_the_flag_for_what_is_worn_is_replayed_as_the_files(folder):
    file = save(folder, settings_json(DrapeOptions(), Corrections(worn=("outer", "bottom"))))
    by_file = drape(folder, "--settings", file)
    assert np.array_equal(drape(folder, "--worn", "bottom, outer"), by_file)
    assert not np.array_equal(drape(folder, "--settings", file, "--worn", "dress"), by_file)


def test_the_flag_for_a_patch_is_replayed_as_the_files(folder, corrections):
    file = save(folder, settings_json(DrapeOptions(), Corrections(patches=corrections.patches)))
    by_file = drape(folder, "--settings", file)
    assert np.array_equal(drape(folder, "--patch", "400,520=accessories"), by_file)


def test_what_is_put_right_about_one_garment_is_refused_for_an_outfit():
    for one in (
        Corrections(corners={"crotch": (5.0, 5.0)}),
        Corrections(category="skirt"),
        Corrections(view="back"),
    ):
        with pytest.raises(UnusableInputError, match="there are 2"):
            drape_corrected([TEE, TEE], MODEL, DrapeOptions(), one)


@settings(deadline=None)
@given(options=ANY_OPTIONS, corrections=CORRECTIONS)
def test_settings_come_back(folder, options, corrections):
    file = save(folder, settings_json(options, corrections))
    assert read_settings(file) == (options, corrections)
    assert overridden(options, {}) == options


@settings(deadline=None)
@given(content=JSON)
def test_any_json_is_settings_or_is_refused_in_a_sentence(folder, content):
    file = save(folder, content)
    said = "settings.json: "
    try:
        read_settings(file)
    except UnusableInputError as error:
        said = str(error)
    assert said.startswith("settings.json: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "holds no options"),
        ("{}", "holds no options"),
        ('{"options": 3}', "options must be an object"),
        ('{"options": {"fit": 9}}', "between -1 and 1"),
        ('{"sleeves": 2}', "sleeves is no option"),
        ('{"options": {}, "note": "x"}', "note is none of"),
        ('{"joints": {"tail": [1, 2]}}', "tail is none of the joints"),
        ('{"corners": {"crotch": [NaN, 2]}}', "finite"),
        ('{"corners": {"crotch": [1' + "0" * 400 + ", 2]}}", "two numbers"),
        ('{"category": "hat"}', "'hat'; one of"),
        ('{"person": true}', "must be a position"),
        ('{"worn": ["hat"]}', "a list of top"),
        ('{"worn": "top"}', "a list of top"),
        ('{"patches": [[1, 2, "hat"]]}', "patches must be a list"),
        ('{"patches": {"top": [1, 2]}}', "patches must be a list"),
    ],
)
def test_other_files_say_what_is_wrong(folder, content, words):
    with pytest.raises(UnusableInputError, match=words):
        read_settings(save(folder, content))


def test_plain_options_are_settings_too(folder):
    file = save(folder, {"length": 1.2, "fit": "loose"})
    assert read_settings(file) == (DrapeOptions(fit=1.0, length=1.2), Corrections())


def test_a_missing_file_is_named(folder):
    with pytest.raises(UnusableInputError, match=r"none\.json: cannot be read"):
        read_settings(folder / "none.json")


def test_saved_settings_hold_everything():
    saved = settings_json(DrapeOptions(), Corrections())
    assert set(saved) == {"options", *asdict(Corrections())}
