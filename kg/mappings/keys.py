"""Which keys of the context a statement, a section, an entity, a target and a figure can have.

In: the keys of the context. Out: those that can be, and why another has no place there. Next: :mod:`kg.mappings.documents`,
:mod:`kg.mappings.collections` and :mod:`kg.mappings.convert`, which refuse these, :mod:`kg.schema` and ``kg merge``. A key that the
context gets can stand in statements, sections and entities, unless it is named here.
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
        "year",
        "of",
    ]
)
"""Keys of a target or a figure."""
_ONLY: Final = {
    "target": frozenset(["deadline", "deadlineExplicit", "baseline", "baselineYear"]),
    "figure": frozenset(["year", "of"]),
}
"""Of these, the keys that only the one has, and not the other."""
_DUE: Final = frozenset(["deadline", "deadlineExplicit"])
"""Keys of a statement or a target."""
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
_STATEMENT: Final = frozenset(
    [
        "document",
        "section",
        "speaker",
        "reportedBy",
        "addressee",
        "addresseeExplicit",
        "action",
        "object",
        "stance",
        "polarity",
        "responseValue",
        "respondsTo",
        "beneficiary",
        "affected",
        "topics",
        "place",
        "cites",
        "condition",
        "exception",
        "frame",
        "summary",
        "agreesWith",
        "contrastsWith",
        "repeats",
        "narrows",
        "supports",
        "confidence",
        "coding",
        "target",
        "figure",
        "passage",
    ]
)
"""Keys that nothing but a statement has."""
_HOMES: Final = {
    "document": frozenset(["title", "characters", "sha256", "normalisation"]),
    "coding": _CODING,
    "section": frozenset(["position"]),
    "instrument": frozenset(["instrumentType", "party"]),
    "agent": frozenset(["iso3166"]),
}
"""Keys that the things of one collection have, and no others."""
_NOT_OF_SECTION: Final = frozenset(
    ["memberOf", "country", "homepage", "author", "publisher", "date", "issued", "language", "url", "mentions"]
)
_OTHERWISE: Final = {"title": "label", "summary": "definition", "place": "country", "speaker": "author", "document": "partOf"}
"""The key of an entity that is nearest to keys of something else."""
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
def not_of_nested(keys: frozenset[str], nodes: frozenset[str], inside: str) -> dict[str, str]:
    """Why a key has no place in a target or a figure, with the remedy, by key.

    :param nodes: those of the keys that have keys of their own
    :param inside: the key that has these, as in ``target``
    """
    refused = dict.fromkeys(
        keys & (_STATEMENT | _ENTITY | _CODING | _PASSAGE | _WITHDRAWN | nodes | {"id", "kind"}),
        f"not a key of a {inside}: delete it, or indent it as a key of the statement",
    )
    for other, only in _ONLY.items():
        if other != inside:
            refused |= dict.fromkeys(only & keys, f"a key of a {other}, not of a {inside}: delete it")
    return refused


@cache
def not_of_collection(keys: frozenset[str], collection: str) -> dict[str, str]:
    """Why a key has no place in an entity, a document, a coding pass or a section, with the remedy, by key.

    :param collection: of the thing, as in ``agent``
    """
    what = f"a{'n' if collection[:1] in 'aeiou' else ''} {collection.replace('-', ' ')}"
    whose = dict.fromkeys(_STATEMENT, "a statement") | dict.fromkeys(_NESTED, "a target or a figure")
    whose |= dict.fromkeys(_PASSAGE | _WITHDRAWN, "a statement") | dict.fromkeys(_DUE, "a statement or a target")
    for home, own in _HOMES.items():
        names = f"a{'n' if home[:1] in 'aeiou' else ''} {home}"
        whose |= dict.fromkeys(own, "a coding pass" if home == "coding" else names)
    if collection == "section":
        whose |= dict.fromkeys(_NOT_OF_SECTION, "an entity or a document")
    refused = (whose.keys() & keys) - _HOMES.get(collection, frozenset())
    instead = {key: f"write `{other}:`, or " for key, other in _OTHERWISE.items() if other not in whose}
    return {key: f"a key of {whose[key]}, not of {what}: {instead.get(key, '')}delete it" for key in refused}


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
