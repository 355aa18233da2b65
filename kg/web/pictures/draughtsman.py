"""Have the process with Vega-Lite draw: one at a time, with a deadline, started when it is needed and again when it is gone.

In comes a specification or an SVG; out goes an SVG, a PNG or a script. What is slow happens in :mod:`.worker`; the thread that asks waits
without holding Python's lock.
"""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from typing import Any, Final

from kg.errors import PolicyKgError

_CHUNK: Final = 1 << 16


class DrawingError(PolicyKgError):
    """A picture cannot be drawn: now, or at all."""


class Draughtsman:
    """Draws in another process. Its methods may be called from several threads, which take turns.

    :ivar stopped: whether nothing is drawn any more
    """

    def __init__(self, deadline_s: float = 30.0) -> None:
        """Start nothing yet.

        :param deadline_s: seconds after which a task is given up, its turn included
        """
        self._deadline_s = deadline_s
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.stopped = False

    def svg(self, specification: dict[str, Any]) -> str:
        """The drawing of a Vega-Lite specification whose data it holds itself.

        :raises DrawingError: if Vega-Lite does not take it, or it takes too long
        """
        return self._ask({"svg": specification}).decode()

    def png(self, svg: str, scale: float) -> bytes:
        """A drawing in pixels.

        :param scale: pixels per unit of the drawing
        :raises DrawingError: if it is no SVG, or it takes too long
        """
        return self._ask({"png": svg, "scale": scale})

    def bundle(self, code: str) -> bytes:
        """A script that has Vega, Vega-Lite and vega-embed, and then our code.

        :raises DrawingError: if the code cannot be read, or it takes too long
        """
        return self._ask({"bundle": code})

    def stop(self) -> None:
        """End the process, and start none any more."""
        self.stopped = True
        self.close()

    def close(self) -> None:
        """End the process, if it is there; the next task starts another one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _ask(self, task: dict[str, Any]) -> bytes:
        deadline = time.monotonic() + self._deadline_s
        if not self._turn.acquire(timeout=self._deadline_s):
            raise DrawingError(
                f"no picture could be drawn within {self._deadline_s:g} s, as others are being drawn; ask again later"
            )
        try:
            line = json.dumps(task).encode() + b"\n"
            try:
                return self._exchange(line, deadline)
            except (BrokenPipeError, EOFError):
                self.close()  # it had nothing to do for long, or was ended: another one is started, once
                return self._exchange(line, deadline)
        except (OSError, EOFError) as error:
            self.close()
            raise DrawingError(
                f"the process that draws pictures ended ({error}); it is started again with the next one"
            ) from error
        finally:
            self._turn.release()

    def _exchange(self, line: bytes, deadline: float) -> bytes:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdin, selectors.EVENT_WRITE)
            while line:
                self._wait(ready, deadline)
                line = line[os.write(process.stdin.fileno(), line[:_CHUNK]) :]
            ready.unregister(process.stdin)
            ready.register(process.stdout, selectors.EVENT_READ)
            received = b""
            while b"\n" not in received:
                received += self._received(ready, process.stdout.fileno(), deadline)
            head, _, body = received.partition(b"\n")
            parts, size = [body], len(body)
            while size < abs(int(head)):
                parts.append(self._received(ready, process.stdout.fileno(), deadline))
                size += len(parts[-1])
        made = b"".join(parts)
        if head.startswith(b"-"):
            raise DrawingError(f"Vega-Lite does not draw this: {made.decode(errors='replace').strip()}")
        return made

    def _wait(self, ready: selectors.BaseSelector, deadline: float) -> None:
        """Wait until the process takes or gives something.

        :raises DrawingError: if it does not in time; it is ended, as it may be busy for ever
        """
        if not ready.select(max(0.0, deadline - time.monotonic())):
            self.close()
            raise DrawingError(f"the picture was not drawn within {self._deadline_s:g} s; ask for less of it")

    def _received(self, ready: selectors.BaseSelector, descriptor: int, deadline: float) -> bytes:
        """The next bytes of a reply.

        :raises DrawingError: if they do not come in time
        :raises EOFError: if the process is gone
        """
        self._wait(ready, deadline)
        found = os.read(descriptor, _CHUNK)
        if not found:
            raise EOFError("its output ended")
        return found

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            if self.stopped:
                raise DrawingError("the server is stopping; ask again later")
            command = [sys.executable, "-P", "-m", "kg.web.pictures.worker"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)  # noqa: S603 - all of it is ours
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)  # a process that stands still is noticed
        return self._process


DRAUGHTSMAN: Final = Draughtsman()
"""The one of this process."""
