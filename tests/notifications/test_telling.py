"""Rooms tell the owner something: what becomes a notification, in which words, and what is no news."""

from datetime import timedelta

import pytest

from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.notifications import service
from cozy.rooms.notifications.errors import NoNotification
from cozy.rooms.notifications.events import Noticed
from cozy.rooms.notifications.model import NOTIFICATIONS, Notice
from tests.conftest import ALICE

from .conftest import failed, published, tell


def titles(work):
    return [each.title for each in service.listed(work)]


def test_a_notice_becomes_a_document_that_apps_can_read(work):
    told = tell(work, failed())
    body = documents.fetch(work, NOTIFICATIONS, told.id).body
    assert body["source_id"] == "cozy/stack//connector_failed/a1"
    assert (body["originator"], body["category"], body["category_id"]) == ("stack", "connector_failed", "a1")
    assert body["title"] == "Free could not fetch what is new"
    assert "password" in body["message"]
    assert body["created_at"] == body["last_sent"] == "2026-07-18T14:02:00.000000Z"
    assert published(work, Noticed) == [Noticed(told.id)]


def test_it_speaks_the_owners_language_of_today(work):
    told = tell(work, failed())
    homes.change_profile(work, ALICE.__class__(public_name="Alice", email="alice@example.org", locale="fr"))
    assert service.said(work, told).title == "Free n’a pas pu récupérer les nouveautés"
    other = tell(work, failed("a2"))
    assert other.title == "Free n’a pas pu récupérer les nouveautés"


def test_a_state_is_told_once_until_it_changes(work):
    assert service.notify(work, failed(state="LOGIN_FAILED"))
    assert service.notify(work, failed(state="LOGIN_FAILED")) is None
    assert service.notify(work, failed("a2", state="LOGIN_FAILED"))
    assert service.notify(work, failed(state="VENDOR_DOWN"))
    assert service.unread(work) == 2  # the last of each account


def test_that_all_is_well_again_is_noted_and_not_told(work):
    assert service.notify(work, failed(state=False)) is None
    service.notify(work, failed(state=True))
    work.published.clear()
    assert tell(work, failed(state=False)).read_at
    assert (published(work, Noticed), service.unread(work)) == ([], 0)
    assert service.notify(work, failed(state=True))
    assert service.unread(work) == 1


def test_what_comes_too_soon_is_no_news(work):
    seldom = timedelta(days=7)
    assert service.notify(work, failed(at_most_every=seldom))
    work.now += timedelta(days=6)
    assert service.notify(work, failed(at_most_every=seldom)) is None
    work.now += timedelta(days=1, seconds=1)
    assert service.notify(work, failed(at_most_every=seldom))


def test_a_state_that_comes_and_goes_is_told_seldom(work):
    full = {"kind": "disk-quota", "values": {"used": 95, "quota": 100}}
    service.notify(work, Notice(**full, state=True))
    service.notify(work, Notice(**full, state=False))
    work.published.clear()
    work.now += timedelta(days=1)
    service.notify(work, Notice(**full, state=True))
    assert service.unread(work) == 1
    service.notify(work, Notice(**full, state=False))
    assert published(work, Noticed) == []
    work.now += timedelta(days=7)
    service.notify(work, Notice(**full, state=True))
    assert len(published(work, Noticed)) == 1


def test_a_kind_that_nobody_has_words_for_is_a_mistake(work):
    with pytest.raises(LookupError):
        service.notify(work, Notice(kind="weather"))


def test_the_newest_comes_first_and_a_page_at_a_time(work):
    for number in range(5):
        service.notify(work, failed(str(number)))
        work.now += timedelta(minutes=1)
    first = service.listed(work, limit=3)
    assert [each.category_id for each in first] == ["4", "3", "2"]
    rest = service.listed(work, (first[-1].created_at, first[-1].id))
    assert [each.category_id for each in rest] == ["1", "0"]


def test_what_is_read_counts_no_more(work):
    one, two = tell(work, failed("1")), tell(work, failed("2"))
    service.read(work, one.id)
    assert service.unread(work) == 1
    assert service.read(work, one.id).rev == service.fetch(work, one.id).rev
    service.read_all(work)
    assert service.unread(work) == 0
    service.forget(work, two.id)
    with pytest.raises(NoNotification):
        service.fetch(work, two.id)


def test_old_ones_go_but_the_last_of_each_source(work):
    for _ in range(3):
        service.notify(work, failed("1"))
        work.now += timedelta(minutes=1)
    last = tell(work, failed("1"))
    work.now += timedelta(days=91)
    service.forget_old(work)
    assert [each.id for each in service.listed(work)] == [last.id]
    service.forget_old(work)
    assert len(service.listed(work)) == 1
