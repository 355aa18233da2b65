"""Choose the format of a response from ``Accept`` or ``format=`` (RFC 9110, section 12.5.1).

In come a header and the formats that a resource has, best first; out comes one of them, or none, which is a 406.
:mod:`kg.web` is next. The names are those of :mod:`kg.engine.evaluate`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True)
class Format:
    """A format that a resource is offered in.

    :ivar name: short name, as in ``format=csv``
    :ivar media_type: as it is sent, without parameters
    :ivar label: for people
    :ivar aliases: other short names
    :ivar media_aliases: other media types that ask for it, and are then sent as ``Content-Type``
    :ivar text: whether ``charset=utf-8`` is to be said
    :ivar iri: name in https://www.w3.org/ns/formats/, empty if it has none there
    """

    name: str
    media_type: str
    label: str
    aliases: tuple[str, ...] = ()
    media_aliases: tuple[str, ...] = ()
    text: bool = False
    iri: str = ""


@dataclass(frozen=True)
class Choice:
    """A format, and the media type under which the client knows it."""

    format: Format
    media_type: str

    @property
    def content_type(self) -> str:
        """Value of ``Content-Type``."""
        return f"{self.media_type}; charset=utf-8" if self.format.text else self.media_type


@dataclass(frozen=True)
class MediaRange:
    """One element of ``Accept``: a type with wildcards, its specificity, and its weight from 0 to 1."""

    type: str
    subtype: str
    parameters: int
    quality: float

    def matches(self, media_type: str, *, exactly: bool = False) -> bool:
        """Whether ``media_type`` is in this range; parameters other than the weight are no condition.

        :param exactly: whether wildcards do not count
        """
        main, _, sub = media_type.partition("/")
        wild = set() if exactly else {"*"}
        return self.type in {*wild, main} and self.subtype in {*wild, sub}

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        """Greater is more specific."""
        return self.type != "*", self.subtype != "*", self.parameters


_W3C: Final = "http://www.w3.org/ns/formats/"
HTML: Final = Format("html", "text/html", "HTML", text=True)
SOLUTION_FORMATS: Final = (
    Format("json", "application/sparql-results+json", "JSON", ("srj",), ("application/json",), iri=_W3C + "SPARQL_Results_JSON"),
    Format(
        "xml", "application/sparql-results+xml", "XML", ("srx",), ("application/xml", "text/xml"), iri=_W3C + "SPARQL_Results_XML"
    ),
    Format("csv", "text/csv", "CSV", text=True, iri=_W3C + "SPARQL_Results_CSV"),
    Format("tsv", "text/tab-separated-values", "TSV", text=True, iri=_W3C + "SPARQL_Results_TSV"),
    HTML,
)
"""Of SELECT and ASK."""
GRAPH_FORMATS: Final = (
    # Turtle is a part of N3, which older clients ask for
    Format("ttl", "text/turtle", "Turtle", ("turtle", "n3"), ("text/n3", "text/rdf+n3"), text=True, iri=_W3C + "Turtle"),
    Format("trig", "application/trig", "TriG", text=True, iri=_W3C + "TriG"),
    Format("nt", "application/n-triples", "N-Triples", ("ntriples", "n-triples"), ("text/plain",), iri=_W3C + "N-Triples"),
    Format(
        "rdf",
        "application/rdf+xml",
        "RDF/XML",
        ("rdfxml", "rdf+xml", "xml"),
        ("application/xml", "text/xml"),
        iri=_W3C + "RDF_XML",
    ),
    Format("jsonld", "application/ld+json", "JSON-LD", ("json-ld", "json"), ("application/json",), iri=_W3C + "JSON-LD"),
    HTML,
)
"""Of CONSTRUCT and DESCRIBE. A result is one graph; TriG is for clients that read nothing else."""
ERROR_FORMATS: Final = (
    Format("json", "application/problem+json", "JSON", media_aliases=("application/json",)),
    Format("text", "text/plain", "text", text=True),
    HTML,
)
"""Of an error (RFC 9457)."""


def parse_accept(header: str) -> tuple[MediaRange, ...]:
    """Media ranges of an ``Accept`` header. Elements that are not media ranges are passed over."""
    ranges = []
    for element in _split(header, ","):
        media, *parameters = (part.strip() for part in _split(element, ";"))
        main, slash, sub = (part.strip().lower() for part in media.partition("/"))
        if not (main and slash and sub) or (main == "*" and sub != "*"):
            continue
        quality, others = 1.0, 0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                quality = _quality(value.strip())
                break  # what follows are extensions, which RFC 9110 dropped
            others += bool(name.strip())
        ranges.append(MediaRange(main, sub, others, quality))
    return tuple(ranges)


@lru_cache(maxsize=1024)
def negotiate(accept: str | None, formats: tuple[Format, ...]) -> Choice | None:
    """Format with the highest weight; among equals the one that stands first in ``formats``.

    The weight of a media type is that of the most specific range that it matches. Without a usable header, anything is
    acceptable (RFC 9110, section 12.5.1).

    :param accept: value of the header; none if the client sent none
    :returns: the choice, or none if the client accepts none of the formats
    """
    ranges = parse_accept(accept or "") or (MediaRange("*", "*", 0, 1.0),)
    best: Choice | None = None
    best_weight = 0.0
    for form in formats:
        for media_type in (form.media_type, *form.media_aliases):
            # a wildcard asks for the format's own type; an alias is for who names it
            alias = media_type != form.media_type
            matching = [element for element in ranges if element.matches(media_type, exactly=alias)]
            if not matching:
                continue
            weight = max(matching, key=lambda element: element.specificity).quality
            if weight > best_weight:
                best, best_weight = Choice(form, media_type), weight
    return best


def by_name(name: str, formats: Iterable[Format]) -> Choice | None:
    """Format with the short name, alias or media type ``name``; none if there is no such format."""
    wanted = name.strip().lower()
    # a name in a query string often lost its plus sign to form decoding
    for form in formats:
        names = (form.name, *form.aliases, form.media_type, *form.media_aliases)
        if wanted in {*names, *(name.replace("+", " ") for name in names)}:
            return Choice(form, form.media_type)
    return None


def parse_weights(header: str) -> dict[str, float]:
    """Weights of the tokens in a header such as ``Accept-Encoding`` (RFC 9110, section 12.4.2)."""
    weights = {}
    for element in header.split(","):
        token, _, rest = element.partition(";")
        name, _, value = rest.partition("=")
        if token.strip():
            weights[token.strip().lower()] = _quality(value.strip()) if name.strip().lower() == "q" else 1.0
    return weights


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator outside quoted strings (RFC 9110, section 5.6.4)."""
    parts, start, quoted, position = [], 0, False, 0
    while position < len(text):
        character = text[position]
        if character == "\\" and quoted:
            position += 1
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return [*parts, text[start:]]


def _quality(value: str) -> float:
    """Weight from 0 to 1; what is no number weighs nothing, as the client's wish is unknown."""
    whole, _, decimals = value.partition(".")
    if not (whole + decimals).isascii() or not (whole + decimals).isdigit():
        return 0.0
    return min(1.0, float(value))
