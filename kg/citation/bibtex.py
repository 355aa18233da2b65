"""Citations as BibTeX, readable by BibTeX and by biblatex with biber.

In: a citation. Out: entries. ``@dataset`` is biblatex's (biblatex manual, section 2.1.1); BibTeX takes an entry type that it does not know
for ``@misc``. Letters beyond ASCII stay as they are (UTF-8), what LaTeX takes for commands is escaped.
"""

from typing import Final

from kg.citation.record import WORDS, Citation, Reference
from kg.citation_file import Author

_TYPES: Final = {"dataset": "dataset", "entry": "misc", "document": "misc"}
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ESCAPES: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "^": r"\textasciicircum{}",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "%": r"\%",
        "\n": " ",
    }
)
# In a field of the type uri nothing is escaped (biblatex manual, section 2.2.1), so that braces must not occur.
_URL: Final = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def text(citation: Citation) -> str:
    """The entries, one for each reference."""
    keys = [reference.key for reference in citation.references]
    related = keys[1] if citation.references[0].kind == "entry" and len(keys) > 1 else ""
    entries = [
        _entry(reference, citation.language, related if position == 0 else "")
        for position, reference in enumerate(citation.references)
    ]
    return "\n".join(entries)


def _entry(reference: Reference, language: str, related: str) -> str:
    words = WORDS[language]
    year, month, day = _date(reference.date)
    version = f"{words['version']} {reference.version}" if reference.version else ""
    located = ", ".join(part for part in (reference.section, reference.passage) if part)
    title = f"{reference.title} [{reference.translation}]" if reference.translation else reference.title
    how = ", ".join(part for part in (f"{reference.genre}. In {reference.container}", version) if part)
    fields = {
        "author": " and ".join(_name(author) for author in reference.authors),
        "title": f"{{{_escaped(title)}}}",
        "howpublished": _escaped(how) if reference.container else "",
        "type": _escaped(reference.genre) if reference.kind == "dataset" else "",
        "version": _escaped(reference.version) if reference.kind == "dataset" else "",
        "year": year,
        "month": month,
        "day": day,
        "note": _escaped(located),
        "doi": reference.doi.translate(_URL),
        "url": reference.address.translate(_URL),
        "langid": {"nl": "dutch", "en": "english"}.get(reference.language, ""),
        "related": related,
        "relatedstring": words["from"] if related else "",
    }
    lines = [
        f"  {name} = {value if name == 'month' else '{' + value + '}'},\n" for name, value in fields.items() if value.strip("{}")
    ]
    return f"@{_TYPES[reference.kind]}{{{reference.key},\n{''.join(lines)}}}\n"


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES)


def _name(author: Author) -> str:
    """The name of an organisation in braces of its own, so that ``and`` or a comma in it parts nothing."""
    if author.name:
        return f"{{{_escaped(author.name)}}}"
    return ", ".join(_escaped(part) for part in (author.family, author.given) if part)


def _date(date: str) -> tuple[str, str, str]:
    """Year, the macro of the month, and the day; empty where they are not known."""
    year, month, day = [*date.split("-"), "", ""][:3]
    return year, _MONTHS[int(month) - 1] if month.isdigit() else "", day[:2].lstrip("0")
