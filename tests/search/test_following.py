"""The index follows the documents, is behind no page, and can be made again."""

import io
import re

import pytest
import structlog

from cozy.backends.disk import inline_content
from cozy.backends.previewer import limits
from cozy.backends.previewer.limits import Limit
from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.search import service, store
from cozy.rooms.search.jobs import follow
from cozy.rooms.search.model.asking import read
from tests.browser import samples
from tests.conftest import OWNER
from tests.jobs.conftest import at_work, until
from tests.search.conftest import caught_up
from tests.search.samples import DOC, DOCX, EPUB, ODT, PPTX, XLSX, mail, scan

TEXT = "Le bail de l'appartement est signé avec l'agence.".encode()


def picture(text: str) -> bytes:
    """A scan of a page, as a PNG."""
    out = io.BytesIO()
    scan(text).save(out, "PNG")
    return out.getvalue()


def test_a_change_puts_one_line_into_the_queue_whatever_comes_after(work, given):
    given.file("a.txt")
    follow(work)
    assert work.stirs
    work.stirs = False
    given.file("b.txt")
    follow(work)
    assert not work.stirs
    assert store.cursor(work) == 0
    assert jobs.next_due(work) > "2026-07-18T14:02"


def test_what_was_looked_at_is_not_looked_at_again(work, given, find):
    given.file("a.txt")
    caught_up(work)
    before = store.cursor(work)
    assert service.following.behind(work) == 0
    assert not service.following.advance(work)
    assert store.cursor(work) == before


def test_many_changes_are_taken_a_part_at_a_time(work, given):
    caught_up(work)
    before = store.count(work)
    for n in range(6):
        given.file(f"{n}.txt", b"%d" % n)
    parts = 1
    while service.following.advance(work, 2):
        parts += 1
    assert parts == 3
    assert store.count(work) == before + 6


DOCUMENTS = {
    "bail.txt": (TEXT, "appartement signé"),
    "lettre.docx": (DOCX, "chère"),
    "comptes.xlsx": (XLSX, "loyer chaude"),
    "exposé.pptx": (PPTX, "page"),
    "projet.odt": (ODT, "beau jardin"),
    "ancien.doc": (DOC, "étrennes"),
    "roman.epub": (EPUB, "il était une fois"),
    "message.eml": (mail(), "facture de:marie"),
    "scan.png": (picture("Garantie du lave-linge"), "garantie"),
}


async def test_a_house_at_work_follows_reads_texts_and_can_begin_anew(house, home, clock):
    def keep(work: Work) -> list[str]:
        return [
            files.create_file(work, files.ROOT, name, inline_content(data), "").sha256
            for name, (data, _) in DOCUMENTS.items()
        ]

    async with at_work(house) as working:
        first, *_ = await working.write(home, OWNER, keep)
        clock.advance(seconds=2)
        working.wake(home)
        await until(working, home, lambda work: store.text_of(work, first), TEXT.decode())
        await until(working, home, store.texts_waiting, 0)
        for name, (_, said) in DOCUMENTS.items():
            found = await working.read(home, OWNER, service.found_by, read(said))
            assert name in [each.title for each in found], said
    number = await house.read(home, SYSTEM, store.count)
    left: list[int] = []
    assert await service.rebuild(house, home, left.append) == number
    assert await house.read(home, SYSTEM, store.text_of, first) == TEXT.decode()
    await service.rebuild(house, home, with_texts=True)
    assert await house.read(home, SYSTEM, store.texts_waiting) == len(DOCUMENTS)


async def test_what_was_stopped_while_it_was_made_again_is_gone_on_with(house, home):
    def many(work: Work) -> None:
        for n in range(250):
            files.create_folder(work, files.ROOT, f"Dossier {n}")

    await house.write(home, OWNER, many)
    left: list[int] = []
    number = await service.rebuild(house, home, left.append)
    assert number > 250

    def killed(still: int) -> None:
        assert still > left[-1], "the power went"

    with pytest.raises(AssertionError, match="power"):
        await service.rebuild(house, home, killed)
    again: list[int] = []
    assert await service.rebuild(house, home, again.append) == number
    assert again == []
    assert await service.rebuild(house, home, again.append) == number
    assert again == left


async def test_the_page_finds_what_was_made_a_moment_ago(house, home, reader):
    await house.write(
        home, OWNER, files.create_file, files.ROOT, "Été à la mer <b>.txt", inline_content(b"x"), ""
    )
    page = (await reader.get("/my/search?q=ete+mer")).text
    assert "<mark>Été</mark> à la <mark>mer</mark> &lt;b&gt;.txt" in page.replace("\n", "")
    assert "/my/file/" in page
    first = (await reader.get("/my/search/first?q=ét")).text
    assert 'role="option"' in first
    assert "<html" not in first
    assert "Été à la mer" not in (await reader.get("/my/search?q=ete&in=contacts")).text
    assert (await reader.get("/my/search")).status_code == 200
    assert (await reader.get("/my/search?q=nothing&page=x")).status_code == 200


async def test_the_page_narrows_by_who_and_where_and_takes_it_back(house, home, reader):
    def filled(work: Work) -> str:
        trip = files.create_folder(work, files.ROOT, "Voyage")
        for n in range(2):
            files.create_file(work, trip.id, f"Plage {n}.txt", inline_content(b"%d" % n), "")
        for who in ("Marie Dupont", "Marie Dupont", "Théo"):
            body = {
                "label": "Plage",
                "start": "2026-07-01",
                "end": "2026-07-02",
                "attendees": [{"name": who, "email": "someone@example.org"}],
            }
            calendars.events.make(work, body)
        return trip.id

    folder = await house.write(home, OWNER, filled)
    page = (await reader.get("/my/search?q=plage")).text
    assert "who=Marie+Dupont" in page
    assert f"dir={folder}" in page
    assert page.count('class="t"') == 5
    narrow = (await reader.get(f"/my/search?q=plage&dir={folder}&who=")).text
    assert narrow.count('class="t"') == 2
    assert 'href="/my/search?q=plage" aria-current="page"' in narrow
    assert (await reader.get("/my/search?q=plage&who=Marie+Dupont")).text.count('class="t"') == 2
    assert (await reader.get("/my/search?dir=nowhere")).status_code == 200
    assert "July 2026" in (await reader.get("/my/search?q=plage+juillet+2026")).text


async def test_pages_of_results_can_be_turned(house, home, reader):
    def many(work):
        for n in range(35):
            files.create_folder(work, files.ROOT, f"Dossier {n}")

    await house.write(home, OWNER, many)
    page = (await reader.get("/my/search?q=dossier")).text
    assert page.count('class="t"') == 30
    (url,) = re.findall(r'href="(/my/search\?[^"]*page=2[^"]*)"', page)
    assert (await reader.get(url.replace("&amp;", "&"))).text.count('class="t"') == 5


async def test_apps_find_what_they_may_read_and_no_more(house, home, acting):
    def filled(work):
        folder = files.create_folder(work, files.ROOT, "Voyages")
        files.create_file(work, folder.id, "Plage <1>.txt", inline_content(b"a"), "")
        files.create_file(work, files.ROOT, "Plage privée.txt", inline_content(b"b"), "")
        return folder.id

    folder_id = await house.write(home, OWNER, filled)
    await house.write(home, SYSTEM, caught_up)
    whole = await acting("app", "drive", "io.cozy.files:GET")
    part = await acting("app", "gallery", f"io.cozy.files:GET:{folder_id}")
    other = await acting("app", "contacts", "io.cozy.contacts")

    async def found(client, **asked):
        answer = await client.post("/search", json={"q": "plages", **asked})
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert len((await found(whole))["data"]) == 2
    (only,) = (await found(part))["data"]
    assert only["attributes"]["title_html"] == "<mark>Plage</mark> &lt;1&gt;.txt"
    assert only["type"] == "io.cozy.files"
    assert (await found(other))["data"] == []
    assert (await found(whole, doctypes=["io.cozy.contacts"]))["data"] == []
    assert (await found(whole, limit=1))["meta"] == {"more": True, "corrected": "", "loose": False}
    assert (await whole.post("/search", json={"q": 7})).status_code == 400


async def test_nobody_searches_without_being_known(anonymous):
    assert (await anonymous.post("/search", json={"q": "x"})).status_code == 401
    assert (await anonymous.get("/my/search?q=x")).status_code == 303


async def test_a_text_whose_reading_hangs_holds_no_other_up_and_the_log_says_why(
    house, home, clock, monkeypatch
):
    def come(work):
        contents = {"a.pdf": samples.pdf("Un bail"), "b.txt": b"Le bail est perdu."}
        return [
            files.create_file(work, files.ROOT, name, inline_content(data), "").sha256
            for name, data in contents.items()
        ]

    monkeypatch.setitem(limits.LIMITS, "text_pdf", Limit(patience_s=0))
    with structlog.testing.capture_logs() as logs:
        async with at_work(house) as working:
            pdf, text = await working.write(home, OWNER, come)
            clock.advance(seconds=2)
            working.wake(home)
            await until(working, home, lambda work: store.text_of(work, text), "Le bail est perdu.")
            await until(working, home, store.texts_waiting, 0)
    assert await house.read(home, SYSTEM, store.text_of, pdf) is None
    why = "It took longer than 0 s: the process had to be stopped."
    assert {each["why"] for each in logs if each["event"] == "a text cannot be read"} == {why}
