"""Citations in the style of the American Psychological Association, 7th edition: sections 9.1–9.52 and example 10.9 (data sets).

In: a citation. Out: text, or HTML with the titles in italics. A statement is followed by the reference of its document, so that one
paragraph says where it can be checked.
"""

from html import escape
from typing import Final

from kg.citation.record import WORDS, Citation, Reference
from kg.citation_file import Author

MONTHS: Final = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
}
"""Names of the months by language."""
_MOST_AUTHORS: Final = 20


def text(citation: Citation) -> str:
    """The citation as plain text, one paragraph a reference."""
    return _joined(citation, html=False, between="\n\n")


def html(citation: Citation) -> str:
    """The citation as HTML: text, ``em``, ``a`` and ``br`` only, all else escaped."""
    return _joined(citation, html=True, between="<br><br>")


def _joined(citation: Citation, *, html: bool, between: str) -> str:
    first, *others = (_reference(reference, citation.language, html=html) for reference in citation.references)
    if citation.references[0].kind == "entry":
        return " ".join((first, *(f"{WORDS[citation.language]['from']}: {other}" for other in others)))
    return between.join((first, *others))


def _reference(reference: Reference, language: str, *, html: bool) -> str:
    """Author. (Date). Title [Genre]. Container. Address."""
    words = WORDS[language]

    def plain(value: str) -> str:
        return escape(value) if html else value

    def italic(value: str) -> str:
        return f"<em>{escape(value)}</em>" if html else value

    date = f"({_date(reference.date, language) or words['n.d.']})."
    version = f" ({words['version']} {reference.version})" if reference.version else ""
    translation = f" [{reference.translation}]" if reference.translation else ""
    genre = f" [{reference.genre}]" if reference.genre else ""
    if reference.kind == "entry":
        title = f"{plain(reference.title + translation + genre)}. In {italic(reference.container)}{plain(version)}."
    else:
        located = "".join(f", {part}" for part in (reference.section, reference.passage) if part)
        title = f"{italic(reference.title)}{plain(version + translation + genre + located)}."
    address = reference.address
    link = f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>' if html and _is_web(address) else plain(address)
    if not reference.authors:  # 9.12: the title takes the place of the author
        return " ".join(part for part in (title, date, link) if part)
    return " ".join(part for part in (plain(_authors(reference.authors)), date, title, link) if part)


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _authors(authors: tuple[Author, ...]) -> str:
    """Names, the last after an ampersand; of more than twenty the first nineteen and the last (9.8)."""
    names = [_name(author) for author in authors]
    if len(names) > _MOST_AUTHORS:
        joined = f"{', '.join(names[:19])}, . . . {names[-1]}"
    elif len(names) > 1:
        joined = f"{', '.join(names[:-1])}, & {names[-1]}"
    else:
        joined = names[0]
    return joined if joined.endswith(".") else f"{joined}."


def _name(author: Author) -> str:
    """Family name and initials, or the name of an organisation."""
    if author.name:
        return author.name
    initials = " ".join("-".join(f"{part[0]}." for part in name.split("-") if part) for name in author.given.split())
    return f"{author.family}, {initials}" if initials else author.family


def _date(date: str, language: str) -> str:
    """2021, January 12 or 2021, 12 januari; a year alone stays one."""
    year, _, rest = date.partition("-")
    month, _, day = rest.partition("-")
    if not (month.isdigit() and day[:2].isdigit()):
        return year
    name = MONTHS[language][int(month) - 1]
    number = str(int(day[:2]))
    return f"{year}, {name} {number}" if language == "en" else f"{year}, {number} {name}"
