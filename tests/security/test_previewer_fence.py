"""The process that opens people's files can do next to nothing, should one of them take it over."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cozy.backends.previewer import WORKER, Worker
from cozy.kernel.previews import CannotDraw
from tests.browser import samples

POSTER = {"recipe": "picture", "kind": "film", "width": 64, "height": 64, "crop": 0}
TRIES = """
import os, runpy, socket, subprocess, sys
runpy.run_path(sys.argv[1])["fence"](os.path.dirname(sys.argv[2]))
mine, port, other = sys.argv[2], int(sys.argv[3]), sys.argv[4]
for what in (
    lambda: socket.create_connection(("127.0.0.1", port)), lambda: socket.socket(socket.AF_UNIX),
    lambda: os.execv("/bin/true", ["true"]), lambda: os.unlink(mine), lambda: os.rename(mine, mine + "2"),
    lambda: os.truncate(mine, 0), lambda: open(mine + "3", "wb", buffering=0).write(b"x"),
    lambda: open(mine, "wb"), lambda: open(other).read(), lambda: os.listdir(os.path.dirname(other)),
):
    try:
        what()
    except OSError as error:
        print(type(error).__name__, error.errno)
    else:
        print("done")
print(open(mine).read())
"""


def test_it_has_no_network_starts_no_program_changes_no_file_and_reads_no_other(tmp_path: Path):
    mine, other = tmp_path / "sources" / "mine", tmp_path / "home" / "home.db"
    for file in (mine, other):
        file.parent.mkdir()
        file.write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        line = [sys.executable, "-I", "-c", TRIES, str(WORKER), str(mine), str(port), str(other)]
        said = subprocess.run(
            line, capture_output=True, text=True, check=True, timeout=120
        ).stdout.splitlines()
    assert said[:6] == ["PermissionError 1"] * 6
    assert said[6:] == ["PermissionError 13"] * 4 + ["kept"]


@pytest.mark.parametrize(
    "playlist",
    [
        "ffconcat version 1.0\nfile other\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\nother\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\nhttp://127.0.0.1:9/a.mp4\n#EXT-X-ENDLIST\n",
    ],
)
def test_a_film_leads_to_no_other_file(tmp_path: Path, playlist: str):
    (tmp_path / "other").write_bytes(samples.film())
    (tmp_path / "film").write_text(playlist)
    worker = Worker()
    try:
        with pytest.raises(CannotDraw):
            worker.obey({"path": str(tmp_path / "film"), **POSTER})
        assert worker.obey({"path": str(tmp_path / "other"), **POSTER})
    finally:
        worker.stop()
