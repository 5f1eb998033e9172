"""How a batch gets on, one line a row on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["BatchProgress"]


class BatchProgress:
    """Says what became of each row, and how long the others will take.

    Parameters
    ----------
    total : int
        How many rows there are.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._counts = {"done": 0, "failed": 0, "skipped": 0}
        self._start = time.monotonic()

    def tell(self, line: Mapping[str, Any]) -> None:
        """Say what became of a row.

        Parameters
        ----------
        line : mapping
            As the report has it.
        """
        kind = "failed" if "error" in line else "skipped" if line.get("skipped") else "done"
        self._counts[kind] += 1
        words = [line["error"] if kind == "failed" else kind]
        notes = len(line.get("warnings", ()))
        if kind == "done" and notes:
            words.append(f"{notes} {'note' if notes == 1 else 'notes'}")
        number = sum(self._counts.values())
        left = self._left()
        if left:
            words.append(left)
        self.say(f"{number} of {self._total}: {Path(line['out']).name}: {', '.join(words)}")

    def summary(self) -> str:
        """Return how many rows were done, failed and skipped."""
        return ", ".join(f"{n} {kind}" for kind, n in self._counts.items() if n or kind == "done")

    def say(self, words: str) -> None:
        """Say something in one line."""
        print(f"flixdrape: {' '.join(words.split())}", file=sys.stderr, flush=True)

    def _left(self) -> str:
        """Say how long the rest may take; nothing where that is soon or not known."""
        worked = self._counts["done"] + self._counts["failed"]
        rest = self._total - worked - self._counts["skipped"]
        if not worked or not rest:
            return ""
        seconds = (time.monotonic() - self._start) / worked * rest
        if seconds < 60:
            return f"{seconds:.0f} s left"
        return f"{seconds / 60:.0f} min left"
