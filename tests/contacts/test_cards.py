"""Cards as devices write them: read, changed a little, and nothing else of them lost."""

import inspect
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cozy.dav import lines
from cozy.rooms.collections.errors import BadText
from cozy.rooms.contacts.model import MEMBERS, cards, dates, versions, writing
from cozy.rooms.contacts.pages.reasons import REASONS
from cozy.rooms.contacts.service import KIND, kind

CARDS = Path(__file__).parent / "cards"
KEPT = ("ios", "macos-company", "davx5", "thunderbird", "google", "nextcloud", "evolution")  # 3.0 and 4.0


def card(name):
    """The card of a device, of version 2.1 as one of 3.0."""
    (found,) = lines.parse(lines.decode((CARDS / f"{name}.vcf").read_bytes()))
    return versions.from_21(found) if versions.version_of(found) == "2.1" else found


def members(name):
    return cards.read(card(name)).members


def texts_of(component):
    return lines.write([component]).splitlines()


def read(text):
    (component,) = lines.parse(text)
    return cards.read(component).members


@pytest.mark.parametrize("name", KEPT)
def test_a_card_with_the_members_that_it_says_is_not_touched(name):
    found = card(name)
    assert (
        writing.merged(found, cards.read(found).members, cards.categories(found), "2026-07-18T14:02:00Z")
        == found
    )


@pytest.mark.parametrize("name", KEPT)
def test_another_nickname_changes_no_other_line(name):
    found = card(name)
    changed = writing.merged(found, {**cards.read(found).members, "nickname": "Zed"})
    before = [line for line in texts_of(found) if not line.startswith("NICKNAME")]
    assert [line for line in texts_of(changed) if not line.startswith("NICKNAME")] == before
    assert cards.read(changed).members["nickname"] == "Zed"


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_another_version_says_the_same(name, version):
    turned = versions.of(card(name), version)
    assert versions.version_of(turned) == version
    assert _without_labels(cards.read(turned).members) == _without_labels(members(name))


def _without_labels(said):
    """Without what is preferred: 3.0 does not say so of a first one among many."""
    return {
        key: [{k: v for k, v in each.items() if k != "primary"} for each in value]
        if isinstance(value, list)
        else value
        for key, value in said.items()
    }


def test_what_an_iphone_says():
    said = members("ios")
    assert said["name"] == {
        "familyName": "Lovelace", "givenName": "Ada", "additionalName": "Byron", "namePrefix": "Lady",
    }  # fmt: skip
    assert (said["company"], said["department"], said["jobTitle"]) == (
        "Analytical Engines", "Research", "Mathematician",
    )  # fmt: skip
    assert said["email"] == [
        {"address": "ada@example.org", "label": "home", "primary": True},
        {"address": "ada@engine.example", "type": "Workshop"},
    ]
    assert said["phone"] == [
        {"number": "+44 20 7946 0001", "type": "cell", "primary": True},
        {"number": "+44 20 7946 0002", "type": "cell"},
        {"number": "+44 20 7946 0003", "label": "work", "type": "fax"},
        {"number": "+44 20 7946 0004", "type": "other"},
    ]
    assert (
        said["address"][0]["formattedAddress"]
        == "12 St James's Square Flat 2, SW1Y 4JH London, United Kingdom"
    )
    assert (said["birthday"], said["anniversary"]) == ("--12-10", "1835-07-08")
    assert said["note"] == "Wrote the first programme, for an engine\nthat was never built."


def test_what_davx5_says():
    said = members("davx5")
    assert [each["number"] for each in said["phone"]] == [
        "+33 6 12 34 56 78",
        "+33-1-23-45-67-89",
        "+33 1 11 11 11 11",
    ]
    assert [each.get("type") for each in said["phone"]] == ["cell", "voice", "Chalet"]
    assert (said["birthday"], said["anniversary"]) == ("--03-04", "2005-06-11")
    assert cards.categories(card("davx5")) == ["Friends", "Ski"]


def test_what_outlook_says_in_version_2_1():
    said = members("outlook")
    assert (said["fullname"], said["company"], said["department"]) == ("Zoë Müller", "Café, Fils", "Ventes")
    assert said["note"] == "Déjà vu\nseconde ligne; fin"
    assert said["phone"][0] == {"number": "+49 30 1234567", "label": "work", "type": "voice"}
    (photo,) = card("outlook").lines("PHOTO")
    assert photo.params() == {"ENCODING": ["b"], "TYPE": ["JPEG"]}
    assert photo.value.startswith("/9j/4AAQ")


def test_what_an_old_android_says():
    said = members("android")
    assert (said["fullname"], said["name"]["familyName"]) == ("Paul Éluard", "Éluard")
    assert said["phone"] == [
        {"number": "0612345678", "type": "cell", "primary": True}, {"number": "0412345678", "type": "Chalet"},
    ]  # fmt: skip


def test_a_company_is_called_by_its_name():
    said = members("macos-company")
    assert "name" not in said
    assert (said["fullname"], said["company"]) == ("Boulangerie Éclair", "Boulangerie Éclair")


def test_groups_of_google_that_hold_everybody_are_none():
    found = card("google")
    assert cards.categories(found) == ["Family"]
    kept = writing.merged(found, cards.read(found).members, ["Family", "Choir"])
    assert kept.value("CATEGORIES") == "myContacts,Family,Choir"


def test_a_number_that_changes_keeps_its_line():
    found = card("davx5")
    said = cards.read(found).members
    said["phone"][1]["number"] = "+33 9 99 99 99 99"
    changed = texts_of(writing.merged(found, said))
    assert "TEL;TYPE=home,voice:+33 9 99 99 99 99" in changed
    assert "group1.X-ABLabel:Chalet" in changed


def test_a_label_that_changes_takes_the_place_of_the_old_one():
    found = card("ios")
    said = cards.read(found).members
    said["email"][0] |= {"label": "work"}
    said["email"][1] |= {"type": "Boat"}
    changed = texts_of(writing.merged(found, said))
    assert "EMAIL;TYPE=WORK,INTERNET,pref:ada@example.org" in changed
    assert "item1.X-ABLabel:Boat" in changed
    assert "item1.X-ABLabel:Workshop" not in changed


def test_an_entry_that_goes_takes_its_label_along():
    found = card("ios")
    said = cards.read(found).members
    del said["email"][1]
    changed = "\n".join(texts_of(writing.merged(found, said)))
    assert "item1." not in changed
    assert "item2.X-ABLabel:_$!<Other>!$_" in changed


def test_new_entries_get_their_labels():
    said = {
        "fullname": "Ann", "name": {"givenName": "Ann"}, "birthday": "--02-29", "anniversary": "2001-02-03",
        "phone": [{"number": "1", "type": "cell", "label": "work", "primary": True}, {"number": "2", "type": "Boat"}],
        "email": [{"address": "ann@example.org", "label": "home"}], "cozy": [{"url": "https://ann.example", "primary": True}],
        "website": [{"url": "https://x.example"}], "address": [{"number": "3", "street": "rue X", "code": "75001", "city": "Paris"}],
    }  # fmt: skip
    made = writing.fresh("u1", said, ["Choir"], "2026-07-18T14:02:00Z")
    assert texts_of(made) == [
        "BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Cozy//Contacts//EN", "UID:u1", "FN:Ann", "N:;Ann;;;",
        "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29",
        "item1.X-ABDATE:2001-02-03", "item1.X-ABLabel:_$!<Anniversary>!$_",
        "TEL;TYPE=WORK,CELL,pref:1", "item2.TEL:2", "item2.X-ABLabel:Boat",
        "EMAIL;TYPE=INTERNET,HOME:ann@example.org", "ADR:;;3 rue X;Paris;;75001;",
        "URL:https://x.example", "item3.URL;TYPE=pref:https://ann.example", "item3.X-ABLabel:Cozy",
        "CATEGORIES:Choir", "REV:2026-07-18T14:02:00Z", "END:VCARD",
    ]  # fmt: skip
    again = cards.read(made).members
    assert again["cozy"] == [{"url": "https://ann.example", "primary": True}]
    assert again["website"] == [{"url": "https://x.example"}]
    assert again["birthday"] == "--02-29"


def test_words_of_older_apps_are_understood():
    said = {
        "fullname": "A",
        "phone": [{"number": "1", "type": "mobile"}, {"number": "2", "type": "work", "label": "Bureau"}],
    }
    made = texts_of(writing.fresh("u", said))
    assert "TEL;TYPE=CELL:1" in made
    assert [line for line in made if line.endswith(("TEL;TYPE=WORK:2", "X-ABLabel:Bureau"))] == [
        "item1.TEL;TYPE=WORK:2", "item1.X-ABLabel:Bureau",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("19590515", "1959-05-15"), ("1959-05-15", "1959-05-15"), ("1959-05-15T00:00:00Z", "1959-05-15"),
        ("--0515", "--05-15"), ("--05-15", "--05-15"), ("1959-13-45", ""), ("--0229", "--02-29"), ("1959", ""), ("", ""),
    ],
)  # fmt: skip
def test_days_are_read_however_they_are_spelt(written, day):
    assert dates.day_of(written) == day


def test_names_are_made_anew_where_their_parts_changed():
    found = card("ios")
    said = {**cards.read(found).members, "name": {"givenName": "Ada", "familyName": "King"}}
    changed = texts_of(writing.merged(found, said))
    assert "FN:Ada King" in changed
    assert "N:King;Ada;;;" in changed


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff\x7f"), max_size=30
)
said_words = words.map(str.strip).filter(bool)
labelled = st.fixed_dictionaries({}, optional={"label": st.sampled_from(["home", "work"])})
bodies = st.fixed_dictionaries(
    {"fullname": said_words},
    optional={
        "name": st.dictionaries(st.sampled_from(cards.NAME_PARTS), said_words.filter(lambda it: "," not in it), min_size=1),
        "nickname": said_words.filter(lambda it: "," not in it), "note": said_words, "company": said_words,
        "jobTitle": said_words, "birthday": st.dates().map(str), "gender": st.sampled_from(["male", "female"]),
        "email": st.lists(st.builds(lambda e, v: {"address": v, **e}, labelled, said_words), max_size=3, min_size=1),
        "phone": st.lists(
            st.builds(lambda e, v: {"number": v, "type": "cell", **e}, labelled, said_words.filter(lambda it: it[:4].lower() != "tel:")),
            max_size=3, min_size=1,
        ),
    },
)  # fmt: skip


@settings(max_examples=60)
@given(bodies, st.sampled_from(["3.0", "4.0"]))
def test_whatever_an_app_wrote_is_read_back(body, version):
    text = lines.write([writing.fresh("u", body, version=version)])
    assert read(text) == body


@settings(max_examples=40)
@given(st.sampled_from(KEPT), bodies)
def test_whatever_an_app_changes_is_read_back_and_nothing_unknown_is_lost(name, body):
    found = card(name)
    changed = writing.merged(found, {**cards.read(found).members, **body})
    after = cards.read(changed).members
    assert {key: _unordered(after.get(key)) for key in body if key != "fullname"} == {
        key: _unordered(value) for key, value in body.items() if key != "fullname"
    }
    unknown = [
        line.raw for line in found.lines() if line.name not in _KNOWN and not line.name.startswith("X-AB")
    ]
    assert [line.raw for line in changed.lines() if line.raw in unknown] == unknown


_KNOWN = {"FN", "N", "NICKNAME", "NOTE", "ORG", "TITLE", "BDAY", "GENDER", "EMAIL", "TEL", "REV"}


def _unordered(value):
    return sorted(sorted(each.items()) for each in value) if isinstance(value, list) else value


def test_a_company_may_end_with_what_separates():
    text = lines.write([writing.fresh("u", {"fullname": "A", "company": "B;"})])
    assert read(text) == {"fullname": "A", "company": "B;"}


def test_every_member_that_cards_own_is_one_that_they_read():
    read_ = set().union(*(members(name) for name in (*KEPT, "outlook", "android")))
    assert read_ <= MEMBERS


pieces = st.sampled_from(
    ["\r\n", "\n ", ";", ":", ",", "\\", '"', "BEGIN:VCARD", "END:VCARD", "TYPE=", "VALUE=uri", "1604", "--", "\x00", "é", "=", "^n", ""]
)  # fmt: skip


@settings(max_examples=80)
@given(
    st.sampled_from((*KEPT, "outlook", "android")),
    st.lists(st.tuples(st.floats(0, 1), pieces, st.integers(0, 5)), max_size=6),
)
def test_a_spoilt_card_is_read_or_refused_with_a_line(name, spoils):
    text = lines.decode((CARDS / f"{name}.vcf").read_bytes())
    for where, piece, cut in spoils:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + cut :]
    reading = attempt(text)
    if isinstance(reading, int):
        assert 1 <= reading <= text.count("\n") + text.count("\r") + 1
    else:
        assert KIND.parse(reading.text).body == reading.body
        again = writing.merged(lines.parse(reading.text)[0], {**reading.body, "nickname": "Zed"}, ["A"])
        assert cards.categories(again) == ["A"]


def attempt(text):
    """What a card says, or the number of the line that is wrong."""
    try:
        return KIND.parse(text)
    except BadText as refused:
        return refused.facts["line"]


def test_every_reason_has_words_for_people():
    sources = "".join(Path(inspect.getfile(module)).read_text() for module in (lines, kind))
    said = re.findall(r'(?:reason=|return )"([a-zA-Z][^"]{10,})"', sources)
    assert sorted({each for each in said if " " in each}) == sorted(REASONS)
