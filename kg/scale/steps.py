"""The steps in their order, for all documents of a project: what is wrong with them, and where the parts of a release are.

In: a :class:`~kg.mappings.layout.Layout`, a cache and an executor. Out: :class:`Judged`. Next: :mod:`kg.release`. Held here is, of each document, its
head: ids, findings, results. Triples stay in the files of the cache.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from kg.errors import Finding
from kg.graph import ENTITIES
from kg.mappings.apart import Lost, Mapped, Shared, stray_files
from kg.mappings.layout import Layout
from kg.mappings.trace import Trace
from kg.mappings.uncoded import uncoded
from kg.namespaces import ID
from kg.scale import judging, lines, places, reading, together
from kg.scale.cache import Cache
from kg.scale.common import Grounds, QueryFindings, grounds
from kg.scale.executor import Executor
from kg.scale.known import Known
from kg.scale.parts import Stored
from kg.scale.settling import Document, map_all, slug_of
from kg.validation import Result, Validation, conclude

OnStage = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """A project that has been read, inferred and validated.

    :ivar usable: False if context or ontology are broken, so that the mappings were not read
    :ivar inferred: lines that only all documents together give
    :ivar entities: number of what is shared, by collection
    :ivar stored: where the lines of entities are
    """

    shared: Shared
    cache: Cache
    validation: Validation
    trace: Trace
    documents: dict[str, Document] = field(default_factory=dict)
    common: judging.Common | None = None
    shared_key: str = ""
    inferred: bytes = b""
    entities: Mapping[str, int] = field(default_factory=dict)
    stored: Stored = ("", "")
    usable: bool = True

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, by place."""
        return self.validation.findings

    @cached_property
    def known(self) -> Known:
        """What is shared."""
        assert self.common is not None
        return self.common.known


def judge(
    layout: Layout,
    cache: Cache,
    executor: Executor,
    sources: Path | None = None,
    on_stage: OnStage = lambda _: None,
    query_findings: QueryFindings = lambda _, __: (),
    kept: dict[str, Mapped] | None = None,
) -> Judged:
    """Read, map, infer and validate.

    :param sources: folder of the texts, to verify anchors and lock against them
    :param query_findings: says what is wrong with the published queries
    :param kept: takes what this process mapped, by :attr:`Document.mapped`; with :class:`~kg.scale.executor.InProcess` that is all that was not in the cache
    """
    on_stage("read")
    shared, shared_digest = reading.read(layout, cache, Lost(), frozenset())
    if not shared.usable:
        return Judged(shared, cache, Validation((), tuple(sorted(shared.trace.findings))), shared.trace, usable=False)
    on_stage("map")
    first, first_digest = grounds(layout, cache, shared, shared_digest, query_findings), shared_digest
    with first.begun():
        shared, shared_digest, mapped = map_all(layout, cache, executor, sources, shared, shared_digest, kept)
    on_stage("infer")
    # What documents lost or deny makes a difference for what is shared.
    found = first if shared_digest == first_digest else grounds(layout, cache, shared, shared_digest, query_findings)
    return _Judge(layout, cache, executor, shared, shared_digest, mapped, found, on_stage).judge()


class _Judge:
    """The steps after mapping."""

    def __init__(
        self,
        layout: Layout,
        cache: Cache,
        executor: Executor,
        shared: Shared,
        shared_digest: str,
        mapped: list[Document],
        found: Grounds,
        on_stage: OnStage,
    ) -> None:
        self._layout, self._cache, self._executor = layout, cache, executor
        self._shared, self._shared_digest = shared, shared_digest
        self._mapped = [document for document in mapped if document.head["whole"]]
        self._on_stage = on_stage
        self._extra: list[Finding] = [finding for document in mapped for finding in document.head["findings"]]
        begun = {d.slug for d in mapped} | {d.head["named"] for d in mapped}
        self._extra += stray_files(layout, begun)
        self._extra += self._uncoded(begun)
        self._extra += found.findings
        self._all = mapped
        self._grounds = found

    def _uncoded(self, begun: Collection[str]) -> list[Finding]:
        """Warnings of documents that nobody has begun; where they are declared is looked up only if there are any."""
        declared = [iri for iri in self._shared.nodes if iri.startswith(f"{ID}document/") and iri.rpartition("/")[2] not in begun]
        if not declared:
            return []
        trace = Trace()
        places.place(trace, declared, *self._cache.read(self._shared_digest, "places"))
        return list(uncoded(self._layout, declared, begun, trace.subjects))

    def judge(self) -> Judged:
        common, shared_key = self._grounds.judged(), self._grounds.key
        jobs = [judging.Job(d.slug, d.mapped, beside) for d, beside in zip(self._mapped, self._neighbours(), strict=True)]
        keys = [job.key(common) for job in jobs]
        undone = [job for job, key in zip(jobs, keys, strict=True) if not self._cache.holds(key)]
        if undone:
            common.known.prepare()
        self._cache.use(self._executor.run(judging.work, common, undone))
        documents = {d.slug: Document(d.slug, d.mapped, d.head, key) for d, key in zip(self._mapped, keys, strict=True)}
        self._on_stage("validate")
        judged = [document.judged for document in documents.values()]
        wide = together.ask(common, self._executor, judged, shared_key, self._flagged())
        common = replace(common, known=Known(common.known.said, common.known.inferred))  # without what it looked up
        return self._conclude(common, documents, shared_key, wide)

    def _neighbours(self) -> list[tuple[judging.Neighbour, ...]]:
        """For each document the statements of others that it refers to or that refer to it."""
        by_slug = {document.slug: document for document in self._mapped}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for document in self._mapped:
            if document.head["assumed"]:
                (referring,) = self._cache.read(document.mapped, "referring")
                for own, other in referring:
                    slug = slug_of(other)
                    if slug in by_slug:
                        found[document.slug].add(other)
                        found[slug].add(own)
        by_owner: defaultdict[str, set[str]] = defaultdict(set)
        for iri in (iri for iris in found.values() for iri in iris):
            by_owner[slug_of(iri)].add(iri)
        neighbours: dict[str, judging.Neighbour] = {}
        for slug, iris in by_owner.items():
            (digests,) = self._cache.read(by_slug[slug].mapped, "digests")
            neighbours |= {iri: judging.Neighbour(iri, by_slug[slug].mapped, digests.get(iri, "")) for iri in iris}
        return [tuple(neighbours[iri] for iri in sorted(found[document.slug])) for document in self._mapped]

    def _flagged(self) -> frozenset[tuple[str, str]]:
        flagged = set(self._shared.trace.flagged)
        for document in self._mapped:
            if document.head["has_flagged"]:
                (own,) = self._cache.read(document.mapped, "flagged")
                flagged |= own
        return frozenset(flagged)

    def _conclude(self, common: judging.Common, documents: dict[str, Document], shared_key: str, wide: together.Asked) -> Judged:
        heads = [self._cache.read(key, "head")[0] for key in (shared_key, *(d.judged for d in documents.values()))]
        results = [result for head in heads for result in head["results"]] + list(wide.results)
        trace = self._trace(results)
        for finding in (*self._extra, *(f for head in heads for f in head["findings"]), *wide.findings):
            trace.report(finding)
        trace.settle()
        validation = conclude(results, trace)
        (entities,) = self._cache.read(self._shared_digest, "counts")
        stored = (self._shared_digest, ENTITIES)
        return Judged(
            self._shared, self._cache, validation, trace, documents, common, shared_key, wide.inferred, entities, stored
        )

    def _trace(self, results: Iterable[Result]) -> Trace:
        """Places and findings of what is shared, and of the nodes of documents that results speak of."""
        trace = replace(self._shared.trace, values={})
        nodes: defaultdict[str, set[str]] = defaultdict(set)
        for iri in (iri for result in results for iri in (result.focus, result.value)):
            nodes[lines.owner(f"<{iri}> ") or judging.SHARED] |= {iri, iri.partition("#")[0]}
        if judging.SHARED in nodes:
            places.place(trace, nodes[judging.SHARED], *self._cache.read(self._shared_digest, "places"))
        for document in self._all:
            trace.lost |= document.head["all_lost"][0]
            trace.lost_below |= document.head["all_lost"][1]
            for word, findings in document.head["unknown"].items():
                trace.unknown.setdefault(word, []).extend(findings)
            wanted = nodes.get(document.slug)
            if wanted:
                kept, flagged = self._cache.read(document.mapped, "trace", "flagged")
                places.place(trace, wanted, kept)
                trace.flagged |= {key for key in flagged if key[0] in wanted}
        return trace
