"""The one door through which a picture enters or leaves."""

from __future__ import annotations

import io
import os
import stat
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from flixdrape.errors import UnusableInputError

__all__ = ["MAX_PIXELS", "MIN_SIDE", "WRITABLE", "Picture", "open_picture", "save_picture"]

#: Larger pictures are refused before they are decoded.
MAX_PIXELS = 64_000_000
#: Pictures with a shorter side hold nothing to find.
MIN_SIDE = 32
#: Below this the result is usable, and poor.
LOW_RESOLUTION = 256

# Only these decoders are trusted with strangers' files; MPO and AVIF load on request only.
Image.init()
_FORMATS = tuple(
    f for f in ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF") if f in Image.OPEN
)
_WRITERS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
#: Suffixes of the pictures that can be written.
WRITABLE = tuple(_WRITERS)
_ADVICE = "use a JPEG, PNG or WebP photo"


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright and in sRGB.

    Attributes
    ----------
    name : str
        For messages: the file's path, or what the caller called it.
    rgb : (H, W, 3) uint8 array
        Colours.
    alpha : (H, W) uint8 array or None
        None where the picture is opaque everywhere.
    warnings : tuple of str
        What was noticed on the way in.
    """

    name: str
    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.rgb.shape[0])


def open_picture(
    source: str | os.PathLike[str] | Image.Image | NDArray[np.uint8], *, name: str | None = None
) -> Picture:
    """Read a picture from a file, a PIL image or an array.

    EXIF orientation is applied, embedded colour profiles and CMYK are brought to sRGB, 16 bits
    to 8; of several frames the first is taken, with a warning.

    Parameters
    ----------
    source : path, PIL image or uint8 array
        Arrays are (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA.
    name : str, optional
        What messages call it; the path by default.

    Raises
    ------
    UnusableInputError
        If it is missing, not a picture, damaged, smaller than `MIN_SIDE` or larger than
        `MAX_PIXELS`.

    Examples
    --------
    >>> picture = open_picture(np.zeros((300, 400), np.uint8))
    >>> picture.width, picture.height, picture.alpha is None
    (400, 300, True)
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, name or "the array")
    if isinstance(source, Image.Image):
        return _from_pil(source, name or "the image")
    path = os.fspath(source)
    name = name or path
    data = _read_bytes(path, name)
    with warnings.catch_warnings():
        # Pillow's warnings of large or odd files: what matters of them is an error here.
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        except UnidentifiedImageError:
            raise UnusableInputError(f"{name}: not a picture that can be read; {_ADVICE}") from None
        except Image.DecompressionBombError:
            raise _too_large(name) from None
        except Exception as error:
            raise UnusableInputError(f"{name}: damaged ({error}); {_ADVICE}") from None
        return _from_pil(image, name)


def save_picture(
    array: NDArray[np.uint8], path: str | os.PathLike[str], *, quality: int = 92
) -> Path:
    """Write a picture; the suffix says the format.

    The file appears whole or not at all: it is written beside its place and moved there.

    Parameters
    ----------
    array : (H, W), (H, W, 3) or (H, W, 4) uint8 array
        Grey, RGB or RGBA with straight alpha; JPEG lays the latter on white.
    path : path
        Ends in .png, .jpg, .jpeg or .webp.
    quality : int
        Of JPEG, 1 to 95; WebP is written lossless.

    Raises
    ------
    UnusableInputError
        If the suffix is another, or nothing can be written there.
    """
    target = Path(path)
    kind = _WRITERS.get(target.suffix.lower())
    if kind is None:
        raise UnusableInputError(
            f"{target}: cannot write a {target.suffix or 'suffixless'} picture; "
            f"name it {', '.join(_WRITERS)}"
        )
    if target.is_dir():
        raise UnusableInputError(f"{target}: is a folder; name a file in it")
    image = Image.fromarray(array)
    if kind == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        image = white
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality, "subsampling": 0},
        "WEBP": {"lossless": True},
    }
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=".", suffix=target.suffix, delete=False
        ) as file:
            temporary = file.name
            image.save(file, format=kind, **options.get(kind, {}))
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        reason = error.strerror or str(error)
        raise UnusableInputError(
            f"{target}: cannot be written ({reason}); name a file in a folder that exists "
            "and is writable"
        ) from None
    return target


def _read_bytes(path: str, name: str) -> bytes:
    if "://" in path:
        raise UnusableInputError(f"{name}: is an address, not a file; download the picture first")
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise UnusableInputError(f"{name}: is a folder; name a picture in it")
        # A pipe or a device could keep the reader waiting for ever.
        if not stat.S_ISREG(mode):
            raise UnusableInputError(f"{name}: is not a regular file; {_ADVICE}")
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise UnusableInputError(f"{name}: no such file; check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnusableInputError(f"{name}: cannot be read ({reason})") from None
    if not data:
        raise UnusableInputError(f"{name}: the file is empty (0 bytes); {_ADVICE}")
    return data


def _too_large(name: str, size: tuple[int, int] | None = None) -> UnusableInputError:
    what = f"{size[0]}x{size[1]} pixels" if size else "the picture"
    return UnusableInputError(
        f"{name}: {what} is over the limit of {MAX_PIXELS // 1_000_000} megapixels; shrink it first"
    )


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise _too_large(name, (width, height))
    if min(width, height) < MIN_SIDE:
        raise UnusableInputError(
            f"{name}: {width}x{height} pixels is too small; "
            f"use a photo of {LOW_RESOLUTION} pixels or more on the short side"
        )
    if max(width, height) > 10 * min(width, height):
        raise UnusableInputError(
            f"{name}: {width}x{height} pixels is a strip; crop it to the garment or the person"
        )


def _from_array(array: NDArray[np.uint8], name: str) -> Picture:
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise UnusableInputError(
            f"{name}: an array of shape {array.shape} and type {array.dtype}; "
            "pass uint8 of shape (H, W), (H, W, 3) RGB or (H, W, 4) RGBA"
        )
    _check_size(array.shape[1], array.shape[0], name)
    if channels == 1:
        grey = array.reshape(array.shape[:2])
        return _picture(np.repeat(grey[..., None], 3, axis=2), None, name, [])
    alpha = array[..., 3] if channels == 4 else None
    return _picture(array[..., :3], alpha, name, [])


def _from_pil(image: Image.Image, name: str) -> Picture:
    _check_size(*image.size, name)
    notes: list[str] = []
    try:
        frames = getattr(image, "n_frames", 1)
        if frames > 1 and image.format != "MPO":
            notes.append(f"{name}: has {frames} frames; the first one is used")
            image = next(iter(ImageSequence.Iterator(image)))
        profile = image.info.get("icc_profile")
        image.load()
        image = ImageOps.exif_transpose(image)
        has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
        alpha = np.asarray(image.convert("RGBA"))[..., 3] if has_alpha else None
        rgb = np.asarray(_to_srgb(_eight_bit(image), profile, has_alpha))
    except Exception as error:
        raise UnusableInputError(f"{name}: damaged or cut short ({error}); {_ADVICE}") from None
    return _picture(rgb, alpha, name, notes)


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits: Pillow's own conversion cuts it off at 255."""
    if image.mode not in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return image
    values = np.asarray(image).astype(np.float64)
    top = 65535.0 if values.max(initial=0.0) > 255 else 255.0
    return Image.fromarray(np.round(np.clip(values / top, 0, 1) * 255).astype(np.uint8))


def _to_srgb(image: Image.Image, profile: bytes | None, has_alpha: bool) -> Image.Image:
    if has_alpha or image.mode == "P":
        image = image.convert("RGBA").convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted if converted is not None else image.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A profile that does not fit its picture: browsers ignore it too.
            pass
    return image.convert("RGB")


def _picture(
    rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, name: str, notes: list[str]
) -> Picture:
    if alpha is not None:
        if not alpha.any():
            raise UnusableInputError(f"{name}: is wholly transparent; {_ADVICE}")
        if (alpha == 255).all():
            alpha = None
    height, width = rgb.shape[:2]
    if min(width, height) < LOW_RESOLUTION:
        notes.append(
            f"{name}: {width}x{height} pixels is little; the result will be coarse "
            f"(use {LOW_RESOLUTION} or more on the short side)"
        )
    contiguous = np.ascontiguousarray(rgb, dtype=np.uint8)
    return Picture(
        name,
        contiguous,
        None if alpha is None else np.ascontiguousarray(alpha, dtype=np.uint8),
        tuple(notes),
    )
