"""`cozy backup`, `cozy restore` and `cozy backup-key`, as a person runs them."""

from pathlib import Path

import pytest

from tests.program import Cozy, make_home


@pytest.fixture
def cozy(tmp_path: Path) -> Cozy:
    """The command over a host with two homes."""
    for domain in ("alice.localhost", "bob.localhost"):
        make_home(tmp_path / "data", domain)
    return Cozy(tmp_path / "data")


@pytest.fixture
def key(cozy: Cozy, tmp_path: Path) -> str:
    """The public key; the secret one is in a file beside the homes."""
    done = cozy("backup-key", tmp_path / "key")
    assert (done.code, (tmp_path / "key").stat().st_mode & 0o777) == (0, 0o600)
    assert done.out.strip() in done.err
    return done.out.strip()


def test_a_host_is_backed_up_tried_and_put_back(cozy, key, tmp_path):
    place, secret = tmp_path / "place", tmp_path / "key"
    done = cozy("backup", place, "--key", key, "--keep", "7d,4w,12m")
    assert done.code == 0, done.err
    assert done.out.startswith("2 homes backed up as of ")
    tried = cozy("restore", place, "--key", secret, "--drill")
    assert (tried.code, tried.out.splitlines()[-1]) == (
        0,
        "The backup can be put back: every byte was read.",
    )
    elsewhere = Cozy(tmp_path / "elsewhere")
    assert elsewhere("restore", place, "--key", secret).out.startswith("2 homes put back as of ")
    assert elsewhere("check", "--scrub").out == "2 homes are whole.\n"


def test_one_home_is_backed_up_and_put_back(cozy, key, tmp_path):
    place, secret = tmp_path / "place", tmp_path / "key"
    assert cozy("backup", place, "--key", key, "--home", "bob.localhost", "--json").json["homes"] == 1
    elsewhere = Cozy(tmp_path / "elsewhere")
    assert elsewhere("restore", place, "--key", secret).err == (
        "cozy: There is no backup in this folder, or none as old as that.\n"
    )
    assert elsewhere("restore", place, "--key", secret, "--home", "bob.localhost").code == 0
    assert elsewhere("check").out == "1 home is whole.\n"


def test_a_drill_that_fails_says_so(cozy, key, tmp_path):
    place = tmp_path / "place"
    cozy("backup", place, "--key", key)
    max((place / "objects").rglob("??*/*"), key=lambda path: path.stat().st_size).unlink()
    tried = cozy("restore", place, "--key", tmp_path / "key", "--drill")
    assert (tried.code, tried.err) == (
        1,
        "cozy: A part of the backup is missing, or is not what was stored.\n",
    )


def test_a_drill_of_a_host_with_an_s3_service_asks_nobody_but_the_backup(cozy, key, tmp_path):
    cozy("backup", tmp_path / "place", "--key", key)
    scaled = tmp_path / "scaled.toml"
    scaled.write_text('contents = "s3://homes"\ns3_endpoint = "http://127.0.0.1:1"\n')  # nobody is there
    tried = cozy("--config", scaled, "restore", tmp_path / "place", "--key", tmp_path / "key", "--drill")
    assert (tried.code, tried.err) == (0, "")


def test_nothing_is_backed_up_without_a_key(cozy, tmp_path):
    done = cozy("backup", tmp_path / "place")
    assert (done.code, (tmp_path / "place").exists()) == (1, False)
    assert "backup_key" in done.err


def test_a_secret_key_that_is_there_is_kept(cozy, key, tmp_path):
    before = (tmp_path / "key").read_text()
    assert cozy("backup-key", tmp_path / "key").code == 1
    assert (tmp_path / "key").read_text() == before
