"""Archives: what lies in them, and that every program can read them."""

import io
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime

import pypdfium2
import pytest

from cozy.rooms.files import service as files
from cozy.web import zips

AT = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)


async def make(client, **attributes):
    body = {"data": {"type": "io.cozy.files.archives", "attributes": attributes}}
    return await client.post("/files/archive", json=body)


async def fetched(client, **attributes):
    answer = await make(client, **attributes)
    assert answer.status_code == 200, answer.text
    whole = await client.get(answer.json()["links"]["related"])
    assert whole.status_code == 200, whole.text
    assert len(whole.content) == int(whole.headers["content-length"])
    return whole


def opened(answer):
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def unzipped(path, *members):
    """Whether Info-ZIP finds nothing wrong."""
    return subprocess.run(["unzip", "-tq", path, *members], capture_output=True, check=False).returncode == 0


async def test_a_selection_is_one_archive_with_its_folders_and_dates(client, anonymous, tmp_path):
    trip = await client.mkdir("Été 🏖")
    await client.mkdir("Empty", trip["id"])
    big = bytes(range(256)) * 2000
    date = "2020-02-03T04:05:06Z"
    await client.upload(
        "grande photo.jpg", big, trip["id"], CreatedAt=date, UpdatedAt=date, Executable="true"
    )
    await client.upload("note.txt", b"hello")
    made = await make(client, name="project-X", ids=[trip["id"], trip["id"]], files=["/note.txt"])
    data = made.json()
    assert data["data"]["type"] == "io.cozy.files.archives"
    assert (
        data["links"]["related"]
        == data["data"]["attributes"]["href"]
        == f"/files/archive/{data['data']['id']}/project-X.zip"
    )
    answer = await anonymous.get(data["links"]["related"])
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="project-X.zip"'
    archive = opened(answer)
    assert archive.namelist() == [
        "project-X/Été 🏖/", "project-X/Été 🏖/Empty/", "project-X/Été 🏖/grande photo.jpg", "project-X/note.txt"
    ]  # fmt: skip
    assert archive.read("project-X/Été 🏖/grande photo.jpg") == big
    photo = archive.getinfo("project-X/Été 🏖/grande photo.jpg")
    assert (photo.date_time, photo.flag_bits & 0x800, photo.external_attr >> 16 & 0o111) == (
        (2020, 2, 3, 4, 5, 6),
        0x800,
        0o111,
    )
    path = tmp_path / "a.zip"
    path.write_bytes(answer.content)
    assert unzipped(path)


async def test_the_same_name_from_two_folders_gets_a_number(client):
    one, two = await client.mkdir("One"), await client.mkdir("Two")
    ids = [
        (await client.upload("a.txt", data, folder["id"]))["id"]
        for folder, data in ((one, b"1"), (two, b"2"))
    ]
    archive = opened(await fetched(client, name="x", ids=ids))
    assert {name: archive.read(name) for name in archive.namelist()} == {"x/a.txt": b"1", "x/a (2).txt": b"2"}


async def test_the_whole_home_goes_without_its_bin(client):
    gone = await client.upload("gone.txt")
    await client.upload("kept.txt")
    await client.delete(f"/files/{gone['id']}")
    names = opened(await fetched(client, name="all", ids=[files.ROOT])).namelist()
    assert "all/kept.txt" in names
    assert not [name for name in names if "gone" in name or "trash" in name]


async def test_no_path_leads_out_of_the_archive(client):
    file = await client.upload("..\\..\\evil.txt")
    assert opened(await fetched(client, ids=[file["id"]])).namelist() == ["archive/.._.._evil.txt"]


async def test_the_archive_itself_comes_when_that_is_what_the_client_accepts(client):
    file = await client.upload("a.txt", b"1")
    body = {"data": {"attributes": {"name": "x", "ids": [file["id"]]}}}
    answer = await client.post("/files/archive", json=body, headers={"accept": "application/zip"})
    assert opened(answer).read("x/a.txt") == b"1"


async def test_a_page_of_a_pdf_is_a_pdf(client):
    document = pypdfium2.PdfDocument.new()
    for width in (100, 200, 300):
        document.new_page(width, 50)
    held = io.BytesIO()
    document.save(held)
    file = await client.upload("Bill.pdf", held.getvalue())
    archive = opened(await fetched(client, name="x", pages=[{"id": file["id"], "page": 2}]))
    (name,) = archive.namelist()
    assert name == "x/Bill - 2.pdf"
    single = pypdfium2.PdfDocument(archive.read(name))
    assert [page.get_size() for page in single] == [(200.0, 50.0)]
    missing = await make(client, name="x", pages=[{"id": file["id"], "page": 9}])
    assert (await client.get(missing.json()["links"]["related"])).status_code == 422


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ({}, 400),
        ({"ids": ["nowhere"]}, 404),
        ({"files": ["/nowhere"]}, 404),
        ({"name": "a/b", "ids": [files.ROOT]}, 400),
    ],
)
async def test_what_cannot_be_archived_is_refused(client, attributes, status):
    assert (await make(client, **attributes)).status_code == status


async def test_an_archive_needs_the_right_to_read(anonymous):
    assert (await make(anonymous, ids=[files.ROOT])).status_code == 401


async def test_a_link_to_an_archive_ends_after_ten_minutes(client, clock):
    file = await client.upload("a.txt")
    url = (await make(client, ids=[file["id"]])).json()["links"]["related"]
    clock.advance(minutes=11)
    assert (await client.get(url)).status_code == 400
    assert (await client.get("/files/archive/nonsense/x.zip")).status_code == 400


async def chunks_of(source):
    yield source


async def test_more_files_than_a_short_number_counts(tmp_path):
    entries = [zips.Entry(f"f/{n}", AT, 1, b"x") for n in range(70_000)]
    path = tmp_path / "many.zip"
    with path.open("wb") as out:
        async for chunk in zips.stream(entries, chunks_of):
            out.write(chunk)
    assert path.stat().st_size == zips.length(entries)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 70_000
        assert archive.read("f/69999") == b"x"


PIECE = bytes(1024 * 1024)


async def zeros(size):
    for start in range(0, size, len(PIECE)):
        yield PIECE[: min(len(PIECE), size - start)]


@pytest.mark.slow
async def test_files_and_archives_beyond_four_gibibytes(tmp_path):
    """Written with holes, so that the disk holds next to nothing."""
    sizes = {"a": 2**32 + 5, "b": 3}
    entries = [zips.Entry(name, AT, size, size) for name, size in sizes.items()]
    path = tmp_path / "large.zip"
    with path.open("wb") as out:
        async for chunk in zips.stream(entries, zeros):
            if chunk is PIECE:
                out.seek(len(chunk), 1)
            else:
                out.write(chunk)
    assert path.stat().st_size == zips.length(entries)
    with zipfile.ZipFile(path) as archive:
        assert {info.filename: info.file_size for info in archive.infolist()} == sizes
        assert archive.read("b") == bytes(3)
        assert zlib.crc32(bytes(3)) == archive.getinfo("b").CRC
    assert unzipped(path, "b")


async def test_an_archive_whose_file_is_cut_short_does_not_look_whole():
    with pytest.raises(ValueError, match="2 bytes came of 3"):
        [chunk async for chunk in zips.stream([zips.Entry("a", AT, 3, b"ab")], chunks_of)]
