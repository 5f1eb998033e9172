"""One served studio and one browser for all tests of the page."""

import importlib.util
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Tests are imported by their files, so a neighbour is not found by its name.
_spec = importlib.util.spec_from_file_location("e2e_server", Path(__file__).with_name("server.py"))
_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_server)


@pytest.fixture(scope="session")
def browser():
    """Start Debian's chromium; where there is none, skip and say so."""
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}; `apt-get install chromium` brings it")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as runner:
        started = runner.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def address(browser, tmp_path_factory):
    """Serve the studio, and wait until it is warm."""
    with _server.studio(tmp_path_factory.mktemp("served")) as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def asked():
    """Collect every address that the browser asks for."""
    return []


@pytest.fixture
def page(browser, address, asked):
    """Open the page as a new visitor."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.on("requestfinished", lambda request: asked.append(request.url))
    opened.goto(address)
    opened.locator("#drape").wait_for()
    yield opened
    context.close()
