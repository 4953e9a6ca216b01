"""Which ways a notification takes, and when."""

from datetime import UTC, datetime

import pytest

from cozy.kernel.caller import Caller
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from cozy.rooms.notifications import service
from cozy.rooms.notifications.errors import BadTime
from cozy.rooms.notifications.events import MailDue, Noticed, PushDue
from cozy.rooms.notifications.model import Notice, Preferences, Rule
from cozy.rooms.notifications.service import delivering, digest, preferences, pushing, telling
from tests.conftest import ALICE

from .conftest import Chrome, failed, published, tell

NEW = Notice(
    kind="new_device", about="s1", values={"domain": "alice.localhost", "device": "", "address": "::1"}
)


def choose(work, **chosen):
    preferences.choose(work, Preferences(**chosen))


def deliver(work, notice=None, channels=None):
    """Tell something and deliver it: when, and by which ways."""
    told = tell(work, notice or failed())
    work.published.clear()
    later = delivering.deliver(work, Noticed(told.id, channels))
    return later, ["mail" if isinstance(each, MailDue) else "push" for each in work.published]


@pytest.fixture
def phone(work):
    """A browser of the owner's that takes messages."""
    session = auth.sessions.open_(work, Visitor(address="192.0.2.1")).session.partition(".")[0]
    work.caller = Caller("owner", work.caller.grants, session=session)
    chrome = Chrome()
    chrome.origin = "https://push.example.org"
    keys = chrome.keys
    pushing.subscribe(work, keys["endpoint"], keys["p256dh"], keys["auth"])
    return chrome


def test_a_notice_is_mailed_and_pushed_unless_the_owner_chose_otherwise(work, phone):
    assert deliver(work) == (None, ["push", "mail"])
    choose(work, kinds={"connector_failed": Rule("never", push=False)})
    assert deliver(work) == (None, [])


def test_what_was_read_meanwhile_is_not_sent(work, phone):
    told = tell(work, failed())
    service.read(work, told.id)
    work.published.clear()
    assert delivering.deliver(work, Noticed(told.id)) is None
    service.forget(work, told.id)
    assert delivering.deliver(work, Noticed(told.id)) is None
    assert work.published == []


def test_what_is_about_safety_is_mailed_whatever_was_chosen_and_at_any_hour(work):
    choose(work, kinds={"new_device": Rule("never", push=False)}, quiet_from="00:00", quiet_until="23:59")
    assert deliver(work, NEW) == (None, ["mail"])


@pytest.mark.parametrize(
    ("hours", "until"),
    [
        (("15:00", "17:30"), "2026-07-18T15:30"),  # 14:02 in UTC is 16:02 in Paris
        (("22:00", "16:30"), "2026-07-18T14:30"),
        (("16:00", "07:00"), "2026-07-19T05:00"),
        (("22:00", "07:00"), None),
        (("16:03", "17:00"), None),
        (("16:02", "16:02"), None),
    ],
)
def test_the_rest_waits_for_the_end_of_the_quiet_hours(work, hours, until):
    homes.change_profile(
        work, ALICE.__class__(public_name="Alice", email="alice@example.org", tz="Europe/Paris")
    )
    choose(work, quiet_from=hours[0], quiet_until=hours[1])
    later, ways = deliver(work)
    assert later == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)
    assert ways == ([] if until else ["mail"])


def test_the_hour_that_a_clock_shows_twice_or_never_does_not_lose_anything(work):
    choose(work, quiet_from="01:00", quiet_until="02:30")
    homes.change_profile(
        work, ALICE.__class__(public_name="Alice", email="alice@example.org", tz="Europe/Paris")
    )
    work.now = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30; at 02:00 it is 03:00
    later, _ = deliver(work)
    assert later is not None
    assert work.now < later <= datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "parameter"),
    [({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"), ({"quiet_from": "22:00"}, "quiet_until"),
     ({"quiet_until": "07:00"}, "quiet_from"), ({"digest_at": ""}, "digest_at"), ({"digest_at": "8"}, "digest_at")],
)  # fmt: skip
def test_hours_that_are_none_are_refused(work, chosen, parameter):
    with pytest.raises(BadTime) as refused:
        choose(work, **chosen)
    assert refused.value.facts["parameter"] == parameter


def app_says(work, channels, **more):
    from cozy.rooms.notifications.model import Notification, source_of

    now = "2026-07-18T14:02:00.000000Z"
    draft = Notification(
        source_id=source_of("app", "bank", "news", ""), originator="app", slug="bank", category="news", created_at=now,
        last_sent=now, title="Hello", **more,
    )  # fmt: skip
    told = telling.keep(work, draft, None, channels=channels)
    work.published.clear()
    delivering.deliver(work, Noticed(told.id, channels))
    return ["mail" if isinstance(each, MailDue) else "push" for each in work.published]


def test_an_app_gets_the_first_way_that_there_is(work):
    assert app_says(work, ("mobile", "mail")) == ["mail"]
    assert app_says(work, ("mobile",)) == ["mail"]
    assert app_says(work, ("sms",)) == ["mail"]
    assert app_says(work, ()) == []
    assert app_says(work, (), content_html="<p>Hello</p>") == ["mail"]


def test_an_app_reaches_the_phone_where_there_is_one_and_the_owner_lets_it(work, phone):
    assert app_says(work, ("mobile", "mail")) == ["push"]
    assert app_says(work, ("mail", "mobile")) == ["mail"]
    choose(work, kinds={"app:bank": Rule("at_once", push=False)})
    assert app_says(work, ("mobile", "mail")) == ["mail"]
    choose(work, kinds={"app:bank": Rule("never", push=False)})
    assert app_says(work, ("mobile", "mail")) == []


def test_where_nobody_is_in_nothing_is_shown(work, phone):
    auth.sessions.end_all_but(work, "")
    assert deliver(work) == (None, ["mail"])
    assert pushing.receivers(work) == []


def test_a_browser_where_somebody_comes_in_anew_goes_on(work, phone):
    auth.sessions.end_all_but(work, "")
    session = auth.sessions.open_(work, Visitor(address="192.0.2.1")).session.partition(".")[0]
    work.caller = Caller("owner", work.caller.grants, session=session)
    keys = phone.keys
    pushing.subscribe(work, keys["endpoint"], keys["p256dh"], keys["auth"], again=True)
    [receiver] = pushing.receivers(work)
    assert receiver.is_here
    pushing.unsubscribe(work, receiver.id)
    pushing.subscribe(work, keys["endpoint"], keys["p256dh"], keys["auth"], again=True)
    assert pushing.receivers(work) == []


def test_the_daily_mail_gathers_what_is_not_read(work):
    choose(work, kinds={"connector_failed": Rule("daily", push=False)}, digest_at="18:00")
    one, two = tell(work, failed("1")), tell(work, failed("2"))
    for told in (one, two):
        delivering.deliver(work, Noticed(told.id))
    assert published(work, MailDue) == []
    service.read(work, one.id)
    ids, unread = digest.waiting(work)
    assert (sorted(ids), [each.id for each in unread]) == (sorted([one.id, two.id]), [two.id])
    digest.sent(work, ids)
    assert (digest.waiting(work), work.planned) == (([], []), [])


def test_the_daily_mail_is_planned_once_for_the_hour_that_was_chosen(work):
    choose(work, kinds={"connector_failed": Rule("daily", push=False)}, digest_at="18:00")
    deliver(work)
    deliver(work, failed("2"))
    rows = work.db.all(
        "SELECT due_at FROM jobs WHERE home_id = :home AND name = :name", home=work.home, name=digest.JOB
    )
    assert [row[0] for row in rows] == ["2026-07-18T18:00:00.000000Z"]


def test_settings_that_an_app_spoiled_are_those_of_the_beginning(work):
    from cozy.rooms.documents import service as documents

    documents.create(work, "io.cozy.settings", {"kinds": "all", "digest_at": 8}, id_=preferences.ID)
    assert preferences.chosen(work) == Preferences()


def test_a_push_that_is_over_is_mailed_where_that_was_asked_for(work, phone):
    told = tell(work, failed())
    event = PushDue(told.id, pushing.receivers(work)[0].id, mail_instead=True)
    work.published.clear()
    delivering.undelivered(work, event)
    assert published(work, MailDue) == []  # there is another browser
    pushing.unsubscribe(work, event.subscription)
    delivering.undelivered(work, event)
    assert published(work, MailDue) == [MailDue(told.id)]
