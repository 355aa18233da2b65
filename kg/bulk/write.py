"""Put a release into a directory for bulk loaders, as a whole or not at all.

In: a :class:`~kg.store.Release`. Out: shards, ``shards.json``, ``checksums.txt``, what loaders need, and a query with the result that it must have
when all is loaded. Next: :mod:`kg.cli`.
"""

import gzip
import hashlib
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg import atomic, dumps
from kg.bulk import loaders
from kg.bulk.shards import Shard, cut
from kg.errors import InputError, ReleaseError
from kg.store import Release

QUADS: Final = 10_000_000
"""Quads of a shard, unless said otherwise: some 100 MB, which a loader takes in a minute or a few, and of which a thousand are ten thousand million."""
_QUERY: Final = """# Quads of each graph; counts.csv has the result that is right. Every graph of the store is counted, also those of others.
SELECT ?graph (COUNT(*) AS ?quads)
WHERE { GRAPH ?graph { ?s ?p ?o } }
GROUP BY ?graph
ORDER BY ?graph
"""

OnShard = Callable[[Shard], None]
"""Called with each shard that is written."""


@dataclass(frozen=True)
class Written:
    """What was written.

    :ivar version: of the release
    """

    version: str
    shards: tuple[Shard, ...]

    @property
    def quads(self) -> int:
        """Of all shards."""
        return sum(shard.quads for shard in self.shards)


def write(
    release: Release,
    directory: Path,
    most: int = QUADS,
    stores: Sequence[str] = (),
    neptune: loaders.Neptune | None = None,
    on_shard: OnShard = lambda _: None,
) -> Written:
    """Write a release as shards.

    :param directory: is made, or empty
    :param most: quads of a shard
    :param stores: keys of :data:`kg.bulk.loaders.STORES`
    :raises InputError: if something is in the directory
    :raises ReleaseError: if the release has no dump, or another one than it says, or the disk is full; then nothing is left
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError(
            f"{directory}: is not empty; name a directory that is not there, so that only what is written now is in it"
        )
    counts: dict[str, int] = dict(release.description.get("graphs", {}))
    version = str(release.description.get("base", release.version))  # of a release with imports the published one is cut
    draft: Path | None = None
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        draft.chmod(0o755)
        shards = []
        for shard in cut(_lines(release.path / "dumps" / f"{dumps.NAME}.nq.gz"), counts, most, draft):
            shards.append(shard)
            on_shard(shard)
        written = Written(version, tuple(shards))
        _beside(draft, written, most, counts, stores, neptune)
        atomic.flush(draft)
        draft.rename(directory)
    except OSError as error:
        why = "the disk is full" if atomic.is_full(error) else f"cannot be written ({error.strerror})"
        raise ReleaseError(f"{directory}: {why}; nothing is left there. Make room, or name another directory") from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)  # it is gone if all went well
    return written


def _lines(path: Path) -> Iterator[bytes]:
    """Lines of a gzipped file."""
    try:
        with gzip.open(path, "rb") as file:
            yield from file
    except FileNotFoundError:
        raise ReleaseError(f"{path}: no such file, so there is nothing to cut; run `kg build`") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ReleaseError(f"{path}: damaged ({error}); run `kg build`") from None


def _beside(
    draft: Path, written: Written, most: int, counts: Mapping[str, int], stores: Sequence[str], neptune: loaders.Neptune | None
) -> None:
    """Everything but the shards."""
    order = loaders.Order(written.quads, neptune)
    rows = "".join(
        f"{graph},{number}\r\n" for graph, number in sorted(counts.items()) if number
    )  # SPARQL 1.1 Query Results CSV, section 3
    files = {"counts.rq": _QUERY.encode(), "counts.csv": f"graph,quads\r\n{rows}".encode()}
    for store in stores:
        files |= loaders.files(store, order)
    listed = [
        {"path": s.name, "bytes": s.size, "sha256": s.sha256, "quads": s.quads, "graphs": dict(s.graphs)} for s in written.shards
    ]
    manifest = {
        "version": written.version,
        "quads": written.quads,
        "most": most,
        "graphs": dict(sorted(counts.items())),
        "shards": listed,
    }
    files["shards.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    sums = {s.name: s.sha256 for s in written.shards} | {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files["checksums.txt"] = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()
    for name, data in files.items():
        path = draft / name
        path.write_bytes(data)
        if path.suffix == ".sh":
            path.chmod(0o755)
