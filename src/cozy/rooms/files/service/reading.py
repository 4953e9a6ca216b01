"""Looking at files."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Change, Found, Query

from .. import access
from ..model import FILES, ROOT, Below, Entry, File, Version, clean_name, join, order_key
from ..store import contents, sums, tree, versions

ALL_DOCS_LIMIT = 1000  # keys of one request


class Page(Struct, frozen=True):
    """A page of a folder. last: order key and id to go on after, None at the end."""

    folder: File
    entries: list[Entry]
    count: int  # of everything in the folder
    last: tuple[str, str] | None


class Feed(Struct, frozen=True):
    """What changed, oldest first. last_seq: where to go on; pending: how many changes come after it."""

    changes: list[Change]
    last_seq: int
    pending: int
    paths: dict[str, str]  # of the folders of the files among them, by id, where they were asked for


def fetch(work: Work, id_: str) -> File:
    """A file or folder. Raises NoFile, NotAllowed."""
    return access.file(work, id_, "GET")


def at_path(work: Work, path: str) -> File:
    """The file or folder at a path, `/` for the root. Raises NoFile, NotAllowed."""
    return access.file_at(work, path, "GET")


def numbered(work: Work, number: int) -> File:
    """The file that clients of Nextcloud know by this number. Raises NoFile, NotAllowed."""
    return access.file_numbered(work, number, "GET")


def found_at(work: Work, path: str) -> File | None:
    """The same; None where there is nothing that the caller may know of. Raises NotAllowed."""
    return access.found_at(work, path, "GET")


def children(
    work: Work, dir_id: str, *, after: File | None = None, skip: int = 0, limit: int = 30
) -> list[File]:
    """A page of a folder, folders first, by name; after: the last item of the page before.

    Raises NoFile, NotAllowed, IsFile.
    """
    folder = access.folder(work, dir_id, "GET")
    cursor = (order_key(after.body), after.id) if after else ("", "")
    return tree.children(work, folder.id, after=cursor, skip=skip, limit=limit)


def page(
    work: Work, folder: File, *, after: tuple[str, str] | None = None, skip: int = 0, limit: int = 30
) -> Page:
    """A page of a folder that the caller may see, folders first, by name."""
    found = tree.entries(work, folder.id, after=after or ("", ""), skip=skip, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    count = tree.count_children(work, folder.id) if last or skip or after else len(found)
    return Page(folder, found[:limit], count, (last.sort_key, last.id) if last else None)


def listing(
    work: Work, dir_id: str, *, after: tuple[str, str] | None = None, skip: int = 0, limit: int = 30
) -> Page:
    """The same, of a folder by its id. Raises NoFile, NotAllowed, IsFile."""
    return page(work, access.folder(work, dir_id, "GET"), after=after, skip=skip, limit=limit)


def entries(work: Work, folder: File, *, after: tuple[str, str] = ("", ""), limit: int = 1000) -> list[Entry]:
    """The same without counting: only the lines. after: the sort key and id of the last one seen."""
    return tree.entries(work, folder.id, after=after, limit=limit)


def held_before(work: Work, file: File) -> list[Version]:
    """The old versions of a file that the caller may see, oldest first."""
    return versions.of_file(work, file.id)[::-1]


def many(work: Work, ids: Sequence[str]) -> list[File]:
    """Those of these files and folders that exist, in the order asked. Raises NotAllowed."""
    access.every(work, "GET")
    known = tree.by_ids(work, list(dict.fromkeys(ids))[:ALL_DOCS_LIMIT])
    return [known[id_] for id_ in ids if id_ in known]


def paths_around(work: Work, files: Sequence[File]) -> dict[str, str]:
    """The paths of the folders that these files are in, by the folders' ids."""
    return tree.paths(work, {file.dir_id for file in files if not file.is_folder})


def paths_of(work: Work, folder_ids: Collection[str]) -> dict[str, str]:
    """The paths of these folders, by their ids. Asks nothing of the caller."""
    return tree.paths(work, folder_ids)


def changes(work: Work, since: int, limit: int, *, with_paths: bool = False) -> Feed:
    """What changed after `since`, tombstones too, each file once. Raises NotAllowed."""
    access.every(work, "GET")
    found = documents.changes(work, FILES, since, limit)
    full = len(found) == limit
    last_seq = found[-1].seq if full else max(since, documents.last_seq(work))
    around = (
        {str(c.body.get("dir_id", "")) for c in found if c.body.get("type") == "file"}
        if with_paths
        else set()
    )
    pending = documents.pending(work, FILES, last_seq) if full else 0
    return Feed(found, last_seq, pending, tree.paths(work, around))


def find(work: Work, query: Query) -> Found:
    """The files and folders that meet a Mango selector. Raises NotAllowed, BadQuery."""
    access.every(work, "GET")
    return documents.find(work, FILES, query)


def child_named(work: Work, dir_id: str, name: str) -> File | None:
    """The file or folder of that name in a folder, if there is one. Raises NoFile, NotAllowed, IsFile, BadName."""
    folder = access.folder(work, dir_id, "GET")
    return tree.child_named(work, folder.id, clean_name(name))


def full_path(work: Work, file: File) -> str:
    """The path of a file or folder."""
    if file.is_folder:
        return file.path
    folder = tree.by_id(work, file.dir_id)
    return join(folder.path if folder else "/", file.name)


def folder_size(work: Work, dir_id: str) -> int:
    """Bytes of everything inside a folder, at any depth. Raises NoFile, NotAllowed, IsFile."""
    folder = access.folder(work, dir_id, "GET")
    return below(work, [folder.id])[folder.id].size


def below(work: Work, ids: Sequence[str]) -> dict[str, Below]:
    """What is below folders that the caller may see, by their ids."""
    known = sums.of(work, ids)
    return {id_: known.get(id_, Below()) for id_ in ids}


def usage(work: Work) -> int:
    """Bytes that this home holds: files and old versions, the trash included."""
    return contents.usage(work)


def ancestors(work: Work, file: File) -> list[File]:
    """The folders around a file, from the root down, without itself."""
    around: list[File] = []
    while file.dir_id and file.id != ROOT:
        parent = tree.by_id(work, file.dir_id)
        if parent is None:
            break
        around.append(parent)
        file = parent
    return around[::-1]
