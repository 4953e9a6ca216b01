"""Imports of archives on this machine."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.files import service as files
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.model import Import, Source

Bring = Callable[..., Awaitable[Import]]


def tree_of(work) -> dict[str, str]:
    """Every file of the home by its path, with its content's hash."""
    found: dict[str, str] = {}
    waiting = [(files.ROOT, "")]
    while waiting:
        dir_id, above = waiting.pop()
        for file in files.children(work, dir_id, limit=10_000):
            path = f"{above}/{file.name}"
            if file.is_folder:
                waiting.append((file.id, path))
            else:
                found[path] = file.sha256
    return found


def bodies(work, doctype: str) -> list:
    """The documents of a doctype, as they are."""
    return [each.body for each in documents.find(work, doctype, Query(selector={}, limit=1000)).documents]


@pytest.fixture
def bring(house, home) -> Bring:
    """Looks through what is at paths, then takes it in; the import as it is then."""

    async def bring(*paths: Path, into: str = "/", only_look: bool = False) -> Import:
        sources = [Source(path.name, path=str(path)) for path in paths]
        made = await house.write(home, SYSTEM, imports.prepare, sources, into, by_job=False)
        looked = await imports.look(house, home, made.id)
        if only_look or looked.body.state != "planned":
            return looked.body
        await house.write(home, SYSTEM, imports.begin, made.id, by_job=False)
        return (await imports.run(house, home, made.id)).body

    return bring


@pytest.fixture
def inside(house, home):
    """`await inside(fn, …)`: what a function of the home says."""

    async def inside(fn, *args, **kwargs):
        return await house.read(home, SYSTEM, fn, *args, **kwargs)

    return inside
