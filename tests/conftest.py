"""Fixtures that several test modules share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg import release
from kg.mappings.layout import Layout
from kg.store import Release, open_release
from tests.project import ROOT, make_project
from tests.serving import write_release
from tests.stores import STARTERS, Store


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A fresh copy of the fictional project, which is also the working directory."""
    target = tmp_path / "project"
    make_project(target)
    monkeypatch.chdir(target)
    for name in ("KG_ROOT", "KG_SOURCES", "KG_BUILD_DIR"):
        monkeypatch.delenv(name, raising=False)
    return Layout(Path())


@pytest.fixture(scope="session", params=sorted(STARTERS))
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Another SPARQL store, of each kind that is tested."""
    with STARTERS[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture(scope="session")
def harbours(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the fictional project, which nobody changes."""
    root = tmp_path_factory.mktemp("harbours")
    layout = make_project(root / "project")
    return open_release(release.build(layout, root / "build"))


@pytest.fixture(scope="session")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the project's own data."""
    return open_release(release.build(Layout(ROOT), tmp_path_factory.mktemp("published")))


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release with enough in it for a cross product to take seconds, or not to end."""
    return open_release(write_release(tmp_path_factory.mktemp("crowded"), extra=3000))


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that ask."""
    with ThreadPoolExecutor(16) as executor:
        yield executor
