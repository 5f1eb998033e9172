"""Reference drapes of the shipped samples; ``python tests/flixdrape/golden.py`` rewrites them.

Look at every picture that a rewrite changes before keeping it.
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from flixdrape import drape
from flixdrape.drape import DrapeResult
from flixdrape.samples import GARMENTS, PERSON, sample

FOLDER = Path(__file__).parent / "golden"
_SIZE = (192, 256)


def small_views(result: DrapeResult) -> dict[str, np.ndarray]:
    """Shrink the picture and the garment's visible alpha, so that only visible changes count."""
    views = {"image": result.image, "alpha": result.layers["garment"][..., 3]}
    return {k: cv2.resize(v, _SIZE, interpolation=cv2.INTER_AREA) for k, v in views.items()}


def path_of(name: str, view: str) -> Path:
    return FOLDER / f"{name}_{view}.png"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in GARMENTS:
        for view, pixels in small_views(drape(sample(name), sample(PERSON))).items():
            Image.fromarray(pixels).save(path_of(name, view), optimize=True)
            print(path_of(name, view))


if __name__ == "__main__":
    main()
