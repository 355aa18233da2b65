"""The queries that are timed: each is a family of texts, a different one for each pair of statements.

In come the statements of a release; out go :class:`Workload` records, which :mod:`bench.load` sends. The texts of a family
cost about the same and differ in their VALUES or FILTER, so that a cache keyed by the text, or by the algebra, knows none of
them: "first-time" is first-time. All IRIs are written out, as servers differ in the prefixes that they know.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import QuerySolutions

from kg.namespaces import POL
from kg.store import Release, open_store

_PREFIX = f"PREFIX pol: <{POL}>\n"
_FAMILIES = {
    "small": "SELECT ?s ?topic ?summary WHERE { VALUES ?s { <{A}> <{B}> } ?s pol:topic ?topic ; pol:summary ?summary }",
    "middle": """SELECT ?topic ?entity (COUNT(?s) AS ?n) WHERE {
  ?s a pol:Demand ; pol:topic ?topic ; pol:mentions ?entity . FILTER(?s NOT IN (<{A}>, <{B}>))
} GROUP BY ?topic ?entity HAVING(COUNT(?s) > 2)""",
    "heavy": """SELECT ?topic (COUNT(*) AS ?n) WHERE {
  ?s pol:topic ?topic . ?other pol:topic ?topic . FILTER(?s != ?other && ?s NOT IN (<{A}>, <{B}>))
} GROUP BY ?topic""",
}
"""About ten rows in 0.1 ms of Oxigraph's time; 430 rows in 10 ms; 270 rows in 220 ms."""

ENDLESS = f"""{_PREFIX}SELECT (COUNT(*) AS ?n) WHERE {{
  ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != <urn:hostile:{{number}}>) }}"""
"""A product of 10^14 rows. Each has its number: equal queries could share one evaluation."""


@dataclass
class Workload:
    """A family of queries.

    :ivar text: a query with ``{A}`` and ``{B}`` where the two statements stand
    :ivar next: number of the first text that no server has seen
    """

    name: str
    text: str
    entities: tuple[str, ...]
    next: int = 0

    def query(self, number: int) -> str:
        """Text of one query; another pair of statements for each number below the square of how many there are."""
        count = len(self.entities)
        first = number % count
        second = (number // count + first + 1) % count  # as in bench/load.lua
        return self.text.replace("{A}", self.entities[first]).replace("{B}", self.entities[second])

    def take(self, count: int) -> int:
        """Number of the first of ``count`` texts that no server has seen; they count as seen from now on."""
        first = self.next
        self.next += count
        assert self.next < len(self.entities) ** 2, f"no unseen {self.name} queries are left"
        return first

    def write_pieces(self, path: Path, endpoint: str) -> None:
        """Write what ``bench/load.lua`` reads."""
        before, rest = self.text.split("{A}")
        between, after = rest.split("{B}")
        pieces = [f"{endpoint}?query={quote(before, safe='')}", quote(between, safe=""), quote(after, safe="")]
        path.write_text("\n".join([*pieces, *(quote(e, safe="") for e in self.entities)]) + "\n", encoding="utf-8")


def workloads(release: Release) -> dict[str, Workload]:
    """The families by name, over the statements of a release."""
    query = f"{_PREFIX}SELECT DISTINCT ?s WHERE {{ ?s a pol:Statement }} ORDER BY ?s"
    rows = open_store(release.store).query(query, use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    entities = tuple(str(row["s"].value) for row in rows)
    return {name: Workload(name, _PREFIX + text, entities) for name, text in _FAMILIES.items()}
