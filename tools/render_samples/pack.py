"""Turn rendered pictures into the shipped JPEGs and their labels into one file.

``python pack.py RENDERED SAMPLES`` runs in the project's own environment.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from PIL import Image


def main() -> None:
    """Pack what `render.py` wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rendered", type=Path)
    parser.add_argument("samples", type=Path)
    args = parser.parse_args()
    labels = {}
    for picture in sorted(args.rendered.glob("*.png")):
        with Image.open(picture) as image:
            image.convert("RGB").save(args.samples / f"{picture.stem}.jpg", quality=90)
        labels[f"{picture.stem}.jpg"] = json.loads(picture.with_suffix(".json").read_text())
    (args.samples / "labels.json").write_text(json.dumps(labels, indent=1) + "\n")


if __name__ == "__main__":
    main()
