"""What an address asks for: a picture, and what is chosen of it.

In comes a query string; out goes an :class:`~kg.web.pictures.counting.Asked`, or a 400 that says what there is. No value gets into a query that this
release does not know.
"""

from flask import abort, request

from kg.namespaces import ID, POL, SKOS
from kg.reader import Reader
from kg.web.pictures.catalogue import KINDS, PICTURES, Picture
from kg.web.pictures.counting import Asked, iri_of, slug
from kg.web.site import site

_SHOWN = 60
"""Values that an error lists."""


def picture(name: str) -> Picture:
    """A picture by its name; 404 if there is none."""
    found = PICTURES.get(name)
    if found is None:
        abort(404, f'There is no picture "{name[:100]}". There are: {", ".join(PICTURES)}.')
    return found


def asked(name: str) -> Asked:
    """What the present request asks for."""
    found = picture(name)
    chosen = {}
    for filter_name in found.filters:
        value = request.args.get(filter_name, "").strip()
        if value:
            chosen[filter_name] = _value(filter_name, value)
    mode = request.args.get("by", "").strip()
    modes = tuple(found.modes or ())
    if mode and mode not in modes:
        offered = f"There are: {', '.join(modes)}." if modes else "It has one way of counting only; leave by= out."
        abort(400, f'The picture "{name}" is not counted by "{mode[:50]}". {offered}')
    return Asked(found, chosen, "" if mode in modes[:1] else mode)


def values(found: Asked) -> dict[str, str]:
    """The values of dimensions that the present request names."""
    named = {name: request.args.get(name, "").strip() for name in found.dimensions}
    return {name: iri_of(name, value) for name, value in named.items() if value}


def options(reader: Reader, name: str) -> tuple[str, ...]:
    """IRIs that a filter offers: documents and kinds, and the main topics."""
    if name == "document":
        return tuple(str(document["iri"]) for document in site().release.description["documents"])
    if name == "kind":
        return tuple(f"{POL}{kind}" for kind in KINDS)
    return reader.once(("main topics",), lambda: _main_topics(reader))


def _main_topics(reader: Reader) -> tuple[str, ...]:
    rows = reader.select(
        "SELECT DISTINCT ?topic { ?topic skos:topConceptOf id:topic . ?statement pol:topic/skos:broader* ?topic } ORDER BY ?topic"
    )
    return tuple(row["topic"].value for row in rows)


def _value(name: str, value: str) -> str:
    """IRI of a value of a filter, which this release knows."""
    iri = iri_of(name, value)
    offered = options(site().reader, name)
    if iri not in offered and not (name == "topic" and _is_topic(site().reader, iri)):
        known = ", ".join(slug(name, each) for each in offered[:_SHOWN])
        rest = " All topics are listed at /topics." if name == "topic" else ""
        abort(400, f'There is no {name} "{value[:100]}" with statements. There are: {known}.{rest}')
    return iri


def _is_topic(reader: Reader, iri: str) -> bool:
    return iri.startswith(f"{ID}topic/") and any(term.value == f"{ID}topic" for term in reader.objects(iri, f"{SKOS}inScheme"))
