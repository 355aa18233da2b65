"""What a page knows: the release, the engine, the published queries and the templates."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from flask import current_app, request
from jinja2 import Environment
from werkzeug.wrappers import Response as BaseResponse

from kg.choices import Choices
from kg.engine.interface import Engine
from kg.queries import PublishedQuery
from kg.reader import Reader
from kg.store import Release
from kg.web.language import Visit
from kg.web.reading import SourceTexts

_PORTS: Final = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Site:
    """What the application was made of. A new release makes a new one.

    :ivar reader: the store of the release, for queries of our own; what a visitor writes goes to the engine
    :ivar sources: the documents' texts, as far as the operator has them
    """

    release: Release
    reader: Reader
    engine: Engine
    queries: tuple[PublishedQuery, ...]
    templates: Environment
    sources: SourceTexts

    @cached_property
    def choices(self) -> Choices:
        """The values of the parameters of published queries."""
        return Choices(self.reader)

    def published(self, name: str) -> PublishedQuery | None:
        """The published query with a name."""
        return next((query for query in self.queries if query.name == name), None)

    def render(self, template: str, **values: Any) -> str:
        """A page."""
        return self.templates.get_template(template).render(values)


def site() -> Site:
    """The site that the present request is about."""
    return cast("Site", current_app.extensions["kg"])


ResponseT = TypeVar("ResponseT", bound=BaseResponse)

LASTING: Final = "X-Lasting"
"""Header field by which a page tells the front that it depends on the release, the address and ``Accept`` alone."""


def lasting(response: ResponseT) -> ResponseT:
    """A response that is the same each time until the next release, so that the front may keep it."""
    response.headers[LASTING] = "1"
    return response


def visit() -> Visit:
    """Who looks at the present page."""
    return Visit.of(request.path, request.query_string.decode("latin-1"), request.headers.get("Accept-Language", ""))


def base_url() -> str:
    """Scheme and host of the site as its clients see it, for addresses that are used elsewhere.

    :mod:`kg.web.server` checked the host, or has it from the operator; the header of the request is not looked at.
    """
    environ = request.environ
    scheme, host, port = environ["wsgi.url_scheme"], environ["SERVER_NAME"], environ["SERVER_PORT"]
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" if port == _PORTS.get(scheme) else f"{scheme}://{host}:{port}"
