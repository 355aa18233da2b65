"""What a page knows: the release, the engine, the published queries and the templates."""

from dataclasses import dataclass
from typing import Any, Final, cast

from flask import current_app
from jinja2 import Environment
from werkzeug.wrappers import Response as BaseResponse

from kg.engine.interface import Engine
from kg.queries import PublishedQuery
from kg.reader import Reader
from kg.store import Release


@dataclass(frozen=True)
class Site:
    """What the application was made of. A new release makes a new one.

    :ivar reader: the store of the release, for queries of our own; what a visitor writes goes to the engine
    """

    release: Release
    reader: Reader
    engine: Engine
    queries: tuple[PublishedQuery, ...]
    templates: Environment

    def render(self, template: str, **values: Any) -> str:
        """A page."""
        return self.templates.get_template(template).render(values)


def site() -> Site:
    """The site that the present request is about."""
    return cast("Site", current_app.extensions["kg"])


LASTING: Final = "X-Lasting"
"""Header field by which a page tells the front that it depends on the release, the address and ``Accept`` alone."""


def lasting(response: BaseResponse) -> BaseResponse:
    """A response that is the same each time until the next release, so that the front may keep it."""
    response.headers[LASTING] = "1"
    return response
