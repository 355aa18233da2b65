"""Where nodes, properties and values were written, as it is kept: bare tuples, which are written and read four times as fast as records.

In: a :class:`~kg.mappings.trace.Trace`. Out: :data:`Kept`, and the places of a few nodes of it. Next: :mod:`kg.scale.steps`.
"""

from collections.abc import Collection

from kg.mappings.nodes import Place
from kg.mappings.trace import Trace

_Bare = tuple[str, int, int]
Kept = tuple[dict[str, tuple[_Bare, str]], dict[tuple[str, str], _Bare], dict[tuple[str, str, str], _Bare]]
"""Places of nodes with their short names, of properties, and of values."""


def kept(trace: Trace) -> Kept:
    """The places of a trace."""
    return (
        {iri: (place[:], name) for iri, (place, name) in trace.subjects.items()},
        {key: place[:] for key, place in trace.properties.items()},
        {key: place[:] for key, place in trace.values.items()},
    )


def place(trace: Trace, wanted: Collection[str], places: Kept) -> None:
    """Add the places of some nodes to a trace."""
    subjects, properties, values = places
    for iri in wanted:
        if iri in subjects:
            bare, name = subjects[iri]
            trace.subjects[iri] = Place(*bare), name
    trace.properties.update({key: Place(*bare) for key, bare in properties.items() if key[0] in wanted})
    trace.values.update({key: Place(*bare) for key, bare in values.items() if key[0] in wanted})
