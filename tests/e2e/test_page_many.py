"""The pages of outfits and batches in a real browser."""

import io
import json
import zipfile
from urllib.parse import urlparse

from PIL import Image

from flixdrape.samples import GARMENTS, sample


def pick_person(page):
    page.locator("#batch-person-photo-person_front").click()
    page.locator("#batch-person-photo img").wait_for()


def downloaded(page, path):
    with page.expect_download() as download:
        page.locator("#batch-get").click()
    download.value.save_as(path)
    return zipfile.ZipFile(path)


def test_an_outfit_is_put_on_from_the_body_outwards(page):
    page.get_by_role("tab", name="Outfit").click()
    # In the wrong order, on purpose.
    for number, name in enumerate(("mannequin_top", "mannequin_trousers"), start=1):
        page.locator(f"#outfit-garment-{number} input[type=file]").set_input_files(sample(name))
        page.locator(f"#outfit-garment-{number} img").wait_for()
    page.locator("#outfit-drape").click()
    page.get_by_text("Add a photo of a person first").wait_for()
    page.locator("#outfit-person-photo input[type=file]").set_input_files(sample("person_front"))
    page.locator("#outfit-person-photo img").wait_for()
    page.locator("#outfit-drape").click()
    page.locator("#outfit-words").get_by_text("Draped: trousers, blouse").wait_for()
    with page.expect_download() as download:
        page.locator("#outfit-get-picture").click()
    name = download.value.suggested_filename
    assert name == "mannequin_top_mannequin_trousers_on_person_front.png"


def test_a_batch_finishes_and_its_zip_is_complete(page, tmp_path):
    bad = tmp_path / "notes.jpg"
    bad.write_text("no picture")
    packed = tmp_path / "more.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(sample("mannequin_top"), "../../shelf/second.jpg")
        archive.writestr("readme.txt", "not a picture")
    page.get_by_role("tab", name="Batch").click()
    files = [sample("mannequin_dress"), bad, packed]
    page.locator("#batch-garments input[type=file]").set_input_files(files)
    page.locator("#batch-garments").get_by_text("more").first.wait_for()
    pick_person(page)
    page.locator("#batch-start").click()
    page.locator("#batch-words").get_by_text("3 of 3 done. Finished.").wait_for()
    page.locator("#batch-words").get_by_text("notes.jpg: not a picture").wait_for()
    assert page.locator("#batch-gallery .thumbnail-item img").count() == 2
    with downloaded(page, tmp_path / "out.zip") as archive:
        pictures = ["mannequin_dress_on_person_front.png", "second_on_person_front.png"]
        assert sorted(archive.namelist()) == sorted([*pictures, "report.jsonl"])
        for picture in pictures:
            assert Image.open(io.BytesIO(archive.read(picture))).height == 1024
        lines = [json.loads(line) for line in archive.read("report.jsonl").splitlines()]
    assert [line["out"] for line in lines if "error" not in line] == pictures
    assert [line["exit_status"] for line in lines if "error" in line] == [2]


def test_a_stopped_batch_keeps_what_is_done(page, tmp_path):
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(40):
            archive.write(sample(GARMENTS[number % 3]), f"g{number:02d}.jpg")
    page.get_by_role("tab", name="Batch").click()
    page.locator("#batch-garments input[type=file]").set_input_files(packed)
    page.locator("#batch-garments").get_by_text("many").first.wait_for()
    pick_person(page)
    page.locator("#batch-start").click()
    page.locator("#batch-gallery img").first.wait_for()
    page.locator("#batch-stop").click()
    page.locator("#batch-words").get_by_text("Stopped; the zip holds what was done.").wait_for()
    with downloaded(page, tmp_path / "out.zip") as archive:
        done = len(archive.namelist()) - 1
        assert len(archive.read("report.jsonl").splitlines()) == done
    assert 0 < done < 40
    # The next one may start.
    page.locator("#batch-start:not([disabled])").wait_for()


def test_a_zip_that_is_none_is_told(page, tmp_path):
    bad = tmp_path / "broken.zip"
    bad.write_text("no zip")
    page.get_by_role("tab", name="Batch").click()
    page.locator("#batch-garments input[type=file]").set_input_files(bad)
    page.locator("#batch-garments").get_by_text("broken").first.wait_for()
    pick_person(page)
    page.locator("#batch-start").click()
    page.get_by_text("broken.zip: is no zip that can be read").wait_for()
    page.locator("#batch-start:not([disabled])").wait_for()


def test_nothing_is_fetched_from_outside_either(page, asked):
    assert {urlparse(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}
