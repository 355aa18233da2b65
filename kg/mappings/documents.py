"""The mapping file of one document becomes the JSON-LD nodes of its named graph.

In: the tree of ``mappings/<document>.yaml``. Out: ids that it declares (first pass), nodes (second pass). Next:
:mod:`kg.mappings.corpus`.
"""

import re
from typing import Final

from kg.mappings.context import Form
from kg.mappings.convert import Converter, JsonNode, Special
from kg.mappings.keys import STATEMENT, WITHDRAWN
from kg.mappings.lock import lock_id
from kg.mappings.nodes import Entry, Mapping, Node, Place, Scalar, Sequence, items
from kg.mappings.passages import Passages
from kg.mappings.remedies import kinds as kinds_of
from kg.mappings.remedies import one_of
from kg.mappings.summaries import check_texts
from kg.mappings.trace import Trace
from kg.mappings.words import did_you_mean, shortened
from kg.namespaces import ID, POL, RDF_TYPE

_TOP: Final = ("document", "defaults", "sections", "statements", "withdrawn")
_PARTS: Final = {"sections": "section", "statements": "statement", "withdrawn": "statement"}
_PREPARED: Final = ("id", "section", "passage")
"""What is known of a statement before anything is coded."""
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER: Final = re.compile(r"[0-9-]+")


class Declared:
    """IRIs that are taken, with their places; a second use of one is a finding."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.places: dict[str, Place] = {}
        self.withdrawn: set[str] = set()
        self.rejected: set[int] = set()

    def declare(self, node: Node, prefix: str, *, withdrawn: bool = False) -> None:
        """Take the id of ``node`` below ``prefix``; a node without a usable id is rejected, with a finding."""
        if not isinstance(node, Mapping):
            self.trace.report(node.place.finding("wrong-form", _no_entry(node)))
            self.rejected.add(id(node))
            self.trace.lost_below.add(prefix)
            return
        slug = node.scalar("id")
        if slug is None:
            entry = node.entries.get("id")
            place = entry.key.place if entry else node.place
            self._reject(node, prefix, place, "missing-id", "there is no id; begin with `- id:` and a name not used before")
        elif not _SLUG.fullmatch(slug.value):
            message = f'id: "{shortened(slug.value)}" is not made of lower-case letters, digits and single hyphens'
            self._reject(node, prefix, slug.place, "wrong-id", message)
        elif _NUMBER.fullmatch(slug.value):
            instead = "s005" if prefix.startswith(f"{ID}statement/") else "plan-5"
            message = f'id: "{slug.value}" is a number, and an id has a letter; write it as in {instead}'
            self._reject(node, prefix, slug.place, "wrong-id", message)
        elif (iri := f"{prefix}{slug.value}") in self.places:
            first = self.places[iri]
            if withdrawn or iri in self.withdrawn:
                message = (
                    f'id: "{slug.value}" was withdrawn ({first.file}:{first.line}); an id is never used again: take a new one'
                )
                if withdrawn:
                    other = "was withdrawn already" if iri in self.withdrawn else "is in use"
                    message = (
                        f'id: "{slug.value}" is withdrawn here and {other} in {first.file}:{first.line}; delete one of the two'
                    )
                self._reject(node, prefix, slug.place, "reused-id", message)
            else:
                message = f'id: "{slug.value}" is taken ({first.file}:{first.line}); take a new one'
                self._reject(node, prefix, slug.place, "duplicate-id", message)
        else:
            self.places[iri] = slug.place
            if withdrawn:
                self.withdrawn.add(iri)

    def _reject(self, node: Mapping, prefix: str, place: Place, code: str, message: str) -> None:
        slug = node.scalar("id")
        self.rejected.add(id(node))
        self.trace.lost_below.add(prefix)  # it was meant to be declared, under another name
        self.trace.report(place.finding(code, message, slug.value if slug else ""))


def _no_entry(node: Node) -> str:
    """What to write instead of something in a list of entries that has no keys."""
    if isinstance(node, Scalar) and not node.value:
        return "an empty entry: delete the `-`, or write its keys"
    if isinstance(node, Scalar) and _SLUG.fullmatch(node.value):
        return f"expected keys and values: write `- id: {node.value}`"
    return "expected keys and values, beginning with `- id:`"


def document_slug(tree: Mapping, stem: str, trace: Trace) -> str:
    """The slug of the document to which a file says it belongs; it is also the name of the file, or there is a finding."""
    written = tree.scalar("document")
    if written is None:
        entry = tree.entries.get("document")
        place = entry.key.place if entry else tree.place
        if not any(did_you_mean(key, ("document",)) for key in tree.entries.keys() - set(_TOP)):
            trace.report(place.finding("missing-key", f"`document:` is missing; write `document: {stem}`"))
        return stem
    if written.value != stem:
        message = f'document: "{written.value}" is not the name of the file; write `document: {stem}` or rename the file'
        trace.report(written.place.finding("wrong-document", message))
    return written.value


def declare(tree: Mapping, document: str, declared: Declared) -> bool:
    """First pass: take the ids of sections and statements. Withdrawn ids come first, so that a reuse is blamed on the reuse.

    :returns: whether the parts of the file are all there, so that what has no id is not declared
    """
    trace = declared.trace
    unknown = [entry.key for key, entry in tree.entries.items() if key not in _TOP]
    for key in unknown:
        trace.report(key.place.finding("unknown-key", f'unknown key "{shortened(key.value)}"{did_you_mean(key.value, _TOP)}'))
    whole = not unknown
    for part in ("withdrawn", "sections", "statements"):
        entry = tree.entries.get(part)
        if entry is None or (isinstance(entry.value, Scalar) and not entry.value.value):
            if part == "statements" and not unknown:
                message = "`statements:` is missing; write a list of entries that begin with `- id:` ([] if there is none yet)"
                trace.report((entry.key.place if entry else tree.place).finding("missing-key", message))
            whole = whole and part != "statements"
        elif isinstance(entry.value, Sequence):
            for node in entry.value.items:
                declared.declare(node, f"{ID}{_PARTS[part]}/{document}/", withdrawn=part == "withdrawn")
        else:
            message = f"{part}: expected a list of entries that begin with `- id:`"
            trace.report(entry.value.place.finding("wrong-form", message))
            trace.lost_below.add(f"{ID}{_PARTS[part]}/{document}/")
            whole = False
    return whole


def convert(tree: Mapping, converter: Converter, passages: Passages, declared: Declared) -> list[JsonNode]:
    """Second pass: the nodes of the document's graph."""
    document = converter.document
    defaults = _defaults(tree, converter)
    nodes: list[JsonNode] = []
    for part in ("sections", "statements", "withdrawn"):
        for node in items(tree.get(part)):
            if not isinstance(node, Mapping) or not isinstance(slug := node.get("id"), Scalar):
                continue
            name = slug.value
            # A rejected node (an id used twice) is converted for its own findings, below an IRI of its own, and left out.
            rejected = id(node) in declared.rejected
            suffix = f"~{node.place.line}" if rejected else ""
            iri = f"{ID}{_PARTS[part]}/{document}/{name}{suffix}"
            if part == "sections":
                result = _section(node, iri, name, converter)
            elif part == "withdrawn":
                result = _withdrawn(node, iri, name, converter)
            else:
                result = _statement(node, iri, name, converter, passages, defaults)
            if not rejected:
                nodes.append(result)
    _unused_rows(passages)
    return nodes


def _defaults(tree: Mapping, converter: Converter) -> JsonNode:
    """The values of the keys that a statement does not write; checked once, here, and not again in each statement.

    Where it cannot be told what the defaults say, each of their properties counts as reported.
    """
    iri, trace, terms = f"{ID}statement/{converter.document}#defaults", converter.trace, converter.context.terms
    written = tree.get("defaults")
    result: JsonNode = {"id": iri}
    unclear = bool(tree.entries.keys() - set(_TOP))
    if isinstance(written, Mapping):
        own = {"id", "kind", "document", "summary", *(key for key, term in terms.items() if term.form is Form.NODE)}
        refuse = converter.keys.refused(STATEMENT) | dict.fromkeys(own, "it cannot be a default: write it in each statement")
        result = converter.node(written, iri, "defaults", refuse=refuse)
        unclear = unclear or not written.entries.keys() <= terms.keys()
    elif written is not None:
        message = "defaults: expected keys and values, as in {speaker: …, confidence: …, coding: …}"
        trace.report(written.place.finding("wrong-form", message))
        unclear = True
    if unclear:
        trace.flagged |= {(iri, term.iri) for term in terms.values()}
    return result


def _section(node: Mapping, iri: str, name: str, converter: Converter) -> JsonNode:
    result = converter.node(node, iri, name, skip=("id",), refuse=converter.keys.refused("section"))
    result["kind"] = f"{POL}Section"
    result.setdefault("partOf", f"{ID}document/{converter.document}")
    return result


def _withdrawn(node: Mapping, iri: str, name: str, converter: Converter) -> JsonNode:
    result = converter.node(node, iri, name, skip=("id",), refuse=converter.keys.refused(WITHDRAWN))
    return {**result, "kind": f"{POL}Statement", "withdrawn": "true"}


def _statement(node: Mapping, iri: str, name: str, converter: Converter, passages: Passages, defaults: JsonNode) -> JsonNode:
    def convert_passage(entry: Entry, _: str) -> list[JsonNode]:
        return passages.convert(entry, iri, name, locked=iri.endswith(f"/{name}"))

    refuse = converter.keys.refused(STATEMENT)
    open_keys = _open_keys(node)
    if open_keys:
        passages.uncoded |= {lock_id(name, index) for index, _ in enumerate(items(node.get("passage")), start=1)}
        return _uncoded(node, iri, name, converter, convert_passage, open_keys)
    result = converter.node(node, iri, name, skip=("id",), special={"passage": convert_passage}, refuse=refuse)
    check_texts(result, name, converter.context, converter.trace)
    converter.inherit(result, node, defaults)
    result["document"] = f"{ID}document/{converter.document}"
    kinds = result.get("kind")
    if not kinds:
        if (iri, RDF_TYPE) not in converter.trace.flagged:
            message = "there is no `kind:`; write Demand, Commitment, Principle, Claim, Assessment or Response"
            converter.trace.flagged.add((iri, RDF_TYPE))
            converter.trace.report(node.place.finding("missing-key", message, name))
        result["kind"] = f"{POL}Statement"  # so that the shapes still find what else is wrong
    elif isinstance(kinds, list):
        vocabulary = converter.vocabulary
        for kind in kinds:
            if kind == f"{POL}Statement" or not vocabulary.is_a(kind, f"{POL}Statement"):
                place = converter.trace.properties.get((iri, RDF_TYPE), node.place)
                allowed = one_of(kinds_of(iri, converter.context, vocabulary))
                message = f'kind: "{str(kind).removeprefix(POL)}" is not a kind of statement; write {allowed}'
                converter.trace.flagged.add((iri, RDF_TYPE))
                converter.trace.report(place.finding("unknown-kind", message, name))
                result["kind"] = f"{POL}Statement"  # or it would be asked for what such an entity has
    return result


def _open_keys(node: Mapping) -> tuple[str, ...]:
    """The keys without a value of a statement of which only the passage is known; none if something is coded, or nothing is open."""
    open_keys = []
    for key, entry in node.entries.items():
        if key not in _PREPARED:
            if not _is_empty(entry.value):
                return ()
            open_keys.append(key)
    return tuple(open_keys)


def _is_empty(value: Node) -> bool:
    if isinstance(value, Scalar):
        return not value.value.strip()
    return all(_is_empty(entry.value) for entry in value.entries.values()) if isinstance(value, Mapping) else not value.items


def _uncoded(
    node: Mapping, iri: str, name: str, converter: Converter, convert_passage: Special, open_keys: tuple[str, ...]
) -> JsonNode:
    """A statement as `kg new` prepares it, with one finding instead of one for each key."""
    trace = converter.trace
    prepared = Mapping({key: entry for key, entry in node.entries.items() if key in _PREPARED}, node.place)
    result = converter.node(prepared, iri, name, skip=("id",), special={"passage": convert_passage})
    keys = ", ".join(open_keys[:-1]) + " and " + open_keys[-1] if len(open_keys) > 1 else open_keys[0]
    message = f"not coded yet: give {keys}; if the passage states nothing, delete the entry and put it in {converter.document}.skipped.yaml"
    trace.report(node.place.finding("not-coded", message, name))
    trace.flagged |= {(iri, term.iri) for term in converter.context.terms.values()}
    return {**result, "document": f"{ID}document/{converter.document}", "kind": f"{POL}Statement"}


def _unused_rows(passages: Passages) -> None:
    """A row of the lock without a passage is out of date."""
    if not passages.check_lock or passages.trace.is_lost_in(f"{ID}statement/{passages.document}/"):
        return
    for row, locked in passages.lock.items():
        if row not in passages.seen and f"{ID}statement/{passages.document}/{row}" not in passages.trace.lost:
            place = Place(passages.lock_name, locked.line, 1)
            message = "the anchor lock has a row for a passage that no statement has; run `kg anchor`"
            passages.trace.report(place.finding("anchor-lock", message, row))
