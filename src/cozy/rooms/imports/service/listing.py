"""The list of what was left out, as a file beside it: a table that every program opens."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.text import cell
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes

from .. import store
from ..model import Import
from . import finding
from .taking.batches import folder_of

NAME = {"en": "List.csv", "fr": "Liste.csv"}


async def write(house: House, home: Home, import_id: str) -> None:
    """Write the list, when something was left out; the second time it is there already."""
    text = await house.scan(home, SYSTEM, _text, import_id)
    if text:
        content = await house.blobs.put(home.id, _once(text), None)
        await house.write(home, SYSTEM, _keep, import_id, content, home.quota)


def _text(work: Work, import_id: str) -> bytes:
    rows = list(store.left(work, import_id))
    out = io.StringIO()
    csv.writer(out).writerows([("name", "why"), *((cell(name), why) for name, why in rows)])
    return out.getvalue().encode("utf-8-sig", "replace") if rows else b""


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _keep(work: Work, import_id: str, content: Content, quota: int | None) -> None:
    def keeping(body: Import) -> None:
        folder = folder_of(work, body)
        name = NAME.get(homes.profile(work).locale, NAME["en"])
        there = files.child_named(work, folder, name)
        if there is None:
            files.create_file(work, folder, name, content, "text/csv", quota=quota)
        elif there.sha256 != content.sha256 and not there.is_folder:
            files.overwrite(work, there.id, content, "text/csv", quota=quota)
        elif content.blob is not None:
            work.freed.append(content.blob)

    finding.change(work, import_id, keeping)
