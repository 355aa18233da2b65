"""The files of entities and the catalogue become the JSON-LD nodes of the graph ``entities``.

In: the trees of ``mappings/entities/*.yaml`` and ``mappings/documents.yaml``. Out: ids that they declare (first pass), nodes
(second pass). Next: :mod:`kg.mappings.corpus`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from kg.mappings.context_check import collections
from kg.mappings.convert import Converter, JsonNode
from kg.mappings.documents import Declared
from kg.mappings.nodes import Mapping, Scalar, Sequence, items
from kg.mappings.remedies import kinds as kinds_of
from kg.mappings.remedies import one_of
from kg.mappings.words import did_you_mean, shortened
from kg.namespaces import ID, POL, RDF_TYPE

_TOP: Final = ("collection", "entities")
_MOST_LABELS: Final = 50_000


def declare(tree: Mapping, declared: Declared, known: Collection[str]) -> str:
    """First pass: take the ids of the entities.

    :param known: the collections that there are
    :returns: the namespace of the collection; empty if it cannot be told
    """
    trace = declared.trace
    unknown = [entry.key for key, entry in tree.entries.items() if key not in _TOP]
    for key in unknown:
        message = f'unknown key "{shortened(key.value)}"{did_you_mean(key.value, _TOP)}'
        trace.report(key.place.finding("unknown-key", message))
    collection, entities = tree.scalar("collection"), tree.get("entities")
    if collection is None or collection.value not in known:
        trace.lost_below.add(ID)
        if collection is not None:
            message = f'collection: "{shortened(collection.value)}" is not one of {", ".join(sorted(known))}'
            trace.report(collection.place.finding("unknown-collection", message + did_you_mean(collection.value, known)))
        elif not unknown:
            entry = tree.entries.get("collection")
            message = "`collection:` is missing; write the path of the ids, as in `collection: agent`"
            trace.report((entry.key.place if entry else tree.place).finding("missing-key", message))
        return ""
    prefix = f"{ID}{collection.value}/"
    if not isinstance(entities, Sequence):
        trace.lost_below.add(prefix)
        if not unknown:
            entry = tree.entries.get("entities")
            message = "`entities:` is no list; write it with entries that begin with `- id:`"
            written = entry.value.place if entry and isinstance(entry.value, Mapping) else None
            trace.report((written or (entry.key.place if entry else tree.place)).finding("missing-key", message))
        return prefix
    for node in entities.items:
        declared.declare(node, prefix)
    return prefix


def labels(trees: Iterable[tuple[Mapping, str]]) -> dict[str, list[str]]:
    """IRIs of entities by each label and other label that they have, in lower case.

    Of more than some ten thousand entities there are none: a hint is not worth their memory.

    :param trees: each file with its namespace
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for tree, prefix in trees:
        for node in items(tree.get("entities")):
            if not prefix or not isinstance(node, Mapping) or not (slug := node.scalar("id")):
                continue
            for key in ("label", "altLabel"):
                texts = node.get(key)
                written = (entry.value for entry in texts.entries.values()) if isinstance(texts, Mapping) else ()
                for label in {item.value.lower() for value in written for item in items(value) if isinstance(item, Scalar)}:
                    if f"{prefix}{slug.value}" not in found[label]:
                        found[label].append(f"{prefix}{slug.value}")
        if len(found) > _MOST_LABELS:
            return {}
    return dict(found)


def convert(tree: Mapping, prefix: str, converter: Converter, declared: Declared) -> list[JsonNode]:
    """Second pass: the nodes of a file. One that is rejected is converted for its own findings, and left out."""
    if not prefix:
        return []
    nodes = []
    trace = converter.trace
    allowed = kinds_of(prefix, converter.context, converter.vocabulary)
    refuse = converter.keys.refused(prefix.removeprefix(ID).strip("/"))
    for node in items(tree.get("entities")):
        if not isinstance(node, Mapping) or not isinstance(slug := node.get("id"), Scalar):
            continue
        rejected = id(node) in declared.rejected
        iri = f"{prefix}{slug.value}~{node.place.line}" if rejected else f"{prefix}{slug.value}"
        result = converter.node(node, iri, slug.value, skip=("id",), refuse=refuse)
        if not result.get("kind"):
            if (iri, RDF_TYPE) not in trace.flagged:
                message = "there is no `kind:`; write its class, as in `kind: Instrument`"
                trace.report(node.place.finding("missing-key", message, slug.value))
            trace.lost.add(iri)  # without a class it is nothing that a statement can refer to
        elif message := _misplaced(result["kind"], allowed, prefix, converter):
            trace.report(trace.properties[iri, RDF_TYPE].finding("unknown-kind", message, slug.value))
            trace.flagged.add((iri, RDF_TYPE))
            trace.lost.add(iri)
        if not rejected:
            nodes.append(result)
    return nodes


def _misplaced(written: object, allowed: list[str], prefix: str, converter: Converter) -> str:
    """What is wrong with the kinds of an entity in a file of this collection; empty if one belongs there, or that cannot be told.

    :param allowed: kinds of the collection; empty if it is a list of values, or no key says of what kind they are
    """
    own = [str(kind).removeprefix(POL) for kind in written if str(kind).startswith(POL)] if isinstance(written, list) else []
    if not own or not allowed or set(own) & set(allowed):
        return ""
    context, name = converter.context, prefix.removeprefix(ID).strip("/")
    homes = [
        each
        for each in sorted(collections(context) - {"section", "statement"})
        if set(own) & set(kinds_of(f"{ID}{each}/", context, converter.vocabulary))
    ]
    elsewhere = f"move the entity to a file of `collection: {one_of(homes)}`, or " if homes else ""
    return f'kind: "{own[0]}" is not a kind of {name}, and this file is one of `collection: {name}`: {elsewhere}write {one_of(allowed)}'
