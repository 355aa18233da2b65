"""Read what a reconciliation client sends.

In comes JSON in a form field; out go :class:`~kg.search.reconciling.Asked` records or a data extension query, or
:class:`BadRequestError` with what is wrong where. :mod:`kg.web.reconcile` answers them.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from kg.search.facts import PROPERTIES, Property
from kg.search.reconciling import Asked
from kg.search.register import Register

MOST_QUERIES: Final = 500
MOST_CHARACTERS: Final = 500
MOST_IDS: Final = 500
MOST_PROPERTIES: Final = 25
MOST_VALUES: Final = 20
_MOST_CANDIDATES: Final = 50
_CANDIDATES: Final = 10
_KEYS: Final = frozenset({"query", "type", "limit", "properties", "type_strict"})
_STRICTNESS: Final = ("any", "should", "all")


class BadRequestError(Exception):
    """A request that is answered with 400, or 413 if it asks for too much.

    :ivar status: of the reply
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def read_batch(text: str, register: Register) -> dict[str, Asked]:
    """Queries of a batch by their keys (Reconciliation Service API 0.2, section 4.1).

    :raises BadRequestError: if it is none, or has too many queries
    """
    batch = _object(text, "queries")
    if len(batch) > MOST_QUERIES:
        message = f"The batch has {len(batch)} queries; at most {MOST_QUERIES} are taken at a time (batchSize in the manifest). Split it."
        raise BadRequestError(message, 413)
    return {key: _query(f"query {key!r}", query, register) for key, query in batch.items()}


def read_extension(text: str) -> tuple[list[str], list[tuple[Property, int]]]:
    """Ids of entities, and properties with the number of values wanted, 0 for all (section 7.4).

    :raises BadRequestError: if it is no data extension query, or asks for too much
    """
    query = _object(text, "extend")
    ids, properties = query.get("ids"), query.get("properties")
    if not isinstance(ids, list) or not all(isinstance(name, str) for name in ids):
        raise BadRequestError("extend: ids is not a list of strings, such as agent/belgium.")
    if not isinstance(properties, list) or not all(isinstance(item, dict) for item in properties):
        raise BadRequestError('extend: properties is not a list of objects, such as {"id": "wikidata"}.')
    if len(ids) > MOST_IDS or len(properties) > MOST_PROPERTIES:
        message = f"extend: {len(ids)} ids and {len(properties)} properties; at most {MOST_IDS} and {MOST_PROPERTIES} are taken. Split it."
        raise BadRequestError(message, 413)
    return ids, [_setting(item) for item in properties]


def read_number(name: str, written: str, default: int) -> int:
    """A number of a query string, the default if it is empty.

    :raises BadRequestError: if it is no number from 0 to 999,999
    """
    if not written:
        return default
    if not (written.isascii() and written.isdigit() and len(written) <= 6):  # noqa: PLR2004 - as said
        raise BadRequestError(f"{name} is {written!r}; expected a number from 0.")
    return int(written)


def read_prefix(written: str) -> str:
    """What is typed so far.

    :raises BadRequestError: if it is too long
    """
    if len(written) > MOST_CHARACTERS:
        raise BadRequestError(f"prefix has {len(written)} characters; at most {MOST_CHARACTERS} are taken.")
    return written


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        if "\\ud" in text.lower():  # an escape may be half of a character (RFC 8259, section 8.2), which cannot be sent back
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"{name} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise BadRequestError(f"{name} is not a JSON object.")
    return found


def _query(place: str, query: object, register: Register) -> Asked:
    if not isinstance(query, dict):
        raise BadRequestError(f"{place} is not an object.")
    unknown = sorted(query.keys() - _KEYS)
    if unknown:
        raise BadRequestError(f"{place} has the unknown field {unknown[0]!r}; expected {', '.join(sorted(_KEYS))}.")
    name = query.get("query", "")
    if not isinstance(name, str):
        raise BadRequestError(f"{place}: query is not a string.")
    if len(name) > MOST_CHARACTERS:
        raise BadRequestError(f"{place}: the name has {len(name)} characters; at most {MOST_CHARACTERS} are taken.")
    properties = _properties(place, query.get("properties", []))
    if "query" not in query and not properties:
        raise BadRequestError(f"{place} has neither query nor properties; at least one is needed.")
    limit = query.get("limit", _CANDIDATES)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit >= 1:
        raise BadRequestError(f"{place}: limit is {limit!r}; expected a number from 1.")
    if query.get("type_strict", "any") not in _STRICTNESS:
        raise BadRequestError(f"{place}: type_strict is {query['type_strict']!r}; expected one of {', '.join(_STRICTNESS)}.")
    types = _types(place, query.get("type", []), register)
    return Asked(name.strip(), types, int(min(limit, _MOST_CANDIDATES)), properties)


def _types(place: str, given: object, register: Register) -> tuple[str, ...]:
    written = [given] if isinstance(given, str) else given
    if not isinstance(written, list) or not all(isinstance(name, str) for name in written):
        raise BadRequestError(f"{place}: type is neither a string nor a list of strings.")
    # a type that we do not have is nobody's: such a query is right, and finds nothing
    return tuple(register.type_of(name) or name for name in written if name.strip())


def _properties(place: str, given: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(given, list):
        raise BadRequestError(f"{place}: properties is not a list.")
    if len(given) > MOST_PROPERTIES:
        raise BadRequestError(f"{place} has {len(given)} properties; at most {MOST_PROPERTIES} are taken.", 413)
    found = []
    for item in given:
        if not isinstance(item, dict) or not isinstance(item.get("pid"), str) or "v" not in item:
            raise BadRequestError(f"{place}: a property is not an object with pid, a string, and v.")
        values = item["v"] if isinstance(item["v"], list) else [item["v"]]
        if len(values) > MOST_VALUES:
            raise BadRequestError(f"{place}: {item['pid']} has {len(values)} values; at most {MOST_VALUES} are taken.", 413)
        found.append((item["pid"], tuple(_value_texts(place, values))))
    return tuple(found)


def _value_texts(place: str, values: list[Any]) -> Iterable[str]:
    for value in values:
        text = value.get("id") if isinstance(value, dict) else value
        if isinstance(text, bool):
            text = str(text).lower()
        if not isinstance(text, str | int | float):
            raise BadRequestError(f"{place}: a value is neither a string, a number, a truth value nor an object with an id.")
        if len(str(text)) > MOST_CHARACTERS:
            raise BadRequestError(f"{place}: a value has more than {MOST_CHARACTERS} characters.")
        yield str(text)


def _setting(item: dict[str, Any]) -> tuple[Property, int]:
    prop = PROPERTIES.get(item["id"]) if isinstance(item.get("id"), str) else None
    if prop is None:
        raise BadRequestError(f"extend: there is no property {item.get('id')!r}; expected one of {', '.join(PROPERTIES)}.")
    settings = item.get("settings") or {}
    limit = settings.get("limit", 0) if isinstance(settings, dict) else None
    # a form of the client may send it as a text
    text = str(int(limit)) if isinstance(limit, float) and limit.is_integer() else str(limit)
    return prop, read_number(f"extend: limit of {prop.id}", text, 0)
