"""How the C library hands out memory: a server shall give back what it is done with."""

from __future__ import annotations

import ctypes

__all__ = ["use_few_arenas"]

# `M_ARENA_MAX` of malloc.h in the GNU C library.
_M_ARENA_MAX = -8


def use_few_arenas(count: int = 2) -> bool:
    """Let all threads share a few heaps, where the C library is GNU's.

    By default each of a web server's threads gets a heap of its own, and each keeps the room
    that its largest picture once took.

    Parameters
    ----------
    count : int
        Heaps.

    Returns
    -------
    bool
        Whether the C library took it.

    Examples
    --------
    >>> use_few_arenas() in (True, False)
    True
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, count))
    except (OSError, AttributeError, TypeError):
        return False
