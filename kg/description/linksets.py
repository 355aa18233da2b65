"""VoID linksets: how many links lead to which data set elsewhere, and by which property.

In: the quads of the graph ``links``. Out: triples (VoID, section 5: https://www.w3.org/TR/void/#linkset).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from kg.description.facts import DATASET
from kg.description.writing import Iri, Writer, namespace_of, short
from kg.namespaces import graph_iri

LINKS: Final = "links"
_SPECIAL: Final = frozenset(r"\.^$*+?()[]{}|")


def write(writer: Writer, quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> None:
    """Write one linkset for each target and property.

    :param prefixes: namespaces of the targets by a short name; a link into none of them counts for the namespace of its object
    """
    graph = ox.NamedNode(graph_iri(LINKS))
    spaces = sorted(((iri, name) for name, iri in prefixes.items()), key=lambda pair: -len(pair[0]))
    links: defaultdict[str, Counter[str]] = defaultdict(Counter)
    objects: defaultdict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for quad in quads:
        if quad.graph_name == graph and isinstance(quad.object, ox.NamedNode):
            value = quad.object.value
            space, name = next((pair for pair in spaces if value.startswith(pair[0])), (namespace_of(value), ""))
            names[space] = name or short(namespace_of(value) + "x").partition(":")[0]
            links[space][quad.predicate.value] += 1
            objects[space].add(value)
    for space, counted in sorted(links.items()):
        target = f"{DATASET}#target-{names[space]}"
        others = {value for other, values in objects.items() if other != space for value in values}
        label = f"{urlsplit(space).hostname} ({names[space]})"
        writer.say(target, a="void:Dataset", rdfs_label=label, **_extent(space, objects[space], others))
        for predicate, number in sorted(counted.items()):
            part = f"{DATASET}#links-{names[space]}-{short(predicate).rpartition(':')[2]}"
            writer.say(DATASET, void_subset=Iri(part))
            writer.say(
                part,
                a="void:Linkset",
                void_linkPredicate=Iri(predicate),
                void_subjectsTarget=Iri(DATASET),
                void_objectsTarget=Iri(target),
                void_triples=number,
            )


def _extent(space: str, objects: set[str], others: set[str]) -> dict[str, str]:
    """How the IRIs of a target are told from those of the others.

    Where the namespace of one target begins with that of another, as those of the United Nations do, a pattern tells them apart.
    """
    if not any(other.startswith(space) for other in others):
        return {"void_uriSpace": space}
    folders = sorted({namespace_of(iri) for iri in objects})
    pattern = "^(" + "|".join(f"{_literally(folder)}[^/#]*" for folder in folders) + ")$"
    return {"void_uriRegexPattern": pattern} if not any(re.search(pattern, other) for other in others) else {}


def _literally(text: str) -> str:
    """A regular expression, of Python and of SPARQL, that matches a text alone."""
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)
