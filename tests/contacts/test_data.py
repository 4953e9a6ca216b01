"""Apps write contacts through `/data`, as they always did; phones see it at once."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.collections import service as collections
from cozy.rooms.contacts import service as contacts
from tests.contacts.conftest import card, put

DATA = "/data/io.cozy.contacts"
GROUPS = "/data/io.cozy.contacts.groups"
# What the Contacts app of Cozy writes.
ANN = {
    "name": {"givenName": "Ann", "familyName": "Éluard"}, "fullname": "Ann Éluard", "displayName": "Ann Éluard",
    "gender": "", "birthday": "1980-02-29", "birthplace": "Paris", "company": "ACME", "jobTitle": "", "note": "",
    "email": [{"address": "ann@example.org", "label": "home", "primary": True}],
    "phone": [{"number": "06 12", "type": "cell", "label": "work", "primary": True}],
    "address": [
        {
            "formattedAddress": "1 rue X, 75001 Paris, France", "number": "1", "street": "rue X", "code": "75001", "city": "Paris",
            "country": "France", "extendedAddress": {"building": "B"}, "label": "home", "primary": True,
        }
    ],
    "cozy": [], "relationships": {"groups": {"data": []}, "related": {"data": []}},
    "metadata": {"version": 1, "cozy": True},
    "indexes": {"byFamilyNameGivenNameEmailCozyUrl": "éluardannann@example.org"},
}  # fmt: skip


@pytest.fixture
async def app(acting):
    return await acting("app", "contacts", "io.cozy.contacts", "io.cozy.contacts.groups")


@pytest.fixture
async def texts(house, home):
    async def texts():
        page = await house.read(home, SYSTEM, collections.items.page, "contacts", "contacts")
        return [item.text for item in page]

    return texts


async def test_what_an_app_made_is_a_card_for_phones(app, texts):
    made = (await app.post(f"{DATA}/", json=ANN)).json()
    (text,) = await texts()
    assert text.split("\r\n") == [
        "BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Cozy//Contacts//EN", f"UID:{made['id']}", "FN:Ann Éluard", "N:Éluard;Ann;;;",
        "ORG:ACME", "BDAY:1980-02-29", "TEL;TYPE=WORK,CELL,pref:06 12", "EMAIL;TYPE=INTERNET,HOME,pref:ann@example.org",
        "ADR;TYPE=HOME,pref:;B;1 rue X;Paris;;75001;France", "END:VCARD", "",
    ]  # fmt: skip
    assert {
        name: value
        for name, value in (await app.get(f"{DATA}/{made['id']}")).json().items()
        if name[0] != "_"
    } == ANN


async def test_what_an_app_changes_is_in_the_card_of_a_phone(app, house, home, texts):
    entry = await house.write(home, SYSTEM, put, card("u1", "Ann", "X-ODD:1\r\nTEL;TYPE=CELL:06 12\r\n"))
    document = (await app.get(f"{DATA}/{entry.id}")).json()
    await app.put(f"{DATA}/{entry.id}", json={**document, "note": "Hello"})
    (text,) = await texts()
    assert "X-ODD:1\r\nTEL;TYPE=CELL:06 12\r\nNOTE:Hello\r\n" in text


async def test_what_a_phone_changes_keeps_the_members_that_no_card_knows(app, house, home):
    entry = await house.write(home, SYSTEM, put, card("u1", "Ann"))
    document = (await app.get(f"{DATA}/{entry.id}")).json()
    related = {"related": {"data": [{"_id": "x", "_type": "io.cozy.contacts"}]}}
    await app.put(f"{DATA}/{entry.id}", json={**document, "birthplace": "Paris", "relationships": related})
    await house.write(home, SYSTEM, put, card("u1", "Anna", "CATEGORIES:Choir\r\n"))
    after = (await app.get(f"{DATA}/{entry.id}")).json()
    assert (after["fullname"], after["birthplace"]) == ("Anna", "Paris")
    assert after["relationships"]["related"] == related["related"]
    assert len(after["relationships"]["groups"]["data"]) == 1


async def test_what_a_phone_leaves_as_it_is_stays_as_the_app_spelt_it(app, house, home, texts):
    made = (await app.post(f"{DATA}/", json=ANN)).json()
    text = (await texts())[0].replace("06 12", "06 13")
    await house.write(home, SYSTEM, put, text, f"{made['id']}.vcf")
    after = (await app.get(f"{DATA}/{made['id']}")).json()
    assert [each["number"] for each in after["phone"]] == ["06 13"]
    assert after["address"] == ANN["address"]
    assert after["email"] == ANN["email"]


async def test_an_app_lists_the_people_of_phones(app, house, home):
    await house.write(home, SYSTEM, put, card("u1", "Ann"))
    selector = {"indexes.byFamilyNameGivenNameEmailCozyUrl": {"$gt": None}}
    found = (await app.post(f"{DATA}/_find", json={"selector": selector})).json()["docs"]
    assert [each["displayName"] for each in found] == ["Ann"]


async def test_a_group_of_an_app_is_a_category_and_its_name_follows(app, texts):
    group = (await app.post(f"{GROUPS}/", json={"name": "Choir", "metadata": {"version": 1}})).json()
    held = {"groups": {"data": [{"_id": group["id"], "_type": "io.cozy.contacts.groups"}]}}
    await app.post(f"{DATA}/", json={**ANN, "relationships": held})
    assert "CATEGORIES:Choir" in (await texts())[0]
    new = {"_id": group["id"], "_rev": group["rev"], "name": "Singers", "metadata": {"version": 1}}
    assert (await app.put(f"{GROUPS}/{group['id']}", json=new)).status_code == 200
    assert "CATEGORIES:Singers" in (await texts())[0]


async def test_an_app_that_sees_no_groups_changes_people_who_are_in_one_with_a_card(
    acting, house, home, texts
):
    entry = await house.write(home, SYSTEM, put, card("u1", "Ann"))
    group = card("g1", "Club", "X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u1\r\n")
    await house.write(home, SYSTEM, put, group, "g.vcf")
    narrow = await acting("app", "narrow", "io.cozy.contacts")
    document = (await narrow.get(f"{DATA}/{entry.id}")).json()
    assert len(document["relationships"]["groups"]["data"]) == 1
    answer = await narrow.put(f"{DATA}/{entry.id}", json={**document, "relationships": {}})
    assert answer.status_code == 200
    assert "urn:uuid:u1" not in "".join(await texts())
    only_groups = await acting("app", "groups", "io.cozy.contacts.groups")
    (found,) = (await only_groups.post(f"{GROUPS}/_find", json={"selector": {}})).json()["docs"]
    await only_groups.put(f"{GROUPS}/{found['_id']}", json={**found, "name": "Circle"})
    assert "FN:Circle" in "".join(await texts())


async def test_who_waits_for_removal_is_nobody_to_phones(app, house, home, texts):
    entry = await house.write(home, SYSTEM, put, card("u1", "Ann"))
    document = (await app.get(f"{DATA}/{entry.id}")).json()
    changed = (await app.put(f"{DATA}/{entry.id}", json={**document, "trashed": True})).json()
    assert await texts() == []
    assert await house.read(home, SYSTEM, contacts.people.all_) == []
    await app.put(f"{DATA}/{entry.id}", json={**document, "_rev": changed["rev"], "trashed": False})
    assert len(await texts()) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"name": "Ann"}, {"email": "ann@example.org"}, {"phone": [None, 3, {"number": 5}]}, {"address": [{"street": ["x"]}]},
        {"birthday": 5, "relationships": [], "cozyMetadata": "x", "indexes": None}, {},
    ],
)  # fmt: skip
async def test_whatever_an_app_puts_into_a_member_breaks_nothing(app, texts, odd):
    made = await app.post(f"{DATA}/", json={"displayName": "Ann", **odd})
    assert made.status_code == 201
    assert "BEGIN:VCARD" in (await texts())[0]
