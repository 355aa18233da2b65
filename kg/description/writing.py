"""Triples written down by short names: what the modules of the description share.

In: a subject with values by property. Out: a set of pyoxigraph triples. No blank nodes: there is no way to write one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from kg.namespaces import ONTOLOGY, PREFIXES, RDF_TYPE, SH, XSD

VOID_EXT: Final = "http://ldf.fi/void-ext#"
_PREFIXES: Final = {
    **PREFIXES,
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": SH,
    "spdx": "http://spdx.org/rdf/terms#",
    "voidext": VOID_EXT,
}


class Iri(NamedTuple):
    """An IRI as a value; a plain text would be a literal."""

    value: str


class Typed(NamedTuple):
    """A literal with a datatype, given by its short name."""

    value: str
    datatype: str


Value = Iri | Typed | int | str | Mapping[str, str]
"""A value of a property; a mapping is a text by language."""


class Writer:
    """Collects triples."""

    def __init__(self) -> None:
        self.triples: set[ox.Triple] = set()

    def say(self, subject: str, **values: Value | Iterable[Value]) -> None:
        """Add triples of a subject.

        :param values: by property; ``dcterms_title`` is ``dcterms:title``, and ``a`` is the class, by short name
        """
        node = ox.NamedNode(subject)
        for name, value in values.items():
            predicate = ox.NamedNode(RDF_TYPE if name == "a" else expand(name.replace("_", ":", 1)))
            several = [value] if isinstance(value, (Iri, Typed, int, str, Mapping)) else list(value)
            for one in several:
                shown = Iri(expand(one)) if name == "a" and isinstance(one, str) else one
                self.triples.update(ox.Triple(node, predicate, term) for term in _terms(shown))

    def say_iri(self, subject: str, predicate: str, value: Value) -> None:
        """Add the triples of a property that has no short name."""
        node = ox.NamedNode(subject)
        self.triples.update(ox.Triple(node, ox.NamedNode(predicate), term) for term in _terms(value))


def _terms(value: Value) -> list[ox.NamedNode | ox.Literal]:
    match value:
        case Iri():
            return [ox.NamedNode(value.value)]
        case Typed():
            return [ox.Literal(value.value, datatype=ox.NamedNode(expand(value.datatype)))]
        case int():
            return [ox.Literal(str(value), datatype=ox.NamedNode(f"{XSD}integer"))]
        case str():
            return [ox.Literal(value)]
    return [ox.Literal(text, language=tag) for tag, text in value.items()]


@cache
def expand(name: str) -> str:
    """IRI of a short name such as ``void:triples``."""
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local


# The longest namespace first: `id:` is the beginning of `agent:`.
_NAMESPACES: Final = sorted(((iri, prefix) for prefix, iri in _PREFIXES.items()), key=lambda pair: -len(pair[0]))


@lru_cache(maxsize=4096)
def short(iri: str) -> str:
    """Name of a term that can be part of a fragment: without a prefix if it is ours, such as ``Demand`` or ``foaf:Agent``."""
    for namespace, prefix in _NAMESPACES:
        local = iri.removeprefix(namespace)
        if iri.startswith(namespace) and local and not set(local) & set("/#"):
            return _quoted(local) if namespace == f"{ONTOLOGY}#" else f"{prefix}:{_quoted(local)}"
    start = namespace_of(iri)
    return f"{hashlib.sha256(start.encode()).hexdigest()[:8]}:{_quoted(iri.removeprefix(start))}"


def namespace_of(iri: str) -> str:
    """The part of an IRI up to its last ``#`` or ``/``."""
    cut = max(iri.rfind("#"), iri.rfind("/"))
    return iri[: cut + 1]


def _quoted(local: str) -> str:
    return quote(local, safe="-._~!$&'()*+,;=@")
