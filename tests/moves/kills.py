"""What is played with two hosts and a home that goes to and fro between them: people who write, what a host says, and kills."""

import http.client
import os
import random
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
import apsw
import msgspec
import psycopg

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.outside import Unreachable
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoHome
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.model import Arrival, Departure
from tests import workers
from tests.program import apart

KILLS = int(os.environ.get("COZY_MOVE_KILLS", "2"))
SEED = int(os.environ.get("COZY_MOVE_SEED", "0")) or random.randrange(10**6)
WITHIN_S = 600.0  # a home that is written in for half an hour is large, and the machine may be busy
LARGE = 100_000
AWAY = {404, 502, 503}  # on its way
BROKEN = (OSError, http.client.HTTPException)


@dataclass
class Writer:
    """Somebody who writes one document and one file after the other, wherever they are sent."""

    hosts: dict
    token: str
    at: str
    name: str
    answered: dict[str, bytes] = field(default_factory=dict)
    waited: float = 0.0  # seconds, the longest
    over: threading.Event = field(default_factory=threading.Event)
    trouble: list[str] = field(default_factory=list)
    kept: frozenset[int] = frozenset({201})  # what says that it is kept

    def run(self):
        number = 0
        while not self.over.is_set():
            number += 1
            name, data = f"{self.name}-{number}", os.urandom(LARGE if number % 20 == 0 else 50)
            began = time.monotonic()
            if self.write(name, data):
                self.answered[name] = data
                self.waited = max(self.waited, time.monotonic() - began)
            self.over.wait(0.03)

    def write(self, name, data):
        """Whether it was answered that it is kept; a second try may find that it was there already."""
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until and not self.over.is_set():
            client = self.hosts[self.at].client(self.token)
            try:
                answer = self.send(client, name, data)
            except BROKEN:
                self.over.wait(0.02)
                continue
            finally:
                client.close()
            if answer.status == 308:
                self.at = answer.headers["location"].partition("://")[2].partition(":")[0]
            elif answer.status in {*self.kept, 409}:
                return answer.status in self.kept
            elif answer.status not in AWAY:
                self.trouble.append(f"{answer.status} {answer.body!r}")
                return False
            else:
                self.over.wait(0.02)
        return False

    def send(self, client, name, data):
        """One try."""
        return client.upload(name, data)


async def _opened(host, act):
    """What an administrator does at a host, while it is served or not."""
    settings = load(
        data=str(host.cozy.data), public_url=f"http://:{host.port}", outside_allowed="127.0.0.0/8"
    )
    async with opened(settings) as house:
        return await act(house, settings)


def at(host, act):
    return apart(lambda: anyio.run(_opened, host, act))


def begin(old, new):
    async def expect(house, settings):
        return await house.write_host(moves.expecting.expect, new.domain, None)

    code = at(new, expect)

    async def begins(house, settings):
        home = home_of(settings, await house.read_host(homes.at, old.domain))
        return await moves.leaving.begin(house, home, f"{new.origin}#{code}")

    return at(old, begins)


def erase(old, home_id):
    async def erases(house, settings):
        await moves.leaving.erase(house, home_id)

    until = time.monotonic() + WITHIN_S
    while True:
        try:
            return at(old, erases)
        except Unreachable:
            assert time.monotonic() < until


def state(host, table, shape):
    """What a host's list says of the one move."""
    found = [
        msgspec.json.decode(body, type=shape)
        for (body,) in _rows(host, f"SELECT CAST(body AS TEXT) FROM {table}")
    ]
    return found[0] if found else None


def _rows(host, sql):
    """What is in the tables of a host, asked beside its program."""
    if workers.WORKERS:
        with psycopg.connect(workers.told(host.cozy.data)["COZY_POSTGRES"]) as there:
            return there.execute(sql).fetchall()
    connection = apsw.Connection(str(host.cozy.data / "host.db"), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(5000)
    try:
        return list(connection.execute(sql))
    finally:
        connection.close()


def lives_at(hosts):
    async def look(house, settings):
        return [each.state for each in [await house.read_host(homes.at, here.domain)]]

    found = []
    for here in hosts:
        with suppress(NoHome):
            if at(here, look) == ["active"]:
                found.append(here.domain)
    return found


def until(look, said=str, within_s=WITHIN_S):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.005)
    raise AssertionError(f"it did not come to pass: {said()}")


def watched(host, home_id):
    """Whether anything of the home has come here."""
    if workers.WORKERS:
        return bool(_rows(host, f"SELECT 1 FROM documents WHERE home_id = '{home_id}' LIMIT 1"))
    return (host.cozy.data / "homes" / home_id).exists()


async def damages(house, settings):
    return [
        each
        for home_id in await house.storage.homes()
        for each in await house.storage.home(home_id).damages()
    ]


def is_about_to_go(host):
    found = state(host, "departures", Departure)
    return found is not None and bool(found.record)


def arrived(host):
    found = state(host, "departures", Departure)
    return found if found is not None and found.state == "arrived" else None


def standing(old, new):
    going, coming = state(old, "departures", Departure), state(new, "arrivals", Arrival)
    return f"{going and going.state}/{coming and coming.state}"


def turn(chance, old, new, hosts, killed):
    """One move, one kill, until the home lives there."""
    home_id = begin(old, new).home_id
    until(lambda: watched(new, home_id))
    after = chance.uniform(0.0, 1.0)
    if chance.random() < 0.6:  # around the switch, which is short
        until(lambda: is_about_to_go(old), lambda: standing(old, new))
        after = chance.uniform(0.0, 0.3)
    time.sleep(after)
    victim = chance.choice([old, new])
    victim.kill()
    assert len(lives_at(hosts)) <= 1
    killed.append((victim.domain, round(after, 3), standing(old, new)))
    victim.start()
    departure = until(
        lambda: arrived(old),
        lambda: f"{state(old, 'departures', Departure)}; seed {SEED}; killed {killed}",
    )
    assert lives_at(hosts) == [new.domain]
    sys.stdout.write(f"{len(killed)}: killed {killed[-1]}, writers waited {departure.pause_ms} ms\n")
    sys.stdout.flush()
    return departure
