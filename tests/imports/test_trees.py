"""Trees: whatever was dropped is names and streams, and what is hostile ends in a reason."""

import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from cozy.kernel.problem import Problem
from cozy.rooms.imports.errors import Damaged, NoEntry, TooManyEntries, TooMuch
from cozy.rooms.imports.service.trees import OnDisk, guards, opened
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


def test_locked_files_of_a_zip_are_refused(tmp_path):
    path = zipped(tmp_path / "x.zip", {"a": b"a"})
    content = bytearray(path.read_bytes())
    directory = content.find(b"PK\x01\x02")
    content[directory + 8] |= 1
    path.write_bytes(content)
    with opening(path) as tree:
        assert [each.why for each in tree.refused] == ["It is locked by a password."]
    assert zipfile.is_zipfile(path)
