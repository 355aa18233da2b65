"""The endpoint's description of itself (SPARQL 1.1 Service Description), as a query that constructs it.

So the engine writes it in whatever format is asked for, and this module needs no RDF library.
"""

import re
from typing import Final

from kg.negotiation import GRAPH_FORMATS, SOLUTION_FORMATS
from kg.store import Release

_UNSAFE: Final = re.compile(r"[<>\"{}|^`\\\x00-\x20]")
_FORMATS: Final = tuple(form.iri for form in (*SOLUTION_FORMATS, *GRAPH_FORMATS) if form.iri)


def description(release: Release, endpoint: str) -> str:
    """CONSTRUCT query whose result describes the endpoint.

    :param endpoint: URL at which it was asked; it comes from the client, so what no IRI may hold is left out
    """
    here = _UNSAFE.sub("", endpoint)
    formats = ", ".join(f"<{iri}>" for iri in _FORMATS)
    graphs = {_UNSAFE.sub("", iri): int(count) for iri, count in release.description.get("graphs", {}).items()}
    named = "".join(
        f"""
  <{here}#dataset> sd:namedGraph <{here}#named-{number}> .
  <{here}#named-{number}> a sd:NamedGraph ; sd:name <{iri}> ; sd:graph <{here}#graph-{number}> .
  <{here}#graph-{number}> a sd:Graph ; void:triples {count} ."""
        for number, (iri, count) in enumerate(sorted(graphs.items()), 1)
    )
    return f"""PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
CONSTRUCT {{
  <{here}#service> a sd:Service ;
    sd:endpoint <{here}> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph ;
    sd:resultFormat {formats} ;
    sd:defaultDataset <{here}#dataset> .
  <{here}#dataset> a sd:Dataset ; sd:defaultGraph <{here}#default> .
  <{here}#default> a sd:Graph .{named}
}} WHERE {{}}"""
