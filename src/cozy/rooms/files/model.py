"""File, and the rules of names, paths and kinds."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from msgspec import Struct

from cozy.kernel.text import nfc, sort_key

from .errors import BadMime, BadName

FILES = "io.cozy.files"
VERSIONS = "io.cozy.files.versions"
ROOT = "io.cozy.files.root-dir"
TRASH = "io.cozy.files.trash-dir"
PDF = "application/pdf"
SVG = "image/svg+xml"
SHORTCUT = "application/internet-shortcut"
SHARED_DRIVES = "io.cozy.files.shared-drives-dir"
SHARED_WITH_ME = "io.cozy.files.shared-with-me-dir"
SHARED_DRIVES_NAME = "Drives"  # in every language, as apps look for it
TRASH_NAME = ".cozy_trash"
TRASH_PATH = f"/{TRASH_NAME}"
RESERVED = frozenset({ROOT, TRASH})

NAME_LIMIT = 255  # bytes in UTF-8: what every file system that people copy to can hold
DEPTH_LIMIT = 512  # folders above a file

MOST_STEPS_APART = 10  # bits of 128
MOST_SHADES_APART = 20  # of 256, in the mean colour of a quarter

_NUMBER_DIGITS = 15
_HEXADECIMAL = re.compile(r"[0-9a-f]{32}").fullmatch
_FORBIDDEN = re.compile(r"[/\0\n\r]")
_MIME = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)  # RFC 6838 §4.2

# What cameras write raw, by the end of their media types: browsers do not show them, a JPEG is inside.
RAW = frozenset(
    f"image/x-{kind}"
    for kind in [
        "adobe-dng", "canon-cr2", "canon-cr3", "fuji-raf", "nikon-nef", "nikon-nrw", "olympus-orf", "panasonic-rw2", "pentax-pef",
        "samsung-srw", "sony-arw",
    ]
)  # fmt: skip
# Documents that bring a picture of themselves along, or that LibreOffice can draw.
OFFICE = frozenset(
    f"application/{kind}"
    for kind in [
        "msword", "vnd.ms-excel", "vnd.ms-powerpoint",
        *(f"vnd.oasis.opendocument.{each}" for each in ("graphics", "presentation", "spreadsheet", "text")),
        *(
            f"vnd.openxmlformats-officedocument.{each}"
            for each in ("presentationml.presentation", "spreadsheetml.sheet", "wordprocessingml.document")
        ),
    ]
)  # fmt: skip


class File(Struct, frozen=True):
    """A file or a folder: one revision of its document."""

    id: str
    rev: str
    body: Mapping[str, Any]
    revisions: tuple[str, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return bool(self.body["type"] == "directory")

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return str(self.body["name"])

    @property
    def dir_id(self) -> str:
        """The id of the folder that it is in; "" for the root."""
        return str(self.body.get("dir_id", ""))

    @property
    def path(self) -> str:
        """The path of a folder, `/` for the root. Files have none of their own."""
        return str(self.body["path"])

    @property
    def is_trashed(self) -> bool:
        """Whether it is in the trash."""
        if self.is_folder:
            return self.id == TRASH or self.path.startswith(TRASH_PATH + "/")
        return bool(self.body["trashed"])

    @property
    def size(self) -> int:
        """Bytes of a file; 0 for a folder."""
        return int(self.body.get("size", 0))

    @property
    def sha256(self) -> str:
        """Which content a file holds, in hexadecimal."""
        return str(self.body["sha256"])

    @property
    def md5sum(self) -> str:
        """The MD5 of a file's content, in base64."""
        return str(self.body["md5sum"])

    @property
    def mime(self) -> str:
        """The media type of a file."""
        return str(self.body.get("mime", ""))

    @property
    def updated_at(self) -> str:
        """When it last changed, for people (RFC 3339)."""
        return str(self.body["updated_at"])


class Entry(Struct, frozen=True, gc=False):
    """A file or folder as a line of a list. body: its document as JSON text."""

    id: str
    rev: str
    sort_key: str
    body: str


class Below(Struct, frozen=True, gc=False):
    """What is below a folder, at any depth. mark: another one after every change; size: bytes of the files."""

    mark: str = ""
    size: int = 0


class Version(Struct, frozen=True):
    """A content that a file held before."""

    id: str  # <file id>/<version>
    rev: str
    body: Mapping[str, Any]
    revisions: tuple[str, ...] = ()

    @property
    def file_id(self) -> str:
        """The file that held it."""
        return self.id.partition("/")[0]

    @property
    def sha256(self) -> str:
        """Which content."""
        return str(self.body["sha256"])

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.body["size"])


def clean_name(name: str) -> str:
    """A name as it is stored: NFC. Raises BadName for what no folder can hold."""
    clean = nfc(name)
    if clean in {"", ".", ".."} or _FORBIDDEN.search(clean) or not _is_text(clean):
        raise BadName(name=name, parameter="name")
    if len(clean.encode()) > NAME_LIMIT:
        raise BadName("This name is too long: 255 bytes at most.", name=name, parameter="name")
    return clean


def _is_text(name: str) -> bool:
    """Lone surrogates are not text, and no other program could read them."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def number_of(id_: str) -> int:
    """The id of a file as a number of 60 bits, which is what clients of Nextcloud can hold."""
    if _HEXADECIMAL(id_):
        return int(id_[:_NUMBER_DIGITS], 16)
    return int(hashlib.sha256(id_.encode()).hexdigest()[:_NUMBER_DIGITS], 16)


def ids_of(number: int) -> tuple[str, str]:
    """Between which ids those of a number are, the second no longer."""
    start = f"{number:0{_NUMBER_DIGITS}x}"
    return start, f"{start}g"


def join(folder_path: str, name: str) -> str:
    """The path of a child."""
    return f"{folder_path.rstrip('/')}/{name}"


def order_key(body: Mapping[str, Any]) -> str:
    """What lists of a folder sort by: folders first, then names as people order them."""
    return ("0" if body["type"] == "directory" else "1") + sort_key(body["name"])


def mime_and_class(content_type: str, name: str) -> tuple[str, str]:
    """The media type without its parameters, and the class that apps group files by. Raises BadMime.

    A client that does not know says `application/octet-stream`; then the name's extension decides.
    """
    mime = content_type.partition(";")[0].strip().lower()
    if mime in {"", "application/octet-stream"}:
        mime = _TYPES.guess_type(name, strict=False)[0] or "application/octet-stream"
    elif mime == "text/xml" and name.lower().endswith(".svg"):
        mime = SVG
    if name.lower().endswith(".url"):
        mime = SHORTCUT
    if not _MIME.fullmatch(mime):
        raise BadMime(mime=mime, parameter="mime")
    return mime, CLASSES.get(mime, mime.partition("/")[0])


def kind_after_rename(file: File, name: str) -> dict[str, str]:
    """mime and class under a new name: guessed again when the extension is another one, kept when that tells nothing."""
    if PurePosixPath(name).suffix == PurePosixPath(file.name).suffix:
        return {}
    guessed = kind_of(name)
    return {} if guessed["class"] == "files" else guessed


def kind_of(name: str) -> dict[str, str]:
    """mime and class by a name alone."""
    mime, kind = mime_and_class("", name)
    return {"mime": mime, "class": kind}


# Python's own list: what the machine's lists add would differ from host to host.
_TYPES = mimetypes.MimeTypes()
for _type in """
    application/epub+zip .epub|application/gzip .gz|application/internet-shortcut .url|application/vnd.rar .rar
    application/msword .doc|application/vnd.ms-excel .xls|application/vnd.ms-powerpoint .ppt
    application/vnd.oasis.opendocument.graphics .odg|application/vnd.oasis.opendocument.presentation .odp
    application/vnd.oasis.opendocument.spreadsheet .ods|application/vnd.oasis.opendocument.text .odt
    application/vnd.openxmlformats-officedocument.presentationml.presentation .pptx
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet .xlsx
    application/vnd.openxmlformats-officedocument.wordprocessingml.document .docx
    application/x-7z-compressed .7z|application/x-apple-diskimage .dmg|application/x-ruby .rb|audio/flac .flac
    audio/mp4 .m4a|audio/ogg .ogg|audio/ogg .opus|image/avif .avif|image/heic .heic|image/heif .heif|image/webp .webp
    text/calendar .ics|text/markdown .md|text/vcard .vcf|text/vnd.cozy.note+markdown .cozy-note|text/x-go .go
    text/yaml .yaml|text/yaml .yml|video/x-matroska .mkv|video/x-m4v .m4v
    image/x-canon-cr2 .cr2|image/x-canon-cr3 .cr3|image/x-nikon-nef .nef|image/x-nikon-nrw .nrw|image/x-sony-arw .arw
    image/x-adobe-dng .dng|image/x-fuji-raf .raf|image/x-olympus-orf .orf|image/x-panasonic-rw2 .rw2
    image/x-pentax-pef .pef|image/x-samsung-srw .srw|video/mp2t .mts|video/mp2t .m2ts
""".replace("\n", "|").split("|"):
    if _type.strip():
        _mime, _extension = _type.split()
        _TYPES.add_type(_mime, _extension)

CLASSES: dict[str, str] = {
    mime: kind
    for kind, mimes in {
        "files": "application/octet-stream",
        "binary": "application/x-apple-diskimage application/x-msdownload",
        "code": "text/html text/css text/xml application/js text/x-c text/x-go text/x-python application/x-ruby",
        "pdf": "application/pdf",
        "slide": "application/vnd.ms-powerpoint application/x-iwork-keynote-sffkey "
        "application/vnd.oasis.opendocument.presentation application/vnd.oasis.opendocument.graphics "
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "spreadsheet": "application/vnd.ms-excel application/x-iwork-numbers-sffnumbers "
        "application/vnd.oasis.opendocument.spreadsheet "
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text": "application/msword application/x-iwork-pages-sffpages application/vnd.oasis.opendocument.text "
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "zip": "application/x-7z-compressed application/x-rar-compressed application/zip application/gzip "
        "application/x-tar",
        "shortcut": SHORTCUT,
    }.items()
    for mime in mimes.split()
}


OnConflict = Literal["fail", "replace", "keep_both"]


class Wish(Struct, frozen=True, kw_only=True):
    """What an upload is to become. Dates: RFC 3339, "" where the client does not say."""

    dir_id: str
    name: str
    path: tuple[str, ...] = ()  # folders below `dir_id`, made when they are missing
    mime: str = ""
    created_at: str = ""
    updated_at: str = ""
    executable: bool | None = None
    on_conflict: OnConflict = "fail"


class Upload(Struct, frozen=True):
    """A resumable upload. file_id: the file that it became, "" until then."""

    id: str
    size: int  # bytes
    wish: Wish
    expires_at: str
    file_id: str = ""


class Ticket(Struct, frozen=True):
    """What a secret link opens for a few minutes: contents by hash, or a selection; or metadata that wait for a file."""

    secret: str
    kind: Literal["download", "archive", "metadata"]
    details: Mapping[str, Any]


def parts_of(likeness: str) -> list[int]:
    """The first 64 bits of what a picture looks like, in four numbers; none where it looks like nothing."""
    return [int(likeness[at : at + 4], 16) for at in range(0, 16, 4)] if likeness else []


def look_alike(one: str, other: str) -> bool:
    """Whether two likenesses are of one picture, perhaps in another size or quality.

    The first 32 hexadecimal digits say where it gets lighter, a bit for each place and way; the others the colour of each quarter.
    """
    steps = (int(one[:32], 16) ^ int(other[:32], 16)).bit_count()
    if steps > MOST_STEPS_APART:
        return False
    colours = zip(bytes.fromhex(one[32:]), bytes.fromhex(other[32:]), strict=True)
    return all(abs(here - there) <= MOST_SHADES_APART for here, there in colours)


def motion_in(known: Mapping[str, Any], size: int) -> tuple[int, int] | None:
    """Where the film of a motion photo of so many bytes begins, and how long it is, by its metadata; None for no such photo."""
    said = known.get("motion")
    if not isinstance(said, Mapping):
        return None
    start, length = said.get("start"), said.get("size")
    if not isinstance(start, int) or not isinstance(length, int):
        return None
    return (start, length) if start > 0 and length > 0 and start + length <= size else None
