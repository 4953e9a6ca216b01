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
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import BadDate
from cozy.rooms.files.model import FILES, File
from cozy.rooms.permissions import service as permissions

from ..errors import TooManyProperties
from ..model import PROPERTIES, PROPERTIES_LIMIT, Body, Lock, date_in, etag, href, http_date
from . import locks, places

LOCK_ENTRIES = "".join(
    f"<d:lockentry><d:lockscope><d:{scope}/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>"
    for scope in ("exclusive", "shared")
)
CHANGED_BY_CLIENTS = (
    "{urn:schemas-microsoft-com:}Win32LastModifiedTime"  # how Windows sends the time of a file
)


class Around(Struct, frozen=True):
    """What is true of a whole listing. locks: near its folder; quota: bytes, None for no limit."""

    locks: Sequence[Lock] = ()
    used: int = 0
    quota: int | None = None
    rights: str = ""


class Item(Struct, frozen=True, gc=False):
    """One file or folder of a listing."""

    id: str
    path: str
    body: Body
    around: Around


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


def active(lock: Lock) -> str:
    """A lock as it is told (§14.1)."""
    depth = "infinity" if lock.is_deep else "0"
    return (
        f"<d:activelock><d:locktype><d:write/></d:locktype><d:lockscope><d:{lock.scope}/></d:lockscope>"
        f"<d:depth>{depth}</d:depth>{lock.owner}<d:timeout>Second-{lock.timeout_s}</d:timeout>"
        f"<d:locktoken><d:href>{xml.text(lock.token)}</d:href></d:locktoken>"
        f"<d:lockroot><d:href>{href(lock.path, is_folder=False)}</d:href></d:lockroot></d:activelock>"
    )


def _locks(item: Item) -> str:
    return "".join(active(lock) for lock in item.around.locks if lock.covers(item.path))


def _type(item: Item) -> str:
    return "<d:resourcetype><d:collection/></d:resourcetype>" if item.body.is_folder else "<d:resourcetype/>"


def _address(item: Item) -> str:
    return href(item.path, is_folder=item.body.is_folder)


_USUAL: dict[str, Value] = {
    "{DAV:}displayname": lambda item: xml.text(item.body.name),
    "{DAV:}creationdate": lambda item: f"{item.body.created_at[:19]}Z",
    "{DAV:}getlastmodified": lambda item: http_date(item.body.updated_at),
    "{DAV:}getcontentlength": _of_file(lambda body: body.size),
    "{DAV:}getcontenttype": _of_file(lambda body: xml.text(body.mime)),
    "{DAV:}getetag": _of_file(lambda body: etag(body.sha256)),
    "{DAV:}supportedlock": lambda item: LOCK_ENTRIES,
    "{DAV:}lockdiscovery": _locks,
}
_OTHERS: dict[str, Value] = {
    "{DAV:}quota-used-bytes": _of_folder(lambda item: str(item.around.used)),
    "{DAV:}quota-available-bytes": _of_folder(_left),
    f"{{{xml.OC}}}fileid": lambda item: xml.text(item.id),
    f"{{{xml.OC}}}id": lambda item: xml.text(item.id),
    f"{{{xml.OC}}}checksums": _of_file(_checksums),
    f"{{{xml.OC}}}permissions": _rights,
}
WORDS: Vocabulary[Item] = Vocabulary(
    href=_address, dead=lambda item: item.body.dav_properties or {},
    usual={"{DAV:}resourcetype": _type, **simples(_USUAL)}, others=simples(_OTHERS),
)  # fmt: skip
_PROTECTED = frozenset(WORDS.tellers)
_QUOTA = frozenset(name for name in WORDS.others if "quota" in name)


def around(work: Work, path: str, asked: PropFind, quota: int | None) -> Around:
    """What the listing of a path needs to know beside documents; only what is asked for is looked up."""
    names = frozenset(asked.include if asked.names is None else asked.names)
    needs_locks = asked.names is None or "{DAV:}lockdiscovery" in names
    return Around(
        locks.around(work, path) if needs_locks else (),
        files.usage(work) if names & _QUOTA else 0,
        quota,
        _own_rights(work),
    )


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
    moment = date_in(said) if said else None
    return moment.isoformat() if moment else ""
