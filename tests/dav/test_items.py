"""Events, tasks and contacts, one by one."""

import base64

import pytest

from .conftest import D, Pim, condition, message, spaced, statuses
from .texts import card, component, event, todo

C, A = "{urn:ietf:params:xml:ns:caldav}", "{urn:ietf:params:xml:ns:carddav}"
HERE, THERE = "/dav/calendars/personal/", "/dav/calendars/work/"
BOOK = "/dav/contacts/contacts/"
ICS, VCF = {"content_type": "text/calendar; charset=utf-8"}, {"content_type": "text/vcard; charset=utf-8"}


async def put(pim: Pim, path: str, text: str, **headers: str):
    kind = VCF if path.startswith("/dav/contacts/") else ICS
    return await pim("PUT", path, text, **{**kind, **headers})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{HERE}a.ics", event(summary="Fête à l'été, 🏡")),
        (f"{BOOK}a.vcf", card(more="X-ODD;X-P=1:kept\r\n")),
    ],
)
async def test_what_is_put_is_got_word_for_word(pim, path, text):
    answer = await put(pim, path, text)
    assert answer.status_code == 201
    got = await pim.ok("GET", path)
    assert got.content.decode() == text
    assert got.headers["etag"] == answer.headers["etag"]
    assert got.headers["content-type"].startswith("text/vcard" if path.startswith(BOOK) else "text/calendar")
    assert got.headers["content-security-policy"] == "sandbox"
    again = await pim("GET", path, if_none_match=got.headers["etag"])
    assert again.status_code == 304


async def test_the_kind_of_a_component_is_told(pim):
    await put(pim, f"{HERE}t.ics", todo())
    assert (await pim.ok("HEAD", f"{HERE}t.ics")).headers[
        "content-type"
    ] == "text/calendar; charset=utf-8; component=VTODO"


async def test_a_second_text_takes_the_place_of_the_first(pim):
    first = (await put(pim, f"{HERE}a.ics", event())).headers["etag"]
    answer = await put(pim, f"{HERE}a.ics", event(summary="Dinner"))
    assert answer.status_code == 204
    assert answer.headers["etag"] != first
    assert "Dinner" in (await pim.ok("GET", f"{HERE}a.ics")).text


async def test_nobody_overwrites_what_they_have_not_seen(pim):
    tag = (await put(pim, f"{HERE}a.ics", event())).headers["etag"]
    assert (await put(pim, f"{HERE}a.ics", event(), if_none_match="*")).status_code == 412
    assert (await put(pim, f"{HERE}a.ics", event(summary="X"), if_match='"1-0"')).status_code == 412
    assert (await put(pim, f"{HERE}b.ics", event("b"), if_match="*")).status_code == 412
    assert (await pim("DELETE", f"{HERE}a.ics", if_match='"1-0"')).status_code == 412
    assert (await put(pim, f"{HERE}a.ics", event(summary="X"), if_match=tag)).status_code == 204
    assert (await pim("DELETE", f"{HERE}a.ics", if_match=await pim.etag(f"{HERE}a.ics"))).status_code == 204
    assert (await pim("GET", f"{HERE}a.ics")).status_code == 404
    assert (await pim("DELETE", f"{HERE}a.ics")).status_code == 404


async def test_the_header_of_webdav_is_looked_at_too(pim):
    tag = (await put(pim, f"{HERE}a.ics", event())).headers["etag"]
    (found,) = (await pim.props(HERE, f"{D}sync-token")).values()
    token = found[f"{D}sync-token"].text
    assert (await put(pim, f"{HERE}a.ics", event(summary="X"), if_='(["1-0"])')).status_code == 412
    assert (await put(pim, f"{HERE}a.ics", event(summary="X"), if_=f"([{tag}])")).status_code == 204
    collection = pim.at(HERE)
    assert (await put(pim, f"{HERE}b.ics", event("b"), if_=f"<{collection}> (<{token}>)")).status_code == 412
    assert (
        await put(pim, f"{HERE}b.ics", event("b"), if_=f"<{collection}> (Not <{token}>)")
    ).status_code == 201
    assert (await put(pim, f"{HERE}c.ics", event("c"), if_="<nonsense")).status_code == 400
    assert (await pim("DELETE", HERE, if_="(<urn:x>)")).status_code == 412


async def test_one_uid_is_in_a_calendar_once(pim):
    await put(pim, f"{HERE}a b.ics", event())
    answer = await put(pim, f"{HERE}b.ics", event())
    assert (answer.status_code, condition(answer)) == (409, f"{C}no-uid-conflict")
    assert f"<d:href>{HERE}a%20b.ics</d:href>" in answer.text
    await put(pim, f"{BOOK}a.vcf", card())
    answer = await put(pim, f"{BOOK}b.vcf", card())
    assert (answer.status_code, condition(answer)) == (409, f"{A}no-uid-conflict")


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        (f"{HERE}a.ics", "hello", f"{C}valid-calendar-data"),
        (f"{HERE}a.ics", b"BEGIN:VCALENDAR\r\nX-\xff:\xfe", f"{C}valid-calendar-data"),
        (f"{BOOK}a.vcf", "hello", f"{A}valid-address-data"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_the_line(pim, path, text, named):
    answer = await put(pim, path, text)
    assert (answer.status_code, condition(answer)) == (400, named)
    assert "Line " in message(answer)
    assert (await pim("GET", path)).status_code == 404


async def test_another_format_is_refused(pim):
    answer = await pim("PUT", f"{HERE}a.ics", "{}", content_type="application/calendar+json")
    assert (answer.status_code, condition(answer)) == (415, f"{C}supported-calendar-data")
    answer = await pim("PUT", f"{BOOK}a.vcf", event(), content_type="text/calendar")
    assert (answer.status_code, condition(answer)) == (415, f"{A}supported-address-data")


async def test_what_a_calendar_does_not_take_is_refused(pim):
    body = spaced(
        "<c:mkcalendar><d:set><d:prop><c:supported-calendar-component-set><c:comp name='VEVENT'/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>"
    )
    await pim.ok("MKCALENDAR", THERE, body)
    answer = await put(pim, f"{THERE}t.ics", todo())
    assert (answer.status_code, condition(answer)) == (403, f"{C}supported-calendar-component")
    assert (await put(pim, f"{THERE}e.ics", event())).status_code == 201


async def test_what_is_too_large_is_refused(pim, monkeypatch):
    monkeypatch.setattr("cozy.rooms.dav.routes.items.TEXT_LIMIT", 1000)
    answer = await put(pim, f"{HERE}a.ics", event(summary="x" * 1000))
    assert (answer.status_code, condition(answer)) == (403, f"{C}max-resource-size")


async def test_there_is_no_such_calendar(pim):
    for method in ("PUT", "GET", "DELETE", "PROPFIND"):
        assert (
            await pim(method, "/dav/calendars/nowhere/a.ics", event() if method == "PUT" else None, **ICS)
        ).status_code == 404, method


async def test_an_event_is_moved_to_another_calendar(pim):
    await pim.ok("MKCALENDAR", THERE)
    tag = (await put(pim, f"{HERE}a.ics", event())).headers["etag"]
    assert (
        await pim("MOVE", f"{HERE}a.ics", destination=pim.at(f"{THERE}b.ics"), if_match='"0"')
    ).status_code == 412
    assert (
        await pim("MOVE", f"{HERE}a.ics", destination=pim.at(f"{THERE}b.ics"), if_match=tag)
    ).status_code == 201
    assert (await pim("GET", f"{HERE}a.ics")).status_code == 404
    assert (await pim.ok("GET", f"{THERE}b.ics")).text == event()
    await put(pim, f"{HERE}c.ics", event("c"))
    assert (await pim("MOVE", f"{THERE}b.ics", destination=f"{HERE}c.ics", overwrite="F")).status_code == 412
    assert (await pim("MOVE", f"{THERE}b.ics", destination=f"{HERE}c.ics")).status_code == 204
    assert (await pim.ok("GET", f"{HERE}c.ics")).text == event()


async def test_an_event_is_copied_to_another_calendar_only(pim):
    await pim.ok("MKCALENDAR", THERE)
    await put(pim, f"{HERE}a.ics", event())
    assert (await pim("COPY", f"{HERE}a.ics", destination=f"{THERE}a.ics")).status_code == 201
    assert (await pim("COPY", f"{HERE}a.ics", destination=f"{THERE}a.ics")).status_code == 204
    assert (await pim("COPY", f"{HERE}a.ics", destination=f"{THERE}a.ics", overwrite="F")).status_code == 412
    answer = await pim("COPY", f"{HERE}a.ics", destination=f"{THERE}b.ics")
    assert (answer.status_code, condition(answer)) == (409, f"{C}no-uid-conflict")
    assert f"<d:href>{THERE}a.ics</d:href>" in answer.text
    assert (await pim("COPY", f"{HERE}none.ics", destination=f"{THERE}b.ics")).status_code == 404


@pytest.mark.parametrize(
    "destination",
    [
        "https://elsewhere.example.org/dav/calendars/personal/b.ics",
        f"{BOOK}b.ics",
        "/dav/files/b.ics",
        "/dav/calendars/personal/",
    ],
)
async def test_an_event_stays_among_calendars(pim, destination):
    await put(pim, f"{HERE}a.ics", event())
    assert (await pim("MOVE", f"{HERE}a.ics", destination=destination)).status_code == 502


async def test_properties_of_an_item_are_told_and_not_set(pim):
    await put(pim, f"{HERE}a.ics", event())
    found = await pim.props(f"{HERE}a.ics")
    assert found[f"{HERE}a.ics"].keys() == {
        f"{D}resourcetype",
        f"{D}getetag",
        f"{D}getcontenttype",
        f"{D}getcontentlength",
        f"{D}getlastmodified",
    }
    assert found[f"{HERE}a.ics"][f"{D}getcontentlength"].text == str(len(event()))
    body = spaced(
        "<d:propertyupdate><d:set><d:prop><d:displayname>X</d:displayname></d:prop></d:set></d:propertyupdate>"
    )
    assert list(statuses(await pim.ok("PROPPATCH", f"{HERE}a.ics", body))[f"{HERE}a.ics"]) == [403]


async def test_names_with_odd_letters_come_back_the_same(pim):
    for number, name in enumerate(("é%20@!$'()*+,;=.ics", "100%25.ics", "a&b.ics", "{1}.ics")):
        await put(pim, f"{HERE}{name}", event(f"u{number}"))
    found = await pim.props(HERE, f"{D}getetag", depth=1)
    for href in list(found)[1:]:
        assert (await pim("GET", href)).status_code == 200, href
    assert len(found) == 5


async def test_other_methods_are_not_answered(pim):
    await put(pim, f"{HERE}a.ics", event())
    for method in ("LOCK", "MKCOL", "POST"):
        answer = await pim(method, f"{HERE}a.ics")
        assert answer.status_code == 405
        assert "PUT" in answer.headers["allow"]


async def test_a_text_of_unknown_kind_is_taken_for_what_belongs_there(pim):
    assert (await pim("PUT", f"{HERE}a.ics", event())).status_code == 201
    assert (
        await pim(
            "PUT",
            f"{HERE}j.ics",
            component("VJOURNAL", "j", "SUMMARY:Dear diary\r\n"),
            content_type="text/plain",
        )
    ).status_code == 201


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


async def test_a_large_photo_comes_back_whole(pim):
    photo = base64.b64encode(bytes(range(256)) * 8000).decode()
    lines = "\r\n ".join(photo[at : at + 70] for at in range(0, len(photo), 70))
    text = card(more=f"PHOTO;ENCODING=b;TYPE=JPEG:{lines}\r\nNOTE:after\r\n")
    assert len(text) > 2_700_000
    await pim.ok("PUT", f"{BOOK}a.vcf", text, **VCF)
    got = await pim.ok("GET", f"{BOOK}a.vcf")
    assert unfolded(got.text) == unfolded(text)
    assert int(got.headers["content-length"]) == len(got.content)
    query = f"<a:addressbook-multiget><d:prop><a:address-data/></d:prop><d:href>{BOOK}a.vcf</d:href></a:addressbook-multiget>"
    (found,) = statuses(await pim.report(BOOK, query)).values()
    assert photo[-100:] in (found[200][f"{A}address-data"].text or "").replace("\n ", "")


async def test_what_concerns_others_has_a_tag_for_that(pim):
    people = "ORGANIZER:mailto:alice@example.org\r\nATTENDEE:mailto:bob@example.net\r\n"
    alone = await put(pim, f"{HERE}a.ics", event("a"))
    meeting = await put(pim, f"{HERE}m.ics", event("m", more=people))
    assert "schedule-tag" not in alone.headers
    tag = meeting.headers["schedule-tag"]
    assert (await pim.ok("GET", f"{HERE}m.ics")).headers["schedule-tag"] == tag
    changed = event("m", "Other", people)
    assert (await put(pim, f"{HERE}m.ics", changed, if_schedule_tag_match='"1-0"')).status_code == 412
    assert (await put(pim, f"{HERE}m.ics", changed, if_schedule_tag_match=tag)).status_code == 204
