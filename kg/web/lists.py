"""Lists of what there is: documents, agents, topics, instruments and so on, each with how many statements use it how.

In comes the name of a list; out go rows that lead to the pages of things. What a column counts stands in :data:`LISTS`.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request

from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.resource import names
from kg.web.links import local
from kg.web.roles import ROLES
from kg.web.site import lasting, site, visit

blueprint: Final = Blueprint("lists", __name__)

WITHIN: Final = "within"
"""Column with the statements on a topic or on a narrower one, which the search lists."""
LISTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "documents": ("document", ("statedIn",)),
    "agents": ("agent", ("speaker", "addressee", "object", "mentions")),
    "groups": ("group", ("beneficiary", "affected", "mentions")),
    "topics": ("topic", ("topic", WITHIN)),
    "instruments": ("instrument", ("object", "mentions")),
    "places": ("place", ("place", "mentions")),
    "publications": ("publication", ("cites",)),
    "events": ("event", ("object", "mentions")),
}
"""For each list the collection of its things, and the properties of statements by which they are counted."""

_COUNTS: Final = """
SELECT ?thing ?property (COUNT(DISTINCT ?statement) AS ?count) WHERE {{
  VALUES ?property {{ {properties} }}
  ?statement ?property ?thing ; pol:passage ?passage .
  FILTER(STRSTARTS(STR(?thing), "{start}"))
}}
GROUP BY ?thing ?property
"""
_WITHIN: Final = """
SELECT ?thing (COUNT(DISTINCT ?statement) AS ?count) WHERE {
  ?own skos:broader* ?thing .
  ?statement pol:topic ?own ; pol:passage ?passage .
}
GROUP BY ?thing
"""
_THINGS: Final = """
SELECT ?thing (SAMPLE(?above) AS ?broader) WHERE {{
  {{ GRAPH graph:entities {{ ?thing a ?class }} }} UNION {{ GRAPH graph:vocabulary {{ ?thing a skos:Concept }} }}
  FILTER(STRSTARTS(STR(?thing), "{start}"))
  OPTIONAL {{ ?thing skos:broader ?above }}
}}
GROUP BY ?thing
"""


@dataclass(frozen=True)
class Row:
    """A thing of a list.

    :ivar depth: number of things above it, where the list is a hierarchy
    :ivar counts: statements, by the properties of the list, each with where they are listed, which is empty where they are not apart
    """

    address: str
    names: Mapping[str, str]
    depth: int
    counts: tuple[tuple[int, str], ...]


@blueprint.get("/<any(documents, agents, groups, topics, instruments, places, publications, events):name>")
def listed(name: str) -> Response:
    """One of the lists, by name, or by how often a thing is used."""
    collection, properties = LISTS[name]
    order = request.args.get("sort", "name")
    if order not in {"name", *properties}:
        abort(400, f'There is no order "{order[:50]}". There are: name, {", ".join(properties)}.')
    reader = site().reader
    rows = reader.once(("list", name, order, visit().language), lambda: _rows(reader, collection, properties, order))
    headings = names(reader, [f"{POL}{each}" for each in properties])
    columns = [(each, headings.get(f"{POL}{each}", {"": each})) for each in properties]
    text = render_template("list.html", list=name, rows=rows, columns=columns, order=order, others=list(LISTS))
    response = Response(text, content_type="text/html; charset=utf-8")
    return lasting(response)


def _rows(reader: Reader, collection: str, properties: tuple[str, ...], order: str) -> tuple[Row, ...]:
    start = f"{ID}{collection}/"
    counts: dict[tuple[str, str], int] = {}
    own = " ".join(f"pol:{each}" for each in properties if each != WITHIN)
    for row in reader.select(_COUNTS.format(properties=own, start=start)):
        counts[row["thing"].value, row["property"].value.removeprefix(POL)] = int(row["count"].value)
    if WITHIN in properties:
        counts |= {(row["thing"].value, WITHIN): int(row["count"].value) for row in reader.select(_WITHIN)}
    above = {
        row["thing"].value: row["broader"].value if "broader" in row else "" for row in reader.select(_THINGS.format(start=start))
    }
    labels = names(reader, above)
    language = visit().language

    def key(iri: str) -> tuple[float, str, str]:
        own = labels.get(iri, {})
        name = own.get(language) or next(iter(own.values()), iri)
        return -counts.get((iri, order), 0), alphabetical(name), iri

    def entry(iri: str, depth: int) -> Row:
        return Row(
            local(iri), labels.get(iri, {}), depth, tuple((counts.get((iri, each), 0), _listed(iri, each)) for each in properties)
        )

    if order != "name":
        return tuple(entry(iri, 0) for iri in sorted(above, key=key))
    below: dict[str, list[str]] = {}
    for iri, broader in above.items():
        below.setdefault(broader if broader in above else "", []).append(iri)
    found: list[Row] = []
    waiting = [(iri, 0) for iri in sorted(below.get("", ()), key=key, reverse=True)]
    while waiting:
        iri, depth = waiting.pop()
        found.append(entry(iri, depth))
        waiting += [(narrower, depth + 1) for narrower in sorted(below.get(iri, ()), key=key, reverse=True)]
    return tuple(found)


def _listed(iri: str, column: str) -> str:
    """Where the statements of a column are listed; empty for mentions, as those in another role are listed there."""
    if column == WITHIN:
        return "/search?" + urlencode({"topic": iri.removeprefix(f"{ID}topic/")})
    if column == "statedIn":
        return f"{local(iri)}#statements"
    role = next((name for name, properties in ROLES.items() if properties == (f"pol:{column}",)), "named")
    return "" if role == "named" else f"{local(iri)}?role={role}"


def alphabetical(name: str) -> str:
    """A name as it is sorted: without case, diacritics and marks."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in plain if each.isalnum() or each == " ").strip()
