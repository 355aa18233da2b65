"""What statements say with a thing in which role: what an agent says, what it should do, what is said of it, and so on.

In comes the IRI of a thing; out goes, for each role of :data:`ROLES` in which a statement has it, a list that can be narrowed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.web.coded import KINDS
from kg.web.narrowing import Narrowed, Narrowing, all_kinds

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "says": ("pol:speaker",),
    "reports": ("pol:reportedBy",),
    "asked": ("pol:addressee",),
    "object": ("pol:object",),
    "beneficiary": ("pol:beneficiary",),
    "affected": ("pol:affected",),
    "place": ("pol:place",),
    "topic": ("pol:topic",),
    "cited": ("pol:cites",),
    "figure": ("pol:of", "pol:indicator", "pol:denominator", "pol:comparator"),
    "named": ("pol:mentions",),
}
"""The properties of a statement, or of a target or figure of it, that make a role; the last role has what no other has."""
CHOICES: Final = ("kind", "document", "speaker", "addressee", "topic")
_FEW: Final = 5
"""Statements of a role that are shown where all roles are."""
_MOST: Final = 5_000
"""Statements of a role that are read; of more, the page says so."""

_STATEMENTS: Final = """
SELECT DISTINCT ?statement ?kind ?document WHERE {{
  {{ SELECT DISTINCT ?statement WHERE {{ {pattern} }} ORDER BY ?statement LIMIT {most} }}
  ?statement a ?kind ; pol:statedIn ?document .
  VALUES ?kind {{ {kinds} }}
}}
ORDER BY ?statement
"""
_WITHIN: Final = """
SELECT (COUNT(DISTINCT ?statement) AS ?count) WHERE {{
  {{ SELECT ?own WHERE {{ ?own skos:broader* <{topic}> }} }}
  ?statement pol:topic ?own ; pol:passage ?passage .
}}
"""
_DIRECT: Final = "VALUES ?property {{ {properties} }} ?statement ?property <{thing}>"
_OF_A_PART: Final = "VALUES ?property {{ {properties} }} ?part ?property <{thing}> . ?statement pol:target|pol:figure ?part"


@dataclass(frozen=True)
class InRole:
    """A statement that has a thing in a role."""

    iri: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Role:
    """The statements that have a thing in a role.

    :ivar listed: the first of them, or all by page where the role was chosen
    :ivar address: of the page with this role alone
    :ivar cut: whether there are more than are listed on any page
    """

    name: str
    listed: Narrowed
    address: str
    cut: bool


def roles(reader: Reader, thing: str, path: str) -> tuple[Role, ...]:
    """The roles of a thing with the first statements of each.

    :param path: address of the page of the thing
    """
    found = []
    seen: set[str] = set()
    for name in ROLES:
        statements, cut = _statements(reader, thing, name)
        own = [each for each in statements if each.iri not in seen] if name == "named" else statements
        seen |= {each.iri for each in statements}
        if own:
            narrowing = Narrowing(path, {}, {"kind": all_kinds()}, {"role": name})
            own = _few(own)
            shown = _full(reader, own[:_FEW]) + own[_FEW:]
            found.append(Role(name, narrowing.page(reader, shown, 1, _FEW), narrowing.address({}), cut))
    return tuple(found)


def role(reader: Reader, thing: str, path: str, name: str, chosen: Mapping[str, str], number: int) -> Role:
    """One role of a thing.

    :param chosen: what is chosen, by name of :data:`CHOICES`; a slug, or ``Demand``
    :param number: page of the list, from 1
    :raises KeyError: if there is no such role
    """
    statements, cut = _statements(reader, thing, name)
    if name == "named":
        others = {each.iri for other in ROLES if other != name for each in _statements(reader, thing, other)[0]}
        statements = [each for each in statements if each.iri not in others]
    orders: dict[str, tuple[str, ...]] = dict.fromkeys(CHOICES, ()) | {"kind": all_kinds()}
    narrowing = Narrowing(path, chosen, orders, {"role": name})
    return Role(
        name, narrowing.page(reader, _full(reader, statements), number), Narrowing(path, {}, {}, {"role": name}).address({}), cut
    )


def within(reader: Reader, thing: str) -> int:
    """Number of statements on a topic or a narrower one; 0 for what is no topic."""
    if not thing.startswith(f"{ID}topic/"):
        return 0
    return int(reader.select(_WITHIN.format(topic=thing))[0]["count"].value)


def _statements(reader: Reader, thing: str, name: str) -> tuple[list[InRole], bool]:
    """The statements that have a thing in a role, with kind and document, and whether there are more."""
    pattern = _OF_A_PART if name == "figure" else _DIRECT
    query = _STATEMENTS.format(
        pattern=pattern.format(properties=" ".join(ROLES[name]), thing=thing),
        kinds=" ".join(f"pol:{kind}" for kind in KINDS),
        most=_MOST + 1,
    )
    rows = reader.select(query)
    found = [
        InRole(row["statement"].value, {"kind": (row["kind"].value,), "document": (row["document"].value,)})
        for row in rows[:_MOST]
    ]
    return found, len(rows) > _MOST


def _full(reader: Reader, statements: Iterable[InRole]) -> list[InRole]:
    """Statements with their speakers, addressees and topics as well."""
    more = ("speaker", "addressee", "topic")
    return [
        InRole(
            each.iri, {**each.values, **{name: tuple(t.value for t in reader.objects(each.iri, f"{POL}{name}")) for name in more}}
        )
        for each in statements
    ]


def _few(statements: Sequence[InRole]) -> list[InRole]:
    """All statements, and first some from each document in turn."""
    by_document: dict[str, list[InRole]] = {}
    for each in statements:
        by_document.setdefault(each.values["document"][0], []).append(each)
    first = [each for turn in zip_longest(*by_document.values()) for each in turn if each is not None][:_FEW]
    return [*first, *(each for each in statements if each not in first)]
