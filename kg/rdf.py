"""What the RDF library accepts, asked before it is given data: it passes over what it does not take.

In: an IRI or a JSON-LD context as written. Out: whether it is taken, and why not. Next: :mod:`kg.mappings`.
"""

import json

import pyoxigraph as ox


def is_address(value: str) -> bool:
    """Whether ``value`` is an absolute http or https IRI that RDF can hold (RFC 3987)."""
    if not value.startswith(("http://", "https://")) or value.endswith("://"):
        return False
    try:
        ox.NamedNode(value)
    except ValueError:
        return False
    return True


def context_error(context: dict[str, object]) -> str | None:
    """The reason for which the JSON-LD processor refuses a context; None if it takes it."""
    document = json.dumps({"@context": context, "@graph": []})
    try:
        list(ox.parse(document, format=ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        return str(error.msg)
    return None
