"""Search the statements of a release, with counts by document, kind, speaker, addressee and topic.

In comes a :class:`Wanted`; out goes a :class:`Found`. Everything is bounded: the words of a query, the words that a beginning
stands for, and how deep a result can be paged.

All words of a query have to be there, a compound in its parts if need be. If no statement or entity has all, words that no text has
are replaced by the nearest known ones; if that finds nothing either, half of the words will do. :class:`Found` says which it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tantivy import Occur, Order, Query

from kg import textindex
from kg.namespaces import ID, POL
from kg.search.errors import SearchInputError
from kg.search.index import OpenIndex
from kg.search.terms import Meant, marks
from kg.search.words import clauses_of

DEEPEST: Final = 1000
"""The number of hits that can be paged through."""
_FACET_VALUES: Final = 10_000
_MOST_CHOSEN: Final = 50
_DIGITS: Final = 4
_DEFAULTS: Final = {
    "document": f"{ID}document/",
    "kind": POL,
    "speaker": f"{ID}agent/",
    "addressee": f"{ID}agent/",
    "topic": f"{ID}topic/",
}


@dataclass(frozen=True)
class Wanted:
    """What is searched for.

    :ivar text: as typed; everything if empty
    :ivar language: ``nl`` or ``en``; both if empty
    :ivar chosen: by facet the IRIs of which a statement has to have one
    :ivar scope: ``statement`` or ``entity``
    """

    text: str = ""
    language: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scope: str = textindex.STATEMENT


@dataclass(frozen=True)
class Hit:
    """A statement, entity or topic.

    :ivar text: summary or label by language, in pieces; with each whether it is a word that was to be found
    :ivar facets: IRIs by facet
    """

    iri: str
    collection: str
    score: float
    text: dict[str, list[tuple[str, bool]]]
    facets: dict[str, list[str]]


@dataclass(frozen=True)
class Value:
    """A value of a facet.

    :ivar count: number of statements that the result would have with this value and what is chosen in other facets
    """

    iri: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Found:
    """A page of a result.

    :ivar matched: what some statement or entity has: ``all`` words; all, but a compound only in its ``parts``; ``corrected`` words;
        ``some`` words; or ``none``
    :ivar text: the query as it was searched for
    """

    total: int
    hits: tuple[Hit, ...]
    matched: str
    text: str


def short(facet: str, iri: str) -> str:
    """How a value of a facet is written in an address."""
    return iri.removeprefix(_DEFAULTS[facet]) if iri.startswith(_DEFAULTS[facet]) else iri.removeprefix(ID)


def full(facet: str, written: str) -> str:
    """IRI of a value of a facet as it is written in an address."""
    if ":" in written:
        return written
    return f"{ID}{written}" if "/" in written else f"{_DEFAULTS[facet]}{written}"


class Finder:
    """A search for one text in one language, understood once and asked several times."""

    def __init__(self, index: OpenIndex, wanted: Wanted) -> None:
        """Understand what is wanted.

        :raises SearchInputError: if it cannot be searched for
        """
        if wanted.language not in {"", *textindex.LANGUAGES}:
            raise SearchInputError(f"There is no language {wanted.language!r}; expected nl, en, or none for both.")
        for name, values in wanted.chosen.items():
            if name not in textindex.FACETS:
                raise SearchInputError(f"There is no facet {name!r}; expected one of {', '.join(textindex.FACETS)}.")
            if len(values) > _MOST_CHOSEN:
                raise SearchInputError(f"{len(values)} values of {name} are chosen; at most {_MOST_CHOSEN} can be.")
        self._index = index
        self._wanted = wanted
        languages = (wanted.language,) if wanted.language else textindex.LANGUAGES
        self.meant = Meant(index, clauses_of(wanted.text), languages)
        self.matched = "all"
        self._query = self.meant.query(every=True)
        if self.meant.wanted:
            self._judge()

    def _judge(self) -> None:
        """Find out what is there, and be content with less if not all of it is."""
        if not self._any(self._query):
            self.matched = "none"
            self._relax()
        elif not self._any(self.meant.query(every=True, parts=False)):
            self.matched = "parts"

    def _relax(self) -> None:
        corrected = self.meant.corrected()
        if corrected is not None:
            query = corrected.query(every=True)
            if self._any(query):
                self.meant, self._query, self.matched = corrected, query, "corrected"
                return
        if len(self.meant.wanted) > 1:
            meant = corrected or self.meant
            query = meant.query(every=False)
            if self._any(query):
                self.meant, self._query, self.matched = meant, query, "some"

    def _any(self, query: Query) -> bool:
        both = [textindex.STATEMENT, textindex.ENTITY]
        scoped = [(Occur.Must, query), (Occur.Must, Query.term_set_query(self._index.schema, "scope", both))]
        return self._index.searcher.search(Query.boolean_query(scoped), limit=1, count=False).hits != []

    def find(self, limit: int, offset: int = 0) -> Found:
        """A page of the result; equal scores in the order of the index.

        :raises SearchInputError: if the page lies deeper than can be paged
        """
        if offset + limit > DEEPEST:
            message = (
                f"Hits {offset + 1} to {offset + limit} are asked for; only the first {DEEPEST} can be. Narrow the search down."
            )
            raise SearchInputError(message)
        query = self._narrowed()
        if self.meant.wanted:
            result = self._index.searcher.search(query, limit=DEEPEST, count=True)
            numbers = self._index.searcher.fast_field_values("number", [address for _, address in result.hits])
            ranked = (
                sorted(
                    (-round(score, _DIGITS), number, address)
                    for (score, address), number in zip(result.hits, numbers, strict=True)
                )
                if result.hits
                else []
            )
            page = [(address, -score) for score, _, address in ranked[offset : offset + limit]]
        else:
            result = self._index.searcher.search(query, limit=limit, offset=offset, order_by_field="number", order=Order.Asc)
            page = [(address, 0.0) for _, address in result.hits]
        hits = tuple(self._hit(address, score) for address, score in page)
        total = int(result.count or 0)  # type: ignore[attr-defined] # which the stub lacks
        return Found(total, hits, self.matched, self.meant.text())

    def facets(self) -> dict[str, list[Value]]:
        """Values of each facet with counts, most frequent first; a value that is chosen is there even if nothing has it.

        What is chosen in a facet does not narrow its own counts, since further values of it widen the result.
        """
        found: dict[str, list[Value]] = {}
        chosen = {name for name, values in self._wanted.chosen.items() if values}
        counts = self._counts([name for name in textindex.FACETS if name not in chosen], self._narrowed())
        for name in chosen:
            counts |= self._counts([name], self._narrowed(without=name))
        for name in textindex.FACETS:
            mine = set(self._wanted.chosen.get(name, ()))
            values = counts[name] | dict.fromkeys(mine - set(counts[name]), 0)
            ordered = sorted(values.items(), key=lambda item: (-item[1], item[0]))
            found[name] = [Value(iri, count, iri in mine) for iri, count in ordered]
        return found

    def _counts(self, names: Iterable[str], query: Query) -> dict[str, dict[str, int]]:
        asked = {name: {"terms": {"field": name, "size": _FACET_VALUES, "segment_size": _FACET_VALUES}} for name in names}
        if not asked:
            return {}
        result = self._index.searcher.aggregate(query, asked)
        return {name: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in result[name]["buckets"]} for name in asked}

    def _narrowed(self, without: str = "") -> Query:
        schema = self._index.schema
        parts = [(Occur.Must, self._query), (Occur.Must, _silent(Query.term_query(schema, "scope", self._wanted.scope, "basic")))]
        for name, values in self._wanted.chosen.items():
            if values and name != without:
                parts.append((Occur.Must, _silent(Query.term_set_query(schema, name, list(values)))))
        return Query.boolean_query(parts)

    def _hit(self, address: Any, score: float) -> Hit:
        stored = self._index.stored(address)
        text = {tag: marks(self.meant, str(stored[tag][0]), tag) for tag in textindex.LANGUAGES if stored.get(tag)}
        facets = {name: [str(value) for value in stored.get(name, [])] for name in textindex.FACETS}
        return Hit(str(stored["iri"][0]), str(stored["collection"][0]), score, text, facets)


def search(index: OpenIndex, wanted: Wanted, limit: int) -> Found:
    """The best hits.

    :raises SearchInputError: if it cannot be searched for
    """
    return Finder(index, wanted).find(limit)


def _silent(query: Query) -> Query:
    """A query that selects and does not score."""
    return Query.const_score_query(query, 0.0)
