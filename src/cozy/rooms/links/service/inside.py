"""What is inside of what a link opens. Who asks is its guest: nothing above or beside it is there for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.service import File, looks, views
from cozy.rooms.files.service.archives import Item, Selection
from cozy.rooms.photos import service as photos

from ..model import Thing
from .opening import Opened

PAGE = 200  # things on a page
MOST = 100_000  # things of one folder that go into an archive


class Shelf(Struct, frozen=True):
    """A folder, or an album, as a page shows it. above: the folders around it, from what is shared down to its parent."""

    name: str
    above: list[File]
    items: list[File]
    counts: Mapping[str, int]  # of things in its folders
    total: int
    number: int = 1  # of the page

    @property
    def has_more(self) -> bool:
        """Whether there is another page."""
        return self.number * PAGE < self.total


def folder(work: Work, opened: Opened, folder_id: str, number: int) -> Shelf:
    """A page of a shared folder, or of a folder in it. Raises NoFile, NotAllowed, IsFile."""
    shown = one(work, folder_id)
    items = views.ordered(work, shown.id, "name", skip=(number - 1) * PAGE, limit=PAGE)
    return Shelf(
        shown.name, _above(work, opened.thing, shown), items, views.counts(work, items), views.count(work, shown.id), number
    )  # fmt: skip


def album(work: Work, opened: Opened, number: int) -> Shelf:
    """A page of a shared album, in the order that its owner chose. Raises NoAlbum."""
    ids = album_ids(work, opened)
    items = files_of(work, ids[(number - 1) * PAGE : number * PAGE])
    return Shelf(opened.thing.name, [], items, {}, len(ids), number)


def album_ids(work: Work, opened: Opened) -> list[str]:
    """The photos of a shared album. The order is the owner's to know; which files they are, is asked of the guest's leave."""
    return photos.albums.ids_in(replace(work, caller=SYSTEM), opened.thing.id)


def files_of(work: Work, ids: list[str]) -> list[File]:
    """Those of these files that the guest may see, in the order asked."""
    found = []
    for id_ in ids:
        try:
            found.append(one(work, id_))
        except NoFile:
            continue
    return found


def one(work: Work, file_id: str) -> File:
    """A file or folder that is shared, and not in the bin. Raises NoFile, NotAllowed."""
    found = files.fetch(work, file_id)
    if found.is_trashed:
        raise NoFile
    return found


def content(work: Work, file_id: str, sha256: str) -> looks.Held:
    """A file with what it holds now: no version from before is shared. Raises NoFile, NotAllowed, IsFolder, NoVersion."""
    one(work, file_id)
    return looks.held_now(work, file_id, sha256)


def _above(work: Work, thing: Thing, shown: File) -> list[File]:
    """The folders between what is shared and this one: none above it is told of."""
    if shown.id == thing.id:
        return []
    around = files.ancestors(work, shown)
    return around[next((n for n, each in enumerate(around) if each.id == thing.id), len(around)) :]


def above(work: Work, opened: Opened, file: File) -> list[File]:
    """The shared folders around a file; none where it is shared by itself, or by an album. Raises NoFile."""
    return _above(work, opened.thing, file) if opened.thing.is_folder else []


def beside(work: Work, opened: Opened, file: File) -> tuple[File | None, File | None]:
    """What is before and after a file, in its folder or its album."""
    if opened.thing.kind == "album":
        ids = album_ids(work, opened)
        at = ids.index(file.id) if file.id in ids else -1
        before, after = (ids[n] if at >= 0 and 0 <= n < len(ids) else "" for n in (at - 1, at + 1))
        found = {each.id: each for each in files_of(work, [id_ for id_ in (before, after) if id_])}
        return found.get(before), found.get(after)
    return views.around(work, file, "name") if opened.thing.is_folder else (None, None)


def archive(work: Work, opened: Opened, folder_id: str = "") -> tuple[str, list[Item]]:
    """Everything that is shared, or a folder of it: the name of the archive, and its lines. Raises NoFile, NotAllowed, IsFile."""
    if opened.thing.kind == "album":
        name, ids = opened.thing.name, [each.id for each in files_of(work, album_ids(work, opened))]
    else:
        shown = one(work, folder_id or opened.thing.id)
        name, ids = shown.name, [each.id for each in views.ordered(work, shown.id, "name", limit=MOST)]
    return name or "Cozy", files.items(work, Selection(name or "Cozy", ids))
