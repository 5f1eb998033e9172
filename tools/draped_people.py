"""People dressed anew by the project itself, whose parts are known: more clothes for the parser.

``python tools/draped_people.py --data DATA --out FOLDER --count 1500`` puts garments of the
training set, one to three at a time, on people of the training set whose masks people drew, and
writes the picture (``{person}-{number}.jpg``) and its parts (``.png``, indices into `pose.PARTS`,
255 where they are not sure). Whether a garment is a coat or a dress is known for certain then, and
each is worn by people who never wore it. `pose.train_parsing --draped` learns from them; the
pictures are made of training photos and stay where they are written.
"""

import argparse
import sys
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[1]))

from flixdrape import DrapeOptions, FlixDrapeError
from flixdrape.analysis import GarmentAnalysis, cut_garment, opened
from flixdrape.body import Body
from flixdrape.drape import put_on
from flixdrape.wearer import Wearer
from garment import CATEGORIES, FASHIONAI_24, VIEWS, Garment
from garment.data import category_of, read_garments
from pose import COCO_17, Keypoints, Parsing
from pose.parsing_data import read_people
from pose.pseudo_parsing import sure_parts

# What is put on together, and how often.
_OUTFITS = {
    ("outwear",): 0.28,
    ("dress",): 0.18,
    ("blouse",): 0.1,
    ("skirt",): 0.04,
    ("trousers",): 0.04,
    ("skirt", "blouse"): 0.08,
    ("trousers", "blouse"): 0.08,
    ("dress", "outwear"): 0.12,
    ("skirt", "outwear"): 0.03,
    ("skirt", "blouse", "outwear"): 0.05,
}
# A drape that draws out more of its cloth, or shows more of the old clothes, teaches what is false.
_MOST_STRETCHED, _MOST_OLD = 0.25, 0.2


def main():
    """Write the pictures that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds garments/ and people/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--more-garments", type=Path, nargs="*", default=[],
                        help="further files that garment.pseudo wrote")  # fmt: skip
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    people = read_people(args.data / "people", "train", corrected=True)
    garments = garments_by_category(
        [args.data / "garments" / "keypoints_train.json", *args.more_garments]
    )
    rng = np.random.default_rng(args.seed)
    for number in tqdm(range(args.count), mininterval=20):
        person = people[rng.integers(len(people))]
        # Drawn before anything is skipped, so that a run that goes on draws the same.
        outfit = list(_OUTFITS)[rng.choice(len(_OUTFITS), p=list(_OUTFITS.values()))]
        chosen = [garments[c][rng.integers(len(garments[c]))] for c in outfit]
        options = DrapeOptions(fit=rng.uniform(-0.6, 1), light=rng.uniform(0.2, 1))
        file = args.out / f"{person.sample.path.stem}-{args.seed}-{number}.jpg"
        if not file.exists():
            write(file, person, chosen, options)


def garments_by_category(files):
    """Return labelled garments seen from the front, by category."""
    found = {category: [] for category in CATEGORIES}
    for file in files:
        for sample in read_garments(file):
            if VIEWS[sample.attributes["view"]] == "front":
                found[category_of(sample)].append(_Hashed(sample))
    return found


class _Hashed:
    """A sample that a cache can hold: arrays have no hash."""

    def __init__(self, sample):
        self.sample = sample


@lru_cache(maxsize=3000)
def cut(hashed):
    """Cut a labelled garment out."""
    sample, category = hashed.sample, category_of(hashed.sample)
    photo = opened(str(sample.path), "garment")
    keypoints = Keypoints(FASHIONAI_24, sample.points, sample.labelled.astype(np.float64))
    scores = {c: float(c == category) for c in CATEGORIES}
    found = Garment(keypoints, category, scores, "front", 1.0)
    return GarmentAnalysis(photo, found, cut_garment(photo, found))


def worn_by(person):
    """Return a labelled person to be dressed, parts and joints as labelled."""
    photo = opened(str(person.sample.path), "person")
    joints = Keypoints(COCO_17, person.sample.points, person.sample.labelled.astype(np.float64))
    return Wearer(photo.rgb, joints, Body.from_keypoints(joints), Parsing.of_labels(person.parts))


def write(file, person, chosen, options):
    """Dress a person and write picture and parts; nothing where the drape is a poor one."""
    try:
        wearer = worn_by(person)
        for garment in chosen:
            result, wearer = put_on(cut(garment), wearer, options)
            if poor(result.report):
                return
    except FlixDrapeError:
        return
    cv2.imwrite(str(file), wearer.rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 93])
    cv2.imwrite(str(file.with_suffix(".png")), sure_parts(wearer.parsing, 0.55))


def poor(report):
    """Say whether a drape went wrong."""
    quality, warp = report["quality"], report["warp"]
    return (
        quality["stretched"] > _MOST_STRETCHED
        or quality["old_visible"] > _MOST_OLD
        or warp["folded_fraction"] > 0
        or warp["anchor_error_px"] > 1
    )


if __name__ == "__main__":
    main()
