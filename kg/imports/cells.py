"""One cell: from what a table has to the lexical form of its datatype.

In: a text and how the table writes numbers. Out: the form of XML Schema, or what is wrong. Next: :mod:`kg.imports.cube`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kg.mappings.literals import problem
from kg.mappings.words import shortened
from kg.namespaces import XSD

DATATYPES: Final = {
    "decimal": f"{XSD}decimal",
    "integer": f"{XSD}integer",
    "year": f"{XSD}gYear",
    "date": f"{XSD}date",
    "boolean": f"{XSD}boolean",
    "text": f"{XSD}string",
}
"""Datatype IRI by the word of a mapping."""

_SPACES: Final = "\u00a0\u202f"
"""What stands for a space between thousands in tables made by office programs."""

_BOOLEANS: Final = {"true": "true", "false": "false", "1": "true", "0": "false"}
_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}")
_NO_VALUE: Final = re.compile(r"n\.?/?[ad]\.?|nan|null|none|#n/a|\.+|-+|–|—|\?+|x", re.IGNORECASE)


@dataclass(frozen=True)
class Numbers:
    """How a table writes numbers.

    :ivar decimal: ``.`` or ``,``
    :ivar thousands: what stands between groups of three digits, or empty
    """

    decimal: str = "."
    thousands: str = ""


class CellError(ValueError):
    """A cell that cannot be read; the message says what was found, what was expected and the remedy."""


def lexical(text: str, datatype: str, numbers: Numbers) -> str:
    """The lexical form of a cell.

    :param text: without the white space around it, and not empty
    :param datatype: a key of :data:`DATATYPES`
    :raises CellError: if it is no such value
    """
    if datatype in ("decimal", "integer"):
        form = _number(text, numbers)
        if datatype == "decimal" and _SCIENTIFIC.fullmatch(form):
            form = format(Decimal(form), "f")
    elif datatype == "boolean":
        form = _BOOLEANS.get(text.lower(), text)
    elif datatype == "text":
        return text
    else:
        form = text
    expected = problem(form, DATATYPES[datatype])
    if expected is None and not form.isascii():
        raise CellError(f'"{shortened(text)}" is not written with the digits 0 to 9')
    if expected is None:
        return form
    if datatype == "boolean":
        expected = "true or false, or 1 or 0"
    raise CellError(f'"{shortened(text)}" is not {expected}{_hint(text, datatype, numbers)}')


def _number(text: str, numbers: Numbers) -> str:
    """A number with a point and without thousands, if it is written as the table says; else the text as it is."""
    plain = text
    if numbers.thousands:
        if numbers.thousands == " ":
            plain = plain.translate(dict.fromkeys(map(ord, _SPACES), " "))
        mark, point = re.escape(numbers.thousands), re.escape(numbers.decimal)
        if re.fullmatch(rf"[+-]?\d{{1,3}}({mark}\d{{3}})+({point}\d*)?", plain):
            plain = plain.replace(numbers.thousands, "")
    if numbers.decimal == ",":
        if "." in plain:
            return text + " "  # a point means nothing in this table, so this is no number
        plain = plain.replace(",", ".")
    return plain


def _hint(text: str, datatype: str, numbers: Numbers) -> str:
    """What may be the matter."""
    if _NO_VALUE.fullmatch(text):
        return "; if it stands for no value, put it into `missing` under `read`"
    if datatype not in ("decimal", "integer"):
        return ""
    if text.endswith("%"):
        return "; write the number without the sign, and `unit: PERCENT` in the mapping"
    for other in (Numbers(",", "."), Numbers(".", ","), Numbers(",", " "), Numbers(".", " "), Numbers(",", "")):
        if other != numbers and problem(_number(text, other), DATATYPES[datatype]) is None:
            written = f'`decimal: "{other.decimal}"`' + (f' and `thousands: "{other.thousands}"`' if other.thousands else "")
            return f"; if the table writes numbers so, say {written} under `read`"
    return ""
