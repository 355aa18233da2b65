"""The terms of the ontology with all that the release says of them: definitions, hierarchy, use, and what the shapes ask.

In comes the store of a release and its folder of shapes; out go :class:`Term` records, made once for a release. Next:
:mod:`kg.web.ontology` shows them and :mod:`kg.web.diagram` draws them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kg.constraints import Shape, Target, read_shapes
from kg.namespaces import ID, POL, PREFIXES, RDF_TYPE, RDFS, SKOS
from kg.rdf import Term as RdfTerm
from kg.reader import Reader
from kg.resource import names
from kg.web.figures import literal
from kg.web.language import texts
from kg.web.links import is_web, local
from kg.web.lists import alphabetical
from kg.web.sentences import Sentence, sentences
from kg.web.views import Value, short

OWL: Final = PREFIXES["owl"]
KINDS: Final = ("Class", "ObjectProperty", "DatatypeProperty")
_SUB: Final = {"Class": f"{RDFS}subClassOf"}
_TERMS: Final = """
SELECT DISTINCT ?term ?class WHERE {
  VALUES ?class { owl:Class owl:ObjectProperty owl:DatatypeProperty }
  GRAPH graph:vocabulary { ?term a ?class }
}
ORDER BY ?term
"""
_INSTANCES: Final = """
SELECT ?term (COUNT(DISTINCT ?thing) AS ?count) WHERE {
  GRAPH ?graph { ?thing a ?term } FILTER(?graph != graph:description)
}
GROUP BY ?term
"""
_USES: Final = "SELECT ?term (COUNT(*) AS ?count) WHERE {{ GRAPH {graph} {{ ?thing ?term ?value }} }} GROUP BY ?term"
_INVERSE: Final = "SELECT ?other WHERE {{ ?other owl:inverseOf <{property}> }}"
_SUBJECTS: Final = """
SELECT DISTINCT ?class WHERE {{
  ?thing <{property}> ?value .
  GRAPH ?graph {{ ?thing a ?class }} FILTER(?graph != graph:inferred && STRSTARTS(STR(?class), STR(pol:)))
}}
"""


@dataclass(frozen=True)
class Asked:
    """What a shape asks of a property of what it looks at.

    :ivar node: the node shape, which says what is looked at
    :ivar about: what that is, as pages show it
    :ivar path: the property
    """

    node: Shape
    shape: Shape
    about: tuple[tuple[str, Value], ...]
    path: Value
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Term:
    """A class or a property of the ontology.

    :ivar kind: one of :data:`KINDS`
    :ivar above: what it is a kind or a form of
    :ivar below: the terms of the ontology that are one of it
    :ivar domain: the classes whose things have a property
    :ivar range: the classes or datatypes of its values
    :ivar matches: pairs of a property such as ``skos:closeMatch`` and a term of another vocabulary
    :ivar inverse: properties that say the same from the other end; its own where it is symmetric
    :ivar uses: things of a class, or assertions with a property
    :ivar inferred: assertions that follow from others
    :ivar asked: what the shapes ask of a class, or of the values of a property
    """

    iri: str
    kind: str
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    above: tuple[Value, ...]
    below: tuple[Value, ...]
    domain: tuple[Value, ...]
    range: tuple[Value, ...]
    matches: tuple[tuple[Value, Value], ...]
    inverse: tuple[Value, ...]
    uses: int
    inferred: int
    asked: tuple[Asked, ...]

    @property
    def id(self) -> str:
        """The end of its IRI, which is its anchor."""
        return self.iri.removeprefix(POL)

    @property
    def page(self) -> str:
        """Address of its page."""
        return f"/ontology/term/{self.id}"


@dataclass(frozen=True)
class Vocabulary:
    """The terms of a release, by IRI, and the shapes."""

    terms: Mapping[str, Term]
    shapes: Mapping[str, Shape]
    asked: tuple[Asked, ...]
    uses: Mapping[str, int]

    def of_kind(self, kind: str, language: str = "") -> tuple[Term, ...]:
        """The terms of a kind, by name in a language, or else by identifier."""
        found = (term for term in self.terms.values() if term.kind == kind)
        return tuple(sorted(found, key=lambda term: (alphabetical(term.names.get(language, "")), term.id.casefold())))


def vocabulary(reader: Reader) -> Vocabulary:
    """The terms of the ontology, made once for a release."""
    return reader.once("vocabulary", lambda: _read(reader))


def reference(reader: Reader, term: RdfTerm) -> Value:
    """A term as pages show it, with its name and a link that stays on this site."""
    if term.kind != "iri":
        return Value(literal(term), term.value, term.language)
    iri = term.value
    text = iri.removeprefix(ID) if iri.startswith(ID) else short(iri)
    found = (
        names(reader, [iri]).get(iri)
        or _name_of_part(reader, iri)
        or texts().get(f"class.{text}")
        or texts().get(f"property.{text}")
        or {}
    )
    external = local(iri) == iri
    return Value(dict(found), text, href=local(iri) if is_web(iri) else "", external=external, iri=iri)


def _name_of_part(reader: Reader, iri: str) -> dict[str, str]:
    """A part of a thing, such as a passage, is named after the thing."""
    whole, _, part = iri.partition("#")
    found = names(reader, [whole]).get(whole, {}) if part and iri.startswith(ID) else {}
    return {language: f"{text} ({part})" for language, text in found.items()}


def references(reader: Reader, iris: Iterable[str]) -> tuple[Value, ...]:
    """Terms as pages show them, those of ours first, by IRI."""
    return tuple(
        reference(reader, RdfTerm("iri", iri)) for iri in sorted(set(iris), key=lambda iri: (not iri.startswith(POL), iri))
    )


def _read(reader: Reader) -> Vocabulary:
    shapes = read_shapes(reader.release.path / "shapes")
    asked = tuple(_all_asked(reader, shapes))
    kinds: dict[str, str] = {}
    for row in reader.select(_TERMS):
        if row["term"].value.startswith(POL):
            kinds.setdefault(row["term"].value, row["class"].value.removeprefix(OWL))
    instances = {row["term"].value: int(row["count"].value) for row in reader.select(_INSTANCES)}
    every = {row["term"].value: int(row["count"].value) for row in reader.select(_USES.format(graph="?graph"))}
    inferred = {row["term"].value: int(row["count"].value) for row in reader.select(_USES.format(graph="graph:inferred"))}
    uses = {iri: count - inferred.get(iri, 0) for iri, count in every.items()} | instances
    below: dict[str, set[str]] = {}
    for iri, kind in kinds.items():
        for above in reader.objects(iri, _SUB.get(kind, f"{RDFS}subPropertyOf")):
            below.setdefault(above.value, set()).add(iri)
    found = {
        iri: Term(
            iri=iri,
            kind=kind,
            names=_texts(reader, iri, f"{RDFS}label"),
            definitions=_texts(reader, iri, f"{SKOS}definition"),
            above=_values(reader, iri, _SUB.get(kind, f"{RDFS}subPropertyOf")),
            below=references(reader, below.get(iri, ())),
            domain=_values(reader, iri, f"{RDFS}domain"),
            range=_values(reader, iri, f"{RDFS}range"),
            matches=_matches(reader, iri),
            inverse=_inverse(reader, iri),
            uses=uses.get(iri, 0),
            inferred=0 if kind == "Class" else inferred.get(iri, 0),
            asked=tuple(each for each in asked if _concerns(each, iri)),
        )
        for iri, kind in sorted(kinds.items())
    }
    return Vocabulary(found, shapes, asked, uses)


def subject_classes(reader: Reader, iri: str) -> frozenset[str]:
    """Classes of ours of what has a property in this release."""
    return frozenset(row["class"].value for row in reader.select(_SUBJECTS.format(property=iri)))


def _all_asked(reader: Reader, shapes: Mapping[str, Shape]) -> Iterable[Asked]:
    """What node shapes with a target ask, by node shape, in the order of the file."""
    for node in shapes.values():
        about = tuple((target.kind, reference(reader, RdfTerm("iri", target.iri))) for target in node.targets)
        own = [node] if any(each.component for each in node.constraints) and node.targets else []
        for shape in (*own, *node.properties) if node.targets else ():
            said = sentences(shape, shapes, lambda term: reference(reader, term))
            path = reference(reader, RdfTerm("iri", shape.path)) if shape.path else Value({}, "")
            yield Asked(node, shape, about, path, said)


def _concerns(asked: Asked, iri: str) -> bool:
    """Whether a demand is one on a class, or on a property."""
    return iri == asked.shape.path or Target("class", iri) in asked.node.targets


def _texts(reader: Reader, iri: str, property_: str) -> dict[str, str]:
    return {term.language: term.value for term in reader.objects(iri, property_)}


def _values(reader: Reader, iri: str, property_: str) -> tuple[Value, ...]:
    return references(reader, (term.value for term in reader.objects(iri, property_)))


def _matches(reader: Reader, iri: str) -> tuple[tuple[Value, Value], ...]:
    """What is much the same in other vocabularies (SKOS, section 10)."""
    properties = (f"{SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related"))
    return tuple((reference(reader, RdfTerm("iri", each)), value) for each in properties for value in _values(reader, iri, each))


def _inverse(reader: Reader, iri: str) -> tuple[Value, ...]:
    """The inverse, whichever of the two properties says it; a symmetric property is its own."""
    found = {term.value for term in reader.objects(iri, f"{OWL}inverseOf")}
    found |= {row["other"].value for row in reader.select(_INVERSE.format(property=iri))}
    if RdfTerm("iri", f"{OWL}SymmetricProperty") in reader.objects(iri, RDF_TYPE):
        found.add(iri)
    return references(reader, found)


def ancestors(iri: str, above: Mapping[str, Iterable[str]]) -> set[str]:
    """All that is above a term or concept, however far."""
    found: set[str] = set()
    waiting = [iri]
    while waiting:
        for each in above.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found
