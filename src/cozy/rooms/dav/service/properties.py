"""Properties: the live ones, told from documents, and the dead ones, which clients keep beside them (RFC 4918 §4, §15)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from cozy.dav import xml
from cozy.dav.bodies import Change, PropFind
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


Teller = Callable[[Item], str | None]


def _simple(name: str, tell: Callable[[Item], str | None]) -> Teller:
    start, end = f"<{name}>", f"</{name}>"

    def told(item: Item) -> str | None:
        value = tell(item)
        return None if value is None else f"{start}{value}{end}"

    return told


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


_LIVE: dict[str, Teller] = {
    "{DAV:}resourcetype": lambda item: "<d:resourcetype><d:collection/></d:resourcetype>" if item.body.is_folder else "<d:resourcetype/>",
    "{DAV:}displayname": _simple("d:displayname", lambda item: xml.text(item.body.name)),
    "{DAV:}creationdate": _simple("d:creationdate", lambda item: f"{item.body.created_at[:19]}Z"),
    "{DAV:}getlastmodified": _simple("d:getlastmodified", lambda item: http_date(item.body.updated_at)),
    "{DAV:}getcontentlength": _simple("d:getcontentlength", _of_file(lambda body: body.size)),
    "{DAV:}getcontenttype": _simple("d:getcontenttype", _of_file(lambda body: xml.text(body.mime))),
    "{DAV:}getetag": _simple("d:getetag", _of_file(lambda body: etag(body.sha256))),
    "{DAV:}supportedlock": _simple("d:supportedlock", lambda item: LOCK_ENTRIES),
    "{DAV:}lockdiscovery": _simple("d:lockdiscovery", _locks),
}  # fmt: skip
_ASKED_FOR: dict[str, Teller] = {
    "{DAV:}quota-used-bytes": _simple("d:quota-used-bytes", _of_folder(lambda item: str(item.around.used))),
    "{DAV:}quota-available-bytes": _simple("d:quota-available-bytes", _of_folder(_left)),
    f"{{{xml.OC}}}fileid": _simple("oc:fileid", lambda item: xml.text(item.id)),
    f"{{{xml.OC}}}id": _simple("oc:id", lambda item: xml.text(item.id)),
    f"{{{xml.OC}}}checksums": _simple("oc:checksums", _of_file(_checksums)),
    f"{{{xml.OC}}}permissions": _simple("oc:permissions", _rights),
}  # fmt: skip
_TELLERS = _LIVE | _ASKED_FOR
_PROTECTED = frozenset(_TELLERS)
_QUOTA = frozenset(name for name in _ASKED_FOR if "quota" in name)


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


def responder(asked: PropFind, *, is_minimal: bool = False) -> Callable[[Item], str]:
    """Who tells of each file or folder of a listing what is asked for (§14.24).

    is_minimal: nothing of what there is not (RFC 8144 §2.1).
    """
    tellers = _tellers(asked)

    def response(item: Item) -> str:
        body = item.body
        there, missing = _names(item) if asked.without_values else _values(item, tellers)
        if asked.names is None and not asked.without_values:
            there.extend(
                value for name, value in (body.dav_properties or {}).items() if name not in asked.include
            )
            missing = [name for name in missing if name in asked.include]
        address = href(item.path, is_folder=body.is_folder)
        found = (
            f"<d:propstat><d:prop>{''.join(there)}</d:prop>{_OK}</d:propstat>"
            if there or not missing or is_minimal
            else ""
        )
        if missing and not is_minimal:
            found += propstat("".join(map(xml.empty, missing)), 404)
        return f"<d:response><d:href>{address}</d:href>{found}</d:response>"

    return response


def _names(item: Item) -> tuple[list[str], list[str]]:
    live = [name for name, tell in _TELLERS.items() if tell(item) is not None]
    return [xml.empty(name) for name in (*live, *(item.body.dav_properties or {}))], []


def _values(item: Item, tellers: Sequence[tuple[str, Teller | None]]) -> tuple[list[str], list[str]]:
    dead = item.body.dav_properties or {}
    there: list[str] = []
    missing: list[str] = []
    for name, tell in tellers:
        value = dead.get(name) if tell is None else tell(item)
        if value is None:
            missing.append(name)
        else:
            there.append(value)
    return there, missing


def _tellers(asked: PropFind) -> tuple[tuple[str, Teller | None], ...]:
    """Who tells each property; None for dead ones."""
    if asked.names is None:
        more = ((name, _TELLERS.get(name)) for name in asked.include if name not in _LIVE)
        return (*_LIVE.items(), *more)
    return tuple((name, _TELLERS.get(name)) for name in asked.names)


_PHRASES = {200: "OK", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 423: "Locked", 424: "Failed Dependency", 507: "Insufficient Storage"}  # fmt: skip


def status(code: int) -> str:
    """A status as an element."""
    return f"<d:status>HTTP/1.1 {code} {_PHRASES[code]}</d:status>"


_OK = status(200)


def propstat(props: str, code: int, condition: str = "") -> str:
    """Properties that share an outcome (§14.22)."""
    error = f"<d:error><d:{condition}/></d:error>" if condition else ""
    return f"<d:propstat><d:prop>{props}</d:prop>{status(code)}{error}</d:propstat>"


def patch(work: Work, file: File, changes: Sequence[Change]) -> list[str]:
    """Set and remove dead properties, all or none (§9.2); the outcomes, as elements. Raises TooManyProperties."""
    refused = [change.name for change in changes if change.name in _PROTECTED]
    others = [change.name for change in changes if change.name not in _PROTECTED]
    if refused:
        said = [propstat("".join(map(xml.empty, refused)), 403, "cannot-modify-protected-property")]
        return said + ([propstat("".join(map(xml.empty, others)), 424)] if others else [])
    kept = dict(places.body_of(file).dav_properties or {})
    for change in changes:
        if change.element:
            kept[change.name] = change.element
        else:
            kept.pop(change.name, None)
    if sum(len(name) + len(value) for name, value in kept.items()) > PROPERTIES_LIMIT:
        raise TooManyProperties(limit=PROPERTIES_LIMIT)
    put(work, file, kept, _moment(changes))
    return [propstat("".join(map(xml.empty, dict.fromkeys(others))), 200)]


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
