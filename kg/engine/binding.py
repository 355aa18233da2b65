"""Bind the parameters of a published query with VALUES, so that no value can change what the query is.

In come the text of a query, its parameters, and RDF terms; out goes a text for an engine. :mod:`kg.release` checks with
:func:`check` that each parameter can be bound, :mod:`kg.web.published` and :mod:`kg.cli` bind.

A value keeps those solutions of the outermost group in which the variable has it, before anything is counted or cut off (SPARQL
1.1, section 18.2.2): what ``FILTER(sameTerm(?v, value))`` in that group would do. Where the first thing that the group says of the
variable always binds it, joining a VALUES clause first gives the same and is faster; where it may be unbound, as in an OPTIONAL, a join
would fill it in, so that it is the filter that is written, against a variable that VALUES binds. A default is a VALUES clause of
the query itself, whose terms are replaced, and so is ``VALUES ?v { UNDEF }``, where a query says that there may be a value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.engine.clauses import where_group
from kg.engine.prologue import Prologue
from kg.engine.scan import form_of
from kg.engine.tokens import Brackets, names, tokenise
from kg.errors import PolicyKgError
from kg.namespaces import PREFIXES, XSD
from kg.parameters import Parameter, default_terms
from kg.rdf import Term, to_term

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_HIDDEN: Final = frozenset({"MINUS", "EXISTS", "SERVICE"})


class BindingError(PolicyKgError):
    """A parameter cannot be bound in its query.

    :ivar parameter: its name
    :ivar reason: the message without the name
    """

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"parameter {parameter}: {reason}")
        self.parameter = parameter
        self.reason = reason


@dataclass(frozen=True)
class _Place:
    """How a parameter is bound: by the terms between two offsets, or where the group begins.

    :ivar joined: whether the clause is on the variable itself
    :ivar replaced: whether there is a clause already, whose terms are replaced
    """

    start: int
    end: int
    joined: bool = True
    replaced: bool = False


class _Parsed:
    """A query cut into tokens, and the group that its parameters are bound in."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, _ = tokenise(text)
        self.brackets = Brackets(self.tokens)
        form, self.at = form_of(self.tokens)
        self.where = where_group(self.tokens, self.at, self.brackets) if form else -1
        self.end = self.brackets.closer.get(self.where, -1)

    def place(self, parameter: Parameter) -> _Place:
        """Where a parameter is bound.

        :raises BindingError: if it cannot be
        """
        name = parameter.name
        self._check_group(name)
        if parameter.default:
            return self._default(parameter)
        for start, end in self._clauses(name):
            if self.text[start:end].strip().upper() == "UNDEF":
                return _Place(start, end, replaced=True)
        found = [index for index in range(self.where + 1, self.end) if self._is(index, name)]
        if not found:
            raise BindingError(name, f"the WHERE group has no variable ?{name}")
        if self._always(found[0]):
            start = self.tokens[self.where].start + 1
            return _Place(start, start)
        if not any(self._visible(index) for index in found):
            raise BindingError(
                name, f"?{name} stands only in FILTER, MINUS, EXISTS, SERVICE, or a subquery that does not select it"
            )
        if self._star():
            raise BindingError(name, f"?{name} may be unbound, and SELECT * would show the variable that stands for its value")
        start = self.tokens[self.where].start + 1
        return _Place(start, start, joined=False)

    def _check_group(self, name: str) -> None:
        """Check that a clause can be put into the outermost group."""
        if self.end < 0:
            raise BindingError(name, "the query has no WHERE group with braces; write one")
        before = [token.text for token in self.tokens[self.at : self.where]]
        if self.tokens[self.at].text == "CONSTRUCT" and "{" not in before:
            raise BindingError(
                name, "CONSTRUCT WHERE takes no VALUES (SPARQL 1.1, section 16.2.4); write the template and the group"
            )
        if self.tokens[self.where + 1].text == "SELECT":
            raise BindingError(name, "the WHERE group is a subquery; put it into braces of its own")

    def _is(self, index: int, name: str) -> bool:
        return self.tokens[index].kind == "var" and self.tokens[index].text[1:] == name

    def _always(self, index: int) -> bool:
        """Whether an occurrence is a pattern right in the group: in no brackets but those of a blank node."""
        parent = self.brackets.parent[index]
        if self.tokens[index - 1].text == "VALUES":
            return all("UNDEF" not in self.text[start:end].upper() for start, end in self._clauses(self.tokens[index].text[1:]))
        while parent != self.where:
            if self.tokens[parent].text != "[":
                return False
            parent = self.brackets.parent[parent]
        return True

    def _visible(self, index: int) -> bool:
        """Whether a value that the variable has at an occurrence is one that it has in the solutions of the group."""
        parent = self.brackets.parent[index]
        if self.tokens[parent].text == "(":
            if self.tokens[index - 1].text != "AS":
                return False
            parent = self.brackets.parent[parent]
        while parent != self.where:
            opening = self.tokens[parent].text
            if opening == "(":
                return False
            if opening == "{":
                before = [token.text for token in self.tokens[max(parent - 3, 0) : parent]]
                if _HIDDEN & {*before[-1:], *before[-2:-1]} or (before[:1] == ["SERVICE"] and before[1:2] == ["SILENT"]):
                    return False
                if self.tokens[parent + 1].text == "SELECT" and not self._selected(parent, index):
                    return False
            parent = self.brackets.parent[parent]
        return True

    def _selected(self, opening: int, index: int) -> bool:
        """Whether a subquery selects the variable of an occurrence in it."""
        name = self.tokens[index].text
        for number in range(opening + 2, self.brackets.closer.get(opening, len(self.tokens))):
            token = self.tokens[number]
            if token.text in {"{", "WHERE"}:
                return False
            inner = self.brackets.parent[number] != opening
            if token.text == "*" and not inner:
                return True
            if token.text == name and (not inner or self.tokens[number - 1].text == "AS"):
                return True
        return False

    def _star(self) -> bool:
        head = [index for index in range(self.at, self.where) if self.brackets.parent[index] == -1]
        return any(self.tokens[index].text == "*" for index in head)

    def _clauses(self, name: str) -> Iterator[tuple[int, int]]:
        """Offsets of the terms of each VALUES clause for one variable that stands right in the group."""
        for index in range(self.where + 1, self.end - 1):
            clause = self.tokens[index].text == "VALUES" and self.brackets.parent[index] == self.where
            if clause and self._is(index + 1, name) and self.tokens[index + 2].text == "{":
                yield self.tokens[index + 2].start + 1, self.tokens[self.brackets.closer[index + 2]].start

    def _default(self, parameter: Parameter) -> _Place:
        """The terms of the query's own VALUES clause, which have to be those of the header."""
        expected = " ".join(render(term) for term in default_terms(parameter))
        remedy = f"write VALUES ?{parameter.name} {{ {expected} }} in the WHERE group, or leave the default out"
        for start, end in self._clauses(parameter.name):
            if self._terms(self.text[start:end]) != list(default_terms(parameter)):
                found = self.text[start:end].strip()
                raise BindingError(parameter.name, f"the default of the header is not that of the query, {found}; {remedy}")
            return _Place(start, end, replaced=True)
        raise BindingError(parameter.name, f"the query has no VALUES clause for its default; {remedy}")

    def _terms(self, text: str) -> list[Term] | None:
        """The terms between two braces, in their order; None if they are no RDF terms, such as UNDEF."""
        prologue = Prologue.of(self.tokens[: self.at])
        given = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items())
        document = f"{given}\n{prologue.declarations}\n<x:is> <x:it> ({text}) ."
        try:
            quads = list(ox.parse(document.encode(), format=ox.RdfFormat.TURTLE, base_iri="x:"))
        except (SyntaxError, UnicodeEncodeError):
            return None
        first = f"{PREFIXES['rdf']}first"
        return [to_term(quad.object) for quad in quads if quad.predicate.value == first]


def check(text: str, parameters: Iterable[Parameter]) -> None:
    """Check that each parameter can be bound.

    :raises BindingError: for the first that cannot
    :raises QuerySyntaxError: if the text cannot be cut into tokens
    """
    parsed = _Parsed(text)
    for parameter in parameters:
        parsed.place(parameter)


def bind(text: str, parameters: Iterable[Parameter], values: Mapping[str, tuple[Term, ...]]) -> str:
    """The query with values for its parameters.

    :param values: terms by name of parameter, IRIs or literals; one that is not there, or has none, is not bound
    :returns: ``text`` itself, where there are none
    :raises BindingError: if one cannot be bound
    """
    if not any(values.values()):
        return text
    parsed = _Parsed(text)
    edits: list[tuple[int, int, str]] = []
    taken = set(names(parsed.tokens))
    for parameter in parameters:
        terms = " ".join(render(term) for term in values.get(parameter.name, ()))
        if not terms:
            continue
        place = parsed.place(parameter)
        if place.replaced:
            edits.append((place.start, place.end, f" {terms} "))
        elif place.joined:
            edits.append((place.start, place.end, f"\n  VALUES ?{parameter.name} {{ {terms} }}"))
        else:
            fresh = _fresh(parameter.name, taken)
            clause = f"\n  VALUES ?{fresh} {{ {terms} }}\n  FILTER(sameTerm(?{parameter.name}, ?{fresh}))"
            edits.append((place.start, place.end, clause))
    result, position = [], 0
    for start, end, clause in sorted(edits, key=lambda edit: edit[:2]):
        result += [parsed.text[position:start], clause]
        position = end
    return "".join([*result, parsed.text[position:]])


def render(term: Term) -> str:
    """A term as SPARQL writes it (SPARQL 1.1, section 4.1)."""
    if term.kind == "iri":
        return f"<{ox.NamedNode(term.value).value}>"  # it raises ValueError for what cannot stand between the brackets
    if term.kind != "literal":
        message = f"no blank node can be bound: {term.value}"
        raise ValueError(message)
    text = f'"{term.value.translate(_ESCAPES)}"'
    return text if term.datatype in {"", f"{XSD}string"} else f"{text}^^<{term.datatype}>"


def _fresh(name: str, taken: set[str]) -> str:
    """A name that no variable of the query has."""
    fresh = f"given_{name}"
    while fresh in taken:
        fresh += "_"
    taken.add(fresh)
    return fresh
