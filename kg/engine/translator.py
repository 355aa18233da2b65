"""Processes that check queries for another store and convert its answers, one piece of work at a time each.

``python -m kg.engine.translator MEMORY_BYTES`` is one; :class:`Translators` keeps them. A query of a stranger can
overflow the parser's stack, a result can take all memory, and both take time: so neither happens in the serving process.
A frame on the pipes is two lengths (four bytes each, network order), a JSON object and a body. A process has no network,
opens no file, ends by its own alarm at the latest, and with its standard input.
"""

import asyncio
import json
import os
import struct
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

import pyoxigraph as ox

from kg.engine import confinement
from kg.engine.errors import (
    EngineFailureError,
    QueryMemoryExceededError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTooDeepError,
    RefusalError,
    ResultTooLargeError,
)
from kg.engine.evaluate import PREVIEW
from kg.engine.limits import MIB, Limits
from kg.engine.messages import syntax_error
from kg.engine.rewrite import Dataset
from kg.engine.scan import Scan
from kg.engine.translate import FormatError, MalformedResultError, Prepared, SizeError, convert, prepare
from kg.engine.upstream import StoreFailureError

_LENGTHS: Final = struct.Struct("!II")
_PACKAGE_PARENT: Final = Path(__file__).resolve().parents[2]
_STACK_SIGN: Final = b"has overflowed its stack"
_SEGMENTATION_FAULT: Final = -11
_PREVIEW_BYTES: Final = 4 * MIB


class Translators:
    """Translator processes, started when they are needed and kept. All methods belong to one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Process ids of those that run."""
        return tuple(sorted(process.pid for process in (*self._idle, *self._busy)))

    async def prepare(self, scan: Scan, dataset: Dataset, deadline: float) -> Prepared:
        """Check a query and write it anew; see :func:`kg.engine.translate.prepare`.

        :param deadline: on the clock of :func:`time.monotonic`
        :raises TimeoutError: at the deadline
        :raises RefusalError: if the query is not SPARQL 1.1, or is not to be sent
        """
        request = {
            "work": "prepare",
            "text": scan.text,
            "star": scan.star,
            "variables": scan.variables,
            "dataset": asdict(dataset),
        }
        reply, _ = await self._ask(request, b"", deadline)
        if "syntax" in reply:
            raise syntax_error(reply["syntax"], scan.text)
        return Prepared(**_tuples(reply["prepared"]))

    async def convert(self, body: bytes, content_type: str, prepared: Prepared, form: str, deadline: float) -> tuple[bytes, int]:
        """Convert a result; see :func:`kg.engine.translate.convert`.

        :returns: the result and its number of rows
        :raises TimeoutError: at the deadline
        :raises RefusalError: if it is not complete, or too large, or the format does not fit
        """
        limit = min(self._limits.result_bytes, _PREVIEW_BYTES) if form == PREVIEW else self._limits.result_bytes
        request = {
            "work": "convert",
            "prepared": prepared.as_dict(),
            "content_type": content_type,
            "form": form,
            "limit": limit,
            "preview_rows": self._limits.preview_rows,
        }
        reply, converted = await self._ask(request, body, deadline)
        if "size" in reply:
            raise too_large(limit)
        return converted, reply["rows"]

    async def close(self) -> None:
        """End all processes."""
        processes = [*self._idle, *self._busy]
        self._idle.clear()
        self._busy.clear()
        for process in processes:
            await process.kill()

    async def _ask(self, request: dict[str, Any], body: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            self._idle = [process for process in self._idle if process.alive]
            process = self._idle.pop() if self._idle else await _Process.start(self._limits)
            self._busy.add(process)
            healthy = False
            try:
                request["seconds"] = max(0.01, deadline - time.monotonic())
                reply, converted = await process.ask(request, body)
                healthy = True
            except (asyncio.IncompleteReadError, ConnectionError):
                raise await process.cause_of_death(self._limits) from None
            finally:
                self._busy.discard(process)
                if healthy:
                    self._idle.append(process)
                else:
                    await asyncio.shield(process.kill())
        if "refusal" in reply:
            raise _refusal(reply)
        return reply, converted


def too_large(limit: int) -> ResultTooLargeError:
    """Error for a result of more than ``limit`` bytes."""
    return ResultTooLargeError(
        f"The result is larger than {limit // MIB} MiB. Add a LIMIT, select fewer columns, or download the data at /dumps/ "
        "and query it on your own machine."
    )


def _tuples(record: dict[str, Any]) -> dict[str, Any]:
    """A record as it was before JSON made lists of its tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}


def _refusal(reply: dict[str, Any]) -> RefusalError:
    """What a process refused, as the exception that it would have been here."""
    kind, message = reply["refusal"], reply["message"]
    if kind == "QuerySyntaxError":
        return QuerySyntaxError(message, reply["line"], reply["column"])
    if kind == "FormatError":
        return QuerySyntaxError(message)
    if kind == "QueryRefusedError":
        return QueryRefusedError(message)
    return StoreFailureError(
        "The store behind this endpoint sent a result that is cut short or malformed, so it is not passed on. Send the query "
        f"again later, or make it smaller. (Found: {message[:200]})"
    )


class _Process:
    """One process as its parent sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, limits: Limits) -> "_Process":
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
        paths = os.pathsep.join(path for path in (str(_PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")) if path)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "kg.engine.translator", str(limits.memory_bytes)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=kept | {"PYTHONPATH": paths, "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1"},
            start_new_session=True,  # an interrupt at the terminal is the parent's to handle
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        head = json.dumps(request).encode()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(_LENGTHS.pack(len(head), len(body)) + head)
        self._process.stdin.write(body)
        await self._process.stdin.drain()
        sizes = _LENGTHS.unpack(await self._process.stdout.readexactly(_LENGTHS.size))
        head = await self._process.stdout.readexactly(sizes[0])
        return json.loads(head), await self._process.stdout.readexactly(sizes[1])

    async def cause_of_death(self, limits: Limits) -> RefusalError:
        """Why it ended by itself."""
        assert self._process.stderr is not None
        said = await self._process.stderr.read(8192)
        status = await self._process.wait()
        if _STACK_SIGN in said or status == _SEGMENTATION_FAULT:
            return QueryTooDeepError("The query is nested too deeply for the parser. Flatten groups and expressions.")
        if status < 0 or b"memory" in said.lower():
            return QueryMemoryExceededError(
                f"The result needed more than {limits.memory_mib} MiB to be converted. Select fewer rows or columns."
            )
        return EngineFailureError("The query engine ended on this query. Please report it with the query.")

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


def _work(store: ox.Store, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Do one piece of work."""
    try:
        if request["work"] == "prepare":
            dataset = Dataset(**_tuples(request["dataset"]))
            prepared = prepare(store, request["text"], request["star"], request["variables"], dataset)
            return {"prepared": prepared.as_dict()}, b""
        prepared = Prepared(**_tuples(request["prepared"]))
        converted, rows = convert(
            body, request["content_type"], prepared, request["form"], request["limit"], request["preview_rows"]
        )
    except SyntaxError as error:
        return {"syntax": str(error)}, b""
    except SizeError:
        return {"size": True}, b""
    except QuerySyntaxError as error:
        return {"refusal": "QuerySyntaxError", "message": str(error), "line": error.line, "column": error.column}, b""
    except (QueryRefusedError, MalformedResultError, FormatError) as error:
        return {"refusal": type(error).__name__, "message": str(error)}, b""
    return {"rows": rows}, converted


def _serve(source: IO[bytes], target: IO[bytes], store: ox.Store) -> None:
    """Work until the source ends."""
    while lengths := source.read(_LENGTHS.size):
        sizes = _LENGTHS.unpack(lengths)
        request = json.loads(source.read(sizes[0]))
        confinement.arm(request["seconds"])
        reply, body = _work(store, request, source.read(sizes[1]))
        head = json.dumps(reply).encode()
        target.write(_LENGTHS.pack(len(head), len(body)) + head)
        target.write(body)
        target.flush()
        confinement.disarm()


def main(memory_bytes: str) -> None:
    """Confine the process and work until the parent is gone."""
    confinement.forbid_traces()
    confinement.own_signals()
    store = ox.Store()
    # what is imported at first use has to be there before files are forbidden
    warm = prepare(store, "SELECT ?warm { ?warm a pol:Demand }", None, ["warm"], Dataset(()))
    convert(b'{"head":{"vars":["warm"]},"results":{"bindings":[]}}', "application/sparql-results+json", warm, "csv", MIB, 1)
    confinement.limit_memory(confinement.Memory(), int(memory_bytes))

    def run() -> None:
        status = 1
        try:
            _serve(sys.stdin.buffer, sys.stdout.buffer, store)
            status = 0
        except MemoryError:
            sys.stderr.write("out of memory\n")
        finally:
            sys.stderr.flush()
            os._exit(status)

    thread = threading.Thread(target=run, daemon=True)  # its stack is large, see confinement
    thread.start()
    confinement.forbid_descriptors()
    thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
