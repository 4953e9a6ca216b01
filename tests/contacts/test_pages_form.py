"""The form of a person: what is typed is kept, and what it does not speak of stays as it was."""

import re

import pytest

from cozy.rooms.documents import service as documents

CONTACTS = "io.cozy.contacts"
NEW = "/my/contacts/new"
FULL = {
    "fullname": "Camille Dubois",
    "name": {"givenName": "Camille", "familyName": "Dubois", "namePrefix": "Dr"},
    "phone": [{"number": "06 11", "type": "cell", "primary": True, "seen": 3}, {"number": "02 98", "type": "The boat"}],
    "email": [{"address": "camille@example.org", "label": "home"}],
    "address": [{"street": "12 rue du Port", "city": "Roscoff", "formattedAddress": "12 rue du Port, Roscoff", "geo": {"lat": 48.7}}],
    "birthday": "1985-12-03",
    "relationships": {"groups": {"data": []}, "accounts": {"data": [{"_id": "a", "_type": "io.cozy.contacts.accounts"}]}},
    "favouriteColour": "blue",
}  # fmt: skip


@pytest.fixture
def known(act):
    """Somebody who is in the address book."""

    async def known(**members):
        return await act(documents.create, CONTACTS, {**FULL, **members})

    return known


def value_of(text: str) -> str:
    """The first value that a piece of HTML names."""
    found = re.search(r'value="([^"]*)"', text)
    assert found
    return found[1]


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form, as it is."""
    form = page[page.index("data-person-form") :]
    form = re.sub(r"<template>.*?</template>", "", form[: form.index("</form>")], flags=re.DOTALL)
    sent: dict[str, list[str]] = {}

    def add(name, value):
        sent.setdefault(name, []).append(value.replace("&#39;", "'").replace("&amp;", "&"))

    for tag in re.finditer(r"<(input|textarea|select)\b([^>]*)>(?:(.*?)</\1>)?", form, flags=re.DOTALL):
        kind, attributes, inside = tag.groups()
        name = re.search(r'name="([^"]+)"', attributes)
        if not name or name[1] == "csrf_token" or ("checkbox" in attributes and " checked" not in attributes):
            continue
        if kind == "select":
            chosen = re.search(r'value="([^"]*)" selected', inside)
            add(name[1], chosen[1] if chosen else value_of(inside))
        elif kind == "textarea":
            add(name[1], inside)
        else:
            add(name[1], value_of(attributes))
    return sent


async def form_of(reader, url):
    answer = await reader.get(url)
    assert answer.status_code == 200
    return fields_of(answer.text)


async def test_somebody_is_added_with_everything_that_was_typed(reader, look):
    answer = await reader.submit(
        NEW, givenName="Théo", familyName="Le Gall", company="Fil & Co", jobTitle="Baker", nickname="Tété", note="Oysters",
        phone_was=["", ""], phone_kind=["cell", "work"], phone_number=["06 12", ""],
        email_was=[""], email_kind=["home"], email_address=["theo@example.org"],
        address_was=[""], address_kind=["work"], address_street=["1 quai"], address_postcode=["29680"],
        address_city=["Roscoff"], address_region=[""], address_country=["France"],
        cozy_was=[""], cozy_kind=[""], cozy_url=["https://theo.example"],
        link_was=[""], link_kind=["home"], link_url=["blog.example"],
        birth_day="3", birth_month="8", birth_year="",
    )  # fmt: skip
    page = await reader.landed(answer)
    assert "Added." in page
    assert "Théo Le Gall" in page
    saved = await look(documents.fetch, CONTACTS, answer.headers["location"].rpartition("/")[2])
    assert saved.body["name"] == {"givenName": "Théo", "familyName": "Le Gall"}
    assert saved.body["fullname"] == "Théo Le Gall"
    assert saved.body["phone"] == [{"number": "06 12", "type": "cell", "primary": True}]
    assert saved.body["email"] == [{"address": "theo@example.org", "label": "home", "primary": True}]
    assert saved.body["birthday"] == "--08-03"
    assert saved.body["website"][0]["url"] == "blog.example"
    assert {key: saved.body[key] for key in ("company", "jobTitle", "nickname", "note")} == {
        "company": "Fil & Co", "jobTitle": "Baker", "nickname": "Tété", "note": "Oysters",
    }  # fmt: skip


async def test_a_form_that_is_sent_as_it_was_changes_nothing(reader, look, known):
    person = await known()
    url = f"/my/contacts/{person.id}/edit"
    answer = await reader.submit(url, **await form_of(reader, url))
    assert answer.status_code == 303, answer.text
    after = (await look(documents.fetch, CONTACTS, person.id)).body
    assert {key: after[key] for key in FULL} == FULL


async def test_a_row_that_changes_keeps_what_apps_wrote_beside_it(reader, look, known):
    person = await known()
    url = f"/my/contacts/{person.id}/edit"
    fields = await form_of(reader, url)
    fields["phone_number"][0] = "07 99"
    fields["address_city"] = ["Morlaix"]
    await reader.submit(url, **fields)
    after = (await look(documents.fetch, CONTACTS, person.id)).body
    assert after["phone"][0] == {"number": "07 99", "type": "cell", "primary": True, "seen": 3}
    assert after["phone"][1] == {"number": "02 98", "type": "The boat"}
    assert after["address"][0]["city"] == "Morlaix"
    assert after["address"][0]["geo"] == {"lat": 48.7}
    assert after["address"][0].get("formattedAddress", "Morlaix").endswith("Morlaix")


async def test_an_emptied_row_and_an_emptied_field_are_gone(reader, look, known):
    person = await known(note="Old")
    url = f"/my/contacts/{person.id}/edit"
    fields = {**await form_of(reader, url), "note": "", "email_address": [""]}
    await reader.submit(url, **fields)
    after = (await look(documents.fetch, CONTACTS, person.id)).body
    assert "note" not in after
    assert "email" not in after
    assert after["favouriteColour"] == "blue"


async def test_rows_are_added_and_removed_without_scripts(reader, known):
    person = await known()
    url = f"/my/contacts/{person.id}/edit"
    fields = await form_of(reader, url)
    more = await reader.submit(url, **{**fields, "rows": "add:phone", "note": "typed meanwhile"})
    assert more.status_code == 200
    shown = fields_of(more.text)
    assert shown["phone_number"] == ["06 11", "02 98", ""]
    assert shown["note"] == ["typed meanwhile"]
    fewer = await reader.submit(url, **{**fields, "rows": "remove:phone:0"})
    assert fields_of(fewer.text)["phone_number"] == ["02 98"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Give a name, a company, a phone number or a mail address."),
        ({"givenName": "Ann", "birth_day": "31", "birth_month": "2"}, "There is no such day."),
        ({"givenName": "Ann", "birth_day": "3"}, "There is no such day."),
        (
            {"givenName": "Ann", "email_was": "", "email_kind": "home", "email_address": "ann.example"},
            "A mail address has an @",
        ),
    ],
)
async def test_what_cannot_be_kept_is_said_in_the_form(reader, look, fields, sentence):
    answer = await reader.submit(NEW, note="kept", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert fields_of(answer.text)["note"] == ["kept"]


async def test_what_changed_meanwhile_is_not_overwritten_unseen(reader, look, act, known):
    person = await known()
    url = f"/my/contacts/{person.id}/edit"
    fields = {**await form_of(reader, url), "note": "mine"}
    await act(documents.update, person, {**person.body, "company": "New & Co"})
    answer = await reader.submit(url, **fields)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert fields_of(answer.text)["note"] == ["mine"]
    assert "note" not in (await look(documents.fetch, CONTACTS, person.id)).body
    again = await reader.submit(url, **fields_of(answer.text))
    assert again.status_code == 303


async def test_a_kind_that_is_not_among_ours_stays_and_can_be_chosen_away(reader, look, known):
    person = await known()
    url = f"/my/contacts/{person.id}/edit"
    page = (await reader.get(url)).text
    assert "The boat" in page
    fields = fields_of(page)
    fields["phone_kind"][1] = "home"
    await reader.submit(url, **fields)
    after = (await look(documents.fetch, CONTACTS, person.id)).body
    assert after["phone"][1] == {"number": "02 98", "label": "home", "type": "voice"}
