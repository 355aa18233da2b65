"""An engine for code without an event loop: the command line, scripts and tests."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from kg.engine.interface import Answer, Query
from kg.engine.limits import Limits
from kg.engine.pool import LocalEngine
from kg.engine.scan import Scan
from kg.store import Release

T = TypeVar("T")


class BlockingEngine:
    """A :class:`kg.engine.pool.LocalEngine` with a loop in a thread of its own; any thread may ask."""

    def __init__(self, release: Release, limits: Limits | None = None) -> None:
        """Start the loop and the workers."""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.engine = self._wait(self._open(release, limits or Limits()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def limits(self) -> Limits:
        """Limits of the engine."""
        return self.engine.limits

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Process ids of the workers that are alive."""
        return tuple(worker.pid for worker in self.engine.crew.workers)

    def scan(self, text: str) -> Scan:
        """Check a query without running it."""
        return self.engine.scan(text)

    def answer(self, query: Query, form: str, **options: Any) -> Answer:
        """Run a query; see :meth:`kg.engine.interface.Engine.answer`."""
        return self._wait(self.engine.answer(query, form, **options))

    def reopen(self, release: Release) -> None:
        """Answer from another release from now on."""
        self._wait(self.engine.reopen(release))

    def close(self) -> None:
        """Stop the workers and the loop."""
        if self._thread.is_alive():
            self._wait(self.engine.close())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
            self.loop.close()

    async def _open(self, release: Release, limits: Limits) -> LocalEngine:
        return LocalEngine(release, limits)

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()
