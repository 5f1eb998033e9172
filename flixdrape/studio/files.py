"""Files offered for download, named after the photos they come from."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import zipfile
from collections import deque
from pathlib import Path
from typing import Any

from flixdrape.drape import DrapeResult
from flixdrape.images import save_picture

__all__ = ["new_folder", "result_name", "save_result", "zipped"]

# The page copies what it is given at once; older folders serve nobody.
_KEPT = 32
_folders: deque[Path] = deque()
_lock = threading.Lock()


def new_folder() -> Path:
    """Make a folder for one answer's files; the oldest goes when there are too many."""
    folder = Path(tempfile.mkdtemp(prefix="flixdrape-"))
    with _lock:
        _folders.append(folder)
        old = [_folders.popleft() for _ in range(len(_folders) - _KEPT)]
    for gone in old:
        shutil.rmtree(gone, ignore_errors=True)
    return folder


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
