"""The words of exports: lines, what an export tells of itself, and one that a home keeps ready."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

EXPORTS = "io.cozy.exports"
LAST = "io.cozy.exports.sums"  # what the last export of a kind and choice held
OPEN_FOLDER, COZY_ARCHIVE = "open-folder", "cozy-archive"  # the kinds
FORMAT, VERSION = "cozy-open-folder", 1
MANIFEST, SUMS, READER, INDEX = "manifest.json", "manifest-sha256.txt", "read_me.py", "index.html"
FILES, BIN, VERSIONS, CONTACTS, CALENDARS, NOTES, DATA, PAGES = (
    "Files", "Bin", "Versions", "Contacts", "Calendars", "Notes", "Data", "Pages",
)  # fmt: skip
KEPT = timedelta(days=7)  # once it is ready
PART = 2_000_000_000  # bytes of a part, about
PART_LINES = 50_000  # at the most in a part: they are held in memory while it is sent
SHOWN = 20  # of what was left out, in the document; the manifest names all

PLACES = "io.cozy.exports.places"  # that backups are brought to
Often = Literal["week", "month"]
EVERY = {"week": timedelta(days=7), "month": timedelta(days=30)}

State = Literal["making", "ready", "failed"]
Choice = Literal["everything", "files", "photos", "people"]


class Line(Struct, frozen=True, array_like=True, gc=False):
    """One file of an export, or a folder: its path ends in "/", and it has no hash.

    start: where its bytes are in the spool; -1: they are the content of this hash. crc: CRC-32 of its bytes, where that is known.
    with_next: it goes with the line after it: into the same part, and nowhere without it.
    """

    path: str
    modified: str  # RFC 3339
    size: int  # bytes
    sha256: str
    start: int = -1
    executable: bool = False
    crc: int = 0
    with_next: bool = False

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


class Part(Struct):
    """Lines that are sent together. start, stop: where they are in the list; tar: bytes of them in a tar; first: the path of the first."""

    start: int
    stop: int
    lines: int = 0
    size: int = 0  # bytes of the files
    tar: int = 0
    first: str = ""


class Export(Struct, omit_defaults=True):
    """The body of the document of an export that is made for somebody to fetch.

    sha256: the content that holds what was made for it, and from `list_at` on its list: a line each in JSON. Naming it keeps it.
    """

    kind: str = OPEN_FOLDER
    doctypes: list[str] = []  # of an archive: only these, all where none is named
    part_size: int = 0  # bytes that were wished for, of an archive
    moves: bool = (
        False  # whether the home is handed over with it: then what opens its sharings and links is in it
    )
    what: Choice = "everything"
    is_since: bool = False  # whether it leaves out what the last one of its kind and choice held
    since: str = ""  # when that was made; "" where there was none
    state: State = "making"
    why: str = ""  # of `failed`
    created_at: str = ""
    made_at: str = ""
    expires_at: str = ""
    run: str = ""  # whoever makes it: the last that began has it
    done: int = 0  # lines that were made sure of
    planned: int = 0
    files: int = 0
    size: int = 0  # bytes of the files
    sha256: str = ""
    list_at: int = 0
    parts: list[Part] = []
    fetched: list[int] = []  # parts, from 0 on, that were sent to their end
    left: list[LeftOut] = []  # the first of them
    left_in_all: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nobody is at it any more."""
        return self.state != "making"


By = Literal["webdav", "s3", "disk"]


class Place(Struct, omit_defaults=True):
    """The body of the document of a folder that backups are brought to: on a WebDAV server, in a bucket of an S3 service, on a disk.

    account: has its password, or its secret key. region: of a bucket, where its service wants to hear it.
    """

    url: str
    account: str
    by: By = "webdav"
    region: str = ""
    every: Often = "week"
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    why: str = ""  # of `failed`
    created_at: str = ""
    made_at: str = ""  # the last one
    due_at: str = ""  # the next one
    run: str = ""
    done: int = 0  # lines that were seen to
    planned: int = 0
    left_in_all: int = 0

    @property
    def host(self) -> str:
        """The server, or the folder of the disk."""
        return urlsplit(self.url).hostname or self.folder

    @property
    def folder(self) -> str:
        """Its address; on a disk the path."""
        return unquote(urlsplit(self.url).path) if self.by == "disk" else self.url
