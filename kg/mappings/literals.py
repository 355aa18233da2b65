"""The lexical forms of the datatypes that mappings use.

In: a string as written and a datatype IRI. Out: what is wrong with it, or None. The forms are those of XML Schema 1.1 part 2,
section 3; a calendar date must also exist.
"""

import datetime as dt
import re
from typing import Final

from kg.namespaces import XSD

_FORMS: Final = {
    f"{XSD}decimal": (re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"), "a decimal number with a point, as in 0.7"),
    f"{XSD}integer": (re.compile(r"[+-]?\d+"), "a whole number, as in 12"),
    f"{XSD}boolean": (re.compile(r"true|false"), "true or false"),
    f"{XSD}gYear": (re.compile(r"[1-9]\d{3}"), "a year of four digits, as in 2030"),
    f"{XSD}date": (re.compile(r"\d{4}-\d{2}-\d{2}"), "a date, as in 2021-01-12"),
    f"{XSD}language": (re.compile(r"[a-z]{2,3}(-[a-zA-Z0-9]{1,8})*"), "a language tag of two or three letters, as in nl"),
}
DATATYPES: Final = frozenset({*_FORMS, f"{XSD}string"})
"""The datatypes that a context may give to a key."""

_PLACEHOLDER: Final = re.compile(r"~|null|none|todo|tbd|fixme|x{3,}|\?+|\.{3}|…|-+", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def problem(value: str, datatype: str) -> str | None:
    """What ``value`` should be to be a literal of ``datatype``; None if it is one."""
    form = _FORMS.get(datatype)
    if form is None:
        return "a text, but stands for one still to be written" if is_placeholder(value) else None
    pattern, expected = form
    if not pattern.fullmatch(value):
        return expected
    if datatype == f"{XSD}date":
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            return "a day that exists in the calendar"
    return None


def is_language(tag: str) -> bool:
    """Whether ``tag`` is a language tag as the mappings write them (BCP 47, lower-case language)."""
    return _LANGUAGE.fullmatch(tag) is not None


def is_placeholder(text: str) -> bool:
    """Whether ``text`` stands for one that is still to be written (``TODO``), or for no value in YAML (``~``, ``null``)."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None
