"""Making the disk show what the home holds: folder by folder, each looked at whole, so that any two states can be bridged.

What is done on the disk is noted afterwards. Who is killed in between finds the folder due again, and what does not stand
there as it should is put there once more.
"""

from __future__ import annotations

import errno
import secrets
from asyncio import to_thread
from collections.abc import Sequence
from pathlib import Path

import structlog

from cozy.kernel.blobs import Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.exports.service.names import Names
from cozy.rooms.files import service as files

from .. import store
from ..model import FILES, FileShown, Look, Shown, Wanted
from . import disk
from .switching import place_of

log = structlog.get_logger()
AT_ONCE = 200  # folders of one run
_NOTED = 500  # files that are noted together
_NO_NAME = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})  # what a disk cannot hold


async def catch_up(house: House, home: Home, most: int = AT_ONCE) -> bool:
    """Bring folders up to date; whether there is more to do. Raises NotHere."""
    root = await house.read(home, SYSTEM, _root)
    place = await place_of(house, home)
    if not place:  # a home that came here from another host
        await house.write(home, SYSTEM, _forget_all, root)
        return False
    base, settled = Path(place), 0
    async with disk.alone(base):
        await to_thread(disk.find, base, home.id)
        await to_thread(disk.sweep, base)
        await house.write(home, SYSTEM, _rooted, await to_thread(disk.root, base))
        for id_, seq in await house.read(home, SYSTEM, store.due, most):
            settled += await _bring(house, home, base, id_, seq)
        more = bool(await house.read(home, SYSTEM, store.due, 1))
        if not more:
            await to_thread(disk.tidy, base)
    return more and settled > 0


def _root(work: Work) -> Shown:
    """The folder that shows the home."""
    return store.shown(work, [files.ROOT]).get(files.ROOT, _NOWHERE)


def _forget_all(work: Work, root: Shown) -> None:
    """The home is shown nowhere, unless it was turned on since: the list says where before anything is shown."""
    if _root(work) == root:
        store.forget_all(work)


def _rooted(work: Work, inode: int) -> None:
    """Know the folder that shows the home; where it is another one than before, all is to be shown again."""
    if store.is_on(work) and _root(work).inode != inode:
        store.place(work, Shown(files.ROOT, "", FILES, inode))
        store.mark_all(work, documents.last_seq(work))


_NOWHERE = Shown("", "", "", 0)


async def _bring(house: House, home: Home, base: Path, id_: str, seq: int) -> bool:
    """Let a folder show what it should; whether it does now."""
    look = await house.scan(home, SYSTEM, _look, id_)
    if look is None:
        await house.write(home, SYSTEM, _forget, id_, seq)
        return True
    folder = base.joinpath(*look.above)
    if disk.inode(folder) not in look.folders or look.folders[disk.inode(folder)].id != id_:
        await house.write(home, SYSTEM, _ask_around, id_, seq)
        return False
    with disk.opened(folder):
        arranged = await to_thread(disk.arrange, base, folder, id_, look)
        for start in range(0, len(arranged.files), _NOTED):
            some = arranged.files[start : start + _NOTED]
            put = [file for want in some if (file := await _put(house, home, base, folder, want))]
            await house.write(home, SYSTEM, store.keep_files, id_, put)
    await house.write(home, SYSTEM, _settle, id_, seq, arranged.folders, arranged.new, arranged.gone)
    return True


def _look(work: Work, id_: str) -> Look | None:
    """A folder as it should be and as it is; None for one that is not in the home or stands nowhere on the disk yet.

    Whoever lets one stand there has it looked at again.
    """
    above = _way(work, id_) if store.is_alive(work, id_) else None
    if above is None:
        return None
    names, wanted = Names(), dict[str, Wanted]()
    for child, kind, name, sha256, updated_at, executable in store.children(work, id_):
        free = names.free(name)
        wanted[free] = Wanted(child, free, kind == "directory", sha256, updated_at, executable)
    should = store.shown(work, [want.id for want in wanted.values() if want.is_folder])
    known = [*store.living_inside(work, id_), *should.values(), *store.shown(work, [id_]).values()]
    elsewhere = {
        each.id: way for each in should.values() if each.inside != id_ and (way := _way(work, each.id))
    }
    return Look(above, wanted, {each.inode: each for each in known}, store.files(work, id_), elsewhere)


def _way(work: Work, id_: str) -> tuple[str, ...] | None:
    """The names on the way to where a folder stands; None where it stands nowhere."""
    names: list[str] = []
    seen: set[str] = set()
    while id_ and id_ not in seen:
        here = store.shown(work, [id_]).get(id_)
        if here is None:
            return None
        names.append(here.name)
        seen.add(id_)
        id_ = here.inside
    return tuple(reversed(names)) if names and files.ROOT in seen else None


def _forget(work: Work, id_: str, seq: int) -> None:
    if store.is_alive(work, id_):
        store.settle(work, id_, seq)
    else:
        store.forget(work, id_)


def _ask_around(work: Work, id_: str, seq: int) -> None:
    """A folder is not where it was: have the one looked at that it should be in."""
    around = store.parent(work, id_)
    store.mark(work, [around] if around else [], seq)


def _settle(
    work: Work, id_: str, seq: int, folders: Sequence[Shown], new: Sequence[str], gone: Sequence[str]
) -> None:
    for each in folders:
        store.place(work, each)
    store.mark(work, new, seq)
    store.forget_files(work, id_, gone)
    store.settle(work, id_, seq)


async def _put(house: House, home: Home, base: Path, folder: Path, want: Wanted) -> FileShown | None:
    """Let a file be there; None where its content is not here, or the disk cannot have its name."""
    content = await house.read(home, SYSTEM, files.content_by_hash, want.sha256)
    if content is None:
        return None
    part = disk.ours(base) / "parts" / secrets.token_hex(8)
    try:
        if content.inline is not None:
            await to_thread(part.write_bytes, content.inline)
        else:
            await house.blobs.place(home.id, content.blob or "", part)
        return await to_thread(disk.put, part, folder / want.name, want)
    except Missing:
        return None
    except OSError as error:
        if error.errno not in _NO_NAME:
            raise
        log.warning(
            "a file cannot be shown in the live folder", home=home.id, file=want.id, errno=error.errno
        )
        return None
