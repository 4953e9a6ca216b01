"""Large files that come in parts, as clients of Nextcloud send them.

The parts of a transfer are appended to one upload while they come in their order, so that its end is a rename and no byte is
written twice. One that comes out of order, again, or at the same time as another is kept in an upload of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import File

from ..errors import AlreadyThere, TooManyTransfers, Unmapped
from ..model import PARTS_LIMIT, TRANSFERS_LIMIT, Expected, Part, Transfer
from ..store import transfers as store
from . import tree
from .locks import holder_of

forget_expired = store.drop_expired
METHODS = ("DELETE", "MKCOL", "PROPFIND")


def begin(work: Work, name: str) -> Transfer:
    """A new transfer of the caller's. Raises AlreadyThere, TooManyTransfers."""
    if store.one(work, holder_of(work), name) is not None:
        raise AlreadyThere(allowed=METHODS)
    store.drop_expired(work)
    if store.count(work) >= TRANSFERS_LIMIT:
        raise TooManyTransfers(limit=TRANSFERS_LIMIT)
    id_, expires_at = files.lend_upload(work)
    store.add(work, id_, holder_of(work), name, expires_at)
    return Transfer(id_, name)


def one(work: Work, name: str) -> Transfer:
    """A transfer of the caller's. Raises Unmapped."""
    found = store.one(work, holder_of(work), name)
    if found is None:
        raise Unmapped
    return found


def expect(work: Work, name: str, part: str, size: int, quota: int | None) -> tuple[Transfer, int | None]:
    """Before the first byte of a part: its transfer, and the most bytes that it may hold, None for no limit.

    size: what is announced of the part or of the whole. Raises Unmapped, TooManyTransfers, OverQuota.
    """
    found = one(work, name)
    if len(found.parts) >= PARTS_LIMIT:
        raise TooManyTransfers(limit=PARTS_LIMIT)
    left = files.room_left(work, quota)
    if left is None:
        return found, None
    left -= sum(each.size for each in found.parts if each.name != part)
    if size > left:
        raise OverQuota(quota=quota)
    return found, left


def lend(work: Work) -> str:
    """An upload for a part that cannot be appended."""
    return files.lend_upload(work)[0]


def keep(work: Work, name: str, part: Part) -> str:
    """Note that a part is here; the upload of the one that it replaces, if that had one of its own, else "".

    Raises Unmapped.
    """
    found = one(work, name)
    store.put_part(work, found.id, part)
    store.extend(work, found.id, files.keep_uploads(work, [*_uploads(found), part.upload_id]))
    return _let_go(work, found, part.name)


def drop_part(work: Work, name: str, part: str) -> str:
    """Forget a part; its upload, if it had one of its own, else "". Raises Unmapped."""
    found = one(work, name)
    if all(each.name != part for each in found.parts):
        raise Unmapped
    store.drop_part(work, found.id, part)
    return _let_go(work, found, part)


def _let_go(work: Work, transfer: Transfer, part: str) -> str:
    for each in transfer.parts:
        if each.name == part and each.upload_id != transfer.id:
            files.return_uploads(work, [each.upload_id])
            return each.upload_id
    return ""


def drop(work: Work, name: str) -> list[str]:
    """Forget a transfer; the uploads whose bytes are to be abandoned. Raises Unmapped."""
    found = one(work, name)
    return _drop(work, found)


def _drop(work: Work, transfer: Transfer) -> list[str]:
    gone = _uploads(transfer)
    store.drop(work, transfer.id)
    files.return_uploads(work, gone)
    return gone


def _uploads(transfer: Transfer) -> list[str]:
    return list(dict.fromkeys([transfer.id, *(part.upload_id for part in transfer.parts)]))


def end(
    work: Work, transfer: Transfer, expected: Expected, path: str, content: Content, mime: str, details: files.Details,
    quota: int | None,
) -> tuple[File, bool, list[str]]:  # fmt: skip
    """Make the file and forget the transfer, in one transaction; whether it is new, and the uploads that are to be abandoned.

    Raises Unmapped where it has ended meanwhile, and as `tree.put`.
    """
    one(work, transfer.name)
    file, is_new = tree.put(work, expected, path, content, mime, details, quota)
    return file, is_new, _drop(work, transfer)


def is_whole(parts: Sequence[Part], received: int) -> bool:
    """Whether these parts are an upload of so many bytes as it is, one after the other."""
    at = 0
    for part in parts:
        if part.upload_id != parts[0].upload_id or part.start != at:
            return False
        at += part.size
    return at == received
