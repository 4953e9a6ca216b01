"""kill -9 of workers that share nothing but PostgreSQL and an S3 service, and their upgrade one after the other, while people change
things in many homes.

Each home has somebody who changes it (tests/faults/actor.py, tests/faults/sundry.py) and who asks another worker with every request.
Whoever is cut off asks another one what became of it, and goes on. Only who kills a worker may cut anybody off.
"""

import os
import random
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.actor import Actor
from tests.faults.fleet import Fleet, Person, made, newer, older
from tests.faults.sundry import Listener, Sundry
from tests.faults.test_jobs_survive import cleared
from tests.faults.test_kill import Crowd
from tests.program import Cozy
from tests.seaweed import BUCKET, Service, Spread, program, spread

pytestmark = [
    pytest.mark.slow, pytest.mark.postgres, pytest.mark.one_process("makes its own workers: COZY_WORKERS says how many")
]  # fmt: skip
WORKERS = int(os.environ.get("COZY_WORKERS", "2"))
HOMES = int(os.environ.get("COZY_WORKER_HOMES", "6"))
KILLS = int(os.environ.get("COZY_WORKER_KILLS", "0"))
SECONDS = float(os.environ.get("COZY_WORKER_S", "0"))  # of load at least, however few kills there are
VOLUMES = int(
    os.environ.get("COZY_WORKER_VOLUMES", "0")
)  # servers of the S3 service, which are killed too; 0: one that is not
COPIES = os.environ.get("COZY_WORKER_COPIES", "001")  # as SeaweedFS says it
HANDS = 6  # people who are at work at the same time
LISTENERS = 4  # homes in which somebody listens to what changes


@pytest.fixture
def spread_out() -> Iterator[Spread | None]:
    """An S3 service of several programs, if it is to be one."""
    weed = program()
    if not VOLUMES or weed is None:
        yield None
        return
    with spread(weed, VOLUMES, COPIES) as found:
        yield found


@pytest.fixture
def service(request: pytest.FixtureRequest, spread_out: Spread | None) -> Service:
    """Where contents go."""
    return spread_out.service if spread_out else request.getfixturevalue("s3_service")


@pytest.fixture
def shared(
    tmp_path: Path, postgres_url: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """What every worker is told."""
    env = {
        "COZY_POSTGRES": postgres_url, "COZY_CONTENTS": f"s3://{BUCKET}/{secrets.token_hex(8)}",
        "COZY_S3_ENDPOINT": service.endpoint, "COZY_KEY_FILE": str(tmp_path / "host.key"), "COZY_LEASE_S": "2",
        **service.env,
    }  # fmt: skip
    for name in [name for name in os.environ if name.startswith("COZY_")]:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    yield env
    older(postgres_url)
    cleared(tmp_path / "desk")


def test_workers_may_be_killed_and_upgraded_at_any_time(
    tmp_path: Path,
    shared: dict[str, str],
    spread_out: Spread | None,
    seed: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance, began = random.Random(seed), time.monotonic()
    homes = made(tmp_path / "desk", HOMES)
    fleet = Fleet([Cozy(tmp_path / f"worker{i}", env=dict(shared)) for i in range(WORKERS)], tmp_path / "log")
    people = [_person(i, *home, fleet, chance) for i, home in enumerate(homes)]
    listeners = [each.sundry.listener for each in people if each.sundry.listener]
    crowd, is_enough = Crowd([each.actor for each in people]), threading.Event()
    struck: list[int] = []  # servers of the S3 service

    def work(hand: int) -> None:
        mine = people[hand::HANDS]
        while mine and not is_enough.is_set():
            chance.choice(mine).visit(fleet, 3)

    def look(hand: int) -> None:
        for person in people[hand::HANDS]:
            person.look(fleet)

    def trouble() -> None:
        """Kill one, or stop it gently, in the middle of changes."""
        before = crowd.acknowledged
        while crowd.acknowledged < before + HANDS and not crowd.failures:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 1))
        if spread_out and chance.random() < 0.3:
            struck.append(chance.randrange(VOLUMES))
            spread_out.kill(struck[-1])
            time.sleep(chance.uniform(1, 10))
            spread_out.start(struck[-1])
            return
        number = chance.randrange(WORKERS)
        (fleet.drain if chance.random() < 0.25 else fleet.kill)(number)
        fleet.start(number)

    with fleet.at_work():
        hearing = [threading.Thread(target=each.run) for each in listeners]
        threads = [threading.Thread(target=_guarded, args=(crowd, work, hand)) for hand in range(HANDS)]
        started = time.monotonic()
        for thread in (*hearing, *threads):
            thread.start()
        try:
            for half, kills in enumerate((KILLS // 2, KILLS)):
                while (
                    fleet.kills < kills or time.monotonic() < started + SECONDS / 2 * (half + 1)
                ) and not crowd.failures:
                    trouble()
                if not half and not crowd.failures:
                    fleet.upgrade(newer(tmp_path / "newer"), chance)
        finally:
            is_enough.set()
            loaded = time.monotonic() - started
            for each in listeners:
                each.is_over.set()
            for thread in (*hearing, *threads):
                thread.join(timeout=600)
        crowd.finish(threads)
        looking = [threading.Thread(target=_guarded, args=(crowd, look, hand)) for hand in range(HANDS)]
        for thread in looking:
            thread.start()
        crowd.finish(looking)
        for number in range(WORKERS):
            fleet.drain(number)
    checked = fleet.cozies[0]("check", "--scrub", stderr=subprocess.PIPE)
    assert checked.code == 0, checked
    assert "Traceback" not in fleet.log.read_text()
    in_doubt, happened = (sum(getattr(a, n) for a in crowd.actors) for n in ("in_doubt", "happened"))
    sundries = [each.sundry for each in people]
    assert crowd.acknowledged > fleet.kills * HANDS
    with capsys.disabled():
        sys.stdout.write(
            f"\n{WORKERS} workers, {HOMES} homes: {fleet.kills} killed, {fleet.drains} stopped gently, all upgraded once"
            f" in {loaded:.0f} of {time.monotonic() - began:.0f} s (seed {seed}):"
            f" {crowd.acknowledged} acknowledged changes of files, {sum(each.acknowledged for each in sundries)} of documents and by"
            f" WebDAV, none lost; {in_doubt} got no answer, of which {happened} had happened whole;"
            f" {sum(each.pictures for each in sundries)} small pictures, {len(struck)} servers of S3 (copies {COPIES}) killed, {sum(each.count for each in listeners)} changes heard;"
            f" {sum(len(a.files) for a in crowd.actors)} files at the end, all homes clean\n"
        )


def _person(number: int, domain: str, token: str, fleet: Fleet, chance: random.Random) -> Person:
    own = random.Random(chance.random())
    listener = Listener(domain, token, lambda: fleet.any(own)) if number < LISTENERS else None
    sundry = Sundry(random.Random(chance.random()), listener)
    return Person(Actor(f"actor{number}", own), domain, token, sundry)


def _guarded(crowd: Crowd, work: Callable[[int], None], hand: int) -> None:
    try:
        work(hand)
    except BaseException as error:
        crowd.failures.append(error)
