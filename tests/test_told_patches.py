"""The simulated stylist of the benchmark of drapes."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pose import PARTS

_FILE = Path(__file__).parents[1] / "benchmarks" / "told_patches.py"
OUTER, BOTTOM, BAG = (PARTS.index(name) for name in ("outer", "bottom", "accessories"))
# Trousers below a coat, and a bag: what they are, all of it taken for the coat.
TRUE = np.full((60, 40), OUTER, np.uint8)
TRUE[30:55, 3:37] = BOTTOM
TRUE[5:15, 5:15] = BAG


@pytest.fixture(scope="module")
def told_patches():
    spec = importlib.util.spec_from_file_location("told_patches", _FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.told_patches


class Analysis:
    """One whose patches are exactly those of `TRUE`."""

    def __init__(self, patches=()):
        self.patches = list(patches)
        labels = np.full(TRUE.shape, OUTER, np.uint8)
        for x, y, part in patches:
            labels[TRUE[y, x] == TRUE] = PARTS.index(part)
        self.wearer = SimpleNamespace(parsing=SimpleNamespace(labels=lambda: labels))

    def corrected(self, *, patches):
        return Analysis(patches)


def wrong(analysis):
    return analysis.wearer.parsing.labels() != TRUE


def test_the_largest_fault_is_told_first_by_a_pixel_deep_within_it(told_patches):
    ((x, y, part),) = told_patches(Analysis(), TRUE, 1, wrong).patches
    assert part == "bottom"
    assert 5 < x < 35
    assert 35 < y < 50
    parts = [part for *_, part in told_patches(Analysis(), TRUE, 5, wrong).patches]
    assert parts == ["bottom", "accessories"], "then nothing is wrong"


def test_a_click_that_makes_nothing_better_is_taken_back(told_patches):
    def bag_alone(analysis):
        # Whoever tells the trousers loses as much elsewhere.
        told = any(part == "bottom" for *_, part in analysis.patches)
        return np.ones(TRUE.shape, bool) if told else wrong(analysis)

    patches = told_patches(Analysis(), TRUE, 2, bag_alone).patches
    assert [part for *_, part in patches] == ["accessories"]


def test_what_nobody_knows_and_what_is_no_mistake_of_the_parser_is_not_told(told_patches):
    unknown = np.full(TRUE.shape, 255, np.uint8)
    assert told_patches(Analysis(), unknown, 2, lambda _: np.ones(TRUE.shape, bool)).patches == []
    right = np.full(TRUE.shape, OUTER, np.uint8)
    assert told_patches(Analysis(), right, 2, lambda _: np.ones(TRUE.shape, bool)).patches == []
