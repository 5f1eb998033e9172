"""The command line: the contract's lines, files and exit statuses."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flixdrape.cli import main
from flixdrape.samples import PERSON, sample
from garment import LANDMARKS_OF
from pose import COCO_17

TEE, MODEL = str(sample("mannequin_top")), str(sample(PERSON))


@pytest.fixture
def blank(tmp_path):
    path = tmp_path / "blank.png"
    Image.fromarray(np.full((300, 300, 3), 127, np.uint8)).save(path)
    return str(path)


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_drape_writes_picture_layers_and_line(tmp_path, capsys):
    out, layers = tmp_path / "out.png", tmp_path / "layers"
    status = main(["drape", TEE, MODEL, "-o", str(out), "--json", "-", "--layers", str(layers)])
    assert status == 0
    (line,) = lines(capsys)
    assert set(line) == {
        "garment",
        "person",
        "out",
        "category",
        "target_keypoints",
        "warp",
        "timing_ms",
        "warnings",
    }
    assert (line["garment"], line["person"], line["out"]) == (TEE, MODEL, str(out))
    assert set(line["target_keypoints"]) <= set(LANDMARKS_OF[line["category"]])
    assert set(line["warp"]) >= {"anchor_error_px", "folded_fraction"}
    assert Image.open(out).size == (768, 1024)
    assert {p.name for p in layers.iterdir()} == {"garment.png", "erased.png", "occluders.png"}


def test_pose_lines(tmp_path, capsys):
    assert main(["pose", MODEL, MODEL, "--overlay", str(tmp_path / "o")]) == 0
    first, second = lines(capsys)
    assert {**first, "elapsed_ms": 0} == {**second, "elapsed_ms": 0}
    assert (first["width"], first["height"], first["method"]) == (768, 1024, "topdown-heatmap")
    (found,) = first["people"]
    assert tuple(found["keypoints"]) == COCO_17.names
    assert all(len(v) == 3 and 0 <= v[2] <= 1 for v in found["keypoints"].values())
    assert len(found["bbox"]) == 4
    assert 0 < found["score"] <= 1
    assert Image.open(tmp_path / "o" / f"{PERSON}.png").size == (768, 1024)


def test_pose_in_other_formats(tmp_path, capsys):
    coco, folder = tmp_path / "results.json", tmp_path / "openpose"
    assert main(["pose", MODEL, "--coco", str(coco), "--openpose", str(folder)]) == 0
    line = json.loads(capsys.readouterr().out)
    result = json.loads(coco.read_text())[0]
    assert (result["image_id"], result["category_id"]) == (1, 1)
    assert result["keypoints"][:3] == pytest.approx(line["people"][0]["keypoints"]["nose"])
    written = json.loads((folder / f"{PERSON}_keypoints.json").read_text())
    assert len(written["people"][0]["pose_keypoints_2d"]) == 54


def test_person_is_chosen_by_a_point_on_it(tmp_path):
    line = tmp_path / "line.json"
    out = str(tmp_path / "o.png")
    arguments = ["drape", TEE, MODEL, "-o", out, "--json", str(line)]
    assert main([*arguments, "--person", "384,400"]) == 0
    assert json.loads(line.read_text())["out"] == out


def test_garment_lines(tmp_path, capsys):
    file = tmp_path / "lines.json"
    arguments = ["garment", TEE, str(sample("mannequin_trousers")), "--json", str(file)]
    assert (
        main([*arguments, "--cutout", str(tmp_path / "c"), "--overlay", str(tmp_path / "o")]) == 0
    )
    found = [json.loads(line) for line in file.read_text().splitlines()]
    assert found[1]["category"] == "trousers"
    for line in found:
        assert set(line["keypoints"]) == set(LANDMARKS_OF[line["category"]])
        assert sum(line["category_scores"].values()) == pytest.approx(1, abs=0.01)
        assert line["view"] in ("front", "back")
    cutout = np.asarray(Image.open(tmp_path / "c" / "mannequin_trousers.png"))
    assert cutout.shape == (800, 600, 4)
    assert 0.05 < (cutout[..., 3] > 127).mean() < 0.5


def test_nothing_found_is_status_3(blank, tmp_path, capsys):
    for arguments in (
        ["pose", blank],
        ["garment", blank],
        ["drape", blank, MODEL, "-o", str(tmp_path / "o.png")],
        ["drape", TEE, blank, "-o", str(tmp_path / "o.png")],
    ):
        assert main(arguments) == 3
        complaint = capsys.readouterr().err
        assert complaint.count("\n") == 1
        assert "blank.png" in complaint
    assert not (tmp_path / "o.png").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n1234", b"\xff\xd8\xff\xe0"])
def test_unusable_files_are_status_2(content, tmp_path, capsys):
    path = tmp_path / "bad.jpg"
    path.write_bytes(content)
    assert main(["drape", str(path), MODEL, "-o", str(tmp_path / "o.png")]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert "bad.jpg" in complaint


def test_other_bad_requests_are_status_2(tmp_path, capsys):
    for arguments in (
        ["pose", "nowhere.png"],
        ["pose", str(tmp_path)],
        ["pose", MODEL, "--method", "guess"],
        ["drape", TEE, "-o", str(tmp_path / "o.png")],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "no" / "o.png")],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.gif")],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--category", "hat"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--worn", "top,hat"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--worn", ""],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--patch", "top"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--patch", "9,9=hat"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--patch", "9=top"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--patch", "9000,9=top"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--json", str(tmp_path)],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--person", "1"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--person", "5,5"],
        ["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), "--person", "her"],
        ["pose", MODEL, "--json", str(tmp_path / "l"), "--coco", str(tmp_path)],
    ):
        assert main(arguments) == 2, arguments
        assert capsys.readouterr().err.count("\n") == 1, arguments


def test_one_bad_file_does_not_stop_the_others(blank, capsys):
    assert main(["pose", "nowhere.png", blank, MODEL]) == 3
    captured = capsys.readouterr()
    assert json.loads(captured.out)["file"] == MODEL
    assert captured.err.count("\n") == 2


def test_demo_writes_results_and_contact_sheet(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    files = [Path(line.split("  (")[0]) for line in printed.splitlines() if ".png" in line]
    assert files[-1].name == "contact_sheet.png"
    assert all(file.exists() for file in files)
    assert "warp" in printed


def test_runs_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "flixdrape.cli", "pose", "nowhere.png"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("flixdrape: nowhere.png")


def test_an_outfit_is_put_on_from_the_body_outwards(tmp_path, capsys):
    out, trousers = tmp_path / "out.png", str(sample("mannequin_trousers"))
    assert main(["drape", TEE, trousers, MODEL, "-o", str(out), "--json", "-"]) == 0
    (line,) = lines(capsys)
    assert line["garment"] == [TEE, trousers]
    assert [worn["category"] for worn in line["outfit"]] == ["trousers", "blouse"]
    assert line["category"] == "blouse"
    assert set(line["outfit"][0]["target_keypoints"]) <= set(LANDMARKS_OF["trousers"])


def test_options_are_read_from_flags_over_a_settings_file(tmp_path, capsys):
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"options": {"length": 1.3, "light": 0.0}}))
    out = str(tmp_path / "o.png")

    def hem(*flags):
        assert main(["drape", TEE, MODEL, "-o", out, "--json", "-", *flags]) == 0
        places = lines(capsys)[0]["target_keypoints"]
        return places["top_hem_left"][1]

    plain = hem()
    assert hem("--settings", str(settings)) > plain + 20
    assert hem("--settings", str(settings), "--length", "1.0") == pytest.approx(plain, abs=0.1)
    assert hem("--shift", "0,0.1") > plain + 5


@pytest.mark.parametrize(
    "flags",
    [
        ["--length", "3"],
        ["--fit", "baggy"],
        ["--shift", "left"],
        ["--settings", "missing.json"],
        ["--light", "nan"],
    ],
)
def test_options_out_of_range_are_status_2(flags, tmp_path, capsys):
    assert main(["drape", TEE, MODEL, "-o", str(tmp_path / "o.png"), *flags]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said


def test_settings_that_are_no_options_are_status_2(tmp_path, capsys):
    for content in ("[1, 2]", "not json", '{"sleeves": 2}', '{"options": 3}'):
        settings = tmp_path / "s.json"
        settings.write_text(content)
        out = str(tmp_path / "o.png")
        assert main(["drape", TEE, MODEL, "-o", out, "--settings", str(settings)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
