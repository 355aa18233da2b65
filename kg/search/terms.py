"""Make queries of Tantivy from the clauses of what a person typed.

In come :class:`~kg.search.words.Clause` records and an open index; out goes a :class:`Meant`: the query, and what of it is shown
as found. :mod:`kg.search.finder` is next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Occur, Query

from kg import textindex
from kg.search.index import OpenIndex
from kg.search.words import Clause, is_stop_word

_WEIGHTS: Final = {"": 1.0, "_more": 0.3}
_RELATED: Final = 0.35
_TIE_BREAKER: Final = 0.1
_MOST_BEGINNINGS: Final = 50
_LEAST_CORRECTED: Final = 4
_TWO_ERRORS: Final = 8
"""Length from which a word may have two errors; a shorter one may have one."""


@dataclass(frozen=True)
class Meant:
    """What a query means.

    :ivar clauses: as they are searched for, with misspelt words replaced
    :ivar languages: in which texts are searched
    """

    index: OpenIndex
    clauses: tuple[Clause, ...]
    languages: tuple[str, ...]

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """The clauses that are to be found; stop words only if there is nothing else."""
        wanted = tuple(clause for clause in self.clauses if not clause.excluded)
        return tuple(clause for clause in wanted if not self._says_little(clause)) or wanted

    def query(self, *, every: bool, parts: bool = True) -> Query:
        """Query for what has all clauses, or any of them; everything, where nothing is to be found.

        :param every: whether all are wanted; otherwise half of them will do
        :param parts: whether the parts of a compound will do where the compound is not there
        """
        queries = [self._clause(clause, parts=parts) for clause in self.wanted]
        if every:
            query = Query.boolean_query([(Occur.Must, part) for part in queries or [Query.all_query()]])
        else:
            query = Query.boolean_query([(Occur.Should, part) for part in queries], (len(queries) + 1) // 2)
        excluded = [(Occur.MustNot, self._clause(clause)) for clause in self.clauses if clause.excluded]
        return Query.boolean_query([(Occur.Must, query), *excluded]) if excluded else query

    @cached_property
    def marked(self) -> dict[str, tuple[frozenset[str], frozenset[str], tuple[str, ...]]]:
        """By language: the terms, roots and beginnings of the words that are to be found."""
        found = {}
        for language in textindex.LANGUAGES:
            words = [word for clause in self.wanted for word in clause.words]
            terms = frozenset(term for word in words for term in textindex.analyzer(language).analyze(word))
            loose = [textindex.folded(clause.words[0]) for clause in self.wanted if not clause.phrase]
            roots = frozenset(textindex.root(word, language) for word in loose)
            begun = tuple(textindex.folded(clause.words[0]) for clause in self.wanted if clause.beginning)
            found[language] = (terms, roots, begun)
        return found

    def unknown(self) -> tuple[str, ...]:
        """The words that no text has."""
        loose = [clause for clause in self.wanted if not clause.phrase and not clause.beginning]
        return tuple(clause.words[0] for clause in loose if not self._is_known(clause))

    def corrected(self) -> "Meant | None":
        """The same with unknown words replaced by the nearest known ones; None if there is nothing to replace or to replace with."""
        replaced = {word: nearest(self.index, word) for word in self.unknown()}
        if not any(replaced.values()):
            return None
        clauses = tuple(
            replace(clause, words=(replaced[clause.words[0]] or clause.words[0],)) if clause.words[0] in replaced else clause
            for clause in self.clauses
        )
        return replace(self, clauses=tuple(dict.fromkeys(clauses)))

    def text(self) -> str:
        """The query as it could have been typed."""
        return " ".join(f"{'-' * clause.excluded}{_quoted(clause)}{'*' * clause.beginning}" for clause in self.clauses)

    def _says_little(self, clause: Clause) -> bool:
        return not clause.phrase and not clause.beginning and any(is_stop_word(clause.words[0], tag) for tag in self.languages)

    def _is_known(self, clause: Clause) -> bool:
        return self.index.searcher.search(self._clause(clause), limit=1, count=False).hits != []

    def _clause(self, clause: Clause, *, parts: bool = True) -> Query:
        if clause.beginning:
            begin = textindex.folded(clause.words[0])
            terms = [term for term, _ in self.index.searcher.terms_with_prefix("words", begin, limit=_MOST_BEGINNINGS)]
            return Query.term_set_query(self.index.schema, "words", terms)
        queries = [
            Query.boost_query(query, weight)
            for language in self.languages
            for suffix, weight in _WEIGHTS.items()
            for query in _in_field(self.index, f"{language}{suffix}", language, clause)
        ]
        if not clause.phrase and not clause.excluded:
            queries += [
                Query.boost_query(query, _RELATED) for query in self._related(textindex.folded(clause.words[0]), parts=parts)
            ]
        return Query.disjunction_max_query(queries, _TIE_BREAKER) if queries else Query.empty_query()

    def _related(self, word: str, *, parts: bool) -> Iterable[Query]:
        """Queries for what has the root of a word, or, if ``parts`` will do, all known parts of a compound."""
        schema = self.index.schema
        for language in self.languages:
            field = f"{language}_related"
            for term in dict.fromkeys((word, textindex.root(word, language))):
                yield Query.term_query(schema, field, term, "freq")
            known = textindex.parts_of(word, self.index.words.keys()) if parts and language == "nl" else ()
            if known:
                roots = {textindex.root(part, language) for part in known}
                yield Query.boolean_query([(Occur.Must, Query.term_query(schema, field, part, "freq")) for part in sorted(roots)])


def nearest(index: OpenIndex, word: str) -> str:
    """The known word that a misspelt one most likely stands for; empty if none is near."""
    written = textindex.folded(word)
    if len(written) < _LEAST_CORRECTED or written.isdigit():
        return ""
    most = 2 if len(written) >= _TWO_ERRORS else 1
    near = process.extract(written, index.words.keys(), scorer=OSA.distance, score_cutoff=most, limit=20)
    return min(near, key=lambda found: (found[1], -index.words[found[0]], found[0]))[0] if near else ""


def marks(meant: Meant, text: str, language: str) -> list[tuple[str, bool]]:
    """A text in pieces, with whether each is a word that was to be found."""
    terms, roots, begun = meant.marked[language]
    pieces: list[tuple[str, bool]] = []
    position = 0
    for start, end in textindex.word_spans(text):
        word = text[start:end]
        small = textindex.folded(word)
        hit = (
            not terms.isdisjoint(_terms(word, language))
            or textindex.root(small, language) in roots
            or any(small.startswith(begin) for begin in begun)
        )
        if hit:
            pieces += [(text[position:start], False), (word, True)]
            position = end
    pieces.append((text[position:], False))
    return [piece for piece in pieces if piece[0]]


@lru_cache(maxsize=50_000)
def _terms(word: str, language: str) -> tuple[str, ...]:
    return tuple(textindex.analyzer(language).analyze(word))


def _in_field(index: OpenIndex, field: str, language: str, clause: Clause) -> Sequence[Query]:
    """Query for a clause in one field; none if it has only stop words."""
    placed = [(place, term) for place, word in enumerate(clause.words) for term in textindex.analyzer(language).analyze(word)]
    if not placed:
        return ()
    if len(placed) == 1:
        return (Query.term_query(index.schema, field, placed[0][1]),)
    first = placed[0][0]
    return (Query.phrase_query(index.schema, field, [(place - first, term) for place, term in placed]),)


def _quoted(clause: Clause) -> str:
    return f'"{" ".join(clause.words)}"' if clause.phrase else clause.words[0]
