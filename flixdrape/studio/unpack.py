"""Uploaded pictures and zips of pictures, as a bounded list of picture files."""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from flixdrape.errors import UnusableInputError

__all__ = ["MAX_PICTURES", "unpacked"]

#: Pictures of one batch.
MAX_PICTURES = 100
# Bytes of one picture in a zip, and of all together: counted while they are read, since a zip
# may say what it likes of its sizes.
_MAX_ONE = 40_000_000
_MAX_ALL = 400_000_000
_MAX_ENTRIES = 2000
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
_CHUNK = 1 << 18
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


def unpacked(files: Sequence[str | os.PathLike[str]], folder: Path) -> list[Path]:
    """Return the pictures among uploads; those in zips are written into a folder.

    A zip's folders are not kept, its other files are passed over, and zips in it stay shut.

    Parameters
    ----------
    files : sequence of path
        Pictures and zips.
    folder : Path
        Exists; takes what comes out of the zips, and nothing is written elsewhere.

    Returns
    -------
    list of Path
        At most `MAX_PICTURES`, in the order of the uploads and of the names in a zip.

    Raises
    ------
    UnusableInputError
        If there is no picture, there are too many or too large ones, or a zip cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> unpacked(["a/coat.jpg"], Path(tempfile.gettempdir()))
    [PosixPath('a/coat.jpg')]
    """
    pictures: list[Path] = []
    left = _MAX_ALL
    for file in map(Path, files):
        if file.suffix.lower() != ".zip":
            pictures.append(file)
        else:
            found = _from_zip(file, folder, MAX_PICTURES - len(pictures), left)
            left -= sum(path.stat().st_size for path in found)
            pictures += found
        if len(pictures) > MAX_PICTURES:
            raise _too_many(file.name)
    if not pictures:
        raise UnusableInputError("Add garment photos first, or a zip of photos.")
    return pictures


def _from_zip(file: Path, folder: Path, room: int, left: int) -> list[Path]:
    try:
        with zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > _MAX_ENTRIES:
                raise UnusableInputError(f"{file.name}: holds over {_MAX_ENTRIES} files; split it")
            members = sorted(filter(_is_picture, archive.infolist()), key=lambda one: one.filename)
            if len(members) > room:
                raise _too_many(file.name)
            if not members:
                raise UnusableInputError(f"{file.name}: holds no picture; zip JPEG, PNG or WebP")
            return _written(archive, members, file.name, folder, left)
    except RuntimeError:
        raise UnusableInputError(f"{file.name}: is encrypted; zip without a password") from None
    except _BROKEN:
        raise UnusableInputError(f"{file.name}: is no zip that can be read; zip it anew") from None


def _written(
    archive: zipfile.ZipFile,
    members: Sequence[zipfile.ZipInfo],
    name: str,
    folder: Path,
    left: int,
) -> list[Path]:
    written = []
    for member in members:
        # A folder of its own for each: names may come twice, and results are named after them.
        place = folder / f"{len(os.listdir(folder)):04d}"
        place.mkdir()
        target = place / _plain_name(member.filename)
        with archive.open(member) as source, target.open("wb") as out:
            limit = min(_MAX_ONE, left)
            if _copied(source, out, limit) > limit:
                raise UnusableInputError(
                    f"{name}: unpacks to too much; {_MAX_ONE // 1_000_000} MB a picture and "
                    f"{_MAX_ALL // 1_000_000} MB together are taken"
                )
        left -= target.stat().st_size
        written.append(target)
    return written


def _copied(source: IO[bytes], out: IO[bytes], limit: int) -> int:
    """Copy until the end, or a little over a limit; return how many bytes were read."""
    total = 0
    while total <= limit and (chunk := source.read(_CHUNK)):
        out.write(chunk)
        total += len(chunk)
    return total


def _is_picture(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    # Macs put a twin of each file, named with a dot, into a zip.
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not member.is_dir() and not hidden and path.suffix.lower() in _SUFFIXES


def _plain_name(filename: str) -> str:
    """Return a member's name without folders, fit for a file of ours."""
    path = PurePosixPath(filename.replace("\\", "/"))
    stem = os.fsencode(_UNFIT.sub("_", path.stem))[:100].decode("utf-8", "ignore")
    return (stem or "picture") + path.suffix.lower()


def _too_many(name: str) -> UnusableInputError:
    return UnusableInputError(
        f"{name}: makes more than {MAX_PICTURES} pictures; a batch takes no more, split it"
    )
