"""vdirsyncer keeps two computers and a home alike; `script/vdirsyncer` does the same on SQLite, at the size of a family."""

import pytest

from tests.dav.program import running

from .vdirsyncer import AREAS, play


@pytest.mark.slow
@pytest.mark.postgres
def test_two_computers_and_an_app_change_things_at_once_and_nothing_is_lost(tmp_path, postgres_url):
    said: list[str] = []
    with running(tmp_path, postgres_url, AREAS) as home:
        play(home, tmp_path, {"people": 40, "days": 40}, said.append)
    assert said[-2:] == [
        f"{kind}: 42 on both computers and in the home, each with all its lines"
        for kind in ("people", "days")
    ]
