"""A disk that is full, read-only, or lets no file grow: what was acknowledged stays, nothing is half there.

Once there is space again, everything works.
"""

import base64
import hashlib
import http.client
import os
import resource
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.small_disk import SmallDisk, is_possible
from tests.program import Client, Cozy, Server, make_home

pytestmark = [pytest.mark.slow, pytest.mark.one_process("several keep nothing on the disk that is full")]
MB = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """12 MB."""
    why_not = is_possible(tmp_path)
    if why_not:
        pytest.skip(why_not)
    disk = SmallDisk(tmp_path / "disk", 12 * MB)
    yield disk
    disk.close()


@pytest.fixture
def cozy(disk: SmallDisk, tmp_path: Path) -> Cozy:
    """Alice's home on the small disk."""
    make_home(tmp_path / "made")
    cozy = Cozy(tmp_path / "disk" / "data", disk.prefix)
    subprocess.run(["cp", "-a", tmp_path / "made", disk.seen / "data"], check=True)
    return cozy


@pytest.fixture
def server(cozy: Cozy, tmp_path: Path) -> Iterator[Server]:
    with Server(cozy, tmp_path / "log") as server:
        yield server


@pytest.fixture
def client(server: Server, cozy: Cozy) -> Client:
    return server.client(cozy.token())


def _troubles(server: Server) -> list[str]:
    """What was logged, but for the one thing that is no trouble of the program's."""
    return [line for line in server.errors().splitlines() if "jobs wait for space on the disk" not in line]


def begin(client: Client, name: str, size: int) -> str:
    """A resumable upload's address."""
    said = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = client(
        "POST",
        "/files/tus",
        None,
        {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": said},
    )
    assert answer.status == 201, answer
    return answer.headers["location"]


def append(client: Client, url: str, offset: int, data: bytes):
    """The next part of a resumable upload."""
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }
    return client.at("PATCH", url, data, headers)


def offset_of(client: Client, url: str) -> int:
    answer = client.at("HEAD", url, None, {"Tus-Resumable": "1.0.0"})
    assert answer.status == 200, answer
    return int(answer.headers["upload-offset"])


def stored(disk: SmallDisk) -> set[str]:
    """Every content and unfinished upload on the disk."""
    home = next((disk.seen / "data" / "homes").iterdir())
    return {
        str(path.relative_to(home))
        for part in ("contents", "uploads")
        for path in (home / part).rglob("*")
        if path.is_file()
    }


def all_well(cozy: Cozy) -> None:
    """`cozy check` reads everything and finds nothing."""
    done = cozy("check", "--scrub")
    assert done.code == 0, done


def test_an_upload_that_does_not_fit_leaves_nothing(server, client, cozy, disk):
    kept = os.urandom(MB)
    assert client.upload("kept", kept).status == 201
    before = stored(disk)
    answer = client.upload("too large", os.urandom(14 * MB))
    assert answer.status == 507, answer
    assert stored(disk) == before
    assert "too large" not in client.children()
    id_ = client.children()["kept"]["id"]
    assert client.overwrite(id_, os.urandom(14 * MB)).status == 507
    assert stored(disk) == before
    assert client.download(id_).body == kept
    assert client.upload("too large", os.urandom(MB)).status == 201
    all_well(cozy)
    assert _troubles(server) == []


def test_a_full_disk_refuses_all_changes_and_answers_all_questions(server, client, cozy, disk):
    data = os.urandom(200_000)
    id_ = client.upload("kept", data).data["id"]
    filler = disk.fill()
    before = stored(disk)
    refused = [
        client.upload("large", os.urandom(MB)), client.upload("small", os.urandom(60_000)), client.mkdir("folder"),
        client.overwrite(id_, os.urandom(MB)),
    ]  # fmt: skip
    assert {answer.status for answer in refused} <= {507, 201}
    assert refused[0].status == refused[3].status == 507
    made = {
        name
        for name, answer in zip(("large", "small", "folder"), refused[:3], strict=True)
        if answer.status == 201
    }
    assert {"large", "small", "folder"} & set(client.children()) == made
    assert client.download(id_).body == data
    assert stored(disk) == before
    filler.unlink()
    assert client.upload("large", os.urandom(MB)).status == 201
    assert client.overwrite(id_, os.urandom(MB)).status == 200
    all_well(cozy)
    assert _troubles(server) == []


def test_a_resumable_upload_keeps_its_place_and_goes_on(server, client, cozy, disk):
    data = os.urandom(5 * MB)
    url = begin(client, "film", len(data))
    assert append(client, url, 0, data[: 2 * MB]).status == 204
    filler = disk.fill(leave=MB)
    assert append(client, url, 2 * MB, data[2 * MB :]).status == 507
    reached = offset_of(client, url)
    assert 2 * MB <= reached <= 3 * MB
    assert "film" not in client.children()
    filler.unlink()
    answer = append(client, url, reached, data[reached:])
    assert answer.status == 204, answer
    assert client.download(client.children()["film"]["id"]).body == data
    all_well(cozy)
    assert _troubles(server) == []


def test_a_full_disk_lets_people_make_room(server, client, cozy, disk):
    ids = [client.upload(f"film {i}", os.urandom(2 * MB)).data["id"] for i in range(3)]
    disk.fill(leave=150_000)
    for id_ in ids[:2]:
        assert client("DELETE", f"/files/{id_}").status == 200
    assert client("DELETE", "/files/trash").status == 204
    assert disk.free() > 3 * MB
    assert client.upload("new", os.urandom(MB)).status == 201
    all_well(cozy)


def test_a_disk_that_fills_up_in_the_middle_of_a_group_commit(server, cozy, disk):
    """Many small files at a time until nothing fits: each that was answered 201 is there, each other is not."""
    token = cozy.token()
    disk.fill(leave=3 * MB)

    def putting(number: int) -> dict[str, tuple[int, str]]:
        client = Client(server.port, token)
        answers = {}
        for i in range(40):
            data = os.urandom(20_000)
            answer = client.upload(f"{number}-{i}", data)
            answers[f"{number}-{i}"] = answer.status, hashlib.sha256(data).hexdigest()
        client.close()
        return answers

    with ThreadPoolExecutor(8) as pool:
        answers = {name: answer for part in pool.map(putting, range(8)) for name, answer in part.items()}
    assert {status for status, _ in answers.values()} == {201, 507}
    client = server.client(token)
    there = {name: item["id"] for name, item in client.children().items() if name in answers}
    assert set(there) == {name for name, (status, _) in answers.items() if status == 201}
    for name, id_ in there.items():
        assert hashlib.sha256(client.download(id_).body).hexdigest() == answers[name][1]
    (disk.seen / "filler").unlink()
    assert client.upload("after", os.urandom(20_000)).status == 201
    all_well(cozy)
    assert _troubles(server) == []
    server.kill()
    with Server(cozy, disk.seen.parent / "log") as again:
        assert set(there) <= set(again.client(token).children())


def test_a_server_starts_on_a_full_disk_and_shows_what_is_there(client, server, cozy, disk, tmp_path):
    data = os.urandom(300_000)
    id_ = client.upload("kept", data).data["id"]
    token = cozy.token()
    assert server.stop() == 0
    filler = disk.fill(leave=200_000)  # SQLite wants a few pages for the index of its log
    with Server(cozy, tmp_path / "again") as again:
        client = again.client(token)
        assert client.download(id_).body == data
        assert client.upload("new", os.urandom(MB)).status == 507
        filler.unlink()
        assert client.upload("new", os.urandom(MB)).status == 201
    all_well(cozy)


def test_a_completely_full_disk_stops_a_start_with_one_line(client, server, cozy, disk):
    client.upload("kept", b"kept")
    server.stop()
    filler = disk.fill()
    done = cozy("files", "ls")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1), done
    assert done.err.startswith("cozy: ")
    filler.unlink()
    assert "kept" in cozy("files", "ls").out


def test_the_command_line_says_in_one_line_that_the_disk_is_full(cozy, disk, tmp_path):
    (tmp_path / "tree").mkdir()
    for i in range(30):
        (tmp_path / "tree" / f"{i}").write_bytes(os.urandom(MB))
    done = cozy("files", "import", tmp_path / "tree", "/in")
    assert (done.code, done.err) == (1, "cozy: The disk of this server is full.\n")
    assert not [path for path in stored(disk) if path.startswith("uploads")]
    all_well(cozy)
    assert len(cozy("files", "ls", "/in").out.splitlines()) >= 5


def test_contents_on_a_disk_that_turned_read_only(server, client, cozy, disk):
    """As when the kernel finds a fault: the database is open, no new file can be made."""
    data = os.urandom(MB)
    id_ = client.upload("kept", data).data["id"]
    home = next((disk.seen / "data" / "homes").iterdir()).name
    for part in ("uploads", "contents"):
        folder = cozy.data / "homes" / home / part
        disk.run("mount", "--bind", folder, folder)
        disk.run("mount", "-o", "remount,ro,bind", folder)
    answer = client.upload("new", os.urandom(MB))
    assert answer.status == 503, answer
    assert "new" not in client.children()
    assert client.download(id_).body == data
    assert client.upload("small", b"kept in the database").status == 201
    assert client("DELETE", f"/files/{id_}").status == 200
    assert client("DELETE", f"/files/trash/{id_}").status == 204, "what is committed is answered so"
    assert client.show(id_).status == 404


def test_a_data_folder_that_is_read_only_is_one_clear_line(cozy, disk):
    disk.run("mount", "-o", "remount,ro", cozy.data.parent)
    for words in (["files", "ls"], ["serve", "--port", "0"]):
        done = cozy(*words)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1), done
        assert done.err.startswith("cozy: ")


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * MB, 3 * MB))


def test_a_limit_on_the_size_of_files_is_too_large(tmp_path):
    """cozy-stack's documentation: 413 when the file is larger than the server's file system can hold."""
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    with Server(cozy, tmp_path / "log", preexec_fn=limited) as server:
        client = server.client(cozy.token())
        answer = client.upload("too large", os.urandom(4 * MB))
        assert answer.status == 413, answer
        assert "too large" not in client.children()
        assert not list(cozy.data.glob("homes/*/uploads/*")) + list(cozy.data.glob("homes/*/contents/*/*"))
        data = os.urandom(5 * MB)
        url = begin(client, "film", len(data))
        assert append(client, url, 0, data[: 2 * MB]).status == 204
        assert append(client, url, 2 * MB, data[2 * MB :]).status == 413
        assert offset_of(client, url) <= 3 * MB
        assert client.upload("fits", os.urandom(2 * MB)).status == 201
        assert server.errors() == ""
    all_well(cozy)


def test_a_content_that_the_disk_cannot_read_is_never_given_as_whole(tmp_path):
    """A blob is missing, one is cut short, one gives an I/O error: the other side sees that it did not get the file."""
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    with Server(cozy, tmp_path / "log") as server:
        client = server.client(cozy.token())
        contents = {name: os.urandom(3 * MB) for name in ("missing", "short", "faulty", "fine")}
        ids = {name: client.upload(name, data).data["id"] for name, data in contents.items()}
        blobs = {
            name: next(cozy.data.glob(f"homes/*/contents/*/{hashlib.sha256(data).hexdigest()}-*"))
            for name, data in contents.items()
        }
        blobs["missing"].unlink()
        os.truncate(blobs["short"], MB)
        blobs["faulty"].unlink()
        blobs["faulty"].symlink_to("/proc/self/mem")
        for name in ("missing", "short", "faulty"):
            asking = server.client(cozy.token())
            try:
                answer = asking.download(ids[name])
            except (OSError, http.client.HTTPException):
                continue
            assert answer.status >= 400, f"{name}: {answer.status}, {len(answer.body)} bytes"
        assert client.download(ids["fine"]).body == contents["fine"]
        checked = cozy("check", "--scrub")
        assert checked.code == 1
        assert len(checked.out.splitlines()) >= 3
