"""The end of an open folder: the reader, the manifest, and the sums of everything."""

from __future__ import annotations

import re
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
    spool.made(SUMS, found.at, sums(spool))


def sums(spool: Spool) -> Iterator[bytes]:
    """As `sha256sum` writes and checks them; what was left out is not in them."""
    missing = {each.path for each in spool.left_out}
    for line in spool.lines():
        if line.sha256 and line.path not in missing:
            yield summed_line(line.sha256, line.path).encode()


def summed_line(sha256: str, path: str) -> str:
    """As `sha256sum` writes it: a name of several lines in one, which begins with a backslash."""
    plain = path.replace("\\", "\\\\").replace("\n", "\\n")
    mark = "" if plain == path else "\\"
    return f"{mark}{sha256}  {plain}\n"


def summed(text: bytes) -> dict[str, str]:
    """The hashes that sums tell, by path. Lines end with a line feed alone, whatever else names hold."""
    found: dict[str, str] = {}
    for row in text.decode(errors="replace").split("\n"):
        digest, gap, path = row.removeprefix("\\").partition("  ")
        if gap and len(digest) == 64:
            found[_unescaped(path) if row.startswith("\\") else path] = digest
    return found


def _unescaped(path: str) -> str:
    return re.sub(r"\\([\\n])", lambda found: "\n" if found[1] == "n" else "\\", path)
