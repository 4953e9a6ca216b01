"""Looking at files."""

from __future__ import annotations

from cozy.kernel.work import Work

from .. import access
from ..model import ROOT, File, clean_name, join, order_key
from ..store import contents, tree


def fetch(work: Work, id_: str) -> File:
    """A file or folder. Raises NoFile, NotAllowed."""
    return access.file(work, id_, "GET")


def at_path(work: Work, path: str) -> File:
    """The file or folder at a path, `/` for the root. Raises NoFile, NotAllowed."""
    return access.file_at(work, path, "GET")


def children(
    work: Work, dir_id: str, *, after: File | None = None, skip: int = 0, limit: int = 30
) -> list[File]:
    """A page of a folder, folders first, by name; after: the last item of the page before.

    Raises NoFile, NotAllowed, IsFile.
    """
    folder = access.folder(work, dir_id, "GET")
    cursor = (order_key(after.body), after.id) if after else ("", "")
    return tree.children(work, folder.id, after=cursor, skip=skip, limit=limit)


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
    inside = [folder.id, *(below.id for below in tree.folders_below(work, folder.path))]
    return tree.sum_sizes(work, inside)


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
