"""The page of one garment in a real browser."""

import json
import zipfile
from urllib.parse import urlparse

import pytest
from PIL import Image

from flixdrape.images import open_picture
from flixdrape.samples import sample


def add_photos(page, garment="mannequin_top"):
    for side, name in (("garment", garment), ("person", "person_front")):
        page.locator(f"#{side}-photo input[type=file]").set_input_files(sample(name))
        page.locator(f"#{side}-photo img").wait_for()


def drape(page):
    page.locator("#drape").click()
    page.locator("#words").get_by_text("Draped: ").wait_for()


def after(page):
    """Return the address of the draped picture: it names the picture's content."""
    return page.locator("#result img").nth(1).get_attribute("src")


def wait_for_other(page, old):
    page.wait_for_function("old => document.querySelectorAll('#result img')[1].src != old", arg=old)
    return after(page)


def choose(page, control, option):
    page.locator(f"#{control} input").click()
    page.get_by_role("option", name=option).click()


def layers(page, folder):
    """Download the layers; return the report among them."""
    with page.expect_download() as download:
        page.locator("#get-layers").click()
    file = folder / "layers.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".json"))
        return json.loads(archive.read(name))


@pytest.fixture
def draped(page):
    add_photos(page)
    drape(page)
    page.locator("#correct").get_by_text("See and correct the points").click()
    page.locator("#garment-points img").wait_for()
    return page


def test_uploads_are_draped_and_the_picture_is_downloaded(page, tmp_path):
    add_photos(page)
    drape(page)
    assert page.locator("#words").get_by_text("Draped: blouse").count() == 1
    alts = [image.get_attribute("alt") for image in page.locator("#result img").all()]
    assert alts == ["The photo before", "The picture after: draped"]
    with page.expect_download() as download:
        page.locator("#get-picture").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "mannequin_top_on_person_front.png"
    assert open_picture(file).height == 1024


def test_a_bad_upload_shows_its_message_and_the_page_goes_on(page, tmp_path):
    bad = tmp_path / "letter.jpg"
    bad.write_text("Dear stylist,")
    add_photos(page)
    page.locator("#garment-photo [aria-label='Remove Image']").click()
    page.locator("#garment-photo input[type=file]").set_input_files(bad)
    page.locator("#garment-photo img").wait_for(state="attached")
    page.locator("#drape").click()
    page.get_by_text("letter.jpg: not a picture that can be read").wait_for()
    page.locator("#garment-photo [aria-label='Remove Image']").click()
    page.locator("#garment-photo input[type=file]").set_input_files(sample("mannequin_dress"))
    drape(page)
    assert page.locator("#words").get_by_text("Draped: dress").count() == 1


def test_nothing_to_drape_is_told(page):
    page.locator("#drape").click()
    page.get_by_text("Add a garment photo first").wait_for()


def test_a_point_is_moved_by_clicks_and_taken_back(draped):
    first = after(draped)
    picture = draped.locator("#person-points img")
    box = picture.bounding_box()
    # The left shoulder of the sample: the viewer's right one.
    x, y = 0.635 * box["width"], 0.21 * box["height"]
    picture.click(position={"x": x, "y": y})
    draped.locator("#hint").get_by_text("left shoulder is chosen").wait_for()
    assert after(draped) == first
    picture.click(position={"x": x + 25, "y": y + 15})
    draped.locator("#hint").get_by_text("1 moved so far").wait_for()
    moved = wait_for_other(draped, first)
    draped.locator("#undo").click()
    assert wait_for_other(draped, moved) == first


def test_a_point_is_moved_from_the_list_with_keys_and_reset(draped):
    first = after(draped)
    draped.locator("#garment-choice input").click()
    draped.get_by_role("option", name="top hem left").click()
    x = draped.locator("#garment-x input")
    draped.wait_for_function("document.querySelector('#garment-x input').value != ''")
    place = int(x.input_value())
    x.fill("5000")
    x.press("Enter")
    draped.get_by_text("lies outside the garment's photo").wait_for()
    x.fill(str(place - 60))
    x.press("Enter")
    moved = wait_for_other(draped, first)
    draped.locator("#reset-garment").click()
    assert wait_for_other(draped, moved) == first


def test_category_view_and_person_are_overridden(draped, tmp_path):
    first = after(draped)
    choose(draped, "category", "outwear")
    draped.locator("#words").get_by_text("Draped: outwear").wait_for()
    second = wait_for_other(draped, first)
    choose(draped, "view", "back")
    # A top's back may well look as its front did; the report says which it was taken for.
    for _ in range(20):
        report = layers(draped, tmp_path)
        if report["view"] == "back":
            break
        draped.wait_for_timeout(500)
    assert (report["category"], report["view"]) == ("outwear", "back")
    choose(draped, "category", "as found")
    draped.locator("#words").get_by_text("Draped: blouse").wait_for()
    assert after(draped) != second
    draped.locator("#who input").click()
    assert draped.get_by_role("option").count() == 1


def test_what_is_worn_is_told(draped):
    first = after(draped)
    draped.locator("#parts").get_by_text("See and correct what is what").click()
    panel = draped.locator("#worn")
    panel.get_by_text("Seen: ").wait_for()
    panel.get_by_label("dress", exact=True).check()
    told = wait_for_other(draped, first)
    draped.locator("#part-undo").click()
    assert wait_for_other(draped, told) == first


def test_a_patch_is_said_to_be_something_by_a_click_and_by_keys(draped):
    first = after(draped)
    draped.locator("#parts").get_by_text("See and correct what is what").click()
    picture = draped.locator("#parts-picture img")
    picture.wait_for()
    box = picture.bounding_box()
    belly = {"x": 0.5 * box["width"], "y": 0.4 * box["height"]}
    picture.click(position=belly)
    draped.get_by_text("Choose what it is first").wait_for()
    draped.locator("#part").get_by_label("bag or jewellery").check()
    picture.click(position=belly)
    told = wait_for_other(draped, first)
    draped.locator("#part-forget").click()
    assert wait_for_other(draped, told) == first
    draped.locator("#part-x input").fill("400")
    draped.locator("#part-y input").fill("410")
    draped.locator("#part-say").press("Enter")
    wait_for_other(draped, first)
    draped.locator("#part-undo").click()


def test_settings_are_saved_and_loaded(draped, tmp_path):
    draped.locator("#length input[type=number]").fill("1.2")
    draped.locator("#settings").get_by_text("Save or load settings").click()
    with draped.expect_download() as download:
        draped.locator("#save-settings").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    saved = json.loads(file.read_text())
    assert saved["options"]["length"] == 1.2
    saved["options"]["length"] = 0.8
    file.write_text(json.dumps(saved))
    draped.locator("input[type=file][accept='.json']").set_input_files(file)
    draped.wait_for_function("document.querySelector('#length input[type=number]').value == '0.8'")


def test_keys_alone_pick_samples_and_drape(page):
    for sample_id in ("garment-photo-mannequin_trousers", "person-photo-person_front"):
        page.locator(f"#{sample_id}").focus()
        page.keyboard.press("Enter")
        side = sample_id.split("-")[0]
        page.locator(f"#{side}-photo img").wait_for()
    page.locator("#drape").focus()
    page.keyboard.press("Enter")
    page.locator("#words").get_by_text("Draped: trousers").wait_for()
    handle = page.locator("#result [data-testid=slider]")
    handle.focus()
    before = handle.bounding_box()["x"]
    # On a busy machine the pictures, and with them the slider, are a moment late.
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
        if handle.bounding_box()["x"] < before:
            break
        page.wait_for_timeout(100)
    assert handle.bounding_box()["x"] < before


def test_on_a_phone_the_result_follows_the_photos(page):
    page.set_viewport_size({"width": 390, "height": 844})
    add_photos(page)
    drape(page)
    tops = [page.locator(f"#{name}").bounding_box()["y"] for name in ("drape", "result", "fit")]
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_whole_page_has_names_for_what_it_shows(page):
    add_photos(page)
    drape(page)
    page.wait_for_function("document.querySelector('#drape').title != ''")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('img')].filter(
            (image) => image.checkVisibility() && !image.alt).map((image) => image.src)"""
    )
    assert nameless == []
    for name in ("drape", "get-picture", "get-garment", "get-layers"):
        assert page.locator(f"#{name}").get_attribute("title")


def test_layers_come_as_a_zip(page, tmp_path):
    add_photos(page)
    drape(page)
    with page.expect_download() as download:
        page.locator("#get-layers").click()
    file = tmp_path / "layers.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        with archive.open(next(name for name in names if name.endswith("_garment.png"))) as layer:
            assert Image.open(layer).mode == "RGBA"
    assert "mannequin_top_on_person_front.json" in names


def test_nothing_is_fetched_from_outside(page, asked):
    """Runs last here: the addresses of all tests before are looked at."""
    assert {urlparse(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}
