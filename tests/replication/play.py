"""What people do with a shared folder, drawn by lot, in three homes at once, on ways that are cut and lose answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.service import replicas as tree
from tests.replication.town import Town, md5

Choose = Callable[[Sequence[Any]], Any]
NAMES = ("a", "b", "c.txt", "d.txt")


@dataclass
class Play:
    """One sharing, and what people were told is safe: the MD5 of what they wrote, by whose home it is in."""

    town: Town
    sharing: str
    choose: Choose
    people: tuple[str, ...]
    safe: dict[str, set[str]] = field(default_factory=dict)
    count: int = 0

    async def act(self, deed: str) -> None:
        """Somebody does something; what their home refuses did not happen."""
        who = self.choose(self.people)
        try:
            await getattr(self, f"_{deed}")(who)
        except Problem:
            return

    async def _make_file(self, who: str) -> None:
        folder, data = await self._folder(who), self._bytes()
        await self.town.file(who, folder, self.choose(NAMES), data)
        self.safe.setdefault(who, set()).add(md5(data))

    async def _make_folder(self, who: str) -> None:
        await self.town.folder(who, await self._folder(who), self.choose(NAMES))

    async def _write(self, who: str) -> None:
        file, data = await self._file(who), self._bytes()
        if file is not None:
            await self.town.write(who, file.id, data)
            self.safe.setdefault(who, set()).add(md5(data))

    async def _rename(self, who: str) -> None:
        if (one := await self._any(who)) is not None:
            await self.town.do(who, files.change, one.id, files.Change(name=self.choose(NAMES)))

    async def _move(self, who: str) -> None:
        if (one := await self._any(who)) is not None:
            await self.town.do(who, files.change, one.id, files.Change(dir_id=await self._folder(who)))

    async def _move_out(self, who: str) -> None:
        if (one := await self._any(who)) is not None:
            name = await self.town.see(who, files.free_name, files.ROOT, one.name, is_folder=one.is_folder)
            await self.town.do(who, files.change, one.id, files.Change(name=name, dir_id=files.ROOT))

    async def _move_in(self, who: str) -> None:
        outside = [
            one for one in await self.town.do(who, files.children, files.ROOT, limit=50) if one.name in NAMES
        ]
        if outside:
            one = self.choose(sorted(outside, key=lambda each: each.name))
            await self.town.do(who, files.change, one.id, files.Change(dir_id=await self._folder(who)))

    async def _trash(self, who: str) -> None:
        if (one := await self._any(who)) is not None:
            await self.town.do(who, files.trash, one.id)

    async def _restore(self, who: str) -> None:
        binned = await self.town.do(who, files.children, files.TRASH, limit=50)
        if binned:
            await self.town.do(who, files.restore, self.choose(sorted(binned, key=lambda each: each.name)).id)

    async def _tell(self, who: str) -> None:
        await self.town.beat(who)

    async def _cut(self, who: str) -> None:
        self.town.ways.cut.symmetric_difference_update({f"{who}.localhost"})

    async def _folder(self, who: str) -> str:
        root = await self.town.root(who, self.sharing)
        return str(self.choose([root, *(one.id for one in await self._all(who) if one.is_folder)]))

    async def _file(self, who: str) -> files.File | None:
        found = [one for one in await self._all(who) if not one.is_folder]
        return self.choose(found) if found else None

    async def _any(self, who: str) -> files.File | None:
        found = await self._all(who)
        return self.choose(found) if found else None

    async def _all(self, who: str) -> list[files.File]:
        return await self.town.see(who, _inside, await self.town.root(who, self.sharing))

    def _bytes(self) -> bytes:
        self.count += 1
        return f"text {self.count}".encode()

    async def check(self) -> None:
        """With all ways open, everybody ends with the same; what people wrote is in their homes."""
        self.town.ways.cut.clear()
        await self.town.settle()
        first, *others = await self.town.trees(self.sharing, *self.people)
        assert all(other == first for other in others), (first, others)
        for who, written in self.safe.items():
            lost = written - await self.town.kept(who)
            assert not lost, (who, lost)


DEEDS = (
    "make_file", "make_folder", "write", "rename", "move", "move_out", "move_in", "trash", "restore", "tell", "tell", "cut",
)  # fmt: skip


def _inside(work: Work, root_id: str) -> list[files.File]:
    root = tree.look(work, root_id)
    if root is None:
        return []
    folders = tree.folders_below(work, root)
    inner = list(tree.files_in(work, [root.id, *(folder.id for folder in folders)]))
    return sorted([*folders, *inner], key=lambda one: (tree.path_of(work, one), one.id))


async def played(town: Town, seed: int, deeds: int, *, every: int = 25, loses: float = 0.1) -> Play:
    """So many deeds by lot; after every few, everybody is to have the same."""
    lot = random.Random(seed)
    town.ways.fails = lambda: lot.choice(["before", "after"]) if lot.random() < loses else ""
    people = tuple(town.homes)
    folder = await town.folder("alice", files.ROOT, f"Trip {seed}")
    play = Play(town, await town.share_folder(folder.id, *people[1:]), lot.choice, people)
    for at in range(1, deeds + 1):
        await play.act(lot.choice(DEEDS))
        if at % every == 0 or at == deeds:
            fails, town.ways.fails = town.ways.fails, lambda: ""
            await play.check()
            town.ways.fails = fails
    return play
