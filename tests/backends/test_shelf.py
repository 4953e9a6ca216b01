"""Versions of apps on the disk: whole or not there, packed once, shared by all."""

import gzip
import os
from pathlib import Path

import brotli
import pytest

from cozy.backends.shelf import ShelfOnDisk

SCRIPT = b"console.log('cozy');\n" * 50
FILES = [("index.html", b"<p>"), ("static/app.js", SCRIPT), ("cat.jpg", b"\xff\xd8" * 500)]


@pytest.fixture
def shelf(tmp_path: Path) -> ShelfOnDisk:
    return ShelfOnDisk(tmp_path)


def test_what_is_put_is_found_again_by_another_process(shelf, tmp_path):
    shelf.put("abc", FILES)
    pack = ShelfOnDisk(tmp_path).find("abc")
    assert pack is not None
    assert {name: packed.size for name, packed in pack.files.items()} == {n: len(c) for n, c in FILES}
    assert pack.read(pack.files["index.html"], "") == b"<p>"
    assert gzip.decompress(pack.read(pack.files["static/app.js"], "gzip")) == SCRIPT
    assert brotli.decompress(pack.read(pack.files["static/app.js"], "br")) == SCRIPT
    assert set(pack.files["cat.jpg"].encodings) == {""}


def test_the_same_content_has_the_same_tag(shelf):
    pack = shelf.put("abc", [("a.js", SCRIPT), ("b.js", SCRIPT), ("c.js", SCRIPT + b" ")])
    tags = [pack.files[name].tag for name in ("a.js", "b.js", "c.js")]
    assert tags[0] == tags[1] != tags[2]


def test_a_version_that_breaks_off_is_not_there_and_leaves_nothing(shelf, tmp_path):
    def broken():
        yield "a.js", SCRIPT
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        shelf.put("abc", broken())
    assert shelf.find("abc") is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_bytes_without_their_table_are_not_there(shelf, tmp_path):
    shelf.put("abc", FILES)
    (tmp_path / "apps" / "ab" / "abc.json").unlink()
    assert shelf.find("abc") is None


def test_versions_are_listed_and_dropped(shelf):
    for key in ("abc", "abd", "fff"):
        shelf.put(key, FILES)
    assert list(shelf.keys()) == ["abc", "abd", "fff"]
    shelf.drop("abd")
    shelf.drop("abd")
    assert list(shelf.keys()) == ["abc", "fff"]
    assert shelf.find("abd") is None


def test_a_version_that_was_taken_a_moment_ago_is_not_dropped(shelf, tmp_path):
    shelf.put("abc", FILES)
    table = tmp_path / "apps" / "ab" / "abc.json"
    os.utime(table, (0, 0))
    assert shelf.take("abc")
    assert not shelf.drop("abc", least_age_s=3600)
    os.utime(table, (0, 0))
    assert shelf.drop("abc", least_age_s=3600)
    assert (shelf.take("abc"), list((tmp_path / "apps" / "ab").iterdir())) == (False, [])


@pytest.mark.parametrize("key", ["", "../abc", "a/b", "a.b"])
def test_a_key_is_never_a_path(shelf, key):
    with pytest.raises(ValueError, match="no key"):
        shelf.find(key)


def test_what_is_on_its_way_in_is_removed_at_the_end(shelf):
    with shelf.scratch() as folder:
        (folder / "archive").write_bytes(b"x")
    assert not folder.exists()
