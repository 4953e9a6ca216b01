"""What triggers wait for, and the jobs that they ask for: at their time, after a change, at a knock."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cozy.kernel.caller import SYSTEM, Caller, Grant
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import BadTrigger, NoTrigger, TooManyJobs
from cozy.rooms.jobs.model import JOBS, TRIGGERS
from cozy.rooms.jobs.service import firing, triggers

from .conftest import NOTES, PRINT, at_work, every, plugged, says, states, until

TODOS = "io.cozy.todos"


def made(work: Work, type_: str, arguments: str = "", **more):
    return triggers.create(
        work, triggers.Wanted(type=type_, worker=more.pop("worker", "print"), arguments=arguments, **more)
    )


def asked(work: Work):
    return [(job.get("trigger_id", ""), job["message"]) for job in every(work, JOBS)]


def change(work: Work, doctype: str = TODOS, **body) -> str:
    return documents.create(work, doctype, body).id


async def test_a_trigger_runs_at_its_time_and_once_it_was_due_it_is_gone(house: House, home: Home, clock):
    async with at_work(house, PRINT) as house:
        await house.write(home, SYSTEM, made, "@in", "10m", message="in")
        await house.write(home, SYSTEM, made, "@at", iso(clock.now + timedelta(hours=1)), message="at")
        await house.write(home, SYSTEM, made, "@at", "2020-01-01T00:00:00Z", message="late")
        await until(house, home, says, ["late"])
        clock.advance(minutes=10)
        await until(house, home, says, ["late", "in"])
        clock.advance(minutes=50)
        await until(house, home, says, ["late", "in", "at"])
        await until(house, home, states, ["done"] * 3)
        assert await house.read(home, SYSTEM, every, TRIGGERS) == []


async def test_a_trigger_that_comes_again_comes_again(house: House, home: Home, clock):
    async with at_work(house, PRINT) as house:
        await house.write(home, SYSTEM, made, "@every", "30m", message="tick")
        await house.write(home, SYSTEM, made, "@cron", "0 30 * * * *", message="tock")
        for times in (1, 2):
            clock.advance(minutes=30)
            await until(house, home, lambda work, times=times: says(work).count("tick"), times)
        await until(house, home, says, ["tock", "tick", "tick"])
        clock.advance(days=3)
        await until(house, home, lambda work: sorted(says(work)), ["tick"] * 3 + ["tock"] * 2)
        assert len(await house.read(home, SYSTEM, every, TRIGGERS)) == 2


async def test_a_change_asks_for_its_job_in_its_own_transaction(printing: House, home: Home):
    trigger = await printing.write(home, SYSTEM, made, "@event", f"{TODOS}:CREATED", message="new")

    def change_and_fail(work: Work) -> None:
        change(work)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await printing.write(home, SYSTEM, change_and_fail)
    assert await printing.read(home, SYSTEM, asked) == []
    await printing.write(home, SYSTEM, change)
    assert await printing.read(home, SYSTEM, asked) == [(trigger.id, "new")]


async def test_a_worker_is_told_what_changed(house: House, home: Home):
    async with at_work(house, PRINT) as house:
        await house.write(home, SYSTEM, made, "@event", f"{TODOS}:CREATED")
        todo = await house.write(home, SYSTEM, change, label="milk")
        await until(house, home, lambda work: [each["about"] for each in every(work, NOTES)], [todo])
        [job] = await house.read(home, SYSTEM, every, JOBS)
        assert "event" not in job


def test_only_what_is_waited_for_asks_for_a_job(work: Work):
    work = plugged(work, PRINT)
    made(work, "@event", f"{TODOS}:UPDATED:!=:label io.cozy.contacts:DELETED", message="x")
    work.changes.clear()
    todo = documents.create(work, TODOS, {"label": "milk"})
    todo = documents.update(work, todo, {"label": "milk", "done": True})
    friend = documents.create(work, "io.cozy.contacts", {"fullname": "Bob"})
    firing.follow(work)
    assert asked(work) == []
    work.changes.clear()
    documents.update(work, todo, {"label": "bread"})
    documents.delete(work, friend)
    firing.follow(work)
    assert len(asked(work)) == 2


def test_an_event_may_be_about_what_is_in_a_folder(work: Work, given):
    work = plugged(work, PRINT)
    given.work = work
    folder = given.folder("Bills")
    deep = given.folder("2026", folder.id)
    made(work, "@event", f"io.cozy.files:CREATED,UPDATED,DELETED:{folder.id}", message="bill")
    made(work, "@event", "io.cozy.files:CREATED:nothing-there", message="never")
    work.changes.clear()
    file = given.file("electricity.pdf", inside=deep.id)
    given.file("cat.jpg")
    firing.follow(work)
    assert len(asked(work)) == 1
    work.changes.clear()
    files.trash(work, file.id)
    firing.follow(work)
    assert [message for _, message in asked(work)] == ["bill", "bill"]


def test_a_trigger_about_jobs_is_not_its_own_cause(work: Work):
    work = plugged(work, PRINT)
    made(work, "@event", JOBS, message="one")
    made(work, "@event", f"{JOBS}:CREATED", message="two")
    work.changes.clear()
    jobs.running.push(work, jobs.running.Asked(worker="print", message="seed"))
    firing.follow(work)
    assert sorted(message for _, message in asked(work)) == ["one", "seed", "two"]


async def test_a_burst_is_one_job(house: House, home: Home, clock):
    async with at_work(house, PRINT) as house:
        await house.write(home, SYSTEM, made, "@event", TODOS, debounce="10m", message="burst")
        for _ in range(5):
            await house.write(home, SYSTEM, change)
        assert await house.read(home, SYSTEM, states) == []
        clock.advance(minutes=10)
        await until(house, home, says, ["burst"])
        [job] = await house.read(home, SYSTEM, every, JOBS)
        assert job["debounced"] is True
        await house.write(home, SYSTEM, change)
        clock.advance(minutes=10)
        await until(house, home, says, ["burst", "burst"])


def test_a_knock_brings_what_it_brings(work: Work):
    work = plugged(work, PRINT)
    hook = made(work, "@webhook", message="hook")
    firing.knock(work, hook.id, {"account_id": "a"}, is_manual=True)
    leased = jobs.lease(work)
    assert leased is not None
    task = jobs.running.begin(work, leased)
    assert task is not None
    assert (task.payload, task.message, task.is_manual) == ({"account_id": "a"}, "hook", True)
    [job] = every(work, JOBS)
    assert "payload" not in job


def test_knocks_of_a_burst_come_together(work: Work):
    work = plugged(work, PRINT)
    hook = made(work, "@webhook", debounce="1m")
    for number in range(3):
        firing.knock(work, hook.id, {"n": number})
    later = replace(work, now=work.now + timedelta(minutes=1))
    leased = jobs.lease(later)
    assert leased is not None
    firing.knock(later, hook.id, {"n": 3})  # while the line is out of the queue already
    firing.fire_gathered(later, firing.BurstOver(hook.id))
    jobs.finish(later, leased, _a_reaction())
    leased = jobs.lease(later)
    assert leased is not None
    task = jobs.running.begin(later, leased)
    assert task is not None
    assert task.payload == {"payloads": [{"n": 0}, {"n": 1}, {"n": 2}, {"n": 3}]}


def _a_reaction():
    from cozy.rooms.jobs.jobs import fire_gathered

    return fire_gathered


def test_who_knocks_too_often_has_to_wait(work: Work):
    work = plugged(work, PRINT)
    hook, other = made(work, "@webhook"), made(work, "@webhook")
    for _ in range(30):
        firing.knock(work, hook.id, None)
    with pytest.raises(TooManyJobs):
        firing.knock(work, hook.id, None)
    firing.knock(work, other.id, None)
    firing.knock(replace(work, now=work.now + timedelta(hours=2)), hook.id, None)


@pytest.mark.parametrize("type_", ["@event", "@client", ""])
def test_only_a_webhook_hears_a_knock(work: Work, type_):
    work = plugged(work, PRINT)
    id_ = made(work, type_, TODOS).id if type_ else "nothing"
    with pytest.raises(NoTrigger):
        firing.knock(work, id_, None)


def test_a_trigger_that_is_gone_is_heard_of_no_more(work: Work):
    work = plugged(work, PRINT)
    event = made(work, "@event", TODOS, debounce="1m")
    work.changes.clear()
    change(work)
    firing.follow(work)
    timed = made(work, "@every", "1m")
    for trigger in (event, timed):
        triggers.delete(work, trigger.id)
    work.changes.clear()
    change(work)
    firing.follow(work)
    assert jobs.lease(replace(work, now=work.now + timedelta(hours=1))) is None
    assert asked(work) == []


def test_other_times_take_the_place_of_the_old_ones(work: Work):
    work = plugged(work, PRINT)
    trigger = made(work, "@cron", "0 0 * * * *")
    assert jobs.next_due(work) == "2026-07-18T15:00:00.000000Z"
    triggers.change(work, trigger.id, "0 30 * * * *")
    assert jobs.next_due(work) == "2026-07-18T14:30:00.000000Z"
    with pytest.raises(BadTrigger):
        triggers.change(work, trigger.id, "0 0 0 30 2 *")


def test_what_cannot_be_asked_any_more_is_told_by_a_job_that_failed(work: Work):
    made(plugged(work, PRINT), "@in", "1m")  # a worker of a room that is not there later
    leased = jobs.lease(replace(work, now=work.now + timedelta(minutes=1)))
    assert leased is not None
    firing.fire(work, firing.TriggerDue(leased.id.partition(":")[2]))
    [job] = every(work, JOBS)
    assert (job["state"], job["error"]) == ("errored", "There is no worker of this name.")


def test_triggers_that_came_from_elsewhere_are_planned(work: Work):
    work = plugged(work, PRINT)
    made(work, "@every", "1h")
    documents.create(
        work, TRIGGERS, {"type": "@every", "arguments": "30m", "worker": "print", "message": "ours"}
    )
    documents.create(
        work, TRIGGERS, {"type": "@event", "arguments": TODOS, "worker": "print", "message": "event"}
    )
    documents.create(work, TRIGGERS, {"type": "@cron", "arguments": "garbage", "worker": "print"})
    documents.create(work, TRIGGERS, {"type": "@webhook", "worker": "print"})
    assert triggers.keep_planned(work) == 2
    assert triggers.keep_planned(work) == 0
    assert jobs.next_due(work) == iso(work.now + timedelta(minutes=30))
    work.changes.clear()
    change(work)
    firing.follow(work)
    assert [message for _, message in asked(work)] == ["event"]


class TestWhatGoesWithAnApp:
    """An app or a connector that is uninstalled takes its triggers with it."""

    def test_its_triggers_go_and_what_they_asked_for(self, work: Work):
        work = plugged(work, PRINT)
        service = made(work, "@event", TODOS, worker="service", message={"slug": "notes", "name": "tidy"})
        made(work, "@every", "1h", worker="service", message={"slug": "drive"})
        made(work, "@every", "1h", worker="konnector", message={"konnector": "notes"})
        as_app = replace(work, caller=Caller("app", (Grant(TRIGGERS),), name="notes"))
        made(as_app, "@every", "1h")
        made(as_app, "@every", "1h", worker="konnector", message={"konnector": "bank"})
        work.changes.clear()
        change(work)
        firing.follow(work)
        triggers.leave_with(work, "notes", "app")
        left = [each["message"] for each in every(work, TRIGGERS)]
        assert left == [{"slug": "drive"}, {"konnector": "notes"}, {"konnector": "bank"}]
        [job] = every(work, JOBS)
        assert (job["trigger_id"], job["state"], job["error"]) == (service.id, "errored", "cancelled")
        triggers.leave_with(work, "bank", "konnector")
        assert [each["message"] for each in every(work, TRIGGERS)] == left[:2]
