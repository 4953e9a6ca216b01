"""Principle 6: the host's own list and commands hold nothing that people wrote."""

from tests.program import Cozy, Server, make_home

SECRET = "a-name-that-only-its-owner-knows"


def test_the_host_knows_sizes_and_states_and_no_names(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    letter = tmp_path / f"{SECRET}.txt"
    letter.write_text(SECRET)
    assert cozy("files", "put", letter, "/").code == 0

    host = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("host.db*"))
    shown = cozy("homes", "ls").out + cozy("homes", "show", "alice.localhost").out
    assert SECRET.encode() not in host
    assert SECRET not in shown


def test_one_home_never_shows_what_is_in_another(tmp_path):
    make_home(tmp_path / "data")
    make_home(tmp_path / "data", "bob.localhost")
    cozy = Cozy(tmp_path / "data")
    with Server(cozy, tmp_path / "log") as server:
        hers = server.client(cozy.token("alice.localhost")).upload("letter.txt", b"for Alice").data["id"]
        bob = server.client(cozy.token("bob.localhost"), domain="bob.localhost")
        thief = server.client(cozy.token("alice.localhost"), domain="bob.localhost")
        assert bob("GET", f"/files/{hers}").status == 404
        assert bob("GET", f"/files/download/{hers}").status == 404
        assert thief("GET", "/files/io.cozy.files.root-dir").status == 400
