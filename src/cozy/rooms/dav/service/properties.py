"""Properties: the live ones, told from documents, and the dead ones, which clients keep beside them (RFC 4918 §4, §15)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from cozy.dav import telling, xml
from cozy.dav.bodies import Change, PropFind
from cozy.dav.telling import Vocabulary, simples
from cozy.kernel.caller import Verb
from cozy.kernel.clock import dated
from cozy.kernel.work import Work
from cozy.rooms.collections.service import sync
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import BadDate
from cozy.rooms.files.model import FILES, Below, File, number_of
from cozy.rooms.permissions import service as permissions

from ..errors import TooManyProperties
from ..model import (
    HOME,
    PROPERTIES,
    PROPERTIES_LIMIT,
    Body,
    Lock,
    Top,
    etag,
    folder_etag,
    href,
    http_date,
    oc_id,
)
from . import locks, places

LOCK_ENTRIES = "".join(
    f"<d:lockentry><d:lockscope><d:{scope}/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>"
    for scope in ("exclusive", "shared")
)
CHANGED_BY_CLIENTS = (
    "{urn:schemas-microsoft-com:}Win32LastModifiedTime"  # how Windows sends the time of a file
)


class Around(Struct, frozen=True):
    """What is true of a whole listing. locks: near its folder; quota: bytes, None for no limit; top: where its addresses begin;
    tells_below: whether it says something of what is below folders; epoch: another one since a backup was put back.
    """

    locks: Sequence[Lock] = ()
    used: int = 0
    quota: int | None = None
    rights: str = ""
    top: Top = HOME
    tells_below: bool = False
    home: str = ""
    epoch: int | None = None


class Item(Struct, frozen=True, gc=False):
    """One file or folder of a listing."""

    id: str
    path: str
    body: Body
    around: Around
    below: Below = Below()  # of a folder, where that is asked for


Value = Callable[[Item], str | None]


def _of_file(tell: Callable[[Body], str]) -> Callable[[Item], str | None]:
    return lambda item: None if item.body.is_folder else tell(item.body)


def _of_folder(tell: Callable[[Item], str | None]) -> Callable[[Item], str | None]:
    return lambda item: tell(item) if item.body.is_folder else None


def _checksums(body: Body) -> str:
    md5 = base64.b64decode(body.md5sum).hex()
    return f"<oc:checksum>MD5:{md5} SHA256:{body.sha256}</oc:checksum>"


def _left(item: Item) -> str | None:
    around = item.around
    return None if around.quota is None else str(max(0, around.quota - around.used))


def _rights(item: Item) -> str:
    """As ownCloud's clients read them: C and K, files and folders may be made in it; the others are of itself."""
    rights = item.around.rights
    return rights if item.body.is_folder else rights.replace("C", "").replace("K", "")


_SUMMED = {"G": 1, "W": 2, "C": 4, "D": 8}


def _sum_of_rights(item: Item) -> int:
    """As servers of ownCloud and Nextcloud read them of what is shared with them."""
    return sum(value for letter, value in _SUMMED.items() if letter in _rights(item))


def active(lock: Lock, top: Top = HOME) -> str:
    """A lock as it is told (§14.1)."""
    depth = "infinity" if lock.is_deep else "0"
    return (
        f"<d:activelock><d:locktype><d:write/></d:locktype><d:lockscope><d:{lock.scope}/></d:lockscope>"
        f"<d:depth>{depth}</d:depth>{lock.owner}<d:timeout>Second-{lock.timeout_s}</d:timeout>"
        f"<d:locktoken><d:href>{xml.text(lock.token)}</d:href></d:locktoken>"
        f"<d:lockroot><d:href>{href(lock.path, is_folder=False, top=top)}</d:href></d:lockroot></d:activelock>"
    )


def _locks(item: Item) -> str:
    around = item.around
    return "".join(active(lock, around.top) for lock in around.locks if lock.covers(item.path))


def _etag(item: Item) -> str:
    return folder_etag(item.id, item.below) if item.body.is_folder else etag(item.body.sha256)


def _has_preview(body: Body) -> str:
    return str(files.is_drawable(body.kind, body.mime, encrypted=body.encrypted)).lower()


def _size(item: Item) -> str:
    return str(item.below.size) if item.body.is_folder else item.body.size


def _type(item: Item) -> str:
    return "<d:resourcetype><d:collection/></d:resourcetype>" if item.body.is_folder else "<d:resourcetype/>"


def _address(item: Item) -> str:
    return href(item.path, is_folder=item.body.is_folder, top=item.around.top)


_USUAL: dict[str, Value] = {
    "{DAV:}displayname": lambda item: xml.text(item.body.name),
    "{DAV:}creationdate": lambda item: f"{item.body.created_at[:19]}Z",
    "{DAV:}getlastmodified": lambda item: http_date(item.body.updated_at),
    "{DAV:}getcontentlength": _of_file(lambda body: body.size),
    "{DAV:}getcontenttype": _of_file(lambda body: xml.text(body.mime)),
    "{DAV:}getetag": _etag,
    "{DAV:}supportedlock": lambda item: LOCK_ENTRIES,
    "{DAV:}lockdiscovery": _locks,
}
_OTHERS: dict[str, Value] = {
    "{DAV:}quota-used-bytes": _of_folder(lambda item: str(item.around.used)),
    "{DAV:}quota-available-bytes": _of_folder(_left),
    f"{{{xml.OC}}}fileid": lambda item: str(number_of(item.id)),
    f"{{{xml.OC}}}id": lambda item: oc_id(item.around.home, item.id),
    f"{{{xml.OC}}}size": _size,
    f"{{{xml.OC}}}checksums": _of_file(_checksums),
    f"{{{xml.OC}}}permissions": _rights,
    f"{{{xml.OC}}}share-types": lambda item: "",
    f"{{{xml.OCS}}}share-permissions": lambda item: str(_sum_of_rights(item)),
    f"{{{xml.OC}}}data-fingerprint": lambda item: (
        None if item.around.epoch is None else str(item.around.epoch)
    ),
    f"{{{xml.NC}}}has-preview": _of_file(_has_preview),
}
WORDS: Vocabulary[Item] = Vocabulary(
    href=_address, dead=lambda item: item.body.dav_properties or {},
    usual={"{DAV:}resourcetype": _type, **simples(_USUAL)}, others=simples(_OTHERS),
)  # fmt: skip
_PROTECTED = frozenset(WORDS.tellers)
_QUOTA = frozenset(name for name in WORDS.others if "quota" in name)
_BELOW = frozenset({"{DAV:}getetag", f"{{{xml.OC}}}size"})
_NOTHING = Below()
_FINGERPRINT = f"{{{xml.OC}}}data-fingerprint"
_PERMISSIONS = frozenset({f"{{{xml.OC}}}permissions", f"{{{xml.OCS}}}share-permissions"})


def around(work: Work, path: str, asked: PropFind, quota: int | None, top: Top = HOME) -> Around:
    """What the listing of a path needs to know beside documents; only what is asked for is looked up."""
    names = frozenset(asked.include if asked.names is None else asked.names)
    needs_locks = asked.names is None or "{DAV:}lockdiscovery" in names
    return Around(
        locks.around(work, path) if needs_locks else (),
        files.usage(work) if names & _QUOTA else 0,
        quota,
        _own_rights(work) if _PERMISSIONS & names else "",
        top,
        asked.names is None or bool(names & _BELOW),
        work.home,
        sync.epoch(work) if _FINGERPRINT in names else None,
    )


def items(work: Work, found: Sequence[tuple[str, str, Body]], around: Around) -> list[Item]:
    """The lines of a listing: each by its id, its path, and what its document says."""
    folders = [id_ for id_, _, body in found if body.is_folder] if around.tells_below else []
    below = files.below(work, folders) if folders else {}
    return [Item(id_, path, body, around, below.get(id_, _NOTHING)) for id_, path, body in found]


_RIGHTS: tuple[tuple[str, Verb], ...] = (
    ("G", "GET"),
    ("D", "PATCH"),
    ("N", "PATCH"),
    ("V", "PATCH"),
    ("W", "PUT"),
    ("C", "POST"),
    ("K", "POST"),
)


def _own_rights(work: Work) -> str:
    return "".join(letter for letter, verb in _RIGHTS if permissions.may(work.caller, verb, FILES))


def patch(work: Work, file: File, changes: Sequence[Change]) -> list[str]:
    """Set and remove dead properties, all or none (§9.2); the outcomes, as elements. Raises TooManyProperties."""
    if said := telling.refused(changes, _PROTECTED):
        return said
    kept = telling.merged(places.body_of(file).dav_properties or {}, changes)
    if telling.size(kept) > PROPERTIES_LIMIT:
        raise TooManyProperties(limit=PROPERTIES_LIMIT)
    put(work, file, kept, _moment(changes))
    return telling.accepted(changes)


def put(work: Work, file: File, kept: Mapping[str, str], updated_at: str = "") -> File:
    """Make these the dead properties of a file or folder, and perhaps this the time when it changed."""
    if (file.body.get(PROPERTIES) or {}) == dict(kept) and not updated_at:
        return file
    members = {PROPERTIES: dict(kept)}
    if updated_at:
        with suppress(BadDate), work.attempt():  # a time before the file was made says nothing
            return files.change(work, file.id, files.Change(members=members, updated_at=updated_at))
    return files.change(work, file.id, files.Change(members=members))


def _moment(changes: Sequence[Change]) -> str:
    """When the file changed, if Windows says so (RFC 3339)."""
    said = next((each.text for each in changes if each.name == CHANGED_BY_CLIENTS and each.element), "")
    moment = dated(said) if said else None
    return moment.isoformat() if moment else ""
