"""Load on one server: a stream from wrk, or a fixed number of heavy queries from here.

In come a :class:`~bench.peers.Server` and a :class:`~bench.workloads.Workload`; out goes a :class:`Load`.
"""

import http.client
import json
import math
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.peers import HOST, Server
from bench.workloads import Workload

ACCEPT = "application/sparql-results+json"
_SCRIPT = Path(__file__).with_name("load.lua")
_TIMEOUT_S = 20
_STOP_S = 60
_SETTLE_S = 0.2
"""wrk leaves at once; what its last requests still cost this server is not to fall into the next one's round."""


@dataclass(frozen=True)
class Load:
    """What a server did under a load.

    :ivar requests: answers that came
    :ivar seconds: from the first request to the last answer
    :ivar p50, p95, p99: milliseconds that an answer took, as the client saw it; NaN if unknown
    :ivar bad: what was not an answer with status 200, by kind; if there is any, the figures mean nothing
    """

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float
    bad: tuple[tuple[str, int], ...] = ()

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


def wrk() -> str | None:
    """The load generator, if it is installed."""
    return shutil.which("wrk")


def stream(server: Server, workload: Workload, first: int, *, clients: int, seconds: int, repeated: bool = False) -> Load:
    """Clients on connections that stay open, each sending its next request when it has its answer.

    :param first: number of the first query, the only one if ``repeated``
    """
    command = wrk()
    assert command is not None
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        workload.write_pieces(Path(file.name), server.kind.endpoint)
        options = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", f"{_TIMEOUT_S}s", "-H", f"Accept: {ACCEPT}"]
        done = subprocess.run(
            [command, *options, "-s", str(_SCRIPT), server.url, "--", file.name, str(first), "0" if repeated else "1"],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "KG_BENCH_CLIENTS": str(clients)},
            timeout=seconds + _STOP_S,
        )
    time.sleep(_SETTLE_S)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    bad = Counter({kind: found[kind] for kind in ("non2xx", "timeout", "socket") if found[kind]})
    if bad["non2xx"]:
        # wrk only counts them; which they are is asked once more, from here, at the price of a second
        seen = batch(server, workload, workload.take(8 * clients), clients=clients, count=8 * clients).bad
        bad.update({f"e.g. {kind}": count for kind, count in seen})
    p50, p95, p99 = (math.nan if found[p] is None else found[p] / 1000 for p in ("p50", "p95", "p99"))
    return Load(found["requests"], found["us"] / 1e6, p50, p95, p99, tuple(bad.items()))


def batch(server: Server, workload: Workload, first: int, *, clients: int, count: int) -> Load:
    """``count`` queries by ``clients``, until all are answered.

    For queries of which a client sends a few per second. In a fixed time, a server that works on 16 at once ends with 16
    half-done ones, and one that works on 2 at once does not; in a fixed count both do the same work.
    """
    numbers = iter(range(first, first + count))
    lock = threading.Lock()
    times: list[float] = []
    bad: Counter[str] = Counter()

    def client() -> None:
        connection = http.client.HTTPConnection(HOST, server.port, timeout=_STOP_S)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return connection.close()
            started = time.perf_counter()
            kind = get(connection, server, workload.query(number))
            with lock:
                times.append(time.perf_counter() - started)
                if kind != "200":
                    bad[kind] += 1

    threads = [threading.Thread(target=client) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    times.sort()
    p50, p95, p99 = (times[max(0, math.ceil(share * len(times)) - 1)] * 1000 for share in (0.5, 0.95, 0.99))
    return Load(len(times), seconds, p50, p95, p99, tuple(bad.items()))


def get(connection: http.client.HTTPConnection, server: Server, query: str) -> str:
    """Send a query and read the whole answer.

    :returns: its status, or the name of what went wrong
    """
    try:
        connection.request(
            "GET", f"{server.kind.endpoint}?query={urllib.parse.quote(query, safe='')}", headers={"Accept": ACCEPT}
        )
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()  # the next request opens another
        return type(error).__name__
    return str(response.status)
