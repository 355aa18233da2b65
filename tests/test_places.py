"""Places as they are kept, and what is found again of them."""

from kg.mappings.nodes import Place
from kg.mappings.trace import Trace
from kg.scale import places


def test_of_some_nodes() -> None:
    """Nodes, properties and values of those that are asked for, as records again."""
    one, two, three = Place("a.yaml", 1, 2), Place("a.yaml", 3, 4), Place("b.yaml", 5, 6)
    trace = Trace({"x": (one, "s1"), "y": (two, "s2")}, {("x", "p"): two, ("y", "p"): three}, {("x", "p", "v"): three})
    kept = places.kept(trace)
    found = Trace()
    places.place(found, {"x", "z"}, kept)

    assert {type(each) for part in kept for each in part} == {str, int}
    assert (found.subjects, found.properties, found.values) == ({"x": (one, "s1")}, {("x", "p"): two}, {("x", "p", "v"): three})
    assert found.properties["x", "p"].finding("code", "message").line == two.line
