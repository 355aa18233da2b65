"""The second step: what follows from a document, and what is wrong with it, beside what it refers to.

In: the triples of the document (:mod:`kg.scale.mapping`), of what is shared, and of the statements of others that it refers to or that refer
to it. Out: inferred triples, results of shapes and checks, and what the questions to all documents together need to know of this one
(:mod:`kg.scale.together`). Only rules and checks whose header says ``scope: document`` are run here.

A result counts where it belongs: for a document those about its own statements and sections, for what is shared those about the rest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final, NamedTuple

from kg.beside import beside
from kg.errors import Finding
from kg.graph import Dataset
from kg.mappings.trace import Trace
from kg.namespaces import RDF_TYPE, RDFS
from kg.ntriples import is_iri, parts
from kg.rules import infer
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.conformity import Conformity, Surroundings, Terms
from kg.scale.known import Known
from kg.scale.near import Near
from kg.scale.scopes import Groups, Queries
from kg.shacl import chosen as engine
from kg.shapes import Shapes
from kg.validation import Result, apply_shapes, run_check

SHARED: Final = ""
"""Stands for the slug of a document where what is shared is judged."""
_TYPE: Final = f"<{RDF_TYPE}>"
_ABOVE: Final = f"<{RDFS}subClassOf>"
_AT_ONCE: Final = 2
_LONG: Final = 20_000
"""Lines from which a copy of this process gains more time than it takes, where pyshacl looks at every node; to tell which are doubtful takes less than a copy."""

Shaped = tuple[list[Result], list[Finding]]
"""Results of shapes, and what is wrong with the shapes themselves."""


@dataclass(frozen=True)
class Common:
    """What all jobs of this step share.

    :ivar digest: of what is shared, and of rules, checks and shapes
    :ivar keys: property IRI by key of a mapping
    """

    known: Known
    digest: str
    cache: Cache
    rules: Queries
    checks: Queries
    shapes: Shapes
    conformity: Conformity | None
    keys: Mapping[str, str]

    def bare(self) -> "Common":
        """The same without what was looked up, and with shapes that are not made ready, so that it can be sent to another process."""
        known, shapes = self.known, self.shapes
        bare = Shapes(shapes.texts, shapes.triples, shapes.findings)
        return replace(self, known=Known(known.said, known.inferred), shapes=bare, conformity=None)

    @cached_property
    def groups(self) -> Groups:
        """The queries to all documents: the rules together, and each check by itself."""
        return Groups((self.rules.corpus, *((check,) for check in self.checks.corpus)))


class Neighbour(NamedTuple):
    """A statement of another document that a document refers to, or that refers to it.

    :ivar mapped: key of the triples that have it
    :ivar digest: hash of what is said of it, texts left out
    """

    iri: str
    mapped: str
    digest: str


@dataclass(frozen=True)
class Job:
    """One document.

    :ivar mapped: key of its triples
    """

    slug: str
    mapped: str
    neighbours: tuple[Neighbour, ...] = ()

    def key(self, common: "Common") -> str:
        """Under which the result is kept."""
        return key_of(
            "judged", common.digest, self.slug, self.mapped, *(part for n in self.neighbours for part in (n.iri, n.digest))
        )


def work(common: Common, job: Job) -> str:
    """Judge a document, and keep the result.

    The parts are ``head``: results, findings; ``inferred``: lines about its own; ``shared``: lines about what is shared; ``wide 0`` and so on: for each group
    of queries to all documents the lines that it reads; ``kinds``: classes of its statements and sections.
    """
    key = job.key(common)
    triples, flagged = common.cache.read(job.mapped, "triples", "flagged")
    near = Near()
    near.take(triples, job.slug)
    asserted = list(near.own)
    near.take(_neighbours(common.cache, job.neighbours), "neighbours")
    near.surround(common.known)
    made = judge(common, near, flagged, job.slug, asserted)
    made["head"]["neighbours"] = [neighbour.iri for neighbour in job.neighbours]
    common.cache.write(key, made)
    return key


def judge(
    common: Common, near: Near, flagged: frozenset[tuple[str, str]], slug: str, asserted: Iterable[str] = ()
) -> dict[str, Any]:
    """Validate and infer.

    :param near: what is asserted, and what is inferred of what is shared
    :param asserted: lines of the document
    """
    trace = Trace(flagged=set(flagged))
    shapes = partial(_shapes, common, near, slug)
    with beside(shapes) if common.conformity is None and len(near.own) > _LONG else nullcontext(shapes) as shaped:
        wrong_rules = infer(near, list(common.rules.document))
        inferred = lines.in_order(near.inferred)
        found = _checked(common, near, trace)
        of_shapes, wrong_shapes = shaped()
    for finding in (*wrong_shapes, *wrong_rules):
        trace.report(finding)
    results = [result for result in (*of_shapes, *found) if _belongs(result.focus, slug)]
    owned = [(lines.owner(line) or SHARED, line) for line in inferred]
    kept = [line for owner, line in owned if owner == slug]
    loose = [line for owner, line in owned if owner == SHARED != slug]
    wide = common.groups.of_document((*asserted, *kept, *loose)) if slug != SHARED else []
    return {
        "head": {
            "results": sorted(set(results)),
            "findings": list(trace.findings),
            "wide": [key_of(part) for part in wide],
            "sizes": [len(part) for part in wide],
        },
        "inferred": lines.packed(kept),
        "kinds": _kinds((*asserted, *kept)),
        "shared": lines.packed(loose),
        **{f"wide {number}": part for number, part in enumerate(wide)},
    }


def _checked(common: Common, near: Near, trace: Trace) -> list[Result]:
    """What the checks find. Oxigraph lets others run while it looks, so that two of them are asked at a time."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(lambda check: run_check(near, check, common.keys, trace), common.checks.document)
        return [result for results in found for result in results]


def _belongs(focus: str, slug: str) -> bool:
    return (lines.owner(f"<{focus}> ") or SHARED) == slug


def _neighbours(cache: Cache, neighbours: Iterable[Neighbour]) -> bytes:
    """Triples of statements of other documents, texts left out: no rule or check for one document looks at those of another, and they change most often."""
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for neighbour in neighbours:
        by_key[neighbour.mapped].append(neighbour.iri)
    found: list[str] = []
    for key, iris in by_key.items():
        (triples,) = cache.read(key, "triples")
        found += [line for iri in iris for line in lines.unpacked(lines.about(triples, iri)) if not lines.is_text(line)]
    return lines.packed(found)


def _shapes(common: Common, near: Near, slug: str) -> Shaped:
    """What the shapes find in what is asserted: pyshacl, for the nodes of which it is not certain that they conform."""
    if common.shapes.findings:
        return [], []
    if common.conformity is None:
        return _applied(common, [*near.own, *near.around])
    doubtful = _doubtful(common, common.conformity, near.own, slug)
    if not doubtful:
        return [], []
    small = sorted(_part(near, doubtful))
    key = key_of("shapes", engine(), *common.shapes.texts, *small)
    if not common.cache.holds(key):
        found, wrong = _applied(common, small)
        common.cache.write(key, {"results": [result for result in found if result.focus in doubtful], "findings": wrong})
    results, findings = common.cache.read(key, "results", "findings")
    return list(results), list(findings)


def _applied(common: Common, said: Iterable[str]) -> Shaped:
    """What pyshacl finds."""
    dataset = Dataset()
    dataset.add(lines.triples(lines.packed(said)), SHARED)
    found = apply_shapes(dataset, common.shapes.graph)
    return ([], [found]) if isinstance(found, Finding) else (found, [])


def _part(near: Near, nodes: Collection[str]) -> set[str]:
    """What the constraints that :mod:`kg.scale.conformity` knows look at for some nodes: what they say, and the classes of their values."""
    subjects = {f"<{node}>" for node in nodes}
    read = [(line, *parts(line)) for line in (*near.own, *near.around)]
    values = {value for _, subject, _, value in read if subject in subjects}
    return {
        line
        for line, subject, predicate, _ in read
        if subject in subjects or (predicate == _TYPE and subject in values) or predicate == _ABOVE
    }


def _doubtful(common: Common, conformity: Conformity, own: Iterable[str], slug: str) -> frozenset[str]:
    """Nodes of which it is not certain that they conform."""
    said: dict[str, dict[str, list[str]]] = {}
    last, of_node = "", dict[str, list[str]]()
    for line in own:  # those about a node stand together
        subject, predicate, value = line.split(" ", 2)
        if subject != last:
            last, of_node = subject, said.setdefault(subject[1:-1], {}) if is_iri(subject) else {}
        name = predicate[1:-1]
        if name in of_node:
            of_node[name].append(value[:-2])
        else:
            of_node[name] = [value[:-2]]
    kinds: dict[str, Collection[str]] = {}

    def kinds_of(node: str) -> Collection[str]:
        if node not in kinds:
            of_shared = common.known.kinds.get(node, frozenset())
            own_kinds = (value[1:-1] for value in said[node].get(RDF_TYPE, ()) if is_iri(value)) if node in said else ()
            kinds[node] = common.known.kinds_of(own_kinds) | of_shared if own_kinds else of_shared
        return kinds[node]

    read: Mapping[str, Mapping[str, Terms]] = said
    return conformity.doubtful((node for node in said if _belongs(node, slug)), Surroundings(read, kinds_of))


def _kinds(own: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Classes of statements and sections."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in (line for line in own if _TYPE in line):  # to look is faster than to split
        subject, predicate, value = line.split(" ", 2)
        if predicate == _TYPE and "#" not in subject:
            found[subject[1:-1]].append(value[1:-3])
    return {iri: tuple(sorted(kinds)) for iri, kinds in found.items()}
