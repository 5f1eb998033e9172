"""Serving the page: limits, health, counters, and nothing from outside."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flixdrape.errors import UnusableInputError

__all__ = ["ServeOptions", "build_app", "read_auth", "serve"]

_LOG = logging.getLogger(__name__)
# A drape that runs when the server is told to end may be finished.
_LAST_SECONDS = 8
# Files of one upload request, each of the largest size: a batch is sent at once.
_FILES_AT_ONCE = 20


@dataclass(frozen=True)
class ServeOptions:
    """How the studio is served.

    Attributes
    ----------
    host : str
        Address to listen at.
    port : int
        Port to listen at.
    root_path : str
        Prefix that a proxy puts before every address.
    auth_file : str or None
        Lines of ``name:password``; without it everybody is let in.
    workers : int
        Drapes at once; 0 means one for every two processor cores.
    queue : int
        How many may wait before others are turned away.
    max_file_size : str
        Of an upload.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    root_path: str = ""
    auth_file: str | None = None
    workers: int = 0
    queue: int = 64
    max_file_size: str = "20mb"


def serve(options: ServeOptions) -> None:
    """Serve the studio until interrupted.

    Parameters
    ----------
    options : ServeOptions
        Where and how.

    Raises
    ------
    UnusableInputError
        If the address is taken, or the file of names and passwords cannot be used.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # An open page keeps a connection for as long as it is open.
            app.end()
            await super().shutdown(sockets)

    _check_address(options)
    app = build_app(options)
    address = f"http://{options.host}:{options.port}{options.root_path.rstrip('/')}/"
    print(f"FlixDrape Studio: {address} (Ctrl+C ends it)", flush=True)
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        Server(config).run()


def build_app(options: ServeOptions) -> Any:
    """Return the web application: the page, its endpoints, ``/healthz`` and ``/metrics``.

    Parameters
    ----------
    options : ServeOptions
        How it is served.

    Raises
    ------
    UnusableInputError
        If the file of names and passwords, or the size of uploads, cannot be used.
    """
    auth = read_auth(options.auth_file) if options.auth_file else None
    largest = _bytes(options.max_file_size)
    made = _prepare_environment()
    import gradio as gr
    from fastapi import FastAPI, Response

    from flixdrape.studio.files import remove_folders
    from flixdrape.studio.gate import Gate
    from flixdrape.studio.memory import use_few_arenas
    from flixdrape.studio.metrics import METRICS
    from flixdrape.studio.page import CSS, build_page, theme
    from flixdrape.studio.sessions import limit_sessions
    from flixdrape.studio.strict import answers_of_errors, as_launched, check_calls

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        yield
        # Photos do not outlive the server.
        remove_folders()
        if made:
            shutil.rmtree(made, ignore_errors=True)

    use_few_arenas()
    workers = _share_cores(options.workers)
    warmth = _Warmth()
    # FastAPI's lists of routes; `/gradio_api/openapi.json` lists the endpoints.
    unlisted: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": None}
    app = FastAPI(**unlisted, lifespan=lifespan)

    @app.get("/healthz")
    def healthz() -> Response:
        return Response(warmth.sentence + "\n", warmth.status, media_type="text/plain")

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(METRICS.text(), media_type="text/plain; version=0.0.4")

    page = build_page()
    check_calls(page)
    limit_sessions(page)
    # Without the queue a call would not count among those that run at once.
    page.queue(max_size=options.queue, default_concurrency_limit=workers, api_open=False)
    mounted = gr.mount_gradio_app(
        app, page, path="/", server_name=options.host, server_port=options.port, auth=auth,
        root_path=options.root_path or None, allowed_paths=[], show_error=False,
        max_file_size=largest, enable_monitoring=False, ssr_mode=False,
        footer_links=["api"], theme=theme(), css=CSS, run_history=False,
        app_kwargs={**unlisted, "exception_handlers": answers_of_errors()},
    )  # fmt: skip
    as_launched(page)
    threading.Thread(target=warmth.warm_up, daemon=True).start()
    gate = Gate(mounted, options.root_path, _FILES_AT_ONCE * largest)
    gate.end = _ender(mounted)
    gate.answered = _forgetter(page)
    return gate


def _check_address(options: ServeOptions) -> None:
    """Say that the address is taken before the networks are loaded."""
    try:
        family = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.host, options.port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnusableInputError(
            f"{options.host}:{options.port}: cannot be served at ({reason}); choose another "
            "--host or --port"
        ) from None


def _ender(mounted: Any) -> Callable[[], None]:
    """Return what ends the connections that Gradio keeps to open pages."""
    events = [getattr(getattr(route, "app", None), "stop_event", None) for route in mounted.routes]

    def end() -> None:
        for event in events:
            if event is not None:
                event.set()

    return end


def _forgetter(page: Any) -> Callable[[str, str], None]:
    """Return what drops the session of a call when its events have been read."""
    from flixdrape.studio.sessions import forget, session_of_call

    def answered(method: str, path: str) -> None:
        if session := session_of_call(method, path):
            forget(page, session)

    return answered


def read_auth(file: str) -> list[tuple[str, str]]:
    """Read names and passwords, ``name:password`` a line; empty lines and # lines are skipped.

    Raises
    ------
    UnusableInputError
        If the file cannot be read or a line is none such.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise UnusableInputError(f"{file}: cannot be read; name a text file") from None
    pairs = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, password = line.partition(":")
        if not (name and colon and password):
            raise UnusableInputError(f"{file}: line {number} is not name:password")
        pairs.append((name, password))
    if not pairs:
        raise UnusableInputError(f"{file}: holds no name:password")
    return pairs


def _prepare_environment() -> str | None:
    """Set what Gradio reads when it is imported; return the folder for uploads if it is ours."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if "GRADIO_TEMP_DIR" in os.environ:
        return None
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="flixdrape-uploads-")
    return os.environ["GRADIO_TEMP_DIR"]


def _share_cores(workers: int) -> int:
    """Return how many drapes run at once; each may use its share of the cores.

    More threads than cores make everybody slower.
    """
    import cv2
    import torch

    cores = os.cpu_count() or 1
    workers = workers or max(cores // 2, 1)
    threads = max(cores // workers, 1)
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    return workers


def _bytes(size: str) -> int:
    """Read a size such as ``20mb``.

    Raises
    ------
    UnusableInputError
        If it is none.

    Examples
    --------
    >>> _bytes("20mb")
    20971520
    """
    text = size.strip().lower()
    unit = text.lstrip("0123456789")
    number = text[: len(text) - len(unit)]
    powers = {"": 0, "b": 0, "kb": 1, "mb": 2, "gb": 3}
    if unit.strip() not in powers or not number or int(number) == 0:
        raise UnusableInputError(f"--max-file-size {size}: a size such as 20mb or 500kb")
    return int(number) * 1024 ** powers[unit.strip()]


class _Warmth:
    """Whether the server is ready: it drapes once, so that the first visitor waits no longer."""

    def __init__(self) -> None:
        self.status, self.sentence = 503, "loading"

    def warm_up(self) -> None:
        """Load the networks and drape the samples; say so if that fails."""
        from flixdrape.drape import drape
        from flixdrape.samples import GARMENTS, PERSON, sample

        try:
            drape(sample(GARMENTS[0]), sample(PERSON))
        except Exception as error:
            _LOG.exception("the first drape failed")
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            self.sentence = f"the first drape failed, and others will ({reason})"
            self.status = 500
            return
        self.status, self.sentence = 200, "ok"
