"""Tasks and lists of them."""

import pytest

from cozy.rooms.calendars.errors import BadEvent
from cozy.rooms.calendars.service import events, tasks
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import WrongComponent
from cozy.rooms.documents import service as documents
from tests.calendars.conftest import ics


def labels(found):
    return [task.label for task in found]


def text_of(work, id_):
    return collections.items.of_ids(work, "io.cozy.todos", [id_])[0].text


def test_tasks_are_listed_by_the_time_that_there_is_for_them(work):
    tasks.make(work, {"label": "Some day"})
    tasks.make(work, {"label": "Later", "limitDate": "2026-08-01"})
    tasks.make(work, {"label": "Soon", "limitDate": "2026-07-18T16:00:00Z", "timezone": "Europe/Paris"})
    assert labels(tasks.open_(work)) == ["Soon", "Later", "Some day"]


def test_a_task_that_is_done_is_listed_so_and_can_be_to_do_again(work):
    id_ = tasks.make(work, {"label": "Bread", "limitDate": "2026-08-01"}).id
    tasks.finish(work, id_)
    assert (labels(tasks.open_(work)), labels(tasks.done(work))) == ([], ["Bread"])
    assert "STATUS:COMPLETED\r\n" in text_of(work, id_)
    assert "COMPLETED:20260718T140200Z\r\n" in text_of(work, id_)
    tasks.finish(work, id_, is_done=False)
    assert labels(tasks.open_(work)) == ["Bread"]
    assert "COMPLETED" not in text_of(work, id_)


def test_a_task_that_comes_back_is_to_do_again_when_it_is_done(work):
    id_ = tasks.make(
        work,
        {
            "label": "Bins",
            "start": "2026-07-06",
            "limitDate": "2026-07-07",
            "allDay": True,
            "rrule": "FREQ=WEEKLY;COUNT=2",
        },
    ).id
    assert [task.limit for task in tasks.open_(work)] == ["2026-07-07"]
    tasks.finish(work, id_)
    assert [task.limit for task in tasks.open_(work)] == ["2026-07-14"]
    tasks.finish(work, id_)
    assert tasks.open_(work) == []
    assert labels(tasks.done(work)) == ["Bins"]


def test_an_app_that_says_done_is_heard_by_phones(work):
    id_ = tasks.make(work, {"label": "Bread"}).id
    document = documents.fetch(work, "io.cozy.todos", id_)
    documents.update(
        work, document, {**document.body, "done": True, "completionDate": "2026-07-18T10:00:00Z"}
    )
    collections.follow(work, "io.cozy.todos", [id_])
    assert "COMPLETED:20260718T100000Z\r\n" in text_of(work, id_)
    assert labels(tasks.done(work)) == ["Bread"]


def test_a_document_of_an_app_becomes_a_task_that_phones_see(work):
    made = documents.create(
        work, "io.cozy.todos", {"label": "Call", "done": False, "limitDate": "2026-07-20"}
    )
    collections.follow(work, "io.cozy.todos", [made.id])
    assert "DUE;VALUE=DATE:20260720\r\n" in text_of(work, made.id)
    assert labels(tasks.open_(work)) == ["Call"]


def test_a_list_takes_tasks_only(work):
    shelf = collections.shelves.create(work, "calendars", {"name": "Shopping", "components": ["VTODO"]})
    tasks.make(work, {"label": "Milk"}, shelf.id)
    assert labels(tasks.open_(work, [shelf.id])) == ["Milk"]
    assert labels(tasks.open_(work, ["personal"])) == []
    with pytest.raises(WrongComponent):
        events.make(work, {"label": "x", "start": "2026-07-20"}, shelf.id)


def test_a_task_changes_and_goes(work, put):
    id_ = put(ics("SUMMARY:Milk", "DUE:20260720T100000Z", "X-KEEP:1", component="VTODO"))
    tasks.change(work, id_, {"label": "Milk and bread", "priority": 1})
    assert "SUMMARY:Milk and bread\r\nDUE:20260720T100000Z\r\nX-KEEP:1\r\n" in text_of(work, id_)
    with pytest.raises(BadEvent):
        tasks.change(work, id_, {"priority": "high"})
    tasks.remove(work, id_)
    assert tasks.open_(work) == []
