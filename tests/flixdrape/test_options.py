"""Options: their ranges, their names, their way through JSON."""

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flixdrape.errors import UnusableInputError
from flixdrape.options import FITS, DrapeOptions

RANGES = {
    "fit": (-1.0, 1.0),
    "length": (0.7, 1.4),
    "sleeve": (0.4, 1.4),
    "shift_x": (-0.5, 0.5),
    "shift_y": (-0.5, 0.5),
    "light": (0.0, 1.0),
    "edge": (0.0, 4.0),
}
VALID = st.builds(
    DrapeOptions,
    **{name: st.floats(*limits) for name, limits in RANGES.items()},
    tuck=st.none() | st.booleans(),
    keep_hair=st.booleans(),
    keep_hands=st.booleans(),
)


@given(VALID)
def test_options_survive_json(options):
    stored = json.loads(json.dumps(options.to_json()))
    assert DrapeOptions.from_mapping(stored) == options


@pytest.mark.parametrize("name", RANGES)
def test_limits_themselves_are_allowed(name):
    for limit in RANGES[name]:
        assert getattr(DrapeOptions(**{name: limit}), name) == limit


@pytest.mark.parametrize("name", RANGES)
@given(over=st.floats(1e-3, 1e6))
def test_values_out_of_range_are_refused(name, over):
    low, high = RANGES[name]
    for value in (low - over, high + over):
        with pytest.raises(UnusableInputError, match=name):
            DrapeOptions(**{name: value})


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1.0", None, [1.0], True])
def test_what_is_no_number_is_refused(name, value):
    with pytest.raises(UnusableInputError, match=name):
        DrapeOptions(**{name: value})


@pytest.mark.parametrize("name", ["tuck", "keep_hair", "keep_hands"])
@pytest.mark.parametrize("value", ["no", "false", 1, 0.0])
def test_switches_are_yes_or_no(name, value):
    """Text would count as yes, "no" too."""
    with pytest.raises(UnusableInputError, match=name):
        DrapeOptions.from_mapping({name: value})


@pytest.mark.parametrize("name", ["keep_hair", "keep_hands"])
def test_only_tuck_may_be_left_open(name):
    assert DrapeOptions(tuck=None).tuck is None
    with pytest.raises(UnusableInputError, match=name):
        DrapeOptions(**{name: None})


@pytest.mark.parametrize("name", FITS)
def test_fits_have_names(name):
    assert DrapeOptions.from_mapping({"fit": name}).fit == FITS[name]


def test_names_of_fits_run_from_close_to_loose():
    assert -1.0 == FITS["close"] < FITS["regular"] < FITS["loose"] == 1.0
    assert FITS["regular"] == DrapeOptions().fit


@pytest.mark.parametrize("values", [{"fit": "baggy"}, {"length": "long"}, {"hem": 1.0}])
def test_unknown_words_are_named(values):
    word = next(iter(values))
    with pytest.raises(UnusableInputError, match=word):
        DrapeOptions.from_mapping(values)


def test_nothing_asked_is_the_default():
    assert DrapeOptions.from_mapping({}) == DrapeOptions()


def test_options_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DrapeOptions().length = 9.0


def test_mapping_is_not_changed():
    values = {"fit": "close"}
    DrapeOptions.from_mapping(values)
    assert values == {"fit": "close"}
