"""Replies that were given, kept until there is no room, and queries that several clients ask at the same moment.

What is kept is identified by its entity tag, which names release, query, dataset and format; so nothing has to be thrown
away when a new release comes, and nothing old can be given for new.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from kg.engine.errors import EngineBusyError, TooManyQueriesError
from kg.web.http import Reply

_OVERHEAD = 1024
"""Bytes of headers and bookkeeping that a kept reply has beside its body."""


class Cache:
    """Least recently used replies within a number of bytes.

    :ivar size: bytes that are held
    """

    def __init__(self, limit: int) -> None:
        """Make a cache of ``limit`` bytes; with 0 it keeps nothing."""
        self.size = 0
        self._limit = limit
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        self._tags: OrderedDict[tuple[str, ...], str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._replies)

    def get(self, tag: str) -> Reply | None:
        """Reply with an entity tag."""
        reply = self._replies.get(tag)
        if reply is not None:
            self._replies.move_to_end(tag)
        return reply

    def known(self, request: tuple[str, ...]) -> Reply | None:
        """Reply to a request that came before in just the same words, without a look at what they mean."""
        tag = self._tags.get(request)
        if tag is None:
            return None
        reply = self.get(tag)
        if reply is None:
            del self._tags[request]
            self.size -= _words_size(request)
        return reply

    def put(self, tag: str, reply: Reply, request: tuple[str, ...] | None) -> None:
        """Keep a reply, unless it would take more than a quarter of the room.

        :param request: the words of the request, for :meth:`known`
        """
        needed = len(reply.body) + _OVERHEAD
        if needed > self._limit // 4:
            return
        old = self._replies.pop(tag, None)
        self.size += needed - (len(old.body) + _OVERHEAD if old else 0)
        self._replies[tag] = reply
        while self.size > self._limit and self._replies:
            _, dropped = self._replies.popitem(last=False)
            self.size -= len(dropped.body) + _OVERHEAD
        if request is not None:
            if request not in self._tags:
                self.size += _words_size(request)
            self._tags[request] = tag
        while self._tags and (self.size > self._limit or len(self._tags) > 2 * len(self._replies) + 16):
            words, _ = self._tags.popitem(last=False)
            self.size -= _words_size(words)


def _words_size(words: tuple[str, ...]) -> int:
    return sum(map(len, words)) + _OVERHEAD


class Flights:
    """One run for all who ask the same while it lasts."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Future[Reply]] = {}

    async def join(self, tag: str, run: Callable[[], Awaitable[Reply]]) -> Reply:
        """Reply of the run with this tag; it is the caller's if there is none.

        When the one whose run it is hangs up, one of the others starts again. An error leads by its traceback to these frames, and with
        them to all that its run held; the frames forget the future, which leads to the error, so that both go at once.
        """
        while (running := self._running.get(tag)) is not None:
            try:
                return await asyncio.shield(running)
            except (TooManyQueriesError, EngineBusyError):
                continue  # these are about the one whose run it was
            except asyncio.CancelledError:
                if not running.cancelled():
                    raise
            finally:
                del running
        ours = self._running[tag] = asyncio.get_running_loop().create_future()
        try:
            reply = await run()
        except Exception as error:
            ours.set_exception(error)
            ours.exception()  # nobody may be waiting, which is no defect
            raise
        except BaseException:
            ours.cancel()
            raise
        else:
            ours.set_result(reply)
            return reply
        finally:
            del self._running[tag]
            del ours
