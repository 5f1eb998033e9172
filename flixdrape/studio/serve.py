"""Serving the page: limits, health, counters, and nothing from outside."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flixdrape.errors import UnusableInputError

__all__ = ["ServeOptions", "build_app", "read_auth", "serve"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Gradio's page names a script and fonts of other hosts; the browser is told to leave them.
_POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss: data: blob:"
)


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
        If the file of names and passwords cannot be used.
    """
    import uvicorn

    app = build_app(options)
    address = f"http://{options.host}:{options.port}{options.root_path}"
    print(f"FlixDrape Studio: {address} (Ctrl+C ends it)", flush=True)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")


def build_app(options: ServeOptions) -> Any:
    """Return the web application: the page, its endpoints, ``/healthz`` and ``/metrics``.

    Parameters
    ----------
    options : ServeOptions
        How it is served.
    """
    _prepare_environment()
    import gradio as gr
    import torch
    from fastapi import FastAPI, Response

    from flixdrape.studio.metrics import METRICS
    from flixdrape.studio.page import CSS, build_page, theme

    auth = read_auth(options.auth_file) if options.auth_file else None
    cores = os.cpu_count() or 1
    workers = options.workers or max(cores // 2, 1)
    # Workers share the cores; more threads than cores make everybody slower.
    torch.set_num_threads(max(cores // workers, 1))
    warm = threading.Event()
    threading.Thread(target=_warm_up, args=(warm,), daemon=True).start()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz() -> Response:
        ready = warm.is_set()
        return Response("ok\n" if ready else "loading\n", 200 if ready else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(METRICS.text(), media_type="text/plain; version=0.0.4")

    page = build_page()
    page.queue(max_size=options.queue, default_concurrency_limit=workers)
    mounted = gr.mount_gradio_app(
        app, page, path="/", server_name=options.host, server_port=options.port, auth=auth,
        root_path=options.root_path or None, allowed_paths=[], show_error=False,
        max_file_size=options.max_file_size, enable_monitoring=False, ssr_mode=False,
        footer_links=["api"], theme=theme(), css=CSS, run_history=False,
    )  # fmt: skip
    return _with_policy(mounted)


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


def _prepare_environment() -> None:
    """Set what Gradio reads when it is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if "GRADIO_TEMP_DIR" not in os.environ:
        os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="flixdrape-uploads-")


def _warm_up(done: threading.Event) -> None:
    """Load the networks and drape once: the first visitor waits no longer than the next."""
    from flixdrape.drape import drape
    from flixdrape.samples import GARMENTS, PERSON, sample

    drape(sample(GARMENTS[0]), sample(PERSON))
    done.set()


def _with_policy(app: Any) -> Any:
    """Add to every answer what the browser may load: this server's things alone."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_header(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                extra = [
                    (b"content-security-policy", _POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        await app(scope, receive, with_header if scope["type"] == "http" else send)

    return wrapped
