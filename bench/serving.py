"""Requests per second and waiting times over HTTP, beside Oxigraph's own server and rdflib-endpoint.

In comes a release; out goes a table. Servers take turns in short rounds, as the machine is not the same from minute to
minute: a ratio is that of two rounds beside each other, and what is printed is the median of the ratios and their range.
"""

import math
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import load
from bench.agreement import differences
from bench.load import Load
from bench.peers import Server, ours, oxigraph, rdflib_endpoint
from bench.workloads import Workload, workloads
from kg.store import Release

_CHECKED = 10
"""Queries of each kind whose answers are compared before they are timed."""
FASTEST = 60_000
"""More requests per second than any server here answers: so many unseen queries are set aside for a round."""
_SLOW = {1: 2, 4: 4}
"""Middle queries for rdflib-endpoint, which needs half a second for each."""


@dataclass(frozen=True)
class Plan:
    """How long to measure.

    :ivar heavy: heavy queries in one round, by clients
    """

    clients: tuple[int, ...] = (1, 4, 16)
    rounds: int = 3
    seconds: int = 2
    heavy: Mapping[int, int] = field(default_factory=lambda: {1: 4, 4: 8, 16: 24})


QUICK = Plan(clients=(1, 16), rounds=1, seconds=1, heavy={1: 3, 16: 16})


@dataclass(frozen=True)
class Timing:
    """What one round is.

    :ivar seconds: of a stream
    :ivar count: of queries in a batch, in place of a stream
    """

    workload: Workload
    clients: int
    seconds: int = 0
    count: int = 0
    repeated: bool = False

    @property
    def name(self) -> str:
        return f"{self.workload.name}, {'repeated' if self.repeated else 'first-time'}, {self.clients} client{'s'[: self.clients > 1]}"

    def run(self, servers: list[Server]) -> list[Load]:
        """One round on each server, with queries that none of them has seen."""
        unseen = 1 if self.repeated else self.count or self.seconds * FASTEST
        first = self.workload.take(unseen)
        if self.count:
            return [load.batch(s, self.workload, first, clients=self.clients, count=self.count) for s in servers]
        found = [
            load.stream(s, self.workload, first, clients=self.clients, seconds=self.seconds, repeated=self.repeated)
            for s in servers
        ]
        assert self.repeated or max(f.requests for f in found) < unseen, "queries came twice"
        return found


def bench_load(build_dir: Path, release: Release, plan: Plan) -> None:
    """All kinds of queries by all numbers of clients."""
    kinds = workloads(release)
    small, middle, heavy = (kinds[name] for name in ("small", "middle", "heavy"))
    with ExitStack() as stack:
        us, peer, slow = (stack.enter_context(Server(k)) for k in (ours(build_dir), oxigraph(release), rdflib_endpoint(release)))
        print(f"\n{_compare(kinds, us, peer, slow, quick=plan == QUICK)}\n")
        print(f"{'':<48} {'req/s':>9} {'p50':>9} {'p95':>9} {'p99':>9}  (ms; medians of {plan.rounds} rounds)")
        for clients in plan.clients:
            timing = Timing(small, clients, plan.seconds)
            _against_rdflib(timing, slow, _take_turns(timing, us, peer, plan.rounds, "0.2"))
        for clients in plan.clients:
            _take_turns(Timing(small, clients, plan.seconds, repeated=True), us, peer, plan.rounds, "0.9")
        for clients in plan.clients:
            rates = _take_turns(Timing(middle, clients, plan.seconds), us, peer, plan.rounds)
            if clients in _SLOW and (plan != QUICK or clients == 1):
                _against_rdflib(Timing(middle, clients, count=_SLOW[clients]), slow, rates)
        for clients in plan.clients:
            rates = _take_turns(Timing(heavy, clients, count=plan.heavy[clients]), us, peer, plan.rounds, "0.9")
            if plan != QUICK and clients == 1:
                _against_rdflib(Timing(heavy, 1, count=1), slow, rates)


def _compare(kinds: dict[str, Workload], us: Server, peer: Server, slow: Server, *, quick: bool) -> str:
    """Check the answers; a difference is printed, and the timing goes on."""
    found = [d for workload in kinds.values() for d in differences(workload, [us, peer], _CHECKED)]
    counts = {"small": _CHECKED, "middle": 1} if quick else {"small": _CHECKED, "middle": 2, "heavy": 1}
    found += [d for name, count in counts.items() for d in differences(kinds[name], [us, slow], count)]
    if found:
        return "ANSWERS DIFFER, so the times mean nothing:\n  " + "\n  ".join(found)
    shown = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"The servers gave equal bags of rows for {_CHECKED} queries of each kind (rdflib-endpoint: {shown})."


def _take_turns(timing: Timing, us: Server, peer: Server, rounds: int, bar: str = "") -> list[float]:
    """Print a row for each server, and the ratio.

    :returns: our requests per second in each round
    """
    # who comes first changes, so that what grows or shrinks with time favours neither
    pairs = [timing.run([us, peer]) if number % 2 == 0 else timing.run([peer, us])[::-1] for number in range(rounds)]
    print_load(f"{timing.name}: {us.kind.name}", [mine for mine, _ in pairs])
    print_load(f"{timing.name}: {peer.kind.name}", [theirs for _, theirs in pairs])
    print_ratio([_ratio(mine.rate, theirs) for mine, theirs in pairs], f"of {peer.kind.name}'s req/s", bar and f"bar: {bar}")
    return [mine.rate for mine, _ in pairs]


def _against_rdflib(timing: Timing, slow: Server, rates: list[float]) -> None:
    """Print a row for rdflib-endpoint, and the ratio: one round is enough to tell a factor of ten."""
    [found] = timing.run([slow])
    print_load(f"{timing.name}: {slow.kind.name}", [found])
    print_ratio([_ratio(rate, found) for rate in rates], f"of {slow.kind.name}'s req/s", "bar: 10")


def _ratio(rate: float, other: Load) -> float:
    return rate / other.rate if other.requests else math.inf


def print_load(what: str, loads: list[Load], note: str = "") -> None:
    """Print a row: the median of each figure, and what was not an answer."""
    rate, p50, p95, p99 = (statistics.median(getattr(found, f) for found in loads) for f in ("rate", "p50", "p95", "p99"))
    bad = ", ".join(f"{kind}: {count}" for found in loads for kind, count in found.bad)
    mute = "".join(f"NO ANSWER in {found.seconds:.0f} s " for found in loads if not found.requests)
    print(f"{what:<48} {rate:9.1f} {p50:9.2f} {p95:9.2f} {p99:9.2f}  {note}{mute}{f'INVALID ({bad})' if bad else ''}", flush=True)


def print_ratio(ratios: list[float], what: str, bar: str) -> None:
    """Print the median of the ratios of paired rounds, and their range."""
    shown = f"× {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) {what}"
    print(f"{'':<50}{shown:<50} {bar}", flush=True)
