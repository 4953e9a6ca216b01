"""`script/converge`: thousands of deeds in three homes, on ways that are cut and lose answers, in a house that is left and
opened again in the middle of it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio

from cozy.kernel.clock import utc_now
from cozy.kernel.settings import Settings
from tests.networks import Networks
from tests.replication import apart, first
from tests.replication.play import played
from tests.replication.town import town_in

T = TypeVar("T")
_EACH = 200  # deeds in one town


async def _town(at: Path, seed: int, deeds: int) -> float:
    own = Settings(data=str(at / str(seed)), versions_apart_s=0, versions_kept=10_000)
    began = time.monotonic()
    async with town_in(own, utc_now) as town:
        await played(town, seed, deeds, every=50, loses=0.15)
    return time.monotonic() - began


def main() -> None:
    """Play, and tell; the seed of what went wrong plays it again."""
    ways = {"--apart": apart.played, "--first": first.played}
    given = sys.argv[1:]
    networks = Networks() if given[:1] == ["--networks"] else None
    words = given[:1] if networks else []
    given = given[len(words) :]
    flag = given.pop(0) if given and given[0] in ways else "--apart" if networks else ""
    many = int(given[0]) if given else 2_000 if flag == "--first" else 10_000
    seed = int(given[1]) if len(given) > 1 else random.randrange(1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        if flag:
            said = " ".join([*words, flag, str(many)])
            _try(said, seed, lambda: ways[flag](Path(folder), seed, many, _say, networks))
            return
        for done in range(0, many, _EACH):
            own, part = seed + done // _EACH, min(_EACH, many - done)
            took_s = _try(str(part), own, partial(anyio.run, _town, Path(folder), own, part))
            _say(f"{done + part:>6} deeds, seed {own}: the same everywhere, nothing lost ({took_s:.0f} s)\n")


def _try(what: str, seed: int, play: Callable[[], T]) -> T:
    try:
        return play()
    except BaseException:
        sys.stderr.write(f"seed {seed} went wrong: script/converge {what} {seed}\n")
        raise


def _say(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
