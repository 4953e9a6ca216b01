"""kill -9 while a Takeout in many parts comes in: in the end the home is as if nobody had."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from tests.imports.takeouts import bytes_of, write
from tests.program import Cozy, make_home

pytestmark = pytest.mark.slow
SIZE = bytes_of(os.environ.get("COZY_TAKEOUT", "150M"))
PARTS = 10
# What differs between two homes that hold the same: moments, and ids that chance gave.
_OWN = {
    "cozyMetadata",
    "created_at",
    "updated_at",
    "dir_id",
    "referenced_by",
    "collection",
    "path",
    "uuid",
    "restore_path",
}
_BESIDE = {"io.cozy.imports", "io.cozy.permissions", "io.cozy.jobs", "io.cozy.sessions"}


def holdings(data: Path) -> Counter[str]:
    """Everything in a home, each thing by what it says, files by their paths and albums."""
    rows = anyio.run(_rows, data)
    bodies = {(str(doctype), str(id_)): json.loads(body) for doctype, id_, body in rows}
    return Counter(
        json.dumps([doctype, _said(bodies, doctype, body)], sort_keys=True)
        for (doctype, _), body in bodies.items()
        if doctype not in _BESIDE
    )


async def _rows(data: Path) -> list[Row]:
    settings = load(data=str(data))
    async with opened(settings) as house:
        return await house.read(home_of(settings, await house.read_host(homes.only)), SYSTEM, _every)


def _every(work: Work) -> list[Row]:
    return work.db.all(
        "SELECT doctype, id, CAST(body AS TEXT) FROM documents WHERE home_id = :home AND NOT deleted",
        home=work.home,
    )


def _said(bodies: dict[tuple[str, str], Any], doctype: str, body: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in body.items() if name not in _OWN}
    if doctype == "io.cozy.files":
        said["at"] = _path(bodies, body)
        albums = (
            bodies.get((link["type"], link["id"]), {}).get("name") for link in body.get("referenced_by") or ()
        )
        said["albums"] = sorted(filter(None, albums))
        said["is_favourite"] = body.get("cozyMetadata", {}).get("favorite", False)
    return said


def _path(bodies: dict[tuple[str, str], Any], body: dict[str, Any]) -> str:
    above = bodies.get(("io.cozy.files", body.get("dir_id", "")))
    return f"{_path(bodies, above)}/{body['name']}" if above else body.get("name", "")


def test_a_takeout_killed_at_any_moment_comes_in_as_if_nobody_had(tmp_path, kills, seed):
    chance = random.Random(seed)
    parts = write(tmp_path / "parts", SIZE, SIZE // PARTS)
    whole, torn = (Cozy(tmp_path / name) for name in ("whole", "torn"))
    for each in (whole, torn):
        make_home(each.data)
    began = time.monotonic()
    assert _started(whole, parts).wait() == 0
    took = time.monotonic() - began
    died = sum(_dies(_started(torn, parts), chance.uniform(0, took)) for _ in range(kills))
    assert _started(torn, parts).wait() == 0
    assert died > 0
    assert holdings(torn.data) == holdings(whole.data)
    assert torn("check").code == 0


def _started(cozy: Cozy, parts: list[Path]) -> subprocess.Popen[bytes]:
    return cozy.started("import", "--yes", *parts, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _dies(process: subprocess.Popen[bytes], after: float) -> bool:
    """Whether it was killed, rather than done before."""
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False
