"""Citations as CSL-JSON, which Zotero, Mendeley, pandoc and citeproc read.

In: a citation. Out: a JSON array of items (https://docs.citationstyles.org/en/stable/specification.html, appendices III and IV).
"""

import json
from typing import Any, Final

from kg.citation.record import WORDS, Citation, Reference
from kg.citation_file import Author

_TYPES: Final = {"dataset": "dataset", "entry": "entry", "document": "document"}


def text(citation: Citation) -> str:
    """The items, one for each reference."""
    return json.dumps(items(citation), ensure_ascii=False, indent=2) + "\n"


def items(citation: Citation) -> list[dict[str, Any]]:
    """The items as Python has them."""
    made = [_item(reference) for reference in citation.references]
    if citation.references[0].kind == "entry":
        for source in made[1:]:
            made[0]["note"] = f"{WORDS[citation.language]['from']}: {source['id']}"
    return made


def _item(reference: Reference) -> dict[str, Any]:
    title = f"{reference.title} [{reference.translation}]" if reference.translation else reference.title
    item = {
        "id": reference.key,
        "type": _TYPES[reference.kind],
        "title": title,
        "author": [_name(author) for author in reference.authors],
        "issued": {"date-parts": [[int(part) for part in reference.date.split("-")]]} if reference.date else None,
        "version": reference.version,
        "genre": reference.genre,
        "container-title": reference.container,
        "section": reference.section,
        "note": reference.passage,
        "language": reference.language,
        "DOI": reference.doi,
        "URL": reference.address,
    }
    return {name: value for name, value in item.items() if value}


def _name(author: Author) -> dict[str, str]:
    if author.name:
        return {"literal": author.name}
    return {name: value for name, value in (("family", author.family), ("given", author.given)) if value}
