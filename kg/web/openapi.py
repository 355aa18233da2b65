"""The API of the published queries as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0).

In come a site and its address; out goes a document in which each query has a path of its own, with typed parameters, formats,
and the errors of :mod:`kg.web.published` and the engine.
"""

import re
from typing import Any, Final

from kg import __version__
from kg.engine.errors import (
    EngineFailureError,
    QueryTimeoutError,
    ResultTooLargeError,
    TooManyQueriesError,
)
from kg.namespaces import PREFIXES
from kg.negotiation import Format
from kg.parameters import MOST_CHARACTERS, TYPES, Parameter, ValueType
from kg.queries import PublishedQuery
from kg.web.published import formats_of
from kg.web.site import Site

_MOST: Final = 500
"""Values up to this number are listed in the document."""
_PROBLEM: Final = {
    "type": "object",
    "description": "A problem (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and the remedy."},
        "parameter": {"type": "string", "description": "The parameter that is wrong."},
        "valid": {"type": "array", "items": {"type": "string"}, "description": "What would do, the likeliest first."},
        "total": {"type": "integer", "description": "Number of values that would do."},
        "all": {"type": "string", "description": "Where they are all listed."},
    },
}
_EXAMPLE: Final = {
    "type": "about:blank",
    "title": "Wrong value",
    "status": 400,
    "detail": 'The parameter language is "de": expected en or nl.',
    "parameter": "language",
    "valid": ["en", "nl"],
}
_SOLUTIONS: Final = {
    "type": "object",
    "description": "SPARQL 1.1 Query Results JSON Format.",
    "required": ["head"],
    "properties": {"head": {"type": "object"}, "results": {"type": "object"}, "boolean": {"type": "boolean"}},
}
_ERRORS: Final = {
    "400": ("WrongParameter", "A parameter is unknown, missing, repeated, or has a value that it cannot have."),
    str(ResultTooLargeError.status): ("TooLarge", "The result is larger than this server gives."),
    "404": ("NotFound", "There is no such query, or no such format of its result."),
    "405": ("MethodNotAllowed", "Only GET, HEAD and OPTIONS are for this address."),
    "406": ("NotAcceptable", "Accept allows none of the formats."),
    str(TooManyQueriesError.status): ("TooMany", "The client has too many queries under way; see Retry-After."),
    str(EngineFailureError.status): ("Failure", "A defect of the server."),
    # the statuses of a busy engine and of a deadline are one
    str(QueryTimeoutError.status): (
        "Busy",
        "The server is busy, or the query took longer, or more memory, than it gives; see title.",
    ),
}


def document(site: Site, base: str) -> dict[str, Any]:
    """The document.

    :param base: scheme and host of the site
    """
    paths: dict[str, Any] = {}
    for query in site.queries:
        formats = formats_of(query, site)
        paths[f"/api/queries/{query.name}"] = {"get": _operation(query, formats, suffixed=False)}
        paths[f"/api/queries/{query.name}.{{format}}"] = {"get": _operation(query, formats, suffixed=True)}
    types = {p.type.name: p.type for query in site.queries for p in query.parameters.values() if p.type.is_entity}
    tags = sorted({tag for query in site.queries for tag in query.tags})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "policy-kg: published queries",
            "version": __version__,
            "summary": "What policy documents say, one route per question.",
            "description": f"Release {site.release.version}. Each query is also a page at {base}/queries/, and may be changed at will at "
            f"{base}/sparql. A value is a slug (bij1), a prefixed name (agent:bij1) or an IRI; {base}/api/values lists them.",
            "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        },
        "servers": [{"url": base}],
        "security": [],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths | _lists(),
        "components": {
            "schemas": {
                "problem": _PROBLEM,
                "solutions": _SOLUTIONS,
                **{name: _schema(kind, site) for name, kind in sorted(types.items())},
            },
            "responses": {name: _problem(name, text) for name, text in _ERRORS.values()},
            "parameters": {
                "timeout": {
                    "name": "timeout",
                    "in": "query",
                    "description": f"Seconds that the query may run, if fewer than {site.engine.limits.timeout_s:g}.",
                    "schema": {"type": "number", "exclusiveMinimum": 0},
                },
            },
        },
    }


def _operation(query: PublishedQuery, formats: tuple[Format, ...], *, suffixed: bool) -> dict[str, Any]:
    """A query, by suffix or by Accept."""
    choice = {"type": "string", "enum": [form.name for form in formats]}
    if suffixed:
        first: dict[str, Any] = {
            "name": "format",
            "in": "path",
            "required": True,
            "description": "Format of the result.",
            "schema": choice,
        }
    else:
        first = {"name": "format", "in": "query", "description": "Format of the result, instead of Accept.", "schema": choice}
    codes = [code for code in _ERRORS if not (suffixed and code == "406")]
    return {
        "operationId": f"{query.name}.file" if suffixed else query.name,
        "summary": query.title["en"],
        "description": f"{query.description['en']}\n\n*{query.title['nl']}* {query.description['nl']}",
        "tags": list(query.tags),
        "externalDocs": {"description": "The page of the query", "url": f"/queries/{query.name}"},
        "parameters": [
            first,
            *(_parameter(parameter) for parameter in query.parameters.values()),
            {"$ref": "#/components/parameters/timeout"},
        ],
        "responses": {
            "200": {
                "description": "The whole result; empty where nothing fits the values.",
                "headers": {"ETag": {"description": "Changes when the result may.", "schema": {"type": "string"}}},
                "content": {form.media_type: {"schema": _result(form)} for form in formats},
            },
            **{code: {"$ref": f"#/components/responses/{_ERRORS[code][0]}"} for code in codes},
        },
    }


def _result(form: Format) -> dict[str, Any]:
    if form.media_type == "application/sparql-results+json":
        return {"$ref": "#/components/schemas/solutions"}
    return {} if "json" in form.media_type else {"type": "string"}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    kind = parameter.type
    item: dict[str, Any] = {"$ref": f"#/components/schemas/{kind.name}"} if kind.is_entity else _literal(parameter)
    schema = {"type": "array", "items": item} if parameter.multiple else item
    if parameter.default:
        schema = {**schema, "default": list(parameter.default) if parameter.multiple else _typed(parameter, parameter.default[0])}
    text = parameter.description or kind.label
    found = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": f"{text['en']}\n\n{text['nl']}",
        "schema": schema,
    }
    if parameter.multiple:
        found |= {"style": "form", "explode": True}
    if parameter.example:
        found["example"] = [parameter.example] if parameter.multiple else _typed(parameter, parameter.example)
    return found


def _typed(parameter: Parameter, value: str) -> str | int | float:
    """A value as JSON has it; a year is a text of four digits."""
    if parameter.type.name == "integer":
        return int(value)
    return float(value) if parameter.type.name == "decimal" else value


def _literal(parameter: Parameter) -> dict[str, Any]:
    kind = parameter.type
    if kind.listed:
        return {"type": "string", "enum": list(kind.listed)}
    if kind.name in {"integer", "decimal"}:
        schema: dict[str, Any] = {"type": "integer" if kind.name == "integer" else "number"}
        if parameter.minimum is not None:
            schema["minimum"] = _typed(parameter, str(parameter.minimum))
        if parameter.maximum is not None:
            schema["maximum"] = _typed(parameter, str(parameter.maximum))
        return schema
    return {"type": "string", "pattern": kind.pattern} if kind.pattern else {"type": "string", "maxLength": MOST_CHARACTERS}


def _schema(kind: ValueType, site: Site) -> dict[str, Any]:
    """The values of a type: slugs, of which few are listed, prefixed names, and IRIs."""
    choices = site.choices.of(kind)
    spaces = "|".join(re.escape(namespace) for namespace in kind.namespaces)
    prefixes = [name for name, begin in PREFIXES.items() if begin in kind.namespaces]
    slugs = [choice.value for choice in choices]
    ways: list[dict[str, Any]] = [{"enum": slugs}] if 0 < len(slugs) <= _MOST else [{"pattern": "^[a-z0-9][a-z0-9-]*$"}]
    if prefixes:
        ways.append({"pattern": f"^({'|'.join(prefixes)}):\\S+$"})
    ways.append({"pattern": f"^({spaces})\\S+$"})
    return {
        "type": "string",
        "title": kind.label["en"],
        "description": f"{len(choices)} values, listed at /api/values/{kind.name}: as slug, as prefixed name, or as IRI.",
        "anyOf": ways,
    }


def _problem(name: str, text: str) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/problem"}}
    if name == "WrongParameter":
        media["example"] = _EXAMPLE
    return {"description": text, "content": {"application/problem+json": media}}


def _lists() -> dict[str, Any]:
    """The paths that list what there is."""
    listed = [name for name, kind in TYPES.items() if kind.is_entity or kind.listed]
    name = {"name": "type", "in": "path", "required": True, "schema": {"type": "string", "enum": listed}}
    found = {"description": "A list.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "/api/queries": {"get": {"operationId": "list-queries", "summary": "All published queries", "responses": {"200": found}}},
        "/api/values": {"get": {"operationId": "list-types", "summary": "All types of parameters", "responses": {"200": found}}},
        "/api/values/{type}": {
            "get": {
                "operationId": "list-values",
                "summary": "The values of a type",
                "parameters": [name],
                "responses": {"200": found, "404": {"$ref": "#/components/responses/NotFound"}},
            }
        },
    }
