"""The description of a release, made by a process that gives its memory back.

In: :class:`~kg.scale.building.Built`. Out: :class:`Described`. Next: :mod:`kg.release`. The numbers of everything are added up for it, which takes as
much memory as all the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial

import pyoxigraph as ox

from kg import description
from kg.beside import beside
from kg.description.counting import Tally
from kg.description.numbers import Classes, Term
from kg.graph import LINKS
from kg.namespaces import ID, POL, graph_iri
from kg.ntriples import lexical
from kg.queries import PublishedQuery
from kg.scale import counts, lines
from kg.scale.building import Built, quads_of
from kg.scale.cache import key_of
from kg.scale.executor import LARGE
from kg.scale.steps import Judged


@dataclass(frozen=True)
class Given:
    """What is described.

    :ivar prefixes: namespaces of the data sets that are linked to, by a short name
    """

    judged: Judged
    built: Built
    queries: Sequence[PublishedQuery]
    prefixes: Mapping[str, str]


@dataclass(frozen=True)
class Described:
    """The description.

    :ivar lines: without the version
    :ivar counts: number of triples by IRI of graph, of all but the description's
    """

    lines: tuple[str, ...]
    counts: Mapping[str, int]


@contextmanager
def begun(given: Given) -> Iterator[Callable[[], Described]]:
    """Count, and describe, while the body runs, if there is much to count; what is the same as before is not described again.

    :yields: what waits for the description
    """
    cache, key = given.judged.cache, _key(given)
    work = partial(_described, given, sorted(given.built.documents))
    is_kept = cache.holds(key)
    is_small = lines.size(given.built.shared) < LARGE

    def described() -> Described:
        if is_kept:
            found, counted = cache.read(key, "lines", "counts")
            return Described(tuple(found), counted)
        made = made_beside()
        cache.write(key, {"lines": list(made.lines), "counts": dict(made.counts)})
        return made

    with nullcontext(work) if is_kept or is_small else beside(work) as made_beside:
        yield described


def _key(given: Given) -> str:
    """Of all that is described."""
    shared = [part for graph, data in sorted(given.built.shared.items()) for part in (graph, data)]
    documents = [part for d in given.built.documents.values() for part in (d.slug, d.judged, d.written)]
    rest = [*(repr(query) for query in given.queries), *(f"{name} {iri}" for name, iri in sorted(given.prefixes.items()))]
    return key_of("described", *shared, "", *documents, "", *rest)


def _described(given: Given, documents: Sequence[str]) -> Described:
    judged, built, cache = given.judged, given.built, given.judged.cache
    samples = list(_of_documents(built.shared))
    known: dict[str, tuple[str, ...]] = {}
    for document in built.documents.values():
        (head,) = cache.read(document.written, "head")
        if head["example"]:
            samples += _sample(document.slug, head["example"], head["codings"])
            (own,) = cache.read(document.judged, "kinds")
            known[head["example"]] = own.get(head["example"], ())
    tally = Tally(((graph_iri(graph), lines.each(data)) for graph, data in built.shared.items()), _kinds_in(judged))
    tallies = (cache.read(document.written, "tally")[0] for document in built.documents.values())
    totals = counts.totals(tally, tallies, known)
    made = description.describe(description.Sources(samples, totals, documents, given.queries, given.prefixes))
    return Described(tuple(f"{triple} ." for triple in made), {iri: count.triples for iri, count in totals.graphs.items()})


def _of_documents(shared: Mapping[str, bytes]) -> Iterator[ox.Quad]:
    """What the description reads of what is shared: links, and what is said of documents and codings."""
    about = (f"<{ID}document/", f"<{ID}coding/")
    for graph, data in shared.items():
        yield from quads_of((line for line in lines.each(data) if graph == LINKS or line.startswith(about)), graph)


def _kinds_in(judged: Judged) -> Callable[[Term], Classes]:
    """Gives the classes of statements and sections, a document at a time."""

    @lru_cache(maxsize=8)
    def of_document(slug: str) -> dict[str, tuple[str, ...]]:
        return dict(judged.cache.read(judged.documents[slug].judged, "kinds")[0]) if slug in judged.documents else {}

    as_classes: Callable[[tuple[str, ...]], Classes] = lru_cache(frozenset)

    def kinds(term: Term) -> Classes:
        slug = lines.owner(term)
        return as_classes(of_document(slug).get(lexical(term), ())) if slug else frozenset()

    return kinds


def _sample(slug: str, example: str, codings: Iterable[str]) -> Iterator[ox.Quad]:
    """What the description asks of a document, in the least triples."""
    graph, node = ox.NamedNode(graph_iri(slug)), ox.NamedNode(example)
    yield ox.Quad(node, ox.NamedNode(f"{POL}statedIn"), ox.NamedNode(f"{ID}document/{slug}"), graph)
    for coding in codings:
        yield ox.Quad(node, ox.NamedNode(f"{POL}coding"), ox.NamedNode(coding), graph)
