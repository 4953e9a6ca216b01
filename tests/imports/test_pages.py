"""The pages: drop, look, bring in, pause, report, let go of the originals."""

import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.files import service as files
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.model import Import
from cozy.rooms.jobs.model import JOBS
from tests.imports.archives import EVERYTHING, zipped
from tests.imports.conftest import bodies, tree_of


@pytest.fixture
def on_page() -> str:
    return "/my/import"


@pytest.fixture
async def dropped(reader, house, home, tmp_path):
    """The address of an import of what was uploaded on the page, without scripts."""
    upload = (await reader.submit("/my/import/folder")).headers["location"]
    path = zipped(tmp_path / "stuff.zip", EVERYTHING | {"../evil": b"x"})
    sent = await reader.submit(upload, files={"files": ("stuff.zip", path.read_bytes())})
    assert sent.status_code == 303
    page = (await reader.get("/my/import")).text
    ids = re.findall(r'name="ids" value="([^"]+)" checked', page)
    answer = await reader.submit("/my/import", ids=ids)
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_an_original_of_an_old_import_is_not_offered_again_however_many_came_since(
    dropped, house, home
):
    def many(work):
        for _ in range(200):
            imports.finding.create(work, Import(title="more"))

    await house.write(home, SYSTEM, many)
    assert await house.read(home, SYSTEM, imports.waiting.all_) == ([], 0)


async def test_what_is_dropped_is_looked_through_then_comes_in_and_the_originals_go(
    dropped, reader, house, home, inside
):
    page = (await reader.get(dropped)).text
    assert "It is being looked through" in page
    (job,) = [each for each in await inside(bodies, JOBS) if each["worker"] == "import"]
    id_ = dropped.rpartition("/")[2]
    assert job["message"] == {"import": id_}
    await imports.look(house, home, id_)
    page = (await reader.get(dropped)).text
    for said in ("2 contacts", "2 files", "1 event or task", "2 mails", "../evil", "Bring it in"):
        assert said in page
    assert "Bring it in" not in await reader.landed(await reader.submit(f"{dropped}/begin"))
    assert "Go on" in await reader.landed(await reader.submit(f"{dropped}/pause"))
    assert (await imports.run(house, home, id_)).body.state == "paused"
    await reader.submit(f"{dropped}/go-on")
    assert (await imports.run(house, home, id_)).body.state == "done"
    page = (await reader.get(dropped)).text
    assert "Put the originals into the bin" in page
    there = await inside(tree_of)
    assert "/Imports/stuff.zip" in there
    assert "/stuff/letters/a.txt" in there
    assert "They are in the bin." in await reader.landed(await reader.submit(f"{dropped}/discard"))
    assert "/Imports/stuff.zip" not in await inside(tree_of)
    page = (await reader.get("/my/import")).text
    assert "stuff" in page
    assert 'name="ids"' not in page
    page = await reader.landed(await reader.submit(f"{dropped}/forget"))
    assert dropped not in page


async def test_a_folder_of_the_home_comes_in_as_one_too(reader, house, home, inside):
    top = await house.write(home, SYSTEM, imports.waiting.folder)
    folder = await house.write(home, SYSTEM, files.create_folder, top, "Phone")
    for name, content in (("a.vcf", EVERYTHING["people.vcf"]), ("b.txt", b"b")):
        content = await house.blobs.put(home.id, _once(content))
        await house.write(home, SYSTEM, files.create_file, folder.id, name, content, "")
    answer = await reader.submit("/my/import", ids=folder.id)
    id_ = answer.headers["location"].rpartition("/")[2]
    assert (await imports.look(house, home, id_)).body.parts[0].planned == {"contact": 2, "file": 1}
    await reader.submit(f"/my/import/{id_}/begin")
    assert (await imports.run(house, home, id_)).body.state == "done"
    assert "/Phone/b.txt" in await inside(tree_of)


async def test_what_was_not_understood_is_not_offered_as_something_new(dropped, reader, house, home, inside):
    id_ = dropped.rpartition("/")[2]
    await imports.look(house, home, id_)
    await reader.submit(f"{dropped}/begin")
    await imports.run(house, home, id_)
    await reader.submit(f"{dropped}/discard")
    await reader.submit(
        f"{dropped}/forget"
    )  # nothing tells of it any more, as in a home that came in from elsewhere
    assert "/Imports/stuff/Not understood/List.csv" in await inside(tree_of)
    assert await house.read(home, SYSTEM, imports.waiting.all_) == ([], 0)


async def test_looking_at_the_page_makes_nothing(reader, inside):
    page = (await reader.get("/my/import")).text
    assert 'data-within="Imports"' in page
    assert await inside(files.found_at, "/Imports") is None
    assert (await reader.submit("/my/import/folder")).headers["location"].endswith("/upload")
    assert await inside(files.found_at, "/Imports") is not None


async def test_all_that_waits_is_offered_or_counted(reader, house, home, monkeypatch):
    top = await house.write(home, SYSTEM, imports.waiting.folder)

    def many(work):
        for number in range(520):
            files.create_folder(work, top, f"{number:03}")

    await house.write(home, SYSTEM, many)
    page = (await reader.get("/my/import")).text
    assert len(re.findall(r'name="ids"', page)) == 520
    monkeypatch.setattr(imports.waiting, "_MOST", 500)
    page = (await reader.get("/my/import")).text
    assert len(re.findall(r'name="ids"', page)) == 500
    assert "20 more wait" in page


async def _once(content):
    yield content


async def test_nothing_ticked_is_said(reader):
    page = await reader.landed(await reader.submit("/my/import"))
    assert "Tick what you want to bring in first." in page


async def test_there_is_no_page_of_an_import_that_is_not_there(reader):
    assert (await reader.get("/my/import/nothing")).status_code == 404
    assert (await reader.submit("/my/import/nothing/begin")).status_code == 404


async def test_an_import_that_is_over_cannot_be_begun(dropped, reader, house, home):
    id_ = dropped.rpartition("/")[2]
    page = await reader.landed(await reader.submit(f"{dropped}/begin"))
    assert "not at a point" in page
    await imports.look(house, home, id_)
    await reader.submit(f"{dropped}/begin")
    page = await reader.landed(await reader.submit(f"{dropped}/forget"))
    assert "not at a point" in page


async def test_nobody_else_sees_what_was_brought(anonymous, dropped):
    assert (await anonymous.get("/my/import")).status_code in {303, 401, 403}
    assert (await anonymous.get(dropped)).status_code in {303, 401, 403}


async def test_apps_see_imports_when_they_may_and_write_none(acting, dropped):
    app = await acting("app", "report", "io.cozy.imports:GET,POST")
    listed = await app.get("/data/io.cozy.imports/_all_docs", params={"include_docs": "true"})
    assert listed.status_code == 200
    assert listed.json()["rows"][0]["doc"]["title"] == "stuff"
    assert (await app.post("/data/io.cozy.imports/", json={"state": "running"})).status_code == 403
