"""The hash table in arrays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clippings.language import profiles
from clippings.language.lookup import Lookup

KEYS = st.lists(st.integers(0, 2**40), min_size=1, max_size=300, unique=True)


@given(KEYS, st.lists(st.integers(0, 2**40), max_size=100))
def test_what_is_there_is_found_and_nothing_else(keys, others) -> None:
    """Every key is found at its place, and a key that is not there is not found."""
    table = Lookup.of(np.array(sorted(keys), dtype=np.int64))
    wanted = np.array([*keys, *others], dtype=np.int64)
    places, found = table.find(wanted)
    assert found.tolist() == [key in set(keys) for key in wanted.tolist()]
    assert (table.keys[places[found]] == wanted[found]).all()


def test_keys_that_share_a_slot_are_all_found() -> None:
    """Among so many n-grams some share a slot, and each of them is found all the same."""
    table = profiles.load().ngrams
    assert len(table.spilled) > 0
    places, found = table.find(table.keys)
    assert found.all()
    assert (places == np.arange(len(table.keys))).all()
