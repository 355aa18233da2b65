"""Whose query runs next: a number of places that clients take in turns.

A queue in order of arrival would let the client that sends most queries keep the others waiting.
"""

import asyncio
import time
from collections import Counter, OrderedDict, deque

_REMEMBERED = 4096


class Lane:
    """Places for queries. All methods belong to one event loop.

    :ivar size: places in all
    :ivar per_client: places that one client may hold
    """

    def __init__(self, size: int, per_client: int | None = None) -> None:
        self.size = size
        self.per_client = size if per_client is None else per_client
        self._held: Counter[str] = Counter()
        self._taken = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def taken(self) -> int:
        """Places that are held."""
        return self._taken

    def held_by(self, client: str) -> int:
        """Places that a client holds."""
        return self._held[client]

    def try_enter(self, client: str) -> bool:
        """Take a place if one is free and nobody waits for it."""
        if self._taken >= self.size or self._held[client] >= self.per_client or client in self._waiting:
            return False
        self._take(client)
        return True

    async def enter(self, client: str, timeout_s: float) -> None:
        """Wait for a place.

        :raises TimeoutError: if there is none in time
        """
        if self.try_enter(client):
            return
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        timer = loop.call_later(timeout_s, _give_up, turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and not turn.exception():  # the place came with the end of the wait
                self.leave(client)
            self._forget(client, turn)
            raise
        finally:
            timer.cancel()

    def leave(self, client: str) -> None:
        """Give a place back; the client whose turn it is gets it."""
        self._taken -= 1
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        self._call()

    def _take(self, client: str) -> None:
        self._taken += 1
        self._held[client] += 1

    def _call(self) -> None:
        """Give free places to those who wait, one to each client before a second to any."""
        for client in tuple(self._waiting):
            if self._taken >= self.size:
                return
            if self._held[client] >= self.per_client:
                continue
            turns = self._waiting[client]
            while turns and (turn := turns.popleft()):
                if not turn.done():
                    self._take(client)
                    turn.set_result(None)
                    break
            if turns:
                self._waiting.move_to_end(client)
            else:
                del self._waiting[client]

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(client)
        if turns is None:
            return
        if turn in turns:
            turns.remove(turn)
        if not turns:
            del self._waiting[client]


def _give_up(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(TimeoutError())


class Pace:
    """Slows down who has many processes ended: each costs the time that another takes to start.

    A bucket of tokens for each client, which is full at first, loses one for each process and fills again with time.
    """

    def __init__(self, burst: float = 60, per_s: float = 5) -> None:
        self._burst = burst
        self._per_s = per_s
        self._spent: dict[str, tuple[float, float]] = {}

    def spend(self, client: str) -> None:
        """Note that a process was ended."""
        now = time.monotonic()
        if len(self._spent) > _REMEMBERED:
            self._spent = {name: held for name, held in self._spent.items() if self._debt(held, now) > 0}
        self._spent[client] = (self._debt(self._spent.get(client), now) + 1, now)

    def pause_s(self, client: str) -> float:
        """Seconds that the next query of a client has to wait."""
        held = self._spent.get(client)
        return max(0.0, (self._debt(held, time.monotonic()) - self._burst) / self._per_s) if held else 0.0

    def _debt(self, held: tuple[float, float] | None, now: float) -> float:
        return max(0.0, held[0] - (now - held[1]) * self._per_s) if held else 0.0
