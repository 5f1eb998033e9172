"""Many visitors at once: throughput, latency and memory of the studio's HTTP API.

``python benchmarks/studio_load.py`` lets one client, and then eight at once, each against a
server of its own that has just started, send the same 40 drapes: every garment among the samples,
every drape with its own options and its own photo of the person (512x768, a little lighter or
darker), so that every person is looked at anew. Each answer of the eight must be byte for byte
what the one client got for the same call: none is mixed up. ``--drapes 200`` shows whether memory
grows.
"""

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
from gradio_client import Client, handle_file
from PIL import Image

from flixdrape.samples import GARMENTS, PERSON, sample

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "e2e"))
from server import studio

SIZE = (512, 768)


def tasks(count, folder):
    """Return the calls: dicts of values for /drape, no two alike."""
    original = np.asarray(Image.open(sample(PERSON)).convert("RGB").resize(SIZE), np.float32)
    choices = product((-1.0, 0.0, 1.0), (0.9, 1.0, 1.1), (-0.03, 0.0, 0.03))
    worn = [dict(zip(("fit", "length", "shift_x"), values, strict=True)) for values in choices]
    made = []
    for number in range(count):
        light = 0.85 + 0.3 * number / count
        path = folder / f"person_{number}.png"
        shade = np.clip(original * light, 0, 255).astype(np.uint8)
        Image.fromarray(shade).save(path)
        made.append(
            {
                "garment": str(sample(GARMENTS[number % len(GARMENTS)])),
                "person": str(path),
                **worn[number % len(worn)],
            }
        )
    return made


def memory(process):
    """Return the megabytes of memory that a process holds; NaN where /proc does not say."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


class Load:
    """Clients that share a list of calls."""

    def __init__(self, address, process, folder):
        self.address, self.process, self.folder = address, process, folder
        self.local, self.lock = threading.local(), threading.Lock()
        self.answers, self.seconds = {}, []
        self.memory = {0: memory(process)}

    def run(self, calls, clients):
        start = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(self.one, range(len(calls)), calls))
        return time.perf_counter() - start

    def one(self, number, call):
        if not hasattr(self.local, "client"):
            files = self.folder / f"answers-{threading.get_ident()}"
            self.local.client = Client(self.address, verbose=False, download_files=str(files))
        start = time.perf_counter()
        photos = {name: handle_file(call[name]) for name in ("garment", "person")}
        picture, _, report = self.local.client.predict(**{**call, **photos}, api_name="/drape")
        spent = time.perf_counter() - start
        assert report["person"] == Path(call["person"]).name, "another caller's person"
        assert report["garment"] == Path(call["garment"]).name, "another caller's garment"
        with self.lock:
            self.seconds.append(spent)
            self.answers[number] = hashlib.sha256(Path(picture).read_bytes()).hexdigest()
            done = len(self.seconds)
            if done == 10 or done % 40 == 0:
                self.memory[done] = memory(self.process)


def measured(calls, clients, folder):
    folder.mkdir()
    with studio(folder / "served", quiet=True) as (port, server):
        load = Load(f"http://127.0.0.1:{port}", server.pid, folder)
        spent = load.run(calls, clients)
    return load, spent


def row(clients, load, spent):
    share = statistics.quantiles(load.seconds, n=20, method="inclusive")[-1]
    held = ", ".join(f"{megabytes:.0f} after {done}" for done, megabytes in load.memory.items())
    return (
        f"| {clients} | {len(load.seconds) / spent:.2f} | {statistics.median(load.seconds):.2f} "
        f"| {share:.2f} | {held} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--drapes", type=int, default=40)
    args = parser.parse_args()
    print(f"load average at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as name:
        calls = tasks(args.drapes, Path(name))
        alone = measured(calls, 1, Path(name) / "alone")
        together = measured(calls, args.clients, Path(name) / "together")
    print("| clients | drapes a second | median, s | 95 of 100 within, s | memory, MB |")
    print("|---|---|---|---|---|")
    print(row(1, *alone))
    print(row(args.clients, *together))
    expected, got = alone[0].answers, together[0].answers
    wrong = [number for number in expected if expected[number] != got[number]]
    print(f"\n{len(set(expected.values()))} different pictures for {len(calls)} calls")
    print(f"{len(wrong)} of {len(calls)} answers differ from the one client's")
    sys.exit(1 if wrong or len(set(expected.values())) < len(calls) else 0)


if __name__ == "__main__":
    main()
