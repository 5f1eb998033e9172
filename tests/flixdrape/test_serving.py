"""The server in front of the page: what it refuses, keeps, and says."""

import io
import json
import threading
import time
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from flixdrape.errors import UnusableInputError
from flixdrape.samples import sample
from flixdrape.studio import serve
from flixdrape.studio.kept import Kept, weight

ROOT = Path(__file__).parents[2]
MARK = {"meta": {"_type": "gradio.FileData"}}


@pytest.fixture
def client(monkeypatch, tmp_path):
    """Give a function that serves the studio in this process."""
    import torch
    from starlette.testclient import TestClient

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    opened = []

    def start(warm_up=lambda warmth: None, **options):
        # What the studio keeps, other tests find: by as many threads it is the same to the bit.
        with (
            mock.patch.object(serve._Warmth, "warm_up", warm_up),
            mock.patch.object(torch, "set_num_threads"),
        ):
            app = serve.build_app(serve.ServeOptions(**options))
        opened.append(TestClient(app, base_url="http://127.0.0.1:7860").__enter__())
        return opened[-1]

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def upload(client, name, content=None):
    content = content if content is not None else sample(name).read_bytes()
    answer = client.post("/gradio_api/upload", files={"files": (f"{name}.jpg", content)})
    assert answer.status_code == 200
    return {"path": answer.json()[0], **MARK}


def call(client, endpoint, **values):
    """Return the event's kind and its data."""
    answer = client.post(f"/gradio_api/call/v2/{endpoint}", json=values)
    assert answer.status_code == 200, answer.text
    text = client.get(f"/gradio_api/call/{endpoint}/{answer.json()['event_id']}").text
    events = [event.split("\n") for event in text.strip().split("\n\n")]
    # A server that is busy says now and then that it is still there.
    kind, data = next(event for event in events if event[0] != "event: heartbeat")
    return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def png(size):
    file = io.BytesIO()
    Image.new("RGB", size, (120, 90, 60)).save(file, "PNG")
    return file.getvalue()


def test_health_says_what_is_the_matter(client, caplog):
    def fails(warmth):
        with mock.patch("flixdrape.drape.drape", side_effect=OSError("weights are damaged")):
            original(warmth)

    original = serve._Warmth.warm_up
    assert client().get("/healthz").status_code == 503
    failed = client(warm_up=fails)
    for _ in range(100):
        answer = failed.get("/healthz")
        if answer.status_code != 503:
            break
        time.sleep(0.05)
    assert answer.status_code == 500
    assert "weights are damaged" in answer.text
    assert "weights are damaged" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=%2Fetc%2Fpasswd",
        "/gradio_api/file/etc/passwd",
        f"/gradio_api/file={ROOT}/pyproject.toml",
        f"/gradio_api/file={sample('mannequin_top')}",
        f"/gradio_api/file={serve.__file__}",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/file=./README.md",
        "/gradio_api/file=~/.bashrc",
        "/gradio_api/file=file:///etc/passwd",
        "/gradio_api/file=http://127.0.0.1/",
        "/gradio_api/file=HTTPS://example.com/",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/assets/..%2f..%2froutes.py",
        "/svelte/..%2f..%2froutes.py",
        "/gradio_api/deep_link",
        "/monitoring",
        "/gradio_api/vibe-code",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_path_of_the_server_is_readable(client, path):
    answer = client().get(path)
    assert answer.status_code in (403, 404, 405)
    assert "root:" not in answer.text
    assert "[project]" not in answer.text


def test_a_file_of_the_server_is_no_upload(client, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(png((300, 400)))
    server = client()
    for mark in (MARK, {}):
        for path in (secret, sample("mannequin_top"), "/etc/passwd", tmp_path / "uploads"):
            kind, data = call(server, "garment", image={"path": str(path), **mark})
            assert kind == "error"
            assert "upload" in data["error"]
    kept = [file.name for file in (tmp_path / "uploads").rglob("*.png")]
    assert "secret.png" not in kept


def test_addresses_are_not_fetched(client):
    with mock.patch("socket.getaddrinfo", side_effect=AssertionError("a host was looked up")):
        image = {"path": "https://example.com/a.jpg", **MARK}
        kind, data = call(client(), "garment", image=image)
    assert kind == "error"
    assert "is an address" in data["error"]


def test_wrong_calls_are_told_so_and_the_next_is_served(client):
    server = client()
    top, person = upload(server, "mannequin_top"), upload(server, "person_front")
    for values, words in (
        ({"fit": 9}, "fit is 9; it must lie between -1 and 1"),
        ({"tuck": "no"}, "tuck is 'no'; it must be true or false"),
        ({"category": "hat"}, "category is 'hat'"),
        ({"worn": ["hat"]}, "worn 'hat': one of top"),
        ({"worn": "top"}, "worn is 'top'; it must be a list"),
        ({"patches": [[1, 2, "hat"]]}, "patches must be a list of [x, y, part]"),
        ({"patches": [[9000, 2, "top"]]}, "patch at 9000, 2: outside"),
        ({"person_index": 1}, "there is one person"),
        ({"person_index": True}, "it must be a position"),
        ({"person": upload(server, "broken", b"GIF89a")}, "broken.jpg: not a picture"),
        ({"person": None}, "person: send the photo to /gradio_api/upload"),
        ({"garment": upload(server, "grey", png((300, 400)))}, "grey.jpg: "),
    ):
        kind, data = call(server, "drape", **{"garment": top, "person": person, **values})
        assert kind == "error", values
        assert words in data["error"]
    for endpoint, values, status, words in (
        ("drape", {"garment": top}, 400, "No value provided for required argument: person"),
        ("pose", {"image": person, "hat": 1}, 400, "`hat` is not a valid key-word"),
        ("hat", {"image": person}, 404, "hat: there is no such endpoint"),
    ):
        answer = server.post(f"/gradio_api/call/v2/{endpoint}", json=values)
        assert answer.status_code == status
        assert words in answer.json()["error"]
    assert server.post("/gradio_api/call/hat", json={"data": []}).status_code == 404
    kind, data = call(server, "pose", image=person, method="guess")
    assert "method is 'guess'" in data["error"]
    kind, (line,) = call(server, "garment", image=top)
    assert (kind, line["category"], line["file"]) == ("complete", "blouse", "mannequin_top.jpg")


def test_a_failure_inside_is_for_the_log(client, caplog):
    server = client()
    image = upload(server, "mannequin_top")
    broken = mock.patch(
        "flixdrape.studio.analyses.find_garment", side_effect=ZeroDivisionError("x/0")
    )
    with broken, mock.patch("flixdrape.studio.endpoints.ANALYSES.corners", _corners_anew):
        kind, data = call(server, "garment", image=image)
    assert kind == "error"
    assert "whose log says why" in data["error"]
    assert "x/0" in caplog.text


def _corners_anew(path):
    from flixdrape.studio.analyses import Analyses

    return Analyses().corners(path)


def test_uploads_are_bounded_in_bytes_and_pixels(client):
    server = client(max_file_size="200kb")
    for size, status in ((190_000, 200), (250_000, 413), (5_000_000, 413)):
        files = {"files": ("a.jpg", bytes(size))}
        assert server.post("/gradio_api/upload", files=files).status_code == status
    endless = ({"data": ["x" * 3_000_000]}, (b"x" * 100_000 for _ in range(40)))
    assert server.post("/gradio_api/call/garment", json=endless[0]).status_code == 413
    # A length that is not announced is counted.
    sent = server.post("/gradio_api/call/garment", content=endless[1])
    assert sent.status_code == 413
    assert "is over" in sent.json()["error"]
    kind, data = call(server, "garment", image=upload(server, "huge", png((6000, 5000))))
    assert kind == "error"
    assert "huge.jpg: 6000x5000 pixels is over this server's limit" in data["error"]


def test_work_goes_through_the_queue(client):
    server = client()
    image = upload(server, "mannequin_top")
    answer = server.post("/gradio_api/run/garment", json={"data": [image]})
    assert answer.status_code == 404
    shared = {
        dependency["api_name"]: fn.concurrency_id
        for fn, dependency in _dependencies(server)
        if dependency["api_name"] in ("drape", "pose", "garment")
    }
    assert shared == {"drape": "model", "pose": "model", "garment": "model"}


def test_a_call_leaves_no_session_behind(client):
    server = client()
    for _ in range(3):
        kind, _ = call(server, "garment", image={"path": "x", **MARK})
        assert kind == "error"
    holder = _blocks(server).state_holder
    assert len(holder.session_data) == 0
    assert holder.capacity < 1000


def _blocks(server):
    gradio = next(
        route.app
        for route in server.app._app.routes
        if hasattr(getattr(route, "app", 0), "get_blocks")
    )
    return gradio.get_blocks()


def _dependencies(server):
    blocks = _blocks(server)
    by_id = {dependency["id"]: dependency for dependency in blocks.config["dependencies"]}
    return [(fn, by_id[number]) for number, fn in blocks.fns.items()]


def test_without_login_nothing_is_served(client, tmp_path):
    file = tmp_path / "auth"
    file.write_text("anna:se:cret\n")
    server = client(auth_file=str(file))
    image = {"path": "x", **MARK}
    page = server.get("/").text
    assert "Drapes a garment" not in page
    assert "drape-tab" not in page
    for path in ("/config", "/gradio_api/info", "/gradio_api/openapi.json",
                 "/gradio_api/queue/data?session_hash=a", "/gradio_api/file=/etc/passwd",
                 "/gradio_api/call/garment/abc"):  # fmt: skip
        assert server.get(path).status_code == 401, path
    posted = {"files": ("a.jpg", b"x")}
    assert server.post("/gradio_api/upload", files=posted).status_code == 401
    for path in ("call/garment", "call/v2/garment", "queue/join", "run/garment", "api/garment"):
        body = {"data": [image], "image": image, "session_hash": "a", "fn_index": 0}
        assert server.post(f"/gradio_api/{path}", json=body).status_code == 401, path
    wrong = server.post("/login", data={"username": "anna", "password": "no"})
    assert wrong.status_code == 400
    right = server.post("/login", data={"username": "anna", "password": "se:cret"})
    assert right.status_code == 200
    assert "drape-tab" in server.get("/").text
    kind, _ = call(server, "garment", image=upload(server, "mannequin_top"))
    assert kind == "complete"
    # What watches the server needs no name.
    assert server.get("/metrics").status_code == 200


@pytest.mark.parametrize("prefix", ["", "/studio"])
def test_a_proxy_may_take_the_prefix_off_or_leave_it(client, prefix):
    server = client(root_path="/studio")
    headers = {"x-forwarded-host": "shop.example", "x-forwarded-proto": "https"}
    config = server.get(f"{prefix}/config", headers=headers).json()
    assert config["root"] == "https://shop.example/studio"
    assert server.get(f"{prefix}/healthz").status_code == 503
    assert server.get("/studious").status_code == 404
    bare = server.get("/studio", follow_redirects=False)
    assert (bare.status_code, bare.headers["location"]) == (307, "/studio/")


def test_browsers_are_told_to_stay_here(client):
    policy = client().get("/").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["connect-src"] == "'self' data: blob:"
    assert "http" not in policy
    assert "ws" not in policy.split()


def test_a_taken_port_is_told_at_once():
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        options = serve.ServeOptions(port=other.getsockname()[1])
        with pytest.raises(UnusableInputError, match="--port"):
            serve.serve(options)


def test_sizes_of_uploads_are_read():
    assert serve._bytes("20mb") == 20 * 1024**2
    for size in ("", "mb", "0", "20 apples", "-1"):
        with pytest.raises(UnusableInputError, match="max-file-size"):
            serve._bytes(size)


def test_what_two_ask_for_is_made_once():
    kept, made, start = Kept(4), [], threading.Barrier(3)

    def make():
        time.sleep(0.05)
        made.append(1)
        return 7

    def ask():
        start.wait()
        assert kept.get("a", make) == 7

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert kept._making == {}


def test_who_waited_for_a_failure_tries_again():
    kept = Kept(4)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 3) == 3


def test_what_is_kept_is_bounded_in_bytes():
    kept = Kept(10, limit=1000)
    for key in range(5):
        kept.get(key, lambda: {"plane": np.zeros(100, np.float32)})
    assert (len(kept), kept.weight()) == (2, 800)
    assert kept.peek(4) is not None
    assert kept.peek(2) is None
    # The last one stays even if it is too heavy: it is about to be used again.
    kept.get("heavy", lambda: np.zeros(2000, np.uint8))
    assert (len(kept), kept.weight()) == (1, 2000)


def test_what_grew_while_it_was_kept_is_weighed_anew():
    kept, grows = Kept(10, limit=1000), {}
    kept.get("a", lambda: grows)
    grows["later"] = np.zeros(900, np.uint8)
    kept.get("b", lambda: np.zeros(200, np.uint8))
    assert kept.peek("a") is None


def test_an_analysis_has_weight():
    from flixdrape.analysis import analyse_garment

    found = analyse_garment(sample("mannequin_top"))
    assert weight(found) > found.photo.rgb.nbytes
