"""The numbers of all documents together, for the description of a release.

In: the counts of each document (:mod:`kg.scale.writing`) and of what is shared. Out: :class:`~kg.description.numbers.Totals`. Next:
:mod:`kg.release`. Triples, subjects and classes are added up; the distinct objects are counted by their hashes, of which those of one property
are looked at at a time.
"""

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from kg.description.counting import Tally
from kg.description.numbers import Classes, GraphCount, Pattern, Term, Totals, classes_of, counted
from kg.graph import INFERRED
from kg.namespaces import ID, graph_iri
from kg.ntriples import lexical
from kg.scale.writing import hash_of

_FEW: Final = 1 << 21
"""Hashes up to which a set of Python is small enough."""
_MANY: Final = 1 << 22
"""Hashes that are put in order at a time, where each property's are."""


def totals(shared: Tally, documents: Iterable[Mapping[str, Any]], known: Mapping[str, tuple[str, ...]]) -> Totals:
    """Add up.

    :param shared: of what is shared
    :param documents: the part ``tally`` of each document
    :param known: classes of statements that the description speaks of
    """
    patterns: Counter[Pattern] = Counter(shared.patterns)
    kinds: Counter[Classes] = Counter(shared.types.values())
    graphs = {iri: counted(extent) for iri, extent in shared.graphs.items()}
    numbers = {iri: [extent.triples, len(extent.subjects)] for iri, extent in shared.properties.items()}
    objects: defaultdict[str, array[int]] = defaultdict(lambda: array("Q"))
    hashes = [hash_of(term) for term in shared.terms]
    for iri, extent in shared.properties.items():
        objects[iri].extend(hashes[number] for number in extent.objects)
    inferred = graph_iri(INFERRED)
    followed = array("Q", (hashes[number] for number in shared.graphs[inferred].objects))
    subjects, entities = len(shared.subjects), shared.below(ID)
    for tally in documents:
        patterns.update({Pattern(*pattern): number for pattern, number in tally["patterns"].items()})
        kinds.update(tally["kinds"])
        subjects += tally["subjects"]
        entities += tally["entities"]
        for iri, values in tally["graphs"].items():
            graphs[iri] = _sum(graphs.get(iri), GraphCount(*values))
        for iri, (triples, named, hashed) in tally["properties"].items():
            number = numbers.setdefault(iri, [0, 0])
            number[0] += triples
            number[1] += named
            objects[iri].frombytes(hashed)
        followed.frombytes(tally["inferred"])
    distinct = {iri: _distinct(objects.pop(iri)) for iri in list(objects)}
    distinct[""] = _union(distinct.values())
    graphs[inferred] = GraphCount(**{**vars(graphs[inferred]), "objects": len(_distinct(followed))})

    def has(name: str, term: Term) -> bool:
        return _is_in(distinct[name], hash_of(term)) if name in distinct else False

    def kinds_of(term: Term) -> Classes:
        own = known.get(lexical(term))
        return shared.kinds(term) if own is None else frozenset(own)

    said = {shared.terms[number] for number in shared.subjects}
    return Totals(
        patterns.total(),
        subjects,
        len(distinct[""]),
        entities,
        graphs,
        {iri: (triples, named, len(distinct[iri])) for iri, (triples, named) in numbers.items()},
        classes_of(kinds, patterns),
        kinds_of,
        has,
        lambda term: term in said or _is_in(distinct[""], hash_of(term)),
    )


def _sum(one: GraphCount | None, other: GraphCount) -> GraphCount:
    """A graph of which documents have parts; its distinct objects are counted elsewhere."""
    if one is None:
        return other
    return GraphCount(
        one.triples + other.triples,
        one.subjects + other.subjects,
        one.objects + other.objects,
        one.predicates | other.predicates,
        dict(Counter(one.instances) + Counter(other.instances)),
    )


def _distinct(found: "array[int]") -> "array[int]":
    """Each once, in order."""
    if len(found) <= _FEW:
        return array("Q", sorted(set(found)))
    import pyarrow as pa  # noqa: PLC0415 - takes long to import, and only large corpora need it
    import pyarrow.compute as pc  # noqa: PLC0415

    values = pc.unique(pa.Array.from_buffers(pa.uint64(), len(found), [None, pa.py_buffer(found)]))
    ordered = values.take(pc.array_sort_indices(values))
    result = array("Q")
    result.frombytes(ordered.buffers()[1].to_pybytes()[: len(ordered) * 8])
    return result


def _union(found: Collection["array[int]"]) -> "array[int]":
    """The values of arrays, each of them in order, as :func:`_distinct` gives them; a part of the range at a time, which is small."""
    parts = 1 + sum(map(len, found)) // _MANY
    union, begins = array("Q"), [0] * len(found)
    for number in range(1, parts + 1):
        edge = number * (1 << 64) // parts
        ends = [bisect_left(values, edge) for values in found]
        part = array("Q")
        for values, begin, end in zip(found, begins, ends, strict=True):
            part.extend(values[begin:end])
        union.extend(_distinct(part))
        begins = ends
    return union


def _is_in(ordered: "array[int]", value: int) -> bool:
    at = bisect_left(ordered, value)
    return at < len(ordered) and ordered[at] == value
