"""Addresses of collections and of what is in them; those of the owner, and of scheduling."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

from msgspec import Struct

from ..errors import BadPlace
from .dialects import ALL, Dialect

ROOT = "/dav/"
PRINCIPALS = "/dav/principals/"
PRINCIPAL = "/dav/principals/me/"
INBOX = "/dav/calendars/inbox/"
OUTBOX = "/dav/calendars/outbox/"
_SAFE = "-_.~@:$!*+,;=()"
_PLAIN = re.compile(r"[A-Za-z0-9\-_.~@:$!*+,;=()]*").fullmatch


class Place(Struct, frozen=True):
    """Where in a dialect: its top, a collection, or an item of one. "" for what is not said."""

    dialect: Dialect
    collection: str = ""
    name: str = ""


def at(path: str) -> Place | None:
    """What a path names, percent-encoded as it came; None for none of ours. Raises BadPlace."""
    for dialect in ALL:
        if path == dialect.prefix or path.startswith(f"{dialect.prefix}/"):
            parts = [_decoded(part) for part in path.removeprefix(dialect.prefix).split("/") if part]
            return Place(dialect, *parts) if len(parts) <= 2 else None
    return None


def _decoded(part: str) -> str:
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeDecodeError as error:
        raise BadPlace("Addresses are UTF-8, percent-encoded.") from error


def named(href: str, host: str) -> Place | None:
    """The same, of an address that may be a whole one of ours; None for one of another host, or one that cannot be read."""
    try:
        parts = urlsplit(href)
        is_ours = not parts.netloc or parts.netloc.lower() == host.lower()
        return at(parts.path) if is_ours else None
    except (ValueError, BadPlace):
        return None


def of_shelf(dialect: Dialect, collection: str) -> str:
    """The address of a collection. Safe in XML."""
    return f"{dialect.prefix}/{_quoted(collection)}/"


def of_home(dialect: Dialect) -> str:
    """Where the collections of a dialect are."""
    return f"{dialect.prefix}/"


def of_item(shelf: str, name: str) -> str:
    """The address of an item of the collection at an address. Safe in XML."""
    return f"{shelf}{_quoted(name)}"


def _quoted(name: str) -> str:
    return name if _PLAIN(name) else quote(name, safe=_SAFE)
