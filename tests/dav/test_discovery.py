"""How programs find calendars and contacts, as they are known to ask: iOS, DAVx⁵, Thunderbird."""

import pytest
from msgspec.structs import replace

from cozy.backends.smtp import Smtp

from .conftest import D, Pim, condition, inside, spaced, statuses

C, A, CS, ICAL = (
    "{urn:ietf:params:xml:ns:caldav}", "{urn:ietf:params:xml:ns:carddav}", "{http://calendarserver.org/ns/}",
    "{http://apple.com/ns/ical/}",
)  # fmt: skip
ME = "/dav/principals/me/"


@pytest.mark.parametrize("name", ["caldav", "carddav"])
@pytest.mark.parametrize("method", ["GET", "PROPFIND", "OPTIONS", "HEAD"])
async def test_well_known_addresses_lead_to_the_top(anonymous, method, name):
    answer = await anonymous.request(method, f"/.well-known/{name}")
    assert (answer.status_code, answer.headers["location"]) == (301, "/dav/")


async def test_who_is_not_in_is_asked_for_a_password(anonymous):
    for path in ("/", "/dav/", ME, "/dav/calendars/", "/dav/contacts/"):
        answer = await anonymous.request("PROPFIND", path, headers={"depth": "0"})
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "path",
    ["/", "/dav", "/dav/", "/dav/principals/", "/dav/calendars/", "/dav/contacts/", "/remote.php/dav/"],
)
async def test_the_owner_is_found_from_everywhere(pim, path):
    (found,) = (await pim.props(path, f"{D}current-user-principal")).values()
    assert inside(found[f"{D}current-user-principal"]) == [ME]


async def test_ios_sets_up_a_calendar_account(pim):
    """accountsd asks for the principal, its homes, then what is in them."""
    body = spaced(
        "<d:propfind><d:prop><d:current-user-principal/><d:principal-URL/><d:resourcetype/></d:prop></d:propfind>"
    )
    first = await pim.ok("PROPFIND", "/dav/", body, depth=0)
    assert inside(statuses(first)["/dav/"][200][f"{D}principal-URL"]) == [ME]
    options = await pim.ok("OPTIONS", ME)
    assert {"calendar-access", "addressbook", "access-control", "extended-mkcol"} <= set(
        options.headers["dav"].split(", ")
    )
    names = (
        f"{C}calendar-home-set", f"{C}calendar-user-address-set", f"{D}current-user-principal", f"{D}displayname",
        f"{CS}dropbox-home-URL", f"{CS}email-address-set", f"{CS}notification-URL", f"{D}principal-collection-set",
        f"{D}principal-URL", f"{D}resource-id", f"{C}schedule-inbox-URL", f"{C}schedule-outbox-URL", f"{D}supported-report-set",
    )  # fmt: skip
    me = (await pim.props(ME, *names))[ME]
    assert inside(me[f"{C}calendar-home-set"]) == ["/dav/calendars/"]
    assert inside(me[f"{C}calendar-user-address-set"]) == ["mailto:alice@example.org", ME]
    assert inside(me[f"{C}schedule-inbox-URL"]) == ["/dav/calendars/inbox/"]
    assert inside(me[f"{C}schedule-outbox-URL"]) == ["/dav/calendars/outbox/"]
    assert me[f"{CS}email-address-set"][0].text == "alice@example.org"
    assert me[f"{D}displayname"].text == "Alice"
    home = await pim.props(
        "/dav/calendars/", f"{D}resourcetype", f"{D}displayname", f"{ICAL}calendar-color", f"{ICAL}calendar-order",
        f"{CS}getctag", f"{D}sync-token", f"{C}supported-calendar-component-set", f"{D}current-user-privilege-set",
        f"{D}owner", f"{D}quota-available-bytes", f"{CS}source", f"{C}schedule-calendar-transp", f"{C}schedule-default-calendar-URL",
        depth=1,
    )  # fmt: skip
    personal = home["/dav/calendars/personal/"]
    assert inside(personal[f"{D}resourcetype"]) == [f"{D}collection", f"{C}calendar"]
    assert {each.get("name") for each in personal[f"{C}supported-calendar-component-set"]} == {
        "VEVENT",
        "VTODO",
        "VJOURNAL",
    }
    assert personal[f"{CS}getctag"].text
    assert personal[f"{D}sync-token"].text
    granted = {each[0].tag for each in personal[f"{D}current-user-privilege-set"]}
    assert {
        f"{D}read",
        f"{D}write",
        f"{D}write-content",
        f"{D}bind",
        f"{D}unbind",
        f"{C}read-free-busy",
    } <= granted
    assert f"{C}schedule-inbox" in inside(home["/dav/calendars/inbox/"][f"{D}resourcetype"])
    assert f"{C}schedule-outbox" in inside(home["/dav/calendars/outbox/"][f"{D}resourcetype"])
    assert inside(home["/dav/calendars/inbox/"][f"{C}schedule-default-calendar-URL"]) == [
        "/dav/calendars/personal/"
    ]


async def test_ios_sets_up_a_contacts_account(pim):
    me = (await pim.props(ME, f"{A}addressbook-home-set", f"{A}directory-gateway", f"{D}displayname"))[ME]
    assert inside(me[f"{A}addressbook-home-set"]) == ["/dav/contacts/"]
    home = await pim.props(
        "/dav/contacts/", f"{D}add-member", f"{D}current-user-privilege-set", f"{D}displayname", f"{A}max-image-size",
        f"{A}max-resource-size", f"{D}resourcetype", f"{D}supported-report-set", f"{D}sync-token", f"{CS}getctag", depth=1,
    )  # fmt: skip
    book = home["/dav/contacts/contacts/"]
    assert inside(book[f"{D}resourcetype"]) == [f"{D}collection", f"{A}addressbook"]
    assert int(book[f"{A}max-resource-size"].text or 0) >= 2_000_000
    asked = {each[0][0].tag for each in book[f"{D}supported-report-set"]}
    assert {f"{A}addressbook-query", f"{A}addressbook-multiget", f"{D}sync-collection"} <= asked


async def test_davx5_looks_at_the_address_that_somebody_typed(pim):
    """DAVx⁵ asks the base address for collections, homes and the principal at once."""
    names = (
        f"{D}resourcetype", f"{D}displayname", f"{A}addressbook-description", f"{A}addressbook-home-set",
        f"{C}calendar-home-set", f"{D}current-user-principal", f"{D}current-user-privilege-set",
    )  # fmt: skip
    found = (await pim.props("/dav/", *names))["/dav/"]
    assert inside(found[f"{A}addressbook-home-set"]) == ["/dav/contacts/"]
    assert inside(found[f"{C}calendar-home-set"]) == ["/dav/calendars/"]
    listed = await pim.props(
        "/dav/calendars/", f"{D}resourcetype", f"{D}displayname", f"{D}owner", f"{D}current-user-privilege-set",
        f"{C}calendar-description", f"{ICAL}calendar-color", f"{C}calendar-timezone", f"{C}supported-calendar-component-set",
        f"{CS}source", f"{D}supported-report-set", f"{C}supported-calendar-data", f"{C}max-resource-size", depth=1,
    )  # fmt: skip
    assert inside(listed["/dav/calendars/personal/"][f"{D}owner"]) == [ME]
    reports = {each[0][0].tag for each in listed["/dav/calendars/personal/"][f"{D}supported-report-set"]}
    assert {
        f"{C}calendar-query",
        f"{C}calendar-multiget",
        f"{C}free-busy-query",
        f"{D}sync-collection",
    } <= reports


async def test_thunderbird_looks_for_calendars(pim):
    """It asks the address itself, follows the principal, and wants to know what it may do."""
    names = (f"{D}resourcetype", f"{D}owner", f"{D}displayname", f"{D}current-user-principal", f"{D}current-user-privilege-set", f"{ICAL}calendar-color", f"{C}calendar-home-set")  # fmt: skip
    found = (await pim.props("/dav/calendars/personal/", *names))["/dav/calendars/personal/"]
    assert f"{C}calendar" in inside(found[f"{D}resourcetype"])
    assert inside(found[f"{D}current-user-principal"]) == [ME]
    assert f"{D}write" in {each[0].tag for each in found[f"{D}current-user-privilege-set"]}


async def test_macos_looks_for_people_and_delegates(pim):
    answer = await pim.report(ME, "<d:principal-search-property-set/>")
    assert answer.status_code == 200
    assert b"email-address-set" in answer.content
    search = (
        '<d:principal-property-search test="anyof"><d:property-search><d:prop><d:displayname/></d:prop><d:match match-type="starts-with">ali</d:match>'
        "</d:property-search><d:property-search><d:prop><cs:email-address-set/></d:prop><d:match>bob@</d:match></d:property-search>"
        "<d:prop><d:displayname/><c:calendar-user-address-set/></d:prop></d:principal-property-search>"
    )
    assert statuses(await pim.report("/dav/principals/", search)).keys() == {ME}
    assert statuses(await pim.report("/dav/principals/", search.replace("ali<", "zoe<"))) == {}
    expand = (
        '<d:expand-property><d:property name="calendar-proxy-write-for" namespace="http://calendarserver.org/ns/"><d:property name="displayname"/></d:property>'
        '<d:property name="current-user-principal"><d:property name="displayname"/></d:property><d:property name="group-x"/></d:expand-property>'
    )
    found = statuses(await pim.report(ME, expand))[ME]
    assert (
        found[200][f"{D}current-user-principal"].findtext(f"{D}response/{D}propstat/{D}prop/{D}displayname")
        == "Alice"
    )
    assert inside(found[200][f"{CS}calendar-proxy-write-for"]) == []
    assert list(found[404]) == [f"{D}group-x"]


async def test_a_password_for_files_finds_nothing_of_calendars(new_dav):
    files = await new_dav(Pim)
    found = await files.props("/dav/", f"{D}resourcetype", f"{C}calendar-home-set", depth=1)
    assert found.keys() == {"/dav/", "/dav/principals/", "/dav/files/"}
    assert all(f"{C}calendar-home-set" not in each for each in found.values())
    assert (await files("PROPFIND", "/dav/calendars/", depth=0)).status_code == 403
    assert (await files("PROPFIND", "/dav/contacts/contacts/", depth=1)).status_code == 403
    (me,) = (await files.props(ME)).values()
    assert b"alice@example.org" not in b"".join((each.text or "").encode() for each in me.values())


async def test_a_password_for_contacts_finds_contacts_alone(new_dav):
    contacts = await new_dav(Pim, areas=("contacts",))
    found = await contacts.props("/dav/", f"{D}resourcetype", depth=1)
    assert found.keys() == {"/dav/", "/dav/principals/", "/dav/contacts/"}
    assert (await contacts("PROPFIND", "/dav/calendars/personal/", depth=0)).status_code == 403


async def test_who_may_see_nothing_of_this_is_told_nothing(acting):
    notes = await acting("client", "notes", "io.cozy.notes")
    assert (await notes.request("PROPFIND", "/dav/", headers={"depth": "0"})).status_code == 403
    assert (await notes.request("PROPFIND", ME, headers={"depth": "0"})).status_code == 403


async def test_only_seeing_is_told_as_such(new_dav):
    seer = await new_dav(Pim, areas=("calendars",), may_write=False)
    (found,) = (await seer.props("/dav/calendars/personal/", f"{D}current-user-privilege-set")).values()
    granted = {each[0].tag for each in found[f"{D}current-user-privilege-set"]}
    assert f"{D}read" in granted
    assert not {f"{D}write", f"{D}bind", f"{D}write-properties"} & granted


async def test_the_inbox_is_empty_and_answers(pim):
    query = '<c:calendar-query><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>'
    assert statuses(await pim.report("/dav/calendars/inbox/", query)) == {}
    refused = await pim.report(
        "/dav/calendars/inbox/", "<d:sync-collection><d:sync-token/></d:sync-collection>"
    )
    assert (refused.status_code, condition(refused)) == (403, f"{D}supported-report")


async def test_a_token_of_a_client_works_like_a_password(acting):
    client = await acting(
        "client", "phone", "io.cozy.contacts:GET", "io.cozy.contacts.books:GET", "io.cozy.contacts.groups:GET"
    )
    answer = await client.request("PROPFIND", "/dav/contacts/", headers={"depth": "1"})
    assert answer.status_code == 207


async def test_who_sends_mail_says_that_inviting_can_be_left_to_it(pim, house):
    """Programs that read it send no invitations themselves."""
    places = (ME, "/dav/calendars/", "/dav/calendars/personal/", "/dav/calendars/outbox/")
    for place in places:
        assert "calendar-auto-schedule" not in (await pim.ok("OPTIONS", place)).headers["dav"]
    object.__setattr__(house, "mailer", Smtp(replace(house.settings, smtp_url="smtp://127.0.0.1:2525")))
    for place in places:
        assert "calendar-auto-schedule" in (await pim.ok("OPTIONS", place)).headers["dav"].split(", ")
