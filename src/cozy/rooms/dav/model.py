"""The words of WebDAV here: places, what is at them, locks, and what a request expects."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote, unquote, unquote_to_bytes

from msgspec import Struct, field

from cozy.dav.bodies import Scope
from cozy.dav.conditions import Alternative
from cozy.kernel.clock import parse
from cozy.kernel.text import nfc
from cozy.rooms.files.model import Below, number_of

from .errors import BadPlace

PREFIX = "/dav/files"
ETAG_DIGITS = 40
PROPERTIES = "dav_properties"  # the member of a file's document that holds its dead ones
PROPERTIES_LIMIT = 64 * 1024  # characters of all of them, of one file
LOCK_S, LONGEST_LOCK_S = 30 * 60, 24 * 3600
LOCKS_LIMIT = 1000  # of a home
TRANSFERS_LIMIT = 1000  # of a home
PARTS_LIMIT = 10_000  # of a transfer
PART_NAME_LIMIT = 100  # characters
_SAFE = "/-_.~()"
_ADDRESS = re.compile(r"(/dav/files|/remote\.php/webdav|/remote\.php/dav/files/[^/]+)(/.*)?", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9/\-_.~()]*").fullmatch  # most names, and ten times quicker than asking quote


class Body(Struct, frozen=True, gc=False):
    """What WebDAV tells of a file or folder, out of its document."""

    type: str
    created_at: str
    updated_at: str
    name: str = ""
    size: str = "0"  # bytes
    sha256: str = ""
    md5sum: str = ""
    mime: str = ""
    executable: bool = False
    kind: str = field(name="class", default="")
    encrypted: bool = False
    dav_properties: Mapping[str, str] | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.type == "directory"


class Lock(Struct, frozen=True):
    """A lock. path: its root; owner: the element as XML; expires_at: RFC 3339."""

    token: str
    path: str
    is_deep: bool
    scope: Scope
    owner: str
    holder: str
    timeout_s: int
    expires_at: str

    def covers(self, path: str) -> bool:
        """Whether it binds what is at this path."""
        return self.path == path or (self.is_deep and is_below(path, self.path))


class Top(Struct, frozen=True):
    """Where addresses begin. prefix: safe in XML; path: of the folder or file that it stands for, "" for the whole home."""

    prefix: str = PREFIX
    path: str = ""

    def at(self, raw: str) -> str:
        """The path of an address after its prefix, percent-encoded as it came. Raises BadPlace."""
        inside = place(raw)
        return inside if not self.path else f"{self.path}{inside}".rstrip("/")

    def inside(self, path: str) -> str:
        """A path as it is told: what is outside of a part of the home is told as its top."""
        if not self.path:
            return path
        return path.removeprefix(self.path) if is_below(path, self.path) else ""


HOME = Top()


class Expected(Struct, frozen=True, kw_only=True):
    """What a request expects to find, as its headers say; dates as they came. top: where its addresses begin."""

    if_: tuple[Alternative, ...] = ()
    if_match: str = ""
    if_none_match: str = ""
    if_unmodified_since: str = ""
    top: Top = HOME


def split(address: str) -> tuple[str, str] | None:
    """The prefix of an address of files, safe in XML, and the rest as it came; None where it leads elsewhere.

    Clients of Nextcloud have addresses of their own for the same files, with a name that says nothing.
    """
    found = _ADDRESS.fullmatch(address)
    return (_tidy(found[1]), found[2] or "") if found else None


def named(address: str, top: Top) -> str | None:
    """The path that an address names; None where it leads elsewhere. Raises BadPlace."""
    if not top.path:
        found = split(address)
        return None if found is None else place(found[1])
    inside = address.removeprefix(top.prefix)
    is_there = address.startswith(top.prefix) and (not inside or inside.startswith("/"))
    return top.at(inside) if is_there else None


@lru_cache(maxsize=1024)
def _tidy(prefix: str) -> str:
    return quote(unquote(prefix), safe=_SAFE)


def place(raw: str) -> str:
    """The path of an address after its prefix, percent-encoded as it came. Raises BadPlace."""
    names = [_name(part) for part in raw.split("/") if part]
    return "/" + "/".join(names)


def _name(part: str) -> str:
    try:
        name = nfc(unquote_to_bytes(part).decode())
    except UnicodeDecodeError as error:
        raise BadPlace("Addresses are UTF-8, percent-encoded.") from error
    if "/" in name or "\0" in name or name in {".", ".."}:
        raise BadPlace
    return name


class _Percent(dict[int, str]):
    """Every character as it stands in an address, learned as they come: `translate` is five times quicker than `quote`."""

    def __missing__(self, code: int) -> str:
        said = quote(chr(code), safe=_SAFE)
        if len(self) < _PERCENT_LIMIT:
            self[code] = said
        return said


_PERCENT_LIMIT = 10_000
_PERCENT = _Percent()


def href(path: str, *, is_folder: bool, top: Top = HOME) -> str:
    """The address of a path; a folder's ends with a slash. Safe in XML as it is."""
    inside = top.inside(path)
    address = inside if _PLAIN(inside) else inside.translate(_PERCENT)
    return f"{top.prefix}{address}{'/' if is_folder and inside != '/' else ''}"


def above(path: str) -> str:
    """The path of the folder that holds this."""
    return path.rpartition("/")[0] or "/"


def name_of(path: str) -> str:
    """The last name of a path."""
    return path.rpartition("/")[2]


def is_below(path: str, folder: str) -> bool:
    """Whether a path is inside a folder, at any depth."""
    return path != folder and path.startswith(folder.rstrip("/") + "/")


def chain(path: str) -> list[str]:
    """A path and those of the folders around it."""
    found = [path]
    while path != "/":
        path = above(path)
        found.append(path)
    return found


def etag(sha256: str) -> str:
    """The strong validator of a content (RFC 9110 §8.8.3)."""
    return f'"{sha256[:ETAG_DIGITS]}"'


def folder_etag(id_: str, below: Below) -> str:
    """A validator of everything below a folder: programs that synchronise look no further while it is the same."""
    return f'"{below.mark or id_[-12:]}"'


def oc_id(home_id: str, id_: str) -> str:
    """The id of a file among those of all servers that a client knows."""
    return f"{number_of(id_)}{_instance(home_id)}"


@lru_cache(maxsize=1024)
def _instance(home_id: str) -> str:
    return f"oc{hashlib.sha256(home_id.encode()).hexdigest()[:10]}"


def http_date(moment: str) -> str:
    """RFC 3339 in UTC, as documents hold it, as HTTP spells it."""
    return f"{_http_day(moment[:10])} {moment[11:19]} GMT"


@lru_cache(maxsize=4096)
def _http_day(day: str) -> str:
    return format_datetime(parse(day), usegmt=True)[:16]


class Part(Struct, frozen=True):
    """A part of a large file: so many bytes of an upload, from `start`."""

    name: str
    upload_id: str
    start: int
    size: int

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """Where it comes among the others: numbers as numbers, everything else as text."""
        return tuple(
            (int(each), "") if each[0] in "0123456789" else (-1, each) for each in _NUMBERS(self.name) if each
        )


_NUMBERS = re.compile(r"([0-9]+)").split


class Transfer(Struct, frozen=True):
    """A large file on its way. id: of the upload that its parts are appended to."""

    id: str
    name: str
    parts: tuple[Part, ...] = ()

    def in_order(self) -> list[Part]:
        """The parts, as they follow each other in the file."""
        return sorted(self.parts, key=lambda part: part.order)
