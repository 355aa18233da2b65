"""Nodes as lines of N-Triples, without a term being made of each name and value.

In: JSON-LD nodes as :mod:`kg.mappings.convert` makes them, and the context. Out: lines by subject. Next: :mod:`kg.scale.mapping`. What a key means is
what the JSON-LD processor says: it is asked about each key once, and about everything where the answer is another than that of the
:class:`~kg.mappings.context.Term` (docs/decisions/20261124-keys-asked-once.md).
"""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

import pyoxigraph as ox

from kg.graph import from_jsonld
from kg.mappings.context import Context, Form, Term
from kg.mappings.convert import JsonNode
from kg.namespaces import ID, XSD
from kg.rdf import is_address
from kg.scale import lines

BySubject = dict[str, list[str]]
"""Lines by subject, as N-Triples writes it, in the order of the dumps."""

_PLAIN_IRI: Final = re.compile(r"https?://[a-z0-9.-]+(?:/[\w.~-]*)*(?:#[\w.~-]*)?", re.ASCII)
"""Most IRIs, so that the library need not be asked."""
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f\x7f-\x9f\ufffe\uffff]')
"""What may be written otherwise in a literal."""
_STRING: Final = f"{XSD}string"


class _OtherwiseError(Exception):
    """Something of which only the JSON-LD processor can say what it is."""


class Spelling:
    """How nodes of a context are written.

    :ivar asked_once: whether each key means what its term says, so that the JSON-LD processor need not be asked about each node
    """

    def __init__(self, context: Context) -> None:
        self._context = context.for_resolved()
        self._around = {key: _around(term) for key, term in context.terms.items()}
        self._forms = {key: term.form for key, term in context.terms.items()}
        self._properties = {key: "" if term.form in (Form.ID, Form.KIND) else term.iri for key, term in context.terms.items()}
        used = [iri for iri in self._properties.values() if iri]
        examples = [_example(number, term) for number, term in enumerate(context.terms.values()) if term.form is not Form.ID]
        self.asked_once = len(used) == len(set(used)) and self._direct(examples) == self._asked(examples)

    def lines(self, nodes: list[JsonNode]) -> BySubject:
        """The lines of nodes, each once."""
        found = self._direct(nodes) if self.asked_once else None
        return self._asked(nodes) if found is None else found

    def _asked(self, nodes: list[JsonNode]) -> BySubject:
        """What the JSON-LD processor says."""
        if not nodes:
            return {}
        found = lines.of_triples(from_jsonld({"@context": self._context, "@graph": nodes}))
        return {subject: list(same) for subject, same in groupby(found, lambda line: line.partition(" ")[0])}

    def _direct(self, nodes: Iterable[JsonNode]) -> BySubject | None:
        """What the terms say; None where they do not say everything."""
        found: BySubject = {}
        known: set[str] = set()
        try:
            for node in nodes:
                self._describe(node, found, known)
        except (_OtherwiseError, KeyError):  # KeyError: a key that the context does not name
            return None
        return {subject: found[subject] for subject in sorted(found) if found[subject]}

    def _describe(self, node: Mapping[str, Any], found: BySubject, known: set[str]) -> None:
        """Add the lines of a node and of those in it.

        :param known: IRIs that are taken
        """
        subject = f"<{_iri(node['id'], known)}>"
        if subject in found:
            raise _OtherwiseError
        own: list[str] = []
        found[subject] = own
        for key in sorted(node, key=self._properties.__getitem__):
            form, value = self._forms[key], node[key]
            before, after = self._around[key]
            if form is Form.ID:
                continue
            if form is Form.TEXT:
                said = [f"{before}{_literal(text)}@{_tag(tag)} ." for tag, texts in value.items() for text in texts]
            elif form is Form.LITERAL:
                said = [f"{before}{_literal(text)}{after}" for text in _listed(value)]
            elif form is Form.NODE:
                said = [f"{before}{child['id']}{after}" for child in _listed(value)]
                for child in _listed(value):
                    self._describe(child, found, known)
            else:
                said = [f"{before}{_iri(iri, known)}{after}" for iri in _listed(value)]
            own += [f"{subject}{tail}" for tail in (sorted(set(said)) if len(said) > 1 else said)]


def _around(term: Term) -> tuple[str, str]:
    """What stands before and after a value."""
    if term.form is Form.TEXT:
        return f" <{term.iri}> ", ""
    if term.form is Form.LITERAL:
        return f" <{term.iri}> ", " ." if term.datatype == _STRING else f"^^<{term.datatype}> ."
    return f" <{term.iri}> <", "> ."


def _example(number: int, term: Term) -> JsonNode:
    """A node with two values of a term."""
    iri = f"{ID}example/{number}"
    values: dict[Form, object] = {
        Form.TEXT: {"nl": ["b", "a"], "en": ["a"]},
        Form.NODE: [{"id": f"{iri}#b"}, {"id": f"{iri}#a"}],
        Form.LITERAL: ["2", "1"],
    }
    return {"id": iri, term.key: values.get(term.form, [f"{iri}/b", f"{iri}/a"])}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _iri(value: str, known: set[str]) -> str:
    """An IRI, if it is one that RDF can hold."""
    if value not in known:
        if not _PLAIN_IRI.fullmatch(value) and not is_address(value):
            raise _OtherwiseError
        known.add(value)
    return value


def _tag(tag: str) -> str:
    """A language tag, if there is one way to write it."""
    if not _LANGUAGE.fullmatch(tag):
        raise _OtherwiseError
    return tag


def _literal(text: str) -> str:
    """A text in quotes."""
    return str(ox.Literal(text)) if _ESCAPED.search(text) else f'"{text}"'
