"""A home with a little of everything, and where it is taken along to."""

import io
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cozy.app.house import home_of
from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.calendars import service as calendars
from cozy.rooms.contacts import service as contacts
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.photos import service as photos
from tests.conftest import ALICE

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:anna-1\r\nFN:Anna Müller\r\nN:Müller;Anna;;;\r\nEMAIL:anna@example.org\r\nEND:VCARD\r\n"
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:tea-1\r\nDTSTAMP:20260701T100000Z\r\n"
    "DTSTART:20260720T150000Z\r\nDTEND:20260720T160000Z\r\nSUMMARY:Tea\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
MAIL = b"From: anna@example.org\r\nTo: alice@example.org\r\nSubject: Hello\r\nDate: Fri, 17 Jul 2026 10:00:00 +0000\r\n\r\nHow are you?\r\n"
OLD = files.Details(
    created_at="2001-02-03T04:05:06Z", updated_at="2002-03-04T05:06:07Z", dates_are_final=True
)


def note_with_picture() -> bytes:
    """A note as the app Notes stores one that shows a picture."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in (("index.md", b"# Trip\n\n![](sea.png)\n"), ("sea.png", b"\x89PNG")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def fill(work: Work) -> None:
    """A little of everything."""
    folder = files.create_folder(work, files.ROOT, "Papers: all")
    files.create_folder(work, folder.id, "nothing yet")
    file = files.create_file(work, folder.id, "Lease.txt", inline_content(b"first"), "", OLD)
    files.overwrite(work, file.id, inline_content(b"second"), "")
    files.create_file(work, folder.id, "lease.TXT", inline_content(b"another"), "")
    files.create_file(work, folder.id, "hello.eml", inline_content(MAIL), "message/rfc822")
    files.create_file(work, files.ROOT, "plan.cozy-note", inline_content(b"# Plan\n\n- bread\n"), "")
    files.create_file(work, files.ROOT, "trip.cozy-note", inline_content(note_with_picture()), "")
    files.trash(work, files.create_file(work, files.ROOT, "old.txt", inline_content(b"bye"), "").id)
    photo = files.create_file(work, files.ROOT, "sea.jpg", inline_content(b"\xff\xd8\xff sea"), "image/jpeg")
    photos.albums.create(work, "Brittany & more", [photo.id])
    contacts.moving.take(work, list(contacts.moving.pieces(CARD.encode())))
    calendars.files.import_(work, "personal", EVENT.encode())
    documents.create(
        work, "io.cozy.bank.operations", {"label": "Baker", "amount": -2.5, "tags": ["food", None]}
    )
    documents.create(work, "io.cozy.sessions", {"secret": "do-not-tell"})
    documents.create(work, "io.cozy.permissions", {"type": "share", "codes": {"anna": "do-not-tell"}})


def trust(work: Work) -> None:
    """What lets others do something here, or tells them of another server."""
    webhook = {"type": "@webhook", "worker": "konnector", "message": {"konnector": "bank"}}
    documents.create(work, "io.cozy.triggers", webhook, id_="do-not-tell-whose-knock-runs-it")
    documents.create(
        work, "io.cozy.triggers", {"type": "@daily", "worker": "konnector", "arguments": "daily"}
    )
    documents.create(
        work, "io.cozy.exports.places", {"url": "https://disk.example.org/s/do-not-tell", "account": "x"}
    )


@pytest.fixture
async def lived_in(house: House, home: Home) -> Home:
    """The home, filled."""
    await house.write(home, SYSTEM, fill)
    return home


@pytest.fixture
async def other(house: House) -> Home:
    """Another home, in which nothing is."""
    listing = await auth.open_home(house, "bob.localhost", ALICE, origin_of(house.settings, "bob.localhost"))
    return home_of(house.settings, listing)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where an export goes."""
    return tmp_path / "out"


@contextmanager
def webdav_shelf(folder: Path) -> Iterator[tuple[Path, str]]:
    """A folder that another WebDAV server keeps, and its address: there alice's password is `there`."""
    from cheroot import wsgi
    from wsgidav.wsgidav_app import WsgiDAVApp

    (folder / "backup").mkdir(parents=True)
    users = {"*": {"alice": {"password": "there"}}}
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)}, "simple_dc": {"user_mapping": users}, "verbose": 0,
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "logging": {"enable": False},
        }
    )  # fmt: skip
    server = wsgi.Server(("127.0.0.1", 0), app, numthreads=2)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield folder / "backup", f"http://127.0.0.1:{server.bind_addr[1]}/backup"
    finally:
        server.stop()
        thread.join(10)
