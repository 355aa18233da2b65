"""One mapping of a YAML file becomes one JSON-LD node.

In: a :class:`~kg.mappings.nodes.Mapping`, the context, the vocabulary and the registry of declared ids. Out: a JSON-LD node;
its places and its findings go to the :class:`~kg.mappings.trace.Trace`. Next: :mod:`kg.mappings.corpus`.
"""

import difflib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from kg.mappings.context import Context, Form, Term
from kg.mappings.literals import is_language, problem
from kg.mappings.nodes import Entry, Mapping, Node, Place, Scalar, items
from kg.mappings.registry import Registry
from kg.mappings.trace import Trace
from kg.namespaces import ID, POL
from kg.vocabulary import Vocabulary

JsonNode = dict[str, object]
Special = Callable[[Entry, str], object]
"""Converts the value of a key that needs more than the context (``passage``); gets the entry and the node's IRI."""

_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Converter:
    """What conversion needs to know.

    :ivar document: slug of the document at hand, tried first for a bare slug
    """

    context: Context
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
    ) -> JsonNode:
        """Convert ``written`` into the JSON-LD node ``iri``.

        :param name: short name in findings, as in ``s042``
        :param skip: keys that the caller has dealt with
        :param special: converters of keys that need more than the context
        """
        self.trace.subjects.setdefault(iri, (written.place, name))
        result: JsonNode = {"id": iri}
        for key, entry in written.entries.items():
            if key in skip:
                continue
            term = self.context.terms.get(key)
            if term is None:
                self._unknown_key(entry, iri, name)
                continue
            self.trace.properties[iri, term.iri] = entry.key.place
            if not self._has_value(entry.value):
                message = f"{key}: there is no value; write one or delete the key"
                self._report(entry.key.place, "empty-value", message, iri, term, name)
            elif special and key in special:
                result[key] = special[key](entry, iri)
            else:
                values = self._convert(term, entry.value, iri, name)
                if values:
                    result[key] = values
        return result

    def _convert(self, term: Term, value: Node, iri: str, name: str) -> object:
        """Value of one key, by the form that the context gives it."""
        if term.form is Form.TEXT:
            return self._by_language(term, value, iri, name)
        converted = []
        for index, item in enumerate(items(value), start=1):
            result: object = None
            if term.form is Form.NODE:
                result = self._nested(term, item, f"{iri}#{term.key}-{index}", iri, name)
            elif not isinstance(item, Scalar):
                message = f"{term.key}: expected a plain value or a list of them, found nested keys or lists"
                self._report(item.place, "wrong-form", message, iri, term, name)
            elif not item.value:
                self._report(item.place, "empty-value", f"{term.key}: an empty item in the list; delete it", iri, term, name)
            elif term.form is Form.KIND:
                result = self._kind(item, iri, name)
            elif term.form is Form.REFERENCE:
                result = self._reference(term, item, iri, name)
            elif term.form is Form.LITERAL:
                result = self._literal(term, item, iri, name)
            if result is not None:
                converted.append(result)
        return converted

    def _by_language(self, term: Term, value: Node, iri: str, name: str) -> object:
        if not isinstance(value, Mapping):
            message = f"{term.key}: expected a text by language, as in {{nl: …, en: …}}"
            self._report(value.place, "wrong-form", message, iri, term, name)
            return None
        result: dict[str, list[str]] = {}
        for tag, entry in value.entries.items():
            if not is_language(tag):
                message = f'{term.key}: "{tag}" is not a language tag; write nl or en'
                self._report(entry.key.place, "unknown-language", message, iri, term, name)
                continue
            for item in items(entry.value):
                if isinstance(item, Scalar) and item.value.strip():
                    result.setdefault(tag, []).append(item.value)
                    self.trace.values[iri, term.iri, item.value] = item.place
                else:
                    message = f"{term.key}: expected a text in {tag}, found none"
                    self._report(item.place, "empty-value", message, iri, term, name)
        return result

    def _nested(self, term: Term, item: Node, nested: str, iri: str, name: str) -> object:
        if not isinstance(item, Mapping):
            message = f'{term.key}: expected keys and values, found "{getattr(item, "value", "a list")}"'
            self._report(item.place, "wrong-form", message, iri, term, name)
            return None
        self.trace.values[iri, term.iri, nested] = item.place
        result = self.node(item, nested, f"{name} {term.key}")
        kind = self.vocabulary.ranges.get(term.iri)
        if kind and "kind" not in result:
            result["kind"] = kind
        return result

    def _kind(self, item: Scalar, iri: str, name: str) -> str | None:
        kind = self.context.expand(item.value)
        if ":" in item.value or kind in self.vocabulary.classes:
            return kind
        known = sorted(c.removeprefix(POL) for c in self.vocabulary.classes)
        message = f'kind: "{item.value}" is not a class of the ontology{did_you_mean(item.value, known)}'
        self._report(item.place, "unknown-kind", message, iri, self.context.terms["kind"], name)
        return None

    def _reference(self, term: Term, item: Scalar, iri: str, name: str) -> str | None:
        if not term.base.startswith(ID):
            return self._foreign(term, item, iri, name)
        found = self.registry.resolve(term.base, item.value, self.document)
        if len(found) == 1:
            self.trace.values[iri, term.iri, found[0]] = item.place
            return found[0]
        if found:
            paths = " or ".join(f"{f.removeprefix(ID)}" for f in found)
            message = f'{term.key}: "{item.value}" can mean {paths}; write the one you mean'
            self._report(item.place, "ambiguous-slug", message, iri, term, name)
            return None
        what = _article(term.base.removeprefix(ID).strip("/") or "entity")
        near = self.registry.nearest(term.base, item.value, self.document)
        hint = f"; did you mean {_either(near)}?" if near else "; declare it first, or see the ones that exist"
        message = f'{term.key}: "{item.value}" is not a declared {what}{hint}'
        self._report(item.place, "unknown-slug", message, iri, term, name)
        return None

    def _foreign(self, term: Term, item: Scalar, iri: str, name: str) -> str | None:
        """A reference out of our id space: an absolute IRI, or a local name below another vocabulary's base."""
        if term.base and _LOCAL.fullmatch(item.value):
            value = term.base + item.value
        elif not term.base and _IRI.fullmatch(item.value):
            value = item.value
        else:
            expected = f"a name below {term.base}" if term.base else "an address that begins with http:// or https://"
            self._report(item.place, "wrong-iri", f'{term.key}: "{item.value}" is not {expected}', iri, term, name)
            return None
        self.trace.values[iri, term.iri, value] = item.place
        return value

    def _literal(self, term: Term, item: Scalar, iri: str, name: str) -> str | None:
        self.trace.values[iri, term.iri, item.value] = item.place
        expected = problem(item.value, term.datatype)
        if expected is None:
            return item.value
        message = f'{term.key}: "{item.value}" is not {expected}'
        self._report(item.place, "wrong-datatype", message, iri, term, name)
        return None

    @staticmethod
    def _has_value(value: Node) -> bool:
        if isinstance(value, Scalar):
            return bool(value.value.strip())
        return bool(value.entries) if isinstance(value, Mapping) else bool(value.items)

    def _unknown_key(self, entry: Entry, iri: str, name: str) -> None:
        near = difflib.get_close_matches(entry.key.value, sorted(self.context.terms), n=3, cutoff=0.6)
        for key in near[:1]:  # what is missing because of the misspelling need not be reported again
            self.trace.flagged.add((iri, self.context.terms[key].iri))
        hint = f"; did you mean {_either(near)}?" if near else "; the keys are listed in mappings/README.md"
        message = f'unknown key "{entry.key.value}"{hint}'
        self.trace.report(entry.key.place.finding("unknown-key", message, name))

    def _report(self, place: Place, code: str, message: str, iri: str, term: Term, name: str) -> None:
        self.trace.flagged.add((iri, term.iri))
        self.trace.report(place.finding(code, message, name))


def did_you_mean(written: str, known: Collection[str]) -> str:
    """``; did you mean …?`` with the known words nearest to ``written``, or nothing."""
    near = difflib.get_close_matches(written, sorted(known), n=3, cutoff=0.6)
    return f"; did you mean {_either(near)}?" if near else ""


def _either(words: list[str]) -> str:
    return " or ".join(f'"{word}"' for word in words)


def _article(path: str) -> str:
    """The collection as a word of a sentence: ``instrument-type`` is an instrument type."""
    return path.replace("-", " ")
