"""Files offered for download, named after the photos they come from."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
import zipfile
from collections import deque
from pathlib import Path
from typing import Any

from flixdrape.drape import DrapeResult
from flixdrape.images import save_picture

__all__ = ["new_folder", "remove_folders", "result_name", "save_pictures", "save_result", "zipped"]

# Gradio copies what it is given when the function that wrote it returns; older folders serve
# nobody. By age, not by number: another visitor's busy slider must not take a file away.
_SECONDS_KEPT = 120.0
_folders: deque[tuple[float, Path]] = deque()
_lock = threading.Lock()


def new_folder() -> Path:
    """Make a folder for one answer's files; those that have served go."""
    folder = Path(tempfile.mkdtemp(prefix="flixdrape-"))
    now = time.monotonic()
    old = _taken(before=now - _SECONDS_KEPT)
    with _lock:
        _folders.append((now, folder))
    for gone in old:
        shutil.rmtree(gone, ignore_errors=True)
    return folder


def remove_folders() -> None:
    """Delete all folders that `new_folder` made: photos do not outlive the server."""
    for gone in _taken(before=float("inf")):
        shutil.rmtree(gone, ignore_errors=True)


def _taken(before: float) -> list[Path]:
    taken = []
    with _lock:
        while _folders and _folders[0][0] < before:
            taken.append(_folders.popleft()[1])
    return taken


def result_name(garments: list[str], person: str) -> str:
    """Name a result after its photos, without a suffix.

    Examples
    --------
    >>> result_name(["a/coat.jpg"], "b/anna.png")
    'coat_on_anna'
    """
    worn = "_".join(Path(path).stem for path in garments)
    return f"{worn[:80]}_on_{Path(person).stem[:60]}"


def save_result(result: DrapeResult, name: str) -> tuple[str, str, str]:
    """Write a result, its garment layer, and a zip of all layers with the report.

    Parameters
    ----------
    result : DrapeResult
        To write.
    name : str
        Of the files.

    Returns
    -------
    tuple of str
        Paths of the picture, the garment (transparent PNG) and the zip.
    """
    folder = new_folder()
    picture = result.save(folder / f"{name}.png")
    layers = {
        key: save_picture(layer, folder / f"{name}_{key}.png")
        for key, layer in result.layers.items()
    }
    report = folder / f"{name}.json"
    report.write_text(json.dumps(plain(result.report), indent=1), encoding="utf-8")
    archive = zipped([picture, *layers.values(), report], folder / f"{name}_layers.zip")
    return str(picture), str(layers["warped"]), str(archive)


def save_pictures(result: DrapeResult, name: str) -> tuple[str, str]:
    """Write a result and its garment layer, no more.

    Parameters
    ----------
    result : DrapeResult
        To write.
    name : str
        Of the files.

    Returns
    -------
    tuple of str
        Paths of the picture and of the whole warped garment (transparent PNG).
    """
    folder = new_folder()
    picture = result.save(folder / f"{name}.png")
    warped = save_picture(result.layers["warped"], folder / f"{name}_garment.png")
    return str(picture), str(warped)


def zipped(files: list[Path], target: Path) -> Path:
    """Put files into a zip, pictures as they are: they are compressed already."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            archive.write(file, file.name)
    return target


def plain(value: Any) -> Any:
    """Return a report as JSON holds it: numpy's numbers become Python's.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"a": (np.float64(1.5), None)})
    {'a': [1.5, None]}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    return value
