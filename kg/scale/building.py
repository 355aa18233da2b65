"""From judged documents to the parts of a release: bodies of dumps, numbers, and lines of what is shared.

In: :class:`~kg.scale.steps.Judged`. Out: :class:`Built`. Next: :mod:`kg.release` describes the release with the numbers, and writes it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg.description.counting import Classes, Tally, Term, Totals
from kg.graph import DESCRIPTION, ENTITIES, INFERRED, LINKS, VOCABULARY
from kg.namespaces import ID, POL, RDF_TYPE, graph_iri
from kg.ntriples import lexical
from kg.scale import counts, files, lines, writing
from kg.scale.cache import key_of
from kg.scale.executor import Executor
from kg.scale.steps import Document, Judged

_TYPE = f"<{RDF_TYPE}>"


@dataclass(frozen=True)
class Built:
    """What a release is put together from.

    :ivar shared: lines of what is shared, by graph, without the description
    :ivar samples: what the description reads: links, what is said of documents and codings, and of each document one statement with its document
        and all codings of the document
    :ivar totals: None once they are described
    :ivar changed: whether any document was written anew, so that the release is hardly there already
    """

    documents: dict[str, files.Document]
    shared: files.Packed
    totals: Totals | None
    samples: list[ox.Quad]
    changed: bool

    def with_description(self, triples: Iterable[ox.Triple]) -> files.Packed:
        """The lines of what is shared, the description included."""
        return {**self.shared, DESCRIPTION: lines.packed(lines.of_triples(triples))}


def built(judged: Judged, executor: Executor) -> Built:
    """Write the documents, and count."""
    routed = _routed(judged)
    shared = _shared_lines(judged, routed.pop(None, []))
    tally = Tally([(graph_iri(graph), found) for graph, found in shared.items()], _kinds_in(judged))
    new = {slug: lines.packed(lines.in_order(found)) for slug, found in routed.items() if slug is not None}
    kinds = _kinds(judged, new)
    common = writing.Common(tally.kinds, _digest(shared), judged.cache)
    jobs = [_job(document, new.get(document.slug, b""), kinds) for document in judged.documents.values()]
    keys = [job.key(common) for job in jobs]
    undone = [job for job, key in zip(jobs, keys, strict=True) if not judged.cache.holds(key)]
    judged.cache.use(executor.run(writing.work, common, undone))
    documents, samples = {}, list(_of_documents(shared))
    packed = {**judged.known.said, INFERRED: lines.packed(shared[INFERRED])}
    shared.clear()
    known: dict[str, tuple[str, ...]] = {}
    for job, key in zip(jobs, keys, strict=True):
        (head,) = judged.cache.read(key, "head")
        documents[job.slug] = files.Document(job.slug, job.mapped, job.judged, key, job.new, tuple(head["referred"]))
        if head["example"]:
            samples += _sample(job.slug, head["example"], head["codings"])
            (own,) = judged.cache.read(job.judged, "kinds")
            known[head["example"]] = own.get(head["example"], ())
    tallies = (judged.cache.read(key, "tally")[0] for key in keys)
    return Built(documents, packed, counts.totals(tally, tallies, known), samples, bool(undone))


def _routed(judged: Judged) -> dict[str | None, list[str]]:
    """Lines that only all documents together give, by the document that they are about; None for what is shared."""
    routed: defaultdict[str | None, list[str]] = defaultdict(list)
    for line in lines.unpacked(judged.inferred):
        routed[lines.owner(line)].append(line)
    return dict(routed)


def _shared_lines(judged: Judged, new: Iterable[str]) -> files.Grouped:
    """Lines of what is shared, by graph; what documents say of it is inferred, if it is not asserted."""
    said = {graph: lines.unpacked(judged.known.said[graph]) for graph in (ENTITIES, LINKS, VOCABULARY)}
    inferred = {*lines.unpacked(judged.known.inferred), *new}
    for document in judged.documents.values():
        (loose,) = judged.cache.read(document.judged, "shared")
        inferred.update(lines.unpacked(loose))
    for found in said.values():
        inferred.difference_update(found)
    return {**said, INFERRED: lines.in_order(inferred)}


def _of_documents(shared: files.Grouped) -> Iterator[ox.Quad]:
    """What the description reads of what is shared."""
    about = (f"<{ID}document/", f"<{ID}coding/")
    for graph, found in shared.items():
        yield from quads_of((line for line in found if graph == LINKS or line.startswith(about)), graph)


def quads_of(found: Iterable[str], graph: str) -> Iterator[ox.Quad]:
    """Lines as quads of a graph."""
    name = ox.NamedNode(graph_iri(graph))
    return (ox.Quad(t.subject, t.predicate, t.object, name) for t in lines.triples(lines.packed(found)))


def _digest(shared: files.Grouped) -> str:
    """Hash of the classes of what is shared."""
    return key_of("kinds", *(line for found in shared.values() for line in found if line.split(" ", 2)[1] == _TYPE))


def _kinds(judged: Judged, new: Mapping[str, bytes]) -> dict[str, dict[str, tuple[str, ...]]]:
    """For each document the statements of others that it refers to, with their classes."""
    foreign = {slug: set(judged.cache.read(d.judged, "head")[0]["neighbours"]) for slug, d in judged.documents.items()}
    for slug, data in new.items():
        values = (line.split(" ", 2)[2] for line in lines.unpacked(data))
        foreign[slug] |= {value[1:-3] for value in values if lines.owner(value) not in (None, slug)}
    by_owner: defaultdict[str, set[str]] = defaultdict(set)
    for iri in (iri for iris in foreign.values() for iri in iris):
        by_owner[lines.owner(f"<{iri}>") or ""].add(iri)
    found: dict[str, tuple[str, ...]] = {}
    for slug, iris in by_owner.items():
        if slug in judged.documents:
            (kinds,) = judged.cache.read(judged.documents[slug].judged, "kinds")
            found |= {iri: kinds.get(iri, ()) for iri in iris}
    return {slug: {iri: found[iri] for iri in sorted(iris) if iri in found} for slug, iris in foreign.items()}


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


def _job(document: Document, new: bytes, kinds: Mapping[str, Mapping[str, tuple[str, ...]]]) -> writing.Job:
    foreign = tuple(kinds[document.slug].items())
    return writing.Job(document.slug, document.mapped, document.judged, new, foreign)


def _sample(slug: str, example: str, codings: Iterable[str]) -> Iterator[ox.Quad]:
    """What the description asks of a document, in the least triples."""
    graph, node = ox.NamedNode(graph_iri(slug)), ox.NamedNode(example)
    yield ox.Quad(node, ox.NamedNode(f"{POL}statedIn"), ox.NamedNode(f"{ID}document/{slug}"), graph)
    for coding in codings:
        yield ox.Quad(node, ox.NamedNode(f"{POL}coding"), ox.NamedNode(coding), graph)
