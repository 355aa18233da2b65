"""The fourth step: the stretches of the dumps that one document fills, and its numbers for the description of the release.

In: the triples of a document and what follows from them. Out: :class:`~kg.scale.pieces.Body` of each format, and counts. Next:
:mod:`kg.scale.counts` and :mod:`kg.scale.files`. Nothing here depends on the release, so that it is kept as long as the document stays as it is.
"""

import hashlib
from array import array
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.description.counting import Tally
from kg.description.numbers import Classes, Extent, Term, counted
from kg.graph import INFERRED
from kg.namespaces import ID, POL, graph_iri
from kg.ntriples import is_iri, lexical
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.pieces import Body, grouped, parsed, union

_STATEMENT = f"<{ID}statement/"
"""Begins the lines about statements, which come after those about sections."""
_CODING, _STATED_IN = f"{POL}coding", f"{POL}statedIn"


@dataclass(frozen=True)
class Kinds:
    """Classes of what is shared, by term."""

    table: Mapping[Term, Classes]

    def __call__(self, term: Term) -> Classes:
        """Classes of one thing."""
        return self.table.get(term, frozenset())


@dataclass(frozen=True)
class Common:
    """What all jobs of this step share.

    :ivar kinds: classes of what is shared
    :ivar digest: of these
    """

    kinds: Kinds
    digest: str
    cache: Cache


@dataclass(frozen=True)
class Job:
    """One document.

    :ivar new: lines about it that only all documents together give
    :ivar foreign: statements of others that it refers to, with their classes
    """

    slug: str
    mapped: str
    judged: str
    new: bytes
    foreign: tuple[tuple[str, tuple[str, ...]], ...]

    def key(self, common: Common) -> str:
        """Under which the result is kept."""
        kinds = "\n".join(f"{iri} {' '.join(found)}" for iri, found in self.foreign)
        return key_of("written", common.digest, self.slug, self.mapped, self.judged, self.new, kinds)


def work(common: Common, job: Job) -> str:
    """Write a document, and keep the result.

    The parts are ``head``: what it refers to, its codings, its first statement; ``tally``: its counts; and for each format its bodies by what they
    hold: ``section`` and ``statement`` without graphs; ``own``, ``inferred section`` and ``inferred statement`` with graphs.
    """
    key = job.key(common)
    asserted, inferred = own_lines(common.cache, job.mapped, job.judged, job.new)
    common.cache.write(key, {**_numbers(common, job, asserted, inferred), **_bodies(job.slug, asserted, inferred)})
    return key


def own_lines(cache: Cache, mapped: str, judged: str, new: bytes) -> tuple[list[str], list[str]]:
    """Lines of the document's graph, and of what is inferred about it."""
    (triples,) = cache.read(mapped, "triples")
    (followed,) = cache.read(judged, "inferred")
    asserted = lines.unpacked(triples)
    inferred = lines.unpacked(followed)
    for line in lines.unpacked(new):  # so few that to put each in its place is faster than to sort all again
        if not lines.stands_in(asserted, line) and not lines.stands_in(inferred, line):
            insort(inferred, line, key=lines.key)
    return asserted, inferred


def _bodies(slug: str, asserted: list[str], inferred: list[str]) -> dict[str, dict[str, Body]]:
    """Stretches of the dumps, by format and by what they hold."""
    both = [*asserted, *inferred]
    quads = parsed(both)
    keys = [lines.key(line) for line in both]
    order = sorted(range(len(both)), key=keys.__getitem__)
    whole, quads_of_whole = [both[at] for at in order], [quads[at] for at in order]
    first, first_inferred = bisect_left(whole, _STATEMENT), bisect_left(inferred, _STATEMENT)
    own, followed = quads[: len(asserted)], quads[len(asserted) :]
    stretches = (
        ("statement", whole[first:], quads_of_whole[first:], None),
        ("section", whole[:first], quads_of_whole[:first], None),
        ("own", asserted, own, slug),
        ("inferred statement", inferred[first_inferred:], followed[first_inferred:], INFERRED),
        ("inferred section", inferred[:first_inferred], followed[:first_inferred], INFERRED),
    )
    forms: dict[str, dict[str, Body]] = {}
    for name, found, read, graph in stretches:
        made = union(found, read) if graph is None else grouped(found, read, graph)
        for form, data in made.items():
            forms.setdefault(form, {})[name] = Body.of(data)
    return forms


def _numbers(common: Common, job: Job, asserted: list[str], inferred: list[str]) -> dict[str, Any]:
    foreign = {iri: frozenset(kinds) for iri, kinds in job.foreign}

    def kinds(term: Term) -> Classes:
        own = foreign.get(lexical(term))
        return common.kinds(term) if own is None else own

    tally = Tally([(graph_iri(job.slug), asserted), (graph_iri(INFERRED), inferred)], kinds)
    own = (f"{ID}statement/{job.slug}/", f"{ID}section/{job.slug}/")
    objects = (tally.terms[number] for number in tally.objects)
    referred = sorted(iri for iri in (lexical(term) for term in objects if is_iri(term)) if not iri.startswith(own))
    none = Extent()
    stated = (tally.terms[number] for number in tally.properties.get(_STATED_IN, none).subjects)
    codings = (tally.terms[number] for number in tally.properties.get(_CODING, none).objects)
    head = {
        "referred": referred,
        "codings": sorted(map(lexical, codings)),
        "example": min(map(lexical, stated), default=""),
        "quads": len(asserted) + len(inferred),
    }
    return {"head": head, "tally": _tally(tally)}


def _tally(tally: Tally) -> dict[str, Any]:
    """The counts of a document, so that they can be added to those of others."""
    hashes = [hash_of(term) for term in tally.terms]

    def hashed(numbers: Iterable[int]) -> bytes:
        return array("Q", map(hashes.__getitem__, numbers)).tobytes()

    return {
        "patterns": {tuple(pattern): number for pattern, number in tally.patterns.items()},
        "kinds": dict(Counter(tally.types.values())),
        "subjects": len(tally.subjects),
        "entities": tally.below(ID),
        "graphs": {iri: tuple(vars(counted(extent)).values()) for iri, extent in tally.graphs.items()},
        "properties": {iri: (e.triples, len(e.subjects), hashed(e.objects)) for iri, e in tally.properties.items()},
        "inferred": hashed(tally.graphs[graph_iri(INFERRED)].objects),
    }


def hash_of(term: Term) -> int:
    """64 bits for a term: of 20 million terms, two have the same with a probability of one in a hundred thousand."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "big")
