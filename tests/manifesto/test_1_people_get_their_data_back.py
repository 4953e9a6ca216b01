"""Principle 1: what people bring in, they can see and take out again, byte for byte, in plain folders."""

import os

from tests.program import Cozy, make_home


def test_a_tree_that_comes_in_goes_out_the_same(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    given = tmp_path / "given"
    (given / "Été" / "empty").mkdir(parents=True)
    (given / "Été" / "photo.jpg").write_bytes(os.urandom(200_000))
    (given / "note.txt").write_text("Bonjour")
    os.utime(given / "note.txt", (1_000_000_000, 1_000_000_000))

    assert cozy("files", "import", given).code == 0
    assert cozy("files", "export", tmp_path / "taken").code == 0

    taken = tmp_path / "taken"
    assert (taken / "Été" / "photo.jpg").read_bytes() == (given / "Été" / "photo.jpg").read_bytes()
    assert (taken / "Été" / "empty").is_dir()
    assert (taken / "note.txt").stat().st_mtime == 1_000_000_000


def test_throwing_away_destroys_nothing(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    letter = tmp_path / "letter.txt"
    for text in ("first", "second"):
        letter.write_text(text)
        assert cozy("files", "put", letter, "/").code == 0
    assert cozy("files", "rm", "/letter.txt").code == 0

    assert cozy("files", "ls", "/").out.count("letter.txt") == 0
    assert cozy("files", "get", "/.cozy_trash/letter.txt", tmp_path / "back.txt").code == 0
    assert (tmp_path / "back.txt").read_text() == "second"
