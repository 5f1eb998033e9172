"""What a person wears, and whether it may be something else."""

from dataclasses import replace

import numpy as np
import pytest

from flixdrape import analyse_garment, analyse_person, drape_analysed
from flixdrape.clothes import clothes_warnings, doubtful_clothes
from flixdrape.samples import sample
from garment import CATEGORIES
from pose import PARTS, Parsing


def parsing(**chances):
    """Half a picture of a person, of whom every pixel has these chances."""
    planes = np.zeros((len(PARTS), 4, 8), np.float32)
    planes[0, :, 4:] = 1
    for name, chance in chances.items():
        planes[PARTS.index(name), :, :4] = chance
    return Parsing(planes, (0, 0, 8, 4), (4, 8))


def test_sure_clothes_are_not_doubted():
    assert doubtful_clothes(parsing(dress=0.9, outer=0.1)) == {}
    assert doubtful_clothes(parsing(dress=0.5, legs=0.5)) == {}
    assert doubtful_clothes(parsing()) == {}


def test_a_small_patch_says_nothing():
    doubtful = parsing(dress=0.6, outer=0.4)
    planes = np.repeat(np.repeat(doubtful.probabilities, 10, axis=1), 10, axis=2)
    planes[:, :, 1:40] = 0
    planes[PARTS.index("face"), :, 1:40] = 1
    assert doubtful_clothes(doubtful) == {"dress": "outer"}
    assert doubtful_clothes(Parsing(planes, (0, 0, 80, 40), (40, 80))) == {}


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (("dress", "outer"), {"outwear", "skirt", "trousers"}),
        (("top", "outer"), {"outwear"}),
        (("bottom", "dress"), {"blouse", "outwear", "skirt", "trousers"}),
    ],
)
def test_a_doubt_is_told_where_it_makes_a_difference(pair, told):
    doubtful = parsing(**{pair[0]: 0.6, pair[1]: 0.4})
    assert {c for c in CATEGORIES if clothes_warnings(doubtful, [c])} == told
    assert len(clothes_warnings(doubtful, sorted(told))) == 1


def test_drapes_warn_until_they_are_told():
    garment = analyse_garment(str(sample("mannequin_top")))
    person = analyse_person(str(sample("person_front")))
    wearer, trousers = person.wearer, PARTS.index("bottom")
    planes = wearer.parsing.probabilities.copy()
    planes[PARTS.index("dress")] += 0.4 * planes[trousers]
    planes[trousers] *= 0.6
    doubtful = replace(
        person, wearer=replace(wearer, parsing=replace(wearer.parsing, probabilities=planes))
    )
    words = "what was taken for trousers or a skirt may be a dress"
    warnings = drape_analysed([garment], doubtful).report["warnings"]
    assert any(words in warning for warning in warnings)
    told = doubtful.corrected(worn=["top", "bottom"])
    warnings = drape_analysed([garment], told).report["warnings"]
    assert not any("may be" in warning for warning in warnings)
