"""One mapping of a YAML file becomes one JSON-LD node.

In: a :class:`~kg.mappings.nodes.Mapping`, the context, the vocabulary and the registry of declared ids. Out: a JSON-LD node;
its places and its findings go to the :class:`~kg.mappings.trace.Trace`. Next: :mod:`kg.mappings.corpus`.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from kg.errors import Severity
from kg.mappings.context import Context, Form, Term
from kg.mappings.keys import Keys
from kg.mappings.literals import is_language, is_placeholder
from kg.mappings.literals import problem as expected_form
from kg.mappings.nodes import Entry, Mapping, Node, Place, Scalar, items
from kg.mappings.registry import Registry
from kg.mappings.remedies import (
    declared_as,
    doubtful,
    foreign,
    kinds,
    other_kind,
    other_statement,
    same_statement,
    visible,
    without_article,
    wrong_language,
)
from kg.mappings.trace import Trace
from kg.mappings.words import either, nearest, shortened
from kg.namespaces import ID, XSD
from kg.rdf import is_address
from kg.vocabulary import Vocabulary

JsonNode = dict[str, object]
Special = Callable[[Entry, str], object]
"""Converts the value of a key that needs more than the context (``passage``); gets the entry and the node's IRI."""

_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LANGUAGE_LETTERS: Final = 2
_CLOSED: Final = 12
"""Values up to which a scheme is a closed list that a message can show whole."""
_FILES: Final = {
    "document": "mappings/documents.yaml",
    "section": "`sections:` of this file",
    "topic": "ontology/topics.ttl",
    "action": "ontology/actions.ttl",
    "": "a file of mappings/entities/, or in ontology/topics.ttl,",
}
"""Where a thing is declared, by collection."""


@dataclass(frozen=True)
class Converter:
    """What conversion needs to know.

    :ivar document: slug of the document at hand, tried first for a bare slug
    """

    context: Context
    keys: Keys
    vocabulary: Vocabulary
    registry: Registry
    trace: Trace
    document: str = ""

    def node(
        self,
        written: Mapping,
        iri: str,
        name: str,
        *,
        skip: Collection[str] = (),
        special: dict[str, Special] | None = None,
        refuse: dict[str, str] | None = None,
    ) -> JsonNode:
        """Convert ``written`` into the JSON-LD node ``iri``.

        :param name: short name in findings, as in ``s042``
        :param skip: keys that the caller has dealt with
        :param special: converters of keys that need more than the context
        :param refuse: why a key has no place here, by key
        """
        refuse = refuse or {}
        self.trace.subjects.setdefault(iri, (written.place, name))
        result: JsonNode = {"id": iri}
        for key, entry in written.entries.items():
            if key in skip:
                continue
            term = self.context.terms.get(key)
            if term is None:
                self._unknown_key(entry, iri, name, refuse)
                continue
            self.trace.properties[iri, term.iri] = entry.key.place
            if key in refuse:
                self._report(entry.key.place, "misplaced-key", f"{key}: {refuse[key]}", iri, term, name)
            elif not self._has_value(entry.value):
                message = f"{key}: there is no value; write one or delete the key"
                self._report(entry.key.place, "empty-value", message, iri, term, name)
            elif special and key in special:
                result[key] = special[key](entry, iri)
            else:
                values = self._convert(term, entry.value, iri, name)
                if values:
                    result[key] = values
        return result

    def inherit(self, result: JsonNode, written: Mapping, base: JsonNode) -> None:
        """Give a node the values of ``base`` for the keys that it does not write, with their places and findings.

        :param result: the node, changed in place
        :param base: the node of the ``defaults``, converted and reported on already
        """
        iri, inherited = str(result["id"]), str(base["id"])
        for key, term in self.context.terms.items():
            if key in written.entries:
                continue
            if (inherited, term.iri) in self.trace.flagged:
                self.trace.flagged.add((iri, term.iri))
            if key in base and key != "id":
                result[key] = base[key]
                self.trace.properties[iri, term.iri] = self.trace.properties[inherited, term.iri]
                for value in self._iris(base[key]):
                    place = self.trace.values.get((inherited, term.iri, value))
                    if place:
                        self.trace.values[iri, term.iri, value] = place

    @staticmethod
    def _iris(value: object) -> list[str]:
        return [str(item) for item in value] if isinstance(value, list) else []

    def _convert(self, term: Term, value: Node, iri: str, name: str) -> object:
        """Value of one key, by the form that the context gives it."""
        if term.form is Form.TEXT:
            return self._by_language(term, value, iri, name)
        converted: list[object] = []
        for index, item in enumerate(items(value), start=1):
            result = self._item(term, item, f"{iri}#{term.key}-{index}", iri, name)
            if result is not None and result in converted:
                message = f'{term.key}: "{getattr(item, "value", "")}" stands here twice; delete one'
                self._report(item.place, "duplicate-value", message, iri, term, name)
            elif result is not None:
                converted.append(result)
        return converted

    def _item(self, term: Term, item: Node, nested: str, iri: str, name: str) -> object:
        """One value of a key; None, with a finding, if it cannot be one."""
        if term.form is Form.NODE:
            return self._nested(term, item, nested, iri, name)
        if not isinstance(item, Scalar):
            message = f"{term.key}: expected a plain value or a list of them, as in [a, b]; found nested keys or lists"
            self._report(item.place, "wrong-form", message, iri, term, name)
            return None
        if not item.value:
            self._report(item.place, "empty-value", f"{term.key}: an empty item in the list; delete it", iri, term, name)
            return None
        if term.form is Form.KIND:
            return self._kind(item, iri, name)
        if term.form is Form.REFERENCE:
            return self._reference(term, item, iri, name)
        return self._literal(term, item, iri, name) if term.form is Form.LITERAL else None

    def _by_language(self, term: Term, value: Node, iri: str, name: str) -> object:
        if not isinstance(value, Mapping):
            message = f"{term.key}: expected a text by language, as in {{nl: …, en: …}}"
            self._report(value.place, "wrong-form", message, iri, term, name)
            return None
        result: dict[str, list[str]] = {}
        for tag, entry in value.entries.items():
            problem = wrong_language(tag, entry.value, of_document=bool(self.document))
            if problem:
                self._report(entry.key.place, "unknown-language", f"{term.key}: {problem}", iri, term, name)
                continue
            for item in items(entry.value):
                if isinstance(item, Scalar) and item.value.strip() and not is_placeholder(item.value):
                    result.setdefault(tag, []).append(item.value)
                    self.trace.values[iri, term.iri, item.value] = item.place
                    if item.cut:
                        message = f"{term.key}: what follows # is a comment and no part of the text; "
                        message += "quote all of it if it is meant to be, and only what stands before # if not"
                        self.trace.report(item.place.finding("comment-in-text", message, name, Severity.WARNING))
                elif isinstance(item, Scalar) and item.value.strip():
                    message = f'{term.key}: "{shortened(item.value)}" is no text in {tag}; write it, or delete the key'
                    self._report(item.place, "empty-value", message, iri, term, name)
                else:
                    message = f"{term.key}: expected a text in {tag}, found none"
                    self._report(item.place, "empty-value", message, iri, term, name)
        return result

    def _nested(self, term: Term, item: Node, nested: str, iri: str, name: str) -> object:
        if not isinstance(item, Mapping):
            message = f'{term.key}: expected keys and values, found "{shortened(getattr(item, "value", "a list"))}"'
            self._report(item.place, "wrong-form", message, iri, term, name)
            return None
        self.trace.values[iri, term.iri, nested] = item.place
        result = self.node(item, nested, f"{name} {term.key}", refuse=self.keys.refused(term.key))
        kind = self.vocabulary.ranges.get(term.iri)
        if kind and "kind" not in result:
            result["kind"] = kind
        return result

    def _kind(self, item: Scalar, iri: str, name: str) -> str | None:
        kind = self.context.expand(item.value)
        if kind in self.vocabulary.classes or (":" in item.value and is_address(kind)):
            return kind
        hint = other_kind(item.value, kinds(iri, self.context, self.vocabulary))
        message = f'kind: "{shortened(item.value)}" is not a class of the ontology{hint}'
        self._report(item.place, "unknown-kind", message, iri, self.context.terms["kind"], name)
        return None

    def _reference(self, term: Term, item: Scalar, iri: str, name: str) -> str | None:
        if not term.base.startswith(ID):
            return self._foreign(term, item, iri, name)
        found = self.registry.resolve(term.base, item.value, self.document)
        if len(found) == 1:
            self.trace.values[iri, term.iri, found[0]] = item.place
            return found[0]
        self.trace.flagged.add((iri, term.iri))
        if found:
            paths = " or ".join(f"{f.removeprefix(ID)}" for f in found)
            message = f'{term.key}: "{item.value}" can mean {paths}; write the one you mean'
            self.trace.report_unknown(item.value, item.place.finding("ambiguous-slug", message, name))
        elif not self.trace.is_lost_in(term.base):
            what = term.base.removeprefix(ID).strip("/").replace("-", " ") or "entity"
            message = f'{term.key}: "{shortened(item.value)}" is not a declared {what}; {self._remedy(term.base, item.value)}'
            self.trace.report_unknown(item.value, item.place.finding("unknown-slug", message, name))
        return None

    def _remedy(self, base: str, slug: str) -> str:
        """What to write instead of a slug that is not declared below ``base``, or where to declare it."""
        if visible(slug) != slug:
            return f'there is a character in it that cannot be seen: write "{visible(slug)}" by hand'
        labelled = self._labelled(base, slug) or self._labelled(base, without_article(slug))
        if labelled:
            return f"that is a label; write the slug {either(labelled)}"
        if "," in slug:
            return "write a list in brackets, as in [a, b]"
        collection = base.removeprefix(ID).strip("/")
        if collection == "statement":
            documents, own = f"{ID}document/", f"{base}{self.document}/"
            meant = same_statement(slug, base, self.document, {iri.removeprefix(own) for iri in self.registry.below(own)})
            return meant or other_statement(slug, {iri.removeprefix(documents) for iri in self.registry.below(documents)})
        if base == ID and f"{ID}section/{self.document}/{slug}" in self.registry:
            return f'that is a section of this file: write "section/{self.document}/{slug}"'
        near = self.registry.nearest(base, slug, self.document)
        if near:
            return f"did you mean {either(near)}?"
        listed = {iri.removeprefix(base) for iri in self.registry.below(base)}
        if len(listed) <= _CLOSED and base != ID and f"{ID}{collection}" in self.vocabulary.concepts:
            return f"write one of {', '.join(sorted(listed))}"
        other = self.registry.elsewhere(slug) if base != ID else []
        if other:
            return declared_as(other, collection)
        return f"declare it in {_FILES.get(collection, 'a file of mappings/entities/')} first, or choose one that is there"

    def _labelled(self, base: str, label: str) -> list[str]:
        return self.registry.labelled(base, label, self.document, self.vocabulary.labels)

    def _foreign(self, term: Term, item: Scalar, iri: str, name: str) -> str | None:
        """A reference out of our id space: an absolute IRI, or a local name below another vocabulary's base."""
        if term.base and _LOCAL.fullmatch(item.value):
            value = term.base + item.value
        elif not term.base and is_address(item.value):
            value = item.value
        else:
            message = f'{term.key}: "{shortened(item.value)}" is not {foreign(term.base, item.value)}'
            self._report(item.place, "wrong-iri", message, iri, term, name)
            return None
        self.trace.values[iri, term.iri, value] = item.place
        return value

    def _literal(self, term: Term, item: Scalar, iri: str, name: str) -> str | None:
        self.trace.values[iri, term.iri, item.value] = item.place
        expected = expected_form(item.value, term.datatype)
        if expected is None:
            doubt = doubtful(item.value) if term.datatype == f"{XSD}decimal" else None
            if doubt:
                self.trace.report(item.place.finding("doubtful-number", f"{term.key}: {doubt}", name, Severity.WARNING))
            return item.value
        message = f'{term.key}: "{shortened(item.value)}" is not {expected}'
        self._report(item.place, "wrong-datatype", message, iri, term, name)
        return None

    @staticmethod
    def _has_value(value: Node) -> bool:
        if isinstance(value, Scalar):
            return bool(value.value.strip())
        return bool(value.entries) if isinstance(value, Mapping) else bool(value.items)

    def _unknown_key(self, entry: Entry, iri: str, name: str, refuse: Collection[str]) -> None:
        key = entry.key.value
        near = nearest(key, self.context.terms.keys() - refuse)
        for other in near[:1]:  # what is missing because of the misspelling need not be reported again
            self.trace.flagged.add((iri, self.context.terms[other].iri))
        if visible(key) != key:
            hint = f'there is a character in it that cannot be seen: write "{visible(key)}" by hand'
        elif near:
            hint = f"did you mean {either(near)}?"
        elif is_language(key) and len(key) == _LANGUAGE_LETTERS:
            hint = "a text by language is indented below its key, as in summary"
        else:
            hint = "the keys are listed in mappings/README.md"
        self.trace.report_unknown(
            f"key {key}", entry.key.place.finding("unknown-key", f'unknown key "{shortened(key)}"; {hint}', name)
        )

    def _report(self, place: Place, code: str, message: str, iri: str, term: Term, name: str) -> None:
        self.trace.flagged.add((iri, term.iri))
        self.trace.report(place.finding(code, message, name))
