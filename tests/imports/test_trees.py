"""Trees: whatever was dropped is names and streams, and what is hostile ends in a reason."""

import gzip
import io
import lzma
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from cozy.kernel.problem import Problem
from cozy.rooms.imports.errors import Damaged, NoEntry, TooManyEntries, TooMuch
from cozy.rooms.imports.service.trees import OnDisk, guards, opened, tars, zips
from tests.imports.archives import jpeg, laid_out, tarred, zipped

FILES = {"a/one.txt": b"one", "a/two.jpg": jpeg(2), "b.bin": bytes(range(256)) * 1000}


def opening(*paths: Path):
    return opened([OnDisk(path) for path in paths])


def contents(tree) -> dict[str, bytes]:
    return {entry.name: tree.read(entry.name) for entry in tree.entries}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("x.zip", zipped), ("x.tgz", tarred), ("x.tar", lambda path, files: tarred(path, files, "w")),
        ("x.tar.bz2", lambda path, files: tarred(path, files, "w:bz2")),
        ("x.tar.xz", lambda path, files: tarred(path, files, "w:xz")),
    ],
)  # fmt: skip
def test_an_archive_is_a_tree_in_its_own_order(tmp_path, name, make):
    with opening(make(tmp_path / name, FILES)) as tree:
        assert [entry.name for entry in tree.entries] == list(FILES)
        assert contents(tree) == FILES
        assert {entry.name: entry.size for entry in tree.entries} == {k: len(v) for k, v in FILES.items()}
        assert tree.title == "x"
        assert all(entry.modified.startswith("2024-05-01T") for entry in tree.entries)


def test_a_folder_is_a_tree_under_its_name(tmp_path):
    with opening(laid_out(tmp_path / "top", FILES)) as tree:
        assert contents(tree) == {f"top/{name}": content for name, content in FILES.items()}


def test_several_parts_are_one_tree(tmp_path):
    one = zipped(tmp_path / "takeout-001.zip", {"T/a": b"a", "T/index": b"same", "T/x.txt": b"x"})
    two = zipped(tmp_path / "takeout-002.zip", {"T/b": b"b", "T/index": b"same", "T/x.txt": b"other"})
    with opening(one, two) as tree:
        assert contents(tree) == {
            "T/a": b"a", "T/index": b"same", "T/x.txt": b"x", "T/b": b"b", "T/x (2).txt": b"other",
        }  # fmt: skip


def test_a_file_that_is_no_archive_is_a_tree_of_one(tmp_path):
    sheet = zipped(tmp_path / "budget.ods", {"content.xml": b"<x/>"})
    with opening(sheet) as tree:
        assert contents(tree) == {"budget.ods": sheet.read_bytes()}


def test_parts_of_a_tree_hold_what_their_names_begin_with(tmp_path):
    with opening(zipped(tmp_path / "x.zip", FILES)) as tree:
        assert [entry.name for entry in tree.within(["a/"]).entries] == ["a/one.txt", "a/two.jpg"]
        assert [entry.name for entry in tree.without(["a/"]).entries] == ["b.bin"]
        with pytest.raises(NoEntry):
            tree.open("c")


def test_what_is_read_in_any_order_from_a_packed_tar_is_what_was_put_in(tmp_path, monkeypatch):
    monkeypatch.setattr("cozy.rooms.imports.service.trees.tars._EVERY", 100_000)
    files = {f"{n}.bin": zlib.compress(bytes([n]) * 99) * (2_000 * n) for n in range(1, 12)}
    with opening(tarred(tmp_path / "x.tar.gz", files)) as tree:
        for name in [*files, *reversed(files), "5.bin", "11.bin", "1.bin"]:
            assert tree.read(name) == files[name]


def test_names_that_lead_out_and_links_are_refused_with_a_reason(tmp_path):
    bad = {"../evil": b"x", "/etc/passwd": b"x", "a/../../b": b"x", "C:\\evil": b"x", "ok": b"fine"}
    with opening(zipped(tmp_path / "x.zip", bad, links={"link": "/etc/passwd"})) as tree:
        assert contents(tree) == {"ok": b"fine"}
        assert {each.name for each in tree.refused} == {
            "../evil",
            "/etc/passwd",
            "a/../../b",
            "C:\\evil",
            "link",
        }
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"bad{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    with opening(tmp_path / "x.tar") as tree:
        assert not tree.entries
        assert len(tree.refused) == 4


def test_links_in_a_folder_are_not_followed(tmp_path):
    (tmp_path / "secret").write_text("secret")
    top = laid_out(tmp_path / "top", {"a": b"a"})
    (top / "link").symlink_to(tmp_path / "secret")
    (top / "loop").symlink_to(top)
    with opening(top) as tree:
        assert contents(tree) == {"top/a": b"a"}
        assert {each.name for each in tree.refused} == {"top/link", "top/loop"}


def test_a_bomb_is_not_opened_any_further(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "FREE", 1_000_000)
    bomb = {"bomb": b"\0" * 30_000_000}
    for path in (zipped(tmp_path / "x.zip", bomb), tarred(tmp_path / "x.tgz", bomb)):
        with pytest.raises(TooMuch), opening(path):
            pass


def test_millions_of_entries_end_in_a_reason(tmp_path, monkeypatch):
    many = {f"{n}": b"" for n in range(300)}
    paths = [
        zipped(tmp_path / "x.zip", many),
        tarred(tmp_path / "x.tar", many, "w"),
        laid_out(tmp_path / "x", many),
    ]
    monkeypatch.setattr(guards, "MOST_ENTRIES", 299)
    for path in paths:
        with pytest.raises(TooManyEntries), opening(path):
            pass


def test_a_directory_of_millions_is_refused_before_it_is_read(tmp_path):
    path = zipped(tmp_path / "x.zip", {"a": b"a"})
    content = bytearray(path.read_bytes())
    end = content.rfind(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<L", 200_000_000)
    path.write_bytes(content)
    with pytest.raises(TooManyEntries), opening(path):
        pass


def test_an_archive_that_is_cut_short_says_so_wherever_it_was_cut(tmp_path):
    whole = zipped(tmp_path / "x.zip", FILES).read_bytes()
    for at in range(4, len(whole) - 1, 997):
        (tmp_path / "x.zip").write_bytes(whole[:at])
        with pytest.raises(Damaged), opening(tmp_path / "x.zip"):
            pass
    whole = tarred(tmp_path / "x.tgz", FILES).read_bytes()
    for at in range(600, len(whole) - 9, 997):
        (tmp_path / "x.tgz").write_bytes(whole[:at])
        with opening(tmp_path / "x.tgz") as tree:
            assert "cut short" in tree.refused[-1].why
            for entry in tree.entries:
                try:
                    assert tree.read(entry.name) == FILES[entry.name]
                except Damaged:
                    assert entry is tree.entries[-1]


def test_bytes_that_were_changed_are_damaged_and_never_something_else(tmp_path):
    path = zipped(tmp_path / "x.zip", FILES)
    whole = path.read_bytes()
    for at in range(0, len(whole), 331):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            with opening(path) as tree:
                for entry in tree.entries:
                    try:
                        content = tree.read(entry.name)
                    except Problem:
                        continue
                    assert content in FILES.values() or entry.name not in FILES
        except Problem:
            continue


def test_a_zip_in_a_zip_stays_a_file(tmp_path):
    inner = zipped(tmp_path / "inner.zip", FILES).read_bytes()
    with opening(zipped(tmp_path / "x.zip", {"inner.zip": inner})) as tree:
        assert contents(tree) == {"inner.zip": inner}


def test_zips_that_a_service_wrapped_in_one_are_what_was_dropped(tmp_path, monkeypatch):
    names = [f"ExportBlock-01234567-89ab-cdef-0123-456789abcdef-Part-{number}.zip" for number in (1, 2)]
    inner = {
        name: zipped(tmp_path / name, {f"Private & Shared/{number}.md": b"x" * 5000}).read_bytes()
        for number, name in enumerate(names)
    }
    whole = zipped(tmp_path / "x.zip", inner)
    with opening(whole) as tree:
        assert [entry.name for entry in tree.entries] == ["Private & Shared/0.md", "Private & Shared/1.md"]
        assert tree.read("Private & Shared/1.md") == b"x" * 5000
    with opened([OnDisk(whole)], unwraps=False) as tree:
        assert contents(tree) == inner
    with opening(zipped(tmp_path / "more.zip", {**inner, "read.me": b""})) as tree:
        assert len(tree.entries) == 3
    monkeypatch.setattr(guards, "FREE", 6000)  # enough for each, and not for both
    monkeypatch.setattr(guards, "MOST_RATIO", 5)
    with pytest.raises(TooMuch), opening(whole):
        pass


class Wire(io.RawIOBase):
    """Where a server sends a zip that it makes meanwhile: nothing is gone back to."""

    def __init__(self) -> None:
        self.sent = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.sent += data
        return len(data)


def test_a_zip_as_clouds_send_it_is_read_and_its_top_is_nothing_that_was_left_out(tmp_path):
    """Dropbox begins with a folder called `/`; sizes stand behind the contents, and in 64 bits."""
    wire = Wire()
    with zipfile.ZipFile(wire, "w") as archive:
        archive.writestr(zipfile.ZipInfo("/"), b"")
        archive.writestr("Été/", b"")
        with archive.open(zipfile.ZipInfo("Été/a.txt"), "w", force_zip64=True) as file:
            file.write(b"a")
    (tmp_path / "Dropbox.zip").write_bytes(wire.sent)
    with opening(tmp_path / "Dropbox.zip") as tree:
        assert contents(tree) == {"Été/a.txt": b"a"}
        assert tree.refused == []


def test_locked_files_of_a_zip_are_refused(tmp_path):
    path = zipped(tmp_path / "x.zip", {"a": b"a"})
    content = bytearray(path.read_bytes())
    directory = content.find(b"PK\x01\x02")
    content[directory + 8] |= 1
    path.write_bytes(content)
    with opening(path) as tree:
        assert [each.why for each in tree.refused] == ["It is locked by a password."]
    assert zipfile.is_zipfile(path)


def _measured(*paths: Path) -> tuple[int, Problem | None, list[str]]:
    """What opening and reading takes of memory at the most, beyond what there was; how it ended; what was refused."""
    tracemalloc.start()
    problem, refused = None, []
    try:
        with opening(*paths) as tree:
            refused = [each.why for each in tree.refused]
            for entry in tree.entries:
                with tree.open(entry.name) as stream:
                    while stream.read(65_536):
                        pass
    except Problem as error:
        problem = error
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most, problem, refused


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_so_that_some_bytes_fill_the_memory_is_refused(tmp_path, method):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("bomb", bytes(200_000_000))
    most, problem, refused = _measured(path)
    assert (problem, len(refused)) == (None, 1)
    assert most < 10_000_000


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_what_a_tar_says_before_a_file_is_read_no_further_than_it_makes_sense(tmp_path, kind):
    head = tarfile.TarInfo("././@LongLink")
    head.type, head.size = kind, 200_000_000
    with gzip.open(tmp_path / "x.tgz", "wb", 1) as out:
        out.write(head.tobuf(tarfile.GNU_FORMAT))
        for _ in range(200):
            out.write(b"a" * 1_000_000)
    most, problem, _ = _measured(tmp_path / "x.tgz")
    assert isinstance(problem, TooMuch)
    assert most < 10_000_000


def test_long_names_before_long_names_end_in_a_reason(tmp_path):
    head = tarfile.TarInfo("././@LongLink")
    head.type, head.size = tarfile.GNUTYPE_LONGNAME, 1
    (tmp_path / "x.tar").write_bytes((head.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")) * 5_000)
    _, problem, refused = _measured(tmp_path / "x.tar")
    assert isinstance(problem, TooMuch | Damaged) or "cut short" in refused[-1]


def test_what_is_said_of_every_file_is_not_kept_for_each(tmp_path):
    with tarfile.open(tmp_path / "x.tgz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for number in range(300):
            info = tarfile.TarInfo(f"{number}")
            info.pax_headers = {"comment": "c" * 200_000}
            archive.addfile(info)
    most, problem, _ = _measured(tmp_path / "x.tgz")
    assert problem is None
    assert most < 15_000_000


def test_an_xz_that_wants_gigabytes_of_memory_is_refused_and_a_common_one_is_read(tmp_path):
    content = tarred(tmp_path / "x.tar", FILES, "w").read_bytes()
    for size, is_read in ((64 * 2**20, True), (1536 * 2**20, False)):
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 2**20}]
        packed = bytearray(lzma.compress(content, lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=filters))
        at = packed.index(
            b"\x21\x01", 12
        )  # the filter: its id, one byte of settings, the size of its dictionary
        packed[at + 2] = next(n for n in range(41) if (2 | (n & 1)) << (n // 2 + 11) >= size)
        length = (packed[12] + 1) * 4
        packed[12 + length - 4 : 12 + length] = struct.pack("<L", zlib.crc32(packed[12 : 12 + length - 4]))
        (tmp_path / "x.tar.xz").write_bytes(packed)
        if is_read:
            with opening(tmp_path / "x.tar.xz") as tree:
                assert contents(tree) == FILES
        else:
            with pytest.raises(TooMuch), opening(tmp_path / "x.tar.xz"):
                pass


def test_an_xz_of_several_streams_is_read_in_any_order(tmp_path):
    content = tarred(tmp_path / "x.tar", FILES, "w").read_bytes()
    parts = [lzma.compress(content[at : at + 50_000]) for at in range(0, len(content), 50_000)]
    (tmp_path / "x.tar.xz").write_bytes(b"\0\0\0\0".join(parts) + bytes(8))
    with opening(tmp_path / "x.tar.xz") as tree:
        for name in [*FILES, *reversed(FILES)]:
            assert tree.read(name) == FILES[name]
    (tmp_path / "x.tar.xz").write_bytes(b"".join(parts)[:-40])
    with opening(tmp_path / "x.tar.xz") as tree:
        assert "cut short" in tree.refused[-1].why or tree.entries


def test_places_that_are_kept_in_a_gzip_do_not_grow_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr("cozy.rooms.imports.service.trees.tars._EVERY", 1_000)
    monkeypatch.setattr("cozy.rooms.imports.service.trees.tars._MOST_KEPT", 8)
    files = {f"{n}.bin": jpeg(n, 900_000) for n in range(12)}
    path = tarred(tmp_path / "x.tar.gz", files)
    with opening(path) as tree:
        for name in [*files, *reversed(files)]:
            assert tree.read(name) == files[name]
    with path.open("rb") as file:
        packed = tars.Gzip(file)
        while packed.more():
            pass
        assert len(vars(packed)["_kept"]) <= 8


def test_a_directory_is_counted_whatever_the_end_of_the_file_says_of_it(tmp_path, monkeypatch):
    """A zip64 record whose fields look like another one told of a small directory, while the true one was read."""
    monkeypatch.setattr(zips, "MOST_ENTRIES", 99)
    monkeypatch.setattr(zips, "_DIRECTORY_LIMIT", 50_000)
    monkeypatch.setattr(guards, "MOST_ENTRIES", 99)
    content = zipped(tmp_path / "x.zip", {f"{n:03}": b"" for n in range(500)}).read_bytes()
    end = content.rfind(b"PK\x05\x06")
    size, offset = struct.unpack("<LL", content[end + 12 : end + 20])
    record = struct.pack("<4sQLL4sQQQQ", b"PK\x06\x06", 44, 0, 0, b"PK\x06\x06", 500, 500, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    last = bytearray(content[end:])
    last[8:20] = b"\xff" * 12
    (tmp_path / "x.zip").write_bytes(content[:end] + record + locator + last)
    seen: list[int] = []
    parse = zipfile.ZipInfo.__init__
    monkeypatch.setattr(
        zipfile.ZipInfo,
        "__init__",
        lambda self, *given, **named: (seen.append(1), parse(self, *given, **named))[1],
    )
    with pytest.raises((TooManyEntries, Damaged)), opening(tmp_path / "x.zip"):
        pass
    assert not seen


def test_names_that_are_one_to_people_are_two_files(tmp_path):
    files = {"caf\u00e9.txt": b"composed", "cafe\u0301.txt": b"apart", "./x": b"one", "x": b"two"}
    for path in (zipped(tmp_path / "x.zip", files), tarred(tmp_path / "x.tar", files, "w")):
        with opening(path) as tree:
            assert tree.refused == []
            assert sorted(contents(tree).values()) == sorted(files.values())


def test_an_empty_archive_is_empty_and_nothing_else(tmp_path):
    for path in (
        zipped(tmp_path / "x.zip", {}),
        tarred(tmp_path / "x.tar.xz", {}, "w:xz"),
        tarred(tmp_path / "x.tgz", {}),
    ):
        with opening(path) as tree:
            assert all(entry.size for entry in tree.entries)
