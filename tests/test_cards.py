"""The model cards' figures are those of the shipped weights.

Needs the validation photos, which are no part of the project: in ``../shared/data`` beside the
checkout, or where FLIXDRAPE_DATA points.
"""

import os
from pathlib import Path

import pytest

from garment import GarmentEstimator
from garment.data import read_garments
from garment.evaluate import evaluate as evaluate_garments
from pose import COCO_17, PoseEstimator
from pose.engine.checkpoint import read_card
from pose.engine.dataset import read_coco
from pose.evaluate import evaluate as evaluate_people

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("FLIXDRAPE_DATA", ROOT.parent / "shared" / "data"))
needs_photos = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the validation photos are not at {DATA} (set FLIXDRAPE_DATA)"
)
WEIGHTS = sorted(ROOT.glob("*/weights/*.safetensors"))
GARMENT_CARD = read_card(ROOT / "garment" / "weights" / "garment-heatmap.safetensors")


@pytest.mark.parametrize("weights", WEIGHTS, ids=lambda path: path.stem)
def test_cards_say_what_they_should(weights):
    card = read_card(weights)
    for key in ("schema", "network", "data", "command", "seed", "epochs", "date", "sha256"):
        assert card[key] or key == "seed", key
    assert card["validation"]["results"]
    assert "../" not in str(card)


@needs_photos
@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("topdown-heatmap", "topdown-heatmap"),
        ("topdown-heatmap", "topdown-cascade"),
        ("topdown-regression", "topdown-regression"),
    ],
)
def test_people_figures_hold(method, name):
    pytest.importorskip("pycocotools")
    samples = read_coco(DATA / "people" / "keypoints_val.json", COCO_17)
    weights = ROOT / "pose" / "weights" / f"{name}.safetensors"
    estimator = PoseEstimator.load(method, weights=weights)
    report = evaluate_people(estimator, samples, "ccp", given_boxes=True)
    card = read_card(weights)
    figures = card["validation"]["results"]["ccp, given boxes"]
    assert report.pck["0.2"] == pytest.approx(figures["PCK@0.2"], abs=0.003)
    assert report.pck["0.1"] == pytest.approx(figures["PCK@0.1"], abs=0.003)
    assert report.ap["AP"] == pytest.approx(figures["OKS-AP"], abs=0.005)


@needs_photos
def test_garment_figures_hold():
    samples = read_garments(DATA / "garments" / "keypoints_val.json")
    report = evaluate_garments(GarmentEstimator.load(), samples, given_boxes=True)
    figures = GARMENT_CARD["validation"]["results"]
    for group in ("all", "mannequin", "laid or hung"):
        assert report[group]["NE"] == pytest.approx(figures[group]["NE, given box"], abs=0.001)
    assert report["all"]["category_right"] == pytest.approx(figures["all"]["category"], abs=0.01)
