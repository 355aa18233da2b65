"""Versions by rule: what changed decides which number goes up (Semantic Versioning 2.0.0).

In: a difference. Out: levels and versions. docs/decisions/20261122-three-versions.md has the rules and why. Next: :mod:`kg.releasing`.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import pyoxigraph as ox

from kg.diff.changes import WORDING, Difference, Status, ThingChange
from kg.errors import InputError
from kg.namespaces import GRAPH

_PATTERN: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class Level(IntEnum):
    """How far a change reaches."""

    NONE = 0
    PATCH = 1
    """The same is said in other words: each query finds the same rows."""
    MINOR = 2
    """A query may find other rows."""
    MAJOR = 3
    """A query that worked may no longer: something that it names is gone, or means something else."""


@dataclass(frozen=True, order=True)
class Version:
    """Major, minor and patch number."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str, where: str) -> "Version":
        """Read ``1.2.3``.

        :param where: what states it, for the message
        :raises InputError: if it is no such version
        """
        found = _PATTERN.fullmatch(text)
        if not found:
            raise InputError(f'{where}: "{text}" is no version; write three numbers with dots, as in 1.2.3')
        return cls(*map(int, found.groups()))

    def raised(self, level: Level) -> "Version":
        """The next version; below 1.0.0 nothing is promised, so that a break raises the minor number (section 4)."""
        if level is Level.NONE:
            return self
        if level is Level.PATCH:
            return Version(self.major, self.minor, self.patch + 1)
        if level is Level.MINOR or self.major == 0:
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major + 1, 0, 0)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def ontology_level(difference: Difference) -> Level:
    """How far the changes of terms reach: one that goes or is defined otherwise breaks, a new one adds, a label is wording."""
    level = Level.NONE
    for thing in difference.of("term"):
        if thing.status is Status.ADDED or _only_says_more(thing):
            level = max(level, Level.MINOR)
        elif thing.is_wording:
            level = max(level, Level.PATCH)
        else:
            level = Level.MAJOR
    return level


def _only_says_more(thing: ThingChange) -> bool:
    """Whether what was said of a term still is, and something is said beside it, such as an alignment."""
    return (
        thing.status is Status.CHANGED
        and not thing.is_wording
        and all(change.predicate in WORDING or not change.before for change in thing.properties)
    )


def data_level(difference: Difference) -> Level:
    """How far all changes reach for who queries the data."""
    level = ontology_level(difference)
    for thing in difference.things:
        if thing.group == "term":
            continue
        level = max(level, Level.MAJOR if thing.status is Status.LOST else Level.PATCH if thing.is_wording else Level.MINOR)
    if difference.links:
        level = max(level, Level.MINOR)
    # What is inferred can change alone: by a rule.
    inferred = ox.NamedNode(f"{GRAPH}inferred")
    if any(q.graph_name == inferred and q.predicate.value not in WORDING for q in (*difference.added, *difference.removed)):
        level = max(level, Level.MINOR)
    return level
