"""Words of backups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from cozy.rooms.homes.model import Listing

from .errors import BadKeep

FORMAT = 1
HOLDER = "backup"  # holds the contents of a home while they are copied

_KEEP = re.compile(r"([1-9][0-9]{0,3})([dwmy])")
_PERIOD = {"d": "%Y-%m-%d", "w": "%G-%V", "m": "%Y-%m", "y": "%Y"}  # what moments of one have in common


class Database(Struct, frozen=True):
    """A database file: its size in bytes, and the SHA-256 of every block."""

    size: int
    blocks: list[str]


class Part(Struct, frozen=True):
    """A home in a backup: how it is listed, and its database, which names its contents."""

    listing: Listing
    database: Database


class Entry(Struct, frozen=True):
    """A home in a manifest, and the hash of its part."""

    id: str
    domain: str
    part: str


class Manifest(Struct, frozen=True):
    """All that a backup is: what opens it, and where everything begins. Only whoever has the secret key reads it."""

    format: int
    at: str
    names: str  # the key that objects are named by, hexadecimal
    homes: list[Entry]
    host: Database | None = None  # the host's list; None in the backup of one home
    keys: str = ""  # of the host's safe, base64
    locked: str = ""  # the recipients that objects are locked for: a part of their names


class Run(Struct, frozen=True):
    """A backup, as anybody sees it who reads the folder: when it was, and the lists of the objects that it needs."""

    format: int
    at: str  # RFC 3339
    scope: str  # "" for the whole host; else a name for the home, which tells nothing
    lists: list[str]


class Made(Struct, frozen=True):
    """What a backup did. failed: why homes are not in it, by address."""

    at: str
    homes: int
    stored: int  # objects that were not there
    stored_bytes: int
    there: int
    forgotten: int  # earlier backups that were not to be kept
    failed: dict[str, str]


def kept(runs: Sequence[tuple[str, datetime]], rule: str) -> set[str]:
    """Which backups stay: the newest of each of the last days, weeks, months and years that have one. Raises BadKeep.

    runs: name and moment. The very last one stays whatever the rule says.
    """
    newest = sorted(runs, key=lambda run: run[1], reverse=True)
    staying = {name for name, _ in newest[:1]}
    for word in rule.split(","):
        match = _KEEP.fullmatch(word.strip())
        if match is None:
            raise BadKeep(rule=rule)
        seen: dict[str, str] = {}
        for name, at in newest:
            seen.setdefault(at.strftime(_PERIOD[match[2]]), name)
        staying.update(list(seen.values())[: int(match[1])])
    return staying
