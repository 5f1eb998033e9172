"""What stands before Gradio: sizes of requests, doors that stay shut, what browsers may load."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

__all__ = ["MAX_JSON", "POLICY", "Gate"]

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Bytes of a request that is no upload: values and names, no pictures.
MAX_JSON = 2_000_000
#: Gradio's page names a script and fonts of other hosts; the browser is told to leave them.
POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)

_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
# Gradio offers to fetch pages of other hosts for its visitors, to cut videos, to keep copies of
# what the page shows, to write programs. Nothing here needs that.
_SHUT = (
    "/gradio_api/proxy=", "/gradio_api/file=http:", "/gradio_api/file=https:",
    "/gradio_api/process_recording", "/gradio_api/deep_link", "/gradio_api/vibe-",
    "/gradio_api/undo-vibe-",
)  # fmt: skip


class Gate:
    """An ASGI application in front of another.

    Parameters
    ----------
    app : ASGI application
        What is served.
    root_path : str
        Prefix of every address; a proxy may take it off before it passes requests on, or not.
    max_upload : int
        Bytes of one upload request, all its files together.
    """

    def __init__(self, app: App, root_path: str, max_upload: int) -> None:
        self._app, self._root = app, root_path.rstrip("/")
        self._max_upload = max_upload
        #: Called when the server is about to end.
        self.end: Callable[[], None] = lambda: None
        #: Called with method and path when a request has been answered.
        self.answered: Callable[[str, str], None] = lambda method, path: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._root and scope["path"] == self._root:
            # The page names its parts beside it: without the slash they would be one floor up.
            await self._redirect(f"{self._root}/", send)
            return
        scope = self._without_root(scope)
        path = str(scope["path"])
        limit = self._max_upload if path.startswith("/gradio_api/upload") else MAX_JSON
        body = _Body(receive, limit)
        answer = _Answer(send, body)
        if path.lower().startswith(_SHUT):
            await answer.refuse(403, "this is not offered here")
        elif _announced(scope) > limit:
            await answer.refuse(413, f"the request is over {limit} bytes")
        else:
            try:
                await self._app(scope, body, answer)
            except _TooLargeError:
                await answer.refuse(413, f"the request is over {limit} bytes")
            finally:
                self.answered(str(scope["method"]), path)

    def _without_root(self, scope: Scope) -> Scope:
        path = str(scope["path"])
        if not self._root or not path.startswith(f"{self._root}/"):
            return scope
        inner = path[len(self._root) :]
        return {**scope, "path": inner, "raw_path": inner.encode()}

    @staticmethod
    async def _redirect(place: str, send: Send) -> None:
        headers = [(b"location", place.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


class _TooLargeError(Exception):
    """A request goes on for longer than it may."""


class _Body:
    """Receives a request and counts its bytes: the length that it announces may be wrong."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._left = receive, limit
        self.limit = limit

    @property
    def over(self) -> bool:
        """Whether more came than may."""
        return self._left < 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self.over:
                raise _TooLargeError
        return message


class _Answer:
    """Sends an answer with what a browser may load; to a request that was too large, a refusal."""

    def __init__(self, send: Send, body: _Body) -> None:
        self._send, self._body = send, body
        self._refused = self._started = False

    async def __call__(self, message: Message) -> None:
        # What reads the request takes its end for damage, and would answer so.
        if self._body.over and not self._started:
            await self.refuse(413, f"the request is over {self._body.limit} bytes")
        if self._refused:
            return
        if message["type"] == "http.response.start":
            self._started = True
            message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
        await self._send(message)

    async def refuse(self, status: int, sentence: str) -> None:
        """Answer with a sentence, and with nothing after it."""
        if self._refused or self._started:
            return
        self._refused = True
        body = json.dumps({"error": sentence}).encode() + b"\n"
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *_HEADERS,
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0
