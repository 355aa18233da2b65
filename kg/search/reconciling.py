"""Answer one reconciliation query: candidates by name, weighed by the other values that were given.

In comes an :class:`Asked`; out go :class:`~kg.search.matching.Candidate` records for :mod:`kg.web.reconcile`. A value that identifies,
such as a Wikidata item, decides; another one raises a candidate that has it, and lowers one that has a different one. One that we do not have tells nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from kg.search.facts import PROPERTIES, Facts, comparable
from kg.search.matching import CERTAIN, Candidate

_GAIN: Final = 0.3
_LOSS: Final = 25.0
_LEAST_NAME: Final = 45.0
"""A name that resembles no more than this contradicts an identifier; neither is believed."""
_WIDER: Final = 25


@dataclass(frozen=True)
class Asked:
    """A reconciliation query (Reconciliation Service API 0.2, section 4.1).

    :ivar name: empty if only properties are given
    :ivar types: ids of types
    :ivar properties: ids with the values given, as texts
    """

    name: str
    types: tuple[str, ...] = ()
    limit: int = 10
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()


def candidates(facts: Facts, asked: Asked) -> list[Candidate]:
    """Candidates, best first."""
    given = [(name, comparable(values)) for name, values in asked.properties if name in PROPERTIES and any(values)]
    if not asked.name:
        return _by_properties(facts, asked, given)
    found = facts.matcher.candidates(asked.name, asked.types, max(asked.limit, _WIDER) if given else asked.limit)
    if not given:
        return found
    known = {candidate.entity.id for candidate in found}
    for candidate in _by_properties(facts, asked, [item for item in given if PROPERTIES[item[0]].identifies]):
        if candidate.entity.id not in known:
            similarity = facts.matcher.similarity(asked.name, candidate.entity)
            found.append(replace(candidate, score=0.0, match=False, same=False, similarity=similarity))
    weighed = sorted((_weighed(facts, candidate, given) for candidate in found), key=lambda c: -c.score)
    if len(weighed) > 1 and weighed[1].score >= weighed[0].score:
        weighed[0] = replace(weighed[0], match=False)
    return [replace(c, match=c.match and place == 0) for place, c in enumerate(weighed) if c.score > 0][: asked.limit]


def _weighed(facts: Facts, candidate: Candidate, given: list[tuple[str, set[str]]]) -> Candidate:
    score, match = candidate.score, candidate.match
    gained = sure = contradicted = False
    for name, wanted in given:
        own = comparable(facts.values_of(candidate.entity.id, name))
        if own & wanted:
            gained = True
            sure = sure or PROPERTIES[name].identifies
            score += (100 - score) * _GAIN
        elif own:
            contradicted = True
            score -= _LOSS
    if contradicted:
        return replace(candidate, score=round(max(score, 0.0), 1), match=False)
    if sure and (candidate.same or candidate.similarity >= _LEAST_NAME):
        return replace(candidate, score=100.0, match=True)
    return replace(candidate, score=round(score, 1), match=match or (gained and candidate.same and candidate.score >= CERTAIN))


def _by_properties(facts: Facts, asked: Asked, given: list[tuple[str, set[str]]]) -> list[Candidate]:
    """Entities that have one of the values of each property; a match if there is only one and a value identifies."""
    if not given:
        return []
    sets = [{entity.id for value in wanted for entity in facts.having(name).get(value, ())} for name, wanted in given]
    ids = set.intersection(*sets)
    entities = [facts.register.entities[key] for key in _in_order(facts, ids)]
    if asked.types:
        entities = [entity for entity in entities if not set(asked.types).isdisjoint(entity.types)]
    match = len(entities) == 1 and any(PROPERTIES[name].identifies for name, _ in given)
    score = 100.0 if match else 80.0
    return [Candidate(entity, score, match, entity.name, match, 0.0) for entity in entities[: asked.limit]]


def _in_order(facts: Facts, ids: set[str]) -> Iterator[str]:
    return (key for key in facts.register.entities if key in ids)
