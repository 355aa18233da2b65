"""Where the site shows what an IRI of the data names.

The IRIs in the data stay ``https://w3id.org/policy-kg/…`` whatever host serves them; links of pages lead to this host.
"""

from typing import Final
from urllib.parse import quote

from kg.namespaces import BASE, ID

_KEPT: Final = "/:@!$&'()*+,;=~-._"
"""Characters that stand in a path as they are (RFC 3986, section 3.3)."""


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
