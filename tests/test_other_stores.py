"""Every published query on other stores: the published data, through the remote engine, against the expected rows."""

import asyncio

import pytest

from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.engine.remote import RemoteEngine
from kg.store import Release
from tests.golden import build_published
from tests.project import EXPECTED, ROOT
from tests.stores import Store
from tests.test_publish import kg

QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "queries").glob("*.rq"))}
EXPECTED_ROWS = {path.name: path.read_text(encoding="utf-8") for path in (EXPECTED / "queries").iterdir()}
DIFFERS = {
    "virtuoso": {
        # a group with a path `?` and a FILTER on LANG gives its first solution alone; without either it gives all
        "demands-by-country",
    },
}
"""Published queries with other rows on another store, and why. One that agrees again is an error, too."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the published data."""
    return build_published(tmp_path_factory.mktemp("published"))


async def rows(engine: RemoteEngine, name: str, text: str) -> tuple[str, str]:
    """File name and content of the rows of a query, as :func:`tests.golden.published_rows` gives them."""
    graph = engine.scan(text).form in ("CONSTRUCT", "DESCRIBE")
    body = (await engine.answer(Query(text), "nt" if graph else "csv")).body.decode()
    if graph:
        return f"{name}.nt", "".join(sorted(body.splitlines(keepends=True)))
    return f"{name}.csv", body.replace("\r\n", "\n")


def test_published_queries(store: Store, release: Release) -> None:
    """The rows are the expected ones, in their order, but for the differences that are known."""
    published = kg(store, release)
    assert published.exit_code == 0, published.stderr

    async def differing() -> set[str]:
        engine = RemoteEngine(store.queries, release, Limits(workers=2))
        try:
            assert await engine.ready() == ()
            found = set()
            for name, text in QUERIES.items():
                file, got = await rows(engine, name, text)
                if got != EXPECTED_ROWS[file]:
                    found.add(name)
            return found
        finally:
            await engine.close()

    assert asyncio.run(differing()) == DIFFERS.get(store.name, set())
    assert len(QUERIES) >= 40
