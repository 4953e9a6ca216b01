"""Ways between workers, PostgreSQL and an S3 service that are cut, without a word to anybody, and mended: what are people told, and who
has to lend a hand?

    script/workers --cuts [ROUNDS]        needs root, `unshare` and `nft`

All of it runs in a network of its own, where packets to and from a port are lost while it is cut.
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

from tests.faults.actor import Broken
from tests.faults.fleet import Fleet, made
from tests.plugins.postgres import FAST, programs
from tests.plugins.postgres import served as postgres
from tests.program import Answer, Client, Cozy
from tests.seaweed import BUCKET, program
from tests.seaweed import served as seaweed

CUTS_S = (5.0, 12.0, 20.0)
ANSWERED_WITHIN_S = 60.0  # whatever is cut
WELL_WITHIN_S = 60.0  # after it was mended
FORGOTTEN_WITHIN_S = 120.0
POSTGRES_PORT = 5432
_RULES = """table ip ways {
    set cut { type inet_service; }
    chain coming {
        type filter hook input priority 0;
        tcp dport @cut counter drop
        tcp sport @cut counter drop
    }
}"""


def nft(text: str) -> None:
    """Change what gets lost."""
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


@dataclass
class Asker:
    """Somebody who asks one worker, over and over, and notes what they are told."""

    deed: str
    client: Client
    actor: random.Random
    said: Counter[int] = field(default_factory=Counter)
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
        answer = (
            self.client.upload(f"{secrets.token_hex(8)}.bin", data)
            if self.deed == "write"
            else self.client("GET", f"/files/download/{self.actor.choice(list(self.kept))}")
            if self.deed == "read" and self.kept
            else self.client.mkdir(secrets.token_hex(8))
        )
        self.longest_s = max(self.longest_s, time.monotonic() - began)
        self.said[answer.status] += 1
        if answer.status >= 400:
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
        env = {
            "COZY_POSTGRES": "host=127.0.0.1 user=cozy dbname=postgres", "COZY_CONTENTS": f"s3://{BUCKET}/homes",
            "COZY_S3_ENDPOINT": service.endpoint, "COZY_KEY_FILE": str(folder / "host.key"), "COZY_LEASE_S": "2", **service.env,
        }  # fmt: skip
        os.environ.update(env)
        homes = made(folder / "desk", 2)
        fleet = Fleet([Cozy(folder / f"worker{i}", env=dict(env)) for i in range(2)], folder / "log")
        stack.enter_context(fleet.at_work())
        ports = {"the database": POSTGRES_PORT, "S3": int(service.endpoint.rpartition(":")[2])}
        askers = [
            Asker(deed, Client(server.port, token, domain, timeout=ANSWERED_WITHIN_S), random.Random(chance.random()))
            for server in fleet.servers if server is not None
            for domain, token in homes for deed in ("write", "mkdir")
        ]  # fmt: skip
        threads = [threading.Thread(target=each.run) for each in askers]
        for thread in threads:
            thread.start()
        _well(askers, time.monotonic())
        before = burden(fleet)
        for number in range(rounds):
            for name, port in ports.items():
                cut_s = CUTS_S[number % len(CUTS_S)]
                for each in askers:
                    each.said.clear()
                    each.longest_s = 0.0
                nft(f"add element ip ways cut {{ {port} }}")
                time.sleep(cut_s)
                ready = len(fleet.ready)
                nft(f"delete element ip ways cut {{ {port} }}")
                well_s = _well(askers, time.monotonic())
                said = sum((each.said for each in askers), Counter())
                sys.stdout.write(
                    f"{name} cut off for {cut_s:.0f} s: answers {dict(sorted(said.items()))}, the longest after"
                    f" {max(each.longest_s for each in askers):.1f} s; {ready} of 2 workers said that they were ready at its end;"
                    f" all well {well_s:.1f} s after it was mended\n"
                )  # fmt: skip
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
        connections = _settled(env["COZY_POSTGRES"])
        for number in range(2):
            fleet.drain(number)
        checked = fleet.cozies[0]("check", "--scrub", stderr=subprocess.PIPE)
        assert checked.code == 0, checked
        kept = sum(len(each.kept) for each in askers)
        sys.stdout.write(
            f"{rounds * len(ports)} cuts (seed {seed}): {kept} files acknowledged, all there and whole; threads and open files of both workers"
            f" {before} before, {after} after; {connections} connections to PostgreSQL; all homes clean\n"
        )


def _settled(url: str) -> int:
    """How many connections of ours PostgreSQL knows, once it has noticed which of them were cut: not more than two workers open."""
    most, until = 2 * (12 + 2), time.monotonic() + FORGOTTEN_WITHIN_S
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
