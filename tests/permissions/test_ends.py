"""A grant ends when it was said to, and whoever keeps something open for it hears of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso, utc_now
from cozy.kernel.jobs import Job, job
from cozy.kernel.work import Event
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs import service as jobs
from cozy.rooms.permissions import jobs as permissions_jobs
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.events import GrantDue, GrantEnded
from cozy.rooms.permissions.model import PERMISSIONS
from tests.permissions.conftest import rules_of

FILES = rules_of("io.cozy.files")


@job("test.hear")
def hear(work, event: GrantEnded) -> None:
    """Note that a grant has ended."""
    documents.create(work, "test.ended", {"who": event.source_id})


def heard(work):
    return [change.body["who"] for change in documents.changes(work, "test.ended")]


def test_an_end_is_planned_once(work):
    end = iso(work.now + timedelta(hours=1))
    given = permissions.grant(work, "app", "drive", FILES, expires_at=end)
    assert work.planned == [(work.now + timedelta(hours=1), GrantDue(given.id, end))]
    permissions.narrow(work, given, rules_of("io.cozy.files:GET"))
    assert len(work.planned) == 1


def test_a_grant_withdrawn_tells_at_once(work):
    permissions.withdraw(work, permissions.grant(work, "app", "drive", FILES))
    assert [event.source_id for event in work.published if isinstance(event, GrantEnded)] == ["drive"]
    assert permissions.of_source(work, "app", "drive") is None


def test_so_does_one_whose_end_is_set_to_now(work):
    given = permissions.grant(work, "app", "drive", FILES)
    ended = permissions.set_end(work, given, iso(work.now))
    assert len([event for event in work.published if isinstance(event, GrantEnded)]) == 1
    permissions.end_due(work, GrantDue(ended.id, ended.expires_at))
    assert permissions.has_ended(work, ended)
    back = permissions.set_end(work, ended, "")
    assert not permissions.has_ended(work, back)


@pytest.mark.parametrize("change", ["later", "none", "gone", "as it was"])
def test_when_its_time_comes_it_is_looked_at_again(work, change):
    given = permissions.grant(work, "app", "drive", FILES, expires_at=iso(work.now + timedelta(hours=1)))
    _, due = work.planned[0]
    if change == "later":
        permissions.set_end(work, given, iso(work.now + timedelta(hours=2)))
    elif change == "none":
        permissions.set_end(work, given, "")
    elif change == "gone":
        permissions.withdraw(work, given)
    work.published.clear()
    work.now += timedelta(hours=1)
    permissions.end_due(work, due)
    assert len(work.published) == (change == "as it was")
    told = [(told.verb, told.id) for told in work.changes if told.doctype == PERMISSIONS]
    assert (("NOTIFIED", given.id) in told) == (change == "as it was")


async def test_it_is_told_the_moment_that_it_ends(house, home):
    """With a clock that runs: the worker looks at the list every hour, and waits for what is due before."""
    table: dict[type[Event], list[Job]] = {GrantDue: [permissions_jobs.end_grant], GrantEnded: [hear]}
    worker = Worker(table, poll_s=3_600)
    running = replace(
        house,
        clock=utc_now,
        wake=worker.wake,
        enqueue=lambda work, event, at=None: jobs.enqueue(work, table.get(type(event), []), event, at),
    )
    async with worker.running(running):
        ends = utc_now() + timedelta(seconds=0.5)
        await running.write(
            home, SYSTEM, lambda work: permissions.grant(work, "app", "drive", FILES, expires_at=iso(ends))
        )
        for _ in range(3_000):
            if await running.read(home, SYSTEM, heard):
                break
            await asyncio.sleep(0.02)
        assert utc_now() >= ends
        assert await running.read(home, SYSTEM, heard) == ["drive"]
