"""What is kept for later: right, within its room, and gone when nobody needs it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flixdrape.foresight import Foresight

KEYS = st.lists(st.sampled_from("abcdefg"), max_size=40)


def makes(keys, room):
    """Take all keys in turn; return which had to be made."""
    kept = Foresight(enumerate(keys), room=room, weigh=lambda value: 1)
    made = []
    for time, key in enumerate(keys):
        assert kept.take(time, key, lambda key=key: made.append(key) or key) == key
        assert len(kept) <= max(room, 1)
    assert len(kept) == 0
    return made


def made_by_last_use(keys, room):
    """Return which had to be made if the one used longest ago went."""
    kept, made = [], []
    for key in keys:
        if key not in kept:
            made.append(key)
        kept = [other for other in kept if other != key][-(room - 1) :] if room > 1 else []
        kept.append(key)
    return made


@settings(deadline=None)
@given(KEYS, st.integers(1, 8))
def test_nothing_is_made_oftener_than_if_the_last_used_were_kept(keys, room):
    assert len(makes(keys, room)) <= len(made_by_last_use(keys, room))


@settings(deadline=None)
@given(KEYS)
def test_with_room_for_all_each_is_made_once(keys):
    assert sorted(makes(keys, 7)) == sorted(set(keys))


def test_one_that_is_needed_next_is_kept_even_if_it_is_too_heavy():
    kept = Foresight([(0, "a"), (1, "a")], room=1, weigh=lambda value: 50)
    assert kept.take(0, "a", lambda: 1) == kept.take(1, "a", lambda: 2) == 1


def test_a_value_that_could_not_be_made_is_asked_for_again():
    kept = Foresight([(0, "a"), (1, "a")], room=1, weigh=lambda value: 1)
    with pytest.raises(ZeroDivisionError):
        kept.take(0, "a", lambda: 1 / 0)
    assert kept.take(1, "a", lambda: 2) == 2
