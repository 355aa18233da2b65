"""Make the Flask application of the pages.

In comes a site; out goes a WSGI application with :mod:`kg.web.pages`. Next is :mod:`kg.web.front`, which calls it for whatever
is not the endpoint.
"""

import logging
from http import HTTPStatus

from flask import Flask, Response, current_app, redirect, render_template, request
from jinja2 import Environment
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as BaseResponse

from kg.engine.interface import Engine
from kg.queries import read_queries
from kg.reader import Reader
from kg.store import Release
from kg.web import (
    api,
    citing,
    codebook,
    compare,
    crawling,
    description,
    downloads,
    language,
    lists,
    ontology,
    pages,
    queries,
    reconcile,
    report,
    search,
    suggest,
    things,
)
from kg.web.dataset_head import dataset_jsonld
from kg.web.links import local
from kg.web.pictures import script, views
from kg.web.pictures.catalogue import PICTURES
from kg.web.problems import Problem, problem_reply
from kg.web.reading import SourceTexts
from kg.web.site import Site, visit

_FAMILIES = (
    views,
    script,
    pages,
    lists,
    compare,
    queries,
    api,
    things,
    ontology,
    report,
    codebook,
    search,
    suggest,
    reconcile,
    downloads,
    citing,
    description,
    crawling,
)

_log = logging.getLogger(__name__)


def create_app() -> Flask:
    """Application that serves the site in its ``extensions["kg"]``."""
    app = Flask("kg.web", static_url_path="/static")
    app.config["USE_X_SENDFILE"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["local"] = local
    app.jinja_env.globals["dataset_jsonld"] = dataset_jsonld
    app.jinja_env.globals["codebook_versions"] = codebook.versions
    app.jinja_env.globals["picture_names"] = tuple(PICTURES)
    language.equip(app.jinja_env)
    app.context_processor(lambda: {"visit": visit()})
    for family in _FAMILIES:
        app.register_blueprint(family.blueprint)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _defect)
    return app


def make_site(release: Release, engine: Engine, templates: Environment, sources: SourceTexts | None = None) -> Site:
    """Site of a release.

    :param sources: the documents' texts, where they are at hand
    :raises QueryFileError: if a published query cannot be read
    """
    return Site(release, Reader(release), engine, read_queries(release.path / "queries"), templates, sources or SourceTexts())


def _is_route(path: str) -> bool:
    """Whether one of the pages without a folder is at an address, which somebody asked for with a slash at its end."""
    if path == request.path or path.count("/") != 1:
        return False
    try:
        current_app.url_map.bind("localhost").match(path)
    except HTTPException:
        return False
    return True


def _http_error(error: HTTPException) -> BaseResponse:
    if error.code == HTTPStatus.NOT_FOUND and _is_route(request.path.rstrip("/")):
        return redirect(visit().link(request.path.rstrip("/")), HTTPStatus.PERMANENT_REDIRECT)
    html = ""
    if error.code == HTTPStatus.NOT_FOUND:
        detail = error.description if error.description != NotFound.description else ""
        html = render_template("404.html", path=request.path, detail=detail)
    problem = Problem(error.code or 500, error.name, error.description or "")
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Content-Range"}}
    return _response(problem, html, headers)


def _defect(error: Exception) -> Response:
    """Answer for a defect of ours: logged, and no traceback for the client."""
    _log.error("%s %s", request.method, request.path, exc_info=error)
    return _response(Problem(500, "Internal server error", "This is a defect of the server; it was logged."))


def _response(problem: Problem, html: str = "", headers: dict[str, str] | None = None) -> Response:
    reply = problem_reply(problem, request.headers.get("Accept"), current_app.jinja_env, visit(), html=html)
    return Response(reply.body, reply.status, dict(reply.headers) | (headers or {}))
