"""The mapping file of one document becomes the JSON-LD nodes of its named graph.

In: the tree of ``mappings/<document>.yaml``. Out: ids that it declares (first pass), nodes (second pass). Next:
:mod:`kg.mappings.corpus`.
"""

import re
from typing import Final

from kg.mappings.convert import Converter, JsonNode, did_you_mean
from kg.mappings.nodes import Entry, Mapping, Node, Place, Scalar, items
from kg.mappings.passages import Passages
from kg.mappings.trace import Trace
from kg.namespaces import ID, POL, RDF_TYPE

_TOP: Final = ("document", "defaults", "sections", "statements", "withdrawn")
_PARTS: Final = {"sections": "section", "statements": "statement", "withdrawn": "statement"}
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
            self.trace.report(node.place.finding("wrong-form", "expected keys and values, beginning with `- id:`"))
            self.rejected.add(id(node))
            return
        slug = node.scalar("id")
        if slug is None:
            entry = node.entries.get("id")
            place = entry.key.place if entry else node.place
            self._reject(node, place, "missing-id", "there is no id; begin with `- id:` and a name not used before")
        elif not _SLUG.fullmatch(slug.value):
            message = f'id: "{slug.value}" is not made of lower-case letters, digits and single hyphens'
            self._reject(node, slug.place, "wrong-id", message)
        elif (iri := f"{prefix}{slug.value}") in self.places:
            first = self.places[iri]
            if withdrawn or iri in self.withdrawn:
                message = (
                    f'id: "{slug.value}" was withdrawn ({first.file}:{first.line}); an id is never used again: take a new one'
                )
                if withdrawn:
                    message = (
                        f'id: "{slug.value}" is withdrawn here and in use in {first.file}:{first.line}; delete one of the two'
                    )
                self._reject(node, slug.place, "reused-id", message)
            else:
                message = f'id: "{slug.value}" is taken ({first.file}:{first.line}); take a new one'
                self._reject(node, slug.place, "duplicate-id", message)
        else:
            self.places[iri] = slug.place
            if withdrawn:
                self.withdrawn.add(iri)

    def _reject(self, node: Mapping, place: Place, code: str, message: str) -> None:
        slug = node.scalar("id")
        self.rejected.add(id(node))
        self.trace.report(place.finding(code, message, slug.value if slug else ""))


def document_slug(tree: Mapping, stem: str, trace: Trace) -> str:
    """The document's slug, which is also the name of the file."""
    written = tree.scalar("document")
    if written is None:
        trace.report(tree.place.finding("missing-key", f"`document:` is missing; write `document: {stem}`"))
    elif written.value != stem:
        message = f'document: "{written.value}" is not the name of the file; write `document: {stem}` or rename the file'
        trace.report(written.place.finding("wrong-document", message))
    return stem


def declare(tree: Mapping, document: str, declared: Declared) -> None:
    """First pass: take the ids of sections and statements. Withdrawn ids come first, so that a reuse is blamed on the reuse."""
    for key, entry in tree.entries.items():
        if key not in _TOP:
            message = f'unknown key "{key}"{did_you_mean(key, _TOP)}'
            declared.trace.report(entry.key.place.finding("unknown-key", message))
    for part in ("withdrawn", "sections", "statements"):
        for node in items(tree.get(part)):
            if isinstance(node, Scalar) and not node.value:
                continue
            declared.declare(node, f"{ID}{_PARTS[part]}/{document}/", withdrawn=part == "withdrawn")


def convert(tree: Mapping, converter: Converter, passages: Passages, declared: Declared) -> list[JsonNode]:
    """Second pass: the nodes of the document's graph."""
    document = converter.document
    defaults = tree.get("defaults")
    nodes: list[JsonNode] = []
    for part in ("sections", "statements", "withdrawn"):
        for node in items(tree.get(part)):
            if not isinstance(node, Mapping) or not isinstance(slug := node.get("id"), Scalar):
                continue
            name = slug.value
            # A rejected node (an id used twice) is converted all the same, below an IRI of its own, for its own findings.
            suffix = f"~{node.place.line}" if id(node) in declared.rejected else ""
            iri = f"{ID}{_PARTS[part]}/{document}/{name}{suffix}"
            if part == "sections":
                nodes.append(_section(node, iri, name, converter))
            elif part == "withdrawn":
                nodes.append({**converter.node(node, iri, name, skip=("id",)), "kind": f"{POL}Statement", "withdrawn": "true"})
            else:
                full = _with_defaults(node, defaults)
                nodes.append(_statement(full, iri, name, converter, passages))
    _unused_rows(passages)
    return nodes


def _section(node: Mapping, iri: str, name: str, converter: Converter) -> JsonNode:
    result = converter.node(node, iri, name, skip=("id",))
    result.setdefault("kind", f"{POL}Section")
    result.setdefault("partOf", f"{ID}document/{converter.document}")
    return result


def _statement(node: Mapping, iri: str, name: str, converter: Converter, passages: Passages) -> JsonNode:
    def convert_passage(entry: Entry, _: str) -> list[JsonNode]:
        return passages.convert(entry, iri, name, locked=iri.endswith(f"/{name}"))

    result = converter.node(node, iri, name, skip=("id",), special={"passage": convert_passage})
    result["document"] = f"{ID}document/{converter.document}"
    kinds = result.get("kind")
    if not kinds:
        if (iri, RDF_TYPE) not in converter.trace.flagged:
            message = "there is no `kind:`; write Demand, Commitment, Principle, Claim, Assessment or Response"
            converter.trace.report(node.place.finding("missing-key", message, name))
        result["kind"] = f"{POL}Statement"  # so that the shapes still find what else is wrong
    elif isinstance(kinds, list):
        vocabulary = converter.vocabulary
        for kind in kinds:
            if kind == f"{POL}Statement" or not vocabulary.is_a(kind, f"{POL}Statement"):
                place = converter.trace.properties.get((iri, RDF_TYPE), node.place)
                message = f'kind: "{str(kind).removeprefix(POL)}" is not a kind of statement'
                converter.trace.flagged.add((iri, RDF_TYPE))
                converter.trace.report(place.finding("unknown-kind", message, name))
    return result


def _with_defaults(node: Mapping, defaults: Node | None) -> Mapping:
    """The statement with the document's defaults for the keys that it does not write."""
    if not isinstance(defaults, Mapping):
        return node
    return Mapping({**{k: e for k, e in defaults.entries.items() if k not in node.entries}, **node.entries}, node.place)


def _unused_rows(passages: Passages) -> None:
    """A row of the lock without a passage is out of date."""
    if not passages.check_lock:
        return
    for row, locked in passages.lock.items():
        if row not in passages.seen:
            place = Place(passages.lock_name, locked.line, 1)
            message = "the anchor lock has a row for a passage that no statement has; run `kg anchor`"
            passages.trace.report(place.finding("anchor-lock", message, row))
