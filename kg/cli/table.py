"""SPARQL JSON results as a table for a terminal."""

import re
from typing import Any

from kg.namespaces import PREFIXES

_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_SHORTENED = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def format_table(result: dict[str, Any]) -> str:
    """Columns padded to their widest cell, with the number of rows below; ``true`` or ``false`` for ASK."""
    if "boolean" in result:
        return str(result["boolean"]).lower()
    names: list[str] = result["head"]["vars"]
    rows = [[_cell(binding.get(name)) for name in names] for binding in result["results"]["bindings"]]
    widths = [max(len(line[i]) for line in [names, *rows]) for i in range(len(names))]
    lines = [names, ["─" * width for width in widths], *rows]
    body = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*body, f"({len(rows)} row{'' if len(rows) == 1 else 's'})"])


def _cell(term: dict[str, str] | None) -> str:
    """A term as a person reads it: IRIs shortened by our prefixes, literals without datatype."""
    if term is None:
        return ""
    value = " ".join(term["value"].split())
    if term["type"] == "uri":
        for prefix, iri in _SHORTENED:
            if value.startswith(iri) and _LOCAL.fullmatch(value, len(iri)):  # so that it can be pasted into a query
                return f"{prefix}:{value.removeprefix(iri)}"
    return value
