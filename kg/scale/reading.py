"""Before the first step: what all documents share is read, or taken from the cache.

In: a layout, and what documents lost and deny. Out: :class:`~kg.mappings.apart.Shared`. Next: :mod:`kg.scale.steps`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from kg.mappings.apart import Lost, Shared, read_shared
from kg.mappings.codebook_version import version_of
from kg.mappings.convert import JsonNode
from kg.mappings.layout import Layout
from kg.mappings.registry import Registry
from kg.namespaces import ID
from kg.scale import lines, mapping, places
from kg.scale.cache import Cache, key_of
from kg.scale.executor import alone
from kg.scale.spelling import Spelling


def read(layout: Layout, cache: Cache, elsewhere: Lost, denied: frozenset[str]) -> tuple[Shared, str]:
    """What all documents share, and the hash of what it is made of."""
    layout.require()
    hand = (*layout.vocabulary_files(), *layout.shape_files(), *layout.collection_files())
    files = [layout.context, *(path for path, _ in hand), layout.links]
    parts = [part for file in files for part in (layout.name(file), mapping.content(file))]
    parts.append(version_of(layout))
    digest = key_of("shared", *parts, "\n".join([*sorted(elsewhere.iris), "", *sorted(elsewhere.below), "", *sorted(denied)]))
    work = _Reading(layout, cache, elsewhere, denied)
    size = sum(path.stat().st_size for path in files if path.exists())
    if not cache.holds(digest) and not alone(_read_and_keep, work, digest, size):
        return read_shared(layout, elsewhere, denied), digest
    cache.use([digest])
    (kept,) = cache.read(digest, "shared")
    context, keys, vocabulary, declared, labels, nodes, trace, links, lost, assumed = kept
    known = Registry(declared, labels)
    return Shared(layout, context, keys, vocabulary, known, nodes, trace, links, Lost(*lost), assumed), digest


class _Reading(NamedTuple):
    layout: Layout
    cache: Cache
    elsewhere: Lost
    denied: frozenset[str]


def _read_and_keep(reading: _Reading, digest: str) -> bool:
    """Read what is shared, and keep it if it is usable.

    The parts are ``shared``, what mapping looks at; ``entities``, lines; ``counts`` of entities by collection; ``places`` of everything.
    """
    shared = read_shared(reading.layout, reading.elsewhere, reading.denied)
    if shared.usable:
        nodes, trace = _catalogue(shared.nodes), shared.trace
        entities = Spelling(shared.context).lines(list(shared.nodes.values()))
        small = replace(
            trace, subjects={}, properties={}, values={key: place for key, place in trace.values.items() if key[0] in nodes}
        )
        terms, known = (shared.context, shared.keys, shared.vocabulary), (shared.registry.declared, shared.registry.labels)
        said = (*terms, *known, nodes, small, shared.links)
        parts = {
            "shared": (*said, (shared.lost.iris, shared.lost.below), shared.assumed),
            "entities": lines.packed(chain.from_iterable(entities.values())),
            "counts": dict(Counter(iri.removeprefix(ID).split("/")[0] for iri in shared.nodes)),
            "places": places.kept(trace),
        }
        reading.cache.write(digest, parts)
    return shared.usable


def _catalogue(nodes: Mapping[str, JsonNode]) -> dict[str, JsonNode]:
    """The documents and who wrote them: of all that is shared only these are looked at as nodes again."""
    documents = [node for iri, node in nodes.items() if iri.startswith(f"{ID}document/")]
    authors = (str(author) for node in documents for author in _listed(node.get("author")))
    return {str(node["id"]): node for node in (*documents, *(nodes[iri] for iri in authors if iri in nodes))}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
