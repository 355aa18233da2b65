"""A bibliographic record, before any style."""

from dataclasses import dataclass
from typing import Final, Literal

from kg.citation_file import Author

LANGUAGES: Final = ("en", "nl")
Kind = Literal["dataset", "entry", "document"]


@dataclass(frozen=True)
class Reference:
    """What one entry of a list of references is made of.

    :ivar key: name of the entry in a bibliography, of letters, digits, dots and hyphens
    :ivar kind: the dataset, an entry of it, or a document that somebody else wrote
    :ivar title: in ``language``, the original one of a document
    :ivar translation: title in the language of the citation, empty if it is the same
    :ivar date: YYYY-MM-DD or YYYY, empty if it is not known
    :ivar genre: what it is, in brackets
    :ivar container: title of what it is an entry of
    :ivar section: heading under which the passage stands
    :ivar passage: range of characters
    """

    key: str
    kind: Kind
    authors: tuple[Author, ...]
    title: str
    translation: str = ""
    language: str = ""
    date: str = ""
    version: str = ""
    genre: str = ""
    container: str = ""
    section: str = ""
    passage: str = ""
    url: str = ""
    doi: str = ""

    @property
    def address(self) -> str:
        """Where it is: the DOI as an address, or the URL."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@dataclass(frozen=True)
class Citation:
    """How to cite one thing.

    :ivar references: what is cited; of a statement the statement and the document that it was coded from, of a document the document
        and its coding
    :ivar language: ``en`` or ``nl``, of names, titles and words
    """

    iri: str
    references: tuple[Reference, ...]
    language: str = "en"


WORDS: Final = {
    "en": {
        "n.d.": "n.d.",
        "dataset": "Data set",
        "version": "Version",
        "release": "release",
        "statement": "Statement",
        "withdrawn": "Withdrawn statement",
        "coding": "Coding of a document",
        "from": "Coded from",
        "characters": "characters",
    },
    "nl": {
        "n.d.": "z.d.",
        "dataset": "Dataset",
        "version": "Versie",
        "release": "release",
        "statement": "Uitspraak",
        "withdrawn": "Ingetrokken uitspraak",
        "coding": "Codering van een document",
        "from": "Gecodeerd uit",
        "characters": "tekens",
    },
}
"""Words of a citation by language."""
