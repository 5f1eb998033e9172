"""The demonstration: the shipped garments on the shipped person."""

from __future__ import annotations

from pathlib import Path

from flixdrape.annotate import checkerboard, contact_sheet, draw_keypoints
from flixdrape.drape import drape
from flixdrape.images import open_picture, save_picture
from flixdrape.samples import GARMENTS, PERSON, sample

__all__ = ["run_demo"]


def run_demo(folder: Path) -> list[Path]:
    """Drape every shipped garment, write the results and a contact sheet, print the paths.

    Parameters
    ----------
    folder : Path
        Where to write; it must exist.
    """
    rows, written = [], []
    person = open_picture(sample(PERSON), name=PERSON)
    for name in GARMENTS:
        photo = open_picture(sample(name), name=name)
        result = drape(photo, person)
        path = result.save(folder / f"{name}_on_{PERSON}.png")
        written.append(path)
        stages = ", ".join(
            f"{stage} {ms:.0f} ms" for stage, ms in result.report["timing_ms"].items()
        )
        print(f"{path}  ({result.report['category']}; {stages})")
        for warning in result.report["warnings"]:
            print(f"  note: {warning}")
        rows.append(
            [
                draw_keypoints(photo.rgb, result.garment.keypoints),
                draw_keypoints(person.rgb, result.person, threshold=0.2),
                checkerboard(result.layers["warped"]),
                result.image,
            ]
        )
    sheet = contact_sheet(rows, ("garment and corners", "person and joints", "warped", "result"))
    written.append(save_picture(sheet, folder / "contact_sheet.png"))
    print(written[-1])
    return written
