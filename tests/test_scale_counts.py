"""Distinct values of several arrays, as the numbers of a large release are added up."""

from array import array
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.scale import counts

_HASHES = st.sets(st.one_of(st.integers(0, 50), st.integers(0, 2**64 - 1), st.just(2**64 - 1)), max_size=40)


@given(st.lists(_HASHES, max_size=6))
def test_the_union_is_the_same_in_how_many_parts_it_is_made(found: list[set[int]]) -> None:
    """Each value once, in order, those at the edges of a part included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "_MANY", 3)
        patch.setattr(counts, "_FEW", 5)
        union = counts._union([array("Q", sorted(values)) for values in found])

    assert list(union) == sorted(set(chain.from_iterable(found)))
