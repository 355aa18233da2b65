"""A release with imports: the published one, unchanged, and one graph more for each import.

In: a release and :class:`Prepared` imports. Out: a release directory, complete or not at all. Next: :mod:`kg.imports.commands` lets
``build/current`` point at it. Dumps, queries and report are links to the same files; the store is a copy; ``release.json`` differs by
``version``, ``base`` and ``imports``. An import lies in it as a whole, with its inputs: ``imports/<name>/``.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg import atomic
from kg.dumps import serialise
from kg.errors import ReleaseError
from kg.namespaces import PREFIXES
from kg.store import Release, open_release

GRAPH_FILE: Final = "graph.nq"
MANIFEST: Final = "import.json"
_OWN: Final = ("store", "release.json", "imports")


@dataclass(frozen=True)
class Prepared:
    """An import that has been validated.

    :ivar manifest: its entry in ``release.json``, with at least ``name``, ``graph``, ``namespace`` and ``digest``
    :ivar files: content by name; one is :data:`GRAPH_FILE`
    """

    manifest: dict[str, Any]
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        return str(self.manifest["name"])


def graph_bytes(triples: Iterable[ox.Triple], graph: str) -> bytes:
    """Sorted N-Quads of a graph."""
    name = ox.NamedNode(graph)
    return serialise((ox.Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples), "nq")


def digest_of(files: dict[str, bytes]) -> str:
    """A hash of the files of an import."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()


def base_of(release: Release) -> Release:
    """The published release under one with imports; any other is its own.

    :raises ReleaseError: if it is gone
    """
    base = release.description.get("base")
    return open_release(release.path.parent / str(base)) if base else release


def names_of(release: Release) -> list[str]:
    """Names of the imports of a release."""
    return sorted(str(one["name"]) for one in release.description.get("imports", []))


def imports_of(release: Release, leave_out: str = "") -> list[Prepared]:
    """The imports of a release, by name.

    :param leave_out: the name of one that is not wanted
    :raises ReleaseError: if the files of one are gone
    """
    found = []
    for manifest in release.description.get("imports", []):
        if manifest["name"] == leave_out:
            continue
        folder = release.path / "imports" / manifest["name"]
        if not (folder / GRAPH_FILE).is_file():
            raise ReleaseError(
                f"{folder}: the files of this import are gone; take it out with `kg import --remove {manifest['name']}`"
            )
        found.append(
            Prepared(manifest, {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != MANIFEST})
        )
    return sorted(found, key=lambda one: one.name)


def derive(base: Release, imports: Sequence[Prepared]) -> Path:
    """Make a release with imports; without any, it is the base itself.

    :raises ReleaseError: if a published query would have other rows than in the base
    """
    if not imports:
        return base.path
    imports = sorted(imports, key=lambda one: one.name)
    version = f"{base.version}+{_label(imports)}"
    releases = base.path.parent
    final = releases / version
    if final.exists():  # named by its content, as every release
        return final
    draft = atomic.draft_in(releases)
    for entry in sorted(base.path.iterdir()):
        if entry.is_dir() and entry.name not in _OWN:
            shutil.copytree(entry, draft / entry.name, copy_function=_link)
        elif entry.name not in _OWN:
            _link(str(entry), str(draft / entry.name))
    shutil.copytree(base.store, draft / "store")
    store = ox.Store(draft / "store")
    for one in imports:
        store.bulk_load(one.files[GRAPH_FILE], ox.RdfFormat.N_QUADS)
        _write(one, draft / "imports" / one.name)
    store.optimize()
    store.flush()
    _same_rows(base, store)
    del store
    described = {**base.description, "version": version, "base": base.version, "imports": [one.manifest for one in imports]}
    (draft / "release.json").write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    atomic.flush(draft)
    draft.rename(final)
    atomic.flush_directory(releases)
    return final


def _label(imports: Sequence[Prepared]) -> str:
    """What follows the version of the base: the name of the one import, or how many there are, and a hash."""
    name = imports[0].name if len(imports) == 1 else f"{len(imports)}-imports"
    digest = hashlib.sha256("\n".join(f"{one.name} {one.manifest['digest']}" for one in imports).encode())
    return f"{name}-{digest.hexdigest()[:12]}"


def _link(source: str, target: str) -> str:
    """Link a file, which takes no room; a release is never written to. Where the file system has no links, copy it."""
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
    return target


def _write(one: Prepared, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, content in one.files.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_text(json.dumps(one.manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _same_rows(base: Release, store: ox.Store) -> None:
    """Check that no published query notices the imports."""
    published = ox.Store.read_only(str(base.store))
    for path in sorted((base.path / "queries").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        if _rows(published, text) != _rows(store, text):
            message = f"the published query {path.stem} would have other rows with this import, so it was not added; are its properties its own?"
            raise ReleaseError(message)


def _rows(store: ox.Store, query: str) -> list[str]:
    """The rows or triples of a query, sorted."""
    result = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    if isinstance(result, ox.QuerySolutions):
        return sorted("\t".join(map(str, row)) for row in result)
    return sorted(map(str, result)) if isinstance(result, ox.QueryTriples) else [str(bool(result))]
