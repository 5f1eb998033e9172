"""What happens after something was put right: all that shows it, and the drape, follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from flixdrape.studio.actions import MODEL, spoken
from flixdrape.studio.session import Session

__all__ = ["Correcting"]

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class Correcting:
    """Ties what a visitor puts right to what the page shows of it.

    Parameters
    ----------
    state : gr.State
        Of a `Session`.
    drape_again : callable
        Given the session and the controls' values; drapes after a correction.
    inputs, outputs : list
        The controls; what `drape_again` fills.
    """

    def __init__(
        self,
        state: gr.State,
        drape_again: Callable[..., Any],
        inputs: list[Any],
        outputs: list[Any],
    ) -> None:
        self.state, self._drape_again = state, drape_again
        self._inputs, self._outputs = inputs, outputs
        self._views: list[tuple[Callable[[Session], tuple[Any, ...]], list[Any]]] = []

    def shows(self, view: Callable[[Session], tuple[Any, ...]], parts: list[Any]) -> None:
        """Let some parts of the page show what `view` says of a session.

        All are named before the first of the methods below is called.
        """
        self._views.append((view, parts))

    def after(self, event: Any) -> Any:
        """Show the session again when an event has ended well."""
        parts = [part for _, shown in self._views for part in shown]
        return event.success(spoken(self._shown), [self.state], parts, **_QUIET, **MODEL)

    def _shown(self, session: Session) -> tuple[Any, ...]:
        return tuple(value for view, _ in self._views for value in view(session))

    def choosing(
        self, listener: Callable[..., Any], change: Callable[..., Session], *more: Any
    ) -> None:
        """Let an event change the session; then show it again."""
        inputs = [self.state, *more]
        self.after(listener(spoken(change), inputs, [self.state], **_QUIET, **MODEL))

    def changing(
        self, listener: Callable[..., Any], change: Callable[..., Session], *more: Any
    ) -> None:
        """Let an event change the session; then show it again and drape again."""
        inputs = [self.state, *more]
        event = listener(spoken(change), inputs, [self.state], **_QUIET, **MODEL)
        self.after(event).success(
            self._drape_again, [self.state, *self._inputs], self._outputs, **_QUIET, **MODEL
        )
