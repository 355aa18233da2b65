"""Read a release inside the serving process, for the pages: queries of our own, which are known to be short.

In comes a :class:`~kg.store.Release`; out go terms, rows and quads. What a visitor writes is never evaluated here but by
:mod:`kg.engine`, in a process that can be killed. :mod:`kg.resource` and :mod:`kg.web` are next.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Final, TypeVar, cast

import pyoxigraph as ox

from kg.namespaces import PREFIXES
from kg.rdf import Term, to_term
from kg.store import Release, open_store

T = TypeVar("T")

Row = Mapping[str, Term]
"""A row of a result; a variable without a value is not in it."""

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Reader:
    """The store of a release, opened for reading. Its methods may be called from several threads at a time."""

    def __init__(self, release: Release) -> None:
        """Remember the release; its store is opened when something is asked."""
        self.release = release
        self._made: dict[Hashable, object] = {}

    @cached_property
    def _store(self) -> ox.Store:
        return open_store(self.release.store)

    @cached_property
    def _published(self) -> list[ox.NamedNode] | None:
        """The published graphs, where there are imports beside them (:mod:`kg.imports`), which pages do not show; else None."""
        return (
            [ox.NamedNode(graph) for graph in self.release.description["graphs"]]
            if self.release.description.get("imports")
            else None
        )

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for this release and kept; for what many pages need and few have of their own."""
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])

    def select(self, query: str) -> list[Row]:
        """Rows of a SELECT query of ours, with the prefixes of :data:`kg.namespaces.PREFIXES` and all published graphs.

        :raises ReleaseError: if the store cannot be opened
        """
        result = self._store.query(
            query,
            prefixes=PREFIXES,
            use_default_graph_as_union=self._published is None,
            default_graph=None if self._published is None else [*self._published],
            named_graphs=None if self._published is None else [*self._published],
        )
        if not isinstance(result, ox.QuerySolutions):
            raise TypeError("a SELECT query was expected")
        names = [variable.value for variable in result.variables]
        return [{name: to_term(row[name]) for name in names if row[name] is not None} for row in result]

    def about(self, iri: str, most: int | None = None) -> list[ox.Quad]:
        """The quads with a subject.

        :param most: number after which no more are read
        """
        return list(islice(self._quads(iri, None, None), most))

    def pointing_at(self, iri: str, most: int | None = None) -> list[ox.Quad]:
        """The quads with an object.

        :param most: number after which no more are read
        """
        return list(islice(self._quads(None, None, iri), most))

    def graph(self, iri: str) -> Iterator[ox.Quad]:
        """The quads of a named graph."""
        return self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri))

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """The values of a property of a thing, in a stable order."""
        return sorted({to_term(quad.object) for quad in self._quads(subject, predicate, None)})

    def is_known(self, iri: str) -> bool:
        """Whether anything is said of a thing."""
        return next(self._quads(iri, None, None), None) is not None

    def _quads(self, subject: str | None, predicate: str | None, obj: str | None) -> Iterator[ox.Quad]:
        """The quads of a pattern, but those of imports; none if a part of it is no IRI, as in an address that somebody made up."""
        try:
            first, second, third = (ox.NamedNode(iri) if iri else None for iri in (subject, predicate, obj))
        except ValueError:
            return iter(())
        quads = self._store.quads_for_pattern(first, second, third, None)
        published = self._published
        return quads if published is None else (quad for quad in quads if quad.graph_name in published)


def literal(text: str) -> str:
    """A text as a SPARQL string, for queries of ours (SPARQL 1.1, section 19.8, rule STRING_LITERAL2)."""
    return f'"{text.translate(_ESCAPES)}"'
