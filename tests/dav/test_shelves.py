"""Calendars and address books themselves: made, told, renamed, coloured, deleted."""

import pytest

from .conftest import D, Pim, condition, inside, spaced, statuses
from .texts import card, event, todo

C, A, CS, ICAL = (
    "{urn:ietf:params:xml:ns:caldav}", "{urn:ietf:params:xml:ns:carddav}", "{http://calendarserver.org/ns/}",
    "{http://apple.com/ns/ical/}",
)  # fmt: skip
WORK, FRIENDS = "/dav/calendars/work/", "/dav/contacts/friends/"
ZONE = "BEGIN:VCALENDAR&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:Europe/Paris&#13;\nEND:VTIMEZONE&#13;\nEND:VCALENDAR&#13;\n"


def setting(inside: str) -> str:
    return spaced(f"<d:propertyupdate><d:set><d:prop>{inside}</d:prop></d:set></d:propertyupdate>")


def made(inside: str = "", root: str = "c:mkcalendar") -> str:
    return spaced(f"<{root}><d:set><d:prop>{inside}</d:prop></d:set></{root}>")


async def test_a_calendar_is_made_as_ios_does(pim):
    body = made(
        "<d:displayname>Work &amp; co</d:displayname><i:calendar-color symbolic-color='custom'>#1BADF8FF</i:calendar-color><i:calendar-order>3</i:calendar-order>"
        f"<c:supported-calendar-component-set><c:comp name='VEVENT'/></c:supported-calendar-component-set><c:calendar-timezone>{ZONE}</c:calendar-timezone>"
        "<c:calendar-free-busy-set><YES/></c:calendar-free-busy-set>"
    )
    assert (await pim("MKCALENDAR", WORK, body)).status_code == 201
    names = (
        f"{D}displayname", f"{ICAL}calendar-color", f"{ICAL}calendar-order", f"{C}supported-calendar-component-set",
        f"{C}calendar-timezone", f"{C}calendar-timezone-id", f"{C}calendar-free-busy-set",
    )  # fmt: skip
    found = (await pim.props("/dav/calendars/", *names, depth=1))[WORK]
    assert found[f"{D}displayname"].text == "Work & co"
    assert found[f"{ICAL}calendar-color"].text == "#1BADF8"
    assert found[f"{ICAL}calendar-order"].text == "3"
    assert [each.get("name") for each in found[f"{C}supported-calendar-component-set"]] == ["VEVENT"]
    assert "TZID:Europe/Paris" in (found[f"{C}calendar-timezone"].text or "")
    assert found[f"{C}calendar-timezone-id"].text == "Europe/Paris"
    assert inside(found[f"{C}calendar-free-busy-set"]) == ["YES"]


async def test_an_address_book_is_made_as_davx5_does(pim):
    body = made(
        "<d:resourcetype><d:collection/><a:addressbook/></d:resourcetype><d:displayname>Friends</d:displayname>"
        "<a:addressbook-description>From school</a:addressbook-description>",
        "d:mkcol",
    )
    assert (await pim("MKCOL", FRIENDS, body)).status_code == 201
    found = (await pim.props(FRIENDS, f"{D}displayname", f"{D}resourcetype", f"{A}addressbook-description"))[
        FRIENDS
    ]
    assert found[f"{A}addressbook-description"].text == "From school"
    assert f"{A}addressbook" in inside(found[f"{D}resourcetype"])


async def test_a_collection_without_a_word_is_one_of_what_belongs_there(pim):
    assert (await pim("MKCOL", FRIENDS)).status_code == 201
    assert (await pim("MKCALENDAR", WORK)).status_code == 201
    (found,) = (await pim.props(WORK, f"{D}displayname")).values()
    assert found[f"{D}displayname"].text == "work"


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        (made("<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>", "d:mkcol"), 403, f"{D}valid-resourcetype"),
        (made("<d:getetag>1</d:getetag>", "d:mkcol"), 403, f"{D}cannot-modify-protected-property"),
        ("<nonsense", 400, ""),
        (made("", "c:mkcalendar"), 400, ""),
    ],
)  # fmt: skip
async def test_what_cannot_be_made_is_refused(pim, body, status, named):
    answer = await pim("MKCOL", FRIENDS, body)
    assert answer.status_code == status
    assert not named or condition(answer) == named
    assert (await pim("PROPFIND", FRIENDS, depth=0)).status_code == 404


async def test_what_is_there_is_not_made_again(pim):
    for path in ("/dav/calendars/personal/", WORK, WORK):
        answer = await pim("MKCALENDAR", path)
    assert (answer.status_code, condition(answer)) == (405, f"{D}resource-must-be-null")


@pytest.mark.parametrize(
    "path", ["/dav/calendars/inbox/", "/dav/calendars/%2e%2e%2fx/", "/dav/calendars/-x/"]
)
async def test_some_names_are_not_for_calendars(pim, path):
    assert (await pim("MKCALENDAR", path)).status_code in {400, 405}


async def test_a_calendar_gets_another_name_and_colour(pim):
    path = "/dav/calendars/personal/"
    body = setting(
        "<d:displayname>Home</d:displayname><i:calendar-color>#FF0000</i:calendar-color><c:calendar-description>Ours</c:calendar-description>"
        "<x:y xmlns:x='urn:x'>kept</x:y><c:schedule-calendar-transp><c:transparent/></c:schedule-calendar-transp>"
    )
    answer = await pim.ok("PROPPATCH", path, body)
    assert list(statuses(answer)[path]) == [200]
    (found,) = (await pim.props(path, f"{D}displayname", f"{ICAL}calendar-color", f"{C}calendar-description", "{urn:x}y", f"{C}schedule-calendar-transp")).values()  # fmt: skip
    assert [
        found[name].text
        for name in (f"{D}displayname", f"{ICAL}calendar-color", f"{C}calendar-description", "{urn:x}y")
    ] == ["Home", "#FF0000", "Ours", "kept"]
    assert inside(found[f"{C}schedule-calendar-transp"]) == [f"{C}transparent"]
    await pim.patch_props(
        path, remove=(f"{D}displayname", f"{ICAL}calendar-color", "{urn:x}y", f"{C}schedule-calendar-transp")
    )
    (found,) = (
        await pim.props(
            path, f"{D}displayname", f"{ICAL}calendar-color", "{urn:x}y", f"{C}schedule-calendar-transp"
        )
    ).values()
    assert f"{ICAL}calendar-color" not in found
    assert "{urn:x}y" not in found
    assert inside(found[f"{C}schedule-calendar-transp"]) == [f"{C}opaque"]


async def test_what_is_told_cannot_be_set_and_then_nothing_is(pim):
    path = "/dav/contacts/contacts/"
    body = setting("<d:displayname>Mine</d:displayname><d:sync-token>1</d:sync-token><d:resourcetype/>")
    answer = statuses(await pim.ok("PROPPATCH", path, body))[path]
    assert answer.keys() == {403, 424}
    assert answer[403].keys() == {f"{D}sync-token", f"{D}resourcetype"}
    (found,) = (await pim.props(path, f"{D}displayname")).values()
    assert found[f"{D}displayname"].text != "Mine"


async def test_too_many_properties_are_refused(pim):
    body = setting(f"<x:y xmlns:x='urn:x'>{'x' * 70_000}</x:y>")
    assert (await pim("PROPPATCH", "/dav/calendars/personal/", body)).status_code == 422


async def test_nonsense_for_a_colour_is_none(pim):
    path = "/dav/calendars/personal/"
    await pim.ok(
        "PROPPATCH",
        path,
        setting("<i:calendar-color>red</i:calendar-color><i:calendar-order>x</i:calendar-order>"),
    )
    (found,) = (await pim.props(path, f"{ICAL}calendar-color", f"{ICAL}calendar-order")).values()
    assert f"{ICAL}calendar-color" not in found
    assert found[f"{ICAL}calendar-order"].text == "0"


async def test_a_calendar_goes_with_what_is_in_it(pim):
    await pim.ok("MKCALENDAR", WORK)
    await pim.ok("PUT", f"{WORK}a.ics", event(), content_type="text/calendar")
    assert (await pim("DELETE", WORK)).status_code == 204
    assert (await pim("GET", f"{WORK}a.ics")).status_code == 404
    assert (await pim("PROPFIND", WORK, depth=0)).status_code == 404
    assert (await pim("DELETE", WORK)).status_code == 404


async def test_the_default_calendar_stays(pim):
    assert (await pim("DELETE", "/dav/calendars/personal/")).status_code == 403


async def test_what_is_in_a_calendar_is_listed(pim):
    await pim.ok("PUT", "/dav/calendars/personal/a b@c.ics", event(), content_type="text/calendar")
    await pim.ok("PUT", "/dav/calendars/personal/d.ics", todo(), content_type="text/calendar; charset=utf-8")
    found = await pim.props(
        "/dav/calendars/personal/", f"{D}getetag", f"{D}getcontenttype", f"{D}resourcetype", depth=1
    )
    assert found.keys() == {
        "/dav/calendars/personal/",
        "/dav/calendars/personal/a%20b@c.ics",
        "/dav/calendars/personal/d.ics",
    }
    assert (
        found["/dav/calendars/personal/d.ics"][f"{D}getcontenttype"].text
        == "text/calendar; charset=utf-8; component=VTODO"
    )
    assert found["/dav/calendars/personal/d.ics"][f"{D}getetag"].text == await pim.etag(
        "/dav/calendars/personal/d.ics"
    )
    assert inside(found["/dav/calendars/personal/d.ics"][f"{D}resourcetype"]) == []


async def test_a_long_listing_is_whole(pim, monkeypatch):
    monkeypatch.setattr("cozy.rooms.dav.routes.shelves.PAGE", 2)
    for number in range(7):
        await pim.ok(
            "PUT", f"/dav/contacts/contacts/{number}.vcf", card(f"u{number}"), content_type="text/vcard"
        )
    found = await pim.props("/dav/contacts/contacts/", f"{D}getetag", depth=1)
    assert list(found) == [
        "/dav/contacts/contacts/",
        *(f"/dav/contacts/contacts/{number}.vcf" for number in range(7)),
    ]


async def test_everything_at_once_is_refused(pim):
    for path in ("/dav/calendars/", "/dav/calendars/personal/"):
        answer = await pim("PROPFIND", path, depth="infinity")
        assert (answer.status_code, condition(answer)) == (403, f"{D}propfind-finite-depth")


async def test_minimal_answers_leave_out_what_there_is_not(pim):
    for header in ({"prefer": "return=minimal"}, {"brief": "t"}):
        body = spaced("<d:propfind><d:prop><d:displayname/><d:nothing/></d:prop></d:propfind>")
        (found,) = statuses(
            await pim.ok("PROPFIND", "/dav/calendars/personal/", body, depth=0, **header)
        ).values()
        assert list(found) == [200]


async def test_a_caller_who_only_sees_changes_nothing(new_dav):
    seer = await new_dav(Pim, areas=("calendars",), may_write=False)
    path = "/dav/calendars/personal/"
    for method, at, body in (
        ("MKCALENDAR", WORK, None), ("PROPPATCH", path, setting("<d:displayname>X</d:displayname>")), ("DELETE", path, None),
        ("PUT", f"{path}a.ics", event()), ("DELETE", f"{path}a.ics", None),
    ):  # fmt: skip
        assert (await seer(method, at, body)).status_code == 403, method


async def test_the_mark_of_a_calendar_moves_with_what_is_in_it(pim):
    path = "/dav/calendars/personal/"

    async def mark() -> str:
        (found,) = (await pim.props(path, f"{CS}getctag")).values()
        return found[f"{CS}getctag"].text or ""

    first = await mark()
    await pim.ok("PUT", f"{path}a.ics", event(), content_type="text/calendar")
    second = await mark()
    await pim.ok("DELETE", f"{path}a.ics")
    assert len({first, second, await mark()}) == 3


async def test_who_lacks_leave_for_some_of_a_calendar_is_told_so(acting):
    """The gate lets in who may see events; a calendar holds tasks and journals too."""
    app = await acting("client", "phone", "io.cozy.calendars", "io.cozy.calendar.events")
    sync = spaced(
        "<d:sync-collection><d:sync-token/><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>"
    )
    for method, body in (("REPORT", sync), ("PROPFIND", "")):
        answer = await app.request(method, "/dav/calendars/personal/", content=body, headers={"depth": "1"})
        assert (answer.status_code, condition(answer)) == (403, f"{D}need-privileges")


async def test_people_who_open_an_address_in_a_browser_are_told_what_it_is_for(pim):
    for path in (
        "/dav/",
        "/dav/calendars/",
        "/dav/calendars/personal/",
        "/dav/contacts/contacts/",
        "/dav/calendars/inbox/",
    ):
        assert "calendar or the contacts of your device" in (await pim.ok("GET", path)).text
