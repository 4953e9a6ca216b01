"""`script/converge`: thousands of deeds in three homes, on ways that are cut and lose answers, in a house that is left and
opened again in the middle of it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import anyio

from cozy.kernel.clock import utc_now
from cozy.kernel.settings import Settings
from tests.replication import apart
from tests.replication.play import played
from tests.replication.town import town_in

_EACH = 200  # deeds in one town


async def _town(at: Path, seed: int, deeds: int) -> float:
    own = Settings(data=str(at / str(seed)), versions_apart_s=0, versions_kept=10_000)
    began = time.monotonic()
    async with town_in(own, utc_now) as town:
        await played(town, seed, deeds, every=50, loses=0.15)
    return time.monotonic() - began


def main() -> None:
    """Play, and tell; the seed of what went wrong plays it again."""
    given = [each for each in sys.argv[1:] if each != "--apart"]
    deeds = int(given[0]) if given else 10_000
    first = int(given[1]) if len(given) > 1 else random.randrange(1_000_000)
    if len(given) < len(sys.argv) - 1:
        apart.main(deeds, first)
        return
    done = 0
    with tempfile.TemporaryDirectory() as folder:
        while done < deeds:
            seed, part = first + done // _EACH, min(_EACH, deeds - done)
            try:
                took_s = anyio.run(_town, Path(folder), seed, part)
            except BaseException:
                sys.stderr.write(f"seed {seed} went wrong: script/converge {part} {seed}\n")
                raise
            done += part
            sys.stdout.write(
                f"{done:>6} deeds, seed {seed}: the same everywhere, nothing lost ({took_s:.0f} s)\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
