"""Make the Flask application of one release.

In come a release and an engine; out goes a WSGI application with :mod:`kg.web.sparql` and :mod:`kg.web.pages`. Next is
:mod:`kg.web.serving`.
"""

import logging
import threading
from functools import partial
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from kg.engine.errors import RefusalError
from kg.engine.pool import Engine
from kg.queries import read_queries
from kg.store import Release
from kg.web import pages, sparql
from kg.web.problems import Problem, problem_response
from kg.web.site import Site

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FORM_OVERHEAD: Final = 4
"""A character of a query may take three bytes in a form, and the form has other fields."""

_BODIES: Final = 8
"""Bodies that are read at a time; :mod:`kg.web.serving` has more threads than this."""
_BODY_WAIT_S: Final = 0.05

_log = logging.getLogger(__name__)


def create_app(release: Release, engine: Engine) -> Flask:
    """Application that serves ``release`` and answers queries with ``engine``, which the caller closes.

    :raises QueryFileError: if a published query cannot be read
    """
    app = Flask("kg.web", static_url_path="/static")
    app.extensions["kg"] = Site(release, engine, read_queries(release.path / "queries"))
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = engine.limits.query_kib * 1024 * _FORM_OVERHEAD
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["count"] = lambda number: f"{number:,}"
    app.jinja_env.filters["size"] = _size
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(sparql.blueprint)
    app.before_request(partial(_read_body, threading.BoundedSemaphore(_BODIES)))
    app.after_request(_headers)
    app.register_error_handler(RefusalError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _defect)
    return app


def _read_body(slots: threading.BoundedSemaphore) -> Response | None:
    """Read the body of a POST now, a few at a time.

    A client that announces a body and sends none holds a thread for as long as it likes: neither WSGI nor granian can
    stop the read. With all slots held so, GET still works.
    """
    if request.method != "POST":
        return None
    if not slots.acquire(timeout=_BODY_WAIT_S):
        detail = "Too many requests are sending their bodies. Send the query again later, or by GET."
        return problem_response(Problem(503, "Busy", detail, headers={"Retry-After": "10"}), with_query=False)
    try:
        request.get_data()
    finally:
        slots.release()
    return None


def _headers(response: Response) -> Response:
    """Headers of every response: no script or foreign content, any origin may read (there are no cookies)."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _refused(error: RefusalError) -> Response:
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and error.__cause__:
        _log.error("%s: %s", error, error.__cause__)
    return problem_response(Problem.of(error, in_url=request.method != "POST"))


def _http_error(error: HTTPException) -> Response:
    html = render_template("404.html", path=request.path) if error.code == HTTPStatus.NOT_FOUND else None
    response = problem_response(Problem(error.code or 500, error.name, error.description or ""), html=html)
    if "Allow" in (headers := dict(error.get_headers())):
        response.headers["Allow"] = headers["Allow"]
    return response


def _defect(error: Exception) -> Response:
    """Answer for a defect of ours: logged, and no traceback for the client."""
    _log.error("%s %s", request.method, request.path, exc_info=error)
    return problem_response(Problem(500, "Internal server error", "This is a defect of the server; it was logged."))


def _size(count: int) -> str:
    """Size of a file for people, in powers of 1,000."""
    amount: float = count
    for unit in ("B", "kB", "MB"):
        if amount < 1000:  # noqa: PLR2004 - as said
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"  # noqa: PLR2004
        amount /= 1000
    return f"{amount:.1f} GB"
