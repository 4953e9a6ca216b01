"""Phones and mail programs, over CardDAV: cards as those rooms keep them (RFC 6352)."""

import asyncio
from xml.etree import ElementTree as ET

import pytest

from tests.contacts.conftest import card

BOOK = "/dav/contacts/contacts"
C = "{urn:ietf:params:xml:ns:carddav}"
QUERY = (
    '<c:addressbook-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:prop><d:getetag/>'
    '<c:address-data content-type="text/vcard" version="{version}"/></d:prop>'
    '<c:filter><c:prop-filter name="{name}"><c:text-match match-type="contains">{text}</c:text-match></c:prop-filter></c:filter>'
    "</c:addressbook-query>"
)
VCARD = {"content-type": "text/vcard; charset=utf-8"}


@pytest.fixture
def phone(client):
    """What a phone does with cards."""

    class Phone:
        async def put(self, name, text, **headers):
            sent = VCARD | {key.replace("_", "-"): value for key, value in headers.items()}
            return await client.put(f"{BOOK}/{name}", content=text.encode(), headers=sent)

        async def get(self, name):
            return await client.get(f"{BOOK}/{name}")

        async def query(self, name, text, version="3.0"):
            body = QUERY.format(name=name, text=text, version=version)
            answer = await client.request("REPORT", f"{BOOK}/", content=body, headers={"depth": "1"})
            assert answer.status_code == 207, answer.text
            return [each.text for each in ET.fromstring(answer.content).iter(f"{C}address-data")]

    return Phone()


async def test_a_card_comes_back_word_for_word(phone):
    text = card("u1", "Ann", 'X-ODD;A="b;c":d\r\nNOTE:long\r\n  fold\r\n')
    assert (await phone.put("a.vcf", text)).status_code == 201
    answer = await phone.get("a.vcf")
    assert answer.text == text
    assert answer.headers["content-type"].startswith("text/vcard")


async def test_a_photo_of_2_mb_comes_back(phone):
    photo = "QUJD" * 700_000
    folded = "\r\n ".join(photo[at : at + 74] for at in range(0, len(photo), 74))
    text = card("u1", "Ann", f"PHOTO;ENCODING=b;TYPE=JPEG:{folded}\r\n")
    assert (await phone.put("a.vcf", text)).status_code == 201
    back = (await phone.get("a.vcf")).text
    assert back.replace("\r\n ", "") == text.replace("\r\n ", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (card("u1", "Ann", "nonsense\r\n"), 6),
        (card("u1", "Ann").replace("END:VCARD", "END:VCALENDAR"), 6),
        (card("u1", "Ann").replace("VERSION:3.0", "VERSION:5.0"), 2),
        (card("u1", "Ann") + card("u2", "Bob"), 7),
    ],
)
async def test_what_is_no_card_is_refused_with_the_line(phone, text, line):
    answer = await phone.put("a.vcf", text)
    assert answer.status_code in {400, 403}
    assert str(line) in answer.text
    assert (await phone.get("a.vcf")).status_code == 404


async def test_a_change_of_an_app_is_seen_by_its_entity_tag_and_a_stale_phone_does_not_undo_it(client, phone):
    etag = (await phone.put("a.vcf", card("u1", "Ann"))).headers["etag"]
    found = await client.post("/data/io.cozy.contacts/_find", json={"selector": {"fullname": "Ann"}})
    (document,) = found.json()["docs"]
    await client.put(f"/data/io.cozy.contacts/{document['_id']}", json={**document, "note": "new"})
    answer = await phone.get("a.vcf")
    assert "NOTE:new" in answer.text
    assert answer.headers["etag"] != etag
    assert (await phone.put("a.vcf", card("u1", "Anna"), if_match=etag)).status_code == 412
    assert (await phone.put("a.vcf", card("u1", "Anna"), if_match=answer.headers["etag"])).status_code in {
        200,
        204,
    }


async def test_people_are_looked_for_and_told_in_the_version_asked_for(phone):
    await phone.put("a.vcf", card("u1", "Ann", "TEL;TYPE=CELL,pref:1\r\n"))
    await phone.put("b.vcf", card("u2", "Bob"))
    (three,) = await phone.query("FN", "an")
    assert "VERSION:3.0" in three
    (four,) = await phone.query("TEL", "1", "4.0")
    assert "VERSION:4.0" in four
    assert "TEL;TYPE=CELL;PREF=1:1" in four


async def test_two_phones_that_write_at_once_lose_nothing(phone):
    answers = await asyncio.gather(
        *(phone.put(f"{n}.vcf", card(f"u{n}", f"N{n}", "CATEGORIES:Choir\r\n")) for n in range(12))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len(await phone.query("CATEGORIES", "choir")) == 12
