"""The statements of a document as they stand in its text, and its sections.

In comes the IRI of a document; out go what :mod:`kg.web.documents` lists and :mod:`kg.web.reading` shows beside the text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kg.errors import Span
from kg.namespaces import POL
from kg.reader import Reader

KINDS: Final = ("Demand", "Commitment", "Principle", "Claim", "Assessment", "Response")

_STATEMENTS: Final = """
SELECT ?statement ?kind ?section ?start ?end WHERE {{
  ?statement pol:statedIn <{document}> ; a ?kind ; pol:passage ?passage .
  VALUES ?kind {{ {kinds} }}
  ?passage oa:hasSelector ?selector .
  ?selector oa:start ?start ; oa:end ?end .
  OPTIONAL {{ ?statement pol:section ?section }}
}}
ORDER BY ?start ?end ?statement
"""
_PROPERTIES: Final = """
SELECT ?statement ?property ?value WHERE {{
  ?statement pol:statedIn <{document}> ; ?property ?value .
  VALUES ?property {{ pol:topic pol:addressee pol:speaker }}
}}
ORDER BY ?statement ?property ?value
"""
_OUTLINE: Final = """
SELECT ?section WHERE {{ ?section a pol:Section ; pol:partOf+ <{document}> ; pol:position ?position }} ORDER BY ?position ?section
"""


@dataclass(frozen=True)
class Coded:
    """A statement.

    :ivar passages: where it stands, as characters of the normalised text, end-exclusive; the first one first
    :ivar values: IRIs by ``kind``, ``section``, ``topic``, ``addressee`` and ``speaker``
    """

    iri: str
    passages: tuple[tuple[int, int], ...]
    values: Mapping[str, tuple[str, ...]]

    @property
    def start(self) -> int:
        """Character with which it begins."""
        return self.passages[0][0]


def coded(reader: Reader, document: str) -> tuple[tuple[Coded, ...], tuple[str, ...]]:
    """The statements of a document, in the order of the text, and the IRIs of its sections, in theirs."""
    return reader.once(("coded", document), lambda: _read(reader, document))


def covered(statements: Iterable[Coded]) -> list[Span]:
    """What of a text statements are about: their passages, joined where they overlap, in the order of the text."""
    joined: list[Span] = []
    for start, end in sorted(passage for each in statements for passage in each.passages):
        if joined and start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(Span(start, end))
    return joined


def _read(reader: Reader, document: str) -> tuple[tuple[Coded, ...], tuple[str, ...]]:
    outline = tuple(row["section"].value for row in reader.select(_OUTLINE.format(document=document)))
    kinds = " ".join(f"pol:{kind}" for kind in KINDS)
    more: dict[str, dict[str, list[str]]] = {}
    for row in reader.select(_PROPERTIES.format(document=document)):
        name = row["property"].value.removeprefix(POL)
        more.setdefault(row["statement"].value, {}).setdefault(name, []).append(row["value"].value)
    places: dict[str, list[tuple[int, int]]] = {}
    values: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in reader.select(_STATEMENTS.format(document=document, kinds=kinds)):
        iri = row["statement"].value
        own = more.get(iri, {})
        values[iri] = {name: tuple(own.get(name, ())) for name in ("topic", "addressee", "speaker")}
        values[iri] |= {"kind": (row["kind"].value,), "section": (row["section"].value,) if "section" in row else ()}
        place = (int(row["start"].value), int(row["end"].value))
        if place not in places.setdefault(iri, []):
            places[iri].append(place)
    return tuple(Coded(iri, tuple(found), values[iri]) for iri, found in places.items()), outline
