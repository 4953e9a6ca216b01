"""What more workers bring, and what a home costs: `script/bench scale`. SQLite in one process; PostgreSQL behind one, two and four workers.

The same requests to the same number of homes each time, in turns. Each worker has clients in a process of their own, which choose homes at random.
"""

import argparse
import json
import random
import secrets
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import hosting, process
from bench.hosting import Host, Tenant, Worker, quantile

CLIENTS = 16  # of all workers together
WORKERS = (1, 2, 4)
FEW, OTHERS = 8, 200  # homes that are asked; homes that only lie there


@dataclass(frozen=True)
class Sizes:
    """How much is asked for."""

    asked: int = 4_000
    rounds: int = 3
    others: int = OTHERS


QUICK = Sizes(asked=160, rounds=1, others=4)
Figures = dict[str, list[float]]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("scale", help="one, two and four workers; SQLite beside PostgreSQL")
    parser.set_defaults(run=run)
    parser.add_argument("--quick", action="store_true", help="small counts, one round, two workers at most")
    parser.add_argument("--only", choices=hosting.ENGINES, help="one of them")
    parser.add_argument("--json", type=Path, default=Path("build/bench/scale.json"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """0: there is no budget for this."""
    sizes, workers = (QUICK, WORKERS[:2]) if options.quick else (Sizes(), WORKERS)
    figures: Figures = defaultdict(list)
    try:
        for engine in [options.only] if options.only else hosting.ENGINES:
            if reason := hosting.absence(engine):
                print(f"skipped {engine}: {reason}", flush=True)
                continue
            with (
                tempfile.TemporaryDirectory(prefix="bench-scale-") as folder,
                hosting.host(engine, Path(folder) / engine) as host,
            ):
                _measure(host, engine, workers if engine == "postgres" else (1,), sizes, figures)
    finally:  # a run that is stopped tells what it knows
        for name, values in figures.items():
            print(f"{name:<64} {statistics.median(values):>12,.2f}", flush=True)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def _measure(host: Host, engine: str, fleets: tuple[int, ...], sizes: Sizes, figures: Figures) -> None:
    with host.at_work() as (worker,):
        host.open([f"home{number}.localhost" for number in range(FEW)])
        tenants = hosting.tenants(host, [f"home{number}.localhost" for number in range(FEW)])
        _cost(host, engine, worker, sizes, figures)
    for _ in range(sizes.rounds):
        for fleet in fleets:
            with host.at_work(fleet) as workers:
                _ask(
                    host,
                    f"{engine}, {fleet} worker{'s' if fleet > 1 else ''}",
                    workers,
                    tenants,
                    sizes,
                    figures,
                )


def _cost(host: Host, engine: str, worker: Worker, sizes: Sizes, figures: Figures) -> None:
    """Of a home that is made and left alone."""
    before = host.size()
    run = host.open([f"other{number}.localhost" for number in range(sizes.others)])
    figures[f"{engine}: homes made a second"].append(sizes.others / run.wall_s)
    figures[f"{engine}: kB on the disk for each"].append((host.size() - before) / sizes.others / 1e3)
    process.wait_idle(worker.seen, 0.3)
    figures[f"{engine}: MB of memory of a worker with {FEW + sizes.others} homes"].append(
        process.resident(worker.seen) / 1e6
    )


def _ask(
    host: Host, name: str, workers: list[Worker], tenants: list[Tenant], sizes: Sizes, figures: Figures
) -> None:
    chance = random.Random(len(workers))
    ids = [each.first(workers[0].port) for each in tenants]

    def read(port: int) -> bytes:
        at = chance.randrange(FEW)
        return tenants[at].read(port, ids[at])

    def write(port: int) -> bytes:
        return chance.choice(tenants).write(port)

    def put(port: int) -> bytes:
        return chance.choice(tenants).put(port, f"{secrets.token_hex(8)}.bin")

    for what, one, count in (
        ("read", read, sizes.asked), ("write", write, sizes.asked // 4), ("put 10 kB", put, sizes.asked // 8),
    ):  # fmt: skip
        _time(host, f"{name}: {what}", workers, one, count, figures)


def _time(
    host: Host, name: str, workers: list[Worker], one: Callable[[int], bytes], count: int, figures: Figures
) -> None:
    """So many requests, shared out among the workers."""
    share = count // len(workers)
    asked = [(worker.port, [one(worker.port) for _ in range(share)]) for worker in workers]
    servers = [worker.seen for worker in workers]
    before = [process.cpu_s(server) for server in servers], _cpu_s(host)
    runs = hosting.at_once(asked, CLIENTS // len(workers))
    after = [process.cpu_s(server) for server in servers], _cpu_s(host)
    for run in runs:
        hosting.require(run, 200, 201)
    done = share * len(workers)
    figures[f"{name}, a second"].append(done / max(run.wall_s for run in runs))
    figures[f"{name}, ms, p95"].append(quantile([wait for run in runs for wait in run.waits_s], 0.95))
    figures[f"{name}, ms of processor, workers"].append((sum(after[0]) - sum(before[0])) / done * 1e3)
    if host.database:
        figures[f"{name}, ms of processor, database"].append((after[1] - before[1]) / done * 1e3)


def _cpu_s(host: Host) -> float:
    return process.cpu_s(host.database) if host.database else 0.0
