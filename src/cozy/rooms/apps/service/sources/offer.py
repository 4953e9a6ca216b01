"""What a source has to offer: a manifest, and the files when they are wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cozy.kernel.home import Home
from cozy.kernel.house import House

from ...model import Kind
from ..archives import Entry


@dataclass(frozen=True, slots=True)
class Offer:
    """A version of an app that could be installed."""

    body: Mapping[str, Any]  # its manifest, made whole
    version: str
    pack: str  # the key of its files on the host's shelf
    bring: Callable[[], Awaitable[Iterable[Entry]]]  # its files, asked for only when the shelf has them not
    checksum: str = ""  # SHA-256 of the archive, where there is one


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, on behalf of a home."""

    house: House
    home: Home
    kind: Kind
    slug: str
    source: str
    scratch: Path  # a folder for what is fetched on the way
    is_trusted: bool = False  # by somebody who holds this machine: what is inside of its network may be asked


def key_of_archive(kind: Kind, sha256: str, prefix: str) -> str:
    """The key of what a part of an archive holds."""
    return hashlib.sha256(f"{kind} {sha256} {prefix.strip('/')}".encode()).hexdigest()


def key_of_files(files: Iterable[Entry]) -> str:
    """The key of files that come one by one."""
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def described(version: str, state: str) -> str:
    """A version of something that changes without a new number: with the commit or the hash that it is at."""
    return f"{version or '0.0.0'}-{state}"
