"""The real page in a real browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlparse

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="no /usr/bin/chromium; `apt-get install chromium` brings it"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "flixdrape.cli", "studio", "--port", str(port)]
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder)}
    server = subprocess.Popen(command, env=environment)
    url = f"http://127.0.0.1:{port}"
    for _ in range(60):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2)
            break
        except OSError:
            time.sleep(0.5)
    yield url
    server.terminate()
    server.wait(20)


def test_samples_are_draped_and_nothing_is_fetched_from_outside(address, tmp_path):
    from playwright.sync_api import sync_playwright

    from flixdrape.images import open_picture
    from flixdrape.samples import sample

    asked = []
    with sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("requestfinished", lambda request: asked.append(request.url))
        page.goto(address)
        for side, name in (("garment", "mannequin_top"), ("person", "person_front")):
            page.locator(f"#{side}-photo input[type=file]").set_input_files(sample(name))
            page.locator(f"#{side}-photo img").wait_for(timeout=20_000)
        page.locator("#drape").click()
        page.get_by_text("Draped: blouse").wait_for(timeout=60_000)
        if folder := os.environ.get("STUDIO_SHOTS"):
            page.screenshot(path=f"{folder}/drape.png", full_page=True)
        with page.expect_download() as download:
            page.locator("#get-picture").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        browser.close()
    assert file.name == "mannequin_top_on_person_front.png"
    assert open_picture(file).height == 1024
    hosts = {urlparse(url).hostname for url in asked if url.startswith("http")}
    assert hosts == {"127.0.0.1"}
