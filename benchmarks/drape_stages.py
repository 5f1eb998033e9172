"""Time of a drape, stage by stage, after start-up; and its peak memory.

``python benchmarks/drape_stages.py --repeats 5`` drapes the shipped top on the shipped person
(768x1024); ``--size`` scales the person's photo.
"""

import argparse
import resource
import statistics

from PIL import Image

from flixdrape import drape, open_picture
from flixdrape.samples import PERSON, sample


def person(width):
    picture = Image.open(sample(PERSON)).convert("RGB")
    height = round(picture.height * width / picture.width)
    return open_picture(picture.resize((width, height), Image.Resampling.LANCZOS), name=PERSON)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--width", type=int, default=768, help="of the person's photo")
    parser.add_argument("--garment", default="mannequin_top")
    args = parser.parse_args()
    model = person(args.width)
    drape(sample(args.garment), model)  # start-up: weights are loaded, caches are warm
    runs = [drape(sample(args.garment), model).report["timing_ms"] for _ in range(args.repeats)]
    print(f"{model.width}x{model.height}, median of {args.repeats}\n\n| stage | ms |\n|---|---|")
    for stage in runs[0]:
        print(f"| {stage} | {statistics.median(run[stage] for run in runs):.0f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
