"""Values kept for those who ask next: bounded by number and bytes, made once by one of many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import numpy as np

__all__ = ["Kept", "weight"]

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values used last, at most so many and so heavy; several threads may ask at once.

    A value is made by the first that asks for it; others that ask for it meanwhile wait.

    Parameters
    ----------
    size : int
        How many are kept.
    limit : int, optional
        How many bytes they may take together. The one used last stays even if it alone is over:
        else each move of a slider would make it again.

    Examples
    --------
    >>> kept = Kept[int](2)
    >>> [kept.get("a", lambda: 1), kept.get("a", lambda: 2)]
    [1, 1]
    """

    def __init__(self, size: int, limit: int | None = None) -> None:
        self.size, self.limit = size, limit
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()
        # For each key that is being made: its lock, and how many hold or wait for it.
        self._making: dict[Hashable, tuple[threading.Lock, int]] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept under a key; make it first if there is nothing.

        An error of `make` is the caller's own: who waited for it tries again.
        """
        with self._alone(key):
            found = self.peek(key)
            if found is not None:
                return found
            value = make()
            with self._lock:
                self._values[key] = value
                self._values.move_to_end(key)
                self._shed()
            return value

    def peek(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, or None."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def weight(self) -> int:
        """Return how many bytes are kept."""
        with self._lock:
            return sum(weight(value) for value in self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    @contextmanager
    def _alone(self, key: Hashable) -> Iterator[None]:
        with self._lock:
            lock, users = self._making.get(key, (threading.Lock(), 0))
            self._making[key] = lock, users + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._making.pop(key)
                if users > 1:
                    self._making[key] = lock, users - 1

    def _shed(self) -> None:
        # Weighed anew each time: an analysis grows while it is used.
        weights = {key: weight(value) for key, value in self._values.items()}
        limit = self.limit if self.limit is not None else sum(weights.values())
        while len(self._values) > self.size or sum(weights.values()) > limit:
            if len(self._values) == 1:
                return
            key, _ = self._values.popitem(last=False)
            del weights[key]


def weight(value: Any) -> int:
    """Return the bytes of all arrays that a value holds; one held twice counts once.

    Parameters
    ----------
    value : any
        Objects, tuples, lists and dicts are looked into.

    Examples
    --------
    >>> plane = np.zeros((10, 10), np.float32)
    >>> weight({"a": plane, "b": [plane, plane[:5]]})
    400
    """
    total, seen, left = 0, set(), [value]
    while left:
        part = left.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, np.ndarray):
            # A view keeps the whole array that it looks at.
            if isinstance(part.base, np.ndarray):
                left.append(part.base)
            else:
                total += part.nbytes
        elif isinstance(part, dict):
            left += list(part.values())
        elif isinstance(part, list | tuple):
            left += list(part)
        elif hasattr(part, "__dict__") and not isinstance(part, type):
            left += list(vars(part).values())
    return total
