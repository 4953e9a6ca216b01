"""What the ledger costs: the same requests of an app to two servers, one of which notes nothing. `python -m bench.ledger`."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench import load, process, wrk
from bench.running import free_port
from cozy.app.configuration import load as configuration
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import origin_of
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.homes.model import Profile
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

DOMAIN = "alice.localhost"
TODOS = "io.cozy.todos"
CLIENTS = 8
BUDGET = 0.10
WITH = "from cozy.app.cli import main; main()"
WITHOUT = f"import cozy.web.dispatch as dispatch; dispatch._note = lambda *_: None; {WITH}"


@dataclass(frozen=True)
class Ready:
    """A server with a home, and an app in it that has a token."""

    name: str
    server: process.Server
    token: str
    ids: list[str]


async def _furnish(data: Path) -> tuple[str, list[str]]:
    """A home with todos, and the token of an app that may use them."""
    settings = configuration(data=str(data))
    async with opened(settings) as house:
        listing = await auth.open_home(
            house,
            DOMAIN,
            Profile(public_name="Alice", email="alice@example.org"),
            origin_of(settings, DOMAIN),
        )
        home = home_of(settings, listing)

        def fill(work: Work) -> tuple[str, list[str]]:
            permissions.grant(work, "app", "todos", {"todos": Rule(TODOS)})
            made = [documents.create(work, TODOS, {"label": f"todo {n}", "done": False}) for n in range(100)]
            return auth.tokens.for_app(work, "todos"), [one.id for one in made]

        return await house.write(home, SYSTEM, fill)


@contextmanager
def _started(name: str, program: str, folder: Path) -> Iterator[Ready]:
    folder.mkdir()
    token, ids = asyncio.run(_furnish(folder / "data"))
    port = free_port()
    command = [sys.executable, "-c", program, "--data", str(folder / "data"), "serve", "--port", str(port)]
    server = process.start(command, port, folder / "output.log")
    ready = Ready(name, server, token, ids)
    try:
        _wait_for_answer(ready)
        yield ready
    finally:
        process.stop(server)


def _wait_for_answer(ready: Ready) -> None:
    for _ in range(3_000):
        with suppress(ConnectionError):
            if (
                load.exchange(ready.server.port, [_cases(ready)["read a document"][0]]).answers[0].status
                == 200
            ):
                return
        time.sleep(0.01)
    raise load.BadAnswer(f"the server {ready.name} gives no good answer")


def _request(ready: Ready, method: str, path: str, body: str = "") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {DOMAIN}:{ready.server.port}\r\nAuthorization: Bearer {ready.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


def _cases(ready: Ready) -> dict[str, list[bytes]]:
    find = json.dumps({"selector": {"done": False}, "limit": 10})
    return {
        "read a document": [_request(ready, "GET", f"/data/{TODOS}/{id_}") for id_ in ready.ids],
        "find ten": [_request(ready, "POST", f"/data/{TODOS}/_find", find)],
        "write a document": [_request(ready, "POST", f"/data/{TODOS}", '{"label":"one more"}')],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the ledger costs less than its budget, 1 when it does not."""
    parser = argparse.ArgumentParser(prog="bench.ledger", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args(arguments)
    rates: dict[str, dict[str, list[tuple[float, float]]]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        servers = [
            stack.enter_context(_started(name, program, Path(folder) / name))
            for name, program in (("without", WITHOUT), ("with", WITH))
        ]
        for number in range(options.rounds):
            turn = servers if number % 2 else servers[::-1]
            for case in _cases(servers[0]):
                for ready in turn:
                    figures = _measured(ready, _cases(ready)[case], options.seconds)
                    rates.setdefault(case, {}).setdefault(ready.name, []).append(figures)
    return _report(rates)


def _measured(ready: Ready, requests: list[bytes], seconds: int) -> tuple[float, float]:
    """Requests a second, and microseconds of the server's processor for each."""
    before = process.cpu_s(ready.server)
    tally = wrk.get(ready.server.port, requests, CLIENTS, seconds, 1)
    return tally.count / tally.wall_s, (process.cpu_s(ready.server) - before) / tally.count * 1e6


def _report(rates: dict[str, dict[str, list[tuple[float, float]]]]) -> int:
    worst = 0.0
    print(f"{'':20}{'requests/s':>24}{'processor, µs a request':>28}{'cost':>8}")
    for case, by_name in rates.items():
        (slow, dear), (fast, cheap) = (
            tuple(statistics.median(figure) for figure in zip(*by_name[name], strict=True))
            for name in ("with", "without")
        )
        cost = dear / cheap - 1
        worst = max(worst, cost)
        print(f"{case:20}{fast:12,.0f} →{slow:10,.0f}{cheap:16,.0f} →{dear:10,.0f}{cost:8.1%}")
    return worst > BUDGET


if __name__ == "__main__":
    sys.exit(main())
