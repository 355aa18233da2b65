"""Which pictures there are: what each counts, by what it can be narrowed, and where the statements behind a count are listed.

Nothing comes in. :mod:`.counting` makes queries of it, :mod:`.scene` addresses; how each is drawn stands in :mod:`.gallery`. What is said of a picture
stands in ``texts.yaml`` under ``picture.<name>_…``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("Demand", "Commitment", "Principle", "Claim", "Assessment", "Response")
ROLES: Final = ("place", "object", "beneficiary", "affected")
"""Properties by which a statement is about a place."""

_KIND: Final = f"VALUES ?kind {{ {' '.join(f'pol:{kind}' for kind in KINDS)} }}"
_ROLE: Final = f"VALUES ?role {{ {' '.join(f'pol:{role}' for role in ROLES)} }}"
_PLACES_BY_KIND: Final = f"{_ROLE}\n  {_KIND}\n  ?statement ?role ?place ;\n    a ?kind .\n  ?place a pol:Place ."
_PLACES_BY_ROLE: Final = f"{_ROLE}\n  ?statement ?role ?place .\n  ?place a pol:Place ."


@dataclass(frozen=True)
class Picture:
    """A picture.

    :ivar pattern: what is counted, as a graph pattern with ``?statement`` and the dimensions
    :ivar dimensions: variables by which it is counted
    :ivar filters: names of what it can be narrowed by: ``document``, ``kind`` or ``topic``
    :ivar modes: patterns that take the place of the usual one, by the value of ``by``; the first is the usual one
    :ivar found: by ``search`` where the page of the search can list the statements of a count; else by a list of our own
    :ivar query: published query that gives the like, with parameters of its own; empty if there is none
    """

    name: str
    pattern: str
    dimensions: tuple[str, str]
    filters: tuple[str, ...] = ()
    modes: Mapping[str, tuple[str, tuple[str, str]]] | None = None
    found: str = "list"
    query: str = ""

    def by(self, mode: str) -> tuple[str, tuple[str, str]]:
        """Pattern and dimensions of a mode."""
        return self.modes[mode] if self.modes and mode else (self.pattern, self.dimensions)


MAIN_TOPICS: Final = """{ # each topic with the main topic above it
    SELECT ?own ?topic WHERE { ?topic skos:topConceptOf id:topic . ?own skos:broader* ?topic }
  }
  ?statement pol:topic ?own ;
    pol:statedIn ?document ."""
NARROWER_TOPICS: Final = """{{ # each topic with the one of these that is above it
    SELECT ?own ?topic WHERE {{ ?topic skos:broader <{topic}> . ?own skos:broader* ?topic }}
  }}
  ?statement pol:topic ?own ;
    pol:statedIn ?document ."""

PICTURES: Final = {
    picture.name: picture
    for picture in (
        Picture(
            "demands",
            "?statement a pol:Demand ;\n    pol:speaker ?speaker ;\n    pol:addressee ?addressee .",
            ("speaker", "addressee"),
            ("document", "topic"),
            found="search",
            query="addressees",
        ),
        Picture("topics", MAIN_TOPICS, ("topic", "document"), ("kind", "topic"), found="search", query="topics-by-document"),
        Picture(
            "kinds",
            f"{_KIND}\n  ?statement a ?kind ;\n    pol:statedIn ?document .",
            ("document", "kind"),
            ("topic",),
            found="search",
            query="kinds-by-document",
        ),
        Picture(
            "frames",
            "?statement pol:frame ?frame ;\n    pol:speaker ?speaker .",
            ("speaker", "frame"),
            ("document", "kind", "topic"),
            query="frames",
        ),
        Picture("years", "", ("statement", "year"), ("document", "topic"), query="deadlines"),
        Picture(
            "places",
            _PLACES_BY_KIND,
            ("place", "kind"),
            ("document", "topic"),
            modes={"kind": (_PLACES_BY_KIND, ("place", "kind")), "role": (_PLACES_BY_ROLE, ("place", "role"))},
            query="places-by-kind",
        ),
    )
}
