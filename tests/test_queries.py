"""Every published query: a header in two languages, and exactly the expected rows on the published data."""

from pathlib import Path

import pytest

from kg.queries import read_queries
from kg.store import Release
from tests.golden import published_rows
from tests.project import EXPECTED, ROOT

QUERIES = sorted((ROOT / "queries").glob("*.rq"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the published data."""
    from tests.golden import build_published

    return build_published(tmp_path_factory.mktemp("published"))


def test_there_are_enough_and_each_has_expected_rows() -> None:
    """No query without a file of rows, no file without a query."""
    assert len(QUERIES) >= 10
    assert {path.stem for path in QUERIES} == {path.stem for path in (EXPECTED / "queries").glob("*")}


def test_headers_have_both_languages() -> None:
    """Title and description in nl and en, and at least one tag."""
    for query in read_queries(ROOT / "queries"):
        assert set(query.title) == set(query.description) == {"nl", "en"}, query.name
        assert query.tags, query.name


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_rows(release: Release, path: Path) -> None:
    """The rows equal the reviewed file; `make golden` rewrites it."""
    name, rows = published_rows(release, path)

    assert rows == (EXPECTED / "queries" / name).read_text(encoding="utf-8")
    assert len(rows.splitlines()) > 1
