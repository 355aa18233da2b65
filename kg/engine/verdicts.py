"""Why a query has no result, in words for who asked: from what its worker reported, or from how its worker ended.

In come a report or a :class:`~kg.engine.process.Death`; out goes an error for :mod:`kg.engine.pool` to raise.
"""

from collections.abc import Mapping
from typing import Any, Final

from kg.engine.errors import (
    EngineBusyError,
    EngineFailureError,
    QueryMemoryExceededError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooDeepError,
    QueryUnsupportedError,
    RefusalError,
    ResultTooLargeError,
)
from kg.engine.limits import MIB
from kg.engine.messages import syntax_error
from kg.engine.process import Death

_DOWNLOAD: Final = "or download the data at /dumps/ and query it on your own machine"


def reported(failure: Mapping[str, Any], request: Mapping[str, Any]) -> RefusalError:
    """What a worker reported.

    :param failure: ``kind`` and ``message``
    :param request: what it was asked
    """
    kind, message = failure["kind"], failure["message"]
    if kind == "size":
        return ResultTooLargeError(
            f"The result is larger than {request['result_bytes'] // MIB} MiB. Add a LIMIT, select fewer columns, {_DOWNLOAD}.",
        )
    if kind == "syntax":
        return syntax_error(message, request["text"])
    if kind == "OSError":  # what a SERVICE ends in that the scan did not see; the store itself is all open
        return QueryRefusedError("The query would open a connection or a file, which this endpoint does not do.")
    if kind == "RuntimeError":
        return QueryUnsupportedError(f"{message.rstrip('.')}. Change the query accordingly.")
    if kind == "ValueError":
        return QuerySyntaxError(f"{message.rstrip('.')}. Change the query accordingly.")
    return EngineFailureError("The query engine failed on this query. Please report it with the query.")


def timeout(seconds: float) -> QueryTimeoutError:
    """The time was up.

    :param seconds: that the query had
    """
    return QueryTimeoutError(
        f"The query was stopped after {seconds:g} s. Make its patterns more specific, avoid sorting or "
        f"counting a product of unconnected patterns (LIMIT does not help there), {_DOWNLOAD}.",
    )


def out_of_memory(mib: int) -> QueryMemoryExceededError:
    """The memory was not enough.

    :param mib: MiB that the query could have
    """
    return QueryMemoryExceededError(f"The query needed more than {mib} MiB. Sort, group or count fewer rows, {_DOWNLOAD}.")


def post_mortem(death: Death, request: Mapping[str, Any], mib: int, *, closed: bool) -> RefusalError:
    """Why a worker ended by itself.

    :param mib: MiB that the query could have
    :param closed: whether the engine is being stopped
    """
    if death.timed_out:
        return timeout(request["timeout_s"])
    if death.out_of_stack:
        return QueryTooDeepError("The query is nested too deeply for the parser. Flatten groups and expressions.")
    if death.out_of_memory:
        return out_of_memory(mib)
    if closed:
        return EngineBusyError("The server is stopping.", retry_after_s=5)
    return EngineFailureError("The query engine ended on this query. Please report it with the query.")
