"""A town: homes in one house that share something, the way between any two of which can be cut, and a drum that is beaten
until nobody has anything to tell any more.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import httpx2
from msgspec.structs import replace

from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.backends.disk import inline_content
from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.outside import Outside, Reply, Unreachable
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Profile
from cozy.rooms.replication import service as replication
from cozy.rooms.replication import store
from cozy.rooms.replication.service import feed, rounds, tracking
from cozy.rooms.replication.service.scope import scope
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Credentials, Member, Rule, Sharing
from cozy.rooms.sharing.model.ids import new_key
from cozy.rooms.sharing.model.rules import for_another
from cozy.rooms.sharing.service import letting_in
from tests.homes_apart import one_job

T = TypeVar("T")
OWNER = Caller("owner", EVERYTHING)
NAMES = ("alice", "bob", "carol")
MOST_BEATS = 60


class Ways:
    """The world outside of each home: the other homes of the town, as long as the way there is open."""

    def __init__(self) -> None:
        self.app: Any = None
        self.cut: set[str] = set()  # domains that nobody reaches, and that reach nobody
        self.asked: list[tuple[str, str]] = []
        self.fails: Callable[[], str] = lambda: ""  # "before": it is never asked; "after": its answer is lost
        self.refuses: Callable[[str, bytes], int] = lambda path, body: (
            0
        )  # the status by which a home refuses this

    async def fetch(
        self, method: str, url: str, *, headers: Any = None, body: Any = b"", **options: Any
    ) -> Reply:
        domain = urlsplit(url).hostname or ""
        self.asked.append((method, urlsplit(url).path))
        fate = self.fails()
        if domain in self.cut or fate == "before":
            raise Unreachable(host=domain)
        if refused := self.refuses(urlsplit(url).path, body if isinstance(body, bytes) else b""):
            return Reply(refused, {}, b"", url)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app)) as client:
            answer = await client.request(method, url, headers=dict(headers or {}), content=body)
        if fate == "after":
            raise Unreachable(host=domain)
        return Reply(answer.status_code, dict(answer.headers), answer.content, url)

    async def close(self) -> None:
        """Nothing is held."""


@dataclasses.dataclass
class Town:
    """Homes that share things."""

    house: House
    ways: Ways
    homes: dict[str, Home]

    async def allow(self, who: str, quota: int | None) -> None:
        """Let a home hold so many bytes, as its host does."""
        home = self.homes[who]
        await self.house.write_host(homes.change, home.domain, quota=quota)
        self.house.relisted[home.domain] += 1
        self.homes[who] = replace(home, quota=quota)

    async def do(self, who: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What the owner of a home does there."""
        return await self.house.write(self.homes[who], OWNER, fn, *args, **kwargs)

    async def see(self, who: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What is so in a home."""
        return await self.house.read(self.homes[who], SYSTEM, fn, *args, **kwargs)

    async def file(self, who: str, inside: str, name: str, data: bytes = b"hello") -> files.File:
        return await self.do(who, files.create_file, inside, name, inline_content(data), "")

    async def folder(self, who: str, inside: str, name: str) -> files.File:
        return await self.do(who, files.create_folder, inside, name)

    async def write(self, who: str, id_: str, data: bytes) -> files.File:
        return await self.do(who, files.overwrite, id_, inline_content(data), "")

    async def share(
        self, rules: list[Rule], *members: str, owner: str = "alice", readers: tuple[str, ...] = ()
    ) -> str:
        """Share something with these: everybody has said yes."""
        keys = [new_key() for _ in members]
        people = [Member(status="owner", public_name=owner, instance=self.homes[owner].origin)]
        people += [
            Member(
                status="ready", public_name=name, instance=self.homes[name].origin, read_only=name in readers
            )
            for name in members
        ]
        blank = Sharing(
            owner=True, active=True, rules=tuple(rules), members=tuple(people), description="town"
        )
        sharing = await self.do(owner, sharings.keeping.create, blank)
        secrets = []
        for name, key, member in zip(members, keys, people[1:], strict=True):
            answer, client = await self.do(
                owner,
                letting_in.let_in,
                sharing.id,
                name=name,
                address=member.instance,
                writes=not member.read_only,
            )
            back, here = await self.do(
                name, letting_in.let_in, sharing.id, name=owner, address=people[0].instance, writes=True
            )
            secrets.append(
                Credentials(
                    client=back.client, access_token=back.access_token, xor_key=key, inbound_client_id=client
                )
            )
            own = Credentials(
                client=answer.client, access_token=answer.access_token, xor_key=key, inbound_client_id=here
            )
            hidden = tuple(
                each if each.status == "owner" or each is member else replace(each, instance="")
                for each in people
            )
            there = Sharing(
                active=True, rules=tuple(for_another(rule, own.key) for rule in rules if not rule.local), members=hidden,
                credentials=(own,), description="town",
            )  # fmt: skip
            await self.do(name, sharings.keeping.create, there, id_=sharing.id)
        whole = replace(sharing, credentials=tuple(secrets))
        await self.do(owner, sharings.keeping.put, whole)
        await self.do(owner, replication.beginning.begin, sharing.id)
        for name in members:
            await self.do(name, replication.beginning.begin, sharing.id)
        for index in range(1, len(people)):
            await replication.beginning.welcome(self.house, self.homes[owner], sharing.id, index)
        return sharing.id

    async def share_folder(self, folder_id: str, *members: str, **options: Any) -> str:
        """Share a folder, everything that happens in it."""
        rule = Rule(
            "io.cozy.files", title="Trip", values=(folder_id,), add="sync", update="sync", remove="sync"
        )
        return await self.share([rule], *members, **options)

    async def settle(self, *whose: str) -> None:
        """Let everybody tell the others what they know, until there is nothing left to tell."""
        for _ in range(MOST_BEATS):
            if not await self.beat(*whose):
                return
        raise AssertionError("there is always something left to tell")

    async def beat(self, *whose: str) -> bool:
        """Let each tell once what they know; whether anybody had anything to tell."""
        told = False
        for name in whose or tuple(self.homes):
            home = self.homes[name]
            await self.house.write(home, SYSTEM, _catch_up)
            for replica in await self.see(name, store.replicas):
                for kind in rounds.WORKERS:
                    if await self.see(name, _has_to_tell, replica, kind):
                        told = True
                        await rounds.tell(self.house, home, replica.sharing, replica.member, kind)
        return told

    async def serve(self, *whose: str) -> None:
        """Do what is due in these homes, all unless some are named, and what comes of it: what a worker would do by now."""
        for _ in range(MOST_BEATS):
            did = [await one_job(self.house, self.homes[name]) for name in whose or tuple(self.homes)]
            if not any(did):
                return
        raise AssertionError("there is no end to what is due")

    async def root(self, who: str, sharing_id: str) -> str:
        """The id of the folder that is shared, in a home."""
        found = await self.see(who, sharings.fetch, sharing_id)
        return found.rules[0].values[0]

    async def look(self, who: str, id_: str) -> files.File:
        """A file or folder in a home."""
        found = await self.see(who, tree.look, id_)
        assert found is not None
        return found

    async def tree(self, who: str, sharing_id: str) -> dict[str, str]:
        """What is in the folder that is shared: paths in it, and the MD5 of files."""
        root = await self.root(who, sharing_id)
        return await self.see(who, _tree, root)

    async def trees(self, sharing_id: str, *whose: str) -> list[dict[str, str]]:
        """The same of several homes."""
        return [await self.tree(who, sharing_id) for who in whose or tuple(self.homes)]

    async def at(self, who: str, sharing_id: str, path: str) -> files.File:
        """What lies at a path in the folder that is shared."""
        root = await self.root(who, sharing_id)
        return await self.see(who, _at, root, path)

    async def kept(self, who: str) -> set[str]:
        """The MD5 of everything that a home holds: in folders, in the bin, and as versions."""
        return await self.see(who, _kept)


def _catch_up(work: Work) -> None:
    tracking.catch_up(work)


def _has_to_tell(work: Work, replica: Any, kind: Any) -> bool:
    within = scope(work, replica.sharing)
    if within.is_muted or within.peer(replica.member) is None:
        return False
    return replica.is_initial or feed.is_pending(work, replica.sharing, replica.member, kind)


def _tree(work: Work, root_id: str) -> dict[str, str]:
    root = tree.look(work, root_id)
    if root is None or root.is_trashed:
        return {}
    folders = tree.folders_below(work, root)
    found = {folder.path.removeprefix(root.path): "" for folder in folders}
    paths = {folder.id: folder.path for folder in [root, *folders]}
    for file in tree.files_in(work, list(paths)):
        found[f"{paths[file.dir_id]}/{file.name}".removeprefix(root.path)] = file.md5sum
    return found


def _at(work: Work, root_id: str, path: str) -> files.File:
    root = tree.look(work, root_id)
    assert root is not None
    alone = dataclasses.replace(work, caller=SYSTEM)
    return files.at_path(alone, f"{root.path}/{path}")


def _kept(work: Work) -> set[str]:
    rows = work.db.all(
        """SELECT body->>'md5sum' FROM documents
            WHERE home_id = :home AND doctype IN ('io.cozy.files', 'io.cozy.files.versions') AND NOT deleted""",
        home=work.home,
    )
    return {row[0] for row in rows if row[0]}


def md5(data: bytes) -> str:
    """The MD5 of bytes, as the API spells it."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


@asynccontextmanager
async def town_in(
    settings: Settings, clock: Callable[[], Any], names: tuple[str, ...] = NAMES
) -> AsyncIterator[Town]:
    """A town in a house of its own."""
    async with opened(settings, clock=clock) as house:
        ways = Ways()
        house = dataclasses.replace(house, outside=cast(Outside, ways))
        ways.app = serving(house)
        homes = {}
        for name in names:
            domain = f"{name}.localhost"
            profile = Profile(public_name=name.title(), email=f"{name}@example.org")
            listing = await auth.open_home(house, domain, profile, origin_of(settings, domain))
            homes[name] = home_of(settings, listing)
        yield Town(house, ways, homes)
