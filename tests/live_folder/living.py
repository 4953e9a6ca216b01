"""A home in which things happen, what its live folder should show, and what it shows. Run as a program, it goes on until it is killed, again and again."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.backends.disk import inline_content
from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.live_folder import service

_NAMES = "abcdefgh"


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def big(house: House, home: Home, data: bytes) -> Content:
    """A content that is a blob."""
    return await house.blobs.put(home.id, once(data * (100_000 // len(data) + 1)))


def held(work: Work) -> dict[str, str | None]:
    """What the home holds outside its bin: by path, the hash of files and None for folders."""
    found: dict[str, str | None] = {}
    waiting = [(files.ROOT, "")]
    while waiting:
        id_, path = waiting.pop()
        for child in files.children(work, id_, limit=10_000):
            found[f"{path}/{child.name}"] = None if child.is_folder else child.sha256
            if child.is_folder:
                waiting.append((child.id, f"{path}/{child.name}"))
    return found


def shown(base: Path) -> dict[str, str | None]:
    """The same of the disk. Everything must be shut there."""
    found: dict[str, str | None] = {}
    for path in (base / "Files").rglob("*"):
        assert not path.stat().st_mode & 0o222, path
        name = f"/{path.relative_to(base / 'Files')}"
        found[name] = None if path.is_dir() else inline_content(path.read_bytes()).sha256
    return found


async def bring(house: House, home: Home) -> None:
    """All that is due."""
    while await service.catch_up(house, home):
        pass


def happen(work: Work, chance: random.Random, contents: list[Content]) -> None:
    """Some of what people do."""
    folders, leaves = _everything(work)
    content = chance.choice(contents)
    act = chance.choice(
        ["file", "file", "folder", "overwrite", "rename", "move", "trash", "restore", "swap", "erase"]
    )
    if act == "file":
        files.create_file(work, chance.choice(folders), chance.choice(_NAMES), content, "")
    elif act == "folder":
        files.create_folder(work, chance.choice(folders), chance.choice(_NAMES))
    elif act == "overwrite" and leaves:
        files.overwrite(work, chance.choice(leaves), content, "")
    elif act == "restore":
        gone = files.children(work, files.TRASH, limit=100)
        if gone:
            files.restore(work, chance.choice(gone).id)
    elif act == "erase":
        files.empty_trash(work)
    elif movable := [id_ for id_ in (*folders, *leaves) if id_ != files.ROOT]:
        one = chance.choice(movable)
        if act == "rename":
            files.change(work, one, files.Change(name=chance.choice(_NAMES)))
        elif act == "move":
            files.change(work, one, files.Change(dir_id=chance.choice(folders)))
        elif act == "trash":
            files.trash(work, one)
        elif act == "swap":
            _swap(work, one, chance)


def _everything(work: Work) -> tuple[list[str], list[str]]:
    folders, leaves = [files.ROOT], list[str]()
    for id_ in folders:
        for child in files.children(work, id_, limit=1000):
            (folders if child.is_folder else leaves).append(child.id)
    return folders, leaves


def _swap(work: Work, one: str, chance: random.Random) -> None:
    first = files.fetch(work, one)
    second = chance.choice(files.children(work, first.dir_id, limit=1000))
    if first.id != second.id:
        files.change(work, second.id, files.Change(name="between"))
        files.change(work, first.id, files.Change(name=second.name))
        files.change(work, second.id, files.Change(name=first.name))


async def live(house: House, home: Home, chance: random.Random, times: int) -> None:
    """Let that many things happen; what cannot be does not."""
    contents = [
        inline_content(b"one"),
        inline_content(b"two"),
        *[await big(house, home, text) for text in (b"big", b"bigger")],
    ]
    for _ in range(times):
        try:
            await house.write(home, SYSTEM, happen, chance, contents)
        except Problem:
            continue


async def _go_on(data: str, seed: int, *, is_inbox: bool) -> None:
    settings = load(data=data)
    chance = random.Random(seed)
    async with opened(settings, clock=lambda: datetime.now(UTC) + timedelta(hours=1)) as house:
        home = home_of(settings, await house.read_host(homes.only))
        sys.stdout.write(f"{os.getpid()}\n")
        sys.stdout.flush()
        while is_inbox:
            await service.take_in(house, home)
        while True:
            await live(house, home, chance, chance.randrange(1, 8))
            await service.catch_up(house, home, chance.choice([1, 3, 200]))


def main(data: str, *, is_inbox: bool) -> None:
    """`living.py DATA [inbox]`: for each seed on a line of the input a life in a process of its own, which ends when it is killed."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            asyncio.run(_go_on(data, int(line), is_inbox=is_inbox))
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(sys.argv[1], is_inbox="inbox" in sys.argv)
