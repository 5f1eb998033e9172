"""All keypoint methods in one table: how right they are, and how long they take on this machine.

``python benchmarks/keypoint_methods.py --data DATA --mediapipe-python PYTHON`` measures every
shipped method, and MediaPipe Pose where an environment that has it is named, on the validation
photos of DATA (``people/`` and ``garments/``). `given`: in the labelled box; `found`: in the whole
picture. How to make that environment is said in ``docs/engine.md``.

Times are from decoded picture to keypoints, after start-up. All methods are timed in turns on one
picture after the other, so that a busy machine slows all alike, and a ratio is the median of those
on each picture.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

import garment
import pose
from garment.data import read_garments
from garment.evaluate import evaluate as evaluate_garments
from pose.engine.dataset import read_coco, read_rgb
from pose.evaluate import evaluate as evaluate_people
from pose.evaluate import report_of

MEDIAPIPE = "MediaPipe Pose"
SOURCES = ("lspet", "ccp")
NOTES = """\
- `lspet` has people's labels. Its photos were kept where MediaPipe agreed with most of them, and
  their face points are MediaPipe's: its figures there are flattered.
- `ccp`: the labels are MediaPipe's own answers, so its own figures there are no measure (in
  brackets), and those of the others say how well they copy it.
- MediaPipe takes no boxes and finds one person a picture. Who was not found counts as missed.
- NE: FashionAI's normalised error, less is better; the category is not told.
- ms: of a person or garment in a given box; of a whole picture where found. Median of {pictures}
  pictures, torch on {threads} thread{s}. x MediaPipe: median of the ratios to MediaPipe's time of a
  picture in the same round; below 1 is faster."""


class MediaPipe:
    """Asks MediaPipe, in an environment of its own, picture by picture."""

    def __init__(self, python):
        script = Path(__file__).parent / "mediapipe_pose.py"
        # It logs much on standard error that is of no use here.
        self.process = subprocess.Popen(
            [python, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        hello = self.process.stdout.readline()
        if not hello:
            raise RuntimeError(f"{python} cannot run {script.name}; does it have mediapipe?")
        self.name = f"{MEDIAPIPE} {json.loads(hello)['mediapipe']}"

    def ask(self, path):
        """Return the person of a picture, at no confidence where nobody is found, and ms."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{path} {answer['error']}")
        if answer["keypoints"] is None:
            nobody = np.zeros((len(pose.COCO_17), 2))
            return pose.Keypoints(pose.COCO_17, nobody, nobody[:, 0]), answer["elapsed_ms"]
        rows = np.array(answer["keypoints"])
        return pose.Keypoints(pose.COCO_17, rows[:, :2], rows[:, 2]), answer["elapsed_ms"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def load_people():
    """Return name -> estimator: every shipped method, at its best and at its fastest."""
    ways = {}
    for method in pose.shipped_methods():
        ways[method] = pose.PoseEstimator.load(method)
        ways[f"{method}, fast"] = pose.PoseEstimator.load(method, fast=True)
    cascade = Path(pose.__file__).parent / "weights" / "topdown-cascade.safetensors"
    ways["topdown-heatmap, cascade"] = pose.PoseEstimator.load("topdown-heatmap", weights=cascade)
    return ways


def load_garments():
    return {m: garment.GarmentEstimator.load(m) for m in garment.shipped_methods()}


def say(words):
    print(words, file=sys.stderr, flush=True)


def people_figures(ways, samples):
    """Return (method, boxes) -> source -> figures."""
    figures = {}
    for name, estimator in ways.items():
        for given in (True, False):
            boxes = "given" if given else "found"
            say(f"people, {name}, {boxes} boxes")
            figures[name, boxes] = {
                source: evaluate_people(estimator, samples, source, given_boxes=given).__dict__
                for source in SOURCES
            }
    return figures


def mediapipe_figures(mediapipe, samples):
    say(f"people, {mediapipe.name}")
    figures = {}
    for source in SOURCES:
        part = [sample for sample in samples if sample.tags["source"] == source]
        found = [mediapipe.ask(sample.path)[0] for sample in part]
        figures[source] = report_of(found, part, source, "found").__dict__
    return {(mediapipe.name, "found"): figures}


def garment_figures(ways, samples):
    """Return (method, boxes) -> group -> figures."""
    figures = {}
    for name, estimator in ways.items():
        for given in (True, False):
            boxes = "given" if given else "found"
            say(f"garments, {name}, {boxes} boxes")
            figures[name, boxes] = evaluate_garments(estimator, samples, given_boxes=given)
    return figures


def timed(call):
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def jobs_on(kind, ways, sample):
    """Return (kind, method, boxes) -> what gives the ms of one run on a sample's picture."""
    image, box = read_rgb(sample.path), sample.box()
    jobs = {}
    for name, way in ways.items():
        # Bound now: the loop goes on before they are called.
        jobs[kind, name, "given"] = lambda way=way: timed(lambda: way.in_boxes(image, [box]))
        jobs[kind, name, "found"] = lambda way=way: timed(lambda: way(image))
    return jobs


def time_all(people, garments, mediapipe, people_samples, garment_samples, pictures):
    """Return (kind, method, boxes) -> ms of each round; a round is a photo of either kind."""
    times = {}
    # The first round starts everything up and does not count.
    for round_, index in enumerate([0, *range(pictures)]):
        person = spread(people_samples, index, pictures)
        jobs = jobs_on("people", people, person)
        jobs |= jobs_on("garments", garments, spread(garment_samples, index, pictures))
        if mediapipe:
            jobs["people", mediapipe.name, "found"] = lambda p=person.path: mediapipe.ask(p)[1]
        # Whoever comes first may find colder caches: that is each one in turn.
        order = list(jobs)
        turn = round_ % len(order)
        for key in order[turn:] + order[:turn]:
            elapsed = jobs[key]()
            if round_:
                times.setdefault(key, []).append(elapsed)
    return times


def spread(samples, index, count):
    """Return one of `count` samples at even distances."""
    return samples[index * len(samples) // count]


def summaries(times, reference):
    """Return (kind, method, boxes) -> median ms, and median ratio to the reference's rounds."""
    summary = {}
    for key, elapsed in times.items():
        ratio = None
        if reference:
            base = times["people", reference, "found"]
            ratio = statistics.median(a / b for a, b in zip(elapsed, base, strict=True))
        summary[key] = {"ms": statistics.median(elapsed), "ratio": ratio}
    return summary


def people_cells(figures, own_labels):
    cells = []
    for source in SOURCES:
        r = figures[source]
        values = [f"{v:.3f}" for v in (r["pck"]["0.1"], r["pck"]["0.2"], r["ap"]["AP"])]
        cells += [f"({v})" for v in values] if own_labels and source == "ccp" else values
    return [*cells, "", "", ""]


def garment_cells(report):
    mannequin = f"{report['mannequin']['NE']:.4f}" if "mannequin" in report else ""
    overall = report["all"]
    return [""] * 6 + [f"{overall['NE']:.4f}", mannequin, f"{overall['category_right']:.3f}"]


def format_table(people, garments, times, reference):
    """Return the one table, as Markdown."""
    head = ["what", "method", "boxes"]
    head += [f"{s} {m}" for s in SOURCES for m in ("PCK@0.1", "PCK@0.2", "OKS-AP")]
    head += ["NE", "NE, mannequin", "category", "ms", "x MediaPipe"]
    rows = [head, ["---"] * len(head)]
    for (name, boxes), figures in people.items():
        rows.append(["people", name, boxes, *people_cells(figures, name == reference)])
    for (name, boxes), report in garments.items():
        rows.append(["garments", name, boxes, *garment_cells(report)])
    for row in rows[2:]:
        took = times[tuple(row[:3])]
        row += [f"{took['ms']:.0f}", "" if took["ratio"] is None else f"{took['ratio']:.2f}"]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def to_json(people, garments, times, threads):
    """Return all figures as plain values, one entry a row."""

    def entries(kind, figures):
        return [
            {"method": name, "boxes": boxes, **times[kind, name, boxes], "figures": values}
            for (name, boxes), values in figures.items()
        ]

    return {
        "machine": {"processor": processor(), "cores": os.cpu_count(), "threads": threads},
        "people": entries("people", people),
        "garments": entries("garments", garments),
    }


def processor():
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def build_parser():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="holds people/ and garments/")
    parser.add_argument(
        "--mediapipe-python", help="the python of an environment that has mediapipe"
    )
    parser.add_argument("--timing-pictures", type=int, default=40, help="of each kind")
    parser.add_argument("--threads", type=int, default=1, help="torch's")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    return parser


def measure(args, people_samples, garment_samples, mediapipe):
    people, garments = load_people(), load_garments()
    reference = mediapipe and mediapipe.name
    say(f"timing on {args.timing_pictures} pictures of each kind")
    rounds = time_all(
        people, garments, mediapipe, people_samples, garment_samples, args.timing_pictures
    )
    times = summaries(rounds, reference)
    found_people = people_figures(people, people_samples)
    if mediapipe:
        found_people |= mediapipe_figures(mediapipe, people_samples)
    found_garments = garment_figures(garments, garment_samples)
    print(format_table(found_people, found_garments, times, reference) + "\n")
    s = "" if args.threads == 1 else "s"
    print(NOTES.format(pictures=args.timing_pictures, threads=args.threads, s=s))
    if args.json:
        figures = to_json(found_people, found_garments, times, args.threads)
        args.json.write_text(json.dumps(figures, indent=2) + "\n")


def main(arguments=None):
    parser = build_parser()
    args = parser.parse_args(arguments)
    if args.timing_pictures < 1:
        parser.error("--timing-pictures must be 1 or more")
    torch.set_num_threads(args.threads)
    mediapipe = None
    try:
        people = read_coco(args.data / "people" / "keypoints_val.json", pose.COCO_17)
        garments = read_garments(args.data / "garments" / "keypoints_val.json")
        if args.mediapipe_python:
            mediapipe = MediaPipe(args.mediapipe_python)
        measure(args, people, garments, mediapipe)
    except (OSError, RuntimeError) as error:
        parser.error(str(error))
    finally:
        if mediapipe:
            mediapipe.close()


if __name__ == "__main__":
    main()
