"""My archive: what has no room of its own, as lists that can be searched."""

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.imports.formats.bookmarks import BOOKMARKS
from tests.imports.archives import EVERYTHING, zipped

MESSAGES, OPERATIONS = "io.cozy.messages", "io.cozy.bank.operations"


@pytest.fixture
async def filled(house, home):
    def fill(work):
        for n in range(130):
            said = {"text": f"Hello number {n}", "author": "Ann", "conversation": "Choir"}
            documents.create(
                work, MESSAGES, {**said, "date": f"2024-01-01T10:{n % 60:02}:00Z"}, id_=f"m{n:03}"
            )
        last = {"text": "100% <b>à Noël</b>", "author": "Bob", "date": "2025-01-01"}
        documents.create(work, MESSAGES, last, id_="last")
        paid = {"label": "Bakery", "amount": -3.5, "currency": "EUR", "date": "2024-02-01"}
        documents.create(work, OPERATIONS, paid)

    await house.write(home, SYSTEM, fill)


async def test_kinds_are_counted_and_listed_newest_first(reader, filled):
    page = (await reader.get("/my/archive")).text
    assert "Messages" in page
    assert "131" in page
    assert "Where you were" not in page
    page = (await reader.get(f"/my/archive/{MESSAGES}")).text
    assert page.index("Noël") < page.index("Hello number")
    assert "<b>à" not in page
    assert page.count("Hello number") == 99
    assert "page=2" in page
    assert (await reader.get(f"/my/archive/{MESSAGES}?page=2")).text.count("Hello number") == 31
    assert "-€3.50" in (await reader.get(f"/my/archive/{OPERATIONS}")).text


async def test_words_are_searched_wherever_they_stand(reader, filled):
    async def found(words):
        return (await reader.get(f"/my/archive/{MESSAGES}", params={"q": words})).text.count(
            f"/my/archive/{MESSAGES}/"
        )

    assert await found("hello 129") == 1
    assert await found("ANN hello") == 100
    assert await found("100%") == 1
    assert await found("%") == 1
    assert await found("_") == 0
    assert await found('"') == 0
    assert await found("noël") == 1


async def test_what_is_behind_a_line_is_shown_whole(reader, filled):
    page = (await reader.get(f"/my/archive/{MESSAGES}/last")).text
    assert "&#34;author&#34;: &#34;Bob&#34;" in page
    assert (await reader.get(f"/my/archive/{MESSAGES}/nothing")).status_code == 404
    assert (await reader.get("/my/archive/io.cozy.settings")).status_code == 404
    assert (await reader.get("/my/archive/io.cozy.settings/io.cozy.settings.instance")).status_code == 404


async def test_a_line_is_told_in_words_and_its_moment_as_a_day(reader, filled, house, home):
    def in_paris(work):
        homes.change_profile(work, replace(homes.profile(work), tz="Europe/Paris"))

    await house.write(home, SYSTEM, in_paris)
    said = {"text": "Hi", "author": "Zoé", "date": "2020-01-02T23:04:59.000000Z", "attachments": ["A/b.jpg"], "secret_of_ours": "x"}  # fmt: skip
    await house.write(
        home,
        SYSTEM,
        lambda work: documents.create(work, MESSAGES, {**said, "is_local_time": True}, id_="local"),
    )
    await house.write(home, SYSTEM, lambda work: documents.create(work, MESSAGES, said, id_="zoned"))
    for id_, when in (("local", "2 January 2020, 23:04"), ("zoned", "3 January 2020, 00:04")):
        shown = (await reader.get(f"/my/archive/{MESSAGES}/{id_}")).text.partition("<details")[0]
        assert f"<dt>When</dt><dd>{when}</dd>" in shown
        assert "<dt>From</dt><dd>Zoé</dd>" in shown
        assert "<dt>Attached</dt><dd>A/b.jpg</dd>" in shown
        assert "secret_of_ours" not in shown


async def test_a_message_without_words_is_called_by_its_picture(reader, house, home):
    def fill(work):
        said = {"author": "Bob", "conversation": "Choir", "date": "2020-01-02T03:04:05Z"}
        documents.create(work, MESSAGES, {**said, "attachments": ["WhatsApp/Choir/sea.jpg"]}, id_="came")
        documents.create(work, MESSAGES, {**said, "missing": ["gone.jpg"]}, id_="stayed")

    await house.write(home, SYSTEM, fill)
    page = (await reader.get(f"/my/archive/{MESSAGES}")).text
    assert f'href="/my/archive/{MESSAGES}/came">sea.jpg</a>' in page
    assert f'href="/my/archive/{MESSAGES}/stayed">gone.jpg</a>' in page
    page = (await reader.get(f"/my/archive/{MESSAGES}/stayed")).text
    assert "<dt>Missing</dt><dd>gone.jpg</dd>" in page


async def test_bookmarks_come_in_and_show(reader, bring, tmp_path):
    await bring(zipped(tmp_path / "b.zip", {"b.html": EVERYTHING["bookmarks.html"]}))
    page = (await reader.get(f"/my/archive/{BOOKMARKS}")).text
    assert "Roses &amp; more" in page
    assert "Garden" in page
