"""Citations as RIS, which reference managers import (Research Information Systems format, specification of 2011)."""

from typing import Final

from kg.citation.record import Citation, Reference

_TYPES: Final = {"dataset": "DATA", "entry": "DATA", "document": "GEN"}


def text(citation: Citation) -> str:
    """The records, one for each reference."""
    return "".join(_record(reference) for reference in citation.references)


def _record(reference: Reference) -> str:
    """Lines of a tag of two characters, two spaces, a hyphen and a space."""
    title = f"{reference.title} [{reference.translation}]" if reference.translation else reference.title
    fields = [
        ("TY", _TYPES[reference.kind]),
        *(
            ("AU", author.name or ", ".join(part for part in (author.family, author.given) if part))
            for author in reference.authors
        ),
        ("TI", title),
        ("T2", reference.container),
        ("PY", reference.date[:4]),
        ("DA", reference.date.replace("-", "/")),
        ("ET", reference.version),
        ("M3", reference.genre),
        ("SE", reference.section),
        ("N1", reference.passage),
        ("LA", reference.language),
        ("DO", reference.doi),
        ("UR", reference.address),
    ]
    lines = [f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in fields if value]
    return f"{''.join(lines)}ER  - \r\n"
