"""The words of exports: lines, and what an export tells of itself."""

from __future__ import annotations

from msgspec import Struct

EXPORTS = "io.cozy.exports"
FORMAT, VERSION = "cozy-open-folder", 1
MANIFEST, SUMS, READER, INDEX = "manifest.json", "manifest-sha256.txt", "read_me.py", "index.html"
FILES, BIN, VERSIONS, CONTACTS, CALENDARS, NOTES, DATA, PAGES = (
    "Files", "Bin", "Versions", "Contacts", "Calendars", "Notes", "Data", "Pages",
)  # fmt: skip


class Line(Struct, frozen=True, array_like=True, gc=False):
    """One file of an export, or a folder: its path ends in "/", and it has no hash.

    start: where its bytes are in the spool; -1: they are the content of this hash.
    """

    path: str
    modified: str  # RFC 3339
    size: int  # bytes
    sha256: str
    start: int = -1
    executable: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.path.endswith("/")


class LeftOut(Struct, frozen=True):
    """A file that could not be taken along."""

    path: str
    why: str


class Done(Struct):
    """What an export did."""

    files: int = 0
    bytes: int = 0
    already: int = 0  # files that an earlier export holds
    gone: int = 0  # files of an earlier export that are no more
    left_out: list[LeftOut] = []
