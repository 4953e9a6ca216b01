"""The end of an open folder: the reader, the manifest, and the sums of everything."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as resources
from typing import Any

import msgspec

from cozy import __version__

from ..model import FORMAT, MANIFEST, READER, SUMS, VERSION
from .leaving import WITHHELD
from .open_folder import Gathered
from .spool import Spool


def reader() -> bytes:
    """The program that reads and verifies an open folder."""
    return (resources("cozy.rooms.exports.service") / READER).read_bytes()


def close(spool: Spool, domain: str, found: Gathered) -> None:
    """Add what tells of everything before it; what is left out is known by now."""
    spool.made(READER, found.at, [reader()])
    manifest: dict[str, Any] = {
        "format": FORMAT, "version": VERSION, "home": domain, "made_at": found.at, "seq": found.seq,
        "made_by": f"Cozy {__version__}", "files": spool.count + 1, "documents": found.counts,
        "left_out": spool.left_out, "withheld": sorted(WITHHELD),
    }  # fmt: skip
    spool.made(MANIFEST, found.at, [msgspec.json.format(msgspec.json.encode(manifest), indent=2)])
    spool.made(SUMS, found.at, _sums(spool))


def _sums(spool: Spool) -> Iterator[bytes]:
    """As `sha256sum` writes and checks them; what was left out is not in them."""
    missing = {each.path for each in spool.left_out}
    for line in spool.lines():
        if line.sha256 and line.path not in missing:
            yield f"{line.sha256}  {line.path}\n".encode()


def summed(text: bytes) -> dict[str, str]:
    """The hashes that sums tell, by path."""
    found: dict[str, str] = {}
    for row in text.decode(errors="replace").splitlines():
        digest, gap, path = row.partition("  ")
        if gap and len(digest) == 64:
            found[path] = digest
    return found
