"""What many homes cost each other: `script/many-homes N`. Homes are made by the administration's API, as a hoster's scripts do.

Before and after: how long a start takes, what memory the program holds, how long one home waits for its answers. Then a neighbour who is hammered.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench import hosting, load, process
from bench.hosting import Host, Tenant, Worker, quantile

MB = 1e6
STEP = 1_000  # homes that are asked for at a time
HAMMERS = 16


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "homes", help="many homes on one host: what they cost, and what they cost each other"
    )
    parser.set_defaults(run=run)
    parser.add_argument("count", type=int, metavar="N", help="how many homes")
    parser.add_argument("--engine", choices=hosting.ENGINES, default="sqlite")
    parser.add_argument(
        "--made",
        type=int,
        metavar="N",
        help="PostgreSQL: how many the API makes; the others get the rows of one of them (default: all)",
    )
    parser.add_argument(
        "--asked", type=int, default=1_000, metavar="N", help="requests of a figure (default: 1,000)"
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="PostgreSQL: how many serve beside a busy neighbour (default: 1)",
    )
    parser.add_argument(
        "--hammers",
        type=int,
        default=HAMMERS,
        metavar="N",
        help=f"clients of the busy neighbour, of all workers together (default: {HAMMERS})",
    )
    parser.add_argument("--neighbours", action="store_true", help="nothing but the busy neighbour")
    parser.add_argument("--folder", type=Path, help="where the data lies (default: a temporary folder)")
    parser.add_argument("--json", type=Path, default=Path("build/bench/homes.json"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """0: there is no budget for this."""
    reason = hosting.absence(options.engine)
    if options.workers > 1 and options.engine == "sqlite":
        reason = "SQLite has one worker"
    if reason:
        print(reason, file=sys.stderr)
        return 2
    figures: dict[str, Any] = {"engine": options.engine, "homes": options.count}
    with (
        tempfile.TemporaryDirectory(prefix="bench-homes-", dir=options.folder) as folder,
        hosting.host(options.engine, Path(folder) / "host") as host,
    ):
        try:
            _measure(host, options, min(options.made or options.count, options.count), figures)
        finally:  # a run that is stopped tells what it knows
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(json.dumps(figures, indent=2))
    return 0


def _measure(host: Host, options: argparse.Namespace, made: int, figures: dict[str, Any]) -> None:
    count, asked = options.count, options.asked

    def tell(name: str, value: float) -> None:
        figures[name] = value
        print(f"{name:<64} {value:>12,.2f}", flush=True)

    with host.at_work() as (worker,):
        host.open([_domain(0)])
        (alice,) = hosting.tenants(host, [_domain(0)])
        if not options.neighbours:
            _alone(worker, alice, asked, tell, "1 home")
    _fill(host, count, made, tell)
    if not options.neighbours:
        with host.at_work() as (worker,):
            _alone(worker, alice, asked, tell, f"{count} homes")
            peak = process.PeakMemory(worker.seen)
            run = host.listed()
            homes = len(json.loads(run.answers[0].body)["data"])
            assert homes == count, homes
            tell("the whole list: s", run.wall_s)
            tell("the whole list: MB", len(run.answers[0].body) / MB)
            tell("the whole list: growth of memory, MB", peak.growth() / MB)
            _visits(worker, count, asked, tell)
    with host.at_work(options.workers) as workers:
        _neighbours(workers, host, alice, asked, options.hammers, tell)


def _fill(host: Host, count: int, made: int, tell: Any) -> None:
    """Make the other homes."""
    empty = host.size()
    with host.at_work() as (worker,):
        began, cpu_s = time.perf_counter(), process.cpu_s(worker.seen)
        for start in range(1, made, STEP):
            host.open([_domain(number) for number in range(start, min(made, start + STEP))])
        took_s, cpu_s = time.perf_counter() - began, process.cpu_s(worker.seen) - cpu_s
        tell("homes made a second", (made - 1) / took_s)
        tell("processor of the worker for each, ms", cpu_s / (made - 1) * 1e3)
    if made < count:
        host.copy(_domain(made - 1), [_domain(number) for number in range(made, count)])
    tell("disk for each empty home, kB", (host.size() - empty) / (count - 1) / 1e3)


def _domain(number: int) -> str:
    return f"home{number:06}.localhost"


def _alone(worker: Worker, alice: Tenant, asked: int, tell: Any, when: str) -> None:
    """One home, of whatever many, at a program that has just begun."""
    process.wait_idle(worker.seen, 0.5)
    tell(f"{when}: s until it answers", worker.server.started_in)
    tell(f"{when}: memory at rest, MB", process.resident(worker.seen) / MB)
    for name, waits_s in _waits([worker], alice, asked).items():
        tell(f"{when}: {name} ms, median", quantile(waits_s, 0.5))
        tell(f"{when}: {name} ms, p95", quantile(waits_s, 0.95))


def _waits(workers: Sequence[Worker], alice: Tenant, asked: int) -> dict[str, list[float]]:
    """How long she waits for each answer, asking one worker after the other."""
    id_ = alice.first(workers[0].port)
    waits: dict[str, list[float]] = {"read": [], "write": []}
    for worker in workers:
        asked_here = asked // len(workers)
        for name, requests in (
            ("read", [alice.read(worker.port, id_)] * asked_here),
            ("write", [alice.write(worker.port)] * (asked_here // 4)),
        ):
            run = load.exchange(worker.port, requests)
            hosting.require(run, 200, 201)
            waits[name] += run.waits_s
    return waits


def _visits(worker: Worker, count: int, asked: int, tell: Any) -> None:
    """The page where one comes in, of many homes at random: each opens its home."""
    before = process.resident(worker.seen)
    visited = random.Random(1).sample(range(count), min(count, asked))
    requests = [hosting.raw("GET", "/auth/login", f"{_domain(number)}:{worker.port}") for number in visited]
    run = load.exchange(worker.port, requests)
    hosting.require(run, 200, 303)
    tell(f"{len(visited)} homes visited once each: ms, median", quantile(run.waits_s, 0.5))
    tell(f"{len(visited)} homes visited once each: ms, p95", quantile(run.waits_s, 0.95))
    tell(
        f"{len(visited)} homes visited once each: growth of memory, MB",
        (process.resident(worker.seen) - before) / MB,
    )


def _neighbours(
    workers: Sequence[Worker], host: Host, alice: Tenant, asked: int, clients: int, tell: Any
) -> None:
    """Alice's p95 while the home beside hers is hammered, and before."""
    (bob,) = hosting.tenants(host, [_domain(1)])
    id_ = bob.first(workers[0].port)
    for name, hammer in (("read", partial(bob.read, id_=id_)), ("written to", bob.write)):
        quiet = _waits(workers, alice, asked)
        with ExitStack() as stack:
            hammers = [
                stack.enter_context(_Hammer(worker.port, hammer(worker.port), clients // len(workers)))
                for worker in workers
            ]
            time.sleep(0.5)
            noisy = _waits(workers, alice, asked)
        tell(
            f"a neighbour is {name} by {clients} clients of {len(workers)} workers, a second",
            sum(hammer_.rate for hammer_ in hammers),
        )
        for what in quiet:
            tell(f"  {what} ms, p95: before", quantile(quiet[what], 0.95))
            tell(f"  {what} ms, p95: meanwhile", quantile(noisy[what], 0.95))


class _Hammer:
    """Clients in a process of their own that ask one worker for the same over and over."""

    def __init__(self, port: int, request: bytes, clients: int) -> None:
        context = get_context("fork")
        self._over = context.Event()
        self._told = context.SimpleQueue()
        self._process = context.Process(target=self._strike, args=(port, request, clients))
        self.rate = 0.0

    def _strike(self, port: int, request: bytes, clients: int) -> None:
        asked, began = 0, time.perf_counter()
        while not self._over.is_set():
            hosting.require(load.exchange(port, [request] * (clients * 20), clients), 200, 201)
            asked += clients * 20
        self._told.put(asked / (time.perf_counter() - began))

    def __enter__(self) -> "_Hammer":
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._process.join(120)
        self.rate = self._told.get()
