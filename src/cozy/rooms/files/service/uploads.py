"""Resumable uploads: what they may become, and the moment when they become it.

Their bytes are the blob store's; here is what is known of them. An upload that has ended is remembered until it
expires, so that a client which never heard of the end hears of it when it asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work

from .. import access
from ..errors import NameTaken, NoUpload, UploadExpired
from ..model import File, Upload, Wish, clean_name, mime_and_class
from ..store import tree, uploads
from .content import create_file, limit_of, overwrite
from .metadata import NO_DETAILS, Details, dates
from .tree import checked_path, free_name, insert_folder

_SWEPT_AT_ONCE = 100


def begin_upload(work: Work, wish: Wish, size: int, *, quota: int | None = None) -> Upload:
    """Expect a file of so many bytes.

    Raises NoParent, ParentInTrash, NotAllowed, BadName, BadPath, BadMime, BadDate, NameTaken, OverQuota: everything
    that can be known before the first byte.
    """
    parent = access.parent(work, wish.dir_id, "POST")
    names = tuple(clean_name(name) for name in wish.path)
    clean = msgspec.structs.replace(wish, name=clean_name(wish.name), path=names)
    if not access.readable(work, [parent]):  # a name that is taken would tell what is in there
        clean = msgspec.structs.replace(clean, on_conflict="keep_both")
    checked_path("/".join([parent.path, *names]))
    mime_and_class(wish.mime, clean.name)
    dates(work, _details(clean))
    _check_conflict(work, parent, clean)
    limit_of(work, size, quota)
    upload = Upload(new_id(), size, clean, _end(work))
    uploads.insert(work, upload)
    return upload


def _check_conflict(work: Work, folder: File, wish: Wish) -> None:
    for name in wish.path:
        known = tree.child_named(work, folder.id, name)
        if known is None:
            return
        if not known.is_folder:
            raise NameTaken(name=name, dir_id=folder.id)
        folder = known
    taken = tree.child_named(work, folder.id, wish.name)
    if taken is not None and (
        wish.on_conflict == "fail" or (wish.on_conflict == "replace" and taken.is_folder)
    ):
        raise NameTaken(name=wish.name, dir_id=folder.id)
    if taken is not None and wish.on_conflict == "replace":
        access.content_file(work, taken.id, "PUT")


def upload(work: Work, id_: str) -> Upload:
    """An upload of which the caller may send more. Raises NoUpload, UploadExpired, NoParent, ParentInTrash, NotAllowed."""
    found = uploads.fetch(work, id_)
    if found is None:
        raise NoUpload(id=id_)
    if found.expires_at <= iso(work.now):
        raise UploadExpired(id=id_)
    access.parent(work, found.wish.dir_id, "POST")
    return found


def end_upload(work: Work, id_: str, content: Content, *, quota: int | None = None) -> Upload:
    """Make the file, in one transaction with the note that it is made: a second time is the first again.

    Raises as `upload`, create_file and overwrite; the upload stays then, and can be ended again.
    """
    begun = upload(work, id_)
    if begun.file_id:
        return begun
    file = _made(work, begun.wish, content, quota)
    ended = msgspec.structs.replace(begun, file_id=file.id)
    uploads.update(work, ended)
    return ended


def _made(work: Work, wish: Wish, content: Content, quota: int | None) -> File:
    folder = access.parent(work, wish.dir_id, "POST")
    for name in wish.path:
        folder = _folder_in(work, folder, name)
    name = wish.name
    taken = tree.child_named(work, folder.id, name)
    if taken is not None and wish.on_conflict == "replace":
        if taken.is_folder:
            raise NameTaken(name=name, dir_id=folder.id)
        return overwrite(work, taken.id, content, wish.mime, _details(wish), quota=quota)
    if wish.on_conflict == "keep_both":
        name = free_name(work, folder.id, name)
    return create_file(work, folder.id, name, content, wish.mime, _details(wish), quota=quota)


def _folder_in(work: Work, folder: File, name: str) -> File:
    known = tree.child_named(work, folder.id, name)
    if known is None:
        return insert_folder(work, folder, name, NO_DETAILS)
    if not known.is_folder:
        raise NameTaken(name=name, dir_id=folder.id)
    return known


def _details(wish: Wish) -> Details:
    """Browsers know when a file changed, and not when it was made: then, or before."""
    return Details(
        created_at=wish.created_at or wish.updated_at, updated_at=wish.updated_at, executable=wish.executable
    )


def drop_upload(work: Work, id_: str) -> None:
    """Forget an upload; the file that it became stays. Its bytes are for the caller to abandon first. Raises as `upload`."""
    uploads.remove(work, upload(work, id_).id)


def lend_upload(work: Work) -> tuple[str, str]:
    """An upload that another room sees to the end of, and until when it is kept: bytes to append to, that are swept like
    all others when nobody comes back.
    """
    id_, expires_at = new_id(), _end(work)
    uploads.lend(work, id_, expires_at)
    return id_, expires_at


def keep_uploads(work: Work, ids: Sequence[str]) -> str:
    """Keep such uploads for longer, since something came; until when."""
    expires_at = _end(work)
    uploads.extend(work, ids, expires_at)
    return expires_at


def return_uploads(work: Work, ids: Sequence[str]) -> None:
    """Forget such uploads. Their bytes are for the caller to abandon afterwards."""
    uploads.remove(work, *ids)


def _end(work: Work) -> str:
    return iso(work.now + timedelta(days=work.settings.upload_days))


async def sweep_uploads(house: House, home: Home) -> int:
    """Forget the uploads whose time is over, bytes first, and return how many."""
    swept = 0
    while ids := await house.read(home, SYSTEM, uploads.expired, _SWEPT_AT_ONCE):
        for id_ in ids:
            await house.blobs.abandon(home.id, id_)
            await house.write(home, SYSTEM, uploads.remove, id_)
        swept += len(ids)
    return swept
