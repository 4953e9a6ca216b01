"""A sample of what `python -m tests.security.fuzz` sends at large."""

from collections import Counter

from tests.security.fuzz import Known, run, somebodies


async def test_whoever_asks_whatever_nothing_breaks(house, home):
    known = Known()
    await somebodies(house, home, known)
    seen: Counter[int] = Counter()
    assert await run(house, home, range(600), known, seen) == {}
    assert seen[200] > 20
