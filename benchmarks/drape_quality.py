"""How well drapes cover what they should and leave alone what they should not.

``python benchmarks/drape_quality.py --data DATA --pairs 12`` drapes held-out garments on held-out
people (`ccp`) whose masks people drew, and measures, by those masks and in the result alone:

- *old visible*: share of the replaced garment's area, where the new garment or the body should
  cover it, whose pixels still look as before; *untouched* is the part of that which is as in the
  photo to a level: the rest was painted anew in a like colour, dark trousers under a dark coat;
- *kept changed*: share of hair, face, shoes, bags and of legs where the garment does not belong
  whose pixels changed;
- folded pixels and the largest anchor error.

With ``--corrected`` skirts that were drawn as dresses, coats as dresses and the like count as what
they are (`pose.part_corrections`). With ``--given-parts`` the drape is told what every pixel is, by
those masks: what then is amiss is the drawing's fault, not the parser's. With ``--told-patches 2``
a stylist who knows these masks says of two places in every photo what they are (`told_patches`).
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))
from contact_sheets import _drawn, photos
from told_patches import told_patches

from flixdrape import FlixDrapeError, analyse_garment, analyse_person, drape_analysed
from flixdrape.wearer import Wearer
from garment.landmarks import CATEGORIES
from pose import Parsing
from pose.parsing_data import read_people
from pose.parts import PARTS

# A pixel has changed whose colour moved farther than this in any channel.
_CHANGED = 24
_REPLACED = {
    "blouse": ("top", "outer"),
    "outwear": ("outer",),
    "dress": ("top", "outer", "dress", "bottom"),
    "skirt": ("bottom",),
    "trousers": ("bottom",),
}
_KEPT = {
    "blouse": ("hair", "face", "footwear", "legs", "legwear"),
    "outwear": ("hair", "face", "footwear", "legs", "legwear"),
    "dress": ("hair", "face", "footwear"),
    "skirt": ("hair", "face", "footwear", "top", "outer"),
    "trousers": ("hair", "face", "footwear", "top", "outer"),
}


class Faults(NamedTuple):
    """Masks of what is wrong with a drape, and how many pixels could have been."""

    visible: np.ndarray
    untouched: np.ndarray
    old_pixels: int
    lost: dict[str, np.ndarray]
    kept_pixels: int

    def anywhere(self):
        return self.visible | np.any(list(self.lost.values()), axis=0)


def mask_of(parts, names):
    return np.isin(parts, [PARTS.index(name) for name in names])


def faults(person, result, category):
    """Return where old clothes still show, and where something is gone that should stay."""
    before, after = person.wearer.rgb.astype(int), result.image.astype(int)
    difference = np.abs(after - before).max(axis=2)
    changed = difference > _CHANGED
    alpha = result.layers["garment"][..., 3] > 127
    parts = person.parts
    inner = np.ones((3, 3), np.uint8)
    old = cv2.erode(mask_of(parts, _REPLACED[category]).astype(np.uint8), inner) > 0
    # Cloth of the same colour over the old one has changed though no pixel shows it.
    visible = old & ~changed & ~alpha
    lost = {}
    kept_pixels = 0
    for name in _KEPT[category]:
        kept = cv2.erode(mask_of(parts, (name,)).astype(np.uint8), inner) > 0
        if name == "face":
            # The neck may be under a collar.
            kept &= person.wearer.head() > 0.9
        gone = kept & changed
        if name in ("legs", "legwear", "footwear"):
            # There a hem may belong.
            gone &= ~alpha
        lost[name] = gone
        kept_pixels += int(kept.sum())
    return Faults(visible, visible & (difference <= 1), int(old.sum()), lost, kept_pixels)


def measure(person, result, category):
    """Return the shares of one drape."""
    found = faults(person, result, category)
    lost = {name: int(gone.sum()) for name, gone in found.lost.items()}
    return {
        "old visible": found.visible.sum() / max(found.old_pixels, 1),
        "untouched": found.untouched.sum() / max(found.old_pixels, 1),
        "kept changed": sum(lost.values()) / max(found.kept_pixels, 1),
        "by part": lost,
        "anchor": result.report["warp"]["anchor_error_px"],
        "folded": result.report["warp"]["folded_fraction"],
    }


def show_faults(file, person, result, category):
    """Write photo, result, and the result with old cloth in red, lost parts in blue."""
    before, after = person.wearer.rgb, result.image
    changed = np.abs(after.astype(int) - before).max(axis=2) > _CHANGED
    alpha = result.layers["garment"][..., 3] > 127
    marked = (after // 2 + 64).astype(np.uint8)
    marked[mask_of(person.parts, _REPLACED[category]) & ~changed & ~alpha] = (255, 0, 0)
    marked[mask_of(person.parts, _KEPT[category]) & changed] = (0, 0, 255)
    labels = person.wearer.parsing.labels().astype(np.uint8)
    drawn = cv2.applyColorMap(labels * 20, cv2.COLORMAP_TURBO)
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), np.concatenate([before, after, marked, drawn], axis=1)[..., ::-1])


class Person:
    """A photo with its drawn parts, analysed once."""

    def __init__(self, labelled, given=False):
        self.parts = labelled.parts
        analysis = analyse_person(str(labelled.sample.path))
        if given:
            found = analysis.wearer
            told = Wearer(found.rgb, found.joints, found.body, Parsing.of_labels(self.parts))
            analysis = replace(analysis, wearer=told)
        self.analysis, self.wearer = analysis, analysis.wearer

    def tell(self, garment, category, count):
        """Say what the worst faults of a garment's drape on this person are."""

        def wrong(analysis):
            return faults(self, drape_analysed([garment], analysis), category).anywhere()

        self.analysis = told_patches(self.analysis, self.parts, count, wrong)
        self.wearer = self.analysis.wearer


def masked_people(data, count, rng, *wanted, corrected=False):
    people = read_people(data / "people", "val", corrected=corrected)
    if wanted:
        index = [PARTS.index(name) for name in wanted]
        people = [p for p in people if np.isin(p.parts, index).mean() > 0.03]
    return [people[i] for i in rng.permutation(len(people))[:count]]


def garments_of(data, category):
    number = CATEGORIES.index(category) + 1
    return photos(data / "garments" / "keypoints_val.json", lambda _, a: a["category_id"] == number)


def coverage(data, pairs, seed, show=None, corrected=False, given=False, told=0):
    rows = {}
    for category in CATEGORIES:
        rng = np.random.default_rng(seed + CATEGORIES.index(category) + 1)
        garments = garments_of(data, category)
        people = masked_people(data, pairs, rng, *_REPLACED[category], corrected=corrected)
        figures = []
        for garment, labelled in zip(_drawn(garments, len(people), rng), people, strict=True):
            try:
                person = Person(labelled, given)
                found = analyse_garment(str(garment), category=category)
                if told:
                    person.tell(found, category, told)
                result = drape_analysed([found], person.analysis)
            except FlixDrapeError as error:
                print(f"{garment.stem} on {labelled.sample.path.stem}: {error}")
                continue
            figures.append(measure(person, result, category))
            if show:
                show_faults(show / f"{category}_{len(figures)}.png", person, result, category)
            named = f"{category} {garment.stem} {labelled.sample.path.stem}"
            print(
                named,
                {k: v if k == "by part" else round(float(v), 4) for k, v in figures[-1].items()},
            )
        rows[category] = figures
    return rows


def table(rows):
    lines = [
        "| category | pairs | old visible | untouched | kept changed | anchor error, at most "
        "| folded |",
        "|---|---|---|---|---|---|---|",
    ]
    everything = [f for figures in rows.values() for f in figures]
    for name, figures in [*rows.items(), ("all", everything)]:
        if not figures:
            continue
        old, same, kept = (
            np.mean([f[k] for f in figures]) for k in ("old visible", "untouched", "kept changed")
        )
        anchor, folded = (max(f[k] for f in figures) for k in ("anchor", "folded"))
        lines.append(
            f"| {name} | {len(figures)} | {old:.1%} | {same:.1%} | {kept:.1%} | {anchor:.2f} px "
            f"| {folded:.5f} |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds garments/ and people/")
    parser.add_argument("--pairs", type=int, default=12, help="of each category")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=Path, help="folder for pictures of what is wrong where")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument(
        "--corrected",
        action="store_true",
        help="kinds of clothes put right, not as they were drawn",
    )
    parser.add_argument(
        "--given-parts", action="store_true", help="parts by those masks, not by the parser"
    )
    parser.add_argument(
        "--told-patches", type=int, default=0, help="how many places are told in every photo"
    )
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rows = coverage(
        args.data, args.pairs, args.seed, args.show, args.corrected, args.given_parts,
        args.told_patches,
    )  # fmt: skip
    print("\n" + table(rows))
    if args.json:
        args.json.write_text(json.dumps(rows, default=float) + "\n")


if __name__ == "__main__":
    main()
