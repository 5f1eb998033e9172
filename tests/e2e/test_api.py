"""The examples of docs/api.md, run as they stand there against a live server."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flixdrape.images import open_picture
from flixdrape.samples import sample

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

_spec = importlib.util.spec_from_file_location("e2e_server", Path(__file__).with_name("server.py"))
server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(server)


def examples(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.M | re.S)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with server.studio(tmp_path_factory.mktemp("served")) as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def photos(tmp_path):
    """A folder with the photos that the examples name."""
    shutil.copy(sample("mannequin_top"), tmp_path / "garment.jpg")
    shutil.copy(sample("person_front"), tmp_path / "person.jpg")
    return tmp_path


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def here(code, address):
    return code.replace("http://127.0.0.1:7860", address)


def test_python(address, photos):
    first, wrong = examples("python")
    said = run([sys.executable, "-c", here(first, address)], photos)
    assert "blouse []" in said
    assert open_picture(photos / "draped.png").height == 1024
    garment = open_picture(photos / "garment.png")
    assert garment.height == 1024
    assert garment.alpha is not None
    said = run([sys.executable, "-c", here(wrong, address)], photos)
    assert "fit is 3; it must lie between -1 and 1" in said


def test_curl(address, photos):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    (code,) = examples("sh")
    said = run(["sh", "-ec", here(code, address)], photos)
    assert open_picture(photos / "draped.png").height == 1024
    complete = re.findall(r"event: complete\ndata: (.*)", said)
    (_, _, drape), (pose,), (garment,) = (json.loads(data) for data in complete)
    assert drape["garment"] == "garment.jpg"
    assert drape["warp"]["folded_fraction"] == 0
    assert set(pose) == {"file", "width", "height", "method", "elapsed_ms", "people"}
    assert garment["category"] == "blouse"


def test_node(address, photos):
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    functions, use = examples("js")
    blobs = (
        'import { readFile } from "node:fs/promises";\n'
        'const garmentPhoto = new Blob([await readFile("garment.jpg")]);\n'
        'const personPhoto = new Blob([await readFile("person.jpg")]);\n'
    )
    (photos / "run.mjs").write_text(blobs + here(functions + use, address))
    said = run(["node", "run.mjs"], photos)
    assert said.startswith("blouse image/png true\n1 [")


def test_browser(address, browser):
    functions, use = examples("js")
    blobs = "const [garmentPhoto, personPhoto] = photos.map((text) => new Blob(" \
            "[Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]));\n"  # fmt: skip
    program = f"async (photos) => {{ {blobs} {here(functions + use, address)} return report; }}"
    with browser.new_context() as visitor:
        page = visitor.new_page()
        page.goto(address)
        report = page.evaluate(program, [_base64("mannequin_top"), _base64("person_front")])
    assert report["category"] == "blouse"


def _base64(name):
    import base64

    return base64.b64encode(sample(name).read_bytes()).decode()


def test_an_open_page_does_not_keep_the_server_from_ending(tmp_path):
    from gradio_client import Client

    with server.studio(tmp_path / "served") as (port, process):
        client = Client(f"http://127.0.0.1:{port}", verbose=False)
        process.terminate()
        process.wait(6)
        del client


@pytest.fixture(scope="module")
def shut(tmp_path_factory):
    """A server that asks for a name, behind a proxy that takes its prefix off."""
    folder = tmp_path_factory.mktemp("shut")
    (folder / "names").write_text("anna:secret\n")
    arguments = ("--root-path", "/studio", "--auth-file", str(folder / "names"))
    with (
        server.studio(folder / "served", *arguments) as (port, _),
        _proxy(port, "/studio") as proxy,
    ):
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{proxy}/studio"


def _proxy(port, prefix):
    """Pass requests on with the prefix off, as `proxy_pass http://studio/;` does."""

    class Handler(BaseHTTPRequestHandler):
        def _pass_on(self):
            if not self.path.startswith(prefix):
                self.send_error(404)
                return
            length = int(self.headers.get("content-length", 0))
            headers = dict(self.headers.items())
            headers["X-Forwarded-Host"] = headers.pop("Host", "")
            headers.pop("Accept-Encoding", None)
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}{self.path.removeprefix(prefix) or '/'}",
                data=self.rfile.read(length) if length else None,
                headers=headers,
                method=self.command,
            )
            try:
                answer = urllib.request.urlopen(request, timeout=120)
            except urllib.error.HTTPError as error:
                answer = error
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            # The browser may have gone.
            with suppress(BrokenPipeError, ConnectionResetError):
                while piece := answer.read1(65536):
                    self.wfile.write(piece)
                    self.wfile.flush()

        do_GET = do_POST = do_HEAD = _pass_on  # noqa: N815

        def log_message(self, *args):
            pass

    @contextmanager
    def running():
        proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy.server_address[1]
        proxy.shutdown()

    return running()


def test_login_by_curl(shut, photos):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    direct, through = shut
    (code,) = examples("sh login")
    for address in (direct, through):
        assert '"/drape"' in run(["sh", "-ec", here(code, address)], photos)


def test_login_and_prefix_by_client(shut, photos):
    from gradio_client import Client, handle_file

    for address in shut:
        client = Client(address, auth=("anna", "secret"), verbose=False)
        found = client.predict(image=handle_file(photos / "garment.jpg"), api_name="/garment")
        assert found["category"] == "blouse"


def test_login_and_prefix_by_browser(shut, browser):
    _, through = shut
    asked, refused = [], []
    with browser.new_context() as visitor:
        page = visitor.new_page()
        page.on("requestfinished", lambda request: asked.append(request.url))
        page.on("console", lambda message: refused.append(message.text))
        page.goto(f"{through}/")
        page.locator("input").nth(1).wait_for(timeout=30_000)
        for place, text in enumerate(("anna", "secret")):
            page.locator("input").nth(place).fill(text)
        page.get_by_role("button", name="Login").click()
        page.locator("#drape").wait_for(timeout=30_000)
        for side, name in (("garment", "mannequin_top"), ("person", "person_front")):
            page.locator(f"#{side}-photo input[type=file]").set_input_files(sample(name))
            page.locator(f"#{side}-photo img").first.wait_for(timeout=20_000)
        page.locator("#drape").click()
        page.get_by_text("Draped: blouse").wait_for(timeout=90_000)
    here_only = [url for url in asked if url.startswith("http") and not url.startswith(through)]
    assert here_only == []
    # The page's own connections are none of those that the policy refuses.
    assert not [text for text in refused if "connect-src" in text and "127.0.0.1" in text]
