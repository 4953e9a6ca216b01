"""POST /contacts/myself: the contact that is the owner (cozy-stack web/contacts/contacts_test.go)."""

import pytest
from msgspec.structs import replace

from cozy.rooms.contacts import service as contacts
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.events import ProfileChanged
from tests.conftest import ALICE

MYSELF = "/contacts/myself"


@pytest.fixture
async def app(acting):
    return await acting("app", "contacts", "io.cozy.contacts")


async def test_the_owner_is_made_a_contact_out_of_their_profile(app):
    answer = await app.post(MYSELF)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["type"], data["links"]) == ("io.cozy.contacts", {"self": "/contacts/myself"})
    assert data["meta"]["rev"].startswith("1-")
    assert data["attributes"] == {
        "me": True, "fullname": "Alice", "displayName": "Alice",
        "email": [{"address": "alice@example.org", "primary": True}],
        "cozy": [{"url": "http://alice.localhost:8080", "primary": True}],
        "indexes": {"byFamilyNameGivenNameEmailCozyUrl": "alice@example.org"},
    }  # fmt: skip


async def test_there_is_one_and_it_stays_as_it_was_written(app):
    first = (await app.post(MYSELF)).json()["data"]
    url = f"/data/io.cozy.contacts/{first['id']}"
    document = (await app.get(url)).json()
    await app.put(url, json={**document, "note": "That is me"})
    again = (await app.post(MYSELF)).json()["data"]
    assert (again["id"], again["attributes"]["note"]) == (first["id"], "That is me")
    found = await app.post("/data/io.cozy.contacts/_find", json={"selector": {"me": True}})
    assert len(found.json()["docs"]) == 1


async def test_who_may_not_read_contacts_makes_none(acting, anonymous, app):
    stranger = await acting("app", "notes", "io.cozy.notes")
    narrow = await acting("app", "one", "io.cozy.contacts:GET:some-contact")
    assert (await stranger.post(MYSELF)).status_code == 403
    assert (await narrow.post(MYSELF)).status_code == 403
    assert (await anonymous.post(MYSELF)).status_code == 401
    found = await app.post("/data/io.cozy.contacts/_find", json={"selector": {"me": True}})
    assert found.json()["docs"] == []


def test_the_owners_card_follows_the_profile(work):
    me = contacts.myself(work)
    homes.change_profile(work, replace(ALICE, public_name="Alice B", email="ab@example.org"))
    (event,) = [each for each in work.published if isinstance(each, ProfileChanged)]
    contacts.agree(work, event.public_name, event.email)
    after = contacts.people.fetch(work, me.id).body
    assert (after["fullname"], after["displayName"]) == ("Alice B", "Alice B")
    assert after["email"] == [{"address": "ab@example.org", "primary": True}]


def test_what_the_owner_wrote_in_their_card_stays(work):
    me = contacts.myself(work)
    contacts.people.save(
        work, {**me.body, "fullname": "Ally", "email": [{"address": "other@example.org"}]}, me.id
    )
    homes.change_profile(work, replace(ALICE, public_name="Alice B", email="ab@example.org"))
    contacts.agree(work, ALICE.public_name, ALICE.email)
    after = contacts.people.fetch(work, me.id).body
    assert (after["fullname"], after["email"]) == ("Ally", [{"address": "other@example.org"}])


def test_another_language_tells_nobody_of_another_name(work):
    homes.change_profile(work, replace(ALICE, locale="fr"))
    assert not [each for each in work.published if isinstance(each, ProfileChanged)]
