"""Find the entity that a name of somebody else's table stands for.

In comes a name; out go :class:`Candidate` records, best first, for :mod:`kg.web.reconcile`. A candidate is a *match* only if its name
is the same in one of the forms of :mod:`kg.search.names`, or differs by one letter in a long name, and no other entity is as near.
A name that merely resembles is offered, and never matched.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import log
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from kg.search import names
from kg.search.names import Keys, keys_of
from kg.search.register import COLLECTIONS, Entity, Register

CERTAIN: Final = 90.0
"""Scores from here on are those of names that are the same in some form."""
_LEVELS: Final = (("exact", 100.0), ("joined", 98.0), ("words", 97.0), ("known", 96.0), ("nl", 94.0), ("en", 94.0))
_VARIANT: Final = 3.0
"""What a name loses by being found without its brackets, or as one of several."""
_AS_GOOD: Final = 1.0
"""Two that are this near to each other have the same name: it is the label of one and a further name of the other."""
_UNCERTAIN_BRACKETS: Final = 88.0
_ONLY_BRACKETS: Final = 60.0
"""What stands in brackets mostly says where something is, or which of several."""
_ABBREVIATED: Final = 20.0
"""What the abbreviation in brackets adds to a name that resembles."""
_MOST_FUZZY: Final = 89.0
_LEAST_TYPED: Final = 8
_LEAST_TYPED_WORD: Final = 5
_LEAST: Final = 35.0
_NEAR_WORD: Final = 74.0
_MOST_NEAR_WORDS: Final = 12
_INITIALS: Final = 80.0


@dataclass(frozen=True)
class Candidate:
    """An entity that a name may stand for.

    :ivar score: 0 to 100
    :ivar match: whether it is certain
    :ivar name: the name of it that is nearest
    :ivar same: whether that is the same in some form
    :ivar similarity: of the characters of the two, 0 to 100
    """

    entity: Entity
    score: float
    match: bool
    name: str
    same: bool
    similarity: float


class Matcher:
    """Names of a register, ready for look-ups. Its methods may be called from several threads at a time."""

    def __init__(self, register: Register) -> None:
        """Bring all names into their forms."""
        self.register = register
        self._names = [(entity, name) for entity in register.entities.values() for name in entity.names]
        self._keys = [keys_of(name.text) for _, name in self._names]
        self._texts = [keys.exact for keys in self._keys]
        self._forms: dict[str, dict[str, list[int]]] = {level: defaultdict(list) for level, _ in _LEVELS}
        self._having: dict[str, list[int]] = defaultdict(list)
        for number, keys in enumerate(self._keys):
            for level, _ in _LEVELS:
                self._forms[level][_form(keys, level)].append(number)
            for word in set(keys.words.split()):
                self._having[word].append(number)
        total = len(self._names) + 1
        self._rarity = {word: log(total / len(numbers)) + 0.5 for word, numbers in self._having.items()}
        self._weights = [sum(self._rarity[word] for word in set(keys.words.split())) for keys in self._keys]
        self._ids = self._identifiers()
        self._order = {entity: place for place, entity in enumerate(register.entities)}

    def candidates(self, name: str, types: Collection[str] = (), limit: int = 10) -> list[Candidate]:
        """Entities that a name may stand for, best first; those of equal score in the order of the register.

        :param types: ids of types, of which a candidate has one; any if empty
        """

        def fits(entity: Entity) -> bool:
            return not types or not set(types).isdisjoint(entity.types)

        scores = self._same(name, fits)
        fuzzy = self._resembling(name, fits)
        rest = names.split_brackets(name)[0]
        if rest not in {"", name.strip()}:
            for found, value in self._resembling(rest, fits).items():
                fuzzy[found] = max(value, fuzzy.get(found, value))
        short = any(part.isupper() and len(part) > 1 for part in names.split_brackets(name)[1])
        for found, (score, number) in fuzzy.items():
            if short and scores.get(found, (0.0, 0))[0] == _ONLY_BRACKETS:  # an abbreviation, and a name much like it
                scores[found] = (min(_UNCERTAIN_BRACKETS, score + _ABBREVIATED), number)
        best = {found: (score, number, True) for found, (score, number) in scores.items()}
        for found, (score, number) in fuzzy.items():
            if found not in best:
                best[found] = (score, number, False)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], self._order[item[0]]))[: max(limit, 2)]
        exact = names.normalised(name)
        certain = self._is_certain(exact, [(found, *values) for found, values in ranked])
        made = []
        for place, (found, (score, number, same)) in enumerate(ranked[:limit]):
            text = self._names[number][1].text if number >= 0 else self.register.entities[found].name
            similarity = fuzz.ratio(exact, names.normalised(text))
            made.append(
                Candidate(
                    self.register.entities[found], round(score, 1), certain and place == 0, text, same, round(similarity, 1)
                )
            )
        return made

    def beginning(self, prefix: str, types: Collection[str] = ()) -> list[Entity]:
        """Entities of which a name, or a word of a name, begins so; those whose label does come first."""
        begin = names.normalised(prefix)
        entity = self.register.entity(prefix) or self._ids.get(prefix.strip())
        found: dict[str, tuple[int, int]] = {entity.id: (-1, 0)} if entity else {}
        if begin:
            for number, text in enumerate(self._texts):
                if text.startswith(begin):
                    rank = 0 if self._names[number][1].weight == 1 else 1
                elif f" {begin}" in text:
                    rank = 2
                else:
                    continue
                key = self._names[number][0].id
                found[key] = min(found.get(key, (9, 0)), (rank, len(text)))
        ordered = sorted(found, key=lambda key: (*found[key], self._order[key]))
        return [
            self.register.entities[key]
            for key in ordered
            if not types or not set(types).isdisjoint(self.register.entities[key].types)
        ]

    def similarity(self, name: str, entity: Entity) -> float:
        """How alike the characters of a name and the nearest name of an entity are, 0 to 100."""
        exact = names.normalised(name)
        return round(max(fuzz.ratio(exact, names.normalised(own.text)) for own in entity.names), 1)

    def identified(self, text: str) -> Entity | None:
        """Entity with this id, IRI, Wikidata item or ISO code."""
        return self.register.entity(text) or self._ids.get(text.strip())

    def _identifiers(self) -> dict[str, Entity]:
        """Entities by what identifies them: IRIs of the same thing, their last part if it tells, and ISO codes."""
        found: dict[str, Entity] = {}
        for entity in self.register.entities.values():
            for iri in entity.identifiers:
                found.setdefault(iri, entity)
                last = iri.rstrip("/").rpartition("/")[2]
                if "wikidata.org" in iri:
                    found.setdefault(last, entity)
            for code in entity.iso3166:
                found.setdefault(code, entity)
        return found

    def _same(self, name: str, fits: Callable[[Entity], bool]) -> dict[str, tuple[float, int]]:
        """Entities with a name that is the same in some form, with score and number of the name; -1 for an identifier."""
        found: dict[str, tuple[float, int]] = {}

        def add(more: dict[str, tuple[float, int]], loss: float = 0.0, most: float = 100.0) -> None:
            for key, (score, number) in more.items():
                lowered = min(score - loss, most)
                if lowered > found.get(key, (0.0, 0))[0]:
                    found[key] = (lowered, number)

        known = self.identified(name)
        if known and fits(known):
            found[known.id] = (100.0, -1)
        add(self._forms_of(name, fits))
        rest, inside = names.split_brackets(name)
        if inside and rest:
            outer = self._forms_of(rest, fits)
            for part in inside:
                inner = self._forms_of(part, fits)
                both = {key: value for key, value in outer.items() if key in inner or names.is_initials(part, rest)}
                add(both, _VARIANT)
                add(outer, _VARIANT, _UNCERTAIN_BRACKETS)
                add(inner, _VARIANT, _ONLY_BRACKETS)
        parts = names.alternatives(name)
        for part in parts:
            others = [self._forms_of(other, fits) for other in parts if other != part]
            mine = self._forms_of(part, fits)
            agreed = all(not other or not other.keys().isdisjoint(mine) for other in others)
            add(mine, _VARIANT, 100.0 if agreed and all(others) else _UNCERTAIN_BRACKETS)
        bare = names.without_state_words(keys_of(name).exact)
        if bare:
            states = self._forms_of(bare, lambda entity: fits(entity) and "State" in entity.types)
            add(states, _VARIANT)
        return found

    def _forms_of(self, name: str, fits: Callable[[Entity], bool]) -> dict[str, tuple[float, int]]:
        """Entities whose name is the same in the strictest form in which any is."""
        keys = keys_of(name)
        for level, score in _LEVELS:
            form = _form(keys, level)
            found: dict[str, tuple[float, int]] = {}
            for number in self._forms[level].get(form, ()) if form else ():
                entity, own = self._names[number]
                if fits(entity) and names.numbers(keys.exact) == names.numbers(self._texts[number]):
                    value = score - (1 - own.weight) * 50
                    if value > found.get(entity.id, (0.0, 0))[0]:
                        found[entity.id] = (value, number)
            if found:
                return found
        return {}

    def _resembling(self, name: str, fits: Callable[[Entity], bool]) -> dict[str, tuple[float, int]]:
        """Entities with a name that has near words or near characters."""
        keys = keys_of(name)
        if not keys.exact:
            return {}
        near = process.extract(keys.exact, self._texts, scorer=fuzz.ratio, limit=40, score_cutoff=55)
        scores = {number: similarity for _, similarity, number in near}
        for number, shared in self._shared(keys.words.split()).items():
            scores[number] = max(scores.get(number, 0.0), shared)
        found: dict[str, tuple[float, int]] = {}
        for number, similarity in scores.items():
            entity, own = self._names[number]
            score = min(_MOST_FUZZY, similarity * _MOST_FUZZY / 100) * own.weight
            if names.is_initials(name, own.text) and len(keys.joined) > 2:  # noqa: PLR2004 - two letters say nothing
                score = max(score, _INITIALS)
            if score >= _LEAST and score > found.get(entity.id, (0.0, 0))[0] and fits(entity):
                found[entity.id] = (score, number)
        return found

    def _shared(self, words: list[str]) -> dict[int, float]:
        """Names by the words that they share with a name, or have nearly; rare words count more. 0 to 100."""
        total = 0.0
        shared: dict[int, float] = defaultdict(float)
        default = max(self._rarity.values(), default=1.0)
        for word in set(words):
            weight = self._rarity.get(word, default)
            total += weight
            near: dict[int, float] = {}
            for other, similarity in self._near_words(word):
                for number in self._having[other]:
                    near[number] = max(near.get(number, 0.0), similarity * min(weight, self._rarity[other]))
            for number, value in near.items():
                shared[number] += value
        return {
            number: 100 * (0.6 * value / total + 0.4 * min(1.0, value / self._weights[number]))
            for number, value in shared.items()
            if value / total > 0.25  # noqa: PLR2004 - less than a quarter is chance
        }

    def _near_words(self, word: str) -> list[tuple[str, float]]:
        near = process.extract(word, self._having.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_WORD, limit=_MOST_NEAR_WORDS)
        found = {str(other): (similarity / 100) ** 2 for other, similarity, _ in near}
        if len(word) >= _LEAST_TYPED_WORD:
            for other in self._having:
                if len(other) >= _LEAST_TYPED_WORD and other != word and (other.startswith(word) or word.startswith(other)):
                    found[other] = max(found.get(other, 0.0), 0.8)
        return list(found.items())

    def _is_certain(self, exact: str, ranked: list[tuple[str, float, int, bool]]) -> bool:
        """Whether the first candidate is meant, and no other can be."""
        if not ranked:
            return False
        _, score, number, same = ranked[0]
        second = ranked[1] if len(ranked) > 1 else None
        if same:
            return score >= CERTAIN and (second is None or second[1] < score - _AS_GOOD)
        return self._is_typed(exact, self._texts[number]) and (
            second is None or (not second[3] and OSA.distance(exact, self._texts[second[2]]) > 2)  # noqa: PLR2004 - clearly another
        )

    def _is_typed(self, written: str, name: str) -> bool:
        """Whether a long name differs by one slip in a long word."""
        if min(len(written), len(name)) < _LEAST_TYPED or OSA.distance(written, name, score_cutoff=1) > 1:
            return False
        ours, theirs = written.split(), name.split()
        if len(ours) != len(theirs) or names.numbers(written) != names.numbers(name):
            return False
        differing = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
        return all(min(len(a), len(b)) >= _LEAST_TYPED_WORD and a not in self._having for a, b in differing)


def _form(keys: Keys, level: str) -> str:
    return keys.stems[level] if level in keys.stems else str(getattr(keys, level))


__all__ = ["CERTAIN", "COLLECTIONS", "Candidate", "Matcher"]
