"""What others share from another server, as its owner meets it: asked first, then a folder like any."""

import re

import pytest

from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.federation import service

from .servers import Shelf

SECRET = "tDPRTrLI4hE3C5T"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def postgres(request) -> str:
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else ""


@pytest.fixture
async def garden(street, alice, nextcloud):
    """The id of bob's garden, which waits for Alice's answer."""
    nextcloud.shelf = Shelf(
        SECRET,
        {"": None, "/rose & <lily>.txt": b"red <b>", "/Pots": None, "/Pots/a.jpg": b"\xff\xd8\xff", "/evil.html": b"<script>alert(1)</script>"},
    )  # fmt: skip
    await nextcloud.share(alice)
    await street.settle("alice")
    (share,) = await alice.read(service.keeping.listed)
    return share.id


@pytest.fixture
async def taken(street, alice, garden):
    await alice.write(service.receiving.accept, garden)
    await street.settle("alice")
    return f"/my/elsewhere/{garden}"


@pytest.fixture
async def browser(alice):
    async with alice.browser() as browser:
        yield browser


async def test_a_stranger_is_shown_as_one_and_a_contact_as_who_they_are(
    street, alice, garden, browser, nextcloud
):
    shown = (await browser.get("/my/shared")).text
    assert "Bob Martin · bob@cloud.localhost:9000 · not among your contacts" in shown
    asked = await browser.get(f"/my/elsewhere/{garden}")
    assert asked.status_code == 200
    assert "If you do not know it, decline." in asked.text
    assert SECRET not in shown + asked.text
    await alice.document(CONTACTS, {"fullname": "Bobby", "email": [{"address": "bob@cloud.localhost:9000"}]})
    shown = (await browser.get(f"/my/elsewhere/{garden}")).text
    assert "Bobby would like to share" in shown
    assert "If you do not know it" not in shown
    assert (await browser.get(f"/my/elsewhere/{garden}/raw")).status_code == 404  # nothing opens before a yes
    answer = await browser.submit(f"/my/elsewhere/{garden}/accept")
    assert answer.headers["location"] == f"/my/elsewhere/{garden}"
    await street.settle("alice")
    assert [each["notificationType"] for each in nextcloud.heard] == ["SHARE_ACCEPTED"]


async def test_a_folder_is_looked_through_and_a_file_seen_and_fetched(taken, browser):
    top = (await browser.get(taken)).text
    assert "rose &amp; &lt;lily&gt;.txt" in top
    assert top.index(">Pots<") < top.index("evil.html")
    assert SECRET not in top
    assert "a.jpg" in (await browser.get(taken, params={"path": "/Pots"})).text
    seen = (await browser.get(taken, params={"path": "/rose & <lily>.txt"})).text
    assert "red &lt;b&gt;" in seen
    (save,) = set(re.findall(r'href="([^"]*Dl=1)"', seen))
    fetched = await browser.get(save.replace("&amp;", "&"), headers={"range": "bytes=4-6"})
    assert (fetched.status_code, fetched.content) == (206, b"<b>")
    assert fetched.headers["content-disposition"].startswith("attachment")
    hostile = await browser.get(f"{taken}/raw", params={"path": "/evil.html"})
    assert hostile.headers["content-security-policy"].startswith("sandbox")
    assert hostile.headers["content-disposition"].startswith("attachment")
    for path in ("/none.txt", "/../../x"):
        assert (await browser.get(taken, params={"path": path})).status_code == 404


async def test_files_go_there_get_another_name_and_go_away(street, alice, taken, browser, nextcloud):
    for _ in range(2):
        sent = await browser.submit(
            f"{taken}/upload?path=/Pots", files={"files": ("mint.txt", b"green", "text/plain")}
        )
        assert sent.status_code == 303
    assert (await browser.submit(f"{taken}/new-folder", name="Beds")).status_code == 303
    again = await browser.submit(f"{taken}/new-folder", name="Beds")
    assert again.status_code == 422
    assert "Something of this name is there already." in again.text
    assert (await browser.submit(f"{taken}/rename?path=/Pots/mint.txt", name="basil.txt")).status_code == 303
    assert "Delete “a.jpg”?" in (await browser.get(f"{taken}/delete?path=/Pots/a.jpg")).text
    assert (await browser.submit(f"{taken}/delete?path=/Pots/a.jpg")).status_code == 303
    files = nextcloud.shelf.files
    assert {name for name in files if name.startswith("/Pots/")} == {"/Pots/basil.txt", "/Pots/mint (2).txt"}
    assert "/Beds" in files
    kept = await browser.submit(f"{taken}/keep?path=/Pots")
    assert kept.status_code == 303
    await street.settle("alice")
    async with alice.api() as own:
        assert (await own.get("/files/metadata", params={"Path": "/Pots/basil.txt"})).status_code == 200


async def test_who_may_only_look_is_not_asked_to_change(alice, taken, garden, browser, nextcloud):
    share = await alice.read(service.keeping.fetch, garden)
    await alice.write(service.keeping.put, share, may_write=False)
    assert f"{taken}/upload" not in (await browser.get(taken)).text
    assert (await browser.get(f"{taken}/upload")).status_code == 403
    assert (await browser.submit(f"{taken}/delete?path=/Pots")).status_code == 403
    assert "/Pots" in nextcloud.shelf.files


async def test_what_does_not_open_says_why(street, taken, browser, nextcloud):
    street.cut("alice", "cloud")
    away = await browser.get(taken)
    assert (away.status_code, "cannot be reached" in away.text) == (200, True)
    street.restore("alice", "cloud")
    nextcloud.shelf.secret = "another"
    closed = await browser.get(taken)
    assert closed.status_code == 403
    assert "does not let you in" in closed.text
    left = await browser.submit(f"{taken}/leave")
    assert left.headers["location"] == "/my/shared"
    await street.settle("alice")
    assert [each["notificationType"] for each in nextcloud.heard] == ["SHARE_ACCEPTED", "SHARE_DECLINED"]
    assert (await browser.get(taken)).status_code == 404


async def test_the_owner_takes_none_any_more(alice, garden, browser, nextcloud):
    page = (await browser.get("/my/elsewhere")).text
    assert f"alice@{alice.origin}" in page
    await browser.submit("/my/elsewhere/receiving", receives="no")
    assert (await nextcloud.share(alice, providerId="43")).status_code == 403
    assert "They are refused" in (await browser.get("/my/elsewhere")).text
    await browser.submit("/my/elsewhere/receiving", receives="yes")
    assert (await nextcloud.share(alice, providerId="43")).status_code == 201
    (declined,) = [await browser.submit(f"/my/elsewhere/{garden}/leave")]
    assert declined.status_code == 303


async def test_a_file_alone_is_shown_as_one_fetched_and_kept(street, alice, browser, nextcloud):
    nextcloud.shelf = Shelf(SECRET, {"": b"red"}, rights="1")
    await nextcloud.share(alice, name="rose.txt")
    await street.settle("alice")
    (share,) = await alice.read(service.keeping.listed)
    assert (share.is_folder, share.may_write) == (False, False)
    await alice.write(service.receiving.accept, share.id)
    shown = (await browser.get(f"/my/elsewhere/{share.id}")).text
    assert "<code>red</code>" in shown
    fetched = await browser.get(f"/my/elsewhere/{share.id}/raw?Dl=1")
    assert (fetched.content, "rose.txt" in fetched.headers["content-disposition"]) == (b"red", True)
    await browser.submit(f"/my/elsewhere/{share.id}/keep")
    await street.settle("alice")
    async with alice.api() as own:
        assert (await own.get("/files/metadata", params={"Path": "/rose/rose.txt"})).status_code == 200
