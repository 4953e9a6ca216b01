"""A whole host, into other databases and another store of contents: what is there is only read, and the host's list goes last.

Until then nobody is served from what came, so a conversion that was killed is simply begun again: a journal says which homes are there
as they are here, and contents that are there are not carried twice. At the end both are compared.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from cozy.kernel.blobs import Missing, Refused
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import HomeGone
from cozy.kernel.home import Home
from cozy.kernel.house import HOST, House
from cozy.kernel.safe import Safe
from cozy.kernel.work import Work
from cozy.rooms.checkup import service as checkup
from cozy.rooms.checkup.model import KINDS, Finding, Report
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing
from cozy.rooms.moves import service as moves
from cozy.rooms.search.events import DocumentsChanged

from .. import store
from ..errors import Differs, HomesHere, KeyHere, StillMoving, Unreadable
from . import place as places

_AT_ONCE = 4  # contents under way
_PAGE = 100  # homes
_PIECE = 1024 * 1024  # bytes
_LIST = "host"  # how the journal names the host's list

Tell = Callable[[str, int, int], None]  # what is being done, how many homes are done, of how many


class Converted(Struct, frozen=True):
    """What is there now. contents: the larger ones, of which so many were carried; live_folders: addresses of homes that have
    one; faults: what `cozy check --scrub` finds there, a line each.
    """

    homes: int
    documents: int
    contents: int
    carried: int
    live_folders: list[str]
    faults: list[str]


async def convert(source: House, target: House, tell: Tell) -> Converted:
    """Carry a host over, and compare. Nothing may be served from either meanwhile.

    Raises HomesHere, KeyHere, StillMoving, Unreadable, Differs, BusyPlace, OutOfSpace, Unavailable.
    """
    with _scratch(Path(target.settings.data).absolute() / "converting") as (folder, journal):
        converting = _Converting(source, target, folder, journal, tell)
        return await converting.run()


@contextmanager
def _scratch(folder: Path) -> Iterator[tuple[Path, _Journal]]:
    """A folder for copies, on the disk that homes go to, and for our eyes only; it stays until all is done."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with places.alone(folder):
        _clear(folder)
        yield folder, _Journal(folder / "journal")
        _clear(folder)
        (folder / "journal").unlink()
        folder.rmdir()


def _clear(folder: Path) -> None:
    """Remove copies, and what SQLite leaves beside one that it only read."""
    for left in folder.glob("*.db*"):
        left.unlink()


class _Journal:
    """What is there already: the homes, and the SHA-256 of the databases that came."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()
        lines = (line.split() for line in path.read_text().splitlines())
        self._there = {line[0]: line[1] for line in lines if len(line) == 2}

    def has(self, name: str, sha256: str = "") -> bool:
        """Whether it came, and (with a sum) just so."""
        return name in self._there and sha256 in {"", self._there[name]}

    def note(self, name: str, sha256: str) -> None:
        """It is there."""
        with self._path.open("a") as file:
            file.write(f"\n{name} {sha256}\n")


class _Converting:
    """One conversion."""

    def __init__(self, source: House, target: House, folder: Path, journal: _Journal, tell: Tell) -> None:
        self._source, self._target, self._tell = source, target, tell
        self._folder, self._journal = folder, journal
        self._carried = 0
        self._faults: list[str] = []

    async def run(self) -> Converted:
        """The homes, then their list, then a second look at all of it."""
        here = set(await self._source.storage.homes())
        listings = [each async for each in _listed(self._source) if each.id in here]
        there = await self._target.storage.homes()
        if await self._target.read_host(homes.is_vacant) or not self._journal.has(_LIST):
            await self._make_sure(here, there)
            for done, listing in enumerate(listings):
                self._tell(f"{listing.domain}: carried", done, len(listings))
                await self._home(_home_of(listing), came=listing.id in there)
            await self._list()
        return await self._compare(listings)

    async def _make_sure(self, here: set[str], there: list[str]) -> None:
        """Raises HomesHere, KeyHere, StillMoving: what is there is never written over, but for what an earlier try left."""
        if set(there) - here or not await self._target.read_host(homes.is_vacant):
            raise HomesHere
        if await self._source.read_host(moves.leaving.under_way):
            raise StillMoving
        safe: Safe = self._source.ports[Safe][0]
        if not safe.take(self._target.settings, safe.keys(self._source.settings)):
            raise KeyHere

    async def _home(self, home: Home, *, came: bool) -> None:
        """Its contents, then the database that names them. came: whether an earlier try has brought some database."""
        copy = self._folder / "home.db"
        named = await self._source.copy(home, SYSTEM, copy, store.blobs)
        await self._contents(home, named)
        sha256 = await asyncio.to_thread(_sum_of, copy)
        if not (came and self._journal.has(home.id, sha256)):
            await self._target.storage.adopt(home.id, copy)
            with suppress(HomeGone):  # nobody searches there any more
                await self._target.write(home, SYSTEM, _look_through)
            self._journal.note(home.id, sha256)
        copy.unlink()

    async def _contents(self, home: Home, named: list[str]) -> None:
        there = await asyncio.to_thread(lambda: {each.key for each in self._target.blobs.stored(home.id)})
        missing = [blob for blob in named if blob not in there]
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(blob: str) -> None:
            async with free:
                await self._content(home, blob)

        for at in range(0, len(missing), _PAGE):
            try:
                async with asyncio.TaskGroup() as group:
                    for blob in missing[at : at + _PAGE]:
                        group.create_task(one(blob))
            except* Exception as errors:
                raise errors.exceptions[0] from None
        self._carried += len(missing)

    async def _content(self, home: Home, blob: str) -> None:
        try:
            await self._target.blobs.take(home.id, blob, self._source.blobs.read(home.id, blob))
        except (Missing, Refused) as error:
            raise Unreadable(home=home.domain, content=blob) from error

    async def _list(self) -> None:
        """Let the homes be homes there."""
        copy = self._folder / "host.db"
        await self._source.copy(HOST, SYSTEM, copy, _nothing)
        sha256 = await asyncio.to_thread(_sum_of, copy)
        await self._target.storage.adopt("", copy)
        await self._target.write_host(homes.hasten_all)
        self._journal.note(_LIST, sha256)
        copy.unlink()

    async def _compare(self, listings: list[Listing]) -> Converted:
        """Raises Differs."""
        there = {each.id: each async for each in _listed(self._target)}
        if {each.id for each in listings} != there.keys() & set(await self._target.storage.homes()):
            raise Differs(list="homes")
        await checkup.check_host(self._target, self._report("host"))
        documents = contents = 0
        for done, listing in enumerate(listings):
            self._tell(f"{listing.domain}: compared", done, len(listings))
            home = _home_of(listing)
            documents += await self._documents(home)
            contents += len(await self._target.scan(home, SYSTEM, store.blobs))
            report = self._report(listing.domain)
            await checkup.check(self._target, home, report, lambda count: None, scrub=True)
        with_folders = [each.domain for each in listings if each.hosted.live_folder]
        return Converted(len(listings), documents, contents, self._carried, with_folders, self._faults)

    async def _documents(self, home: Home) -> int:
        here = await self._source.scan(home, SYSTEM, store.documents)
        came = await self._target.scan(home, SYSTEM, store.documents)
        for doctype in sorted(here.keys() | came.keys()):
            if here.get(doctype) != came.get(doctype):
                raise Differs(home=home.domain, doctype=doctype)
        return sum(count for count, _ in came.values())

    def _report(self, name: str) -> Report:
        def report(finding: Finding) -> None:
            if (kind := KINDS[finding.kind]).is_fault:
                self._faults.append(f"{name}: {finding.kind}: {finding.id}: {kind.sentence}")

        return report


def _home_of(listing: Listing) -> Home:
    return Home(listing.id, listing.domain, "", listing.state, listing.quota)


async def _listed(house: House) -> AsyncIterator[Listing]:
    after = ""
    while page := await house.read_host(homes.listed, after, _PAGE):
        for listing in page:
            yield listing
        after = page[-1].domain


def _look_through(work: Work) -> None:
    """What engines make of texts is made anew where it was not carried; there is nothing to do where it was."""
    work.publish(DocumentsChanged())


def _nothing(work: Work) -> None:
    """What is to be read of the host's list at that moment."""


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
