"""The way back: databases from their blocks, then the contents that these name, and the host's list at the end.

Until a home is listed nobody is served from it, so a restore that was killed is simply begun again: what is here is not fetched twice.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from cozy.kernel.blobs import Refused
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import HomeGone
from cozy.kernel.clock import parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.safe import Safe
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoHome
from cozy.rooms.homes.model import Listing

from .. import store
from ..errors import BadMoment, Damaged, HomeHere, HomesHere, NoBackup, NotInBackup, WrongKey
from ..model import FORMAT, HOLDER, Database, Entry, Manifest, Part
from . import place as places
from .keys import Unlock
from .naming import Names
from .place import Place

_PIECE = 1024 * 1024  # bytes


class Restored(Struct, frozen=True):
    """What was put back. at: the moment that it is of; gone: addresses of homes that were removed while the backup was made."""

    at: str
    homes: list[Listing]
    contents: int
    gone: list[str]
    keys: bool  # whether the host has the keys of then


async def restore(house: House, root: Path, unlock: Unlock, *, at: str = "", domain: str = "") -> Restored:
    """Put a host back, or one home. at: the moment that the backup must not be younger than.

    Raises NoBackup, NotInBackup, WrongKey, Damaged, HomesHere, HomeHere, BusyPlace, BadMoment, NoHomeFile.
    """
    with places.found(root) as place:
        manifests = _Manifests(place, unlock, _until(at))
        back = _Back(house, place, unlock, manifests.of(domain), domain)
        return await back.run()


def _until(at: str) -> datetime | None:
    """The end of a moment: of the day, when only that is said."""
    try:
        moment = parse(at) if at else None
    except ValueError as error:
        raise BadMoment(at=at) from error
    return moment + timedelta(days=1) if moment and len(at) == len("2026-11-27") else moment


class _Manifests:
    """The backups of a place."""

    def __init__(self, place: Place, unlock: Unlock, until: datetime | None) -> None:
        self._place, self._unlock, self._until = place, unlock, until

    def of(self, domain: str) -> Manifest:
        """The newest one of the whole host, or one with this home. Raises NoBackup, NotInBackup, WrongKey, Damaged."""
        for name, run in reversed(self._place.runs().items()):
            if (self._until and parse(run.at) > self._until) or (not domain and run.scope):
                continue
            manifest = self._read(name)
            if not domain or any(each.domain == domain for each in manifest.homes):
                return manifest
        raise NotInBackup(home=domain) if domain else NoBackup()

    def _read(self, name: str) -> Manifest:
        clear = self._unlock.data(self._place.manifest(name))
        try:
            manifest = msgspec.json.decode(zlib.decompress(clear), type=Manifest)
        except (msgspec.MsgspecError, zlib.error) as error:
            raise Damaged(manifest=name) from error
        if manifest.format != FORMAT:
            raise Damaged("This backup was made by a newer version of Cozy: upgrade the program.")
        return manifest


class _Back:
    """One restore."""

    def __init__(self, house: House, place: Place, unlock: Unlock, manifest: Manifest, domain: str) -> None:
        self._house, self._place, self._unlock = house, place, unlock
        self._manifest, self._domain = manifest, domain
        self._names = Names(bytes.fromhex(manifest.names), manifest.locked)
        self._scratch = Path(house.settings.data).absolute() / "coming-back"
        self._contents = 0

    async def run(self) -> Restored:
        """Fetch and place everything; list it at the end."""
        self._scratch.mkdir(mode=0o700, exist_ok=True)
        with places.alone(self._scratch):
            await self._make_sure()
            keys = self._take_keys()
            back = [await self._home(entry) for entry in self._wanted()]
            gone = await self._list(back)
            for left in self._scratch.iterdir():
                left.unlink()
        self._scratch.rmdir()
        return Restored(self._manifest.at, back, self._contents, gone, keys)

    def _wanted(self) -> list[Entry]:
        return [each for each in self._manifest.homes if self._domain in {"", each.domain}]

    async def _make_sure(self) -> None:
        """Raises HomesHere, HomeHere: what is here is never written over."""
        if not self._domain:
            if not await self._house.read_host(homes.is_vacant):
                raise HomesHere
            return
        with suppress(NoHome):
            await self._house.read_host(homes.at, self._domain)
            raise HomeHere(home=self._domain)
        if await self._house.read_host(homes.is_listed, self._wanted()[0].id):
            raise HomeHere(home=self._domain)

    def _take_keys(self) -> bool:
        if not self._manifest.keys or self._domain:
            return False
        safe: Safe = self._house.ports[Safe][0]
        return safe.take(self._house.settings, base64.b64decode(self._manifest.keys))

    async def _home(self, entry: Entry) -> Listing:
        home_id = entry.id
        part = msgspec.json.decode(self._block(entry.part), type=Part)
        await self._adopt(home_id, part.database)
        home = Home(home_id, part.listing.domain, "", part.listing.state)
        named = await self._house.scan(home, SYSTEM, store.blobs)
        here = await asyncio.to_thread(lambda: {each.key for each in self._house.blobs.stored(home_id)})
        for blob in named:
            if blob not in here:
                await self._content(home_id, blob)
        self._contents += len(named)
        with suppress(HomeGone):
            await self._house.write(home, SYSTEM, _begin_again)
            await files.holding.free_held(self._house, home)
        return part.listing

    async def _adopt(self, home_id: str, database: Database) -> None:
        path = self._scratch / "database"
        await asyncio.to_thread(self._fetch, database, path)
        await self._house.storage.adopt(home_id, path)
        path.unlink()

    def _fetch(self, database: Database, path: Path) -> None:
        with path.open("wb") as out:
            for sha256 in database.blocks:
                out.write(self._block(sha256))
        if path.stat().st_size != database.size:
            raise Damaged(database=str(database.size))

    def _block(self, sha256: str) -> bytes:
        name = self._names.block(sha256)
        try:
            data = zlib.decompress(self._unlock.data(self._place.object(name).read_bytes()))
        except (WrongKey, zlib.error) as error:
            raise Damaged(object=name) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(object=name)
        return data

    async def _content(self, home_id: str, blob: str) -> None:
        name = self._names.content(home_id, blob)
        clear = self._scratch / "content"
        try:
            await asyncio.to_thread(self._unlock.file, self._place.object(name), clear)
            await self._house.blobs.take(home_id, blob, _pieces(clear))
        except (WrongKey, Damaged, Refused) as error:
            raise Damaged(object=name) from error
        clear.unlink()

    async def _list(self, back: list[Listing]) -> list[str]:
        """Let the homes be homes of this host; returns the addresses of those that were listed and are not here."""
        if self._domain:
            (listing,) = back
            await self._house.write_host(_enlist, listing)
            return []
        if self._manifest.host is None:
            raise NoBackup
        await self._adopt("", self._manifest.host)
        await self._house.write_host(homes.hasten_all)
        return await self._unplaced({listing.id for listing in back})

    async def _unplaced(self, here: set[str]) -> list[str]:
        """Take homes off the list whose databases did not come: they were removed while the backup was made."""
        gone: list[str] = []
        after = ""
        while page := await self._house.read_host(homes.listed, after, 100):
            for listing in page:
                if listing.id not in here:
                    await self._house.write_host(homes.delist, listing.domain)
                    gone.append(listing.domain)
            after = page[-1].domain
        return gone


def _enlist(work: Work, listing: Listing) -> None:
    homes.enlist(work, listing.id, listing.domain, listing.quota, listing.public_key)
    homes.change(work, listing.domain, state=listing.state, hosted=listing.hosted)


def _begin_again(work: Work) -> None:
    """What programs know may never have been here; and nobody holds contents for the backup any more."""
    collections.sync.begin_epoch(work)
    files.holding.let_go(work, HOLDER)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
