"""Where the site shows what an IRI of the data names.

The IRIs in the data stay ``https://w3id.org/policy-kg/…`` whatever host serves them; links of pages lead to this host.
"""

from typing import Final
from urllib.parse import quote

from kg.namespaces import BASE, ID

_KEPT: Final = "/:@!$&'()*+,;=~-._"
"""Characters that stand in a path as they are (RFC 3986, section 3.3)."""

_OUTSIDE: Final = {
    "http://eurovoc.europa.eu/": "EuroVoc",
    "http://metadata.un.org/sdg/codes/geoArea/": "UN M49",
    "http://metadata.un.org/thesaurus/": "UNBIS Thesaurus",
    "http://metadata.un.org/sdg/": "SDG",
    "http://www.wikidata.org/entity/": "Wikidata",
    "https://eur-lex.europa.eu/legal-content/NL/TXT/?uri=CELEX:": "EUR-Lex",
    "https://identifier.overheid.nl/tooi/id/": "TOOI",
    "https://parlgov.fly.dev/data/parties/": "ParlGov",
    "https://partyfacts.herokuapp.com/data/partycodes/": "Party Facts",
    "https://ror.org/": "ROR",
    "https://sws.geonames.org/": "GeoNames",
    "https://treaties.un.org/": "UN Treaty Collection",
}
"""What open data calls itself, by what its IRIs begin with."""


def outside_name(iri: str) -> str:
    """An IRI of open data as its identifier there; empty if it is not known."""
    start = next((start for start in _OUTSIDE if iri.startswith(start)), "")
    return f"{_OUTSIDE[start]}: {iri.removeprefix(start).strip('/')}" if start else ""


def local(iri: str) -> str:
    """Address on this site of what an IRI names; the IRI itself if it is not one of ours.

    A thing has its page below ``/page/``; what is a document itself, such as the ontology or a graph, has its own path.
    """
    if not iri.startswith(BASE) or iri.startswith(f"{BASE}/"):  # the path of the latter would name another host
        return iri
    path, mark, fragment = iri.removeprefix(BASE).partition("#")
    if iri.startswith(ID):
        path = f"page/{path.removeprefix('id/')}"
    return f"/{quote(path, _KEPT)}{mark}{quote(fragment, _KEPT)}"


def data_path(iri: str, extension: str) -> str:
    """Path of the data file of an IRI of ours."""
    path = iri.removeprefix(BASE)
    path = f"data/{path.removeprefix('id/')}" if iri.startswith(ID) else path
    return f"/{quote(path, _KEPT)}.{extension}"


def is_web(iri: str) -> bool:
    """Whether a browser may follow an IRI; a link of another scheme could run a script."""
    return iri.startswith(("http://", "https://"))
