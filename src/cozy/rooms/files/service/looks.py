"""How a file is looked at: what it is to people, whether there is a picture of it, and how a page shows what it holds.

Contents are hostile: what becomes HTML here was cleaned, and holds neither scripts nor pictures.
"""

from __future__ import annotations

import msgspec
import nh3
from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.running import office_program
from cozy.kernel.work import Work

from .. import access
from ..errors import NoVersion
from ..model import OFFICE, PDF, RAW, File
from .bytes import content_pieces
from .content import content_of

PICTURES = frozenset(
    f"image/{kind}"
    for kind in [
        "jpeg", "jpg", "pjpeg", "png", "gif", "webp", "avif", "heic", "heif", "tiff", "bmp", "x-ms-bmp", "x-portable-pixmap",
    ]
)  # fmt: skip
DRAWN = frozenset({"image/svg+xml"})  # shown as it is, in an <img>, where no script of it runs
FILMS = frozenset(
    {"video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/x-m4v", "video/x-matroska"}
)
SOUNDS = frozenset(
    f"audio/{kind}"
    for kind in [
        "mpeg", "mp3", "mp4", "ogg", "opus", "wav", "x-wav", "flac", "x-flac", "aac", "webm", "x-m4a", "m4a", "vorbis",
    ]
)  # fmt: skip
SHOWN = PICTURES | DRAWN | FILMS | SOUNDS
MARKDOWN = frozenset({"text/markdown", "text/x-markdown", "text/vnd.cozy.note+markdown"})
PAGES_LIMIT = 64 * 1024 * 1024  # bytes; opening a larger document for a small picture is not worth it
PDF_PAGES = 6  # shown at once
PAGE_WIDTH = 1200  # pixels of a PDF page
HEAD = 256 * 1024  # bytes of a text that are shown
_KINDS = {"zip": "archive", "binary": "files"}
_CODE = frozenset(
    f"application/{kind}"
    for kind in [
        "json", "javascript", "xml", "sql", "toml", "yaml", "x-sh", "x-python", "xhtml+xml", "x-httpd-php",
    ]
)  # fmt: skip
CODE_TAGS, CODE_ATTRIBUTES = {"span"}, {"span": {"class"}}
PROSE_TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "del",
    "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
PROSE_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


class Line(Struct, frozen=True, array_like=True):
    """A line of text on a page, in points from the page's top left; `bottom` is where it stands."""

    left: float
    bottom: float
    width: float
    height: float
    text: str


class Page(Struct, frozen=True):
    """A page of a PDF file, in points."""

    width: float
    height: float
    lines: list[Line]


class Pdf(Struct, frozen=True):
    """Some pages of a PDF file."""

    total: int
    pages: list[Page]


class Look(Struct, frozen=True):
    """How a content is shown. way: image, sheet, audio, video, pdf, code, prose, or none; more: it was too long to show whole."""

    way: str
    html: str = ""
    more: bool = False
    pdf: Pdf | None = None
    first: int = 0


def kind_of(file: File) -> str:
    """A word of `c.tile`: folder, image, video, audio, pdf, text, spreadsheet, slide, code, archive, files."""
    if file.is_folder:
        return "folder"
    if file.mime in _CODE:
        return "code"
    class_ = str(file.body.get("class", "files"))
    return _KINDS.get(class_, class_)


def has_picture(file: File) -> bool:
    """Whether a small picture of it is worth a look."""
    if file.is_folder or not file.size:
        return False
    has_pages = file.mime == PDF or (file.mime in OFFICE and bool(office_program()))
    return file.mime in PICTURES | RAW | DRAWN | FILMS or (has_pages and file.size <= PAGES_LIMIT)


def extent_of(file: File, most: int) -> tuple[int, int] | None:
    """Width and height of a picture, upright and with `most` pixels on a side; None when they are not known."""
    known = file.body.get("metadata", {})
    sides = known.get("width"), known.get("height")
    if not all(isinstance(side, int) and side > 0 for side in sides):
        return None
    width, height = sides[::-1] if known.get("orientation") in {5, 6, 7, 8} else sides
    scale = min(1, most / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


class Held(Struct, frozen=True):
    """A file and what it holds."""

    file: File
    content: Content


def held_now(work: Work, file_id: str, sha256: str) -> Held:
    """A file with what it holds at this moment, by the beginning of its hash. Raises NoFile, NotAllowed, IsFolder, NoVersion."""
    file = access.content_file(work, file_id, "GET")
    if not sha256 or not file.sha256.startswith(sha256):
        raise NoVersion(id=file_id)
    return Held(file, content_of(work, file.sha256))


async def look(house: House, home: Home, file: File, mime: str, content: Content, first: int = 0) -> Look:
    """How a page shows it; what cannot be drawn is shown by its sign. first: of the pages of a PDF, from 0 on."""
    try:
        return await _drawn(house, home, file, mime, content, first)
    except CannotDraw:
        return Look("none")


async def _drawn(house: House, home: Home, file: File, mime: str, content: Content, first: int) -> Look:
    if not content.size:
        return Look("none")
    if mime in PICTURES | RAW | DRAWN:
        return Look("image")
    if mime in FILMS:
        return Look("video")
    if mime in SOUNDS:
        return Look("audio")
    if mime == PDF:
        return Look("pdf", pdf=await _pdf(house, home, content, first), first=first)
    if mime in OFFICE and has_picture(file):
        return Look("sheet")
    if mime in MARKDOWN or (mime.startswith("text/") and file.name.lower().endswith((".md", ".markdown"))):
        return Look("prose", await _prose(house, home, content), content.size > HEAD)
    if mime.startswith("text/") or kind_of(file) == "code":
        return Look("code", await _code(house, home, file, content), content.size > HEAD)
    return Look("none")


async def _pdf(house: House, home: Home, content: Content, first: int) -> Pdf:
    """Sizes and texts of some pages. Raises CannotDraw."""
    try:
        said = await draw(house, home, content, "pdf_text", first=first, count=PDF_PAGES)
        return msgspec.json.decode(said, type=Pdf)
    except msgspec.DecodeError as error:
        raise CannotDraw(str(error)) from error


async def _code(house: House, home: Home, file: File, content: Content) -> str:
    """The beginning of a text as HTML that holds nothing but spans with classes. Raises CannotDraw."""
    drawn = await _draw_head(house, home, content, "code", name=file.name)
    return nh3.clean(drawn, tags=CODE_TAGS, attributes=CODE_ATTRIBUTES)


async def _prose(house: House, home: Home, content: Content) -> str:
    """The beginning of a Markdown text as HTML without pictures, scripts, forms, ids, and links but to the web. Raises CannotDraw."""
    drawn = await _draw_head(house, home, content, "markdown")
    return nh3.clean(
        drawn,
        tags=PROSE_TAGS,
        attributes=PROSE_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    )


async def pdf_page(house: House, home: Home, content: Content, number: int) -> bytes:
    """A page of a PDF file as a picture, from 0 on. Raises CannotDraw."""
    return await draw(house, home, content, "pdf_page", page=number, size=PAGE_WIDTH)


async def draw(house: House, home: Home, content: Content, recipe: str, **options: int | str) -> bytes:
    """Have a content drawn. Raises CannotDraw."""
    previews: Previews = house.ports[Previews][0]
    return await previews.draw(
        content.sha256, content.size, lambda: content_pieces(house, home, content), recipe, **options
    )


async def _draw_head(house: House, home: Home, content: Content, recipe: str, **options: str) -> str:
    previews: Previews = house.ports[Previews][0]
    length = min(content.size, HEAD)
    drawn = await previews.draw(
        f"{content.sha256}-head", length, lambda: content_pieces(house, home, content, 0, length), recipe, **options
    )  # fmt: skip
    return drawn.decode(errors="replace")
