"""The styles by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kg.citation import apa, bibtex, csl, ris
from kg.citation.record import Citation


@dataclass(frozen=True)
class Style:
    """A way to write citations.

    :ivar label: for people
    """

    name: str
    label: str
    media_type: str
    extension: str
    write: Callable[[Citation], str]


STYLES: Final = (
    Style("apa", "APA", "text/x-bibliography", "txt", lambda citation: f"{apa.text(citation)}\n"),
    Style("bibtex", "BibTeX", "application/x-bibtex", "bib", bibtex.text),
    Style("csl", "CSL-JSON", "application/vnd.citationstyles.csl+json", "json", csl.text),
    Style("ris", "RIS", "application/x-research-info-systems", "ris", ris.text),
)
