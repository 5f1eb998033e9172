"""The command line: ``flixdrape drape | batch | pose | garment | demo | studio``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from flixdrape.errors import FlixDrapeError, UnusableInputError

if TYPE_CHECKING:
    from flixdrape.corrections import Corrections
    from flixdrape.options import DrapeOptions

__all__ = ["main"]

# What shells report of a program that Ctrl+C ended.
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; those of the process by default.

    Returns
    -------
    int
        0 done; 2 unusable input; 3 no person or no garment found. Of several pictures in one
        call the others are done all the same, and the highest status is returned.
    """
    args = _parser().parse_args(arguments)
    try:
        status: int = args.run(args)
    except FlixDrapeError as error:
        status = _complain(error)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="flixdrape", description="Drape a garment's photo onto a person's photo."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    drape = commands.add_parser(
        "drape", help="drape a garment, or an outfit of several, onto a person"
    )
    drape.add_argument("pictures", nargs="+", metavar="GARMENT PERSON")
    drape.add_argument("-o", "--out", required=True, help="picture to write (png, jpg, webp)")
    drape.add_argument(
        "--person",
        metavar="N|X,Y",
        help="who of several: the position, largest first from 0 (default), or a point on "
        "the person",
    )
    drape.add_argument("--category", help="what the garment is, if found out wrong")
    drape.add_argument(
        "--worn",
        metavar="KIND,...",
        help="what the person's photo shows, if something was taken for something else: some of "
        "top, outer, dress, bottom, legwear",
    )
    drape.add_argument(
        "--patch",
        metavar="X,Y=PART",
        action="append",
        help="what the patch around a pixel of the person's photo is, such as 512,430=outer; may "
        "be given several times",
    )
    drape.add_argument("--json", metavar="FILE", help="write what was done ('-': standard output)")
    drape.add_argument("--layers", metavar="DIR", help="write garment, erased and occluders there")
    _add_options(drape)
    drape.set_defaults(run=_drape)

    batch = commands.add_parser("batch", help="drape all rows of a manifest")
    batch.add_argument(
        "manifest",
        metavar="MANIFEST",
        help="CSV or JSON lines: garment, person, and if wanted out, settings; an outfit's "
        "garments are joined by |",
    )
    batch.add_argument("--out", required=True, metavar="DIR", help="folder to write to")
    batch.add_argument("--json", metavar="FILE", help="write the report ('-': standard output)")
    batch.add_argument("--resume", action="store_true", help="skip rows whose result is there")
    _add_options(batch)
    batch.set_defaults(run=_batch)

    pose = commands.add_parser("pose", help="find people's joints")
    pose.add_argument("images", nargs="+", metavar="IMAGE")
    pose.add_argument("--method", default="topdown-heatmap", help="default: %(default)s")
    pose.add_argument("--json", metavar="FILE", default="-", help="default: standard output")
    pose.add_argument("--overlay", metavar="DIR", help="draw the joints on copies there")
    pose.add_argument("--coco", metavar="FILE", help="write COCO results; ids count the images")
    pose.add_argument("--openpose", metavar="DIR", help="write an OpenPose JSON each there")
    pose.set_defaults(run=_pose)

    garment = commands.add_parser("garment", help="find garments' corners")
    garment.add_argument("images", nargs="+", metavar="IMAGE")
    garment.add_argument("--json", metavar="FILE", default="-", help="default: standard output")
    garment.add_argument("--overlay", metavar="DIR", help="draw the corners on copies there")
    garment.add_argument("--cutout", metavar="DIR", help="write the garments cut out there")
    garment.set_defaults(run=_garment)

    demo = commands.add_parser("demo", help="drape the shipped samples")
    demo.add_argument("--out", default="out", help="folder to write to (default: %(default)s)")
    demo.set_defaults(run=_demo)

    studio = commands.add_parser("studio", help="serve the page and the HTTP API")
    _add_serving(studio)
    studio.set_defaults(run=_studio)
    return parser


def _add_serving(studio: argparse.ArgumentParser) -> None:
    studio.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    studio.add_argument("--port", type=int, default=7860, help="default: %(default)s")
    studio.add_argument("--root-path", default="", help="prefix that a proxy serves it under")
    studio.add_argument("--auth-file", metavar="FILE", help="lines of name:password")
    studio.add_argument("--workers", type=int, default=0, help="drapes at once; 0: cores / 2")
    studio.add_argument("--queue", type=int, default=64, help="how many may wait (%(default)s)")
    studio.add_argument("--max-file-size", default="20mb", help="of an upload (%(default)s)")


def _complain(error: FlixDrapeError) -> int:
    print(f"flixdrape: {' '.join(str(error).split())}", file=sys.stderr)
    return error.exit_status


def _add_options(parser: argparse.ArgumentParser) -> None:
    """Add what `flixdrape.options.DrapeOptions` offers; what is not given keeps its default."""
    group = parser.add_argument_group("how it is worn")
    group.add_argument(
        "--settings",
        metavar="FILE",
        help="JSON that the studio saved, or with the options below, which win over it",
    )
    group.add_argument("--fit", help="close, regular, loose, or a number from -1 to 1")
    group.add_argument("--length", type=float, help="of the garment's own length, 0.7 to 1.4")
    group.add_argument("--sleeve", type=float, help="of the sleeves' own length, 0.4 to 1.4")
    group.add_argument("--shift", metavar="X,Y", help="in shoulder widths, -0.5 to 0.5 each")
    group.add_argument(
        "--tuck",
        action=argparse.BooleanOptionalAction,
        help="put the top into the waistband; left alone if not given",
    )
    group.add_argument("--light", type=float, help="light and shade carried over, 0 to 1")
    group.add_argument("--edge", type=float, help="softness of the edges in pixels, 0 to 4")
    group.add_argument(
        "--keep-hair", action=argparse.BooleanOptionalAction, help="hair in front (default)"
    )
    group.add_argument(
        "--keep-hands", action=argparse.BooleanOptionalAction, help="hands in front (default)"
    )


def _given_options(args: argparse.Namespace) -> dict[str, Any]:
    """Return the options that the command line names; they win over a file's.

    Raises
    ------
    UnusableInputError
        If a pair of numbers is none.
    """
    names = ("length", "sleeve", "tuck", "light", "edge", "keep_hair", "keep_hands")
    values = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if args.fit is not None:
        values["fit"] = _number_or_word(args.fit)
    if args.shift is not None:
        values["shift_x"], values["shift_y"] = _pair(args.shift, "--shift")
    return values


def _settings(args: argparse.Namespace) -> tuple[DrapeOptions, Corrections]:
    """Read the settings: the file's first, the command line's options over them.

    Raises
    ------
    UnusableInputError
        If a value is out of its range, or the file is not such JSON.
    """
    from flixdrape.corrections import Corrections
    from flixdrape.options import DrapeOptions
    from flixdrape.settings import overridden, read_settings

    options, corrections = DrapeOptions(), Corrections()
    if args.settings:
        options, corrections = read_settings(args.settings)
    return overridden(options, _given_options(args)), corrections


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _pair(text: str, flag: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise UnusableInputError(f"{flag} {text}: two numbers such as 0.1,-0.05") from None
    return x, y


def _drape(args: argparse.Namespace) -> int:
    from flixdrape.lines import drape_line
    from flixdrape.replay import drape_corrected
    from garment import CATEGORIES

    *garments, person = args.pictures
    if not garments:
        raise UnusableInputError("drape takes a garment, or several, and then a person")
    if args.category and args.category not in CATEGORIES:
        raise UnusableInputError(f"--category {args.category}: one of {', '.join(CATEGORIES)}")
    if args.category and len(garments) > 1:
        raise UnusableInputError("--category is for one garment; several were given")
    options, corrections = _settings(args)
    if args.category:
        corrections = replace(corrections, category=args.category)
    if args.worn is not None:
        corrections = replace(corrections, worn=_kinds(args.worn))
    if args.patch is not None:
        corrections = replace(corrections, patches=tuple(map(_patch, args.patch)))
    who = None if args.person is None else _choice(args.person)
    _check_folder(Path(args.out).parent)
    with _lines(args.json) as write:
        result = drape_corrected(garments, person, options, corrections, person=who)
        result.save(args.out)
        if args.layers:
            _make_folder(args.layers)
            result.save_layers(args.layers)
        for warning in result.report["warnings"]:
            print(f"flixdrape: note: {warning}", file=sys.stderr)
        write(drape_line(garments, person, args.out, result))
    return 0


def _batch(args: argparse.Namespace) -> int:
    from flixdrape.batch import read_manifest
    from flixdrape.batch_folder import REPORT, batch_into
    from flixdrape.batch_progress import BatchProgress
    from flixdrape.corrections import Corrections

    items = read_manifest(Path(args.manifest))
    options, corrections = _settings(args)
    if corrections != Corrections():
        raise UnusableInputError(
            f"{args.settings}: puts right one photo's points, category, view, person or clothes; "
            "name it in the manifest, in the column settings"
        )
    progress = BatchProgress(len(items))
    with _lines(args.json) as write:

        def tell(line: Mapping[str, Any]) -> None:
            write(line)
            progress.tell(line)

        try:
            status = batch_into(
                Path(args.out),
                items,
                options=options,
                overrides=_given_options(args),
                resume=args.resume,
                tell=tell,
            )
        except KeyboardInterrupt:
            progress.say("stopped; --resume goes on from here")
            return _INTERRUPTED
    progress.say(f"{progress.summary()}; report: {Path(args.out) / REPORT}")
    return status


def _choice(text: str) -> int | tuple[float, float]:
    """Read a position or a point.

    Raises
    ------
    UnusableInputError
        If it is neither.
    """
    try:
        if "," not in text:
            return int(text)
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise UnusableInputError(
            f"--person {text}: a position such as 1, or a point such as 240,310"
        ) from None
    return x, y


def _kinds(text: str) -> tuple[str, ...]:
    """Read kinds of clothes.

    Raises
    ------
    UnusableInputError
        If there is no such kind.
    """
    from pose import CLOTHES

    kinds = tuple(kind.strip() for kind in text.split(","))
    if not all(kind in CLOTHES for kind in kinds):
        raise UnusableInputError(f"--worn {text}: some of {', '.join(CLOTHES)}, joined by commas")
    return kinds


def _patch(text: str) -> tuple[float, float, str]:
    """Read what a patch is.

    Raises
    ------
    UnusableInputError
        If it is not a place and a part.
    """
    from flixdrape.patches import read_patches
    from pose import PARTS

    place, _, part = text.partition("=")
    try:
        x, y = (float(number) for number in place.split(","))
        (patch,) = read_patches([[x, y, part.strip()]])
    except (ValueError, UnusableInputError):
        raise UnusableInputError(
            f"--patch {text}: a place and a part, such as 512,430=outer; parts are "
            f"{', '.join(PARTS)}"
        ) from None
    return patch


def _pose(args: argparse.Namespace) -> int:
    from flixdrape.annotate import draw_keypoints
    from flixdrape.images import open_picture, save_picture
    from flixdrape.lines import pose_line
    from flixdrape.people import find_people
    from pose import shipped_methods
    from pose.formats import coco_results, openpose_people

    if args.method not in shipped_methods():
        raise UnusableInputError(f"--method {args.method}: one of {', '.join(shipped_methods())}")

    results: list[dict[str, Any]] = []
    image_ids = {file: number for number, file in enumerate(args.images, start=1)}

    def one(file: str) -> Mapping[str, Any]:
        picture = open_picture(file)
        start = time.perf_counter()
        people = find_people(picture, args.method)
        elapsed = 1000 * (time.perf_counter() - start)
        results.extend(coco_results(people, image_ids[file]))
        if args.openpose:
            written = openpose_people(people, (picture.width, picture.height))
            _write_json(Path(args.openpose) / f"{Path(file).stem}_keypoints.json", written)
        if args.overlay:
            drawn = picture.rgb
            for person in people:
                drawn = draw_keypoints(drawn, person, threshold=0.2)
            save_picture(drawn, _beside(args.overlay, file))
        return pose_line(file, picture, people, args.method, elapsed)

    status = _each(args.images, args.json, [args.overlay, args.openpose], one)
    if args.coco:
        _write_json(Path(args.coco), results)
    return status


def _garment(args: argparse.Namespace) -> int:
    from flixdrape.analysis import cut_garment, find_garment
    from flixdrape.annotate import draw_keypoints
    from flixdrape.images import open_picture, save_picture
    from flixdrape.lines import garment_line

    def one(file: str) -> Mapping[str, Any]:
        picture = open_picture(file)
        start = time.perf_counter()
        found = find_garment(picture)
        elapsed = 1000 * (time.perf_counter() - start)
        if args.overlay:
            save_picture(draw_keypoints(picture.rgb, found.keypoints), _beside(args.overlay, file))
        if args.cutout:
            cutout = cut_garment(picture, found)
            save_picture(cutout.rgba, _beside(args.cutout, file))
        return garment_line(file, picture, found, elapsed)

    return _each(args.images, args.json, [args.overlay, args.cutout], one)


def _each(
    files: Sequence[str],
    json_file: str,
    folders: Sequence[str | None],
    one: Callable[[str], Mapping[str, Any]],
) -> int:
    """Do every file, one JSON line each; a file that fails does not stop the others."""
    for folder in folders:
        if folder:
            _make_folder(folder)
    status = 0
    with _lines(json_file) as write:
        for file in files:
            try:
                write(one(file))
            except FlixDrapeError as error:
                status = max(status, _complain(error))
    return status


def _demo(args: argparse.Namespace) -> int:
    from flixdrape.demo import run_demo

    _make_folder(args.out)
    run_demo(Path(args.out))
    return 0


def _studio(args: argparse.Namespace) -> int:
    from dataclasses import fields

    from flixdrape.studio.serve import ServeOptions, serve

    serve(ServeOptions(**{field.name: getattr(args, field.name) for field in fields(ServeOptions)}))
    return 0


def _write_json(file: Path, content: object) -> None:
    try:
        file.write_text(json.dumps(content) + "\n", encoding="utf-8")
    except OSError as error:
        raise UnusableInputError(f"{file}: cannot be written ({error.strerror})") from None


def _beside(folder: str, file: str) -> Path:
    return Path(folder) / f"{Path(file).stem}.png"


def _make_folder(folder: str) -> None:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableInputError(f"{folder}: cannot be made a folder ({error.strerror})") from None


def _check_folder(folder: Path) -> None:
    """Say at once that the result cannot be written, not after the work is done."""
    if not folder.is_dir():
        raise UnusableInputError(f"{folder}: no such folder; make it first")


@contextmanager
def _lines(file: str | None) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Give a function that writes one JSON object a line to a file, or standard output."""
    if file is None:
        yield lambda _: None
        return
    if file == "-":
        yield _writer(sys.stdout)
        return
    try:
        stream = open(file, "w", encoding="utf-8")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UnusableInputError(f"{file}: cannot be written ({error.strerror})") from None
    with stream:
        yield _writer(stream)


def _writer(stream: TextIO) -> Callable[[Mapping[str, Any]], None]:
    def write(line: Mapping[str, Any]) -> None:
        stream.write(json.dumps(line) + "\n")
        stream.flush()

    return write


if __name__ == "__main__":
    sys.exit(main())
