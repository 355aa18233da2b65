"""Replies that several pages give: JSON, a problem, and addresses of this site as the client sees it."""

import json
from typing import Any

from flask import Response, current_app, request

from kg.web.problems import Problem, problem_reply
from kg.web.site import visit

_PORTS = {"http": "80", "https": "443"}


def base_url() -> str:
    """Scheme and host of this site without a slash at the end, as :mod:`kg.web.bridge` was told them."""
    scheme = request.environ["wsgi.url_scheme"]
    host, port = str(request.environ["SERVER_NAME"]), str(request.environ["SERVER_PORT"])
    place = f"[{host}]" if ":" in host else host
    return f"{scheme}://{place}" if _PORTS.get(scheme) == port else f"{scheme}://{place}:{port}"


def json_reply(document: Any, headers: dict[str, str] | None = None) -> Response:
    """A document as JSON."""
    body = json.dumps(document, ensure_ascii=False) + "\n"
    return Response(body, content_type="application/json", headers=headers)


def problem(status: int, detail: str, title: str = "") -> Response:
    """A problem as the client likes it (RFC 9457)."""
    titles = {400: "Malformed request", 404: "Not Found", 413: "Request too large", 503: "Search is not available"}
    found = Problem(status, title or titles[status], detail)
    reply = problem_reply(found, request.headers.get("Accept"), current_app.jinja_env, visit())
    return Response(reply.body, reply.status, dict(reply.headers))
