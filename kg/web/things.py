"""Every IRI answers: ``/id/…`` leads to a page or a data file; a dataset, graph or release answers itself.

In comes a path of the IRIs that the project mints; out goes what the release says of the thing, in the format that was asked
for (Cool URIs for the Semantic Web, section 4.2: 303 for things, 200 for documents). What is not known gets 404, what was
withdrawn 410, in that format too.
"""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kg.description.facts import DATASET
from kg.namespaces import BASE, GRAPH, ID, POL
from kg.negotiation import HTML, Format, negotiate
from kg.resource import Resource, Triple, data, in_use, own_data, problem, read_resource, serialise
from kg.web.citing import box
from kg.web.documents import CHOICES, document_view
from kg.web.downloads import tables_of
from kg.web.graphs import extension
from kg.web.links import data_path, local
from kg.web.parts import parts_of
from kg.web.problems import Problem, problem_reply
from kg.web.reading import Context, context, reading_address, text_view
from kg.web.roles import CHOICES as ROLE_CHOICES
from kg.web.roles import ROLES, role, roles, within
from kg.web.signposts import DATA_FORMATS, as_script, signposts
from kg.web.site import base_url, lasting, site, visit
from kg.web.views import Passage, Thing, passages_of, view_of

blueprint: Final = Blueprint("things", __name__)

_PAGE_FIRST: Final = (HTML, *DATA_FORMATS)
_MOST: Final = 10_000
"""Quads of a data file about each part of a thing, in each direction."""
_SHOWN: Final = 2_000
_DIGITS: Final = 7
_DESCRIPTION: Final = f"{GRAPH}description"


@blueprint.get("/id/<path:path>")
def thing(path: str) -> BaseResponse:
    """Lead to the page of a thing, or to its data file, by ``Accept``."""
    iri = ID + path
    choice = negotiate(request.headers.get("Accept"), _PAGE_FIRST)
    if not in_use(site().reader, iri):
        return absent(iri, _found(iri), choice.format if choice else None)
    if choice is None:
        return not_acceptable(iri)
    target = visit().link(local(iri)) if choice.format is HTML else data_path(iri, choice.format.name)
    response = redirect(target, 303)
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/page/<path:path>")
def page(path: str) -> BaseResponse:
    """The page of a thing; a client that wants data is led to them."""
    iri = ID + path
    choice = negotiate(request.headers.get("Accept"), _PAGE_FIRST)
    if choice is not None and choice.format is not HTML:
        return thing(path)
    # the statements of a document are listed otherwise
    resource = read_resource(site().reader, iri, _SHOWN, inbound=not iri.startswith(f"{ID}document/"))
    if resource is None or resource.withdrawn:
        return absent(iri, resource, HTML)
    return thing_page(resource)


@blueprint.get("/data/<path:path>")
def data_file(path: str) -> BaseResponse:
    """The data file of a thing: by its extension, or by ``Accept``."""
    name, form = extension(path, DATA_FORMATS)
    return described(ID + name, form, formats=DATA_FORMATS)


@blueprint.get("/dataset")
@blueprint.get("/dataset.<extension>")
@blueprint.get("/dataset/<path:path>")
@blueprint.get("/release/<path:path>")
def document(**_: str) -> BaseResponse:
    """What the release says of a dataset, or of a release."""
    name, form = extension(request.path.removeprefix("/"), DATA_FORMATS)
    return described(BASE + name, form, parts_in=_DESCRIPTION)


@blueprint.get("/graph/<name>")
def graph(name: str) -> BaseResponse:
    """What is said of a named graph, as a page; its triples are :mod:`kg.web.graphs`."""
    name, form = extension(name)
    iri = GRAPH + name
    form = form or _negotiated(_PAGE_FIRST)
    if iri not in site().release.description.get("graphs", {}):
        return absent(iri, None, form)
    if form is None:
        return not_acceptable(iri)
    return thing_page(read_resource(site().reader, iri, _SHOWN) or Resource(iri, (), (), cut=False))


def described(
    iri: str, form: Format | None, formats: tuple[Format, ...] = _PAGE_FIRST, parts_in: str | None = None
) -> BaseResponse:
    """What the release says of a thing, in a format, or by ``Accept`` where there is none."""
    form = form or _negotiated(formats)
    if form is None:
        return not_acceptable(iri) if in_use(site().reader, iri) else absent(iri, _found(iri), None)
    if form is HTML:
        # the data set as a whole has thousands of parts, such as the number of uses of each property; others have a few
        resource = read_resource(site().reader, iri, _SHOWN, parts=iri != DATASET)
        return thing_page(resource) if resource else absent(iri, None, form)
    resource = read_resource(site().reader, iri, _MOST, parts_in=parts_in)
    if resource is None or resource.withdrawn:
        return absent(iri, resource, form)
    here = base_url()
    rest = f"{here}/sparql?" + urlencode({"query": f"SELECT * {{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?q <{iri}> }} }}"})
    triples = data(site().reader, resource, here + data_path(iri, form.name), DATASET, rest)
    return rdf(triples, form, iri)


def thing_page(resource: Resource) -> BaseResponse:
    """Page about a thing, with its description in the head for machines."""
    is_statement = f"{POL}Statement" in resource.types
    # what statements say with it in a role is listed apart
    shown = resource if is_statement else resource.without_inbound(f"{ID}statement/")
    view = view_of(site().reader, shown)
    embedded = as_script(serialise(own_data(resource), "jsonld"))
    files = [(form, data_path(resource.iri, form.name)) for form in DATA_FORMATS]
    values = {"thing": view, "embedded": embedded, "files": files, "cite": box(site(), resource.iri, visit().language)}
    if is_statement:
        text = render_template("statement.html", passages=_passages(view), **values)
    elif f"{POL}Document" in resource.types:
        text = _document_page(view, values)
    else:
        text = _thing_page(resource, values)
    response = Response(text, content_type="text/html; charset=utf-8")
    point(response, resource.iri)
    return lasting(response)


def _thing_page(resource: Resource, values: dict[str, Any]) -> str:
    """The page of anything else: what is said of it, and the statements that have it in a role."""
    name = request.args.get("role", "")
    if not resource.iri.startswith(ID):
        # the parts of any other thing are shown with it
        parts = parts_of(site().reader, resource.iri) if resource.iri == DATASET else ()
        return render_template("thing.html", roles=(), within=0, parts=parts, **values)
    if not name:
        reader = site().reader
        found = roles(reader, resource.iri, request.path)
        return render_template("thing.html", roles=found, within=within(reader, resource.iri), **values)
    if name not in ROLES:
        abort(400, f'There is no role "{name[:50]}". There are: {", ".join(ROLES)}.')
    chosen = {choice: value for choice in ROLE_CHOICES if (value := request.args.get(choice, ""))}
    return render_template("role.html", role=role(site().reader, resource.iri, request.path, name, chosen, _number()), **values)


def _number() -> int:
    """Page of a list that is asked for; the first one if it is no number."""
    given = request.args.get("page", "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) < _DIGITS else 1


def _passages(view: Thing) -> list[tuple[Passage, str, Context | None]]:
    """The passages of a statement, each with the address at which it is read here and its context, where there is a text."""
    found: list[tuple[Passage, str, Context | None]] = []
    for passage in passages_of(site().reader, view):
        text = site().sources.of(site().reader, passage.document.iri)
        address = reading_address(passage.document.href, view.iri.rpartition("/")[2]) if text else ""
        found.append((passage, address, context(text, passage.first, passage.last) if text else None))
    return found


def _document_page(view: Thing, values: dict[str, Any]) -> str:
    """What of a document is asked for: its statements, or its text with them."""
    text = site().sources.of(site().reader, view.iri)
    if request.args.get("view") == "text":
        if text is None:
            abort(404, "The text of this document is not at hand on this server, or is another version than the coded one.")
        shown = text_view(site().reader, text, view.iri, request.path, _number(), request.args.get("at", ""))
        return render_template("reading.html", view=shown, **values)
    chosen = {name: value for name in CHOICES if (value := request.args.get(name, ""))}
    characters = view.first("pol:characters")
    length = int(characters.text) if characters else 0
    listed = document_view(site().reader, view.iri, request.path, chosen, _number(), length)
    tables = tables_of(site().release, view.iri.rpartition("/")[2])
    return render_template("document.html", view=listed, readable=text is not None, tables=tables, **values)


def rdf(triples: Iterable[Triple], form: Format, iri: str, status: int = 200) -> BaseResponse:
    """Triples in a format."""
    body = serialise(triples, form.name)
    response = Response(body, status, content_type=f"{form.media_type}; charset=utf-8" if form.text else form.media_type)
    point(response, iri)
    return lasting(response) if status == 200 else response  # noqa: PLR2004


def absent(iri: str, resource: Resource | None, form: Format | None) -> BaseResponse:
    """404 for what is not known, 410 for what was withdrawn, in the format that was asked for.

    :param form: none if it is not one in which the thing would be offered; the error is then told by ``Accept``
    """
    if resource is None:
        return _refusal(
            Problem(404, "Not found", f"This release has nothing about {iri}. Search for it at /search."), form, iri=iri
        )
    new = resource.replacements
    instead = f"It is replaced by {', '.join(new)}." if new else "Nothing replaces it."
    links = {"Link": ", ".join(f'<{local(other)}>; rel="successor-version"' for other in new)} if new else {}
    reason = Problem(410, "Withdrawn", f"{iri} was withdrawn. {instead}", {"replacedBy": list(new)}, links)
    return _refusal(reason, form, resource, iri)


def not_acceptable(iri: str) -> BaseResponse:
    """406 that names the formats."""
    offered = ", ".join(form.media_type for form in _PAGE_FIRST)
    return _refusal(Problem(406, "Not acceptable", f"Accept allows none of the formats of {iri}: {offered}."), None)


def _refusal(reason: Problem, form: Format | None, resource: Resource | None = None, iri: str = "") -> BaseResponse:
    if form is not None and form is not HTML:
        pairs = [(resource.iri, new) for new in resource.replacements] if resource else []
        own = own_data(resource) if resource else []
        triples = dict.fromkeys([*problem(reason.status, reason.detail, pairs), *own])
        response = rdf(triples, form, "", reason.status)
        response.headers.update(reason.headers)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        return response
    page_text = ""
    if form is HTML:
        new = [view_of(site().reader, found) for iri in resource.replacements if (found := _found(iri))] if resource else []
        page_text = render_template("absent.html", problem=reason, iri=iri, replacements=new)
    accept = "text/html" if form is HTML else request.headers.get("Accept")
    reply = problem_reply(reason, accept, site().templates, visit(), html=page_text)
    return Response(reply.body, reply.status, dict(reply.headers))


def _found(iri: str) -> Resource | None:
    return read_resource(site().reader, iri, _SHOWN)


def _negotiated(formats: tuple[Format, ...]) -> Format | None:
    choice = negotiate(request.headers.get("Accept"), formats)
    return choice.format if choice else None


def point(response: BaseResponse, iri: str) -> None:
    """Tell where else the thing is described, and how to cite it (FAIR Signposting Profile; RFC 8288)."""
    if not iri:
        return
    response.headers["Link"] = signposts(iri, site().release)
    response.headers["Vary"] = "Accept"
