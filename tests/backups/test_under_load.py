"""A backup is made while people write, and is killed at random; whatever comes back is whole, and of one moment.

COZY_BACKUP_KILLS says how often; `script/kill-backups` asks for more than the suite does.
"""

import os
import random
import signal
import sys
import threading
import time
from dataclasses import dataclass, field

import pytest

from tests.program import Client, Cozy, Server, make_home

KILLS = int(os.environ.get("COZY_BACKUP_KILLS", "2"))
SEED = int(os.environ.get("COZY_BACKUP_SEED", "0")) or random.randrange(10**6)
LARGE = 70_000  # not in the database
DOMAINS = ("alice.localhost", "bob.localhost")


@dataclass
class Writer:
    """Somebody who stores file after file, and destroys each tenth one before the last ten."""

    client: Client
    name: str
    answered: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    trouble: list[str] = field(default_factory=list)

    def run(self):
        ids: list[str] = []
        while not self.over.is_set():
            number = self.answered + 1
            answer = self.client.upload(f"{self.name}-{number}", self.data(number))
            if answer.status != 201:
                self.trouble.append(f"{answer.status} {answer.body!r}")
                return
            ids.append(answer.data["id"])
            self.answered = number
            if self.is_gone(number - 10):
                for path in (f"/files/{ids[number - 11]}", f"/files/trash/{ids[number - 11]}"):
                    assert self.client("DELETE", path).status in {200, 204}
            self.over.wait(0.005)

    @staticmethod
    def is_gone(number: int) -> bool:
        return number > 0 and number % 10 == 0

    def data(self, number: int) -> bytes:
        return random.Random(f"{self.name}-{number}").randbytes(LARGE if number % 2 == 0 else 100)


@pytest.mark.slow
def test_a_backup_under_load_comes_back_as_one_moment(tmp_path):
    chance = random.Random(SEED)
    sys.stderr.write(f"seed {SEED}\n")
    cozy = Cozy(tmp_path / "data")
    for domain in DOMAINS:
        make_home(cozy.data, domain)
    key = cozy("backup-key", tmp_path / "key").out.strip()
    with Server(cozy, tmp_path / "log") as server:
        writers = [
            Writer(server.client(cozy.token(domain), domain=domain), domain.partition(".")[0])
            for domain in DOMAINS
        ]
        threads = [threading.Thread(target=writer.run) for writer in writers]
        for thread in threads:
            thread.start()
        try:
            took = backed_up(cozy, tmp_path, key)
            for _ in range(KILLS):
                killed(cozy, tmp_path, key, chance.uniform(0.3, 1.0) * took)
            before = [writer.answered for writer in writers]
            backed_up(cozy, tmp_path, key)
            after = [writer.answered + 1 for writer in writers]
        finally:
            for writer in writers:
                writer.over.set()
            for thread in threads:
                thread.join()
    assert [writer.trouble for writer in writers] == [[], []]
    back = Cozy(tmp_path / "back")
    done = back("restore", tmp_path / "place", "--key", tmp_path / "key")
    assert done.code == 0, done.err
    check = back("check", "--scrub")
    assert (check.code, check.out) == (0, "2 homes are whole.\n")
    with Server(back, tmp_path / "log") as server:
        for writer, domain, least, most in zip(writers, DOMAINS, before, after, strict=True):
            client = server.client(back.token(domain), domain=domain)
            there = {
                int(name.rpartition("-")[2]): item["id"]
                for name, item in client.children().items()
                if name.startswith(writer.name)
            }
            last = max(there)
            assert least <= last <= most
            gone = {number for number in range(1, last + 1) if number not in there}
            due = {number for number in range(1, last - 9) if writer.is_gone(number)}
            assert gone <= due
            assert due - gone <= {max(due, default=0)}  # the last one may have been under way
            for number in [*sorted(there)[:2], last]:
                assert client.download(there[number]).body == writer.data(number)


def backed_up(cozy, folder, key) -> float:
    """A whole backup; how many seconds it took."""
    began = time.monotonic()
    done = cozy("backup", folder / "place", "--key", key, "--keep", "3d", stdin=None)
    assert done.code == 0, done.err
    return time.monotonic() - began


def killed(cozy, folder, key, after_s: float) -> None:
    """One that is killed, unless it ends before."""
    with cozy.started("backup", folder / "place", "--key", key, "--keep", "3d") as process:
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.communicate()
