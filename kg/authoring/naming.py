"""Names of entities, topics and actions that occur in a sentence: what a coder may have meant to write down.

In: the labels and alternative names of what is shared, and a sentence. Out: :class:`Proposal` records. Next: :mod:`kg.authoring.progress`.
A proposal is what the words say, no more: the coder decides. Words count as the same when their stems are (:mod:`kg.textindex`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from kg.namespaces import ID, SKOS
from kg.ntriples import lexical, parts
from kg.scale import lines
from kg.textindex import folded, root, word_spans

_LABELS: Final = (f"<{SKOS}prefLabel>", f"<{SKOS}altLabel>")
_LANGUAGES: Final = ("nl", "en")
_LONGEST: Final = 8
"""Words of the longest name that is looked for."""
_SHORT: Final = 3
"""Letters up to which a name counts only as it is written: *EU* is not *eu*, and *ICE* is not *ice*."""
_NO_NAMES: Final = frozenset(("volgens", "according", "tegen", "against", "voor", "door"))
"""Function words that share a stem with the name of an action: *volgens* and *volgen*."""
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

    :ivar longest: words of the longest name
    """

    by_stems: dict[tuple[str, tuple[str, ...]], set[str]] = field(default_factory=lambda: defaultdict(set))
    as_written: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def proposals(self, sentence: str) -> tuple[Proposal, ...]:
        """What a sentence names, in the order of its words; a name inside a longer one does not count."""
        spans = word_spans(sentence)
        written = [sentence[start:end] for start, end in spans]
        found: dict[str, Proposal] = {}
        at = 0
        while at < len(spans):
            step = 1
            for length in range(min(_LONGEST, len(spans) - at), 0, -1):
                iris = self._named(written[at : at + length])
                if iris:
                    words = sentence[spans[at][0] : spans[at + length - 1][1]]
                    for iri in sorted(iris):
                        collection, _, slug = iri.removeprefix(ID).partition("/")
                        found.setdefault(iri, Proposal(collection, slug, words))
                    step = length
                    break
            at += step
        return tuple(found.values())

    def _named(self, written: list[str]) -> set[str]:
        if len(written) == 1 and folded(written[0]) in _NO_NAMES:
            return set()
        exact = self.as_written.get(" ".join(written), set())
        return exact.union(*(self.by_stems.get((tag, _stems(tuple(written), tag)), ()) for tag in _LANGUAGES))


def names_of(said: Iterable[bytes]) -> Names:
    """The names of everything that a statement can refer to.

    :param said: packed lines of entities and ontology (:mod:`kg.scale.lines`)
    """
    names = Names()
    for line in (line for data in said for line in lines.each(data)):
        subject, predicate, value = parts(line)
        iri = subject[1:-1]
        if predicate not in _LABELS or not iri.startswith(_NAMED):
            continue
        text = lexical(value)
        written = [text[start:end] for start, end in word_spans(text)]
        if not written or len(written) > _LONGEST:
            continue
        if len("".join(written)) <= _SHORT:
            names.as_written[" ".join(written)].add(iri)
            continue
        for tag in _LANGUAGES:
            names.by_stems[tag, _stems(tuple(written), tag)].add(iri)
    return names


@lru_cache(maxsize=100_000)
def _stems(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Stems of words; short ones are kept as they are, for their endings are half of them."""
    return tuple(root(word, language) if len(word) > _SHORT else word for word in map(folded, words))
