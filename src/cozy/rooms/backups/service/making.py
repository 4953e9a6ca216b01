"""A backup: each home as it was at one moment, and only what is not stored yet is copied.

First without holding anything: databases are copied at one moment, contents never change. Only when one was freed before it
was copied, the home is copied again, and holds its contents meanwhile.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from cozy.kernel.blobs import Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import BLOCK, HomeGone
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import HOST, House
from cozy.kernel.problem import Problem
from cozy.kernel.safe import Safe
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing

from .. import store
from ..model import FORMAT, HOLDER, Database, Entry, Made, Manifest, Part, Run, kept
from . import place as places
from .keys import Lock
from .naming import Names
from .place import Place

log = structlog.get_logger()
_PAGE = 100  # homes
_PACKED = 1  # zlib's level: databases are mostly text, and locking is quicker than packing


async def back_up(house: House, root: Path, lock: Lock, *, home: Home | None = None, keep: str = "") -> Made:
    """Back up this host, or one home, to a folder. keep: which backups stay, as `7d,4w,12m`; "" is all.

    A home that cannot be backed up hinders no other: `failed` says why, and every earlier backup stays. Raises OtherHost, BusyPlace, BadKeep.
    """
    if keep:
        kept([], keep)
    safe: Safe = house.ports[Safe][0]
    key = safe.derive(house.settings, "names of backups")
    names = Names(key, lock.names)
    with places.opened(root, Names(key, "").scope("")) as place, _scratch(house) as scratch:
        backup = _Backup(house, place, lock, names, scratch)
        made = await backup.run(home)
        is_whole = not made.failed  # else the last good copy of a home might be in one that would go
        forgotten = _forget(place, names.scope(home.id) if home else "", keep) if keep and is_whole else 0
    return msgspec.structs.replace(made, forgotten=forgotten)


@contextmanager
def _scratch(house: House) -> Iterator[Path]:
    """A folder for copies, on the disk of the homes and for our eyes only. What a killed backup left there goes."""
    folder = Path(house.settings.data).absolute() / "backing-up"
    folder.mkdir(mode=0o700, exist_ok=True)
    with places.alone(folder):
        for left in folder.iterdir():
            left.unlink()
        yield folder
        for left in folder.iterdir():
            left.unlink()


class _Backup:
    """One run."""

    def __init__(self, house: House, place: Place, lock: Lock, names: Names, scratch: Path) -> None:
        self._house, self._place, self._lock, self._names = house, place, lock, names
        self._scratch = scratch
        self._homes: list[Entry] = []
        self._lists: list[str] = []
        self._failed: dict[str, str] = {}
        self._held_before = False

    async def run(self, home: Home | None) -> Made:
        """Copy what is not there, then say that it is a backup."""
        at = iso(self._house.clock())
        host, keys = (None, "") if home else await self._host()
        if home:
            await self._one(await self._house.read_host(homes.at, home.domain))
        else:
            await self._all()
        manifest = Manifest(FORMAT, at, self._names.key.hex(), self._homes, host, keys, self._names.locked)
        scope = self._names.scope(home.id) if home else ""
        locked = self._lock.data(zlib.compress(msgspec.json.encode(manifest)))
        self._place.end(Run(FORMAT, at, scope, sorted(set(self._lists))), locked)
        place = self._place
        return Made(at, len(self._homes), place.stored, place.stored_bytes, place.there, 0, self._failed)

    async def _host(self) -> tuple[Database, str]:
        """The host's list, which is copied first: a home that goes meanwhile is known by its absence."""
        copy = self._scratch / "host.db"
        await self._house.copy(HOST, SYSTEM, copy, _nothing)
        database, stored = await asyncio.to_thread(self._database, copy)
        self._lists.append(self._place.keep_list(stored))
        safe: Safe = self._house.ports[Safe][0]
        return database, base64.b64encode(safe.keys(self._house.settings)).decode()

    async def _all(self) -> None:
        """Each home once. The list, which is in the order of addresses, is gone through until nobody is new: some change theirs meanwhile."""
        done, before = set[str](), -1
        while len(done) > before:
            after, before = "", len(done)
            while page := await self._house.read_host(homes.listed, after, _PAGE):
                here = set(await self._house.storage.homes()) - done
                for listing in page:
                    if listing.id in here:
                        await self._one(listing)
                        done.add(listing.id)
                after = page[-1].domain

    async def _one(self, listing: Listing) -> None:
        home = Home(listing.id, listing.domain, "", listing.state)
        try:
            try:
                await self._home(home, listing)
            except Missing:
                async with _held(self._house, home):
                    await self._home(home, listing)
            if self._held_before:
                await _let_go(self._house, home)
        except Exception as error:
            if listing.id not in await self._house.storage.homes():
                return  # it was removed meanwhile
            if not isinstance(error, Problem):
                log.error("a home was not backed up", home=home.id, exc_info=error)
            self._failed[listing.domain] = (
                error.detail if isinstance(error, Problem) else type(error).__name__
            )

    async def _home(self, home: Home, listing: Listing) -> None:
        copy = self._scratch / "home.db"
        copy.unlink(missing_ok=True)
        blobs, self._held_before = await self._house.copy(home, SYSTEM, copy, _named)
        contents = [await self._content(home.id, blob) for blob in blobs]
        database, stored = await asyncio.to_thread(self._database, copy)
        name, part = self._block(msgspec.json.encode(Part(listing, database)))
        self._homes.append(Entry(home.id, home.domain, part))
        self._lists.append(self._place.keep_list({*contents, *stored, name}))

    async def _content(self, home_id: str, blob: str) -> str:
        """Store a content, if it is not there. Raises Missing when it was freed meanwhile."""
        name = self._names.content(home_id, blob)
        if not self._place.has(name):
            clear, locked = self._scratch / "content", self._place.scratch()
            clear.unlink(missing_ok=True)
            await self._house.blobs.place(home_id, blob, clear)
            await asyncio.to_thread(self._lock.file, clear, locked)
            clear.unlink()
            self._place.keep(name, locked)
        return name

    def _database(self, copy: Path) -> tuple[Database, set[str]]:
        """Store the blocks of a database that are not there; returns what it is, and the names of all."""
        blocks: list[str] = []
        stored: set[str] = set()
        with copy.open("rb") as file:
            while block := file.read(BLOCK):
                name, sha256 = self._block(block)
                stored.add(name)
                blocks.append(sha256)
        size = copy.stat().st_size
        copy.unlink()
        return Database(size, blocks), stored

    def _block(self, data: bytes) -> tuple[str, str]:
        """Store a few bytes, if they are not there: name and hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        name = self._names.block(sha256)
        if not self._place.has(name):
            self._place.keep_bytes(name, self._lock.data(zlib.compress(data, _PACKED)))
        return name, sha256


@asynccontextmanager
async def _held(house: House, home: Home) -> AsyncIterator[None]:
    """While the block runs, no content of the home is freed. When that was killed, the next backup lets go."""
    with suppress(HomeGone):  # nothing is freed there any more
        await house.write(home, SYSTEM, files.holding.hold, HOLDER)
    try:
        yield
    finally:
        await _let_go(house, home)


async def _let_go(house: House, home: Home) -> None:
    with suppress(HomeGone):
        await house.write(home, SYSTEM, files.holding.let_go, HOLDER)
        await files.holding.free_held(house, home)


def _named(work: Work) -> tuple[list[str], bool]:
    """The contents that a database names, and whether it holds them for a backup."""
    return store.blobs(work), files.holding.holds(work, HOLDER)


def _forget(place: Place, scope: str, keep: str) -> int:
    """Forget the backups of this scope that the rule does not keep, and what only they needed; how many those were."""
    runs = {name: run for name, run in place.runs().items() if run.scope == scope}
    staying = kept([(name, _moment(run.at)) for name, run in runs.items()], keep)
    going = runs.keys() - staying
    place.forget(sorted(going))
    place.sweep()
    return len(going)


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC)


def _nothing(work: Work) -> None:
    """What is to be read of the host's list at that moment."""
