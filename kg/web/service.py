"""The endpoint's description of itself (SPARQL 1.1 Service Description), as a query that constructs it.

So the engine writes it in whatever format is asked for, and this module needs no RDF library. There are no extension functions, no
property functions and no language extensions, so none is named.
"""

import re
from typing import Final

from kg.description.facts import DATASET, ENDPOINT
from kg.negotiation import GRAPH_FORMATS, SOLUTION_FORMATS
from kg.store import Release

_UNSAFE: Final = re.compile(r"[<>\"{}|^`\\\x00-\x20]")
_FORMATS: Final = tuple(form.iri for form in (*SOLUTION_FORMATS, *GRAPH_FORMATS) if form.iri)


def description(release: Release, endpoint: str, *, federates: bool = False) -> str:
    """CONSTRUCT query whose result describes the endpoint.

    :param endpoint: URL at which it was asked; it comes from the client, so what no IRI may hold is left out
    :param federates: whether SERVICE may lead somewhere
    """
    here = _UNSAFE.sub("", endpoint)
    site = here.rpartition("/")[0]
    formats = ", ".join(f"<{iri}>" for iri in _FORMATS)
    features = "sd:UnionDefaultGraph, sd:BasicFederatedQuery" if federates else "sd:UnionDefaultGraph"
    graphs = {_UNSAFE.sub("", iri): int(count) for iri, count in release.description.get("graphs", {}).items()}
    named = "".join(
        f"""
  <{here}#dataset> sd:namedGraph <{here}#named-{number}> .
  <{here}#graphs> sd:namedGraph <{here}#named-{number}> .
  <{here}#named-{number}> a sd:NamedGraph ; sd:name <{iri}> ; sd:graph <{here}#graph-{number}> .
  <{here}#graph-{number}> a sd:Graph ; void:triples {count} ."""
        for number, (iri, count) in enumerate(sorted(graphs.items()), 1)
    )
    # in the dumps the endpoint has the name that stays, which leads to a site
    same = f"<{here}> owl:sameAs <{ENDPOINT}> ." if here != ENDPOINT else ""
    triples = release.description.get("triples")
    total = f"void:triples {int(triples)} ;" if triples is not None else ""
    return f"""PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
CONSTRUCT {{
  <{here}#service> a sd:Service ;
    sd:endpoint <{here}> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature {features} ;
    sd:resultFormat {formats} ;
    sd:defaultEntailmentRegime <http://www.w3.org/ns/entailment/Simple> ;
    sd:availableGraphs <{here}#graphs> ;
    sd:defaultDataset <{here}#dataset> ;
    rdfs:seeAlso <{site}/.well-known/void>, <{site}/catalog> .
  {same}
  <{here}#graphs> a sd:GraphCollection .
  <{here}#dataset> a sd:Dataset, sd:GraphCollection ; sd:defaultGraph <{here}#default> ; dcterms:source <{DATASET}> .
  <{here}#default> a sd:Graph ; {total} rdfs:comment "The union of all named graphs."@en .
  <{DATASET}> a void:Dataset ; {total} void:sparqlEndpoint <{here}> ; rdfs:seeAlso <{site}/.well-known/void> .{named}
}} WHERE {{}}"""
