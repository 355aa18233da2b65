"""Releases to describe, and queries on their stores as the endpoint answers them: the default graph is the union of all graphs."""

from pathlib import Path

import pyoxigraph as ox

from kg import release
from kg.namespaces import PREFIXES
from kg.store import Release, current_release
from tests.project import make_project

MORE = {
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "voidext": "http://ldf.fi/void-ext#",
}
"""Prefixes of these tests beside those of the endpoint."""


def build_corpus(target: Path) -> Release:
    """A release of the fictional corpus below ``target``."""
    release.build(make_project(target / "project"), target / "build")
    return current_release(target / "build")


class Asked:
    """The store of a release."""

    def __init__(self, described: Release) -> None:
        self.release = described
        self.store = ox.Store.read_only(str(described.store))

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """Rows of a query, sorted; the value of each term, empty if it has none."""
        result = self.store.query(query, prefixes={**PREFIXES, **MORE}, use_default_graph_as_union=True)
        assert isinstance(result, ox.QuerySolutions)
        return sorted(tuple(str(getattr(term, "value", "")) for term in row) for row in result)

    def number(self, query: str) -> int:
        """The one number that a query answers with."""
        ((value,),) = self.rows(query)
        return int(value)

    def said(self, subject: str, predicate: str) -> set[str]:
        """Values of a property of a thing."""
        return {value for (value,) in self.rows(f"SELECT ?value {{ <{subject}> {predicate} ?value }}")}
