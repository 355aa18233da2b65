"""The SHACL shapes, read and checked before they are applied: pyshacl says nothing of a constraint that is misspelt.

In: ``ontology/shapes/*.ttl``. Out: a graph for pyshacl, what nodes of a class may have, and what is wrong with the files. Next:
:mod:`kg.mappings.keys`, :mod:`kg.validation`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kg.errors import Finding
from kg.namespaces import POL, RDF, RDF_TYPE, SH, XSD
from kg.vocabulary import note_places, read_turtle

if TYPE_CHECKING:
    import rdflib

_TERM: Final = ("class", "datatype", "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "path")
_SHAPE: Final = ("node", "not", "property", "qualifiedValueShape")
_LIST: Final = ("and", "in", "languageIn", "or", "xone", "ignoredProperties")
_COUNT: Final = ("maxCount", "maxLength", "minCount", "minLength", "qualifiedMaxCount", "qualifiedMinCount")
_OTHER: Final = (
    *("closed", "deactivated", "description", "disjoint", "equals", "flags", "group", "hasValue", "lessThan"),
    *("lessThanOrEquals", "maxExclusive", "maxInclusive", "message", "minExclusive", "minInclusive", "name", "nodeKind"),
    *("order", "pattern", "severity", "uniqueLang", "inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath"),
    *("zeroOrOnePath", "qualifiedValueShapesDisjoint", "defaultValue"),
)
_KNOWN: Final = frozenset(SH + name for name in (*_TERM, *_SHAPE, *_LIST, *_COUNT, *_OTHER))
"""The terms of SHACL Core that a shape can have as predicates (SHACL, sections 2 to 4)."""


@dataclass(frozen=True)
class Allowed:
    """What nodes may have: of a class, the paths of each shape that targets it, but those of which there may be none (``sh:maxCount 0``).

    :ivar paths: by class, the properties of which its shapes speak
    :ivar barred: by class, those of which it may have none
    :ivar kinds: class of the values of a property, where a shape asks for one
    """

    paths: dict[str, set[str]] = field(default_factory=dict)
    barred: dict[str, set[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def of(self, classes: Iterable[str]) -> set[str]:
        """Properties that a node may have.

        :param classes: of the node, with those above them
        """
        listed = list(classes)
        paths, barred = ({each for kind in listed for each in said.get(kind, ())} for said in (self.paths, self.barred))
        return paths - barred


@dataclass(frozen=True)
class Shapes:
    """The shapes.

    :ivar texts: of the files that can be read
    :ivar triples: of these
    :ivar findings: what is wrong with the files; then the shapes are not applied
    """

    texts: tuple[str, ...]
    triples: tuple[ox.Triple, ...]
    findings: tuple[Finding, ...]

    @cached_property
    def graph(self) -> "rdflib.Graph":
        """As pyshacl takes them."""
        from rdflib import Graph  # noqa: PLC0415 - 0.1 s that a run without rdflib need not pay

        graph = Graph()
        for text in self.texts:
            graph.parse(data=text, format="turtle")
        return graph

    @property
    def allowed(self) -> Allowed:
        """What nodes may have; nothing is known of it if something is wrong with a file, as a shape could be the one that says it."""
        nodes: _Nodes = {}
        for triple in () if self.findings else self.triples:
            node = nodes.setdefault(_value(triple.subject), {})
            node.setdefault(triple.predicate.value.removeprefix(SH), []).append(_value(triple.object))
        result = Allowed()
        for name, node in nodes.items():
            asked = list(_asked(name, nodes, set())) if "targetClass" in node else []
            for kind in node.get("targetClass", ()):
                result.paths.setdefault(kind, set()).update(path for path, _ in asked)
                result.barred.setdefault(kind, set()).update(path for path, said in asked if said.get("maxCount") == ["0"])
            result.kinds.update((path, said["class"][0]) for path, said in asked if "class" in said)
        return result


_Nodes = dict[str, dict[str, list[str]]]
"""What is said of each node, by term of SHACL."""


def _asked(shape: str, nodes: _Nodes, seen: set[str]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Paths with their property shapes, of a shape and of those that it takes in by ``sh:node`` (SHACL, sections 4.7.1 and 4.7.2)."""
    node = nodes.get(shape, {})
    if "path" in node:
        yield node["path"][0], node
    elif shape not in seen:
        seen.add(shape)
        for other in (*node.get("property", ()), *node.get("node", ())):
            yield from _asked(other, nodes, seen)


def read_shapes(files: Iterable[tuple[Path, str]], declared: Collection[str]) -> Shapes:
    """Read the shapes.

    :param files: Turtle files, with the names by which findings call them
    :param declared: IRIs that ``ontology/*.ttl`` declares
    """
    findings: list[Finding] = []
    texts, found = [], []
    for path, name in files:
        triples, wrong = read_turtle(path, name)
        findings += wrong
        if not wrong:
            findings += _Check(path, name, triples, declared).findings()
            texts.append(path.read_bytes().decode("utf-8-sig"))
            found += triples
    return Shapes(tuple(texts), tuple(found), tuple(findings))


@dataclass
class _Check:
    """One file of shapes."""

    path: Path
    name: str
    triples: list[ox.Triple]
    declared: Collection[str]

    def findings(self) -> Iterator[Finding]:
        places: dict[str, tuple[str, int]] = {}
        yield from note_places(self.path, self.name, self.triples, places)
        lines = self.path.read_bytes().decode("utf-8-sig").split("\n")

        def finding(subject: str, written: str, message: str) -> Finding:
            """At the first line from the shape's on that has ``written``."""
            start = places.get(subject, (self.name, 1))[1]
            line = next((n for n, text in enumerate(lines[start - 1 :], start) if written in text), start)
            return Finding(self.name, line, 1, "shapes", message, subject.rsplit("#", 1)[-1])

        yield from self._terms(finding)
        with_path = {str(t.subject) for t in self.triples if t.predicate.value == f"{SH}path"}
        for triple in self.triples:
            if (triple.predicate.value, _value(triple.object)) == (RDF_TYPE, f"{SH}PropertyShape"):
                subject = _value(triple.subject)
                if str(triple.subject) not in with_path:
                    yield finding(subject, "", "a property shape needs `sh:path`, the property that it constrains")

    def _terms(self, finding: Callable[[str, str, str], Finding]) -> Iterator[Finding]:
        """Predicates that SHACL does not have, and values that it does not take."""
        for triple in self.triples:
            predicate, value, subject = triple.predicate.value, _value(triple.object), _value(triple.subject)
            term = predicate.removeprefix(SH)
            if predicate.startswith(SH) and predicate not in _KNOWN:
                yield finding(subject, f"sh:{term}", f"sh:{term} is no term of SHACL Core, and would say nothing")
            elif term in _TERM and value.startswith(POL) and value not in self.declared:
                local = value.removeprefix(POL)
                yield finding(subject, f"pol:{local}", f"sh:{term}: pol:{local} is not declared in ontology/policy.ttl")
            elif term in _COUNT and not _is_count(triple.object):
                yield finding(subject, f"sh:{term}", f'sh:{term}: "{value}" is not a whole number, as in 1')
            elif term == "pattern" and (wrong := _pattern_error(value)):
                yield finding(subject, f"sh:{term}", f"sh:{term}: not a regular expression: {wrong}")
            elif term in _LIST and not self._is_list(triple.object):
                yield finding(subject, f"sh:{term}", f"sh:{term} takes a list in brackets, as in ( a b )")

    def _is_list(self, value: object) -> bool:
        if isinstance(value, ox.NamedNode):
            return value.value == f"{RDF}nil"
        return any(t.subject == value and t.predicate.value == f"{RDF}first" for t in self.triples)


def _is_count(term: object) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value == f"{XSD}integer" and term.value.isdecimal()


def _pattern_error(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None


def _value(term: object) -> str:
    return str(getattr(term, "value", term))
