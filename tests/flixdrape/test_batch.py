"""Batches: manifests, names, one analysis a photo, and rows that fail alone."""

import csv
import io
import json
import os
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from flixdrape import batch, drape
from flixdrape.batch import BatchItem, pair, read_manifest, run_batch
from flixdrape.batch_folder import batch_into
from flixdrape.cli import main
from flixdrape.corrections import Corrections
from flixdrape.errors import UnusableInputError
from flixdrape.options import DrapeOptions
from flixdrape.samples import GARMENTS, PERSON, sample
from flixdrape.settings import settings_json

TEE, DRESS, TROUSERS, MODEL = (
    sample(name) for name in ("mannequin_top", "mannequin_dress", "mannequin_trousers", PERSON)
)

# Words as file names have them; manifests trim what surrounds a field.
WORDS = st.text(
    st.characters(exclude_characters="|/\\\0", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=12,
).filter(lambda word: word.strip(". \ufeff") != "")
OUTS = WORDS.filter(lambda word: not set(word) & set(':*?"<>|')).map(lambda word: f"{word}.png")
ROWS = st.lists(
    st.fixed_dictionaries(
        {"garment": st.lists(WORDS, min_size=1, max_size=3), "person": WORDS},
        optional={"settings": WORDS},
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("batch")


@pytest.fixture
def blank(tmp_path):
    path = tmp_path / "blank.png"
    Image.fromarray(np.full((300, 300, 3), 127, np.uint8)).save(path)
    return path


def manifest(folder, text, name="manifest.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def expected(rows, folder):
    return [
        (
            tuple(folder / name for name in row["garment"]),
            folder / row["person"],
            folder / row["settings"] if "settings" in row else None,
        )
        for row in rows
    ]


def outcome(path):
    """Return a manifest's items, or why there are none."""
    try:
        return read_manifest(path), ""
    except UnusableInputError as error:
        return [], str(error)


def read(path):
    return [(item.garments, item.person, item.settings) for item in read_manifest(path)]


@settings(deadline=None)
@given(rows=ROWS, delimiter=st.sampled_from(",;\t"), bom=st.booleans())
def test_csv_manifests_are_read(folder, rows, delimiter, bom):
    stream = io.StringIO()
    columns = ["settings", "person", "garment"]
    writer = csv.DictWriter(stream, columns, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, "garment": "|".join(row["garment"])})
    path = manifest(folder, "\ufeff" * bom + stream.getvalue())
    assert read(path) == expected(rows, folder)


@settings(deadline=None)
@given(rows=ROWS)
def test_json_manifests_are_read(folder, rows):
    path = manifest(folder, "\n\n".join(json.dumps(row) for row in rows), "manifest.jsonl")
    assert read(path) == expected(rows, folder)


@settings(deadline=None)
@given(
    text=st.text(max_size=60)
    | st.text(max_size=60).map(lambda text: f"garment,person,out,settings\n{text}")
    | st.text(max_size=60).map(lambda text: '{"garment": ' + text)
)
def test_any_text_is_a_manifest_or_is_refused_in_a_sentence(folder, text):
    path = folder / "any.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    items, error = outcome(path)
    assert items or error.startswith(str(path))
    assert all(item.garments for item in items)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no column garment"),
        ("garment,person\n", "names nothing"),
        ("garment,model\na.jpg,b.jpg\n", "has no column person"),
        ("garment,person,setting\na.jpg,b.jpg,\n", "line 2: no column 'setting'"),
        ("garment,person\na.jpg,\n", "line 2 names no person"),
        ("garment,person\n | ,b.jpg\n", "line 2 names no garment"),
        ("garment,person\na.jpg,b.jpg,c.jpg\n", "line 2 has more fields"),
        ("garment,person,\na.jpg,b.jpg,c.jpg\n", "line 2 has more fields"),
        ("garment,person,out\na,b,x/y.png\n", "no file name"),
        ("garment,person,out\na,b,..\n", "must end in"),
        ("garment,person,out\na,b,x.gif\n", "must end in .png"),
        ("garment,person,out\na,b,x.png\nc,d,X.PNG\n", "asked for twice"),
        ('{"garment": 3, "person": "b"}', "garment must be text"),
        ('{"garment": ["a", 3], "person": "b"}', "garment must be text"),
        ('{"garment": "a", "person": "b"}\n[1]', "line 2 is not a JSON object"),
        ('{"garment": "a", "person": "b", "": "c"}', "no column"),
    ],
)
def test_other_manifests_say_what_is_wrong(tmp_path, text, words):
    with pytest.raises(UnusableInputError, match=words):
        read_manifest(manifest(tmp_path, text))


def test_a_separator_at_the_end_of_a_line_is_no_field(tmp_path):
    path = manifest(tmp_path, "garment,person\na.jpg,b.jpg,\n\n,,\n")
    assert read(path) == [((tmp_path / "a.jpg",), tmp_path / "b.jpg", None)]


def test_a_manifest_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UnusableInputError, match=r"none\.csv: cannot be read"):
        read_manifest(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("garment,person\nm\xe4ntel,b".encode("latin-1"))
    with pytest.raises(UnusableInputError, match="UTF-8"):
        read_manifest(tmp_path / "latin.csv")


def test_absolute_paths_stay_and_bars_in_json_lists_are_names(tmp_path):
    row = {"garment": ["a|b.jpg"], "person": str(MODEL)}
    (item,) = read_manifest(manifest(tmp_path, json.dumps(row)))
    assert item == BatchItem((tmp_path / "a|b.jpg",), MODEL, "a_b_on_person_front.png")


def alike(names):
    return {name.casefold() for name in names}


@settings(deadline=None)
@given(garments=st.lists(st.text(max_size=300), max_size=8), people=st.lists(WORDS, max_size=4))
def test_pairs_have_names_of_their_own(garments, people):
    paths = [Path(garment.replace("\0", "")) for garment in garments]
    items = pair(paths, [Path(person) for person in people])
    assert len(items) == len(garments) * len(people)
    outs = [item.out for item in items]
    assert len(alike(outs)) == len(outs)
    for out in outs:
        assert Path(out).name == out
        assert len(os.fsencode(out)) <= 255


@settings(deadline=None)
@given(outs=st.lists(OUTS | st.just(""), min_size=1, max_size=8))
def test_named_and_unnamed_results_do_not_meet(folder, outs):
    rows = [{"garment": "coat.jpg", "person": "anna.jpg", "out": out} for out in outs]
    # A name that the unnamed rows would take.
    rows.append({**rows[0], "out": "Coat_on_anna.png"})
    path = manifest(folder, "\n".join(json.dumps(row) for row in rows))
    items, error = outcome(path)
    if error:
        assert "asked for twice" in error
        return
    assert [item.out for item, row in zip(items, rows, strict=True) if row["out"]] == [
        row["out"] for row in rows if row["out"]
    ]
    assert len(alike(item.out for item in items)) == len(items)


def counted():
    return (
        mock.patch.object(batch, "analyse_garment", wraps=batch.analyse_garment),
        mock.patch.object(batch, "analyse_person", wraps=batch.analyse_person),
    )


def test_every_photo_is_analysed_once_and_drapes_as_alone():
    items = [
        *pair([TEE, DRESS], [MODEL]),
        BatchItem((TEE, TROUSERS), MODEL, "outfit.png"),
        BatchItem((TEE,), MODEL, "again.png"),
    ]
    garments, people = counted()
    with garments as of_garments, people as of_people:
        outcomes = list(run_batch(items, options=DrapeOptions(light=0.1)))
    assert (of_garments.call_count, of_people.call_count) == (len(GARMENTS), 1)
    assert [outcome.exit_status for outcome in outcomes] == [0] * 4
    assert [outcome.item for outcome in outcomes] == items
    alone = drape([TEE, TROUSERS], MODEL, options={"light": 0.1})
    assert np.array_equal(outcomes[2].result.image, alone.image)
    assert np.array_equal(outcomes[3].result.image, outcomes[0].result.image)


def test_rows_that_fail_do_not_stop_the_others(tmp_path, blank):
    unusable = tmp_path / "settings.json"
    unusable.write_text('{"length": 7}')
    items = [
        BatchItem((blank,), MODEL, "a.png"),
        BatchItem((TEE,), tmp_path / "nobody.jpg", "b.png"),
        BatchItem((blank,), MODEL, "c.png"),
        BatchItem((TEE,), MODEL, "d.png", unusable),
        BatchItem((), MODEL, "e.png"),
        BatchItem((TEE,), MODEL, "f.png"),
    ]
    garments, people = counted()
    with garments as of_garments, people:
        outcomes = list(run_batch(items, options=DrapeOptions()))
    assert [outcome.exit_status for outcome in outcomes] == [3, 2, 3, 2, 2, 0]
    assert [outcome.result is None for outcome in outcomes] == [True] * 5 + [False]
    assert "blank.png" in outcomes[0].error
    assert outcomes[2].error == outcomes[0].error
    assert "nobody.jpg" in outcomes[1].error
    assert outcomes[3].error.startswith("settings.json: length is 7")
    assert outcomes[5].error is None
    # What holds no garment was looked at once too.
    assert of_garments.call_count == 2


def test_a_fault_of_the_program_costs_one_row():
    refuse = mock.Mock(side_effect=[ValueError("two\nlines"), mock.DEFAULT])
    with mock.patch.object(batch, "drape_corrected", refuse):
        first, second = run_batch(pair([TEE, DRESS], [MODEL]), options=DrapeOptions())
    assert (first.exit_status, second.exit_status) == (1, 0)
    assert first.error == "failed unexpectedly (ValueError: two lines)"


def test_a_batch_stops_between_rows():
    asked = iter([False, True])
    with mock.patch.object(batch, "drape_corrected"):
        done = list(
            run_batch(pair([TEE] * 5, [MODEL]), options=DrapeOptions(), stop=lambda: next(asked))
        )
    assert len(done) == 1


def test_a_row_follows_its_settings_and_the_overrides_win(tmp_path):
    file = tmp_path / "s.json"
    corrections = Corrections(category="dress", joints={"nose": (1.0, 2.0)})
    file.write_text(json.dumps(settings_json(DrapeOptions(length=1.2, light=0.0), corrections)))
    items = [BatchItem((DRESS,), MODEL, "a.png", file), BatchItem((DRESS,), MODEL, "b.png")]
    with mock.patch.object(batch, "drape_corrected") as drapes:
        list(run_batch(items, options=DrapeOptions(edge=2.0), overrides={"light": 1.0}))
    (_, _, first, corrected), (_, _, second, plain) = (call.args for call in drapes.call_args_list)
    assert first == DrapeOptions(length=1.2, light=1.0)
    assert second == DrapeOptions(edge=2.0, light=1.0)
    assert (corrected, plain) == (corrections, Corrections())


def report(folder):
    return [json.loads(line) for line in (folder / "report.jsonl").read_text().splitlines()]


def test_the_command_does_every_row_and_goes_on_where_it_was(tmp_path, blank, capsys):
    out = tmp_path / "results"
    text = (
        "garment,person,out,settings\n"
        f"blank.png,{MODEL},,\n"
        f"{TEE},{MODEL},tee.jpg,\n"
        f"gone.jpg,{MODEL},,\n"
    )
    arguments = ["batch", str(manifest(tmp_path, text)), "--out", str(out), "--json", "-"]
    assert main([*arguments, "--length", "1.1"]) == 3
    said = capsys.readouterr()
    assert {path.name for path in out.iterdir()} == {"tee.jpg", "report.jsonl"}
    lines = report(out)
    assert [json.loads(line) for line in said.out.splitlines()] == lines
    assert [line.get("exit_status", 0) for line in lines] == [3, 0, 2]
    assert lines[1]["category"] == "blouse"
    assert lines[1]["out"] == str(out / "tee.jpg")
    assert "no garment found" in lines[0]["error"]
    told = said.err.splitlines()
    assert len(told) == 4
    assert all(line.startswith("flixdrape: ") for line in told)
    assert "gone.jpg: no such file" in told[2]
    assert told[3].startswith("flixdrape: 1 done, 2 failed")

    # The cause of one failure is gone: only what has no result is done.
    (tmp_path / "gone.jpg").write_bytes(DRESS.read_bytes())
    before = (out / "tee.jpg").stat().st_mtime_ns
    assert main([*arguments, "--resume"]) == 3
    assert "1 done, 1 failed, 1 skipped" in capsys.readouterr().err
    assert (out / "tee.jpg").stat().st_mtime_ns == before
    assert [line["out"] for line in report(out)] == [
        str(out / name)
        for name in ("tee.jpg", "blank_on_person_front.png", "gone_on_person_front.png")
    ]
    assert report(out)[0] == lines[1]


def test_a_result_without_a_line_is_skipped_and_said_to_be(tmp_path):
    item = BatchItem((TEE,), MODEL, "tee.png")
    (tmp_path / "tee.png").touch()
    (tmp_path / "report.jsonl").write_text('{"out": "tee.p')
    assert batch_into(tmp_path, [item], options=DrapeOptions(), resume=True) == 0
    (line,) = report(tmp_path)
    assert line["skipped"] is True
    assert line["person"] == str(MODEL)


def test_a_result_that_cannot_be_written_is_its_rows_error(tmp_path):
    (tmp_path / "tee.png").mkdir()
    items = [BatchItem((TEE,), MODEL, "tee.png")]
    assert batch_into(tmp_path, items, options=DrapeOptions()) == 2
    assert "is a folder" in report(tmp_path)[0]["error"]


def test_what_stops_a_batch_before_it_starts(tmp_path, capsys):
    photo = tmp_path / "anna.png"
    photo.write_bytes(MODEL.read_bytes())
    fixed = tmp_path / "corrected.json"
    fixed.write_text(json.dumps(settings_json(DrapeOptions(), Corrections(category="dress"))))
    rows = f"garment,person,out\n{TEE},anna.png,anna.png\n"
    good = str(manifest(tmp_path, f"garment,person\n{TEE},anna.png\n", "good.csv"))
    cases = {
        "is a photo of this batch": [str(manifest(tmp_path, rows)), "--out", str(tmp_path)],
        "cannot be read": ["none.csv", "--out", str(tmp_path)],
        "length is 9": [good, "--out", str(tmp_path), "--length", "9"],
        "in the column settings": [good, "--out", str(tmp_path), "--settings", str(fixed)],
        "cannot be made a folder": [good, "--out", str(photo)],
    }
    for words, arguments in cases.items():
        assert main(["batch", *arguments]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1
    assert photo.read_bytes() == MODEL.read_bytes()


def test_interrupting_a_batch_is_no_traceback(tmp_path, capsys):
    path = manifest(tmp_path, f"garment,person\n{TEE},{MODEL}\n")
    with mock.patch.object(batch, "drape_corrected", side_effect=KeyboardInterrupt):
        assert main(["batch", str(path), "--out", str(tmp_path / "out")]) == 130
    assert "--resume" in capsys.readouterr().err
