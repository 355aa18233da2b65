"""Results that are kept from one run to the next, by a hash of what they were made of.

In: a key and the parts of a result. Out: the same parts, or nothing. A file that is damaged, cut short or not ours is as good as none:
each part has its hash, files appear under their names only when they are whole, and what is read can make no objects but plain ones, so that
a file which somebody else wrote runs no code. Two processes that make the same result write the same bytes.
"""

import enum
import hashlib
import io
import json
import os
import pickle
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from kg import __version__
from kg.atomic import is_full
from kg.errors import ReleaseError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FOLDER: Final = "cache"
"""Folder of the cache in a build directory."""
MOST_BYTES: Final = 4 << 30
"""Size that the folder has at most when a command ends."""
_MAGIC: Final = b"policy-kg cache 1\n"
_HASH_BYTES: Final = 32
_LENGTH_BYTES: Final = 8

Parts = dict[str, Any]
"""A result, in parts that are read apart; each is made of strings, bytes, numbers, None and containers of them."""


class Cache:
    """A folder of results."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._used: set[str] = set()

    def path(self, key: str) -> Path:
        """File of a result."""
        return self.folder / f"{key}.part"

    def holds(self, key: str) -> bool:
        """Whether there is a whole result; a file that is damaged is removed."""
        path = self.path(key)
        if key in self._used:  # it was whole when this command looked first
            return True
        try:
            with path.open("rb") as file:
                whole = _whole(file, key)
        except OSError:
            return False
        if not whole:
            path.unlink(missing_ok=True)
            return False
        self._used.add(key)
        return True

    def read(self, key: str, *names: str) -> list[Any]:
        """Parts of a result that is there.

        :raises ReleaseError: if it is not there any more, or damaged
        """
        try:
            with self.path(key).open("rb") as file:
                index, start = _index(file, key)
                return [_part(file, start, index["parts"][name]) for name in names]
        except (OSError, ValueError, KeyError, zstd.ZstdError, pickle.UnpicklingError, EOFError) as error:
            raise ReleaseError(
                f"{self.path(key)}: a result that was whole a moment ago cannot be read ({error}); does something else write in this "
                "folder? Run the command again"
            ) from None

    def write(self, key: str, parts: Parts) -> None:
        """Keep a result.

        :raises ReleaseError: if there is no room for it
        """
        packed = {name: zstd.compress(_pickled(part), 1) for name, part in parts.items()}
        listed, at = {}, 0
        for name, data in packed.items():
            listed[name] = [at, len(data), hashlib.sha256(data).hexdigest()]
            at += len(data)
        index = json.dumps({"key": key, "bytes": at, "parts": listed}).encode()
        head = _MAGIC + hashlib.sha256(index).digest() + len(index).to_bytes(_LENGTH_BYTES, "big")
        self.place(key, (head, index, *packed.values()))
        self._used.add(key)

    def place(self, key: str, pieces: Iterable[bytes]) -> None:
        """Write the file of a result, which another machine may have made; it appears when it is whole.

        :raises ReleaseError: if there is no room for it
        """
        draft = self.folder / f".{key[:16]}-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.writelines(pieces)
            draft.replace(self.path(key))
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise no_room(self.folder, error) from error

    def prune(self, most_bytes: int = MOST_BYTES) -> None:
        """Remove the results that were not used for the longest time, until the rest fits; and what killed processes left.

        What this command used stays, however much it is: the next one begins with it.
        """
        found = []
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            try:
                state = path.stat()
                if path.name.startswith(".") and _is_stale(path):
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                elif path.suffix == ".part":
                    if path.stem in self._used:
                        os.utime(path)
                    found.append((path.stem not in self._used, state.st_mtime, state.st_size, path))
            except OSError:
                continue  # another process removed it
        kept = sum(size for _, _, size, _ in found)
        for unused, _, size, path in sorted(found, key=lambda one: one[1]):
            if kept <= most_bytes:
                break
            if unused:
                path.unlink(missing_ok=True)
                kept -= size

    def use(self, keys: Iterable[str]) -> None:
        """Note that results are in use, which other processes made."""
        self._used.update(keys)


@contextmanager
def opened(build_dir: Path, *, keep: bool = False) -> Iterator[Cache]:
    """The cache of a build directory. Where there is no such directory yet, one beside it that is moved there if all goes well.

    :param keep: False to leave no trace where there is no build directory
    """
    if build_dir.is_dir():
        cache = Cache(build_dir / FOLDER)
        yield cache
        cache.prune()
        return
    beside = build_dir.parent if keep and build_dir.parent.is_dir() else None
    with tempfile.TemporaryDirectory(prefix=f".{build_dir.name}-{FOLDER}-", dir=beside, ignore_cleanup_errors=True) as folder:
        yield Cache(Path(folder))
        if keep and build_dir.is_dir() and not (build_dir / FOLDER).exists():
            with suppress(OSError):  # on another disk: the next build makes it anew
                Path(folder).rename(build_dir / FOLDER)


def no_room(folder: Path, error: OSError) -> ReleaseError:
    """The error for a disk that takes no more."""
    why = "the disk is full" if is_full(error) else f"cannot be written ({error.strerror})"
    return ReleaseError(
        f"{folder}: {why}; nothing was released, and what served goes on. Make room there, and run the command again"
    )


def key_of(*parts: str | bytes) -> str:
    """Hash of what a result is made of, and of the code."""
    digest = hashlib.sha256(code_version().encode())
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    return digest.hexdigest()


_CODE: dict[str, str] = {}


def code_version() -> str:
    """Version of the package, of Python, and a hash of the package's own files: a change of the code makes everything anew."""
    if "" not in _CODE:
        package = Path(__file__).parent.parent
        digest = hashlib.sha256()
        for path in sorted(package.rglob("*.py")):
            if "web" not in path.parts:
                digest.update(path.read_bytes())
        _CODE[""] = f"{__version__} {sys.version_info[:3]} {digest.hexdigest()}"
    return _CODE[""]


def _is_stale(path: Path) -> bool:
    """Whether the process that wrote a draft is gone."""
    number = path.name.rsplit("-", 2)[-2]
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _index(file: io.BufferedReader, key: str) -> tuple[dict[str, Any], int]:
    """The index of a file, and where its parts begin.

    :raises ValueError: if this is no file of ours, its index is damaged, or it is another result
    """
    head = file.read(len(_MAGIC) + _HASH_BYTES + _LENGTH_BYTES)
    digest, length = head[len(_MAGIC) : -_LENGTH_BYTES], int.from_bytes(head[-_LENGTH_BYTES:], "big")
    if not head.startswith(_MAGIC) or length > 1 << 24:
        raise ValueError("not a file of the cache")
    data = file.read(length)
    if hashlib.sha256(data).digest() != digest:
        raise ValueError("the index is damaged")
    index: dict[str, Any] = json.loads(data)
    if index.get("key") != key:
        raise ValueError("it is another result")
    return index, len(head) + length


def _whole(file: io.BufferedReader, key: str) -> bool:
    try:
        index, start = _index(file, key)
        for at, length, digest in index["parts"].values():
            file.seek(start + at)
            if hashlib.sha256(file.read(length)).hexdigest() != digest:
                return False
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _part(file: io.BufferedReader, start: int, entry: list[Any]) -> Any:
    at, length, digest = entry
    file.seek(start + at)
    data = file.read(length)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("a part is damaged")
    return _Plain(io.BytesIO(zstd.decompress(data))).load()


_OURS: Final = frozenset(
    {
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("kg.errors", "Finding"),
        ("kg.errors", "Severity"),
        ("kg.mappings.context", "Context"),
        ("kg.mappings.context", "Form"),
        ("kg.mappings.context", "Term"),
        ("kg.mappings.keys", "Keys"),
        ("kg.mappings.links", "Link"),
        ("kg.mappings.nodes", "Place"),
        ("kg.mappings.trace", "Trace"),
        ("kg.scale.pieces", "Body"),
        ("kg.validation", "Result"),
        ("kg.vocabulary", "Vocabulary"),
        ("pyoxigraph", "Literal"),
        ("pyoxigraph", "NamedNode"),
        ("pyoxigraph", "BlankNode"),
        ("pyoxigraph", "Triple"),
    }
)
"""Records that a result may have; to make one runs nothing."""


class _Alike(pickle.Pickler):
    """Writes a member of an enumeration as its class and value, as Python does from 3.11.4 on; before, it names a function that :class:`_Plain` refuses."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, enum.Enum):
            return type(obj), (obj.value,)
        return NotImplemented


def _pickled(part: Any) -> bytes:
    data = io.BytesIO()
    _Alike(data, protocol=5).dump(part)
    return data.getvalue()


class _Plain(pickle.Unpickler):
    """Makes plain objects, and the records of :data:`_OURS`."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _OURS:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a cache")
        return super().find_class(module, name)
