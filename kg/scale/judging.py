"""The second step: what follows from a document, and what is wrong with it, beside what it refers to.

In: the triples of the document (:mod:`kg.scale.mapping`), of what is shared, and of the statements of others that it refers to or that refer
to it. Out: inferred triples, results of shapes and checks, and what the questions to all documents together need to know of this one
(:mod:`kg.scale.together`). Only rules and checks whose header says ``scope: document`` are run here.

A result counts where it belongs: for a document those about its own statements and sections, for what is shared those about the rest.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from kg.errors import Finding
from kg.graph import ENTITIES, INFERRED, LINKS, VOCABULARY, Dataset
from kg.mappings.trace import Trace
from kg.namespaces import ID, PREFIXES, RDF_TYPE, RDFS, graph_iri
from kg.rules import HeadedQuery, infer
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.conformity import Conformity, Surroundings, Terms
from kg.shapes import Shapes
from kg.validation import Result, apply_shapes, run_check

SHARED: Final = ""
"""Stands for the slug of a document where what is shared is judged."""
_TYPE: Final = f"<{RDF_TYPE}>"
_AXIOMS: Final = frozenset(
    {
        RDF_TYPE,
        *(f"{RDFS}{name}" for name in ("subClassOf", "subPropertyOf", "domain", "range", "isDefinedBy")),
        *(f"{PREFIXES['owl']}{name}" for name in ("inverseOf", "equivalentClass", "equivalentProperty")),
    }
)
_NAME: Final = re.compile(r"\b([a-z]\w*):([A-Za-z]\w*)|<([^<>\s]+)>")
_ANY_KIND: Final = re.compile(r"(?:(?<![\w:?$])a|rdf:type)\s*(?:[?$/*+|])")


@dataclass(frozen=True)
class Queries:
    """Rules or checks, by what they look at.

    :ivar document: one document with what it refers to
    :ivar corpus: all documents together
    """

    document: tuple[HeadedQuery, ...]
    corpus: tuple[HeadedQuery, ...]

    @property
    def text(self) -> str:
        """All of them, for a key."""
        return "\0".join(f"{query.file}\0{query.text}" for query in (*self.document, *self.corpus))


def by_scope(queries: Iterable[HeadedQuery], *, together: bool) -> Queries:
    """Queries by the scope that their headers state; one that states none looks at everything.

    :param together: whether one that looks at everything makes all others do so too, as what a rule adds may concern any other rule
    """
    listed = tuple(queries)
    narrow = tuple(query for query in listed if query.header.get("scope") == "document")
    wide = tuple(query for query in listed if query not in narrow)
    if together and any(query.header.get("scope") != "corpus" for query in wide):
        return Queries((), listed)
    return Queries(narrow, wide)


@dataclass(frozen=True)
class Wanted:
    """What a query to all documents reads of each.

    :ivar predicates: None for everything
    :ivar kinds: classes; None for all
    :ivar once: whether one subject for each property and value is enough
    """

    predicates: frozenset[str] | None
    kinds: frozenset[str] | None
    once: bool = False


def wanted(query: HeadedQuery) -> Wanted:
    """What a query reads, as its header says.

    ``reads: names`` are the properties and classes that its text names; ``reads: references`` says that it only asks whether anything has a
    property with a value. A query that does not say so may read everything.
    """
    if query.header.get("reads") == "references":
        return Wanted(None, None, once=True)
    if query.header.get("reads") != "names":
        return Wanted(None, None)
    body = "\n".join(line for line in query.text.split("\n") if not line.lstrip().startswith("#"))
    declared = {**PREFIXES, **dict(re.findall(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", body, re.IGNORECASE))}
    body = re.sub(r"PREFIX\s+[\w-]*:\s*<[^>]*>", "", body, flags=re.IGNORECASE)
    names = frozenset(iri or declared.get(prefix, "") + local for prefix, local, iri in _NAME.findall(body))
    return Wanted(names | {RDF_TYPE}, None if _ANY_KIND.search(body) else names)


@dataclass(frozen=True)
class Known:
    """What is shared, as triples.

    :ivar said: asserted, by graph
    :ivar inferred: what follows from it alone
    """

    said: Mapping[str, tuple[ox.Triple, ...]]
    inferred: tuple[ox.Triple, ...] = ()

    @cached_property
    def vocabulary(self) -> list[ox.Quad]:
        """The vocabulary."""
        name = ox.NamedNode(graph_iri(VOCABULARY))
        return [ox.Quad(t.subject, t.predicate, t.object, name) for t in self.said[VOCABULARY]]

    @cached_property
    def axioms(self) -> list[ox.Quad]:
        """Of the terms of the ontology what rules and checks follow, without their names and definitions."""
        return [quad for quad in self.vocabulary if quad.predicate.value in _AXIOMS and not _name(quad.subject).startswith(ID)]

    @cached_property
    def terms(self) -> frozenset[object]:
        """The terms that have axioms."""
        return frozenset(quad.subject for quad in self.axioms)

    @cached_property
    def by_subject(self) -> dict[object, list[ox.Quad]]:
        """What is asserted, by subject."""
        found: defaultdict[object, list[ox.Quad]] = defaultdict(list)
        for quad in self.vocabulary:
            found[quad.subject].append(quad)
        for graph in (ENTITIES, LINKS):
            name = ox.NamedNode(graph_iri(graph))
            for t in self.said[graph]:
                found[t.subject].append(ox.Quad(t.subject, t.predicate, t.object, name))
        return dict(found)

    @cached_property
    def followed(self) -> dict[object, list[ox.Quad]]:
        """What is inferred, by subject."""
        found: defaultdict[object, list[ox.Quad]] = defaultdict(list)
        name = ox.NamedNode(graph_iri(INFERRED))
        for t in self.inferred:
            found[t.subject].append(ox.Quad(t.subject, t.predicate, t.object, name))
        return dict(found)

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """Classes with all classes above them, by what the asserted triples say."""
        parents: defaultdict[str, set[str]] = defaultdict(set)
        for triples in self.said.values():
            for t in triples:
                if t.predicate.value == f"{RDFS}subClassOf" and isinstance(t.object, ox.NamedNode):
                    parents[_name(t.subject)].add(t.object.value)
        return {kind: frozenset(_closure([kind], parents)) for kind in list(parents)}

    def kinds_of(self, said: Iterable[object]) -> frozenset[str]:
        """Classes and all above them."""
        found: set[str] = set()
        for kind in said:
            if isinstance(kind, ox.NamedNode):
                found |= self.above.get(kind.value, frozenset({kind.value}))
        return frozenset(found)

    @cached_property
    def kinds(self) -> dict[str, frozenset[str]]:
        """Classes of what is shared."""
        found: defaultdict[str, list[object]] = defaultdict(list)
        for triples in self.said.values():
            for t in triples:
                if t.predicate.value == RDF_TYPE:
                    found[_name(t.subject)].append(t.object)
        return {iri: self.kinds_of(kinds) for iri, kinds in found.items()}


def _closure(todo: list[str], parents: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += parents.get(one, ())
    return seen


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


class Neighbour(NamedTuple):
    """A statement of another document that a document refers to, or that refers to it.

    :ivar mapped: key of the triples that have it
    :ivar digest: hash of what is said of it
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

    The parts are ``head``: results, findings; ``inferred``: lines about its own; ``shared``: lines about what is shared; ``wide``: for each query to
    all documents the lines that it reads; ``kinds``: classes of its statements and sections.
    """
    key = job.key(common)
    triples, flagged = common.cache.read(job.mapped, "triples", "flagged")
    dataset = Dataset()
    dataset.add(lines.triples(triples), job.slug)
    dataset.add(lines.triples(_neighbours(common.cache, job.neighbours)), "neighbours")
    own = list(dataset.quads)
    _surround(dataset, common.known)
    made = judge(common, dataset, own, flagged, job.slug, lines.unpacked(triples))
    made["head"]["neighbours"] = [neighbour.iri for neighbour in job.neighbours]
    common.cache.write(key, made)
    return key


def judge(
    common: Common,
    dataset: Dataset,
    own: list[ox.Quad],
    flagged: frozenset[tuple[str, str]],
    slug: str,
    asserted: Iterable[str] = (),
) -> dict[str, Any]:
    """Validate and infer.

    :param dataset: what is asserted, and in its store what is inferred of what is shared
    :param own: quads of the document and its neighbours
    :param asserted: lines of the document
    """
    trace = Trace(flagged=set(flagged))
    results = [result for result in _shapes(common, dataset, own, slug, trace) if _belongs(result.focus, slug)]
    before = len(dataset.quads)
    for finding in infer(dataset, list(common.rules.document)):
        trace.report(finding)
    inferred = lines.of_triples(quad.triple for quad in dataset.quads[before:])
    for check in common.checks.document:
        found = run_check(dataset, check, common.keys, trace)
        results += [result for result in found if _belongs(result.focus, slug)]
    kept = [line for line in inferred if (lines.owner(line) or SHARED) == slug]
    loose = [line for line in inferred if slug != SHARED and lines.owner(line) is None]
    wide, shared = _wide(common, (*asserted, *kept)) if slug != SHARED else b"", lines.packed(loose)
    return {
        "head": {
            "results": sorted(set(results)),
            "findings": list(trace.findings),
            "wide": key_of(wide, shared),
            "size": len(wide) + len(shared),
        },
        "inferred": lines.packed(kept),
        "kinds": _kinds((*asserted, *kept)),
        "shared": shared,
        "wide": wide,
    }


def _belongs(focus: str, slug: str) -> bool:
    return (lines.owner(f"<{focus}> ") or SHARED) == slug


def _neighbours(cache: Cache, neighbours: Iterable[Neighbour]) -> bytes:
    """Triples of statements of other documents."""
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for neighbour in neighbours:
        by_key[neighbour.mapped].append(neighbour.iri)
    found = []
    for key, iris in by_key.items():
        (triples,) = cache.read(key, "triples")
        found += [lines.about(triples, iri) for iri in iris]
    return b"".join(found)


def _surround(dataset: Dataset, known: Known) -> None:
    """Add what is shared and named, by whatever number of steps, and the axioms of the ontology."""
    todo: list[object] = [term for quad in dataset.quads for term in (quad.object, quad.predicate)]
    seen: set[object] = set()
    near: list[ox.Quad] = []
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            quads = known.by_subject.get(node, ())
            near += quads
            todo += [quad.object for quad in quads]
    near += [quad for quad in known.axioms if quad.subject not in seen]
    follows = [quad for node in seen for quad in known.followed.get(node, ())]
    follows += [quad for term in known.terms - seen for quad in known.followed.get(term, ()) if quad.predicate.value in _AXIOMS]
    dataset.quads += near
    dataset.store.bulk_extend(near)
    dataset.store.bulk_extend(follows)


def _shapes(common: Common, dataset: Dataset, own: list[ox.Quad], slug: str, trace: Trace) -> list[Result]:
    """Results of the shapes: of pyshacl, for the nodes of which it is not certain that they conform."""
    if common.shapes.findings:
        return []
    if common.conformity is None:
        return _applied(common, dataset, trace)
    doubtful = _doubtful(common, common.conformity, own, slug)
    if not doubtful:
        return []
    small = _part(dataset, doubtful)
    key = key_of("shapes", *common.shapes.texts, *sorted(f"{quad.triple}" for quad in small.quads))
    if not common.cache.holds(key):
        found = _applied(common, small, trace)
        common.cache.write(
            key, {"results": [result for result in found if result.focus in doubtful], "findings": list(trace.findings)}
        )
    results, findings = common.cache.read(key, "results", "findings")
    for finding in findings:
        trace.report(finding)
    return list(results)


def _applied(common: Common, dataset: Dataset, trace: Trace) -> list[Result]:
    """Results of pyshacl."""
    found = apply_shapes(dataset, common.shapes.graph)
    if isinstance(found, Finding):
        trace.report(found)
        return []
    return found


def _part(dataset: Dataset, nodes: Collection[str]) -> Dataset:
    """What the constraints that :mod:`kg.scale.conformity` knows look at for some nodes: what they say, and the classes of their values."""
    subjects: set[object] = {ox.NamedNode(node) for node in nodes}
    said = [quad for quad in dataset.quads if quad.subject in subjects]
    values = {quad.object for quad in said}
    above = f"{RDFS}subClassOf"
    said += [
        quad
        for quad in dataset.quads
        if (quad.predicate.value == RDF_TYPE and quad.subject in values and quad.subject not in subjects)
        or (quad.predicate.value == above and quad.subject not in subjects)
    ]
    return Dataset(quads=said)


def _doubtful(common: Common, conformity: Conformity, own: list[ox.Quad], slug: str) -> frozenset[str]:
    """Nodes of which it is not certain that they conform."""
    said: dict[str, dict[str, list[Any]]] = {}
    for quad in own:
        if isinstance(quad.subject, ox.NamedNode):
            said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object)
    kinds: dict[str, Collection[str]] = {}

    def kinds_of(node: str) -> Collection[str]:
        if node not in kinds:
            own_kinds = common.known.kinds_of(said.get(node, {}).get(RDF_TYPE, ()))
            kinds[node] = own_kinds | common.known.kinds.get(node, frozenset())
        return kinds[node]

    read: Mapping[str, Mapping[str, Terms]] = said
    return conformity.doubtful((node for node in said if _belongs(node, slug)), Surroundings(read, kinds_of))


def _wide(common: Common, own: Iterable[str]) -> bytes:
    """The lines that the queries to all documents read."""
    wants = [wanted(query) for query in (*common.rules.corpus, *common.checks.corpus)]
    if any(want.predicates is None and not want.once for want in wants):
        return lines.packed(own)
    kinds: frozenset[str] = frozenset()
    for want in wants:
        kinds |= want.kinds or frozenset()
    every_kind = any(want.kinds is None and not want.once for want in wants)
    predicates = frozenset(f"<{name}>" for want in wants for name in want.predicates or ())
    objects = frozenset(f"<{kind}> ." for kind in kinds)
    once = any(want.once for want in wants)
    picked, pairs = [], set()
    for line in own:
        _, predicate, value = line.split(" ", 2)
        if predicate in predicates and (every_kind or predicate != _TYPE or value in objects):
            picked.append(line)
        elif once and value.startswith("<") and (predicate, value) not in pairs:
            pairs.add((predicate, value))
            picked.append(line)
    return lines.packed(picked)


def _kinds(own: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Classes of statements and sections."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in own:
        subject, predicate, value = line.split(" ", 2)
        if predicate == _TYPE and "#" not in subject:
            found[subject[1:-1]].append(value[1:-3])
    return {iri: tuple(sorted(kinds)) for iri, kinds in found.items()}


def _name(term: object) -> str:
    return str(getattr(term, "value", term))
