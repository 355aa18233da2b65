"""The Reconciliation Service API 0.2 at ``/reconcile``: match the names of a table with our entities and topics.

In comes what OpenRefine and its like send; out go candidates, suggestions, previews and values from :mod:`kg.search`. The
specification is https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/; section numbers are its own.
"""

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from kg.namespaces import ID, ONTOLOGY
from kg.search.facts import PROPERTIES, Facts, facts_of, properties_of
from kg.search.reconciling import candidates
from kg.search.register import Entity
from kg.web.answers import base_url, json_reply, problem
from kg.web.reconcile_queries import (
    MOST_QUERIES,
    BadRequestError,
    read_batch,
    read_extension,
    read_number,
    read_prefix,
)
from kg.web.site import site, visit

blueprint: Final = Blueprint("reconcile", __name__, url_prefix="/reconcile")

VERSION: Final = "0.2"
_MAIN_TYPES: Final = ("Agent", "Place", "Instrument", "Topic")
_PREVIEW: Final = (400, 200)
_SUGGESTED: Final = 10


@blueprint.route("", methods=["GET", "POST"])
def service() -> Response:
    """The manifest; the candidates of a batch of queries; or values of properties (sections 3.1, 4.3 and 7.4)."""
    queries = request.values.getlist("queries")
    extension = request.values.getlist("extend")
    if len(queries) + len(extension) > 1:
        raise BadRequestError("The request has more than one of queries and extend; expected one.")
    facts = _facts()
    if queries:
        return json_reply(_reconcile(facts, queries[0]))
    if extension:
        return json_reply(_extend(facts, extension[0]))
    if request.method == "POST" or request.args.keys() - {"callback"}:  # JSONP is optional (section 3.3), and not here
        message = (
            "The request has neither queries nor extend. Send a batch of queries as the form field queries=, or GET this address "
            "without parameters for the service manifest."
        )
        raise BadRequestError(message)
    return json_reply(_manifest(facts))


@blueprint.errorhandler(BadRequestError)
def _refuse(error: BadRequestError) -> Response:
    return problem(error.status, str(error))


@blueprint.get("/about")
def about() -> str:
    """How to use the service, and what the features of a candidate mean."""
    return render_template("reconcile.html", address=f"{base_url()}/reconcile", most=MOST_QUERIES, properties=PROPERTIES.values())


@blueprint.get("/suggest/<kind>")
def suggest(kind: str) -> Response:
    """Suggestions for what somebody types: entities, types or properties (section 6)."""
    facts = _facts()
    prefix = read_prefix(request.args.get("prefix", ""))
    cursor = read_number("cursor", request.args.get("cursor", ""), 0)
    if kind == "entity":
        types = [name for written in request.args.getlist("type") if (name := facts.register.type_of(written))]
        found = facts.matcher.beginning(prefix, types)[cursor : cursor + _SUGGESTED]
        return json_reply({"result": [_suggested(facts, entity) for entity in found]})
    if kind not in {"type", "property"}:
        return problem(404, f"There is no suggest service for {kind!r}; expected entity, type or property.")
    items = _beginning(prefix, _types(facts) if kind == "type" else _properties())
    return json_reply({"result": items[cursor : cursor + _SUGGESTED]})


@blueprint.get("/flyout/<kind>")
def flyout(kind: str) -> Response:
    """A small preview of something suggested (section 6.5)."""
    facts = _facts()
    name = request.args.get("id", "")
    if kind == "entity" and (entity := facts.register.entity(name)):
        return _flyout(name, **_shown(facts, entity))
    named = {
        "type": {id_: found.labels for id_, found in facts.register.types.items()},
        "property": {id_: found.name for id_, found in PROPERTIES.items()},
    }
    names = named.get(kind, {}).get(name)
    if names is None:
        return problem(404, f"There is no {kind} {name!r}.")
    return _flyout(name, names=names)


def _flyout(item: str, **shown: Any) -> Response:
    """A small preview, in the language of who looks at it."""
    return json_reply({"id": item, "html": render_template("reconcile-flyout.html", **shown)}, {"Vary": "Accept-Language"})


@blueprint.get("/preview")
def preview() -> Response:
    """A page of an entity for a small frame (section 5)."""
    facts = _facts()
    entity = facts.register.entity(request.args.get("id", ""))
    if entity is None:
        return problem(404, f"There is no entity {request.args.get('id', '')!r}. Ids are such as agent/belgium.")
    response = Response(
        render_template("reconcile-preview.html", **_shown(facts, entity)), content_type="text/html; charset=utf-8"
    )
    # other sites may frame this page, and no other of ours
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"
    return response


@blueprint.get("/properties")
def propose_properties() -> Response:
    """The properties that entities of a type have (section 7.2)."""
    facts = _facts()
    written = request.args.get("type", "")
    name = facts.register.type_of(written)
    limit = read_number("limit", request.args.get("limit", ""), len(PROPERTIES))
    if written and not name:
        return problem(404, f"There is no type {written!r}; expected one of {', '.join(facts.register.types)}.")
    types = _with_broader(facts, name) if name else []
    found = [{"id": item.id, "name": item.name["en"]} for item in properties_of(types)]
    return json_reply({"type": written, "limit": limit, "properties": found[:limit]})


def _facts() -> Facts:
    return facts_of(site().reader)


def _manifest(facts: Facts) -> dict[str, Any]:
    """The service manifest (section 3.1)."""
    base = base_url()
    service = {"service_url": base}
    types = {item["id"]: item for item in _types(facts)}
    return {
        "versions": [VERSION],
        "name": "policy-kg: agents, places, instruments and topics of policy documents",
        "identifierSpace": ID,
        "schemaSpace": ONTOLOGY,
        "defaultTypes": [types[name] for name in _MAIN_TYPES if name in types],
        "documentation": f"{base}/reconcile/about",
        "serviceVersion": site().release.version,
        "view": {"url": f"{base}/id/{{{{id}}}}"},
        "feature_view": {"url": f"{base}/reconcile/about#{{{{id}}}}"},
        "batchSize": MOST_QUERIES,
        "preview": {"url": f"{base}/reconcile/preview?id={{{{id}}}}", "width": _PREVIEW[0], "height": _PREVIEW[1]},
        "suggest": {
            kind: {
                **service,
                "service_path": f"/reconcile/suggest/{kind}",
                "flyout_service_path": f"/reconcile/flyout/{kind}?id=${{id}}",
            }
            for kind in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {**service, "service_path": "/reconcile/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "Maximum number of values per row (0 for all)",
                }
            ],
        },
    }


def _reconcile(facts: Facts, text: str) -> dict[str, Any]:
    """Results by the keys of the queries (section 4.2)."""
    asked = read_batch(text, facts.register)
    return {key: {"result": [_candidate(facts, found) for found in candidates(facts, query)]} for key, query in asked.items()}


def _candidate(facts: Facts, found: Any) -> dict[str, Any]:
    entity = found.entity
    return {
        "id": entity.id,
        "name": entity.name,
        "description": entity.description,
        "type": [{"id": name, "name": facts.register.types[name].labels["en"]} for name in entity.types],
        "score": found.score,
        "match": found.match,
        "features": [
            {"id": "name-similarity", "value": found.similarity},
            {"id": "same-name", "value": found.same},
        ],
    }


def _extend(facts: Facts, text: str) -> dict[str, Any]:
    """Values of properties of entities (section 7.5)."""
    ids, properties = read_extension(text)
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for name in ids:
        entity = facts.register.entity(name)
        rows[name] = {}
        for prop, most in properties:
            values = facts.values_of(entity.id, prop.id) if entity else ()
            rows[name][prop.id] = [_cell(value) for value in (values[:most] if most else values)]
    return {"meta": [{"id": prop.id, "name": prop.name["en"]} for prop, _ in properties], "rows": rows}


def _cell(value: str | int | Entity) -> dict[str, Any]:
    if isinstance(value, Entity):
        return {"id": value.id, "name": value.name}
    return {"int": value} if isinstance(value, int) else {"str": value}


def _suggested(facts: Facts, entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.id,
        "name": entity.name,
        "description": entity.description,
        "notable": [{"id": name, "name": facts.register.types[name].labels["en"]} for name in entity.types],
    }


def _types(facts: Facts) -> list[dict[str, Any]]:
    """All types, the main ones first."""
    types = facts.register.types

    def item(name: str) -> dict[str, Any]:
        broader = [item(other) for other in types[name].broader if other in types]
        return {"id": name, "name": types[name].labels["en"]} | ({"broader": broader} if broader else {})

    return [item(name) for name in sorted(types, key=lambda name: (name not in _MAIN_TYPES, name))]


def _properties() -> list[dict[str, Any]]:
    return [{"id": item.id, "name": item.name["en"], "description": item.name["nl"]} for item in PROPERTIES.values()]


def _beginning(prefix: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of which the id, or a word of the name or description, begins so."""
    begin = prefix.lower()

    def fits(item: dict[str, Any]) -> bool:
        texts = [item["id"], item["name"], item.get("description", "")]
        return any(text.lower().startswith(begin) or f" {begin}" in text.lower() for text in texts)

    return [item for item in items if fits(item)]


def _with_broader(facts: Facts, name: str) -> list[str]:
    found = [name]
    for other in facts.register.types[name].broader:
        if other in facts.register.types:
            found += _with_broader(facts, other)
    return found


def _shown(facts: Facts, entity: Entity) -> dict[str, Any]:
    """What previews show."""
    return {
        "names": entity.labels,
        "entity": entity,
        "types": [facts.register.types[name].labels for name in entity.types],
        "others": facts.values_of(entity.id, "other-names")[:6],
        "statements": facts.values_of(entity.id, "statements-about")[0],
        "address": base_url() + visit().link(f"/id/{quote(entity.id)}"),
    }
