"""Every document mapped, until it is known what each lost and denies.

In: what is shared. Out: the documents, with their heads. Next: :mod:`kg.scale.steps`. A document is read before the others are known, so that a reference to
one of their statements is taken as right; who refers to what no document declares is read again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.mappings.apart import Lost, Mapped, Shared
from kg.mappings.corpus import unread
from kg.mappings.layout import Layout
from kg.namespaces import ID
from kg.scale import mapping, reading
from kg.scale.cache import Cache
from kg.scale.executor import Executor

_ROUNDS: Final = 4
"""In which it is known what every file lost and denies; two are usual, one if all is well."""


@dataclass(frozen=True)
class Document:
    """One document.

    :ivar mapped: key of its triples
    :ivar judged: key of what follows from them
    """

    slug: str
    mapped: str
    head: Mapping[str, Any]
    judged: str = ""


def map_all(
    layout: Layout,
    cache: Cache,
    executor: Executor,
    sources: Path | None,
    shared: Shared,
    digest: str,
    kept: dict[str, Mapped] | None = None,
) -> tuple[Shared, str, list[Document]]:
    """Map every document; again, if one lost what others refer to, or refers to what no other declares.

    :param kept: see :class:`~kg.scale.mapping.Common`
    :returns: what is shared, now that all are known, its hash, and the documents
    """
    lost_files = unread(layout)
    elsewhere, denied = Lost(), frozenset[str]()
    for _ in range(_ROUNDS):
        common = mapping.Common(shared, digest, cache, sources, elsewhere, kept)
        jobs = [mapping.Job(path, denied) for path, _ in layout.document_files()]
        keys = {job: job.key(common) for job in jobs}
        undone = [job for job in jobs if not cache.holds(keys[job])]
        done = executor.run(mapping.work, common, undone)
        keys |= zip(undone, done, strict=True)  # a file that was changed meanwhile has another key
        cache.use(keys[job] for job in undone)
        documents = []
        for key in keys.values():
            (head,) = cache.read(key, "head")
            documents.append(Document(str(head["slug"]), key, head))
        lost = Lost(
            frozenset(iri for document in documents for iri in document.head["lost"][0]),
            lost_files.union(*(document.head["lost"][1] for document in documents)),
        )
        wrong = _denied(shared, documents) - lost.iris
        if lost == elsewhere and wrong <= denied:
            return shared, digest, documents
        elsewhere, denied = lost, denied | wrong
        shared, digest = reading.read(layout, cache, elsewhere, denied & shared.assumed)
    raise AssertionError("what the files declare does not settle")  # pragma: no cover - each round knows more


def _denied(shared: Shared, documents: Iterable[Document]) -> frozenset[str]:
    """IRIs that are referred to as parts of documents, and that none declares."""
    listed = list(documents)
    asked = {*shared.assumed, *(iri for document in listed for iri in document.head["assumed"])}
    if not asked:
        return frozenset()
    owners = {slug_of(iri) for iri in asked}
    declared = {ID + tail for document in listed if document.slug in owners for tail in document.head["ids"]}
    return frozenset(asked - declared)


def slug_of(iri: str) -> str:
    """Slug of the document that has a statement or section."""
    return iri.removeprefix(ID).split("/")[1]
