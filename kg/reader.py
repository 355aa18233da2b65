"""Read a release inside the serving process, for the pages: queries of our own, which are known to be short.

In comes a :class:`~kg.store.Release`; out go terms, rows and quads. What a visitor writes is never evaluated here but by
:mod:`kg.engine`, in a process that can be killed. :mod:`kg.resource` and :mod:`kg.web` are next.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Final

import pyoxigraph as ox

from kg.namespaces import PREFIXES
from kg.rdf import Term, to_term
from kg.store import Release, open_store

Row = Mapping[str, Term]
"""A row of a result; a variable without a value is not in it."""

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Reader:
    """The store of a release, opened for reading. Its methods may be called from several threads at a time."""

    def __init__(self, release: Release) -> None:
        """Remember the release; its store is opened when something is asked."""
        self.release = release

    @cached_property
    def _store(self) -> ox.Store:
        return open_store(self.release.store)

    def select(self, query: str) -> list[Row]:
        """Rows of a SELECT query of ours, with the prefixes of :data:`kg.namespaces.PREFIXES` and all graphs.

        :raises ReleaseError: if the store cannot be opened
        """
        result = self._store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
        if not isinstance(result, ox.QuerySolutions):
            raise TypeError("a SELECT query was expected")
        names = [variable.value for variable in result.variables]
        return [{name: to_term(row[name]) for name in names if row[name] is not None} for row in result]

    def about(self, iri: str, most: int | None = None) -> list[ox.Quad]:
        """The quads with a subject.

        :param most: number after which no more are read
        """
        return list(islice(self._store.quads_for_pattern(ox.NamedNode(iri), None, None, None), most))

    def pointing_at(self, iri: str, most: int | None = None) -> list[ox.Quad]:
        """The quads with an object.

        :param most: number after which no more are read
        """
        return list(islice(self._store.quads_for_pattern(None, None, ox.NamedNode(iri), None), most))

    def graph(self, iri: str) -> Iterator[ox.Quad]:
        """The quads of a named graph."""
        return self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri))

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """The values of a property of a thing, in a stable order."""
        quads = self._store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(predicate), None, None)
        return sorted({to_term(quad.object) for quad in quads})

    def is_known(self, iri: str) -> bool:
        """Whether anything is said of a thing."""
        return next(self._store.quads_for_pattern(ox.NamedNode(iri), None, None, None), None) is not None


def literal(text: str) -> str:
    """A text as a SPARQL string, for queries of ours (SPARQL 1.1, section 19.8, rule STRING_LITERAL2)."""
    return f'"{text.translate(_ESCAPES)}"'
