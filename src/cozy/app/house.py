"""Build the house from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from cozy.app import migrations
from cozy.app.wiring import FOLLOWERS, PORTS, REACTIONS
from cozy.backends.box.runner import Boxes
from cozy.backends.disk import Disk
from cozy.backends.drawings import KeptDrawings, PicturesOnDisk
from cozy.backends.locks import HostLocks, LockedPictures
from cozy.backends.outside import OutsideByHttp
from cozy.backends.shelf import ShelfOnDisk
from cozy.backends.smtp import Smtp
from cozy.backends.sqlite import SqliteStorage
from cozy.backends.watching import WatchingBus
from cozy.kernel.blobs import Blobs
from cozy.kernel.bus import Bus, Change, Since
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import Clock, utc_now
from cozy.kernel.db import Storage
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.previews import Drawings
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings
from cozy.kernel.tracing import Trace, untraced
from cozy.kernel.work import Event, Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes.model import Listing
from cozy.rooms.jobs import service as jobs


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    wake: Callable[[Home], None] = lambda home: None,
    trace: Trace = untraced,
) -> AsyncIterator[House]:
    """The house, open for work; everything is let go of at the end."""
    root = Path(settings.data).absolute()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / "homes").mkdir(mode=0o700, exist_ok=True)
    outside = OutsideByHttp(settings)
    blobs, drawings = contents_of(settings, root)
    await blobs.reach()
    storage = storage_of(settings, root)

    async def since(home_id: str, seq: int | None) -> tuple[int, Sequence[Change]]:
        return await house.scan(Home(home_id, "", ""), SYSTEM, documents.told_since, seq)

    house = House(
        storage, blobs, drawings, ShelfOnDisk(root), Smtp(settings), outside,
        Boxes(settings, outside.may_dial), clock, settings, PORTS,
        _enqueue, wake, bus_of(settings, root, since), _follow, trace,
    )  # fmt: skip
    try:
        yield house
    finally:
        await house.bus.close()
        await outside.close()
        await storage.close()


def contents_of(settings: Settings, root: Path) -> tuple[Blobs, Drawings]:
    """Where the settings want contents, and pictures of them, to be kept. Raises Unavailable."""
    locks = HostLocks(settings)
    if not settings.contents:
        return Disk(root, locks), KeptDrawings(LockedPictures(PicturesOnDisk(root), locks))
    try:
        from cozy.backends.s3 import S3, store_of
        from cozy.backends.s3_pictures import PicturesInS3
    except ImportError as error:
        raise Unavailable("S3 needs a further package: install `cozy-home[s3]`.") from error
    store = store_of(settings.contents, settings.s3_endpoint)
    return S3(store, locks=locks), KeptDrawings(LockedPictures(PicturesInS3(store), locks))


def storage_of(settings: Settings, root: Path) -> Storage:
    """The databases that the settings choose. Raises Unavailable."""
    if not settings.postgres:
        return SqliteStorage(root, migrations.of)
    try:
        from cozy.backends.postgres import PostgresStorage
    except ImportError as error:
        raise Unavailable("PostgreSQL needs a further package: install `cozy-home[postgres]`.") from error
    return PostgresStorage(settings.postgres, migrations.of, root, settings.postgres_connections)


def bus_of(settings: Settings, root: Path, since: Since) -> Bus:
    """What carries changes to who listens, in every process that serves the same homes. since: reads what it missed."""
    if not settings.postgres:
        return WatchingBus(root, since)
    from cozy.backends.listening import ListeningBus

    return ListeningBus(settings.postgres, since)


def _enqueue(work: Work, event: Event, at: datetime | None = None) -> bool:
    return jobs.enqueue(work, REACTIONS.get(type(event), []), event, at)


def _follow(work: Work) -> None:
    for follower in FOLLOWERS:
        follower(work)


def home_of(settings: Settings, listing: Listing) -> Home:
    """A listed home, with the address that people type."""
    origin = origin_of(settings, listing.domain)
    return Home(listing.id, listing.domain, origin, listing.state, listing.quota, listing.hosted)
