"""Literals as a store has them, without asking one for each."""

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from kg.description.counting import as_stored
from kg.namespaces import XSD


@given(st.from_regex(r"[+-]?[0-9]{1,22}", fullmatch=True))
def test_integers(text: str) -> None:
    """With signs, zeros before them, and more digits than a store counts with."""
    store = ox.Store()
    node = ox.NamedNode("urn:x")
    store.add(ox.Quad(node, node, ox.Literal(text, datatype=ox.NamedNode(f"{XSD}integer"))))
    (stored,) = store

    assert as_stored(f'"{text}"^^<{XSD}integer>') == str(stored.object)
