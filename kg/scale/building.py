"""From judged documents to the parts of a release: bodies of dumps, numbers, and lines of what is shared.

In: :class:`~kg.scale.steps.Judged`. Out: :class:`Built`. Next: :mod:`kg.scale.describing`, :mod:`kg.release`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from kg.graph import DESCRIPTION, ENTITIES, INFERRED, each_triple_once
from kg.namespaces import RDF_TYPE, graph_iri
from kg.ntriples import lexical, parts
from kg.scale import lines, writing
from kg.scale.cache import key_of
from kg.scale.executor import Executor, alone
from kg.scale.parts import Document as Part
from kg.scale.parts import Stored
from kg.scale.settling import Document
from kg.scale.steps import Judged

_TYPE = f"<{RDF_TYPE}>"


@dataclass(frozen=True)
class Plan:
    """What is known before the documents are written.

    :ivar shared: lines of what is shared, by graph, without the description
    :ivar stored: where these are
    :ivar jobs: by the key of what they write
    """

    shared: lines.Packed
    stored: Mapping[str, Stored]
    common: writing.Common
    jobs: dict[str, writing.Job]

    @property
    def documents(self) -> dict[str, Part]:
        """The documents, of which it is not known yet what they refer to."""
        return {job.slug: Part(job.slug, job.mapped, job.judged, key, job.new, ()) for key, job in self.jobs.items()}

    @property
    def undone(self) -> list[writing.Job]:
        """Jobs whose results are not there; if there are any, the release is hardly there already."""
        return [job for key, job in self.jobs.items() if not self.common.cache.holds(key)]


@dataclass(frozen=True)
class Built:
    """What a release is put together from.

    :ivar shared: lines of what is shared, by graph, without the description
    """

    documents: dict[str, Part]
    shared: lines.Packed

    def with_description(self, triples: Iterable[ox.Triple]) -> lines.Packed:
        """The lines of what is shared, the description included."""
        return {**self.shared, DESCRIPTION: lines.packed(lines.of_triples(triples))}


def planned(judged: Judged) -> Plan:
    """Find out what is to be written."""
    routed = _routed(judged)
    shared, stored, common = _shared(judged, lines.packed(routed.pop(None, [])))
    new = {slug: lines.packed(lines.in_order(found)) for slug, found in routed.items() if slug is not None}
    kinds = _kinds(judged, new)
    jobs = (_job(document, new.get(document.slug, b""), kinds) for document in judged.documents.values())
    return Plan(shared, stored, common, {job.key(common): job for job in jobs})


def built(plan: Plan, executor: Executor) -> Built:
    """Write the documents."""
    cache = plan.common.cache
    cache.use(executor.run(writing.work, plan.common, plan.undone))
    documents = {}
    for slug, part in plan.documents.items():
        (head,) = cache.read(part.written, "head")
        documents[slug] = replace(part, referred=tuple(head["referred"]))
    return Built(documents, plan.shared)


def _routed(judged: Judged) -> dict[str | None, list[str]]:
    """Lines that only all documents together give, by the document that they are about; None for what is shared."""
    routed: defaultdict[str | None, list[str]] = defaultdict(list)
    for line in lines.unpacked(judged.inferred):
        routed[lines.owner(line)].append(line)
    return dict(routed)


def _shared(judged: Judged, new: bytes) -> tuple[lines.Packed, dict[str, Stored], writing.Common]:
    """Lines of what is shared, by graph, where they are, and the classes.

    :param new: what only all documents together say of it
    """
    key = key_of("shared lines", judged.shared_key, new, *(document.judged for document in judged.documents.values()))
    size = len(judged.known.inferred) + lines.size(judged.known.said)
    if not judged.cache.holds(key):
        alone(_share, judged, (key, new), size)
        judged.cache.use([key])
    inferred, kinds, digest = judged.cache.read(key, "inferred", "kinds", "digest")
    said = judged.known.said
    stored = {graph: (key, graph) for graph in said} | {ENTITIES: judged.stored, INFERRED: (key, "inferred")}
    return {**said, INFERRED: inferred}, stored, writing.Common(writing.Kinds(kinds), digest, judged.cache)


def _share(judged: Judged, job: tuple[str, bytes]) -> None:
    """Gather what is inferred of what is shared; what documents say of it is inferred, if it is not asserted."""
    key, new = job
    # Most are in order, which a set would forget.
    inferred = dict.fromkeys((*lines.unpacked(judged.known.inferred), *lines.unpacked(new)))
    for document in judged.documents.values():
        (loose,) = judged.cache.read(document.judged, "shared")
        inferred.update(dict.fromkeys(lines.unpacked(loose)))
    typed = []
    for data in judged.known.said.values():
        found = lines.unpacked(data)
        for line in found:
            inferred.pop(line, None)
        typed += [line for line in found if parts(line)[1] == _TYPE]
    ordered = lines.in_order(inferred)
    typed += [line for line in ordered if parts(line)[1] == _TYPE]
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for subject, _, value in map(parts, typed):
        kinds[subject].add(lexical(value))
    same: dict[frozenset[str], frozenset[str]] = {}
    frozen = ((node, frozenset(found)) for node, found in kinds.items())
    made = {
        "inferred": lines.packed(ordered),
        "kinds": {node: same.setdefault(found, found) for node, found in frozen},
        "digest": key_of("kinds", *typed),
        **{graph: data for graph, data in judged.known.said.items() if graph != ENTITIES},  # which are kept where they were read
    }
    judged.cache.write(key, made)


def each_line_once(graphs: lines.Packed) -> None:
    """Check that no triple of what is shared is in two graphs; those of documents cannot be, see :mod:`kg.scale.judging`."""
    seen: dict[int, str] = {}
    twice = set()
    for graph, data in graphs.items():
        for line in lines.each(data):
            if seen.setdefault(hash(line), graph) != graph:
                twice.add(line)
    if twice:
        of_both = ((graph, twice.intersection(lines.unpacked(data))) for graph, data in graphs.items())
        each_triple_once(quad for graph, found in of_both for quad in quads_of(found, graph))


def quads_of(found: Iterable[str], graph: str) -> Iterator[ox.Quad]:
    """Lines as quads of a graph."""
    name = ox.NamedNode(graph_iri(graph))
    return (ox.Quad(t.subject, t.predicate, t.object, name) for t in lines.triples(lines.packed(found)))


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


def _job(document: Document, new: bytes, kinds: Mapping[str, Mapping[str, tuple[str, ...]]]) -> writing.Job:
    foreign = tuple(kinds[document.slug].items())
    return writing.Job(document.slug, document.mapped, document.judged, new, foreign)
