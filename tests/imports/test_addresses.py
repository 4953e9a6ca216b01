"""Address books as tables: those of Google in both its layouts, Outlook's, Thunderbird's."""

from cozy.kernel.caller import SYSTEM
from cozy.rooms.collections import service as collections
from cozy.rooms.imports.formats import addresses
from tests.imports.archives import zipped
from tests.imports.conftest import tree_of

GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,Organization Title,"
    "Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,"
    "Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - Postal Code,"
    "Address 1 - Country,Website 1 - Label,Website 1 - Value\n"
    'Zoé,Anne,Le Gall,,Dr,Zo,,"Port, Brest",Cheffe,Grues,1980-02-29,"Deux lignes\nde note",,* myContacts ::: Amis,* Home,zoe@example.org ::: z@example.org,'
    'Work,zoe@port.example,Mobile,+33 6 12 34 56 78,Home,"1 quai\n29200 Brest",1 quai,Brest,29200,France,Blog,https://zoe.example/\n'
)
OLD_GOOGLE = (
    "Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value\n"
    "Ann Ode,Ann,,Ode,* myContacts,Home,ann@example.org,Work,+1 555\n"
)
OUTLOOK = (
    '"First Name","Last Name","Title","E-mail Address","E-mail 2 Address","Home Phone","Mobile Phone","Business Fax","Company","Job Title",'
    '"Business Street","Business City","Business Postal Code","Business Country/Region","Birthday","Categories","Spouse"\n'
    '"Bob","Nemo","","bob@example.org","","+44 1","+44 2","+44 3","Sea; Ltd","Diver","2 Quay","Bath","BA1","UK","2/29/1980","Friends;Sea","Ann"\n'
    '"","","","only@example.org","","","","","","","","","","","3/4/1980","",""\n'
    '"","","","","","","","","","","","","","","0/0/00","",""\n'
)
FRENCH = "Prénom;Nom;Adresse de messagerie;Téléphone (domicile);Tél. mobile;Société\nLéa;Roux;lea@example.org;02 98;06 12;Thés\n"
THUNDERBIRD = (
    "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Home Phone,Fax Number,Mobile Number,Home Address,Home Address 2,"
    "Home City,Home ZipCode,Home Country,Organization,Web Page 1,Birth Year,Birth Month,Birth Day,Custom 1,Notes\n"
    "Ida,Blau,Ida Blau,,ida@example.org,i@example.org,1,2,3,Weg 4,Hof,Ulm,89073,DE,,https://ida.example/,1990,1,7,rot,fein\n"
)


def lines_of(row: dict[str, str]) -> set[str]:
    return set(addresses.card(row))


async def cards(house, home) -> dict[str, str]:
    def all_(work) -> list[str]:
        return [item.text for item in collections.items.page(work, "contacts", "contacts")]

    texts = [text.replace("\r\n ", "") for text in await house.read(home, SYSTEM, all_)]
    return {next(line for line in text.splitlines() if line.startswith("FN:"))[3:]: text for text in texts}


async def test_people_of_all_these_tables_come_in_once(bring, house, home, inside, tmp_path):
    tables = {
        "contacts.csv": GOOGLE.encode(), "google.csv": OLD_GOOGLE.encode(), "outlook.csv": OUTLOOK.encode("cp1252"),
        "contacts français.csv": FRENCH.encode("cp1252"), "thunderbird.csv": THUNDERBIRD.encode(),
    }  # fmt: skip
    body = await bring(zipped(tmp_path / "people.zip", tables))
    assert (body.state, body.left) == ("done", [])
    assert [(part.format, part.added) for part in body.parts] == [("addresses", {"contact": 6})]
    found = await cards(house, home)
    assert set(found) == {
        "Dr Zoé Anne Le Gall",
        "Ann Ode",
        "Bob Nemo",
        "only@example.org",
        "Léa Roux",
        "Ida Blau",
    }
    for name, told in WANTED.items():
        for line in told:
            assert f"{line}\r\n" in found[name], (line, found[name])
    again = await bring(zipped(tmp_path / "again.zip", tables))
    assert (again.parts[0].added, again.parts[0].same) == ({}, 6)
    assert not any(path.endswith(".csv") for path in await inside(tree_of))


WANTED = {
    "Dr Zoé Anne Le Gall": [
        "N:Le Gall;Zoé;Anne;Dr;", "EMAIL;TYPE=HOME:zoe@example.org", "EMAIL;TYPE=HOME:z@example.org", "EMAIL;TYPE=WORK:zoe@port.example",
        "TEL;TYPE=CELL:+33 6 12 34 56 78", "ADR;TYPE=HOME:;;1 quai;Brest;;29200;France", "ORG:Port\\, Brest;Grues", "TITLE:Cheffe",
        "BDAY:1980-02-29", "CATEGORIES:Amis", "NOTE:Deux lignes\\nde note", "URL:https://zoe.example/", "NICKNAME:Zo",
    ],
    "Ann Ode": ["EMAIL;TYPE=HOME:ann@example.org", "TEL;TYPE=WORK:+1 555"],
    "Bob Nemo": [
        "TEL;TYPE=HOME:+44 1", "TEL;TYPE=CELL:+44 2", "TEL;TYPE=FAX:+44 3", "ORG:Sea\\; Ltd", "BDAY:1980-02-29", "CATEGORIES:Friends,Sea",
        "ADR;TYPE=WORK:;;2 Quay;Bath;;BA1;UK", "NOTE:Spouse: Ann",
    ],
    "only@example.org": ["NOTE:Birthday: 3/4/1980"],  # which of both is the month?
    "Léa Roux": ["EMAIL:lea@example.org", "TEL;TYPE=HOME:02 98", "TEL;TYPE=CELL:06 12", "ORG:Thés"],
    "Ida Blau": [
        "EMAIL:i@example.org", "TEL;TYPE=FAX:2", "TEL;TYPE=CELL:3", "ADR;TYPE=HOME:;Hof;Weg 4;Ulm;;89073;DE", "BDAY:1990-01-07",
        "NOTE:fein\\nCustom 1: rot",
    ],
}  # fmt: skip


async def test_another_table_with_people_stays_a_file(bring, inside, tmp_path):
    body = await bring(
        zipped(tmp_path / "x.zip", {"guests.csv": b"Name,Email,Menu\nAnn,ann@example.org,fish\n"})
    )
    assert body.parts[0].added == {"file": 1}
    assert any(path.endswith("guests.csv") for path in await inside(tree_of))


def test_a_line_that_says_nothing_is_nobody():
    assert addresses.card({}) == []
    assert addresses.card({"Birthday": "0/0/00"}) == []


def test_a_text_ends_no_line_of_a_card():
    lines = addresses.card(
        {"First Name": "A\r\nEND:VCARD", "Last Name": "B;C", "E-mail Address": "a@example.org\nX:y"}
    )
    assert all("\n" not in line and "\r" not in line for line in lines)
