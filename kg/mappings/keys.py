"""Which keys of the context a statement can have: all but those that belong to something else.

In: the keys of the context. Out: those of a statement, and why another has no place there. Next: :mod:`kg.mappings.documents`, which refuses these,
:mod:`kg.schema` and ``kg merge``. A key that the context gets is one of statements, unless it is named here.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

_NESTED: Final = frozenset(
    [
        "indicator",
        "comparator",
        "value",
        "unit",
        "denominator",
        "baseline",
        "baselineYear",
        "deadline",
        "deadlineExplicit",
        "year",
        "of",
    ]
)
"""Keys of a target or a figure."""
_PASSAGE: Final = frozenset(["source", "selector", "start", "end", "startAnchor", "endAnchor", "normalisation"])
"""What is made of anchors."""
_WITHDRAWN: Final = frozenset(["withdrawn", "replacedBy"])
_CODING: Final = frozenset(["coder", "reviewer", "codebookVersion"])
_ENTITY: Final = frozenset(
    [
        "label",
        "altLabel",
        "definition",
        "scopeNote",
        "partOf",
        "memberOf",
        "country",
        "party",
        "iso3166",
        "instrumentType",
        "homepage",
        "position",
        "title",
        "description",
        "author",
        "publisher",
        "date",
        "issued",
        "language",
        "url",
        "characters",
        "sha256",
    ]
)
"""Keys of entities, sections and documents."""
_INSTEAD: Final = {
    "summary": "label altLabel title description",
    "note": "definition scopeNote",
    "speaker": "author party",
    "reportedBy": "publisher",
    "place": "country",
    "section": "partOf position",
    "cites": "url",
    "coding": "coder reviewer codebookVersion",
}
"""The key of a statement that is nearest to keys of something else."""
_LISTED: Final = "the keys of a statement are in mappings/README.md, section 4"


def of_statement(keys: Iterable[str]) -> set[str]:
    """The keys that a statement can have."""
    return set(keys) - {"document"} - _NESTED - _PASSAGE - _WITHDRAWN - _CODING - _ENTITY


@cache
def not_of_statement(keys: frozenset[str]) -> dict[str, str]:
    """Why a key has no place in a statement, with the remedy, by key."""
    return {key: _why(key) for key in keys - of_statement(keys)}


def _why(key: str) -> str:
    if key == "document":
        return "it stands once, at the head of the file: delete it here"
    if key in _NESTED:
        return (
            f"a key of a target or a figure, not of a statement: indent it below `target:` or `figure:`, or delete it; {_LISTED}"
        )
    if key in _PASSAGE:
        return f"not a key of a statement, which has `passage:`: delete it; {_LISTED}"
    if key in _WITHDRAWN:
        return f"not a key of a statement: delete it, or move the id to the list `withdrawn:`; {_LISTED}"
    whose = "a coding pass" if key in _CODING else "an entity, a section or a document"
    instead = next((own for own, others in _INSTEAD.items() if key in others.split()), "")
    return f"a key of {whose}, not of a statement: {f'write `{instead}:`, or ' if instead else ''}delete it; {_LISTED}"
