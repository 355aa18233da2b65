"""Seconds until the service is back after ``kill -9`` of one of its processes.

In comes a release; out goes a table. Four clients ask small queries, each on a new connection; a process is killed; the time
counts from then to the first answer after the last failure. If the main process ended, it is started again at once, as a
service manager would. The processes are told apart by their place in the tree: those without children are the query workers,
their parent is what forks them, and its parent the application.
"""

import http.client
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.load import get
from bench.peers import HOST, Server, descendants, end, ours, oxigraph
from bench.workloads import Workload, workloads
from kg.store import Release

_CLIENTS = 4
_LEAD_S = 0.5
_CALM_S = 1.5
"""So long no request fails: the service is back."""
_GIVEN_UP_S = 20.0
_REQUEST_S = 2.0
_PAUSE_S = 0.005
_AGAIN_S = 0.1


@dataclass(frozen=True)
class Request:
    """A request of one client: when it was sent and answered, and with what."""

    started: float
    ended: float
    kind: str


def bench_recovery(build_dir: Path, release: Release) -> None:
    """Each kind of process of ours, and Oxigraph's only one."""
    if sys.platform != "linux":
        print("\nkill -9: left out, as the processes are found in /proc")
        return
    small = workloads(release)["small"]
    print(f"\n{'kill -9 of':<48} {'back after':>10} {'slowest':>9}  (s; {_CLIENTS} clients, 5 ms apart)")
    for what in ("a query worker", "all query workers", "what forks them", "the application", "the main process"):
        with Server(ours(build_dir)) as server:
            victims = _processes(server, what)
            if victims:
                _kill(server, small, f"{what} of {server.kind.name}", victims)
            else:
                print(f"{what} of {server.kind.name}: there is none")
    with Server(oxigraph(release)) as server:
        _kill(server, small, "oxigraph", [server.process.pid])


def _processes(server: Server, what: str) -> list[int]:
    """Process ids of one kind."""
    tree = descendants(server.process.pid)
    parents = {parent for parent, _ in tree.values()}
    workers = sorted(pid for pid in tree if pid not in parents and b"resource_tracker" not in _command(pid))
    forks = {tree[pid][0] for pid in workers}
    return {
        "a query worker": workers[:1],
        "all query workers": workers,
        "what forks them": sorted(forks),
        "the application": sorted({tree[pid][0] for pid in forks} & tree.keys()),
        "the main process": [server.process.pid],
    }[what]


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _kill(server: Server, small: Workload, what: str, victims: list[int]) -> None:
    """Kill ``victims`` under a light load and print how long the service was away."""
    requests: list[Request] = []
    stopped = threading.Event()
    numbers = count(small.take(100_000))
    clients = [threading.Thread(target=_ask, args=(server, small, numbers, requests, stopped)) for _ in range(_CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(_LEAD_S)
    tree = descendants(server.process.pid)
    killed = time.monotonic()
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    restarts = 0
    while time.monotonic() < killed + _GIVEN_UP_S and not _calm(requests, killed):
        if server.process.poll() is not None:
            server.launch()
            restarts += 1
        time.sleep(_AGAIN_S)
    stopped.set()
    for client in clients:
        client.join()
    left = end(tree, 0.0) if server.process.pid in victims or restarts else 0
    after = sorted((r for r in requests if r.ended > killed), key=lambda r: r.ended)
    failures = Counter(r.kind for r in after if r.kind != "200")
    last = max((r.ended for r in after if r.kind != "200"), default=killed)
    back = min((r.ended for r in after if r.kind == "200" and r.ended > last), default=None)
    shown = "never" if back is None else f"{back - killed:.2f}"
    slowest = max((r.ended - r.started for r in after if r.kind == "200"), default=0.0)
    failed = ", ".join(f"{kind} {number}×" for kind, number in sorted(failures.items())) or "no request failed"
    note = f"{failed}; main process started {restarts}× again" if restarts else failed
    print(f"{what:<48} {shown:>10} {slowest:9.2f}  {note}{f'; {left} PROCESSES LEFT BEHIND' if left else ''}", flush=True)


def _calm(requests: list[Request], killed: float) -> bool:
    """Whether requests were answered for a while, and none failed."""
    now = time.monotonic()
    recent = [r for r in list(requests) if r.ended > max(killed, now - _CALM_S)]
    return now > killed + _CALM_S and bool(recent) and all(r.kind == "200" for r in recent)


def _ask(server: Server, small: Workload, numbers: "count[int]", requests: list[Request], stopped: threading.Event) -> None:
    """One client."""
    while not stopped.is_set():
        connection = http.client.HTTPConnection(HOST, server.port, timeout=_REQUEST_S)
        started = time.monotonic()
        kind = get(connection, server, small.query(next(numbers)))
        requests.append(Request(started, time.monotonic(), kind))
        connection.close()
        time.sleep(_PAUSE_S)
