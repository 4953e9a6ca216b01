"""A home taken into another one that brought in the same archives: what both have is there once, whatever its id is."""

from collections import Counter
from pathlib import Path

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.rooms.collections import service as collections
from cozy.rooms.contacts import service as contacts
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.files import service as files
from cozy.rooms.photos import service as photos
from tests.exports.conftest import CARD, EVENT
from tests.exports.test_open_folder import taken_to
from tests.exports.test_round_trip import brought
from tests.imports.conftest import tree_of

ARCHIVE = {
    "people.vcf": CARD.replace("UID:anna-1\r\n", "") + CARD.replace("anna-1", "anna-2"),
    "Choir.ics": EVENT.replace("PRODID", "X-WR-CALNAME:Choir\r\nPRODID"),
    "bookmarks.html": '<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><A HREF="https://example.org/">Example</A></DL>',
    "bank.qif": "!Type:Bank\nD01/02/2020\nT-12.50\nPBaker\n^\nD01/02/2020\nT-12.50\nPBaker\n^\n",
    "walk.gpx": '<gpx version="1.1"><trk><name>Walk</name><trkseg><trkpt lat="48.1" lon="-4.5"><time>2020-01-02T10:00:00Z</time>'
    '</trkpt><trkpt lat="48.2" lon="-4.5"><time>2020-01-02T11:00:00Z</time></trkpt></trkseg></trk></gpx>',
}  # fmt: skip
DOCTYPES = (
    "io.cozy.contacts", "io.cozy.contacts.groups", "io.cozy.calendars", "io.cozy.calendar.events", "io.cozy.photos.albums",
    "io.cozy.bookmarks", "io.cozy.bank.accounts", "io.cozy.bank.operations", "io.cozy.timeseries.geojson",
)  # fmt: skip


def all_of(work, doctype: str) -> list:
    return documents.find(work, doctype, Query(selector={}, limit=1000)).documents


def numbers(work) -> Counter[str]:
    found = Counter({doctype: len(all_of(work, doctype)) for doctype in DOCTYPES})
    found["files"] = sum(not path.startswith("/Imports/") for path in tree_of(work))
    return found


def by_hand(work) -> None:
    """What both owners made by themselves, so that ids differ, and mails that came in another order."""
    photo = files.create_file(work, files.ROOT, "sea.jpg", inline_content(b"\xff\xd8\xff sea"), "image/jpeg")
    photos.albums.create(work, "Brittany", [photo.id])
    group = documents.create(work, "io.cozy.contacts.groups", {"name": "Friends"})
    related = {"groups": {"data": [{"_id": group.id, "_type": group.doctype}]}}
    collections.items.save(work, "contacts", {"fullname": "Berta", "relationships": related})
    account = documents.create(work, "io.cozy.bank.accounts", {"label": "Mine", "number": "12 34"})
    for _ in range(2):
        documents.create(
            work, "io.cozy.bank.operations", {"label": "Tea", "amount": -1, "account": account.id}
        )


def mails(work, first: bytes, second: bytes) -> None:
    for name, content in (("mail.eml", first), ("mail (2).eml", second)):
        files.create_file(work, files.ROOT, name, inline_content(content), "")


async def lived(house, home, folder: Path, *letters: bytes) -> None:
    """The archive comes in, and the rest by hand."""
    folder.mkdir(exist_ok=True)
    for name, text in ARCHIVE.items():
        (folder / name).write_text(text)
        await brought(house, home, folder / name)
    await house.write(home, SYSTEM, by_hand)
    await house.write(home, SYSTEM, mails, *letters)


async def test_what_both_homes_have_is_there_once(house, home, other, tmp_path, clock):
    await lived(house, home, tmp_path / "archive", b"one", b"two")
    await taken_to(house, home, tmp_path / "out")
    clock.advance(minutes=10)
    await lived(house, other, tmp_path / "archive", b"two", b"one")
    before = await house.read(other, SYSTEM, numbers)
    body = await brought(house, other, tmp_path / "out")
    assert await house.read(other, SYSTEM, numbers) == before
    assert body.parts[0].beside == 0


async def test_what_one_home_has_twice_and_what_is_in_it_come_along_to_another_and_once_more(
    house, home, other, tmp_path
):
    def twice(work) -> None:
        by_hand(work)
        first, second = (collections.shelves.create(work, "calendars", {"name": "Choir"}) for _ in range(2))
        collections.items.put(work, "calendars", first.id, "a.ics", EVENT.replace("tea-1", "song-1"))
        collections.items.put(work, "calendars", second.id, "b.ics", EVENT.replace("tea-1", "song-2"))
        contacts.moving.take(work, list(contacts.moving.pieces(CARD.encode())))

    def one_choir(work) -> None:
        shelf = collections.shelves.create(work, "calendars", {"name": "Choir"})
        collections.items.put(work, "calendars", shelf.id, "a.ics", EVENT.replace("tea-1", "mine-1"))
        photos.albums.create(work, "Brittany")

    def seen(work) -> tuple[list[list[str]], int, int]:
        shelves = [each for each in collections.shelves.all_(work, "calendars") if each.name == "Choir"]
        uids = [
            sorted(item.uid for item in collections.items.entries(work, "calendars", shelf.id)) for shelf in shelves
        ]  # fmt: skip
        (album,) = photos.albums.all_(work)
        return sorted(uids), len(all_of(work, "io.cozy.bank.operations")), album.count

    await house.write(home, SYSTEM, twice)
    await house.write(other, SYSTEM, one_choir)
    await taken_to(house, home, tmp_path / "out")
    for _ in range(2):
        await brought(house, other, tmp_path / "out")
        calendars, operations, pictures = await house.read(other, SYSTEM, seen)
        assert calendars in ([["mine-1", "song-1"], ["song-2"]], [["mine-1", "song-2"], ["song-1"]])
        assert (operations, pictures) == (2, 1)
