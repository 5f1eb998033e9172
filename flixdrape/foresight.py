"""Values kept for those known to ask later, as far as there is room."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

__all__ = ["Foresight"]

Value = TypeVar("Value")


class Foresight(Generic[Value]):
    """Keeps a value until the last who needs it has had it.

    Where there is no room for all, the one needed last goes: whoever needs it then has it made
    again. No order of eviction makes fewer anew (L. Belady, "A study of replacement algorithms
    for a virtual-storage computer", IBM Systems Journal 5, 1966).

    Parameters
    ----------
    needs : iterable of (int, hashable)
        When each key will be asked for, in ascending order.
    room : float
        How much all that is kept may weigh; one value is kept even if it alone weighs more.
    weigh : callable
        What one value weighs.

    Examples
    --------
    >>> kept = Foresight([(0, "a"), (1, "b"), (2, "a")], room=9, weigh=len)
    >>> kept.take(0, "a", lambda: "made")
    'made'
    >>> kept.take(1, "b", lambda: "another"), len(kept)
    ('another', 1)
    >>> kept.take(2, "a", lambda: "not needed"), len(kept)
    ('made', 0)
    """

    def __init__(
        self, needs: Iterable[tuple[int, Hashable]], *, room: float, weigh: Callable[[Value], float]
    ) -> None:
        self._needs: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for time, key in needs:
            self._needs[key].append(time)
        self._room, self._weigh = room, weigh
        self._kept: dict[Hashable, Value] = {}

    def take(self, time: int, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made now if it is not kept.

        Parameters
        ----------
        time : int
            Needs up to this one are met.
        key : hashable
            Of the value.
        make : callable
            Makes it.
        """
        value = self._kept[key] if key in self._kept else make()
        self._kept[key] = value
        for known in list(self._kept):
            if self._next(known, time) is None:
                del self._kept[known]
        while len(self._kept) > 1 and sum(map(self._weigh, self._kept.values())) > self._room:
            del self._kept[max(self._kept, key=lambda known: self._needs[known][0])]
        return value

    def _next(self, key: Hashable, time: int) -> int | None:
        """Say when a key is needed after a time; None if never."""
        times = self._needs[key]
        while times and times[0] <= time:
            times.popleft()
        return times[0] if times else None

    def __len__(self) -> int:
        return len(self._kept)
