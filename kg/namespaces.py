"""The IRIs that the project mints and the prefixes that it writes.

Nothing comes in; every later module takes its names from here. The vocabulary terms themselves are not listed:
what a key means stands in ``mappings/context.yaml``.
"""

from typing import Final

BASE: Final = "https://w3id.org/policy-kg/"
ONTOLOGY: Final = f"{BASE}ontology"
POL: Final = f"{ONTOLOGY}#"
ID: Final = f"{BASE}id/"
GRAPH: Final = f"{BASE}graph/"
SHAPES: Final = f"{BASE}shapes#"
SEARCH: Final = f"{BASE}search"
SEARCH_SERVICE: Final = frozenset({SEARCH, f"{SEARCH}#"})
"""What a query may call our own search as a SERVICE; the second is ``search:``."""

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE: Final = f"{RDF}type"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SH: Final = "http://www.w3.org/ns/shacl#"
DCTERMS: Final = "http://purl.org/dc/terms/"
OA: Final = "http://www.w3.org/ns/oa#"

_COLLECTIONS: Final = (
    "agent",
    "coding",
    "comparator",
    "confidence",
    "document",
    "event",
    "frame",
    "group",
    "indicator",
    "instrument",
    "place",
    "polarity",
    "response",
    "stance",
    "topic",
    "publication",
)

PREFIXES: Final[dict[str, str]] = {
    **{collection: f"{ID}{collection}/" for collection in _COLLECTIONS},
    "act": f"{ID}action/",
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "graph": GRAPH,
    "id": ID,
    "oa": OA,
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pol": POL,
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "search": f"{SEARCH}#",
    "skos": SKOS,
    "unit": "http://qudt.org/vocab/unit/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}
"""Namespaces by prefix: those of the dumps, and those that a query need not declare."""


def graph_iri(name: str) -> str:
    """IRI of the named graph ``name``: a document's slug, or one such as ``entities``."""
    return f"{GRAPH}{name}"


def release_iri(version: str) -> str:
    """IRI of a release by its version: what ``dcterms:isVersionOf`` relates to the dataset."""
    return f"{BASE}release/{version}"


def ontology_version_iri(version: str) -> str:
    """``owl:versionIRI`` of the ontology (OWL 2 Structural Specification, section 3.1)."""
    return f"{ONTOLOGY}/{version}"
