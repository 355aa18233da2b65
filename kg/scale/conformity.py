"""Whether nodes conform to the shapes, told fast where it can be told for certain.

In: the shapes, and the triples of a document. Out: the nodes for which pyshacl is to be asked. Next: :mod:`kg.scale.judging`. Only pyshacl says what is wrong; this
says, a tenth of the work, that nothing is. It knows the constraints of SHACL Core that the shapes use; a constraint, target or path that it does
not know, or a value that it cannot compare for certain, is a case for pyshacl (https://www.w3.org/TR/shacl/, sections 2 and 4).
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

import pyoxigraph as ox

from kg.mappings.literals import problem
from kg.namespaces import RDF, RDF_TYPE, RDFS, SH, XSD
from kg.ntriples import datatype, is_iri, is_literal, language, lexical

Terms = Sequence[str]
"""As N-Triples writes them."""
Said = Mapping[str, Terms]
"""Values of a node by property."""

_SILENT: Final = frozenset(
    {"message", "name", "description", "severity", "order", "group", "path", "property", "flags", "defaultValue"}
)
_LANGUAGES: Final = re.compile(r"[a-zA-Z]{2,3}")
_FREE: Final = frozenset({f"{XSD}string", f"{RDF}langString"})
"""Datatypes of which any text is a value."""
_DATATYPES: Final = _FREE | {f"{XSD}{name}" for name in ("boolean", "decimal", "integer", "gYear", "date", "language")}


class UnknownError(Exception):
    """Something of SHACL that is not known here."""


@dataclass(frozen=True)
class Surroundings:
    """What is known of nodes.

    :ivar said: of each node, by its IRI
    :ivar kinds: gives the classes of a node, those above them included
    """

    said: Mapping[str, Said]
    kinds: Callable[[str], Collection[str]]


_NOTHING: Final = Surroundings({}, lambda _: ())

Test = Callable[[Terms, Said, Surroundings], bool]
"""Whether the values of a property, of a node that says this, are as they should be. For no value it does not depend on what the node says."""


@dataclass
class Conformity:
    """The shapes, made ready.

    :ivar by_class: property and test by the class of the nodes to which they apply
    :ivar by_property: likewise by a property that the nodes have
    """

    by_class: dict[str, list[tuple[str, Test]]] = field(default_factory=dict)
    by_property: dict[str, list[tuple[str, Test]]] = field(default_factory=dict)
    _of: dict[tuple[frozenset[str], ...], list[tuple[str, Test]] | None] = field(default_factory=dict)

    def doubtful(self, nodes: Iterable[str], around: Surroundings) -> frozenset[str]:
        """Nodes of which it is not certain that they conform."""
        return frozenset(node for node in nodes if not self._holds(node, around))

    def _holds(self, node: str, around: Surroundings) -> bool:
        said = around.said.get(node, {})
        several = frozenset(path for path, values in said.items() if len(values) > 1)
        which = frozenset(around.kinds(node)), frozenset(said), several
        if which not in self._of:
            self._of[which] = self._tests(*which)
        tests = self._of[which]
        return tests is not None and all(test(said[path], said, around) for path, test in tests)

    def _tests(self, kinds: frozenset[str], properties: frozenset[str], several: frozenset[str]) -> list[tuple[str, Test]] | None:
        """What is left to test of nodes with these classes, and these properties with one value or several; None if that is wrong already."""
        tests = [test for kind in kinds for test in self.by_class.get(kind, ())]
        tests += [test for name in properties for test in self.by_property.get(name, ())]
        left = []
        for path, test in tests:
            if path in several or (path in properties and not isinstance(test, _Count)):
                left.append((path, test))
            elif not test(("",) if path in properties else (), {}, _NOTHING):
                return None
        return left


def prepared(triples: Iterable[ox.Triple]) -> Conformity | None:
    """The shapes made ready; None if they have something that is not known here."""
    try:
        return _Reader(triples).read()
    except UnknownError:
        return None


class _Reader:
    """Reads shapes."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._said: dict[object, dict[str, list[object]]] = {}
        for triple in triples:
            self._said.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)

    def read(self) -> Conformity:
        result = Conformity()
        for node, said in self._said.items():
            kinds = {_iri(kind) for kind in said.get(RDF_TYPE, ())}
            if f"{SH}NodeShape" in kinds or f"{SH}PropertyShape" in kinds:
                if kinds & {f"{RDFS}Class", "http://www.w3.org/2002/07/owl#Class"}:
                    raise UnknownError(node)
                self._shape(said, result)
        return result

    def _shape(self, said: dict[str, list[object]], result: Conformity) -> None:
        """A shape with targets; one without applies where others refer to it."""
        targets = {name.removeprefix(SH): values for name, values in said.items() if name.startswith(f"{SH}target")}
        if not targets.keys() <= {"targetClass", "targetSubjectsOf"}:
            raise UnknownError(targets)
        tests = self._tests(said) if targets else []
        for name, by in (("targetClass", result.by_class), ("targetSubjectsOf", result.by_property)):
            for value in targets.get(name, ()):
                by.setdefault(_iri(value), []).extend(tests)

    def _tests(self, said: dict[str, list[object]]) -> list[tuple[str, Test]]:
        """Tests of a node shape by property, or of a property shape."""
        if f"{SH}path" in said:
            return self._property(said)
        unknown = {n for n in said if n.startswith(SH)} - {f"{SH}property", f"{SH}targetClass", f"{SH}targetSubjectsOf"}
        if {name.removeprefix(SH) for name in unknown} - _SILENT:
            raise UnknownError(unknown)
        return [test for value in said.get(f"{SH}property", ()) for test in self._property(self._said.get(value, {}))]

    def _property(self, said: dict[str, list[object]]) -> list[tuple[str, Test]]:
        """Tests of a property shape."""
        paths = said.get(f"{SH}path", [])
        if len(paths) != 1 or not isinstance(paths[0], ox.NamedNode) or f"{SH}property" in said or f"{SH}deactivated" in said:
            raise UnknownError(paths)
        tests = []
        for name, values in said.items():
            term = name.removeprefix(SH)
            if name.startswith(SH) and term not in _SILENT and not term.startswith("target"):
                if f"{SH}flags" in said:
                    raise UnknownError(term)
                tests += [(paths[0].value, self._test(term, value)) for value in values]
        return tests

    def _test(self, term: str, value: object) -> Test:
        """One constraint (SHACL, section 4)."""
        simple = _SIMPLE.get(term)
        if simple is not None:
            return simple(term, value)
        match term:
            case "nodeKind" if _iri(value) == f"{SH}IRI":
                return lambda values, _, __: all(map(is_iri, values))
            case "in":
                allowed = frozenset(map(str, self._list(value)))
                return lambda values, _, __: all(v in allowed for v in values)
            case "hasValue":
                wanted = str(value)
                return lambda values, _, __: wanted in values
            case "pattern":
                pattern = re.compile(_lexical(value))
                return lambda values, _, __: all(is_literal(v) and pattern.search(lexical(v)) is not None for v in values)
            case "languageIn":
                return _language_in(frozenset(_lexical(item) for item in self._list(value)))
            case "uniqueLang" if _lexical(value) == "true":
                return _unique_lang
            case "or":
                return self._or(value)
        raise UnknownError(term)

    def _or(self, value: object) -> Test:
        """Alternatives that each ask for one class."""
        classes = []
        for item in self._list(value):
            said = {n: v for n, v in self._said.get(item, {}).items() if n.startswith(SH) and n.removeprefix(SH) not in _SILENT}
            if said.keys() != {f"{SH}class"} or len(said[f"{SH}class"]) != 1:
                raise UnknownError(item)
            classes.append(_iri(said[f"{SH}class"][0]))
        wanted = frozenset(classes)

        def test(values: Terms, _: Said, around: Surroundings) -> bool:
            return all(is_iri(v) and not wanted.isdisjoint(around.kinds(lexical(v))) for v in values)

        return test

    def _list(self, head: object) -> list[object]:
        """Items of an RDF list."""
        items = []
        while not (isinstance(head, ox.NamedNode) and head.value == f"{RDF}nil"):
            said = self._said.get(head, {})
            first, rest = said.get(f"{RDF}first", []), said.get(f"{RDF}rest", [])
            if len(first) != 1 or len(rest) != 1:
                raise UnknownError(head)
            items.append(first[0])
            head = rest[0]
        return items


def _iri(value: object) -> str:
    if not isinstance(value, ox.NamedNode):
        raise UnknownError(value)
    return value.value


def _lexical(value: object) -> str:
    if not isinstance(value, ox.Literal):
        raise UnknownError(value)
    return value.value


@dataclass(frozen=True)
class _Count:
    """How many values there are at least or at most: the same for all nodes with as many."""

    term: str
    number: int

    def __call__(self, values: Terms, _: Said, __: Surroundings) -> bool:
        """Whether there are so many."""
        return len(values) >= self.number if self.term == "minCount" else len(values) <= self.number


def _class(wanted: str) -> Test:
    return lambda values, _, around: all(is_iri(v) and wanted in around.kinds(v[1:-1]) for v in values)


def _datatype(wanted: str) -> Test:
    if wanted not in _DATATYPES:
        raise UnknownError(wanted)

    def test(values: Terms, _: Said, __: Surroundings) -> bool:
        return all(
            is_literal(v) and datatype(v) == wanted and (wanted in _FREE or problem(lexical(v), wanted) is None) for v in values
        )

    return test


def _language_in(tags: frozenset[str]) -> Test:
    if not all(_LANGUAGES.fullmatch(tag) for tag in tags):
        raise UnknownError(tags)
    return lambda values, _, __: all(language(v) in tags for v in values)


def _unique_lang(values: Terms, _: Said, __: Surroundings) -> bool:
    tags = [tag for tag in (language(v).lower() for v in values) if tag]
    return len(tags) == len(set(tags))


def _number(value: str) -> Decimal:
    if not is_literal(value) or datatype(value) not in (f"{XSD}integer", f"{XSD}decimal"):
        raise UnknownError(value)
    try:
        return Decimal(lexical(value))
    except InvalidOperation:
        raise UnknownError(value) from None


def _numbers(values: Terms) -> list[Decimal] | None:
    """Values as numbers; None if one is none."""
    try:
        return [_number(value) for value in values]
    except UnknownError:
        return None


def _range(term: str, limit: Decimal) -> Test:
    compare: dict[str, Callable[[Decimal], bool]] = {
        "minInclusive": lambda n: n >= limit,
        "maxInclusive": lambda n: n <= limit,
        "minExclusive": lambda n: n > limit,
        "maxExclusive": lambda n: n < limit,
    }
    within = compare[term]

    def test(values: Terms, _: Said, __: Surroundings) -> bool:
        numbers = _numbers(values)
        return numbers is not None and all(within(number) for number in numbers)

    return test


def _less_than(other: str) -> Test:
    def test(values: Terms, said: Said, _: Surroundings) -> bool:
        if not values:
            return True
        left, right = _numbers(values), _numbers(said.get(other, ()))
        return left is not None and right is not None and all(a < b for a in left for b in right)

    return test


_SIMPLE: Final[dict[str, Callable[[str, object], Test]]] = {
    "minCount": lambda term, value: _Count(term, int(_lexical(value))),
    "maxCount": lambda term, value: _Count(term, int(_lexical(value))),
    "class": lambda _, value: _class(_iri(value)),
    "datatype": lambda _, value: _datatype(_iri(value)),
    "minInclusive": lambda term, value: _range(term, _number(str(value))),
    "maxInclusive": lambda term, value: _range(term, _number(str(value))),
    "minExclusive": lambda term, value: _range(term, _number(str(value))),
    "maxExclusive": lambda term, value: _range(term, _number(str(value))),
    "lessThan": lambda _, value: _less_than(_iri(value)),
}
"""Constraints that are told by their value alone."""
