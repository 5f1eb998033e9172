"""Counters of what was served, in the text format that Prometheus reads."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["METRICS", "Metrics"]


class Metrics:
    """Counts of work done and refused, and seconds spent on it.

    Examples
    --------
    >>> metrics = Metrics()
    >>> with metrics.measured("drape"):
    ...     pass
    >>> metrics.counts["drape", "done"]
    1
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def measured(self, what: str) -> Iterator[None]:
        """Count one piece of work, and whether it ended well."""
        start, outcome = time.perf_counter(), "failed"
        try:
            yield
            outcome = "done"
        finally:
            with self._lock:
                self.counts[what, outcome] += 1
                spent = time.perf_counter() - start
                self.seconds[what] = self.seconds.get(what, 0.0) + spent

    def text(self) -> str:
        """Return all counters, one a line."""
        with self._lock:
            lines = ["# TYPE flixdrape_requests_total counter"]
            lines += [
                f'flixdrape_requests_total{{what="{what}",outcome="{outcome}"}} {count}'
                for (what, outcome), count in sorted(self.counts.items())
            ]
            lines.append("# TYPE flixdrape_seconds_total counter")
            lines += [
                f'flixdrape_seconds_total{{what="{what}"}} {spent:.3f}'
                for what, spent in sorted(self.seconds.items())
            ]
        return "\n".join(lines) + "\n"


#: Those of this process.
METRICS = Metrics()
