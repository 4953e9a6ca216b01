"""`cozy apps`, as the person types it who looks after a host."""

import json

import pytest

from tests.apps.conftest import FILES, MINI, write_app
from tests.program import DOMAIN, Cozy, make_home


@pytest.fixture
def cozy(tmp_path) -> Cozy:
    make_home(tmp_path / "data")
    return Cozy(tmp_path / "data")


def test_an_app_comes_is_listed_changes_and_goes(cozy, folder):
    done = cozy("apps", "install", DOMAIN, "mini", f"file://{folder}")
    assert done.code == 0, done.err
    assert done.out.startswith("mini 1.0.0-")
    assert done.out.endswith(" is ready.\n")
    (listed,) = cozy("apps", "ls", DOMAIN, "--json").json
    assert (listed["slug"], listed["kind"], listed["state"]) == ("mini", "app", "ready")
    assert "mini" in cozy("apps", "ls", DOMAIN).out
    write_app(folder, {**MINI, "permissions": {"all": {"type": "io.cozy.contacts"}}}, FILES)
    assert "asks for more than before" in cozy("apps", "update", DOMAIN, "mini").out
    assert cozy("apps", "update", DOMAIN, "mini", "--accept").out.endswith(" is ready.\n")
    assert cozy("apps", "rm", DOMAIN, "mini").out == "mini is removed.\n"
    assert cozy("apps", "ls", DOMAIN, "--json").json == []


def test_what_cannot_be_done_is_one_line(cozy):
    for line in (
        ("install", DOMAIN, "mini"),
        ("install", DOMAIN, "mini", "file:///nowhere/at/all"),
        ("update", DOMAIN, "mini"),
        ("rm", DOMAIN, "mini"),
        ("ls", "nobody.localhost"),
    ):
        done = cozy("apps", *line)
        assert done.code == 1
        assert done.err.startswith("cozy: ")
        assert done.err.count("\n") == 1


def test_a_connector_is_installed_by_its_kind(cozy, tmp_path):
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "manifest.konnector").write_text(json.dumps({"name": "Bank", "version": "1.0.0"}))
    done = cozy("apps", "install", DOMAIN, "bank", f"file://{tmp_path / 'bank'}", "--konnector")
    assert done.code == 0, done.err
    assert cozy("apps", "ls", DOMAIN, "--json").json[0]["kind"] == "konnector"
