"""Who made the dataset and how it wants to be cited: ``CITATION.cff`` (Citation File Format 1.2.0).

In: the file. Out: a :class:`CitationFile`. Next: :mod:`kg.release` hands it to a release, :mod:`kg.citation` cites by it,
:mod:`kg.releasing` writes version and date into it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from kg.errors import ReleaseError

NAME: Final = "CITATION.cff"
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Author:
    """A person, by family and given names, or an organisation, by its name.

    :ivar orcid: IRI of a person, empty if there is none
    """

    name: str = ""
    family: str = ""
    given: str = ""
    orcid: str = ""


@dataclass(frozen=True)
class CitationFile:
    """What the file says, as far as it is used.

    :ivar version: of the last release, or of the first one that is prepared
    :ivar date: of the last release, YYYY-MM-DD; empty if there was none
    :ivar doi: without the address of a resolver
    """

    title: str
    authors: tuple[Author, ...]
    version: str = ""
    date: str = ""
    license: str = ""
    url: str = ""
    doi: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = field(default=())


def read_citation_file(path: Path) -> CitationFile:
    """Read the file.

    :raises ReleaseError: if it cannot be read or lacks a title or authors; the message names it
    """
    try:
        # CBaseLoader: a version such as 1.10 stays what was written
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        place = f":{error.problem_mark.line + 1}" if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else ""
        reason = error.problem if isinstance(error, yaml.MarkedYAMLError) else error
        raise ReleaseError(f"{path}{place}: cannot be read as YAML: {reason}") from None
    if not isinstance(content, dict) or not content.get("title") or not isinstance(content.get("authors"), list):
        raise ReleaseError(f'{path}: expected "title" and a list "authors", as the Citation File Format 1.2.0 has them')
    authors = tuple(_author(path, entry) for entry in content["authors"])
    date = str(content.get("date-released", ""))
    if date and not _DATE.fullmatch(date):
        raise ReleaseError(f'{path}: date-released: "{date}" is no date; write YYYY-MM-DD')
    keywords = content.get("keywords", ())
    return CitationFile(
        title=str(content["title"]),
        authors=authors,
        date=date,
        keywords=tuple(map(str, keywords)) if isinstance(keywords, list) else (),
        **{name: str(content.get(name, "")) for name in ("version", "license", "url", "doi", "abstract")},
    )


def _author(path: Path, entry: Any) -> Author:
    """An author: an entity with a name or a person with family names (CFF 1.2.0, definitions.entity and .person)."""
    if isinstance(entry, dict) and entry.get("name"):
        return Author(name=str(entry["name"]))
    if isinstance(entry, dict) and entry.get("family-names"):
        return Author(
            family=str(entry["family-names"]), given=str(entry.get("given-names", "")), orcid=str(entry.get("orcid", ""))
        )
    raise ReleaseError(f'{path}: authors: expected "name" of an organisation or "family-names" of a person, found {entry}')


def from_release(description: dict[str, Any]) -> CitationFile | None:
    """What a release says of it in its ``release.json``; none if it was built without."""
    said = description.get("citation")
    if not isinstance(said, dict):
        return None
    authors = tuple(Author(**author) for author in said["authors"])
    return CitationFile(**{**said, "authors": authors, "keywords": tuple(said["keywords"])})


def stated(text: str, version: str, date: str) -> str:
    """The text of the file with another version and date; all else stays as it was written.

    :raises ReleaseError: if it has no line ``version:``
    """
    replaced, count = re.subn(r"^version:.*$", f"version: {version}", text, flags=re.MULTILINE)
    if count != 1:
        raise ReleaseError(f"{NAME}: expected one line that begins with version:, found {count}")
    without = re.sub(r"^date-released:.*\n", "", replaced, flags=re.MULTILINE)
    return re.sub(r"^(version:.*)$", rf"\1\ndate-released: {date}", without, flags=re.MULTILINE)
