"""The wall between homes of one host: requests made by chance with the keys of one home, about what another one holds.

A key opens nothing of another home, at neither of their addresses, and nothing is told of whether it exists: what is asked about its ids,
names and hashes is answered as for such that nobody has. COZY_TENANT_TRIES says how many requests, COZY_TENANT_SEED which.
"""

import asyncio
import os
import random
import secrets
import sys
import time
from collections import Counter

import pytest

from cozy.kernel.home import Home
from cozy.kernel.house import House
from tests.conftest import Clock
from tests.security.tenants import Held, Key, Tenants

pytestmark = pytest.mark.slow
TRIES = int(os.environ.get("COZY_TENANT_TRIES", "200"))
LANES = 6  # at once, in one process
ROUND = 2_000  # tries with the same keys, while the clock goes on by less than any of them lasts


async def test_nobody_is_given_or_told_anything_of_another_home(
    house: House, home: Home, clock: Clock
) -> None:
    seed = int(os.environ.get("COZY_TENANT_SEED", secrets.randbelow(10**9)))
    tenants = Tenants(house, home, clock, random.Random(seed))
    held = await tenants.furnish()
    before = await tenants.kept(held)
    started, seen = time.monotonic(), Counter[str]()

    def say(more: str) -> None:
        if TRIES >= ROUND:
            speed = seen.total() / (time.monotonic() - started)
            sys.stdout.write(
                f"{(house.settings.postgres and 'PostgreSQL') or 'SQLite'}: {seen.total():,} tries, {speed:.0f} a second{more}\n"
            )
            sys.stdout.flush()

    for number, begun in enumerate(range(0, TRIES, ROUND), 1):
        keys = await tenants.keys()
        tries = iter(range(begun, min(TRIES, begun + ROUND)))
        await asyncio.gather(*(_lane(tenants, held, keys, tries, seen, seed) for _ in range(LANES)))
        if number % 10 == 0:
            say("")
    assert await tenants.kept(held) == before, seed
    answers = ", ".join(f"{name} {count:,}" for name, count in seen.most_common())
    say(f", seed {seed}, 0 leaks; answers: {answers}")
    wanted = (
        {"200", "401", "404", "heard nothing", "administration"}
        if TRIES >= ROUND
        else {"404", "administration"}
    )
    assert wanted <= seen.keys()


async def _lane(tenants, held: Held, keys: list[Key], tries, seen: Counter[str], seed: int) -> None:
    for turn in tries:
        kind = "socket" if turn % 50 == 7 else "administration" if turn % 50 == 8 else "request"
        try:
            seen[await getattr(tenants, kind)(held, keys)] += 1
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, try {turn}: {error}") from error
