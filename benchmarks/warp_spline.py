"""The grid-evaluated spline against kornia's dense warp, in one run.

``python benchmarks/warp_spline.py --size 768 1024 --points 40``

Each way runs in a process of its own; memory is the process's peak above one that only imports.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import torch


def control_points(count, size, seed=0):
    """Corners on a jittered lattice, moved as a fit moves them."""
    rng = np.random.default_rng(seed)
    columns = int(np.ceil(np.sqrt(count)))
    cells = rng.permutation(columns * columns)[:count]
    unit = np.stack([cells % columns, cells // columns], axis=1) + rng.uniform(0.3, 0.7, (count, 2))
    source = unit / columns * np.array(size)
    return source, 0.85 * source + 0.05 * np.array(size) + rng.normal(0, 0.02 * size[0], (count, 2))


def ours(image, source, target, size):
    from warp import ThinPlateSpline

    return ThinPlateSpline.fit(source, target).warp_image(image, size, interpolation="linear")


def kornias(image, source, target, size):
    from kornia.geometry.transform import get_tps_transform, warp_image_tps

    def normalised(points):
        scale = (np.array(size) - 1) / 2
        return torch.from_numpy((points / scale - 1).astype(np.float32))[None]

    one, other = normalised(target), normalised(source)
    kernel, affine = get_tps_transform(one, other)
    tensor = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    return warp_image_tps(tensor, other, kernel, affine, align_corners=True)


def worker(way, size, count, repeats):
    image = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 4)).astype(np.uint8)
    source, target = control_points(count, size)
    run = {"ours": ours, "kornia": kornias}.get(way)
    seconds = []
    for _ in range(repeats if run else 0):
        start = time.perf_counter()
        run(image, source, target, size)
        seconds.append(time.perf_counter() - start)
    if not run:
        import kornia.geometry.transform  # noqa: F401

        import warp  # noqa: F401
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": statistics.median(seconds or [0.0]), "peak": peak}))


def measure(way, args):
    size = [str(v) for v in args.size]
    command = [sys.executable, __file__, "--worker", way, "--size", *size]
    command += ["--points", str(args.points), "--repeats", str(args.repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def grid_error(size, count):
    from warp import ThinPlateSpline

    spline = ThinPlateSpline.fit(*control_points(count, size))
    dense = spline.backward_map(size, step=1)
    return float(np.abs(spline.backward_map(size) - dense).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, nargs=2, default=(768, 1024))
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        worker(args.worker, tuple(args.size), args.points, args.repeats)
        return
    base = measure("imports", args)["peak"]
    kornia, mine = measure("kornia", args), measure("ours", args)
    print(f"{args.size[0]}x{args.size[1]}, {args.points} points, median of {args.repeats}\n")
    print("| way | seconds | MB above imports |\n|---|---|---|")
    for name, row in (("kornia warp_image_tps", kornia), ("ThinPlateSpline.warp_image", mine)):
        print(f"| {name} | {row['seconds']:.3f} | {row['peak'] - base:.0f} |")
    print(f"\nratio {kornia['seconds'] / mine['seconds']:.1f}")
    error = grid_error(tuple(args.size), args.points)
    print(f"largest distance of the grid's map from the dense one: {error:.4f} px")


if __name__ == "__main__":
    main()
