"""Pictures of the studio's tabs, made with the shipped samples: for the README, and to look at.

``python tools/studio_screenshots.py OUT`` needs Debian's chromium and the `test` extra; it starts
a studio of its own and writes one PNG for each tab and look (light, dark, a phone's width).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from flixdrape.samples import GARMENTS, sample

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "e2e"))
from server import studio

CHROMIUM = "/usr/bin/chromium"
#: Name, width of the page in pixels, theme.
LOOKS = (("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light"))


def one_garment(page: Page) -> None:
    """Drape the top, and open the points."""
    for side, name in (("garment", "mannequin_top"), ("person", "person_front")):
        page.locator(f"#{side}-photo input[type=file]").set_input_files(sample(name))
        page.locator(f"#{side}-photo img").wait_for()
    page.locator("#drape").click()
    page.locator("#words").get_by_text("Draped: ").wait_for()
    page.locator("#correct").get_by_text("See and correct the points").click()
    page.locator("#garment-points img").wait_for()


def outfit(page: Page) -> None:
    """Drape trousers and a top."""
    page.get_by_role("tab", name="Outfit").click()
    for number, name in enumerate(("mannequin_trousers", "mannequin_top"), start=1):
        page.locator(f"#outfit-garment-{number} input[type=file]").set_input_files(sample(name))
        page.locator(f"#outfit-garment-{number} img").wait_for()
    page.locator("#outfit-person-photo input[type=file]").set_input_files(sample("person_front"))
    page.locator("#outfit-person-photo img").wait_for()
    page.locator("#outfit-drape").click()
    page.locator("#outfit-words").get_by_text("Draped: ").wait_for()


def batch(page: Page) -> None:
    """Drape every sample on one person."""
    page.get_by_role("tab", name="Batch").click()
    files = [sample(name) for name in GARMENTS]
    page.locator("#batch-garments input[type=file]").set_input_files(files)
    page.locator("#batch-garments").get_by_text(GARMENTS[0]).first.wait_for()
    page.locator("#batch-person-photo-person_front").click()
    page.locator("#batch-person-photo img").wait_for()
    page.locator("#batch-start").click()
    page.locator("#batch-words").get_by_text("Finished.").wait_for()


TABS = {"one": one_garment, "outfit": outfit, "batch": batch}


def shoot(browser: Browser, address: str, folder: Path) -> None:
    """Write a picture of every tab in every look."""
    for look, width, theme in LOOKS:
        for tab, fill in TABS.items():
            context = browser.new_context(viewport={"width": width, "height": 900})
            page = context.new_page()
            page.set_default_timeout(90_000)
            page.goto(f"{address}?__theme={theme}")
            page.locator("#drape").wait_for()
            fill(page)
            page.wait_for_timeout(1500)
            page.screenshot(path=str(folder / f"{tab}_{look}.png"), full_page=True)
            context.close()


def main() -> None:
    """Write the pictures as the command line says; see ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the pictures")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    flags = ["--headless", "--no-sandbox", "--disable-gpu"]
    with (
        tempfile.TemporaryDirectory() as served,
        studio(served) as (port, _),
        sync_playwright() as runner,
    ):
        browser = runner.chromium.launch(executable_path=CHROMIUM, args=flags)
        shoot(browser, f"http://127.0.0.1:{port}", args.out)
        browser.close()
    print(f"{len(TABS) * len(LOOKS)} pictures in {args.out}")


if __name__ == "__main__":
    main()
