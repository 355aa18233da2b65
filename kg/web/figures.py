"""Numbers, sizes, dates and truth values as Dutch and English write them.

In comes a value; out goes text for :mod:`kg.web.language` and its templates.
"""

import re
from typing import Final

from kg.citation.apa import MONTHS
from kg.namespaces import XSD
from kg.rdf import Term

_DATE: Final = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?(?:T.*)?")
_NUMBER: Final = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")
_MARKS: Final = {"en": (",", "."), "nl": (".", ",")}
"""Between thousands, and before decimals."""
_TRUTH: Final = {"true": {"en": "yes", "nl": "ja"}, "false": {"en": "no", "nl": "nee"}}
_DATES: Final = frozenset({f"{XSD}date", f"{XSD}dateTime", f"{XSD}gYearMonth"})
_NUMBERS: Final = frozenset({f"{XSD}integer", f"{XSD}decimal", f"{XSD}nonNegativeInteger"})


def count(number: int, language: str) -> str:
    """A whole number, in groups of three digits."""
    return f"{number:,}".replace(",", _MARKS[language][0])


def size(number: int, language: str) -> str:
    """Size of a file, in powers of 1,000.

    :param number: of bytes
    """
    amount: float = number
    for unit in ("B", "kB", "MB"):
        if amount < 1000:  # noqa: PLR2004 - as said
            text = f"{amount:.0f}" if unit == "B" or amount >= 10 else f"{amount:.1f}"  # noqa: PLR2004
            return f"{text.replace('.', _MARKS[language][1])} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB".replace(".", _MARKS[language][1])


def percent(share: float, language: str) -> str:
    """A share as a percentage.

    :param share: from 0 to 1; what is not all of it is never shown as 100 %
    """
    text = f"{min(share * 100, 99.9 if share < 1 else 100):.1f}".removesuffix(".0")
    return f"{text.replace('.', _MARKS[language][1])}%"


def date(text: str, language: str) -> str:
    """A date of ISO 8601 as text: a day, a month or a year. What is none stays as it is."""
    found = _DATE.fullmatch(str(text))
    if not found:
        return str(text)
    year, month, day = found.groups()
    parts = [str(int(day))] if day else []
    parts += [MONTHS[language][int(month) - 1]] if month else []
    return " ".join([*parts, year])


def literal(term: Term) -> dict[str, str]:
    """How a literal is written in each language; nothing where it is written alike, or not ours to write otherwise."""
    if term.datatype == f"{XSD}boolean" and term.value in _TRUTH:
        return _TRUTH[term.value]
    if term.datatype in _DATES:
        return {language: date(term.value, language) for language in MONTHS}
    number = _NUMBER.fullmatch(term.value) if term.datatype in _NUMBERS else None
    if number:
        sign, whole, decimals = number.groups()
        return {
            language: sign + count(int(whole), language) + (mark + decimals if decimals else "")
            for language, (_, mark) in _MARKS.items()
        }
    return {}
