"""Constraints of shapes in plain words, in the language of the page.

In: a :class:`~kg.constraints.Shape`. Out: :class:`Sentence` records: the key of a text in ``texts.yaml`` and what is put in. Templates say
them (``asks.html``). A constraint without words of its own is shown as SHACL writes it: none is left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kg.constraints import Constraint, Shape
from kg.namespaces import RDF, SH
from kg.rdf import Term
from kg.web.views import Value

Refer = Callable[[Term], Value]
"""Gives a term as pages show it."""

_COUNTS: Final = ("minCount", "maxCount")
_NUMBERS: Final = {
    "minLength": "min_length",
    "maxLength": "max_length",
}
_WITH_VALUES: Final = {
    "class": "class",
    "datatype": "datatype",
    "in": "in",
    "hasValue": "has_value",
    "pattern": "pattern",
    "minInclusive": "min_inclusive",
    "maxInclusive": "max_inclusive",
    "minExclusive": "min_exclusive",
    "maxExclusive": "max_exclusive",
    "lessThan": "less_than",
    "lessThanOrEquals": "less_than_or_equals",
    "equals": "equals",
    "disjoint": "disjoint",
}
_NODE_KINDS: Final = {"IRI": "kind_iri", "Literal": "kind_literal"}
_SINGLE: Final = frozenset({*_WITH_VALUES, "node", "not"} - {"in"})
"""Parameters that are no lists."""
_LANGUAGES: Final = frozenset({"en", "nl"})
_SHAPES: Final = ("or", "and", "xone", "not", "node")


@dataclass(frozen=True)
class Sentence:
    """What is asked.

    :ivar key: of the text, in the group ``asks``
    :ivar component: of SHACL, where the text is about one that has no words of its own
    :ivar number: that is put in; -1 for none
    :ivar values: things and texts that are put in, as alternatives where there are several
    :ivar languages: keys of names of languages that are put in
    :ivar code: whether the values are code, as a regular expression is
    """

    key: str
    component: str = ""
    number: int = -1
    values: tuple[Value, ...] = ()
    languages: tuple[str, ...] = ()
    code: bool = False


def sentences(shape: Shape, shapes: Mapping[str, Shape], refer: Refer) -> tuple[Sentence, ...]:
    """What a shape asks of each of its values, numbers first.

    :param shapes: all, by IRI, for those that it refers to
    """
    rest = [each for each in shape.constraints if each.component not in _COUNTS]
    each_alone = (part for each in rest for part in _parts(each))
    return (*_number(shape), *(_sentence(each, shapes, refer) for each in each_alone))


def _parts(constraint: Constraint) -> tuple[Constraint, ...]:
    """A constraint whose parameter has several values asks for each (SHACL, section 4), unless they are the members of a list."""
    if constraint.component not in _SINGLE:
        return (constraint,)
    return tuple(Constraint(constraint.component, (value,)) for value in constraint.values)


def _number(shape: Shape) -> tuple[Sentence, ...]:
    """How many values, in one sentence where both bounds are given and the same."""
    least, most = (next((term.value for term in shape.values(name)), "") for name in _COUNTS)
    if most == "0":
        return (Sentence("none"),)
    if least and least == most:
        return (_counted("exactly", least),)
    return (*([_counted("at_least", least)] if least else ()), *([_counted("at_most", most)] if most else ()))


def _counted(key: str, number: str) -> Sentence:
    return Sentence(f"{key}_one" if number == "1" else key, number=int(number))


def _sentence(constraint: Constraint, shapes: Mapping[str, Shape], refer: Refer) -> Sentence:
    component, terms = constraint.component, constraint.values
    first = terms[0].value if terms else ""
    values = tuple(refer(term) for term in terms)
    if component == "datatype" and first == f"{RDF}langString":
        return Sentence("lang_string")
    if component in _WITH_VALUES:
        return Sentence(_WITH_VALUES[component], values=values, code=component == "pattern")
    if component in _NUMBERS and first.isdecimal():
        return Sentence(_NUMBERS[component], number=int(first))
    if component == "languageIn" and _LANGUAGES.issuperset(term.value for term in terms):
        return Sentence("languages", languages=tuple(f"value.{term.value}" for term in terms))
    if component == "uniqueLang" and first == "true":
        return Sentence("unique_lang")
    if component == "nodeKind" and first.removeprefix(SH) in _NODE_KINDS:
        return Sentence(_NODE_KINDS[first.removeprefix(SH)])
    if component == "or":
        classes = [_only_class(shapes.get(term.value)) for term in terms]
        if all(classes):
            return Sentence("class", values=tuple(refer(each) for each in classes if each))
    if component in _SHAPES:
        return Sentence(f"shape_{component}", values=values)
    return Sentence("other", component=component, values=values, code=True)


def _only_class(shape: Shape | None) -> Term | None:
    """The class that a shape asks for, if it asks for nothing else."""
    if shape is None or shape.properties or [each.component for each in shape.constraints] != ["class"]:
        return None
    values = shape.values("class")
    return values[0] if len(values) == 1 else None
