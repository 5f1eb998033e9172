"""Which files a caller may name: those that were uploaded, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder

from flixdrape.errors import UnusableInputError

__all__ = ["check_uploads", "uploaded"]

_ADVICE = "send the photo to /gradio_api/upload and pass the path that was answered"


def uploaded(path: str) -> str:
    """Return the path of an uploaded file, links resolved.

    Raises
    ------
    UnusableInputError
        If it is an address, or any other file or folder.
    """
    if "://" in path:
        raise UnusableInputError(f"{path[:200]}: is an address, not an upload; {_ADVICE}")
    try:
        whole, folder = Path(path).resolve(), Path(get_upload_folder()).resolve()
        found = folder in whole.parents and whole.is_file()
    except (OSError, ValueError, RuntimeError):
        found = False
    if not found:
        raise UnusableInputError(
            f"{Path(path).name[:200]}: no such upload; {_ADVICE}; uploads are kept for an hour"
        )
    return str(whole)


def check_uploads(values: Any) -> None:
    """Look through the values of a call for files that were not uploaded.

    Parameters
    ----------
    values : any
        As JSON holds them; a file is an object with a ``path``.

    Raises
    ------
    UnusableInputError
        If there is one.
    """
    if isinstance(values, dict):
        if isinstance(values.get("path"), str):
            uploaded(values["path"])
        values = list(values.values())
    if isinstance(values, list | tuple):
        for value in values:
            check_uploads(value)
