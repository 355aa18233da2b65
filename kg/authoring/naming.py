"""Names of entities, topics and actions that occur in a sentence: what a coder may have meant to write down.

In: the labels and alternative names of what is shared, and a sentence. Out: :class:`Proposal` records. Next: :mod:`kg.authoring.progress`.
A proposal is what the words say, no more: the coder decides. Words count as the same when their stems are (:mod:`kg.textindex`) and
they differ by no more than an inflection (:mod:`kg.authoring.inflection`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from kg.authoring.inflection import is_noun, same_words, without_mark
from kg.namespaces import ID, POL, PREFIXES, SKOS
from kg.ntriples import lexical, parts
from kg.scale import lines
from kg.textindex import folded, root, word_spans

_AUTHORS: Final = (f"<{PREFIXES['dcterms']}creator>", f"<{PREFIXES['dcterms']}publisher>")
_COUNTRY: Final = f"<{POL}country>"
_LABELS: Final = (f"<{SKOS}prefLabel>", f"<{SKOS}altLabel>")
_LANGUAGES: Final = ("nl", "en")
_LONGEST: Final = 8
"""Words of the longest name that is looked for."""
_SHORT: Final = 3
"""Letters up to which a name counts only as it is written: *EU* is not *eu*, and *ICE* is not *ice*."""
_NO_NAMES: Final = frozenset(
    ("volgens", "according", "tegen", "against", "voor", "door", "media", "steeds", "land", "landen", "country", "countries")
)
"""Words that share a stem with a name and hardly ever mean it: *volgens* and *volgen*, *steeds* and *steden*, *landen* for governments."""
_ARTICLES: Final = frozenset(("de", "het", "een", "the", "a", "an"))
_AGENT: Final = f"{ID}agent/"
_ACTION: Final = f"{ID}action/"
_PROPOSED: Final = ("agent", "group", "instrument", "place", "publication", "event", "indicator", "topic", "action")
_NAMED: Final = tuple(f"{ID}{collection}/" for collection in _PROPOSED)


@dataclass(frozen=True, order=True)
class Proposal:
    """Something that a sentence names.

    :ivar collection: ``topic``, ``action``, ``agent`` and so on
    :ivar slug: as a coder writes it
    :ivar found: the words of the sentence
    """

    collection: str
    slug: str
    found: str


@dataclass(frozen=True)
class Names:
    """Names by the stems of their words, in each language.

    :ivar by_stems: things with the words of the name that has these stems
    :ivar as_written: things by names that are too short for stems
    :ivar of_agents: names of agents, as folded words
    :ivar authors: authors and publishers of a document, by its IRI
    :ivar countries: the country of an agent
    """

    by_stems: dict[tuple[str, tuple[str, ...]], set[tuple[str, tuple[str, ...]]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    as_written: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    of_agents: dict[str, set[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(set))
    authors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    countries: dict[str, str] = field(default_factory=dict)

    def proposals(self, sentence: str, document: str = "") -> tuple[Proposal, ...]:
        """What a sentence names, in the order of its words; a name inside a longer one does not count.

        :param document: slug of the document in which it stands; *the council* in it is its author, if that is called so
        """
        spans = word_spans(sentence)
        written = [without_mark(sentence[start:end]) for start, end in spans]
        authors = self.authors.get(f"{ID}document/{document}", set())
        found: dict[str, Proposal] = {}
        at = 0
        while at < len(spans):
            length, iris = self._longest(written, at)
            if _is_article(written[at]) and at + 1 < len(spans):
                later, better = self._longest(written, at + 1)
                if later >= max(length, 1):
                    at, length, iris = at + 1, later, better
            words = sentence[spans[at][0] : spans[at + max(length, 1) - 1][1]]
            for iri in self._meant(iris, written, at, length, authors):
                collection, _, slug = iri.removeprefix(ID).partition("/")
                found.setdefault(iri, Proposal(collection, slug, words))
            at += max(length, 1)
        return tuple(found.values())

    def _longest(self, written: list[str], at: int) -> tuple[int, set[str]]:
        """Words of the longest name that begins at a word, and what is called so; 0 and nothing if none does."""
        for length in range(min(_LONGEST, len(written) - at), 0, -1):
            iris = self._named(written[at : at + length])
            if length == 1 and _in_name(written, at):
                iris = {iri for iri in iris if not iri.startswith(_ACTION)}
            if iris:
                return length, iris
        return 0, set()

    def _named(self, written: list[str]) -> set[str]:
        words = tuple(map(folded, written))
        if len(words) == 1 and words[0] in _NO_NAMES:
            return set()
        by_stems = {
            iri
            for tag in _LANGUAGES
            for iri, name in self.by_stems.get((tag, _stems(words, tag)), ())
            if same_words(words, name, tag) and not (iri.startswith(_ACTION) and is_noun(words[0], name[0]))
        }
        return self.as_written.get(" ".join(written), set()) | by_stems

    def _meant(self, iris: set[str], written: list[str], at: int, length: int, authors: set[str]) -> list[str]:
        """Which of several things of one name are meant in a document of these authors, the likeliest first."""
        if not authors or not iris:
            return sorted(iris)
        first = at + _is_article(written[at])
        general = at != first or (at > 0 and _is_article(written[at - 1]))
        words = tuple(map(folded, written[first : at + length]))
        if (
            general
            and words
            and all(iri.startswith(_AGENT) for iri in iris)
            and written[first][0].isupper()
            and not iris & authors
        ):
            own = [iri for iri in sorted(authors) if any(name[: len(words)] == words for name in self.of_agents.get(iri, ()))]
            if own:
                return own
        home = {self.countries.get(iri, iri) for iri in authors}
        if at != first and any(
            iri in self.countries for iri in authors
        ):  # *the minister* is one of the country that is spoken of
            iris = {iri for iri in iris if self.countries.get(iri) in {None, *home}}
        return sorted(iris, key=lambda iri: (self.countries.get(iri) not in home, iri))


def names_of(said: Iterable[bytes]) -> Names:
    """The names of everything that a statement can refer to.

    :param said: packed lines of entities and ontology (:mod:`kg.scale.lines`)
    """
    names = Names()
    for line in (line for data in said for line in lines.each(data)):
        subject, predicate, value = parts(line)
        iri = subject[1:-1]
        if predicate in _AUTHORS:
            names.authors[iri].add(value[1:-1])
        elif predicate == _COUNTRY:
            names.countries[iri] = value[1:-1]
        if predicate not in _LABELS or not iri.startswith(_NAMED):
            continue
        text = lexical(value)
        written = [text[start:end] for start, end in word_spans(text)]
        if not written or len(written) > _LONGEST:
            continue
        words = tuple(map(folded, written))
        if iri.startswith(_AGENT):
            names.of_agents[iri].add(words)
        if len("".join(written)) <= _SHORT:
            names.as_written[" ".join(written)].add(iri)
            continue
        for tag in _LANGUAGES:
            names.by_stems[tag, _stems(words, tag)].add((iri, words))
    return names


def _is_article(word: str) -> bool:
    return word.lower() in _ARTICLES


def _in_name(written: list[str], at: int) -> bool:
    """Whether a word is written as a part of a name: *Monitoring* in *Internal Displacement Monitoring Centre*."""
    beside = written[at - 1 : at] if at else written[at + 1 : at + 2]
    return written[at][0].isupper() and any(word[0].isupper() for word in beside)


@lru_cache(maxsize=100_000)
def _stems(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Stems of folded words; short ones are kept as they are, for their endings are half of them."""
    return tuple(root(word, language) if len(word) > _SHORT else word for word in words)
