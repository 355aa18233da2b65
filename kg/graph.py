"""The dataset: mappings, entities, links and vocabulary as quads, each in its named graph.

In: a :class:`~kg.mappings.corpus.Corpus`. Out: a :class:`Dataset`. Next: :mod:`kg.rules` adds what follows from it,
:mod:`kg.validation` checks it. The mapping to RDF is the JSON-LD context's; nothing here knows a property.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

import pyoxigraph as ox

from kg.errors import ReleaseError
from kg.mappings.corpus import ENTITIES, Corpus
from kg.namespaces import PREFIXES, graph_iri
from kg.rdf import Term, to_term

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

VOCABULARY: Final = "vocabulary"
LINKS: Final = "links"
INFERRED: Final = "inferred"
DESCRIPTION: Final = "description"


__all__ = ["DESCRIPTION", "ENTITIES", "INFERRED", "LINKS", "VOCABULARY", "Dataset"]

_SPARQL_PLACE: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


@dataclass
class Dataset:
    """Quads, and a store over them for the queries of rules and checks.

    The default graph of a query is the union of all named graphs, as at the endpoint.
    """

    quads: list[ox.Quad] = field(default_factory=list)
    store: ox.Store = field(default_factory=ox.Store)
    _begun: set[str] = field(default_factory=set)

    def add(self, triples: Iterable[ox.Triple], graph: str) -> int:
        """Add triples to the named graph ``graph``; returns how many were new to it."""
        name = ox.NamedNode(graph_iri(graph))
        new = list(dict.fromkeys(ox.Quad(t.subject, t.predicate, t.object, name) for t in triples))
        if graph in self._begun:
            new = [quad for quad in new if quad not in self.store]
        self._begun.add(graph)
        self.store.bulk_extend(new)
        self.quads += new
        return len(new)

    def construct(self, query: str) -> list[ox.Triple]:
        """Triples of a CONSTRUCT query."""
        result = self.store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
        if not isinstance(result, ox.QueryTriples):
            raise TypeError("a rule is a CONSTRUCT query")
        return list(result)

    def follow(self, rule: str) -> int:
        """Add what a CONSTRUCT query gives to the inferred graph; returns how many triples were new.

        :raises SyntaxError: if it is no query
        :raises TypeError: if it is another kind of query
        """
        return self.add(sorted({t for t in self.construct(rule) if not self.asserted(t)}, key=str), INFERRED)

    def select(self, query: str) -> list[dict[str, Term]]:
        """Rows of a SELECT query; unbound variables are left out."""
        result = self.store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
        if not isinstance(result, ox.QuerySolutions):
            raise TypeError("a check is a SELECT query")
        names = [variable.value for variable in result.variables]
        return [{n: to_term(row[n]) for n in names if row[n] is not None} for row in result]

    def syntax_error(self, query: str) -> tuple[int, int, str] | None:
        """Line, column and reason for which ``query`` is not SPARQL 1.1; None if it is."""
        try:
            self.store.query(query, prefixes=PREFIXES)  # parsed and planned; rows are made only when they are asked for
        except SyntaxError as error:
            place = _SPARQL_PLACE.match(str(error))
            return (int(place[1]), int(place[2]), place[3]) if place else (1, 1, str(error))
        return None

    def asserted(self, triple: ox.Triple) -> bool:
        """Whether any graph has the triple."""
        return next(self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None), None) is not None

    def triples(self, predicates: AbstractSet[str] | None = None) -> Iterator[tuple[Term, Term, Term]]:
        """The triples of all graphs; one that several graphs have comes several times.

        :param predicates: leave out triples with other predicates; None keeps all
        """
        terms: dict[object, Term] = {}

        def term(value: object) -> Term:
            found = terms.get(value)
            if found is None:
                found = terms[value] = to_term(value)
            return found

        for quad in self.quads:
            predicate = quad.predicate
            if predicates is None or predicate.value in predicates:
                yield term(quad.subject), term(predicate), term(quad.object)

    def count(self) -> dict[str, int]:
        """Triples by graph IRI."""
        counts: dict[str, int] = {}
        for quad in self.quads:
            name = graph_of(quad)
            counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items()))


def assemble(corpus: Corpus) -> Dataset:
    """The asserted graphs of a corpus: one per document, entities, links and vocabulary."""
    dataset = Dataset()
    context = corpus.context.for_resolved()
    for name, nodes in corpus.graphs.items():
        dataset.add(from_jsonld({"@context": context, "@graph": nodes}), name)
    links = (
        ox.Triple(ox.NamedNode(link.subject), ox.NamedNode(link.predicate), ox.NamedNode(link.object)) for link in corpus.links
    )
    dataset.add(links, LINKS)
    dataset.add(corpus.vocabulary.triples, VOCABULARY)
    return dataset


def each_triple_once(quads: Iterable[ox.Quad]) -> None:
    """Check that no triple is in two graphs.

    The default graph of a query is the union of the graphs, in which Oxigraph 0.5 counts such a triple twice
    (https://github.com/oxigraph/oxigraph/issues/1919).

    :raises ReleaseError: if one is; the message names it and its graphs
    """
    seen: dict[ox.Triple, ox.Quad] = {}
    for quad in quads:
        other = seen.setdefault(quad.triple, quad)
        if other != quad:
            graphs = sorted((str(other.graph_name), str(quad.graph_name)))
            message = (
                f"the triple {quad.triple} is in {graphs[0]} and in {graphs[1]}, and a query would count it twice; say it in "
                "one of them, or make the rule that infers it leave out what is said already (FILTER NOT EXISTS)"
            )
            raise ReleaseError(message)


SMALL_STORE: Final = 256 << 20
"""Bytes of N-Quads of a store that is put in order in a second."""


def write_store(data: Iterable[bytes], last: Iterable[bytes], path: Path) -> None:
    """Write an Oxigraph store to the directory ``path``, which must not exist.

    To put the files of a large one in order takes as long as to load it, and is done while the last of its data is waited for, which then stands in files of its
    own.

    :param data: N-Quads, in pieces that end with a line
    :param last: the same, of little, which may come late
    """
    store = ox.Store(str(path))
    size = _Size()
    load(store, size.of(data), ox.RdfFormat.N_QUADS)
    if size.read > SMALL_STORE:
        store.optimize()
    load(store, last, ox.RdfFormat.N_QUADS)
    if size.read <= SMALL_STORE:
        store.optimize()
    store.flush()


class _Size:
    """Bytes that were read."""

    def __init__(self) -> None:
        self.read = 0

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces, counted."""
        for piece in pieces:
            self.read += len(piece)
            yield piece


def load(store: ox.Store, data: Iterable[bytes], form: ox.RdfFormat, graph: str | None = None) -> None:
    """Load what the same library wrote, which need not look at each IRI again; all at once, as each load makes files of its own.

    :param data: in pieces that end with a line
    :param graph: name of a graph, for a format without graphs
    """
    to = ox.NamedNode(graph_iri(graph)) if graph else None
    store.bulk_load(cast("IO[bytes]", _Stream(data)), format=form, to_graph=to, lenient=True)


def read_store(path: Path) -> ox.Store:
    """A store that was written, for reading."""
    return ox.Store.read_only(str(path))


class _Stream(io.RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer).cast("B")
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = memoryview(piece)
        count = min(len(target), len(self._held))
        target[:count] = self._held[:count]
        self._held = self._held[count:]
        return count


def from_jsonld(document: dict[str, object]) -> list[ox.Triple]:
    """Triples of a JSON-LD document."""
    parsed = ox.parse(json.dumps(document, ensure_ascii=False), format=ox.RdfFormat.JSON_LD)
    return [quad.triple for quad in parsed]


def graph_of(quad: ox.Quad) -> str:
    """IRI of the named graph that holds ``quad``."""
    if not isinstance(quad.graph_name, ox.NamedNode):
        raise TypeError(f"a quad outside the named graphs: {quad}")
    return quad.graph_name.value
