"""A house with an app in development, `mini`, and browsers to look at it."""

from __future__ import annotations

import dataclasses
import json
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.backends.outside import OutsideByHttp
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home, app_origin
from cozy.kernel.house import House
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from tests.apps.world import World
from tests.security.conftest import holding, other_home

__all__ = ["holding", "other_home"]

MINI: dict[str, Any] = {
    "name": "Mini",
    "name_prefix": "Cozy",
    "slug": "something-else",
    "type": "webapp",
    "version": "1.0.0",
    "icon": "icon.svg",
    "editor": "Alice & sons",
    "short_description": "Lists the smallest things",
    "locales": {"fr": {"name": "Petit"}},
    "permissions": {
        "files": {"description": "To list them", "type": "io.cozy.files", "verbs": ["GET"]},
        "todos": {"type": "io.cozy.todos"},
    },
    "routes": {
        "/": {"folder": "/", "index": "index.html", "public": False},
        "/public": {"folder": "/public", "index": "index.html", "public": True},
        "/pictures": {"folder": "/pictures", "public": True},
    },
    "intents": [{"action": "PICK", "type": ["io.cozy.foos"], "href": "/#/pick"}],
}
INDEX = """<!DOCTYPE html>
<html lang="{{.Locale}}"><head><title>{{ .AppName }}</title>{{.CozyFonts}}{{.ThemeCSS}}</head>
<body><div role="application" data-cozy="{{.CozyData}}" data-domain="{{.Domain}}"></div>
<script src="/app.0123456789ab.js"></script></body></html>
"""
FILES = {
    "index.html": INDEX,
    "public/index.html": '<html><head></head><body><i data-cozy="{{.CozyData}}" data-token="{{.Token}}"></i></body></html>',
    "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "app.0123456789ab.js": "console.log('{{.Token}}')",
    "plain.js": "'use strict'",
    "pictures/cat.jpg": "not really",
    "secret.txt": "private",
}


def write_app(folder: Path, manifest: dict[str, Any], files: dict[str, str]) -> None:
    """An app in a folder."""
    for name, text in {"manifest.webapp": json.dumps(manifest), **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where mini is developed."""
    write_app(tmp_path / "mini", MINI, FILES)
    return tmp_path / "mini"


@pytest.fixture
async def house(house: House, folder: Path) -> House:
    """The house, with the folder among its settings."""
    return dataclasses.replace(house, settings=replace(house.settings, app_folders=f"mini:{folder}"))


@pytest.fixture
async def house_in_the_world(house: House) -> AsyncIterator[House]:
    """The house without that folder, which may ask servers of this machine."""
    settings = replace(house.settings, app_folders="", outside_allowed="127.0.0.0/8")
    outside = OutsideByHttp(settings)
    yield dataclasses.replace(house, settings=settings, outside=outside)
    await outside.close()


@pytest.fixture
def world() -> Iterator[World]:
    """A web server of somebody else."""
    with World() as world:
        yield world


@pytest.fixture
def git_server(folder: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a git server that has mini on the branch trunk."""
    if shutil.which("git") is None:
        pytest.skip("needs the program git")
    author = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org"]
    for line in (["init", "-q", "-b", "trunk"], ["add", "."], [*author, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *line], cwd=folder, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    daemon = [
        "git",
        "daemon",
        "--export-all",
        "--listen=127.0.0.1",
        f"--port={port}",
        f"--base-path={tmp_path}",
        "--reuseaddr",
    ]
    with subprocess.Popen(daemon, stderr=subprocess.DEVNULL) as process:
        _listens(port)
        yield f"git://127.0.0.1:{port}"
        process.terminate()


def _listens(port: int) -> None:
    """Wait until somebody answers at a port of this machine."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError("git daemon does not answer")


@pytest.fixture
async def browser(house: House, home: Home) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser in which nobody is in, at the first page of mini; it follows no redirect by itself."""
    mini = app_origin(home.origin, "mini", house.settings.subdomains)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(house)), base_url=mini) as client:
        yield client


@pytest.fixture
async def owner(house: House, home: Home, browser: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """The same once the owner is in, on the home's origin."""
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    browser.cookies.set("cozy-session", entered.session, domain=home.domain)
    return browser
