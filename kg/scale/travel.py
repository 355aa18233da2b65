"""How the work on a document travels to a machine that sees none of the project's files, and its result back.

In: the function of a step, what its jobs share, and a job. Out: a :class:`State`, which each worker gets once, and a :class:`Parcel` of the job and
the bytes that it reads: files of the project, and files of the cache. There they are unpacked into a folder that goes with the job; what the
step writes into the cache there is sent back as bytes. Next: :mod:`kg.scale.cluster` sends them.
"""

import os
import pickle
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from kg.errors import ClusterError
from kg.mappings.layout import Layout
from kg.scale import judging, mapping, writing
from kg.scale.cache import Cache, code_version
from kg.scale.conformity import prepared
from kg.shacl import VARIABLE, chosen

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LIBRARIES: Final = ("backports.zstd", "pyoxigraph", "pyshacl", "pyyaml", "rapidfuzz", "rdflib", "shacl", "zlib-ng")
"""What the bytes of a result depend on, beside the package itself."""
_PROJECT, _SOURCES, _CACHE = "project", "sources", "cache"
_NOWHERE: Final = Path()
_ONE: Final = threading.Lock()
"""A process works on one document at a time: more would only wait for each other."""

Result = tuple[str | None, list[tuple[str, bytes]]]
"""Key of the result, and files of the cache, each with its key. Without a key the job is to be done where the project is."""


@dataclass(frozen=True)
class State:
    """What all jobs of a step share.

    :ivar token: of this run of the step
    :ivar versions: of :func:`versions`, where the project is
    :ivar engine: that applies the shapes
    :ivar common: what the step's function takes, compressed
    """

    token: str
    step: str
    versions: Mapping[str, str]
    engine: str
    common: bytes


@dataclass(frozen=True)
class Parcel:
    """A job, and what it reads.

    :ivar label: of the document, for messages
    :ivar key: under which the result is kept
    :ivar files: content of the project's files and of the text, by path in the folder of the job
    :ivar shown: what findings call these files, by path in the project
    :ivar parts: files of the cache, by key
    """

    label: str
    key: str
    job: Any
    files: Mapping[str, bytes]
    shown: Mapping[str, str]
    parts: Mapping[str, bytes]


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """What two machines must have in common to write the same bytes."""
    found = {"policy-kg": code_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def difference(here: Mapping[str, str], there: Mapping[str, str], engine: str) -> str:
    """What another machine has in another version; empty if nothing.

    :param engine: the one that applies the shapes; whether the other one is there makes no difference
    """
    wrong = [name for name in here if here[name] != there.get(name) and (name != "shacl" or engine == "shacl")]
    return "; ".join(f"{name} {_short(there.get(name, 'unknown'))} instead of {_short(here[name])}" for name in wrong)


def _short(version: str) -> str:
    """A version with the beginning of its hash."""
    before, _, last = version.rpartition(" ")
    return f"{before} {last[:12]}".strip()


# --- Where the project is ---

_STEPS: Final[Mapping[str, Callable[..., Any]]] = {"map": mapping.work, "judge": judging.work, "write": writing.work}


def step_of(work: Callable[..., Any]) -> str | None:
    """Name of a step that can travel; None for one that writes into folders of its own."""
    return next((name for name, function in _STEPS.items() if function == work), None)


def state(step: str, common: Any, token: str) -> State:
    """What all jobs share, made ready to travel."""
    made: Any
    if isinstance(common, mapping.Common):
        made = replace(common, shared=replace(common.shared, layout=Layout(_NOWHERE)), cache=Cache(_NOWHERE))
    elif isinstance(common, judging.Common):
        made = replace(common.bare(), cache=Cache(_NOWHERE))
    else:
        made = replace(common, cache=Cache(_NOWHERE))
    return State(token, step, versions(), chosen(), zstd.compress(pickle.dumps(made, protocol=5), 1))


def parcel(common: Any, job: Any) -> Parcel | None:
    """A job made ready to travel; None if it is to be done here, as a file of it cannot be read.

    :raises ClusterError: if a result that it needs is not in the cache any more
    """
    cache: Cache = common.cache
    if isinstance(job, mapping.Job):
        return _mapping(common, job)
    keys = {job.mapped, *(n.mapped for n in job.neighbours)} if isinstance(job, judging.Job) else {job.mapped, job.judged}
    try:
        parts = {key: cache.path(key).read_bytes() for key in keys}
    except OSError as error:
        raise ClusterError(
            f"{error.filename}: a result that was whole a moment ago cannot be read ({error.strerror}); does something else write in "
            "this folder? Run the command again"
        ) from None
    return Parcel(job.slug, job.key(common), job, {}, {}, parts)


def _mapping(common: mapping.Common, job: mapping.Job) -> Parcel | None:
    layout, slug = common.shared.layout, job.path.stem
    own = {path: f"{_PROJECT}/{path.relative_to(layout.root)}" for path in (job.path, layout.lock(slug), layout.ledger(slug))}
    text = {} if common.sources is None else {common.sources / f"{slug}.txt": f"{_SOURCES}/{slug}.txt"}
    files = {}
    for path, name in (own | text).items():
        try:
            files[name] = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError:
            return None  # what is wrong with it can be said here only
    shown = {str(path.relative_to(layout.root)): layout.name(path) for path in (*own, layout.catalogue)}
    return Parcel(slug, job.key(common), job, files, shown, {})


# --- Where the work is done ---


@dataclass(frozen=True)
class _Elsewhere(Layout):
    """The folder of a job, whose files have the names that they have in the project."""

    shown: Mapping[str, str]

    def name(self, path: Path) -> str:
        """See :class:`~kg.mappings.layout.Layout`."""
        return self.shown.get(str(path.relative_to(self.root)), str(path))


@dataclass(frozen=True)
class _Mapping(mapping.Job):
    """A job whose key is known."""

    known: str = ""

    def key(self, common: mapping.Common) -> str:  # noqa: ARG002 - its files have other paths here
        return self.known


_OPENED: dict[str, Any] = {}
"""What the jobs of one run share, by its token."""


def _opened(given: State) -> Any:
    if given.token not in _OPENED:
        _OPENED.clear()
        common = pickle.loads(zstd.decompress(given.common))  # noqa: S301 - a scheduler's word is code anyway
        if isinstance(common, judging.Common):
            common = replace(common, conformity=prepared(common.shapes.triples))
        _OPENED[given.token] = common
    return _OPENED[given.token]


def perform(given: State, sent: Parcel, directory: str | None = None) -> Result:
    """Do a job.

    :param directory: where its folder is made
    :raises ClusterError: if this machine would write other bytes
    """
    wrong = difference(given.versions, versions(), given.engine)
    if wrong:
        raise ClusterError(wrong)
    with _ONE, _engine(given.engine), tempfile.TemporaryDirectory(prefix="policy-kg-", dir=directory) as name:
        folder = Path(name)
        cache = Cache(folder / _CACHE)
        cache.folder.mkdir()
        for key, data in sent.parts.items():
            cache.path(key).write_bytes(data)
        common, job = replace(_opened(given), cache=cache), sent.job
        if isinstance(job, mapping.Job):
            common, job = _unpacked(common, job, sent, folder)
        key = _STEPS[given.step](common, job)
        if isinstance(job, mapping.Job) and name in repr(cache.read(key, "head", "trace")):
            return None, []  # a message that names a file by its path would name one of this folder
        made = sorted(path for path in cache.folder.iterdir() if path.stem not in sent.parts)
        return key, [(path.stem, path.read_bytes()) for path in made]


def _unpacked(common: mapping.Common, job: mapping.Job, sent: Parcel, folder: Path) -> tuple[mapping.Common, mapping.Job]:
    """The files of a document in a folder."""
    for name, data in sent.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    layout = _Elsewhere(folder / _PROJECT, sent.shown)
    sources = None if common.sources is None else folder / _SOURCES
    own = _Mapping(layout.mappings / job.path.name, job.denied, sent.key)
    return replace(common, shared=replace(common.shared, layout=layout), sources=sources), own


@contextmanager
def _engine(name: str) -> Iterator[None]:
    """The engine that applies the shapes is the one that was chosen where the project is."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
