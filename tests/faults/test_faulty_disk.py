"""A disk that fails now and then: the kernel answers some writes and syncs with an error, put there by strace.

A PUT that met an error is refused and invisible; the others are there, then and later; the server goes on.
"""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.program import Cozy, Server, left_behind, make_home

pytestmark = [pytest.mark.slow, pytest.mark.one_process("several keep nothing on the disk that fails")]
PUTS = 150
# A system call, the error, and which calls of each thread fail.
FAULTS = {
    "sync": ("fsync,fdatasync", "EIO:when=8..12", 500),
    "write-to-database": ("pwrite64", "EIO:when=30..34", 500),
    "no-space-in-database": ("pwrite64", "ENOSPC:when=30..34", 507),
}


def why_not() -> str:
    """ "" when faults can be put there, else why not."""
    if shutil.which("strace") is None:
        return "strace is missing"
    tried = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this system lets nobody trace a program"


@pytest.mark.parametrize(("calls", "error", "status"), FAULTS.values(), ids=FAULTS)
def test_what_met_an_error_is_refused_and_the_rest_is_kept(
    calls: str, error: str, status: int, tmp_path: Path
) -> None:
    if reason := why_not():
        pytest.skip(reason)
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    token = cozy.token()
    faults = ("-e", f"trace={calls}", "-e", f"inject={calls}:error={error}")
    faulty = Cozy(cozy.data, ("strace", "-D", "-f", "-qq", "-o", "/dev/null", *faults))
    answers = Counter()
    kept = {}
    with Server(faulty, tmp_path / "log") as server:
        client = server.client(token)
        for number in range(PUTS):
            data = os.urandom(3_000 if number % 3 else 200_000)
            answer = client.upload(f"{number}", data)
            answers[answer.status] += 1
            if answer.status == 201:
                kept[f"{number}"] = answer.data["id"], data
        seen = {name for name in client.children() if name.isdecimal()}
        assert seen == set(kept)
    assert set(answers) <= {201, 500, 503, 507}
    assert answers[status] > 0
    assert answers[201] > PUTS / 2
    assert left_behind(cozy.data) == []
    with Server(cozy, tmp_path / "log") as server:
        client = server.client(token)
        assert {name for name in client.children() if name.isdecimal()} == set(kept)
        assert all(client.download(id_).body == data for id_, data in kept.values())
    assert cozy("check", "--scrub").code == 0
