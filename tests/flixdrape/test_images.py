"""The one door: every kind of picture in, every kind of trouble named."""

import contextlib
import io
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from flixdrape.errors import UnusableInputError
from flixdrape.images import MAX_PIXELS, Picture, open_picture, save_picture

HEIGHT, WIDTH = 280, 320


@pytest.fixture(scope="module")
def photo():
    """A smooth picture with a bright corner, so that orientation can be seen."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    rgb = np.stack([x * 255 // WIDTH, y * 255 // HEIGHT, (x + y) % 256], axis=2).astype(np.uint8)
    rgb[:40, :60] = 250
    return rgb


def saved(array, path, **options):
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    image.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("suffix", "tolerance"), [("png", 0), ("bmp", 0), ("tiff", 0), ("webp", 0), ("jpg", 4)]
)
def test_common_formats(photo, tmp_path, suffix, tolerance):
    options = {"lossless": True} if suffix == "webp" else {}
    picture = open_picture(saved(photo, tmp_path / f"a.{suffix}", **options))
    assert picture.rgb.shape == photo.shape
    assert picture.rgb.dtype == np.uint8
    assert np.abs(picture.rgb.astype(int) - photo).mean() <= tolerance
    assert picture.alpha is None
    assert picture.warnings == ()
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_exif_orientation_is_applied(photo, tmp_path, orientation, suffix):
    stored = {
        1: photo,
        2: photo[:, ::-1],
        3: photo[::-1, ::-1],
        4: photo[::-1],
        5: photo.transpose(1, 0, 2),
        6: np.rot90(photo),
        7: np.rot90(photo, 2).transpose(1, 0, 2),
        8: np.rot90(photo, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"jpg": {"quality": 98, "subsampling": 0}, "webp": {"lossless": True}}.get(suffix, {})
    path = saved(np.ascontiguousarray(stored), tmp_path / f"a.{suffix}", exif=exif, **options)
    upright = open_picture(path).rgb.astype(int)
    assert upright.shape == photo.shape
    assert np.abs(upright - photo).mean() <= (1.5 if suffix == "jpg" else 0)


def test_sixteen_bit_grey_is_scaled_not_cut_off(tmp_path):
    ramp = np.repeat(np.linspace(0, 65535, WIDTH).astype(np.uint16)[None], HEIGHT, axis=0)
    cv2.imwrite(str(tmp_path / "a.png"), ramp)
    picture = open_picture(tmp_path / "a.png")
    assert np.abs(picture.rgb[..., 0].astype(float) - ramp / 257).max() <= 1


def test_sixteen_bit_colour(photo, tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), photo[..., ::-1].astype(np.uint16) * 257)
    assert np.abs(open_picture(tmp_path / "a.png").rgb.astype(int) - photo).max() <= 1


def test_grey_one_bit_and_palette(photo, tmp_path):
    image = Image.fromarray(photo)
    grey = open_picture(saved(image.convert("L"), tmp_path / "grey.png")).rgb
    assert (grey[..., 0] == grey[..., 2]).all()
    bits = open_picture(saved(image.convert("1"), tmp_path / "bits.png")).rgb
    assert set(np.unique(bits)) == {0, 255}
    palette = open_picture(saved(image.quantize(64), tmp_path / "palette.png"))
    assert np.abs(palette.rgb.astype(int) - photo).mean() < 25
    assert palette.alpha is None


def test_palette_transparency_is_alpha(tmp_path):
    image = Image.new("P", (300, 300), 0)
    image.putpalette([255, 0, 0, 0, 255, 0] + [0] * 762)
    image.paste(1, (100, 100, 200, 200))
    image.save(tmp_path / "a.png", transparency=0)
    picture = open_picture(tmp_path / "a.png")
    assert picture.alpha is not None
    assert picture.alpha[50, 50] == 0
    assert picture.alpha[150, 150] == 255
    assert picture.rgb[150, 150].tolist() == [0, 255, 0]


def test_alpha_is_kept_with_its_colours(photo, tmp_path):
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[50:200, 60:250] = 200
    path = saved(np.dstack([photo, alpha]), tmp_path / "a.png")
    picture = open_picture(path)
    assert np.array_equal(picture.alpha, alpha)
    assert np.array_equal(picture.rgb[alpha > 0], photo[alpha > 0])
    grey_alpha = Image.merge("LA", [Image.fromarray(photo[..., 0]), Image.fromarray(alpha)])
    assert np.array_equal(open_picture(saved(grey_alpha, tmp_path / "la.png")).alpha, alpha)


def test_opaque_alpha_is_none_and_empty_alpha_refused(photo, tmp_path):
    full = np.full((HEIGHT, WIDTH), 255, np.uint8)
    assert open_picture(saved(np.dstack([photo, full]), tmp_path / "a.png")).alpha is None
    path = saved(np.dstack([photo, 0 * full]), tmp_path / "b.png")
    with pytest.raises(UnusableInputError, match="transparent"):
        open_picture(path)


def test_cmyk_jpeg_looks_like_its_rgb(photo, tmp_path):
    path = saved(Image.fromarray(photo).convert("CMYK"), tmp_path / "a.jpg", quality=95)
    assert np.abs(open_picture(path).rgb.astype(int) - photo).mean() < 12


def test_embedded_profile_is_brought_to_srgb(photo, tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(photo, tmp_path / "a.png", icc_profile=srgb)
    assert np.abs(open_picture(path).rgb.astype(int) - photo).max() <= 2
    path = saved(photo, tmp_path / "b.png", icc_profile=b"no profile at all")
    assert np.array_equal(open_picture(path).rgb, photo)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tiff"])
def test_first_of_several_frames_with_a_warning(photo, tmp_path, suffix):
    frames = [Image.fromarray(photo), Image.fromarray(255 - photo)]
    options = {"webp": {"lossless": True}, "gif": {}, "png": {}, "tiff": {}}[suffix]
    path = tmp_path / f"a.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    picture = open_picture(path)
    assert any("2 frames" in warning for warning in picture.warnings)
    assert np.abs(picture.rgb.astype(int) - photo).mean() < 25


def test_arrays_and_pil_images(photo):
    assert np.array_equal(open_picture(photo).rgb, photo)
    assert np.array_equal(open_picture(Image.fromarray(photo)).rgb, photo)
    assert open_picture(photo[..., 0]).rgb.shape == photo.shape
    rgba = np.dstack([photo, np.full((HEIGHT, WIDTH), 99, np.uint8)])
    assert (open_picture(rgba).alpha == 99).all()
    assert open_picture(photo, name="upload").name == "upload"


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((300, 300, 3)),
        np.full((300, 300, 3), np.nan),
        np.zeros((300, 300, 2), np.uint8),
        np.zeros(300, np.uint8),
        np.zeros((2, 300, 300, 3), np.uint8),
        np.zeros((300, 300), np.uint16),
        np.zeros((0, 0, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(array):
    with pytest.raises(UnusableInputError):
        open_picture(array)


def refuse(path, match):
    with pytest.raises(UnusableInputError, match=match) as caught:
        open_picture(path)
    message = str(caught.value)
    assert "\n" not in message
    assert Path(path).name in message
    return message


@pytest.mark.parametrize(
    "content",
    [
        b"just text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\x89PNG\r\n\x1a\n" + b"x" * 90,
        b"\xff\xd8\xff\xe0" + b"x" * 90,
        b"GIF89a" + b"\x00" * 30,
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    ],
)
def test_what_is_no_picture(content, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    refuse(path, "JPEG, PNG or WebP")


def test_empty_missing_folder_and_address(tmp_path):
    (tmp_path / "empty.png").write_bytes(b"")
    refuse(tmp_path / "empty.png", "0 bytes")
    refuse(tmp_path / "missing.png", "no such file")
    refuse(tmp_path, "folder")
    refuse("https://example.org/a.jpg", "address")


def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    refuse(tmp_path / "pipe.png", "not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(photo, tmp_path):
    path = saved(photo, tmp_path / "a.png")
    path.chmod(0)
    refuse(path, "cannot be read")


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("jpg", {}),
        ("jpg", {"progressive": True}),
        ("png", {}),
        ("webp", {"lossless": True}),
        ("gif", {}),
        ("tiff", {"compression": "tiff_lzw"}),
    ],
)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.8, 0.95])
def test_truncated_files_are_refused(photo, tmp_path, suffix, options, share):
    whole = saved(photo, tmp_path / f"whole.{suffix}", **options).read_bytes()
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(whole[: int(share * len(whole))])
    refuse(path, "JPEG, PNG or WebP")


def png_header(width, height):
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    ihdr = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = zlib.compress(b"")
    idat = struct.pack(">I", len(data)) + b"IDAT" + data
    return b"\x89PNG\r\n\x1a\n" + ihdr + idat + struct.pack(">I", zlib.crc32(b"IDAT" + data))


@pytest.mark.parametrize("size", [(30_000, 30_000), (8001, 8000), (200_000, 200_000)])
def test_too_many_pixels_are_refused_before_decoding(size, tmp_path):
    assert size[0] * size[1] > MAX_PIXELS
    path = tmp_path / "huge.png"
    path.write_bytes(png_header(*size))
    tracemalloc.start()
    refuse(path, "64 megapixels")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_strips_and_specks_are_refused(tmp_path):
    for size in ((20_000, 40), (40, 20_000)):
        refuse(saved(Image.new("RGB", size), tmp_path / f"{size[0]}.png"), "strip")
    refuse(saved(Image.new("RGB", (1, 1)), tmp_path / "speck.png"), "too small")
    refuse(saved(Image.new("RGB", (31, 400)), tmp_path / "thin.png"), "too small")


def test_low_resolution_is_said(photo, tmp_path):
    picture = open_picture(saved(photo[:100, :100], tmp_path / "a.png"))
    assert any("100x100" in warning for warning in picture.warnings)


def test_bytes_written_by_strangers_never_crash(photo, tmp_path):
    """Flipped bits: a picture comes out, or the one error; nothing else."""
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "PNG")
    clean, rng = buffer.getvalue(), np.random.default_rng(0)
    path = tmp_path / "flips.png"
    for _ in range(60):
        data = bytearray(clean)
        for index in rng.integers(8, len(data), 3):
            data[index] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(data))
        with contextlib.suppress(UnusableInputError):
            assert isinstance(open_picture(path), Picture)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "A.PNG"])
def test_saved_pictures_come_back(photo, tmp_path, name):
    assert save_picture(photo, tmp_path / name) == tmp_path / name
    assert np.array_equal(open_picture(tmp_path / name).rgb, photo)
    assert [p.name for p in tmp_path.iterdir()] == [name], "a temporary file was left"


def test_jpeg_lays_transparency_on_white(photo, tmp_path):
    rgba = np.dstack([photo, np.zeros((HEIGHT, WIDTH), np.uint8)])
    save_picture(rgba, tmp_path / "a.jpg")
    assert open_picture(tmp_path / "a.jpg").rgb.min() >= 253


def test_grey_is_saved(photo, tmp_path):
    save_picture(photo[..., 0], tmp_path / "a.png")
    assert Image.open(tmp_path / "a.png").mode == "L"


def test_unwritable_outputs_are_named(photo, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.png").mkdir()
    for path, match in (
        (tmp_path / "a.gif", "cannot write"),
        (tmp_path / "a", "suffixless"),
        (tmp_path / "none" / "a.png", "cannot be written"),
        (tmp_path / "file" / "a.png", "cannot be written"),
        (tmp_path / "folder.png", "folder"),
    ):
        with pytest.raises(UnusableInputError, match=match):
            save_picture(photo, path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.png"]
