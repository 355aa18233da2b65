"""Small queries while other clients send endless ones.

In comes a release; out goes a table: what a client with small first-time queries waits with nothing else running, then with
1, 2 and 8 clients that send a cross product each, and another as soon as one ends. They come from addresses of their own
(127.0.0.2, ...), and in a second run from the address of the small ones. The servers are told to stop a query after the same
time; Oxigraph 0.5.13 does not stop this one. Beside 8 of them it may not accept a connection for seconds (a client of another
kind sees it, too), which is the row "NO ANSWER". A request that is still waiting when a stream ends counts nowhere.
"""

import http.client
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Self

from bench import load
from bench.peers import HOST, Kind, Server, ours, oxigraph
from bench.serving import FASTEST, print_load
from bench.workloads import ENDLESS, Workload, workloads
from kg.store import Release

TIMEOUT_S = 2
"""What both servers give a query: short, so that queries that are stopped and sent again are in what is measured."""
_LEAD_S = 0.5


class Hostile:
    """Clients that send endless queries until the ``with`` block ends; ``ends`` counts how these ended."""

    def __init__(self, server: Server, addresses: list[str]) -> None:
        self.ends: Counter[str] = Counter()
        self._server = server
        self._stopped = threading.Event()
        self._connections = [http.client.HTTPConnection(HOST, server.port, timeout=60, source_address=(a, 0)) for a in addresses]
        self._threads = [threading.Thread(target=self._send, args=item) for item in enumerate(self._connections)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.stop()  # its queries do not end by themselves, and the threads wait for them
        for thread in self._threads:
            thread.join()

    def _send(self, number: int, connection: http.client.HTTPConnection) -> None:
        while not self._stopped.is_set():
            kind = load.get(connection, self._server, ENDLESS.replace("{number}", str(number)))
            number += len(self._threads)
            if not self._stopped.is_set():
                self.ends[kind] += 1


def bench_hostile(build_dir: Path, release: Release, *, quick: bool) -> None:
    """Our server with hostile clients of other addresses and of the same, and Oxigraph's."""
    small = workloads(release)["small"]
    print(
        f"\n{'small first-time queries of one client':<48} {'req/s':>9} {'p50':>9} {'p95':>9} {'p99':>9}  (ms; a query may run {TIMEOUT_S} s)"
    )
    us, peer = ours(build_dir, "--query-timeout", str(TIMEOUT_S)), oxigraph(release, "--timeout-s", str(TIMEOUT_S))
    for count in (2,) if quick else (1, 2, 8):
        _case(us, small, [f"127.0.0.{2 + n}" for n in range(count)], "elsewhere", quick=quick)
        _case(us, small, [HOST] * count, "the same address", quick=quick)
        _case(peer, small, [HOST] * count, "the same address", quick=quick)


def _case(kind: Kind, small: Workload, addresses: list[str], where: str, *, quick: bool) -> None:
    """One server, alone and then beside hostile clients: each time a new process, which no earlier query holds up."""
    seconds = 1 if quick else 2
    small = replace(small, next=0)  # no server has seen any yet
    with Server(kind) as server:
        quiet = load.stream(server, small, small.take(seconds * FASTEST), clients=1, seconds=seconds)
        print_load(f"{kind.name}, alone", [quiet])
        try:
            with Hostile(server, addresses) as hostile:
                time.sleep(_LEAD_S)
                beside = load.stream(server, small, small.take(2 * seconds * FASTEST), clients=1, seconds=2 * seconds)
        except OSError as error:  # some systems have no 127.0.0.2
            print(f"{kind.name}, {len(addresses)} hostile from {where}: not measured ({error})")
            return
    ends = ", ".join(f"{kind} {count}×" for kind, count in sorted(hostile.ends.items())) or "none ended"
    print_load(f"{kind.name}, {len(addresses)} hostile, {where}", [beside], f"(hostile: {ends}) ")
    if beside.requests:
        ratios = ", ".join(f"{p} × {getattr(beside, p) / getattr(quiet, p):.2f}" for p in ("p50", "p95", "p99"))
        print(f"{'':<50}{ratios + ' of alone':<50} bar: 2", flush=True)
