"""A home goes to and fro between two servers while people write in it, and one of the servers is killed at some moment of each move.

COZY_MOVE_KILLS says how often.
"""

import random
import sys
import threading

import pytest

from tests.moves.kills import KILLS, SEED, Writer, at, damages, erase, turn, until


@pytest.mark.slow
def test_killed_at_any_moment_there_is_one_home_with_all_that_was_answered(hosts):
    chance = random.Random(SEED)
    old, new = hosts
    token = old.home()
    by_name = {each.domain: each for each in hosts}
    writers = [Writer(by_name, token, old.domain, name) for name in "ab"]
    threads = [threading.Thread(target=each.run, daemon=True) for each in writers]
    for thread in threads:
        thread.start()
    pauses, killed = [], []
    try:
        for number in range(KILLS):
            until(lambda number=number: all(len(each.answered) > number for each in writers))
            departure = turn(chance, old, new, hosts, killed)
            pauses.append(departure.pause_ms)
            erase(old, departure.home_id)
            old, new = new, old
    finally:
        for each in writers:
            each.over.set()
        for thread in threads:
            thread.join(60)
    counts, waits = [len(each.answered) for each in writers], [round(each.waited, 2) for each in writers]
    sys.stdout.write(
        f"seed {SEED}; killed {killed}; writers waited {pauses} ms at the switches; "
        f"{counts} writes answered, the longest after {waits} s\n"
    )
    assert [each.trouble for each in writers] == [[], []]
    client = old.client(token)
    for each in writers:
        assert each.answered
        for name, data in each.answered.items():
            found = client("GET", "/files/download", Path=f"/{name}")
            assert (found.status, found.body == data) == (200, True), name
    assert at(old, damages) == []
