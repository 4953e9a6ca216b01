"""Shortcuts: files that hold an address, as desktops keep them in `.url` (cozy-stack docs/shortcuts.md)."""

from __future__ import annotations

import re

from cozy.kernel.blobs import Content
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from .. import access
from ..errors import NoShortcut, NowhereToGo
from ..model import File
from ..store import tree
from .bytes import content_pieces
from .metadata import touched

ENDING = ".url"
SIZE_LIMIT = 64 * 1024  # bytes that are looked at
_HEAD = "[InternetShortcut]"
_UNFIT = re.compile(r"[\x00-\x20\x7f]")  # what no address holds (RFC 3986 §2), a new line above all


def written(url: str) -> bytes:
    """The content of a shortcut to an address. Raises NowhereToGo."""
    if not url or _UNFIT.search(url):
        raise NowhereToGo(url=url[:200], pointer="/data/attributes/url")
    return f"{_HEAD}\r\nURL={url}\r\n".encode()


async def address(house: House, home: Home, content: Content) -> str:
    """The address that a shortcut holds. Raises NoShortcut."""
    held = b""
    async for piece in content_pieces(house, home, content):
        held += piece
        if len(held) >= SIZE_LIMIT:
            break
    head, *lines = held[:SIZE_LIMIT].decode("utf-8-sig", "replace").splitlines() or [""]
    found = [line[4:].strip() for line in lines if line.upper().startswith("URL=")]
    if head.strip() != _HEAD or not found or not found[-1]:
        raise NoShortcut
    return found[-1]


def is_new(file: File) -> bool:
    """Whether it leads to something that was shared, and nobody followed it yet."""
    shared = file.body.get("metadata", {}).get("sharing")
    return isinstance(shared, dict) and shared.get("status") != "seen"


def see(work: Work, file_id: str) -> None:
    """Note that a shortcut to something shared was followed. Raises NoFile, NotAllowed."""
    file = access.content_file(work, file_id, "GET")
    if is_new(file):
        metadata = file.body["metadata"]
        seen = {**metadata, "sharing": {**metadata["sharing"], "status": "seen"}}
        tree.replace(work, file, {**file.body, "metadata": seen, "cozyMetadata": touched(work, file.body)})
