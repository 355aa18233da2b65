"""What a page or a data file tells programs: typed links in the header ``Link``, and the description in the head of a page.

In comes the IRI of what is described; out go the value of the header (RFC 8288; FAIR Signposting Profile), which says where else the thing
is described and how to cite it, and its description as JSON-LD.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from kg.description.facts import LICENSE
from kg.negotiation import GRAPH_FORMATS
from kg.reader import Reader
from kg.resource import own_data, read_resource, serialise
from kg.store import Release
from kg.web.links import data_path, local

DATA_FORMATS: Final = tuple(form for form in GRAPH_FORMATS if form.name in {"ttl", "nt", "jsonld", "rdf"})
"""What a thing is described in for programs."""
_RELATIONS: Final = ("alternate", "describedby")
_MOST: Final = 1_000


def signposts(iri: str, release: Release, page: str = "", data: Callable[[str, str], str] = data_path) -> str:
    """The links of what is said of a thing of ours.

    :param page: address of its page, where :func:`kg.web.links.local` has another
    :param data: address of its description, by IRI and extension
    """
    links = [f'<{quote(iri, "/:#@!$&*+,;=~-._")}>; rel="cite-as"']
    links += [f'<{data(iri, form.name)}>; rel="{rel}"; type="{form.media_type}"' for form in DATA_FORMATS for rel in _RELATIONS]
    links.append(f'<{page or local(iri)}>; rel="alternate"; type="text/html"')
    licence = release.description.get("license")
    if licence:
        links.append(f'<{licence}>; rel="license"')
    links.append('</.well-known/void>; rel="http://rdfs.org/ns/void#inDataset"')
    return ", ".join(links)


def of_endpoint(iri: str, release: Release) -> str:
    """The links of the SPARQL endpoint, whose service description and page are at one address."""
    return signposts(iri, release, "/sparql?format=html", lambda _, extension: f"/sparql?format={extension}")


def of_file() -> str:
    """The links of a file to download, which the catalogue describes."""
    described = (f'</catalog.{form.name}>; rel="describedby"; type="{form.media_type}"' for form in DATA_FORMATS)
    return ", ".join([*described, f'<{LICENSE}>; rel="license"', '</dumps/>; rel="collection"'])


def embedded(reader: Reader, iri: str, *, parts: bool = True) -> str:
    """What a release says of a thing, as JSON-LD that may stand in a ``script`` element; empty if it says nothing.

    :param parts: whether the parts of the thing are described, too
    """
    resource = read_resource(reader, iri, _MOST, inbound=False, parts=parts)
    return as_script(serialise(own_data(resource), "jsonld")) if resource else ""


def as_script(document: bytes) -> str:
    """JSON that may stand in a ``script`` element."""
    # "<" would end the element; JSON has it otherwise only in strings, where it may be written so
    return document.decode().replace("<", "\\u003c")
