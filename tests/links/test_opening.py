"""What whoever has a link sees, and what they do not."""

import io
import re
import zipfile

import pytest

from cozy.kernel.caller import SYSTEM, Caller
from cozy.rooms.files import service as files
from cozy.rooms.links import service as links
from cozy.rooms.links.model import Thing
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.conftest import OWNER
from tests.links.conftest import code_of, found, picture


async def test_a_folder_shows_without_an_account(given, share, guest):
    known = await share("file", given["Holidays"])
    page = await guest.get(known.address)
    assert page.status_code == 200
    assert "Alice shares with you" in page.text
    for shown in ("Holidays", "beach.jpg", "Plans", f"/s/{code_of(known)}/zip"):
        assert shown in page.text
    assert "diary" not in page.text
    assert "Secret" not in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert re.search(r'<meta property="og:title" content="Holidays">', page.text)


async def test_the_page_speaks_the_guests_language(given, share, guest):
    known = await share("file", given["Holidays"])
    page = await guest.get(known.address, headers={"accept-language": "fr-FR,fr;q=0.9"})
    assert '<html lang="fr"' in page.text
    assert "Tout télécharger" in page.text


async def test_nothing_above_or_beside_the_folder_is_there(given, share, guest):
    code = code_of(await share("file", given["Plans"]))
    for id_ in (
        given["Holidays"],
        given["Secret"],
        given["beach.jpg"],
        given["diary.txt"],
        files.ROOT,
        files.TRASH,
    ):
        for kind in ("folder", "file"):
            answer = await guest.get(f"/s/{code}/{kind}/{id_}")
            assert answer.status_code == 404, (kind, id_)
        assert (await guest.get(f"/s/{code}/zip/{id_}")).status_code == 404
    page = await guest.get(f"/s/{code}")
    assert "Holidays" not in page.text


async def test_files_open_and_are_sent_in_ranges_to_be_saved_or_shown(client, given, share, guest):
    code = code_of(await share("file", given["Holidays"]))
    page = await guest.get(f"/s/{code}/file/{given['beach.jpg']}")
    raw = found(r'href="(/s/[^"]+/raw/[0-9a-f]{12})\?download"', page.text)
    whole = await guest.get(raw)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, picture(), "image/jpeg")
    assert whole.headers["content-security-policy"].startswith("sandbox")
    part = await guest.get(raw, headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, picture()[:10])
    saved = await guest.get(f"{raw}?download")
    assert saved.headers["content-disposition"].startswith("attachment")
    small = await guest.get(raw.replace("/raw/", "/picture/512-"))
    assert small.headers["content-type"] in {"image/webp", "image/svg+xml"}


async def test_hostile_contents_are_only_ever_saved(client, share, guest):
    folder = (await client.mkdir("Hostile"))["id"]
    for name, mime in [
        ("a.html", "text/html"),
        ("b.svg", "image/svg+xml"),
        ("c.xhtml", "application/xhtml+xml"),
    ]:
        data = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        answer = await client.post(
            f"/files/{folder}",
            params={"Type": "file", "Name": name},
            content=data,
            headers={"content-type": mime},
        )
        assert answer.status_code == 201
        made = answer.json()["data"]
        code = code_of(await share("file", folder))
        page = await guest.get(f"/s/{code}/file/{made['id']}")
        assert "<script>alert" not in page.text
        raw = await guest.get(found(rf"/s/{code}/file/{made['id']}/raw/[0-9a-f]+", page.text))
        assert raw.headers["content-disposition"].startswith("attachment")
        assert raw.headers["content-security-policy"].startswith("sandbox")


async def test_everything_comes_as_one_archive(given, share, guest):
    code = code_of(await share("file", given["Holidays"]))
    answer = await guest.get(f"/s/{code}/zip")
    assert answer.headers["content-length"] == str(len(answer.content))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == [
            "Holidays/Plans/",
            "Holidays/Plans/route.txt",
            "Holidays/beach.jpg",
        ]
        assert archive.read("Holidays/Plans/route.txt") == b"left, then right"
    below = await guest.get(f"/s/{code}/zip/{given['Plans']}")
    with zipfile.ZipFile(io.BytesIO(below.content)) as archive:
        assert archive.namelist() == ["Plans/route.txt"]


async def test_what_is_thrown_away_or_moved_out_is_no_longer_there(client, given, share, guest, act):
    code = code_of(await share("file", given["Holidays"]))
    url = f"/s/{code}/file/{given['beach.jpg']}"
    page = await guest.get(url)
    raw = found(r"/s/[^\"]+/raw/[0-9a-f]+", page.text)
    await act(files.trash, given["beach.jpg"])
    for gone in (url, raw, raw.replace("/raw/", "/picture/512-")):
        assert (await guest.get(gone)).status_code == 404
    assert "beach.jpg" not in (await guest.get(f"/s/{code}")).text
    route = f"/s/{code}/file/{given['route.txt']}"
    assert (await guest.get(route)).status_code == 200
    await act(files.change, given["Plans"], files.Change(dir_id=given["Secret"]))
    assert (await guest.get(route)).status_code == 404
    await act(files.trash, given["Holidays"])
    assert (await guest.get(f"/s/{code}")).status_code == 404


async def test_old_versions_are_not_shared(client, given, share, guest):
    code = code_of(await share("file", given["Plans"]))
    page = await guest.get(f"/s/{code}/file/{given['route.txt']}")
    before = found(r"/s/[^\"]+/raw/[0-9a-f]+", page.text)
    answer = await client.put(
        f"/files/{given['route.txt']}", content=b"right, then left", headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 200
    assert (await guest.get(before)).status_code == 404
    assert (await guest.get(before[: before.rindex("/") + 2])).status_code in {200, 404}


@pytest.mark.parametrize("code", ["nothing", "123456", "x" * 12, "é" * 12])
async def test_codes_that_open_nothing_all_say_the_same(guest, given, code):
    answer = await guest.get(f"/s/{code}")
    assert answer.status_code == 404


async def test_a_link_with_a_password_asks_for_it_once_and_tells_nothing_before(
    given, share, guest, anonymous
):
    known = await share("file", given["Holidays"], password="tilleul")
    code = code_of(known)
    for path in ("", f"/file/{given['beach.jpg']}", "/zip", "/about", "/home"):
        answer = await guest.get(f"/s/{code}{path}")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/auth/share-by-link/password?")
        assert "Holidays" not in answer.text
    asked = await guest.get((await guest.get(f"/s/{code}")).headers["location"])
    assert "Holidays" not in asked.text
    csrf = found(r'name="csrf_token" value="([^"]+)"', asked.text)
    fields = {"perm_id": known.link.id, "redirect": f"/s/{code}", "csrf_token": csrf}
    assert (
        await guest.post("/auth/share-by-link/password", data={**fields, "password": "chêne"})
    ).status_code == 403
    given_it = await guest.post("/auth/share-by-link/password", data={**fields, "password": "tilleul"})
    assert (given_it.status_code, given_it.headers["location"]) == (303, f"/s/{code}")
    page = await guest.get(f"/s/{code}")
    assert page.status_code == 200
    assert '<meta property="og:title" content="Holidays">' not in page.text
    assert (await anonymous.get(f"/s/{code}")).status_code == 303


async def test_the_end_the_withdrawal_and_another_password_count_at_once(
    given, share, guest, act, house, home, clock
):
    ending = code_of(await share("file", given["Holidays"], expires_at="2026-07-19T00:00:00Z"))
    known = await share("file", given["Holidays"])
    assert (await guest.get(f"/s/{ending}")).status_code == 200
    clock.advance(days=1)
    assert (await guest.get(f"/s/{ending}")).status_code == 404
    code = code_of(known)
    thumbnails = await guest.get(f"/files/{given['Holidays']}", headers={"authorization": f"Bearer {code}"})
    small = found(r"/files/[0-9a-f]+/thumbnails/[^\"]+/small", thumbnails.text)
    archive = await guest.post(
        "/files/archive",
        json={"data": {"attributes": {"name": "x", "ids": [given["Plans"]]}}},
        headers={"authorization": f"Bearer {code}"},
    )
    zipped = archive.json()["links"]["related"]
    assert (await guest.get(small)).status_code in {200, 422}
    assert (await guest.get(zipped)).status_code == 200
    sealed = await permissions.passwords.seal("tilleul")
    patch = permissions.links.Patch(sealed=sealed)
    await house.write(
        home,
        OWNER,
        lambda work: permissions.links.change(work, permissions.fetch(work, known.link.id), patch),
    )
    assert (await guest.get(small)).status_code == 400
    assert (await guest.get(zipped)).status_code == 400
    assert (await guest.get(f"/s/{code}")).status_code == 303
    await act(lambda work: permissions.withdraw(work, permissions.fetch(work, known.link.id)))
    assert (await guest.get(f"/s/{code}")).status_code == 404


async def test_the_owner_sees_their_link_as_others_do_with_a_note(given, share, reader, guest):
    known = await share("file", given["Holidays"])
    mine, theirs = (await reader.get(known.address)).text, (await guest.get(known.address)).text
    assert "You see this as your guests do." in mine
    assert "You see this as your guests do." not in theirs
    assert (await reader.get(f"/s/{code_of(known)}/file/{given['diary.txt']}")).status_code == 404


async def test_a_link_to_look_at_offers_nothing_to_save_and_its_codes_are_no_tokens(given, share, guest):
    known = await share("file", given["Holidays"], "look")
    code = code_of(known)
    page = await guest.get(f"/s/{code}")
    assert "beach.jpg" in page.text
    assert "download" not in page.text.lower().replace("nothing to download", "")
    large = await guest.get(f"/s/{code}/file/{given['beach.jpg']}")
    picture_url = found(r"/s/[^\"]+/picture/1600-[0-9a-f]+", large.text)
    assert (await guest.get(picture_url)).status_code == 200
    for refused in (picture_url.replace("/picture/1600-", "/raw/"), f"/s/{code}/zip"):
        assert (await guest.get(refused)).status_code == 403
    for token in (code, *known.link.codes.values()):
        answer = await guest.get(f"/files/{given['Holidays']}", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 403


async def test_a_link_of_an_app_to_look_at_opens_no_more_than_the_app_may_use(
    client, given, guest, house, home
):
    def linked(work):
        held = permissions.grant(work, "app", "gallery", {"files": Rule("io.cozy.files")})
        work.caller = Caller("app", held.grants, name="gallery", permission=held.id)
        rules = {"files": Rule("io.cozy.files", ("GET",), (given["Holidays"],))}
        wanted = permissions.links.Wanted(rules=rules, labels=("link",), look_only=True)
        return permissions.links.make(work, wanted).shortcodes["link"]

    code = await house.write(home, SYSTEM, linked)
    assert "beach.jpg" in (await guest.get(f"/s/{code}")).text

    def narrowed(work):
        permissions.grant(work, "app", "gallery", {"files": Rule("io.cozy.files", (), (given["Secret"],))})

    await house.write(home, SYSTEM, narrowed)
    assert (await guest.get(f"/s/{code}")).status_code == 404


async def test_visits_are_counted_for_the_owner(given, share, guest, house, home):
    known = await share("file", given["Holidays"])
    for _ in range(3):
        await guest.get(known.address)
    await permissions.ledger.flush_home(house, home)
    thing = Thing("file", given["Holidays"], "Holidays", True)
    (told,) = await house.read(home, OWNER, links.making.of, thing)
    assert told.visits == 3
    assert told.seen is not None


async def test_links_that_apps_make_open_here_too(client, given, guest):
    rules = {"files": {"type": "io.cozy.files", "verbs": ["GET"], "values": [given["Holidays"]]}}
    answer = await client.post(
        "/permissions?codes=link",
        json={"data": {"type": "io.cozy.permissions", "attributes": {"permissions": rules}}},
    )
    code = answer.json()["data"]["attributes"]["shortcodes"]["link"]
    assert "beach.jpg" in (await guest.get(f"/s/{code}")).text
    tiny = await client.post(
        "/permissions?codes=link&ttl=10m&tiny=true",
        json={"data": {"type": "io.cozy.permissions", "attributes": {"permissions": rules}}},
    )
    digits = tiny.json()["data"]["attributes"]["shortcodes"]["link"]
    assert (await guest.get(f"/s/{digits}")).status_code == 404
