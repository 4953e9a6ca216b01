"""Reports: what is fetched by address, and what changed (RFC 6578)."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.collections import service as collections

from .conftest import D, Pim, condition, spaced, statuses
from .texts import card, event

C, A, CS = (
    "{urn:ietf:params:xml:ns:caldav}",
    "{urn:ietf:params:xml:ns:carddav}",
    "{http://calendarserver.org/ns/}",
)
HERE, BOOK = "/dav/calendars/personal/", "/dav/contacts/contacts/"


@pytest.fixture
async def filled(pim):
    for number in range(5):
        await pim.ok(
            "PUT", f"{HERE}{number}.ics", event(f"u{number}", f"Lunch {number}"), content_type="text/calendar"
        )
    return pim


async def test_a_first_sync_tells_everything_and_the_next_one_nothing(filled):
    first = await filled.sync(HERE)
    assert list(first.changed) == [f"{HERE}{number}.ics" for number in range(5)]
    assert first.changed[f"{HERE}0.ics"] == await filled.etag(f"{HERE}0.ics")
    assert (first.gone, first.is_cut) == ([], False)
    second = await filled.sync(HERE, first.token)
    assert (second.changed, second.gone, second.token) == ({}, [], first.token)
    (found,) = (await filled.props(HERE, f"{D}sync-token")).values()
    assert found[f"{D}sync-token"].text == first.token


async def test_what_changed_came_and_went_is_told(filled):
    first = await filled.sync(HERE)
    await filled.ok("PUT", f"{HERE}1.ics", event("u1", "Dinner"), content_type="text/calendar")
    await filled.ok("PUT", f"{HERE}new.ics", event("new"), content_type="text/calendar")
    await filled.ok("DELETE", f"{HERE}2.ics")
    second = await filled.sync(HERE, first.token)
    assert second.changed.keys() == {f"{HERE}1.ics", f"{HERE}new.ics"}
    assert second.gone == [f"{HERE}2.ics"]
    assert (await filled.sync(HERE)).gone == []


async def test_what_came_and_went_meanwhile_is_gone(filled):
    first = await filled.sync(HERE)
    await filled.ok("PUT", f"{HERE}new.ics", event("new"), content_type="text/calendar")
    await filled.ok("DELETE", f"{HERE}new.ics")
    second = await filled.sync(HERE, first.token)
    assert (second.changed, second.gone) == ({}, [f"{HERE}new.ics"])


async def test_a_limit_cuts_and_the_rest_follows(filled):
    seen, token, cuts = set(), "", 0
    while True:
        some = await filled.sync(HERE, token, limit=2)
        assert len(some.changed) <= 2
        seen |= some.changed.keys()
        token = some.token
        cuts += some.is_cut
        if not some.is_cut:
            break
    assert seen == {f"{HERE}{number}.ics" for number in range(5)}
    assert cuts == 2


async def test_a_long_sync_is_told_in_pages(filled, monkeypatch):
    monkeypatch.setattr("cozy.rooms.dav.service.changes.PAGE", 2)
    first = await filled.sync(HERE)
    assert list(first.changed) == [f"{HERE}{number}.ics" for number in range(5)]
    for number in range(4):
        await filled.ok("DELETE", f"{HERE}{number}.ics")
    second = await filled.sync(HERE, first.token)
    assert second.gone == [f"{HERE}{number}.ics" for number in range(4)]
    assert (await filled.sync(HERE, second.token)).gone == []


async def test_texts_come_along_where_they_are_asked_for(filled):
    first = await filled.sync(HERE, prop="<d:getetag/><c:calendar-data/>")
    assert first.texts[f"{HERE}3.ics"].replace("\n", "\r\n") == event("u3", "Lunch 3")


@pytest.mark.parametrize("token", ["x", "urn:cozy:sync:other:0:1", "urn:cozy:sync:"])
async def test_an_unknown_token_is_refused(filled, token):
    answer = await filled.report(
        HERE,
        f"<d:sync-collection><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>",
    )
    assert (answer.status_code, condition(answer)) == (403, f"{D}valid-sync-token")


async def test_a_moved_event_is_gone_here_and_new_there(filled):
    await filled.ok("MKCALENDAR", "/dav/calendars/work/")
    first, there = await filled.sync(HERE), await filled.sync("/dav/calendars/work/")
    await filled.ok("MOVE", f"{HERE}1.ics", destination="/dav/calendars/work/1.ics")
    assert (await filled.sync(HERE, first.token)).gone == [f"{HERE}1.ics"]
    assert (await filled.sync("/dav/calendars/work/", there.token)).changed.keys() == {
        "/dav/calendars/work/1.ics"
    }


async def test_what_an_app_does_is_told(filled, client):
    first = await filled.sync(HERE)
    listed = (await client.get("/data/io.cozy.calendar.events/_normal_docs")).json()["rows"]
    (doc,) = [row for row in listed if "Lunch 4" in row.values()]
    await client.request("DELETE", f"/data/io.cozy.calendar.events/{doc['_id']}", params={"rev": doc["_rev"]})
    assert (await filled.sync(HERE, first.token)).gone == [f"{HERE}4.ics"]


async def test_some_are_fetched_by_their_addresses(filled):
    hrefs = [
        f"{HERE}0.ics",
        f"{filled.at(HERE)}1.ics",
        f"{HERE}none.ics",
        f"{HERE}%32.ics",
        "/elsewhere",
        "https://x.example.org/",
        "/dav/calendars/none/1.ics",
        f"{BOOK}1.vcf",
    ]
    body = "".join(f"<d:href>{href}</d:href>" for href in hrefs)
    answer = await filled.report(
        HERE,
        f"<c:calendar-multiget><d:prop><d:getetag/><c:calendar-data/></d:prop>{body}</c:calendar-multiget>",
    )
    found = statuses(answer)
    assert found.keys() == set(hrefs)
    assert {href for href, told in found.items() if 200 in told} == {hrefs[0], hrefs[1], hrefs[3]}
    assert "Lunch 2" in (found[hrefs[3]][200][f"{C}calendar-data"].text or "")


async def test_some_are_fetched_across_calendars(filled):
    await filled.ok("MKCALENDAR", "/dav/calendars/work/")
    await filled.ok("PUT", "/dav/calendars/work/a.ics", event("w"), content_type="text/calendar")
    body = f"<d:href>/dav/calendars/work/a.ics</d:href><d:href>{HERE}0.ics</d:href>"
    answer = await filled.report(
        "/dav/calendars/", f"<c:calendar-multiget><d:prop><d:getetag/></d:prop>{body}</c:calendar-multiget>"
    )
    assert all(200 in told for told in statuses(answer).values())


async def test_many_are_fetched_in_parts(filled, monkeypatch):
    monkeypatch.setattr("cozy.rooms.dav.service.fetching.AT_ONCE", 2)
    body = "".join(f"<d:href>{HERE}{number}.ics</d:href>" for number in range(5))
    answer = await filled.report(
        HERE, f"<c:calendar-multiget><d:prop><d:getetag/></d:prop>{body}</c:calendar-multiget>"
    )
    assert len(statuses(answer)) == 5


async def test_people_are_fetched(pim):
    await pim.ok("PUT", f"{BOOK}a.vcf", card(name="A & B"), content_type="text/vcard")
    answer = await pim.report(
        BOOK,
        f"<a:addressbook-multiget><d:prop><d:getetag/><a:address-data/></d:prop><d:href>{BOOK}a.vcf</d:href></a:addressbook-multiget>",
    )
    (found,) = statuses(answer).values()
    assert "FN:A & B" in (found[200][f"{A}address-data"].text or "")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (BOOK, "<c:calendar-multiget><d:prop/></c:calendar-multiget>"),
        (HERE, "<a:addressbook-multiget><d:prop/></a:addressbook-multiget>"),
        (HERE, "<d:version-tree/>"),
        ("/dav/calendars/", "<d:sync-collection><d:sync-token/><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>"),
    ],
)  # fmt: skip
async def test_a_question_for_elsewhere_is_not_answered(pim, path, body):
    answer = await pim.report(path, body)
    assert (answer.status_code, condition(answer)) == (403, f"{D}supported-report")


BODIES = [
    b"", b"<", b"\xff\xfe", b"<a/>", b"<?xml version='1.0'?>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
    spaced("<d:propfind/>").encode()[:-3], b"<d:propfind xmlns:d='DAV:'><d:prop>", b"<x:y xmlns:x='urn:x'/>" * 2,
    b"<d:sync-collection xmlns:d='DAV:'>" + b"<a>" * 100 + b"</a>" * 100 + b"</d:sync-collection>",
]  # fmt: skip


@pytest.mark.parametrize("method", ["REPORT", "PROPPATCH", "PROPFIND", "MKCOL", "MKCALENDAR"])
async def test_bodies_that_make_no_sense_are_refused(pim: Pim, method):
    for path in (
        HERE,
        BOOK,
        "/dav/calendars/",
        "/dav/calendars/inbox/",
        "/dav/principals/me/",
        f"{HERE}none.ics",
        "/dav/calendars/new/",
    ):
        for body in BODIES:
            answer = await pim(method, path, body, depth=0)
            assert answer.status_code in {201, 207, 400, 403, 404, 405, 415}, (path, body)
            assert answer.status_code not in {201, 207} or not body, (path, body)
            if answer.status_code == 201:
                await pim.ok("DELETE", path)


async def test_a_part_of_an_event_is_told(filled):
    wanted = (
        '<c:calendar-data><c:comp name="VCALENDAR"><c:prop name="VERSION"/><c:comp name="VEVENT"><c:prop name="SUMMARY"/>'
        '<c:prop name="UID" novalue="yes"/></c:comp></c:comp></c:calendar-data>'
    )
    answer = await filled.report(
        HERE,
        f"<c:calendar-multiget><d:prop>{wanted}</d:prop><d:href>{HERE}0.ics</d:href></c:calendar-multiget>",
    )
    (found,) = statuses(answer).values()
    assert (found[200][f"{C}calendar-data"].text or "").split() == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:", "SUMMARY:Lunch", "0", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip


async def test_a_part_of_a_card_is_told(pim):
    await pim.ok("PUT", f"{BOOK}a.vcf", card(more="item1.EMAIL:a@example.org\r\n"), content_type="text/vcard")
    wanted = '<a:address-data><a:prop name="UID"/><a:prop name="email"/></a:address-data>'
    answer = await pim.report(
        BOOK,
        f"<a:addressbook-multiget><d:prop>{wanted}</d:prop><d:href>{BOOK}a.vcf</d:href></a:addressbook-multiget>",
    )
    (found,) = statuses(answer).values()
    assert (found[200][f"{A}address-data"].text or "").split() == [
        "BEGIN:VCARD", "VERSION:3.0", "UID:c1", "item1.EMAIL:a@example.org", "END:VCARD",
    ]  # fmt: skip


async def test_after_a_backup_was_put_back_everything_is_compared_anew(filled, house, home):
    first = await filled.sync(HERE)
    (before,) = (await filled.props(HERE, f"{CS}getctag")).values()
    await house.write(home, SYSTEM, collections.sync.begin_epoch)
    answer = await filled.report(
        HERE,
        f"<d:sync-collection><d:sync-token>{first.token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>",
    )
    assert (answer.status_code, condition(answer)) == (403, f"{D}valid-sync-token")
    (after,) = (await filled.props(HERE, f"{CS}getctag")).values()
    assert before[f"{CS}getctag"].text != after[f"{CS}getctag"].text
    assert (await filled.sync(HERE)).changed == first.changed
