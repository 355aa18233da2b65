"""Parameters of published queries: what the header of a ``.rq`` file may declare, and which RDF term a value is.

In comes the YAML of a header; out go :class:`Parameter` records for :mod:`kg.queries`. :mod:`kg.choices` says which values a
release has, :mod:`kg.engine.binding` puts them into the query. How to write them: ``docs/queries.md``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from kg.namespaces import ID, POL, PREFIXES, XSD
from kg.rdf import Term, is_address

RESERVED: Final = frozenset({"format", "lang", "timeout"})
"""Parameters that every query has at its address; ``lang`` is the language of its page."""
MOST_CHARACTERS: Final = 200
"""Longest value that is a text."""

_KEYS: Final = ("type", "required", "multiple", "default", "description", "example", "min", "max")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class ValueType:
    """What values a parameter takes.

    :ivar name: as in a header
    :ivar label: for people, by language
    :ivar namespaces: where the IRIs of its values begin; empty where values are literals
    :ivar datatype: of its literals
    :ivar pattern: which texts are values, as a regular expression of ECMA-262 and Python; empty if any
    :ivar listed: the values, where they are few and the same in every release
    :ivar of_class: IRI of the class that its values have; empty where their namespaces say enough
    """

    name: str
    label: Mapping[str, str]
    namespaces: tuple[str, ...] = ()
    datatype: str = f"{XSD}string"
    pattern: str = ""
    listed: tuple[str, ...] = ()
    of_class: str = ""

    @property
    def is_entity(self) -> bool:
        """Whether values are IRIs."""
        return bool(self.namespaces)

    @property
    def is_number(self) -> bool:
        """Whether values have an order, so that a header may bound them."""
        return self.name in {"integer", "decimal", "year"}


def _entity(name: str, en: str, nl: str, *collections: str, of_class: str = "") -> ValueType:
    namespaces = tuple(f"{ID}{collection}/" for collection in collections or (name,))
    return ValueType(name, {"en": en, "nl": nl}, namespaces, of_class=of_class and f"{POL}{of_class}")


TYPES: Final[Mapping[str, ValueType]] = {
    kind.name: kind
    for kind in (
        _entity("action", "action", "handeling"),
        _entity("actor", "agent or group", "actor of groep", "agent", "group"),
        _entity("agent", "agent", "actor"),
        _entity("comparator", "comparator", "vergelijking"),
        _entity("confidence", "confidence", "zekerheid"),
        _entity("document", "document", "document"),
        _entity(
            "entity",
            "entity of any kind",
            "entiteit van elke soort",
            *("agent", "event", "group", "indicator", "instrument", "place", "publication", "topic"),
        ),
        _entity("event", "event", "gebeurtenis"),
        _entity("frame", "frame", "rechtvaardiging"),
        _entity("group", "group", "groep"),
        _entity("indicator", "indicator", "indicator"),
        _entity("instrument", "instrument", "instrument"),
        _entity("instrument-type", "type of instrument", "soort instrument"),
        ValueType("kind", {"en": "kind of statement", "nl": "soort uitspraak"}, (POL,)),
        # a state is one entity, an agent and a place, and has its IRI among the agents
        _entity("place", "place or state", "plaats of staat", "place", "agent", of_class="Place"),
        _entity("polarity", "polarity", "polariteit"),
        _entity("publication", "publication", "publicatie"),
        _entity("response", "value of a response", "waarde van een reactie"),
        _entity("stance", "stance", "houding"),
        _entity("state", "state", "staat", "agent", of_class="State"),
        _entity("topic", "topic", "onderwerp"),
        ValueType("language", {"en": "language", "nl": "taal"}, listed=("en", "nl")),
        ValueType("string", {"en": "text", "nl": "tekst"}),
        ValueType("integer", {"en": "whole number", "nl": "geheel getal"}, (), f"{XSD}integer", r"^-?[0-9]{1,15}$"),
        ValueType("decimal", {"en": "number", "nl": "getal"}, (), f"{XSD}decimal", r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"),
        ValueType("year", {"en": "year", "nl": "jaar"}, (), f"{XSD}gYear", r"^[0-9]{4}$"),
    )
}


class DeclarationError(ValueError):
    """A parameter is declared wrongly; the message says what was expected."""


@dataclass(frozen=True)
class Parameter:
    """A declared parameter.

    :ivar name: of the parameter, and of the variable that it binds
    :ivar required: whether the query is not to run without it
    :ivar multiple: whether it may be repeated; a row then fits any of the values
    :ivar default: the values that the query itself has in a VALUES clause, which a given value replaces; often none
    :ivar description: by language
    :ivar example: a value to show; empty if none
    :ivar minimum: least value of a number; None if any
    :ivar maximum: greatest value of a number; None if any
    :ivar line: line of the file, from 1
    """

    name: str
    type: ValueType
    required: bool = False
    multiple: bool = False
    default: tuple[str, ...] = ()
    description: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    line: int = 1


def read_parameter(name: object, spec: object, line: int) -> Parameter:
    """A parameter as it is declared.

    :param spec: what the header has under the name
    :raises DeclarationError: if it is not a declaration
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        message = f"parameter {name!r}: a name is letters, digits and _, as that of the variable without its ?"
        raise DeclarationError(message)
    if name in RESERVED:
        message = f"parameter {name}: every query has {' and '.join(sorted(RESERVED))}; call the variable something else"
        raise DeclarationError(message)
    if not isinstance(spec, dict):
        message = f"parameter {name} is {spec!r}; expected {{type: agent}}"
        raise DeclarationError(message)
    for key in spec:
        if key not in _KEYS:
            message = f"parameter {name}: unknown key {key!r}; expected one of {', '.join(_KEYS)}"
            raise DeclarationError(message)
    kind = TYPES.get(str(spec.get("type")))
    if kind is None:
        message = f"parameter {name}: unknown type {spec.get('type')!r}; expected one of {', '.join(TYPES)}"
        raise DeclarationError(message)
    bare = Parameter(
        name=name,
        type=kind,
        required=_flag(name, spec, "required"),
        multiple=_flag(name, spec, "multiple"),
        description=_description(name, spec),
        minimum=_bound(name, kind, spec, "min"),
        maximum=_bound(name, kind, spec, "max"),
        line=line,
    )
    default, example = _values(bare, spec, "default"), _values(bare, spec, "example")
    if default and bare.required:
        message = f"parameter {name}: required and default exclude each other; leave one out"
        raise DeclarationError(message)
    if len(default) > 1 and not bare.multiple:
        message = f"parameter {name}: default is a list, so that multiple: true is needed"
        raise DeclarationError(message)
    if len(example) > 1:
        message = f"parameter {name}: example is a list; expected one value"
        raise DeclarationError(message)
    bounded = {"minimum": bare.minimum, "maximum": bare.maximum}
    return Parameter(name, kind, bare.required, bare.multiple, default, bare.description, "".join(example), line=line, **bounded)


def default_terms(parameter: Parameter) -> tuple[Term, ...]:
    """The terms of the default."""
    return tuple(
        Term("iri", iris(parameter.type, value)[0]) if parameter.type.is_entity else literal(parameter, value)
        for value in parameter.default
    )


def iris(kind: ValueType, value: str) -> tuple[str, ...]:
    """The IRIs that a value of a type with IRIs may mean: as slug, as prefixed name, or as the IRI itself.

    Whether there is such a thing is another question.
    """
    if is_address(value):
        return (value,) if value.startswith(kind.namespaces) else ()
    prefix, colon, local = value.partition(":")
    found = (f"{PREFIXES.get(prefix, '')}{local}",) if colon else tuple(f"{namespace}{value}" for namespace in kind.namespaces)
    return tuple(iri for iri in found if iri.startswith(kind.namespaces) and is_address(iri))


def literal(parameter: Parameter, value: str) -> Term:
    """The literal that a value is.

    :raises ValueError: if it is none of the type; the message says what was expected
    """
    kind = parameter.type
    if kind.listed and value not in kind.listed:
        message = f"expected {' or '.join(kind.listed)}"
        raise ValueError(message)
    # \Z and not $, which would let a line end pass
    if kind.pattern and not re.fullmatch(kind.pattern.removeprefix("^").removesuffix("$"), value, re.ASCII):
        examples = {"integer": "a whole number, as 12", "decimal": "a number, as 0.7", "year": "a year of four digits, as 2030"}
        message = f"expected {examples[kind.name]}"
        raise ValueError(message)
    if kind.is_number:
        number = Decimal(value)
        if (parameter.minimum is not None and number < parameter.minimum) or (
            parameter.maximum is not None and number > parameter.maximum
        ):
            message = f"expected {_range(parameter)}"
            raise ValueError(message)
    elif len(value) > MOST_CHARACTERS:
        message = f"it has {len(value):,} characters; expected at most {MOST_CHARACTERS}"
        raise ValueError(message)
    elif _CONTROL.search(value):
        message = "it has a control character or half a character; expected text"
        raise ValueError(message)
    return Term("literal", value, "", kind.datatype)


def _range(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f"a number from {low} to {high}"
    return f"a number of at least {low}" if low is not None else f"a number of at most {high}"


def _flag(name: str, spec: Mapping[str, Any], key: str) -> bool:
    value = spec.get(key, False)
    if not isinstance(value, bool):
        message = f"parameter {name}: {key} is {value!r}; expected true or false"
        raise DeclarationError(message)
    return value


def _description(name: str, spec: Mapping[str, Any]) -> Mapping[str, str]:
    value = spec.get("description", {})
    texts = isinstance(value, dict) and all(isinstance(text, str) and text for text in value.values())
    if not texts or (value and set(value) != {"en", "nl"}):
        message = f"parameter {name}: description is {value!r}; expected text in both languages, {{en: …, nl: …}}"
        raise DeclarationError(message)
    return dict(value)


def _bound(name: str, kind: ValueType, spec: Mapping[str, Any], key: str) -> Decimal | None:
    value = spec.get(key)
    if value is None:
        return None
    if not kind.is_number:
        message = f"parameter {name}: {key} is for integer, decimal and year, and the type is {kind.name}"
        raise DeclarationError(message)
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"parameter {name}: {key} is {value!r}; expected a number"
        raise DeclarationError(message)
    return Decimal(str(value))


def _values(parameter: Parameter, spec: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Values that a header gives, checked."""
    if key not in spec:
        return ()
    given = spec[key]
    found = []
    for value in given if isinstance(given, list) else [given]:
        text = str(value)
        try:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                message = "expected text or a number"
                raise ValueError(message)  # noqa: TRY004, TRY301 - the same message for whatever is wrong with it
            if not parameter.type.is_entity:
                literal(parameter, text)
            elif not (found_iris := iris(parameter.type, text)) or (key == "default" and len(found_iris) > 1):
                message = f"expected one {parameter.type.label['en']}, as slug, prefixed name or IRI"
                raise ValueError(message)  # noqa: TRY301 - as above
        except ValueError as error:
            message = f"parameter {parameter.name}: {key} is {value!r}: {error}"
            raise DeclarationError(message) from None
        found.append(text)
    return tuple(found)
