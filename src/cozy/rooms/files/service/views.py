"""Looking at files as pages do: other orders, recent ones, favourites, what takes up the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work

from .. import access
from ..errors import NoVersion
from ..model import File
from ..store import tree, versions, views
from ..store.views import Order
from .content import content_of

_KINDS = {"image": "photos", "video": "videos", "audio": "music", "pdf": "documents", "text": "documents"}
_KINDS |= {"spreadsheet": "documents", "slide": "documents", "code": "documents"}


class Space(Struct, frozen=True):
    """What takes up the room of a home. Sizes in bytes."""

    photos: int = 0
    videos: int = 0
    documents: int = 0
    music: int = 0
    other: int = 0
    versions: int = 0
    bin: int = 0


def ordered(
    work: Work, dir_id: str, order: Order, *, falling: bool = False, skip: int = 0, limit: int = 200
) -> list[File]:
    """A page of a folder in an order, folders first. Raises NoFile, NotAllowed, IsFile."""
    folder = access.folder(work, dir_id, "GET")
    if order == "name" and not falling:
        return tree.children(work, folder.id, skip=skip, limit=limit)
    return views.children(work, folder.id, order, falling=falling, skip=skip, limit=limit)


def count(work: Work, dir_id: str) -> int:
    """How many items a folder holds. Raises NoFile, NotAllowed, IsFile."""
    return tree.count_children(work, access.folder(work, dir_id, "GET").id)


def counts(work: Work, listed: Sequence[File]) -> Mapping[str, int]:
    """How many items each of the listed folders holds."""
    ids = [file.id for file in listed if file.is_folder]
    return dict.fromkeys(ids, 0) | views.counts(work, ids) if ids else {}


def folders(work: Work, dir_id: str, limit: int = 500) -> list[File]:
    """The folders directly in a folder. Raises NoFile, NotAllowed, IsFile."""
    return views.folders(work, access.folder(work, dir_id, "GET").id, limit)


def many(work: Work, ids: Sequence[str]) -> list[File]:
    """Those of these files and folders that exist and may be seen, in the order asked."""
    access.every(work, "GET")
    known = tree.by_ids(work, ids)
    return [known[id_] for id_ in ids if id_ in known]


def around(work: Work, file: File, order: Order, *, falling: bool = False) -> tuple[File | None, File | None]:
    """The files before and after one in its folder."""
    before = views.next_file(work, file, order, falling=not falling)
    return before, views.next_file(work, file, order, falling=falling)


def recent(work: Work, limit: int = 100) -> list[File]:
    """The files that changed last. Raises NotAllowed."""
    access.every(work, "GET")
    return views.recent(work, limit)


def favourites(work: Work, limit: int = 500) -> list[File]:
    """What the owner marked as favourite. Raises NotAllowed."""
    access.every(work, "GET")
    return views.favourites(work, limit)


def inside(work: Work, folder_id: str) -> list[str]:
    """The ids of a folder and of every folder in it, at any depth; [] where there is none. Asks nothing of the caller."""
    folder = tree.by_id(work, folder_id)
    if folder is None or not folder.is_folder:
        return []
    return [folder.id, *(each.id for each in tree.folders_below(work, folder.path))]


def is_favourite(file: File) -> bool:
    """Whether the owner marked it."""
    return bool(file.body.get("cozyMetadata", {}).get("favorite", False))


def space(work: Work) -> Space:
    """What takes up the room, by kind. Raises NotAllowed."""
    access.every(work, "GET")
    sums: dict[str, int] = {"versions": views.size_of_versions(work)}
    for (class_, in_bin), size in views.sizes_by_class(work).items():
        kind = "bin" if in_bin else _KINDS.get(class_, "other")
        sums[kind] = sums.get(kind, 0) + size
    return Space(**sums)


def held(work: Work, file_id: str, sha256: str) -> tuple[File, str, Content]:
    """What a file holds, or held in one of its versions, by the beginning of its hash: the file, media type, content.

    Raises NoFile, NotAllowed, IsFolder, NoVersion.
    """
    file = access.content_file(work, file_id, "GET")
    if sha256 and file.sha256.startswith(sha256):
        return file, file.mime, content_of(work, file.sha256)
    for version in versions.of_file(work, file.id):
        if sha256 and version.sha256.startswith(sha256):
            return file, str(version.body.get("mime", file.mime)), content_of(work, version.sha256)
    raise NoVersion(id=file_id)
