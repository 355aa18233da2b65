"""The W3C SPARQL test suites: their files, and the tests that their manifests list.

In comes the archive that ``make suite`` downloads (``requirements.txt`` beside this file pins it), or the directory that
``KG_W3C`` names: a checkout of the rdf-tests repository, which is newer. Out go :class:`Case` records and the bytes of every
file by its IRI. Nothing of the suites is in this repository. :mod:`tests.w3c.outcome` reads and compares results.
"""

import hashlib
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pyoxigraph as ox
import pytest

HERE: Final = Path(__file__).parent
ARCHIVES: Final = HERE.parents[1] / ".venv" / "w3c"
PIN: Final = re.compile(r"^(\S+)==(\S+) \\\n +--hash=sha256:([0-9a-f]{64})$", re.MULTILINE)

BASES: Final = {
    "sparql10": "http://www.w3.org/2001/sw/DataAccess/tests/data-r2/",
    "sparql11": "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/",
}
"""Where the Working Groups published the suites: relative IRIs of manifests, data, queries and results are relative to it."""

_PARTS: Final = {"dawg-data-r2": "sparql10", "sparql10": "sparql10", "sparql11": "sparql11"}

MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FORMATS: Final = {".ttl": ox.RdfFormat.TURTLE, ".rdf": ox.RdfFormat.RDF_XML, ".nt": ox.RdfFormat.N_TRIPLES}

EVALUATION: Final = frozenset({"QueryEvaluationTest", "CSVResultFormatTest"})
POSITIVE: Final = frozenset({"PositiveSyntaxTest", "PositiveSyntaxTest11"})
NEGATIVE: Final = frozenset({"NegativeSyntaxTest", "NegativeSyntaxTest11"})
UPDATE_SYNTAX: Final = frozenset({"PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11"})


@dataclass(frozen=True)
class Case:
    """One test of a manifest. Files are named by their IRIs.

    :ivar name: such as ``sparql11/aggregates/agg01``
    :ivar kind: local name of its class
    :ivar query: the query or update
    :ivar data: merged, these are the default graph
    :ivar named: each is a named graph under its own IRI
    :ivar result: expected result; empty for a syntax test
    :ivar lax: whether REDUCED may leave out duplicates, or not
    """

    name: str
    kind: str
    query: str
    data: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    result: str = ""
    lax: bool = False


@dataclass(frozen=True)
class Suite:
    """All files by IRI, and all tests."""

    files: dict[str, bytes]
    cases: tuple[Case, ...]

    def text(self, iri: str) -> str:
        """Text of a file."""
        return self.files[iri].decode()

    def triples(self, iri: str) -> list[ox.Triple]:
        """Triples of a file; its blank nodes are other ones each time."""
        return [quad.triple for quad in _parse(iri, self.files[iri])]

    def graphs_beside(self, iri: str) -> list[str]:
        """Files of triples in the folder of a file: those that FROM and FROM NAMED can name."""
        folder = iri.rpartition("/")[0]
        return [name for name in self.files if PurePosixPath(name).suffix in FORMATS and name.rpartition("/")[0] == folder]


def missing() -> str:
    """Why the suites are not there; empty if they are."""
    given = os.environ.get("KG_W3C")
    if given:
        return "" if Path(given).is_dir() else f"KG_W3C is {given}, which is no directory"
    archive, _ = pinned()
    return "" if archive.is_file() else "the W3C suites are not here: `make suite` downloads them (that needs a package index)"


def is_pinned() -> bool:
    """Whether the tests are of the archive, to which the tables of exceptions belong, and not of ``KG_W3C``."""
    return not os.environ.get("KG_W3C")


def pinned() -> tuple[Path, str]:
    """Archive that ``make suite`` leaves, and its sha256."""
    match = PIN.search((HERE / "requirements.txt").read_text(encoding="utf-8"))
    assert match, "requirements.txt: expected one line NAME==VERSION and one --hash"
    return ARCHIVES / f"{match[1]}-{match[2]}.tar.gz", match[3]


@cache
def suite() -> Suite:
    """The suites; ask :func:`missing` first."""
    given = os.environ.get("KG_W3C")
    files = dict(_of_directory(Path(given)) if given else _of_archive(*pinned()))
    cases = tuple(case for iri in sorted(files) if iri.endswith("/manifest.ttl") for case in _cases(files, iri))
    return Suite(files, cases)


def cases(kinds: frozenset[str]) -> list[Case]:
    """Tests of some classes; none if the suites are missing."""
    return [] if missing() else [case for case in suite().cases if case.kind in kinds]


def parameters(found: list[Case]) -> list[Any]:
    """Parameters for pytest; a single one that is skipped, with the reason, if the suites are missing."""
    reason = missing()
    if reason:
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="suites-missing")]
    return [pytest.param(case, id=case.name) for case in found]


def _of_archive(archive: Path, sha256: str) -> Iterator[tuple[str, bytes]]:
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert found == sha256, f"{archive}: sha256 is {found}, expected {sha256}; delete it and run `make suite`"
    with tarfile.open(archive) as tar:
        for member in tar:
            iri = _iri(member.name) if member.isfile() else ""
            stream = tar.extractfile(member) if iri else None
            if stream:
                yield iri, stream.read()


def _of_directory(directory: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(directory.rglob("*")):
        iri = _iri(path.as_posix()) if path.is_file() else ""
        if iri:
            yield iri, path.read_bytes()


def _iri(path: str) -> str:
    """IRI of a file two levels below the folder of a suite; empty for any other."""
    parts = path.split("/")
    part = _PARTS.get(parts[-3], "") if len(parts) > 2 else ""
    return f"{BASES[part]}{parts[-2]}/{parts[-1]}" if part else ""


def _parse(iri: str, content: bytes) -> Iterator[ox.Quad]:
    yield from ox.parse(content, FORMATS[PurePosixPath(iri).suffix], base_iri=iri, rename_blank_nodes=True)


def _cases(files: dict[str, bytes], manifest: str) -> Iterator[Case]:
    """Tests of a manifest, in the order of its list; what is not in the list was withdrawn."""
    store = ox.Store()
    store.extend(_parse(manifest, files[manifest]))
    part, folder = next((part, manifest[len(base) :]) for part, base in BASES.items() if manifest.startswith(base))
    for entry in _entries(store):
        local = entry.value.rpartition("#")[2]
        action = _objects(store, entry, f"{MF}action")
        queries = [
            iri.value for node in action for iri in (*_objects(store, node, f"{QT}query"), node) if isinstance(iri, ox.NamedNode)
        ]
        yield Case(
            name=f"{part}/{folder.partition('/')[0]}/{local}",
            kind=_objects(store, entry, f"{RDF}type")[0].value.rpartition("#")[2],
            query=queries[0] if queries else "",
            data=tuple(iri.value for node in action for iri in _objects(store, node, f"{QT}data")),
            named=tuple(iri.value for node in action for iri in _objects(store, node, f"{QT}graphData")),
            result="".join(iri.value for iri in _objects(store, entry, f"{MF}result")),
            lax=bool(_objects(store, entry, f"{MF}resultCardinality")),
        )


Node = ox.NamedNode | ox.BlankNode


def _objects(store: ox.Store, subject: Node | None, predicate: str) -> list[Node]:
    found = [quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None)]
    return [node for node in found if isinstance(node, ox.NamedNode | ox.BlankNode)]


def _entries(store: ox.Store) -> Iterator[ox.NamedNode]:
    """Members of the list of entries, of which a manifest has one; two manifests do not name themselves."""
    nodes = _objects(store, None, f"{MF}entries")
    while nodes and nodes[0].value != f"{RDF}nil":
        yield from (item for item in _objects(store, nodes[0], f"{RDF}first") if isinstance(item, ox.NamedNode))
        nodes = _objects(store, nodes[0], f"{RDF}rest")
