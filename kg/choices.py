"""Which values the parameters of a query have in a release, and what is wrong with one that is none.

In come a :class:`~kg.reader.Reader` and what somebody wrote; out go RDF terms for :mod:`kg.engine.binding`, or a
:class:`ParameterError` that lists what would do. :mod:`kg.web` and :mod:`kg.cli` say it to people.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kg.errors import PolicyKgError
from kg.namespaces import PREFIXES
from kg.parameters import Parameter, ValueType, iris, literal
from kg.queries import PublishedQuery
from kg.rdf import Term
from kg.reader import Reader

FEW: Final = 30
"""Values up to this number are all named in a message."""
_NEAREST: Final = 8
_ALIKE: Final = 0.6
_SHOWN: Final = 60
"""Characters of a wrong value that a message repeats."""


@dataclass(frozen=True)
class Choice:
    """A thing that a parameter may be.

    :ivar slug: the part of its IRI that is its own
    :ivar value: the shortest text that is this and no other of its type: the slug, or else the prefixed name
    :ivar prefixed: as a query may write it; the IRI itself where there is no prefix
    :ivar label: by language
    """

    iri: str
    slug: str
    value: str
    prefixed: str
    label: Mapping[str, str]


class ParameterError(PolicyKgError):
    """A parameter that cannot be taken.

    :ivar parameter: its name
    :ivar value: what was given
    :ivar nearest: values, or names of parameters, that may have been meant, the likeliest first
    :ivar type: of the parameter; None if it has none
    """

    def __init__(
        self, message: str, parameter: str, value: str = "", nearest: tuple[str, ...] = (), kind: ValueType | None = None
    ) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.value = value
        self.nearest = nearest
        self.type = kind


class Choices:
    """The values of each type in a release. They are read when somebody asks, and kept."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._found: dict[str, dict[str, Choice]] = {}

    def of(self, kind: ValueType) -> tuple[Choice, ...]:
        """The values of a type, by slug; none of a type of literals."""
        return tuple(self._by_iri(kind).values())

    def terms(self, query: PublishedQuery, given: Iterable[tuple[str, str]]) -> dict[str, tuple[Term, ...]]:
        """Terms by name of parameter, for what was given.

        :param given: names and values; those of :data:`kg.parameters.RESERVED` left out
        :raises ParameterError: if there is no such parameter or value, one is repeated that may not be, or one is missing
        """
        found: dict[str, tuple[Term, ...]] = {}
        for name, value in given:
            parameter = query.parameters.get(name)
            if parameter is None:
                raise _unknown(name, query)
            if name in found and not parameter.multiple:
                message = f"The parameter {name} is given more than once; expected one value."
                raise ParameterError(message, name, value, kind=parameter.type)
            term = self.term(parameter, value)
            if term not in found.get(name, ()):
                found[name] = (*found.get(name, ()), term)
        for name, parameter in query.parameters.items():
            if parameter.required and name not in found:
                message = f"The parameter {name} is missing: this query needs it. {self._expected(parameter)}"
                raise ParameterError(message, name, kind=parameter.type)
        return found

    def term(self, parameter: Parameter, value: str) -> Term:
        """The term that a value is.

        :raises ParameterError: if it is none of the parameter's type
        """
        if not parameter.type.is_entity:
            try:
                return literal(parameter, value)
            except ValueError as error:
                message = f"The parameter {parameter.name} is {_shown(value)}: {error}."
                raise ParameterError(message, parameter.name, value, parameter.type.listed, parameter.type) from None
        known = self._by_iri(parameter.type)
        found = [iri for iri in iris(parameter.type, value) if iri in known]
        if len(found) == 1:
            return Term("iri", found[0])
        if found:
            names = tuple(known[iri].prefixed for iri in found)
            message = (
                f"The parameter {parameter.name} is {_shown(value)}, which is several things; expected {' or '.join(names)}."
            )
            raise ParameterError(message, parameter.name, value, names, parameter.type)
        nearest = self.nearest(parameter.type, value)
        hint = f" Did you mean {' or '.join(nearest[:3])}?" if nearest else ""
        label = parameter.type.label["en"]
        message = (
            f"The parameter {parameter.name} is {_shown(value)}, and there is no such {label}.{hint} {self._expected(parameter)}"
        )
        raise ParameterError(message, parameter.name, value, nearest, parameter.type)

    def nearest(self, kind: ValueType, value: str) -> tuple[str, ...]:
        """Slugs of things whose slug or label is like a text, the likeliest first."""
        wanted = value[:_SHOWN].rpartition("/")[2].rpartition(":")[2].casefold().strip()
        if not wanted:
            return ()
        matcher = difflib.SequenceMatcher(b=wanted)
        scored = []
        for choice in self.of(kind):
            best = 0.0
            for name in {choice.slug, choice.prefixed.rpartition(":")[2], *choice.label.values()}:
                text = name.casefold()
                words = re.split(r"[\W_]+", text)
                if wanted in words or text.startswith(wanted):
                    best = max(best, 1.0)
                    continue
                matcher.set_seq1(text)
                if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
                    best = max(best, matcher.ratio())
            if best >= _ALIKE:
                scored.append((-best, len(choice.slug), choice.value))
        return tuple(text for _, _, text in sorted(scored)[:_NEAREST])

    def _expected(self, parameter: Parameter) -> str:
        if not parameter.type.is_entity:
            return f"Expected {' or '.join(parameter.type.listed) or 'a ' + parameter.type.label['en']}."
        choices = self.of(parameter.type)
        if len(choices) <= FEW:
            return f"Expected one of {', '.join(choice.value for choice in choices)}."
        return (
            f"Expected a slug, a prefixed name or an IRI; /api/values/{parameter.type.name} of the site lists all {len(choices)}."
        )

    def _by_iri(self, kind: ValueType) -> dict[str, Choice]:
        found = self._found.get(kind.name)
        if found is None:
            found = self._found[kind.name] = self._read(kind)
        return found

    def _read(self, kind: ValueType) -> dict[str, Choice]:
        if not kind.is_entity:
            return {}
        # a kind is a class of statements; anything else is a thing with a label, below the namespace of its type
        pattern = "?thing skos:prefLabel ?label ."
        if kind.name == "kind":
            pattern = "?thing rdfs:subClassOf pol:Statement ; rdfs:label ?label ."
        elif kind.of_class:
            pattern += f" ?thing a <{kind.of_class}> ."
        begins = " || ".join(f'STRSTARTS(STR(?thing), "{namespace}")' for namespace in kind.namespaces)
        labels: dict[str, dict[str, str]] = {}
        for row in self._reader.select(f"SELECT ?thing ?label {{ {pattern} FILTER({begins}) }}"):
            labels.setdefault(row["thing"].value, {}).setdefault(row["label"].language, row["label"].value)
        slugs = Counter(_slug(iri, kind) for iri in labels)
        choices = (_choice(iri, kind, texts, slugs) for iri, texts in labels.items())
        return {
            choice.iri: choice
            for choice in sorted(choices, key=lambda choice: (choice.slug, choice.iri))
            if "/" not in choice.slug
        }


def _slug(iri: str, kind: ValueType) -> str:
    return iri.removeprefix(next(namespace for namespace in kind.namespaces if iri.startswith(namespace)))


def _choice(iri: str, kind: ValueType, label: Mapping[str, str], slugs: Counter[str]) -> Choice:
    slug = _slug(iri, kind)
    prefix = next((name for name, begin in PREFIXES.items() if iri == f"{begin}{slug}"), "")
    prefixed = f"{prefix}:{slug}" if prefix else iri
    return Choice(iri, slug, slug if slugs[slug] == 1 else prefixed, prefixed, label)


def _unknown(name: str, query: PublishedQuery) -> ParameterError:
    known = tuple(query.parameters)
    near = tuple(difflib.get_close_matches(name, known, cutoff=_ALIKE))
    hint = f" Did you mean {near[0]}?" if near else ""
    has = f"This query has {', '.join(known)}." if known else "This query has none."
    message = f"There is no parameter {_shown(name)}.{hint} {has}"
    return ParameterError(message, name, nearest=(*near, *(other for other in known if other not in near)))


def _shown(value: str) -> str:
    """A wrong value for a message: quoted, and not longer than need be."""
    return f'"{value}"' if len(value) <= _SHOWN else f'"{value[:_SHOWN]}…"'
