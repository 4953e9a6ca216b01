"""Ways between workers, PostgreSQL and an S3 service that are cut, without a word to anybody, and mended: what are people told, and who
has to lend a hand?

    script/workers --cuts [ROUNDS [SEED]]        needs root, `unshare` and `nft`

All of it runs in a network of its own, where packets to and from an address are lost while it is cut: each worker finds PostgreSQL and the S3 service at
an address that nobody else asks, and Caddy, set up as docs/hosting.md says, finds each worker so. First everybody is cut off, ROUNDS times; then one worker
alone, and nobody at the others may notice more than a lock that waits; then everybody for a minute.
"""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.faults.actor import LOST, Broken
from tests.faults.fleet import Fleet, made
from tests.plugins.postgres import FAST, programs
from tests.plugins.postgres import served as postgres
from tests.program import Answer, Client, Cozy
from tests.seaweed import BUCKET, program
from tests.seaweed import served as seaweed
from tests.workers import Proxy

CUTS_S = (5.0, 12.0, 20.0)
ALONE_S, LONG_S = 20.0, 60.0
ANSWERED_WITHIN_S = 60.0  # whatever is cut
UNHURT_S = 15.0  # what a lock is waited for: so long somebody else's cut may be noticed at most
WELL_WITHIN_S = 60.0  # after it was mended
FORGOTTEN_WITHIN_S = 120.0
WORKERS = 2
MONITOR_PORT = 9090
_RULES = """table ip ways {
    set cut { type ipv4_addr; }
    chain going {
        type nat hook output priority -100;
        ip daddr 127.0.0.10-127.0.0.29 dnat to 127.0.0.1
    }
    chain coming {
        type filter hook input priority 0;
        ct original ip daddr @cut counter drop
    }
}"""
_HEALTH = f"""lb_try_duration 10s
                health_uri /readyz
                health_port {MONITOR_PORT}
                health_interval 2s"""


WAYS = {"the database": 10, "S3": 20, "the proxy": 30}


def address(way: str, worker: int) -> str:
    """Where a worker, and nobody else, finds a service; and where the proxy finds the worker."""
    return f"127.0.0.{WAYS[way] + worker}"


def nft(text: str) -> None:
    """Change what gets lost."""
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


@dataclass
class Asker:
    """Somebody who asks one worker (or the proxy), over and over, and notes what they are told."""

    deed: str
    worker: int | None
    client: Client
    actor: random.Random
    said: Counter[int] = field(default_factory=Counter)  # 0: nothing within ANSWERED_WITHIN_S
    kept: dict[str, bytes] = field(default_factory=dict)  # by id, what was acknowledged
    longest_s: float = 0.0
    last_well: float = 0.0
    is_over: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    def run(self) -> None:
        """Until it is over."""
        try:
            while not self.is_over.wait(0.05):
                self._ask()
        except BaseException as error:
            self.failure = error

    def _ask(self) -> None:
        began = time.monotonic()
        data = self.actor.randbytes(200_000)
        try:
            answer = (
                self.client.upload(f"{secrets.token_hex(8)}.bin", data)
                if self.deed == "write"
                else self.client.mkdir(secrets.token_hex(8))
            )
        except LOST:
            if self.worker is not None:
                raise
            self.client.close()  # the proxy lets people wait for a worker that it does not hear
            self.said[0] += 1
            return
        finally:
            self.longest_s = max(self.longest_s, time.monotonic() - began)
        self.said[answer.status] += 1
        if answer.status >= 400:
            if answer.headers.get("server") != "Caddy":
                _require_plain(answer)
            return
        self.last_well = time.monotonic()
        if self.deed == "write":
            self.kept[answer.data["id"]] = data


def _require_plain(answer: Answer) -> None:
    """That it is a 503 that says what is the matter, and when to ask again."""
    if answer.status != 503 or "retry-after" not in answer.headers or b"try again" not in answer.body:
        raise Broken(f"not told plainly: {answer}")


def burden(fleet: Fleet) -> tuple[int, int]:
    """Threads and open files of all workers."""
    pids = [server.process.pid for server in fleet.servers if server is not None]
    return tuple(sum(len(os.listdir(f"/proc/{pid}/{what}")) for pid in pids) for what in ("task", "fd"))  # type: ignore[return-value]


@dataclass(frozen=True)
class Cut:
    """A way that is cut. worker: the only one that it leads to, or else all."""

    way: str
    long_s: float
    worker: int | None = None

    @property
    def set(self) -> str:
        workers = range(WORKERS) if self.worker is None else [self.worker]
        return f"ip ways cut {{ {', '.join(address(self.way, worker) for worker in workers)} }}"


def plan(rounds: int) -> list[Cut]:
    """All of them, in order."""
    both = ("the database", "S3")
    return [
        *(Cut(way, CUTS_S[number % len(CUTS_S)]) for number in range(rounds) for way in both),
        *(Cut(way, ALONE_S, WORKERS - 1) for way in WAYS),
        *(Cut(way, LONG_S) for way in both),
    ]


def play(rounds: int, seed: int) -> None:
    """Cut, look, mend, look."""
    chance = random.Random(seed)
    bin_, weed = programs(), program()
    assert bin_ is not None
    assert weed is not None
    nft(_RULES)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cozy-cuts-")))
        stack.enter_context(postgres(bin_, FAST, "127.0.0.1"))
        service = stack.enter_context(seaweed(weed))
        s3_port = int(service.endpoint.rpartition(":")[2])
        told = [
            {
                "COZY_POSTGRES": f"host={address('the database', worker)} user=cozy dbname=postgres", "COZY_CONTENTS": f"s3://{BUCKET}/homes",
                "COZY_S3_ENDPOINT": f"http://{address('S3', worker)}:{s3_port}", "COZY_KEY_FILE": str(folder / "host.key"), "COZY_LEASE_S": "2",
                **service.env,
            }
            for worker in range(WORKERS)
        ]  # fmt: skip
        os.environ.update(told[0])
        homes = made(folder / "desk", 2)
        fleet = Fleet([Cozy(folder / f"worker{i}", env=env) for i, env in enumerate(told)], folder / "log")
        stack.enter_context(fleet.at_work())
        ports = [server.port for server in fleet.servers if server is not None]
        askers = [
            Asker(deed, worker, Client(port, token, domain, timeout=ANSWERED_WITHIN_S), random.Random(chance.random()))
            for worker, port in [*enumerate(ports), (None, _proxy(stack, ports, fleet.monitors))]
            for domain, token in homes for deed in ("write", "mkdir")
        ]  # fmt: skip
        threads = [threading.Thread(target=each.run, daemon=True) for each in askers]
        for each in askers:
            stack.callback(each.is_over.set)
        for thread in threads:
            thread.start()
        _well(askers, time.monotonic())
        before = burden(fleet)
        cuts = plan(rounds)
        for cut in cuts:
            _play(cut, askers, fleet)
        for each in askers:
            each.is_over.set()
        for thread in threads:
            thread.join(120)
        for each in askers:
            for id_, data in each.kept.items():
                if each.client.download(id_).body != data:
                    raise Broken(f"{id_} was acknowledged and is not there")
            each.client.close()
        after = burden(fleet)
        connections = _settled(told[0]["COZY_POSTGRES"])
        for number in range(WORKERS):
            fleet.drain(number)
        checked = fleet.cozies[0]("check", "--scrub", stderr=subprocess.PIPE)
        assert checked.code == 0, checked
        kept = sum(len(each.kept) for each in askers)
        sys.stdout.write(
            f"{len(cuts)} cuts (seed {seed}): {kept} files acknowledged, all there and whole; threads and open files of both workers"
            f" {before} before, {after} after; {connections} connections to PostgreSQL; all homes clean\n"
        )


def _proxy(stack: ExitStack, ports: list[int], monitors: list[int]) -> int:
    """Caddy in front of the workers; its port."""
    for worker, (port, monitor) in enumerate(zip(ports, monitors, strict=True)):
        for asked, to in ((port, port), (MONITOR_PORT, monitor)):
            nft(
                f"add rule ip ways going ip daddr {address('the proxy', worker)} tcp dport {asked} dnat to 127.0.0.1:{to}"
            )
    proxy = Proxy("127.0.0.1")
    stack.callback(proxy.end)
    hosts = [address("the proxy", worker) for worker in range(WORKERS)]
    proxy.begin(ports, lambda: True, hosts, _HEALTH)
    return proxy.port


def _play(cut: Cut, askers: list[Asker], fleet: Fleet) -> None:
    """One cut, and what everybody is told. Raises Broken where a cut of one worker hurts who asks another one."""
    for each in askers:
        each.said.clear()
        each.longest_s = 0.0
    nft(f"add element {cut.set}")
    time.sleep(cut.long_s)
    ready = [server is not None and server.port in fleet.ready for server in fleet.servers]
    nft(f"delete element {cut.set}")
    well_s = _well(askers, time.monotonic())
    groups = {
        "at the proxy": [each for each in askers if each.worker is None],
        "at the worker that is cut off": [each for each in askers if each.worker == cut.worker is not None],
        "at the others" if cut.worker is not None else "at the workers": [
            each for each in askers if each.worker is not None and each.worker != cut.worker
        ],
    }
    said = "; ".join(f"{name} {_told(group)}" for name, group in groups.items() if group)
    sys.stdout.write(
        f"{cut.way} cut off from {'everybody' if cut.worker is None else 'one worker alone'} for {cut.long_s:.0f} s: {said};"
        f" {sum(ready)} of {len(ready)} workers said that they were ready at its end; all well {well_s:.1f} s after it was mended\n"
    )
    sys.stdout.flush()
    if cut.worker is None:
        return
    if not all(ready[number] for number in range(WORKERS) if number != cut.worker):
        raise Broken(f"{ready}")
    others = groups["at the others"]
    if (
        any(status >= 400 for each in others for status in each.said)
        or max(each.longest_s for each in others) > UNHURT_S
    ):
        raise Broken("a cut of one worker hurt who asks another one")


def _told(askers: list[Asker]) -> str:
    said = sum((each.said for each in askers), Counter())
    return f"{dict(sorted(said.items()))}, the longest after {max(each.longest_s for each in askers):.1f} s"


def _settled(url: str) -> int:
    """How many connections of ours PostgreSQL knows, once it has noticed which of them were cut: not more than two workers open."""
    most, until = WORKERS * (12 + 2), time.monotonic() + FORGOTTEN_WITHIN_S
    while True:
        with psycopg.connect(url) as hand:
            row = hand.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'cozy%'"
            ).fetchone()
        if row and row[0] <= most:
            return row[0]
        if time.monotonic() > until:
            raise Broken(f"{row} connections to PostgreSQL")
        time.sleep(1)


def _well(askers: list[Asker], since: float) -> float:
    """Until everybody was served again; how long that took."""
    while min(each.last_well for each in askers) < since:
        for each in askers:
            if each.failure is not None:
                raise Broken(each.deed) from each.failure
        if time.monotonic() > since + WELL_WITHIN_S:
            raise Broken(f"not well yet: {[(each.deed, dict(each.said)) for each in askers]}")
        time.sleep(0.05)
    return max(each.last_well for each in askers) - since


if __name__ == "__main__":
    play(
        int(sys.argv[1]) if sys.argv[1:] else 3, int(sys.argv[2]) if sys.argv[2:] else random.randrange(10**9)
    )
