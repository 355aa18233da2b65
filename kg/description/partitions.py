"""VoID in numbers: the whole, its classes and properties, one data set for each document, and the named graphs.

In: :class:`~kg.description.counting.Counts`. Out: triples. Each number is that of a query at the endpoint, which
``tests/test_description.py`` asks (VoID, section 4: https://www.w3.org/TR/void/#statistics).
"""

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kg.description.counting import Counts
from kg.description.facts import DATASET, document_dataset
from kg.description.found import Found
from kg.description.numbers import ClassCount, GraphCount
from kg.description.writing import Iri, Writer, namespace_of, short
from kg.namespaces import GRAPH, ID, ONTOLOGY, POL, graph_iri

_PATTERN: Final = "^" + ID.replace(".", r"\.")
"""``ID`` as a regular expression of SPARQL; the only special character in it is the full stop."""


class Partitions:
    """Writes the numbers; what is the same as before is not written again."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._written: dict[int, tuple[ClassCount, set[ox.Triple]]] = {}
        self._parts: dict[tuple[object, ...], set[ox.Triple]] = {}

    def triples(self, counts: Counts, left_out: frozenset[str]) -> set[ox.Triple]:
        """What is said in numbers.

        :param left_out: IRIs of data sets whose distinct objects are not said; see :func:`kg.description.settle`
        """
        writer = Writer()
        properties = counts.properties()
        _whole(writer, counts, properties, left_out)
        for iri, numbers in properties.items():
            named = f"{DATASET}#property-{short(iri)}"
            key = (named, *numbers, named in left_out)
            if key not in self._parts:
                of_property = Writer()
                _property(of_property, iri, named, numbers, left_out)
                self._parts[key] = of_property.triples
            writer.triples |= self._parts[key]
        for iri, count in counts.classes().items():
            kept = self._written.get(id(count))
            if kept is None:
                part = Writer()
                _class(part, iri, count)
                kept = self._written[id(count)] = (count, part.triples)  # held, so that no other count gets its id
            writer.triples |= kept[1]
        for name, extent in counts.graphs().items():
            _graph(writer, name, extent, left_out)
        for document in self._found.documents:
            _document(writer, document.slug, counts.graphs().get(graph_iri(document.slug), GraphCount()))
        return writer.triples


def _whole(writer: Writer, counts: Counts, properties: Iterable[str], left_out: frozenset[str]) -> None:
    classes, properties = counts.classes(), list(properties)
    writer.say(
        DATASET,
        void_triples=counts.triples,
        void_entities=counts.entities,
        void_uriSpace=ID,
        void_uriRegexPattern=_PATTERN,
        void_classes=len(classes),
        void_properties=len(properties),
        void_distinctSubjects=counts.subjects,
        void_vocabulary=[Iri(iri) for iri in _vocabularies([*classes, *properties])],
    )
    writer.say(f"{DATASET}#default-graph", void_triples=counts.triples)
    _objects(writer, DATASET, counts.objects, left_out)


def _property(writer: Writer, iri: str, part: str, numbers: tuple[int, int, int], left_out: frozenset[str]) -> None:
    """A property: triples, distinct subjects, distinct objects."""
    triples, subjects, objects = numbers
    writer.say(DATASET, void_propertyPartition=Iri(part))
    writer.say(part, a="void:Dataset", void_property=Iri(iri), void_triples=triples, void_distinctSubjects=subjects)
    _objects(writer, part, objects, left_out)


def _class(writer: Writer, iri: str, count: ClassCount) -> None:
    """A class, the properties of its instances, and the classes and datatypes of their values.

    Nested as ``sib-swiss/void-generator`` nests them, which is what ``sib-swiss/sparql-editor`` reads.
    """
    whole = f"{DATASET}#class-{short(iri)}"
    writer.say(DATASET, void_classPartition=Iri(whole))
    writer.say(whole, a="void:Dataset", void_class=Iri(iri), void_entities=count.entities, void_triples=count.triples)
    for name in sorted(count.shown):
        part, number = f"{whole}/{short(name)}", count.properties[name]
        writer.say(whole, void_propertyPartition=Iri(part))
        writer.say(part, void_property=Iri(name), void_triples=number.triples)
        for kind in sorted(number.shown):
            inner = f"{part}/{short(kind)}"
            writer.say(part, void_classPartition=Iri(inner))
            writer.say(inner, void_class=Iri(kind), void_triples=number.classes[kind])
        for datatype, triples in sorted(number.datatypes.items()):
            inner = f"{part}/datatype-{short(datatype)}"
            writer.say(part, voidext_datatypePartition=Iri(inner))
            writer.say(inner, voidext_datatype=Iri(datatype), void_triples=triples)


def _graph(writer: Writer, name: str, extent: GraphCount, left_out: frozenset[str]) -> None:
    part = f"{name}#graph"
    writer.say(DATASET, sd_namedGraph=Iri(name))
    writer.say(name, a="sd:NamedGraph", sd_name=Iri(name), sd_graph=Iri(part), rdfs_label=name.removeprefix(GRAPH))
    writer.say(
        part,
        a=("sd:Graph", "void:Dataset"),
        void_triples=extent.triples,
        void_classes=len(extent.instances),
        void_properties=len(extent.predicates),
        void_distinctSubjects=extent.subjects,
    )
    _objects(writer, part, extent.objects, left_out)


def _document(writer: Writer, slug: str, graph: GraphCount) -> None:
    """The data set of a document, which is its graph."""
    whole = document_dataset(slug)
    writer.say(whole, void_triples=graph.triples, void_uriSpace=f"{ID}statement/{slug}/")
    for iri, number in sorted(graph.instances.items()):
        part = f"{whole}#class-{short(iri)}"
        writer.say(whole, void_classPartition=Iri(part))
        writer.say(part, a="void:Dataset", void_class=Iri(iri), void_entities=number)


def _objects(writer: Writer, part: str, number: int, left_out: frozenset[str]) -> None:
    if part not in left_out:
        writer.say(part, void_distinctObjects=number)


def _vocabularies(terms: list[str]) -> list[str]:
    """Vocabularies of classes and properties, by namespace; ours by the IRI of the ontology."""
    return sorted({ONTOLOGY if term.startswith(POL) else namespace_of(term) for term in terms})
