"""The store of a release as a copy of the last one with what is different."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import release
from kg.mappings.layout import Layout
from kg.namespaces import graph_iri
from kg.scale import renewing
from kg.scale.cache import Cache, key_of
from kg.scale.renewing import Content, DescriptionLines, remember, renew
from kg.store import current_release, read_quads
from tests.defects import HARBOUR
from tests.project import edit

RELEASE, STORE = "1", "store"
SHARED = {"entities": "".join(f"<a:e{n}> <a:p> <a:o> .\n" for n in range(60)).encode()}
DESCRIPTION = b"<a:d> <a:p> <a:o> .\n"
CHANGED = {"entities": SHARED["entities"] + b"<a:new> <a:p> <a:o> .\n"}

Kept = tuple[Cache, Path]


def as_described(quads: int) -> Callable[[], DescriptionLines]:
    """A description of a release with so many quads."""
    return lambda: DescriptionLines(DESCRIPTION, quads)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A cache that knows the last store, and the folder of the releases."""
    cache, last = Cache(tmp_path / "cache"), tmp_path / RELEASE
    last.mkdir()
    store = ox.Store(str(last / STORE))
    for name, data in (("entities", SHARED["entities"]), ("description", DESCRIPTION)):
        store.load(data, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph_iri(name)))
    store.flush()
    del store
    remember(cache, last, STORE, content(cache, SHARED), DESCRIPTION)
    return cache, tmp_path


def content(cache: Cache, shared: dict[str, bytes], documents: dict[str, renewing.Own] | None = None) -> Content:
    """What is in a store."""
    stored = {}
    for graph, data in shared.items():
        stored[graph] = (key_of(data), graph)
        cache.write(key_of(data), {graph: data})
    return Content(stored, documents or {})


def lines_of(path: Path) -> set[str]:
    """Triples of a store."""
    return {str(quad.triple) for quad in ox.Store.read_only(str(path))}


def test_what_is_different_is_added_and_removed(kept: Kept, tmp_path: Path) -> None:
    """The last store stays as it is, and its files are shared."""
    cache, releases = kept
    before = lines_of(releases / RELEASE / STORE)
    fewer = {"entities": CHANGED["entities"].removeprefix(b"<a:e0> <a:p> <a:o> .\n")}

    assert renew(cache, releases, content(cache, fewer), as_described(61), tmp_path / "new")
    assert lines_of(tmp_path / "new") == before - {"<a:e0> <a:p> <a:o>"} | {"<a:new> <a:p> <a:o>"}
    assert lines_of(releases / RELEASE / STORE) == before
    assert any(file.stat().st_nlink > 1 for file in (tmp_path / "new").glob("*.sst"))


def another_store(_: Cache, releases: Path) -> None:
    """The store is not the one that was left."""
    (releases / RELEASE / STORE / "IDENTITY").write_text("another", encoding="ascii")


def no_store(_: Cache, releases: Path) -> None:
    """The release was removed."""
    shutil.rmtree(releases / RELEASE)


def damaged(_: Cache, releases: Path) -> None:
    """A file of the store is gone."""
    for file in (releases / RELEASE / STORE).glob("MANIFEST*"):
        file.unlink()


def forgotten(cache: Cache, _: Path) -> None:
    """The cache was emptied."""
    shutil.rmtree(cache.folder)
    cache.folder.mkdir()
    cache._used.clear()


@pytest.mark.parametrize("spoil", [another_store, no_store, damaged, forgotten])
def test_what_cannot_be_renewed_is_made_anew(kept: Kept, tmp_path: Path, spoil: Callable[[Cache, Path], None]) -> None:
    """And nothing is left where the store is to be."""
    spoil(*kept)

    assert not renew(*kept, content(kept[0], CHANGED), as_described(62), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_store_with_another_number_of_quads_is_made_anew(kept: Kept, tmp_path: Path) -> None:
    """As where two ways to write a number, which are one in a store, were two lines."""
    assert not renew(*kept, content(kept[0], CHANGED), as_described(63), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_where_much_is_different_a_store_is_made_anew(kept: Kept, tmp_path: Path) -> None:
    """That is as fast."""
    assert not renew(*kept, content(kept[0], {}), as_described(1), tmp_path / "new")


def test_a_document_that_the_cache_lost_is_not_guessed(kept: Kept, tmp_path: Path) -> None:
    """Whatever it said would stay in the store."""
    cache, releases = kept
    gone = {"gone": ("0" * 64, "1" * 64, b"")}
    remember(cache, releases / RELEASE, STORE, content(cache, SHARED, gone), DESCRIPTION)

    assert not renew(cache, releases, content(cache, CHANGED), as_described(62), tmp_path / "new")


def test_what_is_shared_that_the_cache_lost_is_not_guessed(kept: Kept, tmp_path: Path) -> None:
    """As of a document."""
    cache, releases = kept
    cache.path(key_of(SHARED["entities"])).unlink()
    cache._used.clear()

    assert not renew(cache, releases, content(cache, CHANGED), as_described(61), tmp_path / "new")


def test_what_is_too_large_is_not_compared(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take much memory; what is the same need not be compared."""
    cache, releases = kept
    monkeypatch.setattr(renewing, "MOST_BYTES", len(SHARED["entities"]))

    assert not renew(cache, releases, content(cache, CHANGED), as_described(62), tmp_path / "new")
    assert renew(cache, releases, content(cache, SHARED), as_described(61), tmp_path / "same")


def test_builds_one_after_the_other_have_the_store_of_a_cold_one(project: Layout) -> None:
    """Five edits, each on the store of the one before."""
    said = "Harbours belong to nobody"
    for number in range(5):
        edit(project, HARBOUR, said, f"{said}, {number}")
        said = f"{said}, {number}"
        warm = release.build(project, Path("build"))
    release.build(project, Path("elsewhere"))
    shared = [file for file in (warm / "store").glob("*.sst") if file.stat().st_nlink > 1]

    assert shared
    assert set(read_quads(current_release(Path("build")))) == set(read_quads(current_release(Path("elsewhere"))))
