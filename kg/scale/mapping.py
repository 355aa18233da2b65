"""The first step: the files of one document become triples, findings, and the ids that it declares and refers to.

In: a :class:`Job`. Out: a key of the cache, under which the parts of the result are. Next: :mod:`kg.scale.judging`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, filterfalse
from pathlib import Path
from typing import Any

from kg.mappings.apart import Lost, Mapped, Shared, read_document
from kg.namespaces import ID
from kg.scale import lines, places
from kg.scale.cache import Cache, key_of
from kg.scale.spelling import BySubject, Spelling


@dataclass(frozen=True)
class Common:
    """What all jobs of this step share.

    :ivar digest: of the shared inputs
    :ivar elsewhere: what documents lost
    :ivar kept: takes each document that this process maps, by key, for who goes on with it here
    """

    shared: Shared
    digest: str
    cache: Cache
    sources: Path | None
    elsewhere: Lost
    kept: dict[str, Mapped] | None = None

    @cached_property
    def spelling(self) -> Spelling:
        """How the nodes of documents are written."""
        return Spelling(self.shared.context)


@dataclass(frozen=True)
class Job:
    """One document.

    :ivar denied: IRIs that it refers to and that no document declares
    """

    path: Path
    denied: frozenset[str] = frozenset()

    def key(self, common: Common) -> str:
        """Under which the result is kept."""
        layout, slug = common.shared.layout, self.path.stem
        files = [self.path, layout.lock(slug), layout.ledger(slug)]
        if common.sources is not None:
            files.append(common.sources / f"{slug}.txt")
        lost = "\n".join([*sorted(common.elsewhere.iris), "", *sorted(common.elsewhere.below), "", *sorted(self.denied)])
        parts = [part for file in files for part in (layout.name(file), content(file))]
        return key_of("mapped", common.digest, lost, str(common.sources), *parts)


def content(path: Path) -> bytes:
    """Bytes of a file; of one that is not there or cannot be read, what tells that apart from an empty one."""
    try:
        return b"+" + path.read_bytes()
    except OSError as error:
        return b"-" + str(error.errno).encode()


def work(common: Common, job: Job) -> str:
    """Map a document, and keep the result.

    The parts are ``head``, what :mod:`kg.scale.steps` looks at of every document; ``triples``; ``referring``, pairs of its statements and those of
    other documents to which they refer; ``digests``, a hash of what is said of each statement but for texts; ``flagged`` and ``trace``.
    """
    key = job.key(common)
    if not common.cache.holds(key):
        mapped = read_document(common.shared, job.path, common.sources, common.elsewhere, job.denied)
        if common.kept is not None:
            common.kept[key] = mapped
        common.cache.write(key, _parts(mapped, common.spelling.lines(mapped.nodes)))
    return key


def _parts(mapped: Mapped, by_subject: BySubject) -> dict[str, Any]:
    trace, found = mapped.trace, list(chain.from_iterable(by_subject.values()))
    return {
        "head": {
            "slug": mapped.slug,
            "named": mapped.named,
            "whole": mapped.coding is not None,
            "ids": sorted(iri.removeprefix(ID) for iri in mapped.ids),
            "lost": (mapped.lost.iris, mapped.lost.below),
            "all_lost": (frozenset(trace.lost), frozenset(trace.lost_below)),
            "assumed": sorted(mapped.assumed),
            "findings": list(trace.findings),
            "unknown": trace.unknown,
            "kinds": dict(mapped.kinds),
            "has_flagged": bool(trace.flagged),
        },
        "triples": lines.packed(found),
        "referring": _referring(mapped.assumed, found),
        "digests": _digests(by_subject),
        "flagged": frozenset(trace.flagged),
        "trace": places.kept(trace),
    }


def _referring(assumed: Iterable[str], found: list[str]) -> list[tuple[str, str]]:
    """Pairs of a statement of the document and one of another that it refers to."""
    others = {f"<{iri}> .": iri for iri in assumed}
    pairs = set()
    if others:
        for line in found:
            value = line[line.rfind(" <") + 1 :]
            if value in others:
                pairs.add((line[1 : line.index("> ")].partition("#")[0], others[value]))
    return sorted(pairs)


def _digests(by_subject: BySubject) -> dict[str, str]:
    """A hash of what is said of each statement and section, texts left out, which :mod:`kg.scale.judging` does not show to other documents."""
    return {
        subject[1:-1]: hashlib.blake2b("\n".join(filterfalse(lines.is_text, same)).encode(), digest_size=12).hexdigest()
        for subject, same in by_subject.items()
        if "#" not in subject
    }
