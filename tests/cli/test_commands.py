"""What each command prints, where, and with which exit code."""

import base64
import json
import os
import re
import subprocess
from dataclasses import replace

import pytest

from tests.program import DOMAIN, Cozy, Server, make_home


def one_line(done) -> str:
    """The one line that a failed command says."""
    assert done.code == 1, done
    assert done.out == ""
    assert done.err.count("\n") == 1, done.err
    assert done.err.startswith("cozy: "), done.err
    return done.err


def test_a_file_goes_in_and_comes_out_the_same(cozy, tmp_path):
    source = tmp_path / "cat.jpg"
    source.write_bytes(os.urandom(300_000))
    assert cozy("files", "put", source, "/Photos/").code == 0
    done = cozy("files", "get", "/Photos/cat.jpg", tmp_path / "out.jpg")
    assert (done.code, done.out) == (0, f"{tmp_path}/out.jpg\n")
    assert (tmp_path / "out.jpg").read_bytes() == source.read_bytes()


def test_putting_twice_keeps_the_first_as_a_version(cozy, tmp_path):
    source = tmp_path / "letter.txt"
    for text in ("first", "second"):
        source.write_text(text)
        assert cozy("files", "put", source).code == 0
    (tmp_path / "out").mkdir()
    assert cozy("files", "get", "/letter.txt", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "letter.txt").read_text() == "second"
    assert [json.loads(line)["name"] for line in cozy("files", "ls", "--json").out.splitlines()].count(
        "letter.txt"
    ) == 1


def test_put_makes_the_folders_on_the_way(cozy, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    assert cozy("files", "put", tmp_path / "a.txt", "/new/deep/b.txt").code == 0
    assert cozy("files", "ls", "/new/deep").out.split()[-1] == "b.txt"


def test_ls_prints_json_a_line_each(cozy):
    lines = [json.loads(line) for line in cozy("files", "ls", "--json").out.splitlines()]
    assert {"Administrative", "Photos"} <= {line["name"] for line in lines}
    assert all(line["type"] == "directory" and line["id"] and line["rev"] for line in lines)


def test_rm_puts_into_the_bin(cozy, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    cozy("files", "put", tmp_path / "a.txt")
    done = cozy("files", "rm", "/a.txt")
    assert (done.code, done.out) == (0, "a.txt is in the bin.\n")
    assert "a.txt" not in cozy("files", "ls").out
    assert "a.txt" in cozy("files", "ls", "/.cozy_trash").out


def test_what_is_not_there_is_one_clear_line(cozy, tmp_path):
    for command in (
        ("ls", "/nope"),
        ("get", "/nope", "x"),
        ("rm", "/nope"),
        ("export", tmp_path / "out", "/nope"),
    ):
        assert one_line(cozy("files", *command)) == "cozy: There is no such file or folder.\n"


def test_ls_of_a_file_and_get_of_a_folder_are_refused(cozy, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    cozy("files", "put", tmp_path / "a.txt")
    assert "is a file" in one_line(cozy("files", "ls", "/a.txt"))
    assert "is a folder" in one_line(cozy("files", "get", "/Photos", tmp_path / "out"))


def test_the_homes_own_folders_stay(cozy):
    for path in ("/", "/.cozy_trash"):
        assert "stays as it is" in one_line(cozy("files", "rm", path))


def test_put_of_what_is_no_file_is_one_clear_line(cozy, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for source in (tmp_path, tmp_path / "nothing", tmp_path / "pipe"):
        assert "is not a file of this machine" in one_line(cozy("files", "put", source))
    assert "cannot be read" in one_line(cozy("files", "put", "/proc/self/mem", "/mem"))
    assert "mem" not in cozy("files", "ls").out


def test_put_over_a_folder_goes_into_it(cozy, tmp_path):
    (tmp_path / "Photos").write_text("not a folder")
    assert "in the way" in one_line(cozy("files", "put", tmp_path / "Photos", "/"))
    assert cozy("files", "put", tmp_path / "Photos", "/Photos").code == 0
    assert cozy("files", "ls", "/Photos").out.split()[-1] == "Photos"


def test_put_under_a_name_that_no_folder_can_hold_is_refused(cozy, tmp_path):
    (tmp_path / "a").write_text("a")
    assert "too long" in one_line(cozy("files", "put", tmp_path / "a", "/" + "n" * 300))
    assert "name" in one_line(cozy("files", "put", tmp_path / "a", "/a\nb"))


def test_get_to_where_nothing_can_be_written_is_one_clear_line(cozy, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    cozy("files", "put", tmp_path / "a.txt")
    assert "cannot be written" in one_line(
        cozy("files", "get", "/a.txt", tmp_path / "no" / "such" / "folder")
    )


def test_a_home_that_is_full_says_so(tmp_path):
    make_home(tmp_path / "data", quota=100_000)
    cozy = Cozy(tmp_path / "data")
    (tmp_path / "big").write_bytes(b"x" * 100_001)
    (tmp_path / "fits").write_bytes(b"y" * 100_000)
    assert (
        one_line(cozy("files", "put", tmp_path / "big"))
        == "cozy: There is not enough space left in this home.\n"
    )
    assert cozy("files", "put", tmp_path / "fits").code == 0
    (tmp_path / "small").write_bytes(b"z")
    assert "not enough space" in one_line(cozy("files", "put", tmp_path / "small"))


def test_a_terminal_is_not_obeyed_by_names(cozy, tmp_path):
    (tmp_path / "a").write_text("a")
    cozy("files", "put", tmp_path / "a", "/red\x1b[31m")
    assert "red\\x1b[31m\n" in cozy("files", "ls").out


def test_a_name_that_the_terminal_cannot_spell_is_shown_escaped(cozy, tmp_path):
    (tmp_path / "a").write_text("a")
    cozy("files", "put", tmp_path / "a", "/été")
    there = replace(cozy, env={**cozy.env, "PYTHONIOENCODING": "ascii"})
    done = there("files", "ls", stdin=subprocess.DEVNULL)
    assert (done.code, done.err) == (0, "")
    assert "\\xe9t\\xe9\n" in done.out


def test_ls_stops_quietly_when_nobody_reads_on(cozy):
    with cozy.started("files", "ls") as ls:
        ls.stdout.close()
        assert b"Traceback" not in ls.stderr.read()


def test_a_token_opens_the_home_and_only_what_it_is_for(cozy, tmp_path):
    every, reading = cozy.token(), cozy("token", DOMAIN, "--scope", "io.cozy.files:GET").out.strip()
    with Server(cozy, tmp_path / "log") as server:
        assert server.client(every).show("io.cozy.files.root-dir").status == 200
        assert server.client(reading).show("io.cozy.files.root-dir").status == 200
        assert server.client(reading).mkdir("x").status == 403
        assert server.client(every).mkdir("x").status == 201


def test_a_password_of_a_device_opens_files_by_webdav(cozy, tmp_path):
    made = cozy("device-password", DOMAIN, "--name", "Backup").out.strip()
    viewing = cozy("device-password", DOMAIN, "--name", "Television", "--only-see").out.strip()
    with Server(cozy, tmp_path / "log") as server:
        for password, status in ((made, 201), (viewing, 403)):
            proof = base64.b64encode(f"x:{password}".encode()).decode()
            client = server.client("")
            client.headers["Authorization"] = f"Basic {proof}"
            assert client("PROPFIND", "/dav/files/", headers={"Depth": "0"}).status == 207
            assert client("MKCOL", f"/dav/files/{status}").status == status


def test_a_password_of_a_device_comes_with_its_addresses(cozy):
    made = cozy("device-password", DOMAIN, "--name", "Backup", "--opens", "files", "--until", "2099-12-31")
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){4}\n", made.out)
    assert made.err == f"files: http://{DOMAIN}:8080/dav/files/\n"
    one_line(cozy("device-password", DOMAIN, "--name", "Backup", "--until", "2020-01-01"))
    assert cozy("device-password", DOMAIN, "--name", "Backup", "--opens", "everything").code == 2


def test_a_token_for_no_home_or_for_nonsense_is_one_clear_line(cozy):
    assert "no home" in one_line(cozy("token", "bob.localhost")).lower()
    one_line(cozy("token", DOMAIN, "--scope", ":"))


def test_version_prints_one_number(cozy):
    done = cozy("version")
    assert (done.code, done.err) == (0, "")
    assert done.out.strip().replace(".", "").isalnum()


def test_with_several_homes_one_must_be_named(cozy, tmp_path):
    make_home(cozy.data, "bob.localhost")
    (tmp_path / "a.txt").write_text("a")
    one_line(cozy("files", "ls"))
    assert cozy("files", "put", tmp_path / "a.txt", "--home", "bob.localhost").code == 0
    assert "a.txt" in cozy("files", "ls", "--home", "bob.localhost").out
    assert "a.txt" not in cozy("files", "ls", "--home", DOMAIN).out
    assert "no home" in one_line(cozy("files", "ls", "--home", "carol.localhost")).lower()


def test_without_a_home_commands_say_how_to_make_one(tmp_path):
    assert "cozy homes add" in one_line(Cozy(tmp_path / "data")("files", "ls"))


def test_what_is_no_command_exits_with_two(cozy):
    for words in (
        ["nope"],
        ["files", "nope"],
        ["files", "get"],
        ["files", "ls", "--nope"],
        ["files", "import", "/no/such"],
    ):
        done = cozy(*words)
        assert (done.code, done.out) == (2, ""), words
        assert "Traceback" not in done.err


@pytest.mark.one_process("several have no folder that must be made")
def test_a_data_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for words in (["files", "ls"], ["serve", "--port", "0"]):
        assert "file" in one_line(Cozy(tmp_path / "file" / "data")(*words, cwd=tmp_path))


@pytest.mark.one_process("several have no files of SQLite")
def test_a_data_folder_that_is_no_database_is_one_clear_line(cozy):
    (cozy.data / "host.db").write_bytes(b"not a database at all" * 1000)
    one_line(cozy("files", "ls"))


def test_homes_are_listed_for_people_and_programs(cozy):
    make_home(cozy.data, "bob.localhost", quota=5_000_000)
    done = cozy("homes", "ls")
    assert done.code == 0
    assert DOMAIN in done.out
    assert "bob.localhost" in done.out
    shown = [json.loads(line) for line in cozy("homes", "ls", "--json").out.splitlines()]
    flat = shown[0] if len(shown) == 1 and isinstance(shown[0], list) else shown
    assert {home["domain"]: home["quota"] for home in flat} == {DOMAIN: None, "bob.localhost": 5_000_000}


def test_the_server_ends_well_when_told_to_stop(cozy, tmp_path):
    with Server(cozy, tmp_path / "log") as server:
        assert server.client(cozy.token()).show("io.cozy.files.root-dir").status == 200
        assert server.stop() == 0
    assert server.errors() == ""


def test_a_port_that_is_taken_is_one_clear_line(cozy, tmp_path):
    with Server(cozy, tmp_path / "log") as server:
        assert str(server.port) in one_line(cozy("serve", "--port", server.port))


def test_after_a_backup_was_put_back_programs_compare_everything_again(cozy):
    assert cozy("homes", "restored", DOMAIN).out == "Phones and computers will compare everything again.\n"
    one_line(cozy("homes", "restored", "nobody.example"))
