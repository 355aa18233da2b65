"""One small release, one engine and one client for all tests of the site."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg.engine.limits import Limits
from kg.engine.pool import Engine
from kg.store import Release, current_release
from kg.web.app import create_app
from tests.serving import write_release


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of a fictional corpus."""
    build = tmp_path_factory.mktemp("build")
    write_release(build, extra=3000)
    return current_release(build)


@pytest.fixture(scope="session")
def app(release: Release) -> Iterator[Flask]:
    """The application, with limits that a test can reach."""
    limits = Limits(timeout_s=1, memory_mib=256, result_mib=1, workers=2, query_kib=16, preview_rows=5)
    with Engine(release.store, limits) as engine:
        yield create_app(release, engine)


class BufferedClient(FlaskClient):
    """A client that reads each response to its end, so that files are closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        return super().open(*args, **{"buffered": True} | kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without cookies."""
    return BufferedClient(app, use_cookies=False)
