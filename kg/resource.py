"""What a release says of one thing: the content of its data files and of its page.

In comes an IRI; out go a :class:`Resource` and documents in RDF. :mod:`kg.web` serves them at ``/data/`` and ``/page/``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg import dumps
from kg.namespaces import DCTERMS, GRAPH, ONTOLOGY, POL, PREFIXES, RDF_TYPE, RDFS, SKOS, XSD
from kg.rdf import Term, to_term
from kg.reader import Reader

Triple = ox.Triple
"""A triple of the RDF library, for those that only hand it on."""

LABELS: Final = (f"{SKOS}prefLabel", f"{RDFS}label", f"{DCTERMS}title", f"{POL}summary")
"""Properties that name a thing, the best first; a statement is named by its summary."""

VERSION_IRI: Final = f"{PREFIXES['owl']}versionIRI"
_DEPRECATED: Final = f"{PREFIXES['owl']}deprecated"
_REPLACED_BY: Final = f"{DCTERMS}isReplacedBy"
_INFERRED: Final = f"{GRAPH}inferred"
_VOCABULARY: Final = f"{GRAPH}vocabulary"
_FOAF: Final = "http://xmlns.com/foaf/0.1/"
_HTTP: Final = "http://www.w3.org/2011/http#"
_DATASET: Final = "http://rdfs.org/ns/void#inDataset"


@dataclass(frozen=True)
class Link:
    """A property with its value, or a thing that has the one described as value of a property.

    :ivar inferred: whether it follows from what is asserted
    """

    property: str
    thing: Term
    inferred: bool


@dataclass(frozen=True)
class Resource:
    """What is said of a thing.

    :ivar own: what has the thing, or a part of it (its IRI and a fragment), as subject
    :ivar inbound: what has it as object, from elsewhere
    :ivar cut: whether there is more of either than was read
    """

    iri: str
    own: tuple[ox.Quad, ...]
    inbound: tuple[ox.Quad, ...]
    cut: bool

    @property
    def withdrawn(self) -> bool:
        """Whether it was in use and is not any more."""
        return any(_value(quad.predicate) == _DEPRECATED and _value(quad.object) == "true" for quad in self._of_itself())

    @property
    def replacements(self) -> tuple[str, ...]:
        """IRIs of what takes the place of a thing that was withdrawn."""
        return tuple(sorted(_value(quad.object) for quad in self._of_itself() if _value(quad.predicate) == _REPLACED_BY))

    @property
    def types(self) -> tuple[str, ...]:
        """IRIs of its classes."""
        return tuple(sorted({_value(quad.object) for quad in self._of_itself() if _value(quad.predicate) == RDF_TYPE}))

    @property
    def parts(self) -> tuple[str, ...]:
        """The thing and its parts, by IRI, the thing first."""
        return tuple(dict.fromkeys(_value(quad.subject) for quad in self.own))

    def links(self, subject: str | None = None) -> tuple[Link, ...]:
        """Properties and values of the thing, or of one of its parts."""
        subject = subject or self.iri
        quads = (quad for quad in self.own if _value(quad.subject) == subject)
        return _links((quad, quad.object) for quad in quads)

    def backlinks(self) -> tuple[Link, ...]:
        """Properties and the things that have this one as value."""
        return _links((quad, quad.subject) for quad in self.inbound)

    def without_inbound(self, start: str) -> "Resource":
        """The same without the things whose IRIs begin so among those that have it as object."""
        return replace(self, inbound=tuple(quad for quad in self.inbound if not _value(quad.subject).startswith(start)))

    def _of_itself(self) -> Iterator[ox.Quad]:
        return (quad for quad in self.own if _value(quad.subject) == self.iri)


def read_resource(
    reader: Reader, iri: str, most: int, *, inbound: bool = True, parts: bool = True, parts_in: str | None = None
) -> Resource | None:
    """What a release says of a thing; None if it says nothing with it as subject.

    :param most: quads that are read of each subject, and of each object
    :param inbound: whether what points at it is read
    :param parts: whether the parts of the thing are read, and what leads to them; if there are any, the resource is cut without
    :param parts_in: IRI of a graph, a small one, in which parts are looked for that nothing else leads to
    """
    own: list[ox.Quad] = []
    back: list[ox.Quad] = []
    cut = False
    waiting = [iri]
    if parts_in is not None:
        waiting += sorted({_value(quad.subject) for quad in reader.graph(parts_in) if _value(quad.subject).startswith(f"{iri}#")})
    seen = set(waiting)
    while waiting:
        subject = waiting.pop(0)
        quads = reader.about(subject, most + 1)
        pointing = reader.pointing_at(subject, most + 1) if inbound else []
        cut = cut or max(len(quads), len(pointing)) > most
        own += (quad for quad in quads[:most] if parts or not is_part(_value(quad.object), iri))
        back += (quad for quad in pointing[:most] if not is_part(_value(quad.subject), iri))
        for quad in quads:
            part = _value(quad.object)
            if is_part(part, iri) and part not in seen:
                cut = cut or not parts
                seen.add(part)
                waiting += [part] if parts else []
    return Resource(iri, tuple(own), tuple(back), cut) if own else None


def links_of_parts(reader: Reader, iri: str, graph: str) -> dict[str, tuple[Link, ...]]:
    """What a graph says of each part of a thing, the thing itself left out."""
    found: dict[str, list[ox.Quad]] = {}
    for quad in reader.graph(graph):
        if _value(quad.subject).startswith(f"{iri}#"):
            found.setdefault(_value(quad.subject), []).append(quad)
    return {part: _links((quad, quad.object) for quad in quads) for part, quads in found.items()}


def in_use(reader: Reader, iri: str) -> bool:
    """Whether a release says something of a thing, and not that it was withdrawn."""
    return reader.is_known(iri) and all(term.value != "true" for term in reader.objects(iri, _DEPRECATED))


def is_part(iri: str, whole: str) -> bool:
    """Whether an IRI is that of a thing, or of a part of it, which has a fragment."""
    return iri == whole or iri.startswith(f"{whole}#")


def names(reader: Reader, iris: Iterable[str]) -> dict[str, dict[str, str]]:
    """Names by language and IRI. What has no name is left out; a name without a language has the key ``""``."""
    found = {}
    for iri in iris:
        for name in LABELS:
            texts = {term.language: term.value for term in reader.objects(iri, name) if term.kind == "literal"}
            if texts:
                found[iri] = texts
                break
    return found


def data(reader: Reader, resource: Resource, document: str, dataset: str, more: str) -> list[ox.Triple]:
    """The data file of a thing: its description, what points at it, labels of what it points to, and of the file itself.

    :param document: URL of the file
    :param dataset: IRI of the dataset that it is a part of
    :param more: URL at which to ask for the rest, where the file has not all
    """
    found = [quad.triple for quad in (*resource.own, *resource.inbound)]
    targets = {
        _value(term)
        for quad in resource.own
        for term in (quad.object, quad.predicate)
        if isinstance(term, ox.NamedNode) and not is_part(term.value, resource.iri)
    }
    for target in sorted(targets):
        for name in LABELS:
            found += (ox.Triple(ox.NamedNode(target), ox.NamedNode(name), _term(term)) for term in reader.objects(target, name))
    here = ox.NamedNode(document)
    found += [
        ox.Triple(here, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{_FOAF}Document")),
        ox.Triple(here, ox.NamedNode(f"{_FOAF}primaryTopic"), ox.NamedNode(resource.iri)),
        ox.Triple(here, ox.NamedNode(_DATASET), ox.NamedNode(dataset)),
    ]
    licence = reader.release.description.get("license")
    if isinstance(licence, str):
        found.append(ox.Triple(here, ox.NamedNode(f"{DCTERMS}license"), ox.NamedNode(licence)))
    if resource.cut:
        text = "This file holds a part of what points at its topic; the address that it refers to has all."
        found.append(ox.Triple(here, ox.NamedNode(f"{RDFS}comment"), ox.Literal(text, language="en")))
        found.append(ox.Triple(here, ox.NamedNode(f"{RDFS}seeAlso"), ox.NamedNode(more)))
    return found


def own_data(resource: Resource) -> list[ox.Triple]:
    """The description of a thing and its parts alone."""
    return [quad.triple for quad in resource.own]


def ontology(reader: Reader) -> list[ox.Triple]:
    """The ontology: what has it or one of its terms as subject, what points at it, and of what its version is one."""
    quads = [quad for quad in reader.graph(_VOCABULARY) if _value(quad.subject).startswith(POL)]
    found = [quad.triple for quad in (*quads, *reader.about(ONTOLOGY), *reader.pointing_at(ONTOLOGY))]
    versions = [triple.object for triple in found if triple.predicate.value == VERSION_IRI]
    return list(dict.fromkeys(found)) + [_triple(_value(version), f"{DCTERMS}isVersionOf", ONTOLOGY) for version in versions]


def read_turtle(text: str) -> list[ox.Triple]:
    """The triples of a text in Turtle."""
    return [quad.triple for quad in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)]


def read_files(directory: Path) -> list[ox.Triple]:
    """The triples of all Turtle files of a folder."""
    return [quad.triple for path in sorted(directory.glob("*.ttl")) for quad in ox.parse(path=str(path))]


def of_subject(triples: Iterable[ox.Triple], iri: str) -> list[ox.Triple]:
    """Those of some triples that have a thing as subject."""
    return [triple for triple in triples if _value(triple.subject) == iri]


def problem(status: int, detail: str, replacements: Iterable[tuple[str, str]] = ()) -> list[ox.Triple]:
    """An answer that is none, as RDF, for a client that reads nothing else (HTTP Vocabulary in RDF 1.0).

    :param replacements: pairs of an IRI and the IRI of what takes its place
    """
    node = ox.BlankNode("response")
    return [
        ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{_HTTP}Response")),
        ox.Triple(node, ox.NamedNode(f"{_HTTP}statusCodeValue"), ox.Literal(str(status), datatype=ox.NamedNode(f"{XSD}int"))),
        ox.Triple(node, ox.NamedNode(f"{_HTTP}reasonPhrase"), ox.Literal(detail)),
        *(ox.Triple(ox.NamedNode(old), ox.NamedNode(_REPLACED_BY), ox.NamedNode(new)) for old, new in replacements),
    ]


def serialise(triples: Iterable[ox.Triple], extension: str) -> bytes:
    """Triples in the format of a file extension, sorted; see :func:`kg.dumps.serialise`."""
    return dumps.serialise((ox.Quad(t.subject, t.predicate, t.object) for t in triples), extension)


def _links(found: Iterable[tuple[ox.Quad, object]]) -> tuple[Link, ...]:
    """Links, each once, asserted before inferred."""
    links: dict[tuple[str, Term], Link] = {}
    for quad, thing in found:
        key = (_value(quad.predicate), to_term(thing))
        inferred = _value(quad.graph_name) == _INFERRED
        if key not in links or not inferred:
            links[key] = Link(*key, inferred)
    return tuple(sorted(links.values(), key=lambda link: (link.inferred, link.property, link.thing)))


def _triple(subject: str, predicate: str, obj: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(obj))


def _term(term: Term) -> ox.NamedNode | ox.Literal:
    if term.kind == "iri":
        return ox.NamedNode(term.value)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))


def _value(term: object) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal, ox.BlankNode)) else ""
