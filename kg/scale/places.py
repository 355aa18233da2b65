"""Where nodes, properties and values were written, as it is kept: flat lists of strings and numbers, which are faster to write than records.

In: a :class:`~kg.mappings.trace.Trace`. Out: :data:`Kept`, and the places of a few nodes of it. Next: :mod:`kg.scale.steps`.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

from kg.mappings.nodes import Place
from kg.mappings.trace import Trace

Kept = tuple[list[Any], ...]
"""Nodes with their short names, their places; properties, their places; values, their places: key after key, and each place as file, line and column."""


def kept(trace: Trace) -> Kept:
    """The places of a trace."""
    return (
        [part for iri, (_, name) in trace.subjects.items() for part in (iri, name)],
        _flat(place for place, _ in trace.subjects.values()),
        _flat(trace.properties),
        _flat(trace.properties.values()),
        _flat(trace.values),
        _flat(trace.values.values()),
    )


def place(trace: Trace, wanted: Collection[str], places: Kept) -> None:
    """Add the places of some nodes to a trace."""
    subjects, subjects_at, properties, properties_at, values, values_at = places
    for (iri, name), at in zip(_taken(subjects, 2), _taken(subjects_at, 3), strict=True):
        if iri in wanted:
            trace.subjects[iri] = Place(*at), name
    for (iri, path), at in zip(_taken(properties, 2), _taken(properties_at, 3), strict=True):
        if iri in wanted:
            trace.properties[iri, path] = Place(*at)
    for (iri, path, value), at in zip(_taken(values, 3), _taken(values_at, 3), strict=True):
        if iri in wanted:
            trace.values[iri, path, value] = Place(*at)


def _flat(records: Iterable[tuple[Any, ...]]) -> list[Any]:
    return list(chain.from_iterable(records))


def _taken(flat: list[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """The records of a flat list, of so many fields each."""
    return zip(*[iter(flat)] * size, strict=True)
