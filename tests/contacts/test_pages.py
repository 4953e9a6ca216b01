"""The pages of people over HTTP: who may see them, what they list, what a card says, what their buttons do."""

import re

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

CONTACTS, GROUPS = "io.cozy.contacts", "io.cozy.contacts.groups"
HERE = "/my/contacts"
PAGES = ["", "/new", "/groups", "/groups/new", "/birthdays", "/today", "/duplicates", "/import", "/bin"]


@pytest.fixture
def known(act):
    """Puts somebody into the address book: `await known("Élodie", "Bernard", phone=[…])`."""

    async def known(given="", family="", **members):
        name = {key: value for key, value in (("givenName", given), ("familyName", family)) if value}
        whole = " ".join(filter(None, [given, family]))
        body = {**({"name": name, "fullname": whole} if whole else {}), **members}
        return await act(documents.create, CONTACTS, body)

    return known


@pytest.fixture
def group(act):
    async def group(name):
        return await act(documents.create, GROUPS, {"name": name, "metadata": {"version": 1}})

    return group


def inside(group):
    return {"relationships": {"groups": {"data": [{"_id": group.id, "_type": GROUPS}]}}}


async def names(reader, query=""):
    """Who is in the list, in its order."""
    page = (await reader.get(f"{HERE}{query}")).text
    return re.findall(r'<span class="t"><b>([^<]+?)<', page)


@pytest.mark.parametrize("url", PAGES)
async def test_a_page_is_the_owners_alone(reader, anonymous, url):
    assert (await reader.get(HERE + url)).status_code == 200
    refused = await anonymous.get(HERE + url)
    assert refused.status_code == 303
    assert refused.headers["location"].startswith("/auth/login?redirect=")


@pytest.mark.parametrize("url", ["", "/edit", "/who", "/picture", "/card.vcf", "/photo/abc"])
async def test_who_is_not_there_is_not_found(reader, url):
    assert (await reader.get(f"{HERE}/nobody{url}")).status_code == 404
    assert (await reader.get(f"{HERE}/groups/none/people")).status_code == 404


async def test_pages_carry_the_policy_and_nothing_that_it_refuses(reader, known):
    person = await known("Ann", "Bo", birthday="1985-12-03", phone=[{"number": "12"}])
    for url in [*PAGES, f"/{person.id}", f"/{person.id}/edit", f"/{person.id}/who", f"/{person.id}/picture"]:
        page = await reader.get(HERE + url)
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"""\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:""", page.text), url


async def test_everybody_is_listed_by_family_name_whatever_the_accents(reader, known):
    for given, family in [("Zoé", "Étienne"), ("Ann", "Zola"), ("Paul", "Faure"), ("Rose", "Dubois")]:
        await known(given, family)
    await known(company="Eau de Bretagne")
    page = (await reader.get(HERE)).text
    assert await names(reader) == ["Rose Dubois", "Eau de Bretagne", "Zoé Étienne", "Paul Faure", "Ann Zola"]
    assert re.findall(r'id="letter-(\w+)"', page) == ["D", "E", "F", "Z"]
    assert re.findall(r'href="#letter-(\w+)"', page) == ["D", "E", "F", "Z"]


@pytest.mark.parametrize("query", ["etienne", "ZOÉ", "zo eti", "0612", "fil", "zoe@", "rosco", "huitre"])
async def test_somebody_is_found_by_whatever_is_known_of_them(reader, known, query):
    await known(
        "Zoé", "Étienne", phone=[{"number": "06 12 34"}], email=[{"address": "zoe@example.org"}], company="Fil & Co",
        address=[{"city": "Roscoff"}], note="Aime les huîtres",
    )  # fmt: skip
    await known("Paul", "Martin")
    assert await names(reader, f"?q={query}") == ["Zoé Étienne"]


async def test_a_group_and_the_favourites_narrow_the_list(reader, known, group):
    choir = await group("Choir")
    await known("Ann", "Abel", **inside(choir))
    await known("Bob", "Bell", cozyMetadata={"favorite": True})
    assert await names(reader, f"?group={choir.id}") == ["Ann Abel"]
    assert await names(reader, "?favourites=1") == ["Bob Bell"]
    assert await names(reader, f"?group={choir.id}&q=bob") == []


async def test_a_long_list_is_told_in_pages_from_any_letter(reader, act):
    def everybody(work):
        for n in range(620):
            family = f"{chr(65 + n // 62)}{n:03}"
            documents.create(work, CONTACTS, {"name": {"familyName": family}, "fullname": family})

    await act(everybody)
    first = await names(reader)
    assert (len(first), first[0]) == (300, "A000")
    assert (await names(reader, "?skip=300"))[0] == "E300"
    assert (await names(reader, "?at=J"))[0] == "J558"
    page = (await reader.get(HERE)).text
    assert "at=J" in page
    assert "skip=300" in page


async def test_a_card_leads_to_a_call_a_letter_a_map_and_a_home(reader, known):
    person = await known(
        "Théo", "Le Gall", jobTitle="Baker", company="Fil & Co", birthday="1985-12-03", note="Two\nlines",
        phone=[{"number": "+33 6 12 (34)", "type": "cell"}], email=[{"address": "theo@example.org", "label": "work"}],
        address=[{"street": "1 quai", "postcode": "29680", "city": "Roscoff"}], cozy=[{"url": "https://theo.example"}],
        website=[{"url": "blog.example/boats"}],
    )  # fmt: skip
    page = (await reader.get(f"{HERE}/{person.id}")).text
    for part in (
        'href="tel:+3361234"', 'href="sms:+3361234"', 'href="mailto:theo@example.org"',
        'href="https://www.openstreetmap.org/search?query=1%20quai%2C%2029680%20Roscoff"', 'href="https://theo.example"',
        'href="https://blog.example/boats"', "Baker, Fil &amp; Co", "3 December 1985", "Turns 41 in 5 months", "Only you",
        'rel="noreferrer"', "Map (openstreetmap.org): 1 quai", "Opens a map at openstreetmap.org",
    ):  # fmt: skip
        assert part in page, part


async def test_no_link_of_a_card_can_be_a_script(reader, known):
    person = await known("Eve", website=[{"url": "javascript:alert(1)"}], cozy=[{"url": "data:text/html,x"}])
    page = (await reader.get(f"{HERE}/{person.id}")).text
    assert 'href="javascript' not in page
    assert 'href="data' not in page


async def test_a_card_that_an_app_wrote_carelessly_is_shown_all_the_same(reader, known):
    person = await known(
        fullname=7, name="Ann", phone="12", email=[None, {"address": 3}], address=[{}], birthday=19, note=["x"],
        relationships={"groups": []}, cozyMetadata=None, cozy=[{"url": "http://["}],
    )  # fmt: skip
    for url in ("", "/edit", "/who"):
        assert (await reader.get(f"{HERE}/{person.id}{url}")).status_code == 200
    assert (await reader.get(HERE)).status_code == 200


async def test_a_card_says_who_else_sees_it(reader, known, house, home):
    person, other = await known("Ann"), await known("Bob")
    rules = {"people": Rule("io.cozy.contacts", ("GET",), (person.id,))}
    await house.write(home, SYSTEM, lambda work: permissions.grant(work, "app", "recipes", rules))
    assert "You and Recipes" in (await reader.get(f"{HERE}/{person.id}")).text
    assert "Recipes" in (await reader.get(f"{HERE}/{person.id}/who")).text
    assert "Only you" in (await reader.get(f"{HERE}/{other.id}")).text


async def test_a_person_is_put_among_the_favourites_and_taken_out(reader, known, look):
    person = await known("Ann")
    assert "Added to favourites." in await reader.landed(await reader.submit(f"{HERE}/{person.id}/favourite"))
    assert (await look(documents.fetch, CONTACTS, person.id)).body["cozyMetadata"]["favorite"] is True
    assert "Taken out of favourites." in await reader.landed(
        await reader.submit(f"{HERE}/{person.id}/favourite")
    )
    assert not (await look(documents.fetch, CONTACTS, person.id)).body["cozyMetadata"].get("favorite")


async def test_who_was_thrown_away_comes_back_by_undo_and_from_the_bin(reader, known):
    person = await known("Ann", "Abel")
    page = await reader.landed(await reader.submit(f"{HERE}/{person.id}/bin"))
    assert "Moved to the bin." in page
    assert await names(reader) == []
    assert "Ann Abel" in (await reader.get(f"{HERE}/bin")).text
    undo = re.search(rf'action="({HERE}/bin/restore[^"]+)"', page)
    assert undo
    assert "Ann Abel" in await reader.landed(await reader.submit(undo[1]))
    assert await names(reader) == ["Ann Abel"]
    await reader.submit(f"{HERE}/{person.id}/bin")
    binned = re.search(r'name="ids" value="([^"]+)"', (await reader.get(f"{HERE}/bin")).text)
    assert binned
    await reader.landed(await reader.submit(f"{HERE}/bin/restore", ids=binned[1]))
    assert await names(reader) == ["Ann Abel"]


async def test_a_form_from_elsewhere_changes_nothing(reader, known):
    person = await known("Ann")
    assert (await reader.post(f"{HERE}/{person.id}/bin")).status_code == 403
    assert await names(reader) == ["Ann"]


async def test_the_owner_has_a_card_of_their_own(reader, look):
    page = await reader.landed(await reader.get(f"{HERE}/me"))
    assert "This is your own card." in page
    assert (await reader.get(f"{HERE}/me")).headers["location"] == (await reader.get(f"{HERE}/me")).headers[
        "location"
    ]


async def test_groups_are_made_filled_renamed_and_taken_apart(reader, known):
    ann, bob = await known("Ann", "Abel"), await known("Bob", "Bell")
    answer = await reader.submit(f"{HERE}/groups/new", name="Choir")
    assert "Who is in it?" in await reader.landed(answer)
    group = answer.headers["location"].removesuffix("/people").rpartition("/")[2]
    await reader.landed(await reader.submit(f"{HERE}/groups/{group}/people", ids=[ann.id, bob.id]))
    assert await names(reader, f"?group={group}") == ["Ann Abel", "Bob Bell"]
    await reader.landed(await reader.submit(f"{HERE}/groups/{group}/people", ids=[bob.id]))
    assert await names(reader, f"?group={group}") == ["Bob Bell"]
    assert "Singers" in await reader.landed(
        await reader.submit(f"{HERE}/groups/{group}/rename", name="Singers")
    )
    page = await reader.landed(await reader.submit(f"{HERE}/groups/{group}/delete"))
    assert "Singers" not in (await reader.get(f"{HERE}/groups")).text
    assert await names(reader) == ["Ann Abel", "Bob Bell"]
    assert "Group of 1 person" in (await reader.get(f"{HERE}/bin")).text
    undo = re.search(rf'action="({HERE}/bin/restore[^"]+)"', page)
    assert undo
    await reader.landed(await reader.submit(undo[1]))
    assert await names(reader, f"?group={group}") == ["Bob Bell"]


@pytest.mark.parametrize("name", ["", "Choir"])
async def test_a_name_that_a_group_cannot_have_is_said_in_the_form(reader, group, name):
    await group("Choir")
    answer = await reader.submit(f"{HERE}/groups/new", name=name)
    assert answer.status_code in {409, 422}
    assert 'aria-invalid="true"' in answer.text


CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{0}\r\nFN:{0} Abel\r\nN:Abel;{0};;;\r\nX-SHOE:38\r\nEND:VCARD\r\n"


async def test_a_file_of_cards_comes_in_and_each_refusal_is_told(reader):
    broken = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Broken Card\r\nwhat is this\r\nEND:VCARD\r\n"
    text = CARD.format("Ann") + broken + CARD.format("Bob")
    answer = await reader.submit(
        f"{HERE}/import", files={"files": ("people.vcf", text.encode(), "text/vcard")}
    )
    assert answer.status_code == 200
    for said in ("2 people were added.", "1 card could not be read", "Broken Card", "Line 11 cannot be read"):
        assert said in answer.text
    assert await names(reader) == ["Ann Abel", "Bob Abel"]
    again = await reader.submit(
        f"{HERE}/import", files={"files": ("people.vcf", text.encode(), "text/vcard")}
    )
    assert "2 people were there already, just so." in again.text
    assert await names(reader) == ["Ann Abel", "Bob Abel"]


async def test_no_file_and_a_file_without_cards_are_told(reader):
    nothing = await reader.submit(f"{HERE}/import", other="x")
    assert nothing.status_code == 422
    assert "Choose at least one file." in nothing.text
    empty = await reader.submit(f"{HERE}/import", files={"files": ("a.vcf", b"", "text/vcard")})
    assert "There was nobody in this file." in empty.text


async def test_everybody_a_group_and_one_are_taken_away_as_files(reader):
    text = CARD.format("Ann") + CARD.format("Bob")
    await reader.submit(f"{HERE}/import", files={"files": ("people.vcf", text.encode(), "text/vcard")})
    everybody = await reader.get(f"{HERE}/export")
    assert everybody.headers["content-type"] == "text/vcard; charset=utf-8"
    assert everybody.headers["content-disposition"] == "attachment; filename*=UTF-8''Contacts.vcf"
    assert everybody.text.count("BEGIN:VCARD") == 2
    assert "X-SHOE:38" in everybody.text
    page = (await reader.get(HERE)).text
    ann = re.search(rf'href="({HERE}/[0-9a-f]+)"[^>]*>.*?Ann Abel', page, flags=re.DOTALL)
    assert ann
    answer = await reader.submit(f"{HERE}/groups/new", name="Choir/2026")
    group = answer.headers["location"].removesuffix("/people").rpartition("/")[2]
    await reader.submit(f"{HERE}/groups/{group}/people", ids=[ann[1].rpartition("/")[2]])
    some = await reader.get(f"{HERE}/export?group={group}")
    assert some.headers["content-disposition"] == "attachment; filename*=UTF-8''Choir-2026.vcf"
    assert re.findall(r"FN:(.*)\r", some.text) == ["Ann Abel"]
    one = await reader.get(f"{ann[1]}/card.vcf")
    assert one.headers["content-disposition"] == "attachment; filename*=UTF-8''Ann%20Abel.vcf"
    assert re.findall(r"FN:(.*)\r", one.text) == ["Ann Abel"]
    assert (await reader.get(f"{HERE}/export?group=none")).status_code == 404


async def test_two_who_are_one_are_shown_merged_and_taken_apart(reader, known):
    await known("Ann", "Abel", phone=[{"number": "06 12 34 56 78"}])
    await known(
        "Ann", "Abel", email=[{"address": "ann@example.org"}], phone=[{"number": "+33 6 12 34 56 78"}]
    )
    page = (await reader.get(f"{HERE}/duplicates")).text
    for said in (
        "Ann Abel, twice",
        "The same name: Ann Abel",
        "The same phone number: ",
        "ann@example.org",
    ):
        assert said in page
    ids = re.findall(r'name="ids" value="([^"]+)"', page)
    assert len(ids) == 2
    merged = await reader.landed(await reader.submit(f"{HERE}/duplicates/merge", ids=ids))
    assert "Merged into one." in merged
    assert await names(reader) == ["Ann Abel"]
    assert await names(reader, "?q=ann@") == ["Ann Abel"]
    undo = re.search(rf'action="({HERE}/duplicates/undo[^"]+)"', merged)
    assert undo
    assert "They are apart again." in await reader.landed(await reader.submit(undo[1]))
    assert await names(reader) == ["Ann Abel", "Ann Abel"]
    await reader.landed(await reader.submit(f"{HERE}/duplicates/keep", ids=ids))
    assert "Everybody is there once" in (await reader.get(f"{HERE}/duplicates")).text


async def test_what_cannot_be_merged_is_told(reader, known):
    person = await known("Ann", "Abel")
    page = await reader.landed(await reader.submit(f"{HERE}/duplicates/merge", ids=[person.id]))
    assert "Choose at least two people" in page


async def test_birthdays_that_are_near_stand_on_the_first_page(reader, known):
    await known("Ann", "Abel", birthday="1986-07-18")
    await known("Bob", "Bell", birthday="--07-20")
    await known("Far", "Away", birthday="1990-01-02")
    first = (await reader.get("/my")).text
    assert "Turns 40 today" in first
    assert "In 2 days" in first
    assert "Far Away" not in first
    page = (await reader.get(f"{HERE}/birthdays")).text
    assert re.findall(r"<b>(Ann Abel|Bob Bell|Far Away)</b>", page) == ["Ann Abel", "Bob Bell", "Far Away"]
    assert "January 2027" in page


async def test_the_pages_speak_french(reader, known, act):
    await act(lambda work: homes.change_profile(work, replace(homes.profile(work), locale="fr")))
    person = await known(
        "Ann", birthday="1986-07-19", phone=[{"number": "1", "label": "home", "type": "cell"}]
    )
    page = (await reader.get(f"{HERE}/{person.id}")).text
    assert "40 ans demain" in page
    assert "Mobile (à la maison)" in page
    assert "19 juillet 1986" in page


@pytest.mark.parametrize(
    ("born", "shown"),
    [
        ("1986-07-18", True),
        ("--08-01", True),
        ("19860719", True),
        ("1986-08-02", False),
        ("1986-07-17", False),
        ("2027-07-19", True),
    ],
)
async def test_a_birthday_is_near_however_it_is_spelt(reader, known, born, shown):
    await known("Ann", "Abel", birthday=born)
    assert ("Ann Abel" in (await reader.get("/my")).text) is shown
