"""What there is to ask: lists of the published queries and of the values of their parameters, and the OpenAPI document.

In comes a site; out goes JSON. The results themselves are :mod:`kg.web.published`.
"""

import json
from typing import Any, Final

from flask import Blueprint, Response, request

from kg.parameters import TYPES, Parameter, ValueType
from kg.queries import PublishedQuery
from kg.web.openapi import document
from kg.web.problems import Problem, problem_reply
from kg.web.published import formats_of
from kg.web.site import Site, base_url, site, visit
from kg.web.sparql import SHARED

blueprint: Final = Blueprint("api", __name__)


@blueprint.get("/api")
@blueprint.get("/api/")
def start() -> Response:
    """Where everything is."""
    base = base_url()
    return _json(
        {
            "queries": f"{base}/api/queries",
            "values": f"{base}/api/values",
            "openapi": f"{base}/openapi.json",
            "sparql": f"{base}/sparql",
            "release": site().release.version,
        }
    )


@blueprint.get("/api/queries")
@blueprint.get("/api/queries/")
def queries() -> Response:
    """Every published query with its parameters and addresses."""
    base = base_url()
    return _json({"release": site().release.version, "queries": [_query(query, site(), base) for query in site().queries]})


@blueprint.get("/api/values")
@blueprint.get("/api/values/")
def types() -> Response:
    """Every type of parameter, with the number of its values."""
    base = base_url()
    found = [_type(kind, base) for kind in TYPES.values()]
    return _json({"release": site().release.version, "types": found})


@blueprint.get("/api/values/<name>")
def values(name: str) -> Response:
    """The values of a type in this release."""
    kind = TYPES.get(name)
    if kind is None:
        listed = [each for each, kind in TYPES.items() if kind.is_entity or kind.listed]
        problem = Problem(
            404, "Not found", f"There is no type of this name; expected one of {', '.join(listed)}.", {"valid": listed}
        )
        reply = problem_reply(problem, request.headers.get("Accept"), site().templates, visit())
        return Response(reply.body, reply.status, dict(reply.headers))
    choices = [
        {
            "value": choice.value,
            "prefixed": choice.prefixed,
            "iri": choice.iri,
            "label": dict(sorted(choice.label.items())),
        }
        for choice in site().choices.of(kind)
    ]
    found = [*choices, *({"value": value} for value in kind.listed)]
    return _json({**_type(kind, base_url()), "values": found})


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The API in OpenAPI 3.1."""
    return _json(document(site(), base_url()))


def _query(query: PublishedQuery, here: Site, base: str) -> dict[str, Any]:
    address = f"{base}/api/queries/{query.name}"
    return {
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": [_parameter(parameter) for parameter in query.parameters.values()],
        "href": address,
        "formats": {form.name: f"{address}.{form.name}" for form in formats_of(query, here)},
        "page": f"{base}/queries/{query.name}",
        "text": f"{base}/queries/{query.name}.rq",
        "notebook": f"{base}/queries/{query.name}.ipynb",
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": parameter.name,
        "type": parameter.type.name,
        "required": parameter.required,
        "multiple": parameter.multiple,
    }
    if parameter.default:
        found["default"] = list(parameter.default)
    if parameter.example:
        found["example"] = parameter.example
    if parameter.description:
        found["description"] = dict(parameter.description)
    return found


def _type(kind: ValueType, base: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": kind.name, "label": dict(kind.label)}
    if kind.is_entity:
        found["total"] = len(site().choices.of(kind))
        found["namespaces"] = list(kind.namespaces)
    if kind.is_entity or kind.listed:
        found["values"] = f"{base}/api/values/{kind.name}"
    if kind.pattern:
        found["pattern"] = kind.pattern
    return found


def _json(body: dict[str, Any]) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False, indent=1) + "\n", content_type="application/json")
    response.headers["Cache-Control"] = SHARED
    return response
