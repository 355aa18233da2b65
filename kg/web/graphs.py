"""A named graph as RDF at its own address: all of its triples, by the engine, as a graph may be large.

In comes a request for ``/graph/<name>``; out goes a query for :mod:`kg.web.front`. The page of a graph, and the answer for one
that is not there, are :mod:`kg.web.things`.
"""

from typing import Final

from kg.engine.interface import Query
from kg.namespaces import BASE, DCTERMS, GRAPH
from kg.negotiation import GRAPH_FORMATS, HTML, Format, by_name, negotiate
from kg.web.http import Request
from kg.web.signposts import signposts
from kg.web.site import Site
from kg.web.sparql import Asked

PATH: Final = "/graph/"
FORMATS: Final = tuple(form for form in GRAPH_FORMATS if form is not HTML)
_TRIPLES: Final = """CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}
  UNION {{ GRAPH <{description}> {{ ?s ?p ?o FILTER(?s = <{graph}> || STRSTARTS(STR(?s), "{graph}#")) }} }}
  UNION {{ BIND(<{graph}> AS ?o) GRAPH <{description}> {{ ?s ?p ?o }} }}
  UNION {{ BIND(<{graph}> AS ?s) BIND(<{part}> AS ?p) BIND(<{dataset}> AS ?o) }}
}}"""


def understand(request: Request, site: Site) -> Asked | None:
    """The query for the triples of a graph and what is said of it; None if its page is asked for, or there is no such graph.

    :raises RefusalError: if the engine takes no such query
    """
    name, form = extension(request.path.removeprefix(PATH))
    choice = by_name(form.name, FORMATS) if form else negotiate(request.headers.get("accept"), (HTML, *FORMATS))
    iri = GRAPH + name
    known = iri in site.release.description.get("graphs", {})
    if request.method not in {"GET", "HEAD"} or choice is None or choice.format is HTML or not known:
        return None
    text = _TRIPLES.format(graph=iri, description=f"{GRAPH}description", part=f"{DCTERMS}isPartOf", dataset=f"{BASE}dataset")
    return Asked(Query(text), site.engine.scan(text), choice, FORMATS, None, links=signposts(iri, site.release))


def extension(path: str, formats: tuple[Format, ...] = FORMATS) -> tuple[str, Format | None]:
    """Path without the extension of a data file, and its format; none if it has no such extension."""
    name, _, suffix = path.rpartition(".")
    choice = by_name(suffix, formats) if name and suffix else None
    return (name, choice.format) if choice else (path, None)
