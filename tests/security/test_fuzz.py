"""A sample of what `python -m tests.security.fuzz` sends at large."""

from collections import Counter
from dataclasses import replace

import msgspec
import pytest

from tests.security.fuzz import APP, Known, furnish, run, somebodies, write_app


@pytest.mark.slow
async def test_whoever_asks_whatever_nothing_breaks(house, home, tmp_path):
    write_app(tmp_path / APP)
    house = replace(
        house, settings=msgspec.structs.replace(house.settings, app_folders=f"{APP}:{tmp_path / APP}")
    )
    known = Known()
    await furnish(house, home, known)
    await somebodies(house, home, known)
    seen: Counter[int] = Counter()
    assert await run(house, home, range(600), known, seen) == {}
    assert seen[200] > 20
