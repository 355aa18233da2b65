"""The cells of a result as a page shows them: names for IRIs of ours, and links that stay on this site.

Columns of numbers are marked, so that they stand at the right and may be drawn. In comes the preview of a result (:data:`kg.engine.evaluate.PREVIEW`); out goes the same with what a template needs. Next:
:mod:`kg.web.sparql` and :mod:`kg.web.query_page`.
"""

import json
from typing import Any, Final

from kg.namespaces import BASE, ID, XSD
from kg.reader import Reader
from kg.resource import names
from kg.web.links import is_web, local
from kg.web.views import short

_STATEMENT: Final = f"{ID}statement/"
_NUMBERS: Final = frozenset(
    f"{XSD}{name}" for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)


def readable(preview: bytes, reader: Reader) -> dict[str, Any]:
    """A result whose IRIs have ``names`` by language, a ``short`` form, and ``href``, which is empty where no browser goes."""
    result: dict[str, Any] = json.loads(preview)
    cells = [cell for row in result.get("rows", ()) for cell in row if cell is not None and cell["kind"] == "iri"]
    # a statement is cited by its id; what it says is mostly in another column
    named = {cell["value"] for cell in cells if cell["value"].startswith(BASE) and not cell["value"].startswith(_STATEMENT)}
    found = names(reader, named)
    for cell in cells:
        iri = cell["value"]
        href = local(iri) if is_web(iri) else ""
        text = iri.removeprefix(_STATEMENT) if iri.startswith(_STATEMENT) else short(iri)
        cell |= {"names": found.get(iri, {}), "short": text, "href": href, "external": href == iri}
    columns = zip(*result.get("rows", ()), strict=True)
    result["numeric"] = [_is_numeric([cell for cell in column if cell is not None]) for column in columns]
    return result


def _is_numeric(cells: list[dict[str, Any]]) -> bool:
    """Whether a column has numbers alone."""
    return bool(cells) and all(cell.get("datatype") in _NUMBERS for cell in cells)
