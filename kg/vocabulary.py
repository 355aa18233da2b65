"""The hand-written vocabulary: ontology, concept schemes and closed lists, read from ``ontology/*.ttl``.

In: Turtle files. Out: a :class:`Vocabulary`, with what a mapping is checked against, and its triples. Next:
:mod:`kg.mappings`, which resolves slugs and kinds against it, and :mod:`kg.graph`, which publishes it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Finding
from kg.namespaces import ID, POL, RDF_TYPE, RDFS, SKOS
from kg.turtle import turtle_remedy

_PREFIX = re.compile(r"^@prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)
_SUBJECT = re.compile(r"^([\w-]*):([\w-]+)\s+a\s", re.MULTILINE)
_FULL_SUBJECT = re.compile(r"^<([^>]*)>\s+a\s", re.MULTILINE)
_LABELS = (f"{SKOS}prefLabel", f"{SKOS}altLabel")
_OWL_CLASS = "http://www.w3.org/2002/07/owl#Class"


@dataclass(frozen=True)
class Vocabulary:
    """What the ontology declares.

    :ivar triples: every triple of the files
    :ivar classes: IRIs of the declared classes
    :ivar superclasses: for each class its declared superclasses, transitively, itself included
    :ivar ranges: declared range of a property, by property IRI
    :ivar concepts: IRIs below ``id/`` that are declared here
    :ivar places: file and line where a subject starts, by IRI
    :ivar lost: IRIs below ``id/`` that a file declares which cannot be read
    :ivar unreadable: whether it cannot be told from a file what it is meant to declare
    """

    triples: tuple[ox.Triple, ...] = ()
    classes: frozenset[str] = frozenset()
    superclasses: dict[str, frozenset[str]] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)
    concepts: frozenset[str] = frozenset()
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    unreadable: bool = False

    @property
    def declared(self) -> frozenset[str]:
        """IRIs of everything that the files say something of."""
        return frozenset(_value(triple.subject) for triple in self.triples)

    @cached_property
    def labels(self) -> dict[str, list[str]]:
        """IRIs below ``id/`` by each label in either language, in lower case; made when it is first asked for."""
        found: dict[str, list[str]] = {}
        for triple in self.triples:
            iri = _value(triple.subject)
            if triple.predicate.value in _LABELS and iri.startswith(ID):
                same = found.setdefault(_value(triple.object).lower(), [])
                if iri not in same:
                    same.append(iri)
        return found

    def is_a(self, kind: str, superclass: str) -> bool:
        """Whether class ``kind`` is ``superclass`` or declared below it."""
        return superclass in self.superclasses.get(kind, frozenset({kind}))


def read_turtle(path: Path, name: str) -> tuple[list[ox.Triple], list[Finding]]:
    """Parse one Turtle file; a syntax error becomes a finding at its line and column."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        triples = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        return [], [
            Finding(name, error.lineno or 1, error.offset or 1, "turtle-syntax", f"not Turtle: {turtle_remedy(error.msg)}")
        ]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return [], [Finding(name, line, 1, "encoding", f"not UTF-8 at byte {error.start}; save the file as UTF-8")]
    except OSError as error:
        return [], [Finding(name, 1, 1, "unreadable", f"cannot be read: {error.strerror}")]
    if not triples:
        return [], [Finding(name, 1, 1, "turtle-syntax", "the file declares nothing; delete it or bring its content back")]
    return triples, []


def read_vocabulary(paths: Iterable[tuple[Path, str]]) -> tuple[Vocabulary, list[Finding]]:
    """Read the vocabulary files.

    :param paths: each file with the name by which findings call it
    :returns: the vocabulary, and what is wrong with the files
    """
    triples: list[ox.Triple] = []
    findings: list[Finding] = []
    places: dict[str, tuple[str, int]] = {}
    lost: set[str] = set()
    unreadable = False
    for path, name in paths:
        parsed, wrong = read_turtle(path, name)
        triples += parsed
        findings += wrong
        twice = note_places(path, name, parsed, places)
        findings += twice
        if twice:  # one of the two was meant to be another, and what both say is said of one
            unreadable = True
            lost |= {iri for iri, place in places.items() if place in {(name, line) for line in twice.values()}}
        if wrong:
            ids = _subjects_of_broken(path)
            unreadable = unreadable or not ids
            lost |= ids
    return replace(_vocabulary(triples, places), lost=frozenset(lost), unreadable=unreadable), findings


def _subjects_of_broken(path: Path) -> set[str]:
    """IRIs below ``id/`` that a file with a syntax error seems to declare, so that uses of them are not findings as well."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()  # reported by read_turtle
    prefixes = dict(_PREFIX.findall(text))
    named = {prefixes[prefix] + local for prefix, local in _SUBJECT.findall(text) if prefix in prefixes}
    return {iri for iri in named | set(_FULL_SUBJECT.findall(text)) if iri.startswith(ID)}


def _vocabulary(triples: list[ox.Triple], places: dict[str, tuple[str, int]]) -> Vocabulary:
    """Index ``triples`` by what the mappings ask for."""
    classes: set[str] = set()
    parents: dict[str, set[str]] = {}
    ranges: dict[str, str] = {}
    concepts: set[str] = set()
    for triple in triples:
        subject, predicate = _value(triple.subject), triple.predicate.value
        value = _value(triple.object)
        if predicate == RDF_TYPE and value == _OWL_CLASS:
            classes.add(subject)
        elif predicate == f"{RDFS}subClassOf":
            parents.setdefault(subject, set()).add(value)
        elif predicate == f"{RDFS}range":
            ranges[subject] = value
        if subject.startswith(ID):
            concepts.add(subject)
    return Vocabulary(
        triples=tuple(triples),
        classes=frozenset(classes),
        superclasses={kind: frozenset(_ancestors(kind, parents)) for kind in classes},
        ranges=ranges,
        concepts=frozenset(concepts),
        places=places,
    )


def _ancestors(kind: str, parents: dict[str, set[str]]) -> set[str]:
    """``kind`` and all that is declared above it."""
    seen: set[str] = set()
    todo = [kind]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo.extend(parents.get(current, ()))
    return seen


def _value(term: object) -> str:
    """The lexical value of a pyoxigraph term."""
    return str(getattr(term, "value", term))


def note_places(path: Path, name: str, triples: list[ox.Triple], places: dict[str, tuple[str, int]]) -> dict[Finding, int]:
    """Remember the line on which each subject starts, so that a finding about it can point there.

    :returns: subjects that are declared twice, as findings, each with the line of the first declaration
    """
    if not triples:
        return {}
    first: dict[str, int] = {}
    findings: dict[Finding, int] = {}
    for number, line in enumerate(path.read_bytes().decode("utf-8-sig").split("\n"), start=1):
        if line[:1] and not line[0].isspace() and line[0] not in "#@":
            subject, *rest = line.split()
            if first.setdefault(subject, number) != number and rest[:1] == ["a"]:
                message = f"{subject} is declared twice (first in line {first[subject]}); take another name, or delete one"
                findings[Finding(name, number, 1, "duplicate-id", message)] = first[subject]
    for subject in {_value(triple.subject) for triple in triples}:
        tail = subject.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        for written in (f"<{subject}>", f"pol:{subject.removeprefix(POL)}", f"id:{subject.removeprefix(ID)}"):
            if written in first:
                places[subject] = (name, first[written])
                break
        else:
            matches = [n for token, n in first.items() if token.rsplit(":", 1)[-1] == tail]
            if len(matches) == 1:
                places[subject] = (name, matches[0])
    return findings
