"""What Gradio keeps of each visitor: few visitors, and no call by HTTP once it is answered."""

from __future__ import annotations

import gradio as gr

__all__ = ["forget", "limit_sessions", "session_of_call"]

# A session takes some 300 kB: Gradio copies what the page is made of for each.
_SESSIONS = 256
_CALLS = "/gradio_api/call/"


def limit_sessions(page: gr.Blocks) -> None:
    """Let a page keep the sessions used last, not ten thousand; call it before mounting."""
    page.state_session_capacity = _SESSIONS


def session_of_call(method: str, path: str) -> str | None:
    """Return the session of a call whose events are read at a path: Gradio names it as the event.

    Examples
    --------
    >>> session_of_call("GET", "/gradio_api/call/drape/5f3a")
    '5f3a'
    >>> session_of_call("POST", "/gradio_api/call/drape") is None
    True
    """
    parts = path.removeprefix(_CALLS).removeprefix("v2/").strip("/").split("/")
    if method != "GET" or not path.startswith(_CALLS) or len(parts) != 2:
        return None
    return parts[1]


def forget(page: gr.Blocks, session: str) -> None:
    """Drop a session; else many calls would push out visitors who are still at work.

    Parameters
    ----------
    page : gr.Blocks
        Mounted.
    session : str
        One that is over, or none at all.
    """
    holder = page.state_holder
    with holder.lock:
        holder.session_data.pop(session, None)
        holder.time_last_used.pop(session, None)
