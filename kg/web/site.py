"""What a page knows: the release, the engine and the published queries."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from kg.engine.pool import Engine
from kg.queries import PublishedQuery
from kg.store import Release


@dataclass(frozen=True)
class Site:
    """What the application was made of."""

    release: Release
    engine: Engine
    queries: tuple[PublishedQuery, ...]


def site() -> Site:
    """The site that the present request is about."""
    return cast("Site", current_app.extensions["kg"])
