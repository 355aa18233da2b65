"""The SHACL shapes of a release as records: what is asked of what.

In: the folder ``shapes/`` of a release. Out: :class:`Shape` records by IRI, each constraint with the values of its parameter, so that
nothing of a shape is passed over. Next: :mod:`kg.web.sentences` says them in words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.namespaces import RDF, RDF_TYPE, SH
from kg.rdf import Term, to_term

TARGETS: Final = {"targetClass": "class", "targetSubjectsOf": "subjects", "targetObjectsOf": "objects", "targetNode": "node"}
"""Kinds of targets by the name of their property (SHACL, section 2.1.3)."""
_APART: Final = frozenset(
    {*TARGETS, "path", "property", "severity", "message", "deactivated", "name", "description", "order", "group"}
)
"""Terms of SHACL that say something else than a constraint (SHACL, sections 2.1 and 2.3.2)."""


@dataclass(frozen=True, order=True)
class Target:
    """What a shape looks at.

    :ivar kind: ``class``, ``subjects`` (of a property), ``objects`` or ``node``
    """

    kind: str
    iri: str


@dataclass(frozen=True)
class Constraint:
    """One constraint.

    :ivar component: name of its parameter in SHACL, as in ``minCount``
    :ivar values: of that parameter; the members, where it is a list
    """

    component: str
    values: tuple[Term, ...]


@dataclass(frozen=True)
class Shape:
    """A node shape with its property shapes, or a property shape.

    :ivar path: IRI of the property that a property shape looks at; empty for a node shape, and where the path is none
    :ivar severity: ``Violation``, ``Warning`` or ``Info``
    :ivar messages: by language
    :ivar file: name of the file that it stands in
    """

    iri: str
    path: str
    targets: tuple[Target, ...]
    constraints: tuple[Constraint, ...]
    properties: tuple["Shape", ...]
    severity: str
    messages: Mapping[str, str]
    file: str

    @property
    def name(self) -> str:
        """The end of its IRI."""
        return self.iri.rpartition("#")[2]

    def values(self, component: str) -> tuple[Term, ...]:
        """Values of a constraint; none if the shape does not have it."""
        return next((each.values for each in self.constraints if each.component == component), ())


def read_shapes(folder: Path) -> dict[str, Shape]:
    """The shapes of a folder that have an IRI, by IRI, in the order of their names.

    :raises SyntaxError: if a file is no Turtle; a release has none such
    """
    found: dict[str, _Node] = {}
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.ttl")):
        for quad in ox.parse(path=str(path)):
            subject = str(quad.subject)
            found.setdefault(subject, {}).setdefault(quad.predicate.value, []).append(quad.object)
            files.setdefault(subject, path.stem)
    kinds = {f"{SH}NodeShape", f"{SH}PropertyShape"}
    names = sorted(each for each, node in found.items() if kinds & set(_iris(node, RDF_TYPE)) and each.startswith("<"))
    return {name[1:-1]: _shape(name, found, files) for name in names}


_Node = dict[str, list[object]]


def _shape(name: str, found: Mapping[str, _Node], files: Mapping[str, str]) -> Shape:
    node = found[name]
    constraints = []
    for predicate, values in sorted(node.items()):
        component = predicate.removeprefix(SH)
        complex_path = component == "path" and not _iris(node, predicate)
        if predicate.startswith(SH) and (component not in _APART or complex_path):
            members = [member for value in values for member in _members(value, found)]
            constraints.append(Constraint(component, tuple(to_term(member) for member in members)))
    messages = [to_term(value) for value in node.get(f"{SH}message", ())]
    severity = next(iter(_iris(node, f"{SH}severity")), f"{SH}Violation")
    targets = [Target(kind, iri) for key, kind in TARGETS.items() for iri in _iris(node, SH + key)]
    return Shape(
        iri=name[1:-1],
        path=next(iter(_iris(node, f"{SH}path")), ""),
        targets=tuple(sorted(targets)),
        constraints=tuple(constraints),
        properties=tuple(_shape(f"<{iri}>", found, files) for iri in _iris(node, f"{SH}property") if f"<{iri}>" in found),
        severity=severity.removeprefix(SH),
        messages={message.language: message.value for message in messages},
        file=files[name],
    )


def _members(value: object, found: Mapping[str, _Node]) -> Iterable[object]:
    """The members of a list, or the value itself."""
    node = found.get(str(value), {})
    if f"{RDF}first" not in node:
        return [] if isinstance(value, ox.NamedNode) and value.value == f"{RDF}nil" else [value]
    members = []
    while f"{RDF}first" in node:
        members.append(node[f"{RDF}first"][0])
        node = found.get(str(node[f"{RDF}rest"][0]), {})
    return members


def _iris(node: _Node, predicate: str) -> list[str]:
    """In the order of the file."""
    return [value.value for value in node.get(predicate, ()) if isinstance(value, ox.NamedNode)]
