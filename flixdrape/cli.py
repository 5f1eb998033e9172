"""The command line: ``flixdrape drape | pose | garment | demo | studio``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from flixdrape.errors import FlixDrapeError, UnusableInputError

if TYPE_CHECKING:
    from flixdrape.drape import DrapeResult
    from flixdrape.options import DrapeOptions
    from pose import Keypoints

__all__ = ["main"]


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
        default="0",
        metavar="N|X,Y",
        help="who of several: the position, largest first from 0, or a point on the person",
    )
    drape.add_argument("--category", help="what the garment is, if found out wrong")
    drape.add_argument("--json", metavar="FILE", help="write what was done ('-': standard output)")
    drape.add_argument("--layers", metavar="DIR", help="write garment, erased and occluders there")
    _add_options(drape)
    drape.set_defaults(run=_drape)

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
    group.add_argument("--settings", metavar="FILE", help="JSON with the options below")
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


def _options(args: argparse.Namespace) -> DrapeOptions:
    """Read the options: the file's first, the command line's over them.

    Raises
    ------
    UnusableInputError
        If a value is out of its range, or the file is not such JSON.
    """
    from flixdrape.options import DrapeOptions

    values: dict[str, Any] = {}
    if args.settings:
        values.update(_read_settings(Path(args.settings)))
    for name in ("length", "sleeve", "tuck", "light", "edge", "keep_hair", "keep_hands"):
        if getattr(args, name) is not None:
            values[name] = getattr(args, name)
    if args.fit is not None:
        values["fit"] = _number_or_word(args.fit)
    if args.shift is not None:
        values["shift_x"], values["shift_y"] = _pair(args.shift, "--shift")
    return DrapeOptions.from_mapping(values)


def _read_settings(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableInputError(f"{file}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise UnusableInputError(f"{file}: is not JSON") from None
    options = content.get("options", content) if isinstance(content, dict) else None
    if isinstance(content, dict) and options is not content:
        # The studio saves corrections too.
        unused = [name for name, value in content.items() if name != "options" and value]
        if unused:
            print(f"flixdrape: note: {file}: not replayed: {', '.join(unused)}", file=sys.stderr)
    if not isinstance(options, dict):
        raise UnusableInputError(f"{file}: holds no options; expected a JSON object")
    return options


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
    from flixdrape.drape import drape
    from garment import CATEGORIES

    *garments, person = args.pictures
    if not garments:
        raise UnusableInputError("drape takes a garment, or several, and then a person")
    if args.category and args.category not in CATEGORIES:
        raise UnusableInputError(f"--category {args.category}: one of {', '.join(CATEGORIES)}")
    if args.category and len(garments) > 1:
        raise UnusableInputError("--category is for one garment; several were given")
    options = _options(args)
    _check_folder(Path(args.out).parent)
    with _lines(args.json) as write:
        result = drape(
            garments, person, person=_choice(args.person), category=args.category, options=options
        )
        result.save(args.out)
        if args.layers:
            _make_folder(args.layers)
            result.save_layers(args.layers)
        for warning in result.report["warnings"]:
            print(f"flixdrape: note: {warning}", file=sys.stderr)
        write(
            {
                "garment": garments[0] if len(garments) == 1 else garments,
                "person": person,
                "out": args.out,
                **_worn(result),
                **{key: result.report[key] for key in ("timing_ms", "warnings")},
                **({"outfit": [_worn(step) for step in result.outfit]} if result.outfit else {}),
            }
        )
    return 0


def _worn(result: DrapeResult) -> dict[str, Any]:
    """Return what the JSON line says of one garment on the person."""
    return {
        "category": result.report["category"],
        "target_keypoints": {
            name: [round(float(v), 2) for v in point] for name, point in result.target.items()
        },
        "warp": result.report["warp"],
    }


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


def _pose(args: argparse.Namespace) -> int:
    from flixdrape.annotate import draw_keypoints
    from flixdrape.images import open_picture, save_picture
    from flixdrape.people import find_people
    from pose import shipped_methods
    from pose.formats import coco_results, openpose_people

    if args.method not in shipped_methods():
        raise UnusableInputError(f"--method {args.method}: one of {', '.join(shipped_methods())}")

    results: list[dict[str, Any]] = []
    image_ids = {file: number for number, file in enumerate(args.images, start=1)}

    def one(file: str) -> dict[str, Any]:
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
        return {
            "file": file,
            "width": picture.width,
            "height": picture.height,
            "method": args.method,
            "elapsed_ms": round(elapsed, 1),
            "people": [_person(found) for found in people],
        }

    status = _each(args.images, args.json, [args.overlay, args.openpose], one)
    if args.coco:
        _write_json(Path(args.coco), results)
    return status


def _person(found: Keypoints) -> dict[str, Any]:
    return {
        "bbox": [round(v, 2) for v in found.bbox(0.2)],
        "score": round(found.score, 4),
        "keypoints": {
            name: [round(float(x), 2), round(float(y), 2), round(float(score), 4)]
            for name, (x, y), score in zip(found.schema.names, found.xy, found.scores, strict=True)
        },
    }


def _garment(args: argparse.Namespace) -> int:
    from flixdrape.analysis import find_garment
    from flixdrape.annotate import draw_keypoints
    from flixdrape.images import open_picture, save_picture
    from garment.cutout import cut_out

    def one(file: str) -> dict[str, Any]:
        picture = open_picture(file)
        start = time.perf_counter()
        found = find_garment(picture)
        elapsed = 1000 * (time.perf_counter() - start)
        if args.overlay:
            save_picture(draw_keypoints(picture.rgb, found.keypoints), _beside(args.overlay, file))
        if args.cutout:
            cutout = cut_out(picture.rgb, found.points, found.category, alpha=picture.alpha)
            save_picture(cutout.rgba, _beside(args.cutout, file))
        return {
            "file": file,
            "width": picture.width,
            "height": picture.height,
            "elapsed_ms": round(elapsed, 1),
            "category": found.category,
            "category_scores": {k: round(v, 4) for k, v in found.category_scores.items()},
            "view": found.view,
            "keypoints": {
                name: None
                if point is None
                else [
                    round(point[0], 2),
                    round(point[1], 2),
                    round(found.keypoints.score_of(name), 4),
                ]
                for name, point in found.landmarks.items()
            },
        }

    return _each(args.images, args.json, [args.overlay, args.cutout], one)


def _each(
    files: Sequence[str],
    json_file: str,
    folders: Sequence[str | None],
    one: Callable[[str], dict[str, Any]],
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
def _lines(file: str | None) -> Iterator[Callable[[dict[str, Any]], None]]:
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


def _writer(stream: TextIO) -> Callable[[dict[str, Any]], None]:
    def write(line: dict[str, Any]) -> None:
        stream.write(json.dumps(line) + "\n")
        stream.flush()

    return write


if __name__ == "__main__":
    sys.exit(main())
