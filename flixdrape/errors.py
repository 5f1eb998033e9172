"""What can go wrong, in words for the person who sent the picture."""

from __future__ import annotations

__all__ = ["FlixDrapeError", "NothingFoundError", "UnusableInputError"]


class FlixDrapeError(Exception):
    """Base of the project's own errors; the message is one line for the user."""

    exit_status = 1


class UnusableInputError(FlixDrapeError, ValueError):
    """A file that cannot be used, as input or as output."""

    exit_status = 2


class NothingFoundError(FlixDrapeError, LookupError):
    """A usable picture without what was looked for."""

    exit_status = 3
