"""A file as lists and previews show it: its kind, its picture, its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from cozy.kernel.clock import parse
from cozy.ui import Words
from cozy.ui.leave import Seen

from ..model import PDF, RAW
from ..service import File
from ..service.views import is_favourite
from .door import url_of

PICTURES = frozenset(
    f"image/{kind}"
    for kind in [
        "jpeg",
        "jpg",
        "pjpeg",
        "png",
        "gif",
        "webp",
        "avif",
        "heic",
        "heif",
        "tiff",
        "bmp",
        "x-ms-bmp",
        "x-portable-pixmap",
    ]
)
DRAWN = frozenset({"image/svg+xml"})  # shown as it is, in an <img>, where no script of it runs
FILMS = frozenset(
    {"video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/x-m4v", "video/x-matroska"}
)
POSTER_LIMIT = (
    64 * 1024 * 1024
)  # bytes; opening a larger film or PDF file for a small picture is not worth it
_KINDS = {"zip": "archive", "binary": "files"}
_CODE = frozenset(
    [
        "application/json",
        "application/javascript",
        "application/xml",
        "application/sql",
        "application/toml",
        "application/yaml",
        "application/x-sh",
        "application/x-python",
        "application/xhtml+xml",
        "application/x-httpd-php",
    ]
)


class Row(Struct, frozen=True):
    """One line of a list."""

    id: str
    name: str
    href: str
    kind: str
    at: datetime
    size: int | None
    thumb: str
    note: str
    favourite: bool
    who: Seen = Seen()

    @property
    def picture(self) -> str:
        """The address of a picture of it as large as a tile."""
        return self.thumb.replace("/picture/128-", "/picture/512-")


def row(file: File, note: str = "", who: Seen = Seen()) -> Row:
    """The line of a file or folder; note: what to say below its name in place of its date; who: sees it."""
    size = None if file.is_folder else file.size
    at = parse(file.updated_at)
    return Row(
        file.id,
        file.name,
        url_of(file),
        kind_of(file),
        at,
        size,
        thumb_of(file),
        note,
        is_favourite(file),
        who,
    )


def rows(
    files: Sequence[File], counts: Mapping[str, int], words: Words, seen: Callable[[File], Seen]
) -> list[Row]:
    """The lines of a folder; counts: how many items its folders hold; seen: by whom."""

    def holds(file: File) -> str:
        if not file.is_folder:
            return ""
        number = counts[file.id]
        return (
            words.ngettext("%(num)s item", "%(num)s items", number)
            if number
            else words.gettext("Nothing in it")
        )

    return [row(file, holds(file), seen(file)) for file in files]


def kind_of(file: File) -> str:
    """A word of `c.tile`: folder, image, video, audio, pdf, text, spreadsheet, slide, code, archive, files."""
    if file.is_folder:
        return "folder"
    if file.mime in _CODE:
        return "code"
    class_ = str(file.body.get("class", "files"))
    return _KINDS.get(class_, class_)


def thumb_of(file: File) -> str:
    """The address of a small picture of it; "" when it has none. It changes with the content, so it may be kept."""
    if file.is_folder or not file.size:
        return ""
    opened = file.mime in FILMS or file.mime == PDF
    if file.mime in PICTURES | RAW | DRAWN or (opened and file.size <= POSTER_LIMIT):
        return f"/my/file/{file.id}/picture/128-{file.sha256[:12]}"
    return ""


def extent_of(file: File, most: int) -> tuple[int, int] | None:
    """Width and height of a picture, upright and with `most` pixels on a side; None when they are not known."""
    known = file.body.get("metadata", {})
    sides = known.get("width"), known.get("height")
    if not all(isinstance(side, int) and side > 0 for side in sides):
        return None
    width, height = sides[::-1] if known.get("orientation") in {5, 6, 7, 8} else sides
    scale = min(1, most / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
